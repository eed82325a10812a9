with

source as (

    select * from {{ source('raw', 'catalogue_events') }}

),

renamed as (

    select
        "offset" as event_offset,
        body #>> '{venue,venue_id}' as venue_id,
        body #>> '{venue,organizer_id}' as organizer_id,
        body #>> '{venue,name}' as venue_name,
        body #>> '{venue,city_id}' as city_id,
        body #>> '{venue,city_name}' as city_name,
        body #>> '{venue,country}' as country,
        body #>> '{venue,timezone}' as timezone,
        body #>> '{venue,currency}' as currency,
        at as put_at

    from source

    where type = 'VenuePut'

)

select * from renamed
