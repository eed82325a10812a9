{# A generic test: no row whose `column` is below `at_least`, above `at_most`, or not there. #}
{% test accepted_range(model, column, at_least, at_most) %}

select *

from {{ model }}

where ({{ column }} between {{ at_least }} and {{ at_most }}) is not true

{% endtest %}
