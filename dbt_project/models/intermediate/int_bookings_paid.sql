with

confirmations as (

    select * from {{ ref('stg_seat_events__confirmations') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

direct_bookings as (

    select * from {{ ref('stg_seat_events__direct_bookings') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

paid as (

    select
        booking_id,
        payment_method,
        payment_reference,
        paid_amount,
        paid_currency,
        confirmed_at,
        event_offset

    from confirmations

    union all

    select
        booking_id,
        payment_method,
        payment_reference,
        paid_amount,
        paid_currency,
        booked_at as confirmed_at,
        event_offset

    from direct_bookings

),

once as (

    select distinct on (booking_id) *

    from paid

    order by booking_id, event_offset

)

select * from once
