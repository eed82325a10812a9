with

source as (

    select * from {{ source('settlement', 'calendar') }}

),

renamed as (

    select
        country,
        day as calendar_date,
        is_business_day,
        business_day_number

    from source

)

select * from renamed
