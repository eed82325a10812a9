{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='show_id',
        on_schema_change='fail',
        indexes=[{'columns': ['show_id']}],
        post_hook="{{ remember_loaded('int_shows_earned') }}"
    )
}}

with

bookings as (

    select * from {{ ref('bookings') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

earned as (

    select
        show_id,
        currency,
        max(venue_name) as venue_name,
        max(theatre_name) as theatre_name,
        max(movie_title) as movie_title,
        count(*)::integer as booking_count,
        (count(*) filter (where status = 'cancelled'))::integer as cancelled_booking_count,
        sum(ticket_count)::integer as ticket_count,
        sum(returned_ticket_count)::integer as cancelled_ticket_count,
        sum(paid_amount)::bigint as gross_amount,
        sum(refund_amount)::bigint as refund_amount,
        (sum(paid_amount) - sum(refund_amount))::bigint as net_amount

    from bookings

    where is_paid

    group by show_id, currency

)

select * from earned
