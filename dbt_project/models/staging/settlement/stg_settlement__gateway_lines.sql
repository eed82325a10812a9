with

files as (

    select * from {{ ref('stg_settlement__gateway_files') }}

),

lines as (

    select * from {{ source('settlement', 'gateway_lines') }}

),

renamed as (

    select
        files.gateway,
        lines.line_id as gateway_line_id,
        lines.kind,
        lines.reference as payment_reference,
        files.currency,
        lines.amount,
        lines.fee as fee_amount,
        files.gateway_date,
        lines.at as reported_at

    from lines

    inner join files on lines.file_id = files.file_id

)

select * from renamed
