with

source as (

    select * from {{ source('raw', 'catalogue_events') }}

),

renamed as (

    select
        "offset" as event_offset,
        body #>> '{theatre,theatre_id}' as theatre_id,
        body #>> '{theatre,venue_id}' as venue_id,
        body #>> '{theatre,name}' as theatre_name,
        at as put_at

    from source

    where type = 'TheatrePut'

)

select * from renamed
