with

holds as (

    select * from {{ ref('stg_seat_events__holds') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

extensions as (

    select
        booking_id,
        max(held_until) as held_until

    from {{ ref('stg_seat_events__extensions') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

    group by booking_id

),

direct_bookings as (

    select * from {{ ref('stg_seat_events__direct_bookings') }}

    where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

),

changed as (

    select * from {{ ref('int_bookings_changed') }}

),

taken as (

    select
        holds.booking_id,
        holds.show_id,
        holds.customer_id,
        'online' as channel,
        holds.amount,
        holds.currency,
        holds.price_lines,
        holds.held_at,
        coalesce(extensions.held_until, holds.held_until) as held_until,
        holds.event_offset

    from holds

    left join extensions on holds.booking_id = extensions.booking_id

    union all

    select
        booking_id,
        show_id,
        customer_id,
        'partner' as channel,
        amount,
        currency,
        price_lines,
        booked_at as held_at,
        booked_at as held_until,
        event_offset

    from direct_bookings

),

-- the log is published at least once, so the same event may lie in it twice
once as (

    select distinct on (booking_id) *

    from taken

    order by booking_id, event_offset

),

as_it_is as (

    select
        once.booking_id,
        once.show_id,
        once.customer_id,
        once.channel,
        once.currency,
        once.held_at,
        once.held_until,
        once.event_offset,
        jsonb_array_length(once.price_lines) + coalesce(changed.taken_ticket_count, 0)
            as ticket_count,
        coalesce(changed.amount, once.amount) as amount,
        coalesce(changed.price_lines, once.price_lines) as price_lines

    from once

    left join changed on once.booking_id = changed.booking_id

),

with_lines as (

    select
        as_it_is.*,
        lines.seat_count,
        lines.seat_ids,
        lines.base_amount,
        lines.discount_amount,
        lines.offer_ids

    from as_it_is

    cross join lateral (

        select
            count(*)::integer as seat_count,
            string_agg(each.line ->> 'seat_id', ' ' order by each.place) as seat_ids,
            sum((each.line ->> 'base')::bigint)::bigint as base_amount,
            coalesce(sum((each.line ->> 'discount')::bigint), 0)::bigint as discount_amount,
            string_agg(distinct each.line ->> 'offer_id', ' ') as offer_ids

        from jsonb_array_elements(as_it_is.price_lines) with ordinality as each (line, place)

    ) as lines

)

select * from with_lines
