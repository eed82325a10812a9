{# A generic test: in every transaction, debits and credits of a currency are the same sum. #}
{% test balanced_ledger(model, transaction_id, currency, debit, credit) %}

select
    {{ transaction_id }},
    {{ currency }},
    sum({{ debit }}) as debit_amount,
    sum({{ credit }}) as credit_amount

from {{ model }}

group by {{ transaction_id }}, {{ currency }}

having sum({{ debit }}) is distinct from sum({{ credit }})

{% endtest %}
