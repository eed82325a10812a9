with

changes as (

    select * from {{ ref('stg_seat_events__changes') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

-- the log is published at least once, so the same event may lie in it twice
once as (

    select distinct on (show_id, show_version) *

    from changes

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
        sum(paid_amount)::bigint as paid_amount

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
