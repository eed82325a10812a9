select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    body #>> '{payment,method}' as payment_method,
    body #>> '{payment,reference}' as payment_reference,
    (body #>> '{payment,amount}')::bigint as paid_amount,
    body #>> '{payment,currency}' as paid_currency,
    at as confirmed_at

from {{ source('raw', 'seat_events') }}

where type = 'BookingConfirmed'
