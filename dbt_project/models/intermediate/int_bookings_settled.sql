with

bookings as (

    select * from {{ ref('bookings') }}

),

settled as (

    select
        booking_id,
        show_id,
        sum(gross_amount)::bigint as settled_gross_amount,
        sum(refund_amount)::bigint as settled_refund_amount

    from {{ source('settlement', 'run_bookings') }}

    group by booking_id, show_id

),

joined as (

    select
        settled.booking_id,
        settled.show_id,
        settled.settled_gross_amount,
        settled.settled_refund_amount,
        bookings.paid_amount,
        bookings.refund_amount

    from settled

    left join bookings on settled.booking_id = bookings.booking_id

)

select * from joined
