with

loads as (

    select * from {{ source('raw', 'loads') }}

),

topics as (

    select
        topic,
        sum(message_count)::bigint as message_count,
        coalesce(sum(message_count) filter (where table_name = 'quarantine'), 0)::bigint
            as quarantined_count,
        max(last_message_at) as last_message_at,
        max(loaded_at) as last_loaded_at

    from loads

    group by topic

)

select * from topics
