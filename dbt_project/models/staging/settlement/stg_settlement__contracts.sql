with

source as (

    select * from {{ source('settlement', 'contracts') }}

),

renamed as (

    select
        organizer_id,
        currency,
        valid_from,
        valid_until,
        commission_bps,
        ticket_fee,
        tax_bps,
        settle_days

    from source

)

select * from renamed
