with

reports as (

    select * from {{ source('settlement', 'theatre_reports') }}

),

lines as (

    select * from {{ source('settlement', 'theatre_lines') }}

),

renamed as (

    select distinct on (lines.show_id, lines.currency)
        lines.show_id,
        lines.currency,
        lines.ticket_count,
        lines.amount,
        reports.day as reported_on

    from lines

    inner join reports on lines.report_id = reports.report_id

    order by lines.show_id asc, lines.currency asc, lines.report_id desc

)

select * from renamed
