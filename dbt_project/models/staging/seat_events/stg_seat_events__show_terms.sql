select
    show_id,
    version as show_version,
    partition as event_partition,
    "offset" as event_offset,
    body #>> '{terms,movie_id}' as movie_id,
    body #>> '{terms,theatre_id}' as theatre_id,
    body #>> '{terms,venue_id}' as venue_id,
    body #>> '{terms,city_id}' as city_id,
    body #>> '{terms,organizer_id}' as organizer_id,
    body #>> '{terms,timezone}' as timezone,
    body #>> '{terms,currency}' as currency,
    body #>> '{terms,mode}' as sales_mode,
    body #> '{terms,layout}' as layout,
    body #> '{terms,prices}' as prices,
    (body #>> '{terms,starts_at}')::timestamptz as starts_at,
    (body #>> '{terms,ends_at}')::timestamptz as ends_at,
    at as put_at

from {{ source('raw', 'seat_events') }}

where type in ('ShowOpened', 'ShowChanged', 'ShowMoved')
