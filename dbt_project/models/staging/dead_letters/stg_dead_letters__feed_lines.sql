with

source as (

    select * from {{ source('raw', 'dead_letters') }}

),

renamed as (

    select
        "offset" as event_offset,
        body ->> 'source' as source_id,
        body ->> 'file' as file_name,
        (body ->> 'line')::integer as line_number,
        body ->> 'field' as field_name,
        body ->> 'reason' as reason,
        at as found_at

    from source

    where type = 'FeedDeadLetter'

)

select * from renamed
