with

settlement_lines as (

    select * from {{ ref('settlement_lines') }}

),

totals as (

    select
        -- ids
        settlement_id,
        organizer_id,
        venue_id,

        -- names
        max(venue_name) as venue_name,

        -- when
        ended_on,
        due_on,
        max(due_at) as due_at,
        case when max(due_at) <= {{ as_of() }} then 'due' else 'accruing' end as status,

        -- tickets
        count(*)::integer as show_count,
        sum(booking_count)::integer as booking_count,
        sum(cancelled_booking_count)::integer as cancelled_booking_count,
        sum(ticket_count)::integer as ticket_count,
        sum(cancelled_ticket_count)::integer as cancelled_ticket_count,

        -- money
        currency,
        sum(gross_amount)::bigint as gross_amount,
        sum(refund_amount)::bigint as refund_amount,
        sum(net_amount)::bigint as net_amount,
        sum(commission_amount)::bigint as commission_amount,
        sum(fee_amount)::bigint as fee_amount,
        sum(tax_amount)::bigint as tax_amount,
        sum(payable_amount)::bigint as payable_amount,
        sum(settled_amount)::bigint as settled_amount

    from settlement_lines

    group by settlement_id, organizer_id, venue_id, currency, ended_on, due_on

)

select * from totals
