with

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

named as (

    select
        shows.show_id,
        shows.organizer_id,
        shows.city_id,
        shows.venue_id,
        shows.theatre_id,
        shows.movie_id,
        venues.city_name,
        venues.venue_name,
        theatres.theatre_name,
        movies.movie_title,
        shows.sales_mode,
        shows.currency,
        shows.timezone,
        shows.show_date,
        shows.starts_at as show_starts_at,
        coalesce(seats.seat_count, 0) as seat_count

    from shows

    left join venues on shows.venue_id = venues.venue_id

    left join theatres on shows.theatre_id = theatres.theatre_id

    left join movies on shows.movie_id = movies.movie_id

    left join seats on shows.show_id = seats.show_id

)

select * from named
