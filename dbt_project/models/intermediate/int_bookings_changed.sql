with

changes as (

    select * from {{ ref('stg_seat_events__changes') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

-- what went to another show is given back here, and what stays is changed
exchanges as (

    select * from {{ ref('stg_seat_events__exchanges') }}

    where
        show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)
        and remaining_ticket_count > 0

),

both_kinds as (

    select
        show_id,
        show_version,
        event_offset,
        booking_id,
        given_ticket_count,
        taken_ticket_count,
        price_lines,
        amount,
        refund_amount,
        paid_amount,
        0::bigint as carried_out_amount,
        changed_at

    from changes

    union all

    select
        show_id,
        show_version,
        event_offset,
        booking_id,
        given_ticket_count,
        0 as taken_ticket_count,
        price_lines,
        amount,
        credit_amount as refund_amount,
        0::bigint as paid_amount,
        credit_amount as carried_out_amount,
        exchanged_at as changed_at

    from exchanges

),

-- the log is published at least once, so the same event may lie in it twice
once as (

    select distinct on (show_id, show_version) *

    from both_kinds

    order by show_id, show_version, event_offset

),

sums as (

    select
        booking_id,
        max(show_version) as show_version,
        count(*)::integer as change_count,
        sum(given_ticket_count)::integer as given_ticket_count,
        sum(taken_ticket_count)::integer as taken_ticket_count,
        sum(refund_amount)::bigint as refund_amount,
        sum(paid_amount)::bigint as paid_amount,
        sum(carried_out_amount)::bigint as carried_out_amount

    from once

    group by booking_id

),

as_last_changed as (

    select
        sums.booking_id,
        sums.change_count,
        sums.given_ticket_count,
        sums.taken_ticket_count,
        sums.refund_amount,
        sums.paid_amount,
        sums.carried_out_amount,
        once.price_lines,
        once.amount,
        once.changed_at,
        once.event_offset

    from sums

    inner join once
        on
            sums.booking_id = once.booking_id
            and sums.show_version = once.show_version

)

select * from as_last_changed
