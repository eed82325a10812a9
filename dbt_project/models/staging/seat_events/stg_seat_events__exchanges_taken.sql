select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body ->> 'booking_id' as booking_id,
    body #>> '{origin,show_id}' as from_show_id,
    body #>> '{origin,booking_id}' as from_booking_id,
    (body #>> '{origin,credit}')::bigint as credit_amount,
    body #>> '{origin,method}' as first_payment_method,
    body #>> '{origin,reference}' as first_payment_reference,
    body #>> '{payment,method}' as payment_method,
    body #>> '{payment,reference}' as payment_reference,
    coalesce((body #>> '{payment,amount}')::bigint, 0) as paid_amount,
    coalesce((body ->> 'refund')::bigint, 0) as refund_amount,
    body ->> 'currency' as currency,
    at as taken_at

from {{ source('raw', 'seat_events') }}

where type = 'ExchangeTaken'
