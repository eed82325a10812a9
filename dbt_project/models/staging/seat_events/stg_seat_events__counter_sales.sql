select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'sale_id' as sale_id,
    jsonb_array_length(body -> 'seat_ids') as sold_seat_count,
    coalesce(jsonb_array_length(body -> 'conflicts'), 0) as conflict_seat_count,
    at as sold_at

from {{ source('raw', 'seat_events') }}

where type = 'SeatsSoldAtCounter'
