{{ config(group='finance') }}

-- A payment, a release or a cancellation speaks of a booking that had seats.
with

taken as (

    select * from {{ ref('int_bookings_taken') }}

),

paid as (

    select * from {{ ref('int_bookings_paid') }}

),

ended as (

    select * from {{ ref('int_bookings_ended') }}

),

spoken_of as (

    select booking_id from paid

    union

    select booking_id from ended

)

select spoken_of.booking_id

from spoken_of

left join taken on spoken_of.booking_id = taken.booking_id

where taken.booking_id is null
