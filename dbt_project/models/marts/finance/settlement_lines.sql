with

earned as (

    select * from {{ ref('int_shows_earned') }}

),

shows as (

    select * from {{ ref('int_shows_as_last_put') }}

),

venues as (

    select * from {{ ref('int_venues_as_last_put') }}

),

contracts as (

    select * from {{ ref('stg_settlement__contracts') }}

),

calendar as (

    select * from {{ ref('stg_settlement__calendar') }}

),

settled as (

    select
        show_id,
        currency,
        sum(payable_amount)::bigint as settled_amount

    from {{ ref('stg_settlement__run_lines') }}

    group by show_id, currency

),

with_terms as (

    select
        earned.*,
        shows.organizer_id,
        shows.venue_id,
        shows.theatre_id,
        shows.movie_id,
        shows.timezone,
        shows.show_date,
        shows.starts_at as show_starts_at,
        shows.ended_on,
        venues.country,
        coalesce(contracts.settle_days, {{ var('default_settle_days') }}) as settle_days,
        coalesce(contracts.commission_bps, {{ var('default_commission_bps') }})::integer
            as commission_bps,
        coalesce(contracts.ticket_fee, 0) as ticket_fee,
        coalesce(contracts.tax_bps, 0) as tax_bps,
        earned.ticket_count - earned.cancelled_ticket_count as kept_ticket_count

    from earned

    left join shows on earned.show_id = shows.show_id

    left join venues on shows.venue_id = venues.venue_id

    left join contracts
        on
            shows.organizer_id = contracts.organizer_id
            and earned.currency = contracts.currency
            and shows.ended_on >= contracts.valid_from
            and shows.ended_on < coalesce(contracts.valid_until, 'infinity'::date)

),

-- the n-th business day after the show's, where its bank is; without a calendar every day is one
with_due_date as (

    select
        with_terms.*,
        coalesce(due.calendar_date, with_terms.ended_on + with_terms.settle_days) as due_on

    from with_terms

    left join calendar as ended
        on
            with_terms.country = ended.country
            and with_terms.ended_on = ended.calendar_date

    left join calendar as due
        on
            ended.country = due.country
            and due.is_business_day
            and ended.business_day_number + with_terms.settle_days = due.business_day_number

),

with_commission as (

    select
        *,
        (due_on + '{{ var("settlement_cut_off") }}'::time) at time zone timezone as due_at,
        {{ share_in_basis_points('net_amount', 'commission_bps') }} as commission_amount,
        (ticket_fee * kept_ticket_count)::bigint as fee_amount

    from with_due_date

),

with_tax as (

    select
        *,
        {{ share_in_basis_points('(commission_amount + fee_amount)', 'tax_bps') }} as tax_amount

    from with_commission

),

lines as (

    select
        -- ids
        with_tax.show_id || ':' || with_tax.currency as settlement_line_id,
        with_tax.venue_id
        || ':' || with_tax.organizer_id
        || ':' || with_tax.currency
        || ':' || with_tax.ended_on
        || ':' || with_tax.due_on as settlement_id,
        with_tax.show_id,
        with_tax.organizer_id,
        with_tax.venue_id,
        with_tax.theatre_id,
        with_tax.movie_id,

        -- names
        with_tax.venue_name,
        with_tax.theatre_name,
        with_tax.movie_title,

        -- when
        with_tax.show_date,
        with_tax.show_starts_at,
        with_tax.ended_on,
        with_tax.due_on,
        with_tax.due_at,
        case when with_tax.due_at <= {{ as_of() }} then 'due' else 'accruing' end as status,

        -- tickets
        with_tax.booking_count,
        with_tax.cancelled_booking_count,
        with_tax.ticket_count,
        with_tax.cancelled_ticket_count,

        -- money
        with_tax.currency,
        with_tax.gross_amount,
        with_tax.refund_amount,
        with_tax.net_amount,
        with_tax.commission_bps,
        with_tax.commission_amount,
        with_tax.fee_amount,
        with_tax.tax_amount,
        with_tax.net_amount
        - with_tax.commission_amount
        - with_tax.fee_amount
        - with_tax.tax_amount as payable_amount,
        coalesce(settled.settled_amount, 0) as settled_amount

    from with_tax

    left join settled
        on
            with_tax.show_id = settled.show_id
            and with_tax.currency = settled.currency

)

select * from lines
