select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    (body ->> 'held_until')::timestamptz as held_until,
    at as extended_at

from {{ source('raw', 'seat_events') }}

where type = 'HoldExtended'
