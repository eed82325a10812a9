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
        (
            select
                case
                    when count(*) = {{ models | length }} then min(built.loaded_until)
                    else '-infinity'
                end
            from {{ progress }} as built
            where built.model in ('{{ models | map(attribute=1) | join("', '") }}')
        )
    {%- endif -%}
{%- endmacro %}
