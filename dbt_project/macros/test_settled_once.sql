{#
    A generic test: what all runs together settled of a thing is never more than it came to; less
    only where a run was taken back, or where more came to it since.
#}
{% test settled_once(model, settled, owed) %}

select *

from {{ model }}

where ({{ settled }} between 0 and {{ owed }}) is not true

{% endtest %}
