{{ config(tags=['closing'], group='finance') }}

-- What each account stands at is what the books it summarises come to, to the minor unit.
with

balances as (

    select
        account,
        currency,
        sum(debit_amount - credit_amount) as amount

    from {{ ref('ledger_entries') }}

    group by account, currency

),

booked as (

    select
        currency,
        channel,
        sum(paid_amount - refund_amount) as amount,
        sum(carried_in_amount - carried_out_amount) as carried_amount

    from {{ ref('bookings') }}

    where is_paid

    group by currency, channel

),

settled as (

    select
        currency,
        sum(net_amount) as net_amount,
        sum(payable_amount) as payable_amount

    from {{ ref('stg_settlement__run_lines') }}

    group by currency

),

paid_out as (

    select
        currency,
        sum(amount) as amount

    from {{ ref('stg_settlement__payouts') }}

    where payout_status in ('sent', 'paid')

    group by currency

),

reported as (

    select
        currency,
        sum(amount) as amount

    from {{ ref('stg_settlement__gateway_files') }}

    group by currency

),

wanted as (

    select 'ticket_sales' as account, currency, -amount as amount from booked

    union all

    select 'ticket_sales' as account, currency, net_amount as amount from settled

    union all

    select
        case channel when 'online' then 'gateway_clearing' else 'partner_clearing' end as account,
        currency,
        amount - carried_amount as amount
    from booked

    union all

    select 'exchange_clearing' as account, currency, carried_amount as amount from booked

    union all

    select 'gateway_clearing' as account, currency, -amount as amount from reported

    union all

    select 'theatre_payable' as account, currency, -payable_amount as amount from settled

    union all

    select 'theatre_payable' as account, currency, amount from paid_out

),

summed as (

    select
        account,
        currency,
        sum(amount) as amount

    from wanted

    group by account, currency

)

select
    summed.account,
    summed.currency,
    summed.amount as wanted_amount,
    balances.amount as ledger_amount

from summed

left join balances
    on
        summed.account = balances.account
        and summed.currency = balances.currency

where summed.amount != coalesce(balances.amount, 0)
