with

source as (

    select * from {{ source('settlement', 'gateway_files') }}

),

-- of two files for the same day the first counts, until it is discarded
counting as (

    select distinct on (gateway, currency, day)
        file_id,
        gateway,
        currency,
        day as gateway_date,
        line_count,
        amount,
        fee as fee_amount

    from source

    where discarded_at is null

    order by gateway, currency, day, file_id

)

select * from counting
