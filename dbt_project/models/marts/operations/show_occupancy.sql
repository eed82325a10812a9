with

shows as (

    select * from {{ ref('int_shows_as_last_put') }}

),

bookings as (

    select * from {{ ref('bookings') }}

),

places as (

    select
        shows.show_id,
        1 as place_count

    from shows

    cross join lateral jsonb_array_elements(shows.layout -> 'rows') as each (layout_row)

    cross join
        lateral jsonb_array_elements_text(each.layout_row -> 'cells') as cell (label)

    where cell.label != ''

    union all

    select
        shows.show_id,
        (each.area ->> 'capacity')::integer as place_count

    from shows

    cross join lateral jsonb_array_elements(shows.layout -> 'areas') as each (area)

),

seats as (

    select
        show_id,
        sum(place_count)::integer as seat_count

    from places

    group by show_id

),

sold as (

    select
        show_id,
        max(city_name) as city_name,
        max(venue_name) as venue_name,
        max(theatre_name) as theatre_name,
        max(movie_title) as movie_title,
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
        sold.city_name,
        sold.venue_name,
        sold.theatre_name,
        sold.movie_title,
        shows.show_date,
        shows.starts_at as show_starts_at,
        seats.seat_count,
        coalesce(sold.ticket_count, 0) as ticket_count,
        (coalesce(sold.ticket_count, 0) * 10000 / nullif(seats.seat_count, 0))::integer
            as occupancy_bps

    from shows

    left join seats on shows.show_id = seats.show_id

    left join sold on shows.show_id = sold.show_id

)

select * from occupancy
