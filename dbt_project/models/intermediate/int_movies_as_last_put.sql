with

movies as (

    select * from {{ ref('stg_catalogue_events__movies') }}

),

last_put as (

    select distinct on (movie_id) *

    from movies

    order by movie_id asc, event_offset desc

)

select * from last_put
