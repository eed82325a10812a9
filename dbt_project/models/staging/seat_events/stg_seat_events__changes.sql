select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    jsonb_array_length(body -> 'given') as given_ticket_count,
    coalesce(jsonb_array_length(body -> 'taken'), 0) as taken_ticket_count,
    body -> 'lines' as price_lines,
    (body ->> 'amount')::bigint as amount,
    (body ->> 'refund')::bigint as refund_amount,
    coalesce((body #>> '{payment,amount}')::bigint, 0) as paid_amount,
    body #>> '{payment,reference}' as payment_reference,
    body ->> 'currency' as currency,
    at as changed_at

from {{ source('raw', 'seat_events') }}

where type = 'BookingChanged'
