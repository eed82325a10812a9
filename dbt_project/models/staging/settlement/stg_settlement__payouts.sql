with

source as (

    select * from {{ source('settlement', 'payouts') }}

),

renamed as (

    select
        payout_id,
        run_id,
        organizer_id,
        currency,
        amount,
        status as payout_status,
        sent_at,
        paid_at,
        returned_at

    from source

)

select * from renamed
