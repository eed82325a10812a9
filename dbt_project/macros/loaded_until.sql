{#
    How far all of the incremental models `models`, each a schema and a name, have come: what was
    loaded later is not in one of them yet. Nothing is, when one is not there or is built from
    scratch.
#}
{% macro loaded_until(models) -%}
    {%- set progress = source('raw', 'built') -%}
    {%- set missing = [] -%}
    {%- if execute -%}
        {%- for schema, model in models -%}
            {%- if adapter.get_relation(target.database, schema, model) is none -%}
                {%- do missing.append(model) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not execute or flags.FULL_REFRESH or missing -%}
        '-infinity'::timestamptz
    {%- else -%}
        least(
            {%- for _, model in models %}
            coalesce(
                (
                    select max(built.loaded_until)
                    from {{ progress }} as built
                    where built.model = '{{ model }}'
                ),
                '-infinity'
            ){{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}
