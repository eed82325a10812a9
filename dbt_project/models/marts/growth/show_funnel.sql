with

shows as (

    select * from {{ ref('shows') }}

),

views as (

    select
        show_id,
        sum(view_count)::bigint as view_count

    from {{ ref('stg_show_views__views') }}

    group by show_id

),

bookings as (

    select
        show_id,
        count(*)::integer as hold_count,
        (count(*) filter (where is_paid))::integer as paid_count,
        (count(*) filter (where status = 'cancelled'))::integer as cancelled_count

    from {{ ref('bookings') }}

    where channel = 'online'

    group by show_id

),

funnel as (

    select
        shows.show_id,
        shows.city_id,
        shows.venue_id,
        shows.movie_id,
        shows.organizer_id,
        shows.city_name,
        shows.movie_title,
        shows.show_date,
        coalesce(views.view_count, 0) as view_count,
        coalesce(bookings.hold_count, 0) as hold_count,
        coalesce(bookings.paid_count, 0) as paid_count,
        coalesce(bookings.cancelled_count, 0) as cancelled_count

    from shows

    left join views on shows.show_id = views.show_id

    left join bookings on shows.show_id = bookings.show_id

)

select * from funnel
