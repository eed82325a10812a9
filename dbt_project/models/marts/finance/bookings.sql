{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='show_id',
        on_schema_change='fail',
        indexes=[{'columns': ['show_id']}, {'columns': ['booking_id']}],
        post_hook="{{ remember_loaded('bookings') }}"
    )
}}

with

taken as (

    select * from {{ ref('int_bookings_taken') }}

),

paid as (

    select * from {{ ref('int_bookings_paid') }}

),

changed as (

    select * from {{ ref('int_bookings_changed') }}

),

ended as (

    select * from {{ ref('int_bookings_ended') }}

),

shows as (

    select * from {{ ref('int_shows_as_last_put') }}

),

venues as (

    select * from {{ ref('int_venues_as_last_put') }}

),

theatres as (

    select * from {{ ref('int_theatres_as_last_put') }}

),

movies as (

    select * from {{ ref('int_movies_as_last_put') }}

),

joined as (

    select
        -- ids
        taken.booking_id,
        taken.show_id,
        taken.customer_id,
        shows.organizer_id,
        shows.city_id,
        shows.venue_id,
        shows.theatre_id,
        shows.movie_id,

        -- what became of it
        coalesce(ended.status, case when paid.booking_id is null then 'held' else 'confirmed' end)
            as status,
        paid.booking_id is not null as is_paid,
        taken.channel,

        -- names
        venues.city_name,
        venues.venue_name,
        theatres.theatre_name,
        movies.movie_title,

        -- seats and money
        taken.seat_ids,
        taken.seat_count,
        taken.ticket_count,
        coalesce(changed.given_ticket_count, 0)
        + case when ended.status in ('cancelled', 'exchanged') then taken.seat_count else 0 end
            as returned_ticket_count,
        taken.currency,
        taken.base_amount,
        taken.discount_amount,
        taken.offer_ids,
        taken.amount,
        coalesce(paid.paid_amount, 0) + coalesce(changed.paid_amount, 0) as paid_amount,
        coalesce(ended.refund_amount, 0)
        + coalesce(changed.refund_amount, 0)
        + coalesce(paid.refund_amount, 0) as refund_amount,
        coalesce(paid.carried_in_amount, 0) as carried_in_amount,
        coalesce(ended.carried_out_amount, 0) + coalesce(changed.carried_out_amount, 0)
            as carried_out_amount,
        paid.payment_method,
        paid.payment_reference,
        paid.first_payment_reference,

        -- times
        shows.show_date,
        shows.starts_at as show_starts_at,
        shows.ends_at as show_ends_at,
        taken.held_at,
        taken.held_until,
        floor(extract(epoch from shows.starts_at - taken.held_at) / 60)::integer as lead_minutes,
        paid.confirmed_at,
        changed.changed_at,
        case when ended.status in ('released', 'expired') then ended.ended_at end as released_at,
        case when ended.status = 'cancelled' then ended.ended_at end as cancelled_at,
        case when ended.status = 'exchanged' then ended.ended_at end as exchanged_at

    from taken

    left join paid on taken.booking_id = paid.booking_id

    left join changed on taken.booking_id = changed.booking_id

    left join ended on taken.booking_id = ended.booking_id

    left join shows on taken.show_id = shows.show_id

    left join venues on shows.venue_id = venues.venue_id

    left join theatres on shows.theatre_id = theatres.theatre_id

    left join movies on shows.movie_id = movies.movie_id

)

select * from joined
