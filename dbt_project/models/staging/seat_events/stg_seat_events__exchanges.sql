select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    body ->> 'to_show_id' as to_show_id,
    body ->> 'to_booking_id' as to_booking_id,
    jsonb_array_length(body -> 'given') as given_ticket_count,
    jsonb_array_length(body -> 'lines') as remaining_ticket_count,
    body -> 'lines' as price_lines,
    (body ->> 'amount')::bigint as amount,
    (body ->> 'credit')::bigint as credit_amount,
    body ->> 'currency' as currency,
    at as exchanged_at

from {{ source('raw', 'seat_events') }}

where type = 'BookingExchanged'
