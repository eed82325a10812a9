select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    (body ->> 'refund')::bigint as refund_amount,
    body ->> 'currency' as refund_currency,
    at as cancelled_at

from {{ source('raw', 'seat_events') }}

where type = 'BookingCancelled'
