{# How far the model has come, in its own transaction; `int_shows_touched` goes on from there. #}
{% macro remember_loaded(model) -%}
    insert into {{ source('raw', 'built') }} (model, loaded_until)
    select '{{ model }}', max(loaded_until)
    from {{ ref('int_shows_touched') }}
    having max(loaded_until) is not null
    on conflict (model) do update set loaded_until = excluded.loaded_until
{%- endmacro %}
