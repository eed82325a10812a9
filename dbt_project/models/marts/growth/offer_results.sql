with

bookings as (

    select * from {{ ref('bookings') }}

),

totals as (

    select
        city_id,
        currency,
        max(city_name) as city_name,
        offer_ids is not null as is_with_offer,
        count(*)::integer as booking_count,
        sum(seat_count)::integer as ticket_count,
        sum(paid_amount)::bigint as gross_amount,
        sum(discount_amount)::bigint as discount_amount

    from bookings

    where is_paid

    group by city_id, currency, offer_ids is not null

)

select * from totals
