{#
    How far the incremental model `model` has come: what was loaded later is not in it yet.
    Nothing is, when it is not there or is built from scratch.
#}
{% macro loaded_until(model) -%}
    {%- set progress = source('raw', 'built') -%}
    {%- if not execute -%}
        '-infinity'::timestamptz
    {%- elif flags.FULL_REFRESH or adapter.get_relation(target.database, 'finance', model) is none -%}
        '-infinity'::timestamptz
    {%- else -%}
        (
            select coalesce(max(built.loaded_until), '-infinity')
            from {{ progress }} as built
            where built.model = '{{ model }}'
        )
    {%- endif -%}
{%- endmacro %}
