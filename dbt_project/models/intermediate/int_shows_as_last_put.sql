with

show_terms as (

    select * from {{ ref('stg_seat_events__show_terms') }}

),

last_put as (

    select distinct on (show_id)
        *,
        (starts_at at time zone timezone)::date as show_date,
        (ends_at at time zone timezone)::date as ended_on

    from show_terms

    order by show_id asc, show_version desc

)

select * from last_put
