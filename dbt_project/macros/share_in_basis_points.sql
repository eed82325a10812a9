{#
    `basis_points` of `amount` in whole minor units, halves to the even neighbour: the same
    rounding as justbookit.money.share, which keeps the sum of many shares unbiased.
#}
{% macro share_in_basis_points(amount, basis_points) -%}
    (
        floor({{ amount }}::numeric * {{ basis_points }} / 10000)
        + case
            when mod({{ amount }}::numeric * {{ basis_points }}, 10000) > 5000 then 1
            when mod({{ amount }}::numeric * {{ basis_points }}, 10000) < 5000 then 0
            else mod(floor({{ amount }}::numeric * {{ basis_points }} / 10000), 2)
        end
    )::bigint
{%- endmacro %}
