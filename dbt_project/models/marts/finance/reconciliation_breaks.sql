with

bookings as (

    select * from {{ ref('bookings') }}

),

changes as (

    select distinct on (show_id, show_version) *

    from {{ ref('stg_seat_events__changes') }}

    where paid_amount > 0

    order by show_id, show_version, event_offset

),

gateway_files as (

    select * from {{ ref('stg_settlement__gateway_files') }}

),

gateway_lines as (

    select * from {{ ref('stg_settlement__gateway_lines') }}

),

theatre_lines as (

    select * from {{ ref('stg_settlement__theatre_lines') }}

),

terms as (

    select * from {{ ref('gateway_terms') }}

),

paid_for_changes as (

    select
        booking_id,
        sum(paid_amount)::bigint as amount

    from changes

    group by booking_id

),

-- what a gateway must have: what was sold elsewhere and paid there is not its business
expected as (

    select
        'capture' as kind,
        bookings.payment_reference,
        bookings.currency,
        bookings.booking_id,
        bookings.show_id,
        bookings.seat_ids,
        bookings.paid_amount
        - bookings.carried_in_amount
        - coalesce(paid_for_changes.amount, 0) as amount,
        (bookings.confirmed_at at time zone 'utc')::date as expected_on

    from bookings

    left join paid_for_changes on bookings.booking_id = paid_for_changes.booking_id

    where
        bookings.is_paid
        and bookings.channel = 'online'
        and bookings.paid_amount > bookings.carried_in_amount

    union all

    -- what a change cost is a payment of its own
    select
        'capture' as kind,
        changes.payment_reference,
        changes.currency,
        changes.booking_id,
        changes.show_id,
        null as seat_ids,
        changes.paid_amount as amount,
        (changes.changed_at at time zone 'utc')::date as expected_on

    from changes

    inner join bookings on changes.booking_id = bookings.booking_id

    where bookings.channel = 'online'

    union all

    -- by the payment that the money was captured with, whichever shows it went to since
    select
        'refund' as kind,
        first_payment_reference as payment_reference,
        currency,
        min(booking_id) as booking_id,
        min(show_id) as show_id,
        min(seat_ids) as seat_ids,
        sum(refund_amount - carried_out_amount)::bigint as amount,
        max((coalesce(cancelled_at, changed_at, confirmed_at) at time zone 'utc')::date)
            as expected_on

    from bookings

    where is_paid and channel = 'online' and refund_amount > carried_out_amount

    group by first_payment_reference, currency

),

on_their_terms as (

    select
        gateway_lines.*,
        case gateway_lines.kind when 'capture' then coalesce(terms.fee_bps, 0) else 0 end
            as fee_bps

    from gateway_lines

    left join terms
        on
            gateway_lines.gateway = terms.gateway
            and gateway_lines.gateway_date >= terms.valid_from
            and gateway_lines.gateway_date < coalesce(terms.valid_until, 'infinity'::date)

),

reported as (

    select
        kind,
        payment_reference,
        currency,
        min(gateway_date) as gateway_date,
        count(*) as line_count,
        sum(amount)::bigint as amount,
        sum(fee_amount)::bigint as fee_amount,
        sum({{ share_in_basis_points('amount', 'fee_bps') }})::bigint as agreed_fee_amount

    from on_their_terms

    group by kind, payment_reference, currency

),

days_reported as (

    select distinct
        currency,
        gateway_date

    from gateway_files

),

compared as (

    select
        coalesce(expected.kind, reported.kind) as kind,
        coalesce(expected.payment_reference, reported.payment_reference) as payment_reference,
        coalesce(expected.currency, reported.currency) as currency,
        expected.booking_id,
        expected.show_id,
        expected.seat_ids,
        expected.amount as our_amount,
        reported.amount as their_amount,
        reported.fee_amount,
        reported.agreed_fee_amount,
        coalesce(reported.gateway_date, expected.expected_on) as seen_on,
        case
            -- a day without its file says nothing of what is missing
            when reported.payment_reference is null and days_reported.gateway_date is null then null
            when reported.payment_reference is null then 'missing_in_gateway'
            when expected.payment_reference is null then 'missing_in_ledger'
            -- a booking may be refunded in parts, but it is captured once
            when reported.kind = 'capture' and reported.line_count > 1 then 'duplicate'
            when reported.amount != expected.amount then 'amount'
            when reported.fee_amount != reported.agreed_fee_amount then 'fee'
        end as break_type

    from expected

    full outer join reported
        on
            expected.kind = reported.kind
            and expected.payment_reference = reported.payment_reference
            and expected.currency = reported.currency

    left join days_reported
        on
            expected.currency = days_reported.currency
            and expected.expected_on = days_reported.gateway_date

),

-- what a theatre must have let in: what was not given back before the show was over
admitted as (

    select
        show_id,
        currency,
        sum(seat_count) as ticket_count,
        sum(amount) as amount

    from bookings

    where
        is_paid
        and status != 'exchanged'
        and (cancelled_at is null or cancelled_at > show_ends_at)

    group by show_id, currency

),

theatres_compared as (

    select
        theatre_lines.show_id,
        theatre_lines.currency,
        coalesce(admitted.amount, 0)::bigint as our_amount,
        theatre_lines.amount as their_amount,
        theatre_lines.reported_on as seen_on,
        coalesce(admitted.ticket_count, 0) - theatre_lines.ticket_count as ticket_difference

    from theatre_lines

    left join admitted
        on
            theatre_lines.show_id = admitted.show_id
            and theatre_lines.currency = admitted.currency

),

breaks as (

    select
        break_type,
        kind,
        payment_reference as about,
        booking_id,
        show_id,
        seat_ids,
        currency,
        our_amount,
        their_amount,
        case break_type
            when 'fee' then agreed_fee_amount - fee_amount
            else coalesce(our_amount, 0) - coalesce(their_amount, 0)
        end as difference_amount,
        0::bigint as ticket_difference,
        seen_on

    from compared

    where break_type is not null

    union all

    select
        'theatre_mismatch' as break_type,
        'admission' as kind,
        show_id as about,
        null as booking_id,
        show_id,
        null as seat_ids,
        currency,
        our_amount,
        their_amount,
        our_amount - their_amount as difference_amount,
        ticket_difference,
        seen_on

    from theatres_compared

    where ticket_difference != 0 or our_amount != their_amount

),

aged as (

    select
        break_type || ':' || kind || ':' || about || ':' || currency as break_id,
        break_type,
        kind,
        about,
        booking_id,
        show_id,
        seat_ids,
        currency,
        our_amount,
        their_amount,
        difference_amount::bigint as difference_amount,
        ticket_difference::bigint as ticket_difference,
        seen_on,
        ({{ as_of() }} at time zone 'utc')::date - seen_on as age_days

    from breaks

),

with_ageing as (

    select
        *,
        case
            when age_days < 1 then '0'
            when age_days < 3 then '1'
            when age_days < 7 then '3'
            else '7'
        end as ageing

    from aged

)

select * from with_ageing
