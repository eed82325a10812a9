select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    body ->> 'customer_id' as customer_id,
    (body ->> 'amount')::bigint as amount,
    body ->> 'currency' as currency,
    body -> 'lines' as price_lines,
    body #>> '{payment,method}' as payment_method,
    body #>> '{payment,reference}' as payment_reference,
    (body #>> '{payment,amount}')::bigint as paid_amount,
    body #>> '{payment,currency}' as paid_currency,
    at as booked_at

from {{ source('raw', 'seat_events') }}

where type = 'SeatsBooked'
