with

versions as (

    select * from {{ ref('stg_seat_events__versions') }}

),

touched as (

    select
        show_id,
        max(loaded_at) as loaded_until

    from versions

    where loaded_at > {{ loaded_until([
        ('finance', 'bookings'),
        ('analytics', 'int_shows_earned')
    ]) }}

    group by show_id

)

select * from touched
