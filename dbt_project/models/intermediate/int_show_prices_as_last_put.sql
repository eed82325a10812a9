with

shows as (

    select * from {{ ref('int_shows_as_last_put') }}

),

prices as (

    select
        shows.show_id,
        each.zone_id,
        shows.currency,
        each.price::bigint as price_amount,
        shows.put_at at time zone 'UTC' as put_at_utc

    from shows

    cross join lateral jsonb_each_text(shows.prices) as each (zone_id, price)

)

select * from prices
