with

runs as (

    select * from {{ source('settlement', 'runs') }}

),

lines as (

    select * from {{ source('settlement', 'run_lines') }}

),

renamed as (

    select
        lines.run_id,
        lines.show_id,
        lines.currency,
        lines.organizer_id,
        lines.gross_amount,
        lines.refund_amount,
        lines.net_amount,
        lines.commission_amount,
        lines.fee_amount,
        lines.tax_amount,
        lines.payable_amount,
        runs.created_at as settled_at

    from lines

    inner join runs on lines.run_id = runs.run_id

)

select * from renamed
