select
    command_id,
    partition as event_partition,
    "offset" as event_offset,
    split_part(command_id, '.', 2) as source_id,
    type = 'CommandRefused' as is_refused,
    body ->> 'code' as refusal_code,
    at as answered_at

from {{ source('raw', 'seat_events') }}

where command_id like 'feed.%'
