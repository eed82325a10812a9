{{ config(group='finance') }}

-- A show's events are counted from 1 without a hole, so a lost one shows here; of what is new.
select
    show_id,
    max(show_version) as last_version,
    count(distinct show_version) as version_count

from {{ ref('stg_seat_events__versions') }}

where show_id in (select touched.show_id from {{ ref('int_shows_touched') }} as touched)

group by show_id

having
    min(show_version) != 1
    or max(show_version) != count(distinct show_version)
