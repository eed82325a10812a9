{# The moment the books are looked at: now, unless the variable `settle_as_of` names another. #}
{% macro as_of() -%}
    {% if var('settle_as_of') %}'{{ var('settle_as_of') }}'::timestamptz{% else %}current_timestamp{% endif %}
{%- endmacro %}
