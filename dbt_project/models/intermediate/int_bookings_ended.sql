with

releases as (

    select * from {{ ref('stg_seat_events__releases') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

cancellations as (

    select * from {{ ref('stg_seat_events__cancellations') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

exchanges as (

    select * from {{ ref('stg_seat_events__exchanges') }}

    where
        show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)
        and remaining_ticket_count = 0

),

ended as (

    select
        booking_id,
        case release_reason when 'expired' then 'expired' else 'released' end as status,
        0::bigint as refund_amount,
        0::bigint as carried_out_amount,
        released_at as ended_at,
        event_offset

    from releases

    union all

    select
        booking_id,
        'cancelled' as status,
        refund_amount,
        0::bigint as carried_out_amount,
        cancelled_at as ended_at,
        event_offset

    from cancellations

    union all

    select
        booking_id,
        'exchanged' as status,
        credit_amount as refund_amount,
        credit_amount as carried_out_amount,
        exchanged_at as ended_at,
        event_offset

    from exchanges

),

once as (

    select distinct on (booking_id) *

    from ended

    order by booking_id, event_offset

)

select * from once
