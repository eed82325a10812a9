with

bookings as (

    select * from {{ ref('bookings') }}

),

run_lines as (

    select * from {{ ref('stg_settlement__run_lines') }}

),

payouts as (

    select * from {{ ref('stg_settlement__payouts') }}

),

gateway_files as (

    select * from {{ ref('stg_settlement__gateway_files') }}

),

-- a show's sales of a day are one transaction; `bookings` is its sub-ledger
sales as (

    select
        'sales:' || show_id || ':' || channel || ':' || (confirmed_at at time zone 'utc')::date
            as transaction_id,
        show_id,
        max(organizer_id) as organizer_id,
        channel,
        currency,
        (confirmed_at at time zone 'utc')::date as booked_on,
        sum(paid_amount - carried_in_amount)::bigint as amount

    from bookings

    where is_paid

    group by show_id, channel, currency, (confirmed_at at time zone 'utc')::date

),

refunds as (

    select
        'refunds:'
        || show_id
        || ':'
        || channel
        || ':'
        || (coalesce(cancelled_at, changed_at, confirmed_at) at time zone 'utc')::date
            as transaction_id,
        show_id,
        max(organizer_id) as organizer_id,
        channel,
        currency,
        (coalesce(cancelled_at, changed_at, confirmed_at) at time zone 'utc')::date as booked_on,
        sum(refund_amount - carried_out_amount)::bigint as amount

    from bookings

    where refund_amount > carried_out_amount

    group by
        show_id,
        channel,
        currency,
        (coalesce(cancelled_at, changed_at, confirmed_at) at time zone 'utc')::date

),

-- what went from one show to another: no money of a customer's moves, but a show's sales do
carried as (

    select
        'exchanges_in:' || show_id || ':' || (confirmed_at at time zone 'utc')::date
            as transaction_id,
        show_id,
        max(organizer_id) as organizer_id,
        currency,
        (confirmed_at at time zone 'utc')::date as booked_on,
        sum(carried_in_amount)::bigint as amount

    from bookings

    where carried_in_amount > 0

    group by show_id, currency, (confirmed_at at time zone 'utc')::date

    union all

    select
        'exchanges_out:'
        || show_id
        || ':'
        || (coalesce(exchanged_at, changed_at) at time zone 'utc')::date as transaction_id,
        show_id,
        max(organizer_id) as organizer_id,
        currency,
        (coalesce(exchanged_at, changed_at) at time zone 'utc')::date as booked_on,
        -sum(carried_out_amount)::bigint as amount

    from bookings

    where carried_out_amount > 0

    group by show_id, currency, (coalesce(exchanged_at, changed_at) at time zone 'utc')::date

),

settled as (

    select
        'settlement:' || run_id || ':' || show_id as transaction_id,
        show_id,
        organizer_id,
        run_id,
        currency,
        (settled_at at time zone 'utc')::date as booked_on,
        net_amount,
        commission_amount,
        fee_amount,
        tax_amount,
        payable_amount

    from run_lines

),

-- every amount once, as what it does to its account: more on the left, or less
postings as (

    select
        transaction_id,
        'sale' as transaction_kind,
        booked_on,
        case channel when 'online' then 'gateway_clearing' else 'partner_clearing' end as account,
        organizer_id,
        show_id,
        null as run_id,
        currency,
        amount
    from sales

    union all

    select
        transaction_id,
        'sale' as transaction_kind,
        booked_on,
        'ticket_sales' as account,
        organizer_id,
        show_id,
        null as run_id,
        currency,
        -amount as amount
    from sales

    union all

    select
        transaction_id,
        'refund' as transaction_kind,
        booked_on,
        'ticket_sales' as account,
        organizer_id,
        show_id,
        null as run_id,
        currency,
        amount
    from refunds

    union all

    select
        transaction_id,
        'refund' as transaction_kind,
        booked_on,
        case channel when 'online' then 'gateway_clearing' else 'partner_clearing' end as account,
        organizer_id,
        show_id,
        null as run_id,
        currency,
        -amount as amount
    from refunds

    union all

    select
        carried.transaction_id,
        'exchange' as transaction_kind,
        carried.booked_on,
        each.account,
        carried.organizer_id,
        carried.show_id,
        null as run_id,
        carried.currency,
        each.amount
    from carried
    cross join
        lateral (
            values
            ('exchange_clearing', carried.amount),
            ('ticket_sales', -carried.amount)
        ) as each (account, amount)

    union all

    select
        settled.transaction_id,
        'settlement' as transaction_kind,
        settled.booked_on,
        each.account,
        settled.organizer_id,
        settled.show_id,
        settled.run_id,
        settled.currency,
        each.amount
    from settled
    cross join
        lateral (
            values
            ('ticket_sales', settled.net_amount),
            ('commission', -settled.commission_amount),
            ('ticket_fees', -settled.fee_amount),
            ('tax_payable', -settled.tax_amount),
            ('theatre_payable', -settled.payable_amount)
        ) as each (account, amount)

    union all

    select
        each.kind || ':' || payouts.payout_id as transaction_id,
        each.kind as transaction_kind,
        (each.at at time zone 'utc')::date as booked_on,
        each.account,
        payouts.organizer_id,
        null as show_id,
        payouts.run_id,
        payouts.currency,
        each.amount
    from payouts
    cross join
        lateral (
            values
            ('payout', payouts.sent_at, 'theatre_payable', payouts.amount),
            ('payout', payouts.sent_at, 'payouts_in_transit', -payouts.amount),
            ('payment', payouts.paid_at, 'payouts_in_transit', payouts.amount),
            ('payment', payouts.paid_at, 'bank', -payouts.amount),
            (
                'return',
                payouts.returned_at,
                case when payouts.paid_at is null then 'payouts_in_transit' else 'bank' end,
                payouts.amount
            ),
            ('return', payouts.returned_at, 'theatre_payable', -payouts.amount)
        ) as each (kind, at, account, amount)
    where each.at is not null

    union all

    select
        'gateway:' || gateway_files.file_id as transaction_id,
        'gateway_settlement' as transaction_kind,
        gateway_files.gateway_date as booked_on,
        each.account,
        null as organizer_id,
        null as show_id,
        null as run_id,
        gateway_files.currency,
        each.amount
    from gateway_files
    cross join lateral (
        values
        ('bank', gateway_files.amount - gateway_files.fee_amount),
        ('gateway_fees', gateway_files.fee_amount),
        ('gateway_clearing', -gateway_files.amount)
    ) as each (account, amount)

),

entries as (

    select
        transaction_id || ':' || account || ':' || currency as ledger_entry_id,
        transaction_id,
        transaction_kind,
        booked_on,
        account,
        organizer_id,
        show_id,
        run_id,
        currency,
        greatest(amount, 0)::bigint as debit_amount,
        greatest(-amount, 0)::bigint as credit_amount

    from postings

    where amount != 0

)

select * from entries
