{{ config(tags=['closing']) }}

-- An exchange is in the log of both its shows, for the same money; after an hour at the latest.
with

taken as (

    select distinct
        booking_id as to_booking_id,
        from_booking_id as booking_id,
        credit_amount,
        currency,
        taken_at as at

    from {{ ref('stg_seat_events__exchanges_taken') }}

),

exchanged as (

    select distinct
        booking_id,
        to_booking_id,
        credit_amount,
        currency,
        exchanged_at as at

    from {{ ref('stg_seat_events__exchanges') }}

)

select
    coalesce(taken.to_booking_id, exchanged.to_booking_id) as to_booking_id,
    taken.credit_amount as taken_amount,
    exchanged.credit_amount as exchanged_amount

from taken

full outer join exchanged
    on
        taken.to_booking_id = exchanged.to_booking_id
        and taken.booking_id = exchanged.booking_id

where
    (taken.credit_amount, taken.currency)
    is distinct from (exchanged.credit_amount, exchanged.currency)
    and coalesce(taken.at, exchanged.at) < {{ as_of() }} - interval '1 hour'
