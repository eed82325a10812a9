with

confirmations as (

    select * from {{ ref('stg_seat_events__confirmations') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

direct_bookings as (

    select * from {{ ref('stg_seat_events__direct_bookings') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

exchanges_taken as (

    select * from {{ ref('stg_seat_events__exchanges_taken') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

paid as (

    select
        booking_id,
        payment_method,
        payment_reference,
        payment_reference as first_payment_reference,
        paid_amount,
        0::bigint as carried_in_amount,
        0::bigint as refund_amount,
        paid_currency,
        confirmed_at,
        event_offset

    from confirmations

    union all

    select
        booking_id,
        payment_method,
        payment_reference,
        payment_reference as first_payment_reference,
        paid_amount,
        0::bigint as carried_in_amount,
        0::bigint as refund_amount,
        paid_currency,
        booked_at as confirmed_at,
        event_offset

    from direct_bookings

    union all

    select
        booking_id,
        coalesce(payment_method, first_payment_method) as payment_method,
        payment_reference,
        first_payment_reference,
        credit_amount + paid_amount as paid_amount,
        credit_amount as carried_in_amount,
        refund_amount,
        currency as paid_currency,
        taken_at as confirmed_at,
        event_offset

    from exchanges_taken

),

once as (

    select distinct on (booking_id) *

    from paid

    order by booking_id, event_offset

)

select * from once
