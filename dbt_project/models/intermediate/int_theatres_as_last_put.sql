with

theatres as (

    select * from {{ ref('stg_catalogue_events__theatres') }}

),

last_put as (

    select distinct on (theatre_id) *

    from theatres

    order by theatre_id asc, event_offset desc

)

select * from last_put
