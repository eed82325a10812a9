with

shows as (

    select * from {{ ref('shows') }}

),

bookings as (

    select * from {{ ref('bookings') }}

),

sold as (

    select
        show_id,
        coalesce(sum(seat_count) filter (where status = 'confirmed'), 0)::integer as ticket_count

    from bookings

    group by show_id

),

occupancy as (

    select
        shows.show_id,
        shows.city_id,
        shows.venue_id,
        shows.theatre_id,
        shows.movie_id,
        shows.city_name,
        shows.venue_name,
        shows.theatre_name,
        shows.movie_title,
        shows.show_date,
        shows.show_starts_at,
        shows.seat_count,
        coalesce(sold.ticket_count, 0) as ticket_count

    from shows

    left join sold on shows.show_id = sold.show_id

)

select * from occupancy
