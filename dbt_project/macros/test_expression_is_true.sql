{# A generic test: no row for which `expression` is false or unknown. #}
{% test expression_is_true(model, expression) %}

select *

from {{ model }}

where ({{ expression }}) is not true

{% endtest %}
