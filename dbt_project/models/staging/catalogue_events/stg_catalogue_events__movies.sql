with

source as (

    select * from {{ source('raw', 'catalogue_events') }}

),

renamed as (

    select
        "offset" as event_offset,
        body #>> '{movie,movie_id}' as movie_id,
        body #>> '{movie,title}' as movie_title,
        body #>> '{movie,language}' as language,
        (body #>> '{movie,duration_minutes}')::integer as duration_minutes,
        at as put_at

    from source

    where type = 'MoviePut'

)

select * from renamed
