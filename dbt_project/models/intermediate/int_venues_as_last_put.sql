with

venues as (

    select * from {{ ref('stg_catalogue_events__venues') }}

),

last_put as (

    select distinct on (venue_id) *

    from venues

    order by venue_id asc, event_offset desc

)

select * from last_put
