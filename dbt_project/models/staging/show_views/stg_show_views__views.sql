with

source as (

    select * from {{ source('raw', 'show_views') }}

),

renamed as (

    select
        source."offset" as event_offset,
        each.show_id,
        each.views::bigint as view_count,
        (source.body ->> 'minute_at')::timestamptz as minute_at

    from source

    cross join lateral jsonb_each_text(source.body -> 'views') as each (show_id, views)

)

select * from renamed
