-- Every line is in one settlement, and a settlement says what its lines say together.
with

lines as (

    select
        settlement_id,
        count(*) as show_count,
        sum(booking_count) as booking_count,
        sum(gross_amount) as gross_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        sum(commission_amount) as commission_amount,
        sum(fee_amount) as fee_amount,
        sum(tax_amount) as tax_amount,
        sum(settled_amount) as settled_amount,
        sum(payable_amount) as payable_amount

    from {{ ref('settlement_lines') }}

    group by settlement_id

),

settlements as (

    select * from {{ ref('theatre_settlements') }}

)

select coalesce(lines.settlement_id, settlements.settlement_id) as settlement_id

from lines

full outer join settlements on lines.settlement_id = settlements.settlement_id

where
    (
        lines.show_count,
        lines.booking_count,
        lines.gross_amount,
        lines.refund_amount,
        lines.net_amount,
        lines.commission_amount,
        lines.fee_amount,
        lines.tax_amount,
        lines.settled_amount,
        lines.payable_amount
    )
    is distinct from
    (
        settlements.show_count,
        settlements.booking_count,
        settlements.gross_amount,
        settlements.refund_amount,
        settlements.net_amount,
        settlements.commission_amount,
        settlements.fee_amount,
        settlements.tax_amount,
        settlements.settled_amount,
        settlements.payable_amount
    )
