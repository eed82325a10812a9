with

sales as (

    select distinct on (show_id, show_version) *

    from {{ ref('stg_seat_events__counter_sales') }}

    order by show_id asc, show_version asc, event_offset asc

),

shows as (

    select * from {{ ref('shows') }}

),

drift as (

    select
        sales.show_id,
        max(shows.city_id) as city_id,
        max(shows.venue_id) as venue_id,
        max(shows.theatre_id) as theatre_id,
        max(shows.venue_name) as venue_name,
        max(shows.theatre_name) as theatre_name,
        max(shows.show_date) as show_date,
        count(*)::integer as sale_count,
        sum(sales.sold_seat_count + sales.conflict_seat_count)::integer as counter_seat_count,
        sum(sales.conflict_seat_count)::integer as conflict_seat_count,
        max(sales.sold_at) filter (where sales.conflict_seat_count > 0) as last_conflict_at

    from sales

    left join shows on sales.show_id = shows.show_id

    group by sales.show_id

)

select * from drift
