{#
    Where a customer stands in an experiment: 0 to 9999, always the same for the same two, and by
    chance between experiments: the first 32 bits of the MD5 of `experiment:customer`, modulo 10000.
    Whoever shows customers something else for an experiment reckons the same.
#}
{% macro experiment_bucket(experiment_id, customer_id) -%}
    (
        ('x' || substr(md5({{ experiment_id }} || ':' || {{ customer_id }}), 1, 8))::bit(32)::bigint
        % 10000
    )
{%- endmacro %}
