-- Every paid booking is in exactly one settlement line, whose sums hold it.
with

bookings as (

    select
        show_id,
        currency,
        count(*) as booking_count,
        sum(paid_amount) as gross_amount,
        sum(refund_amount) as refund_amount

    from {{ ref('bookings') }}

    where status in ('confirmed', 'cancelled', 'exchanged')

    group by show_id, currency

),

lines as (

    select * from {{ ref('settlement_lines') }}

)

select
    bookings.show_id as booked_show_id,
    lines.show_id as settled_show_id,
    bookings.currency

from bookings

full outer join lines
    on
        bookings.show_id = lines.show_id
        and bookings.currency = lines.currency

where
    bookings.booking_count is distinct from lines.booking_count
    or bookings.gross_amount is distinct from lines.gross_amount
    or bookings.refund_amount is distinct from lines.refund_amount
