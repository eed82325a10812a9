select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    type as event_type,
    at as event_at,
    loaded_at

from {{ source('raw', 'seat_events') }}

where type is not null
