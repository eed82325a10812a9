with

answers as (

    select
        source_id,
        (min(answered_at) at time zone 'UTC')::date as fact_date,
        bool_or(is_refused) as is_refused

    from {{ ref('stg_seat_events__feed_answers') }}

    group by source_id, command_id

),

lines as (

    select
        source_id,
        (min(found_at) at time zone 'UTC')::date as fact_date

    from {{ ref('stg_dead_letters__feed_lines') }}

    group by source_id, file_name, line_number

),

every as (

    select
        source_id,
        fact_date,
        case when is_refused then 'refused' else 'taken' end as outcome

    from answers

    union all

    select
        source_id,
        fact_date,
        'unreadable' as outcome

    from lines

),

quality as (

    select
        source_id,
        fact_date,
        (count(*) filter (where outcome = 'taken'))::integer as taken_count,
        (count(*) filter (where outcome = 'refused'))::integer as refused_count,
        (count(*) filter (where outcome = 'unreadable'))::integer as unreadable_count

    from every

    group by source_id, fact_date

)

select * from quality
