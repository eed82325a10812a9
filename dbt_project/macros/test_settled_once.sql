{#
    A generic test: what all runs together settled of a thing is what it came to, or nothing after
    a run was taken back; never half of it, never twice.
#}
{% test settled_once(model, settled, owed) %}

select *

from {{ model }}

where ({{ settled }} in (0, {{ owed }})) is not true

{% endtest %}
