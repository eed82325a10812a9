with

bookings as (

    select * from {{ ref('bookings') }}

),

daily as (

    select
        city_id,
        max(city_name) as city_name,
        show_date,
        currency,
        channel,
        count(*)::integer as hold_count,
        (count(*) filter (where is_paid))::integer as paid_count,
        (count(*) filter (where status = 'expired'))::integer as expired_count,
        (count(*) filter (where status = 'released'))::integer as released_count,
        (count(*) filter (where status = 'cancelled'))::integer as cancelled_count,
        coalesce(sum(seat_count) filter (where is_paid), 0)::integer as ticket_count,
        sum(paid_amount)::bigint as gross_amount,
        sum(refund_amount)::bigint as refund_amount,
        coalesce(sum(discount_amount) filter (where is_paid), 0)::bigint as discount_amount

    from bookings

    group by city_id, show_date, currency, channel

)

select * from daily
