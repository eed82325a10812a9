with

bookings as (

    select * from {{ ref('bookings') }}

),

shows as (

    select * from {{ ref('int_shows_as_last_put') }}

),

contracts as (

    select * from {{ ref('contracts') }}

),

earned as (

    select
        show_id,
        currency,
        max(venue_name) as venue_name,
        max(theatre_name) as theatre_name,
        max(movie_title) as movie_title,
        count(*)::integer as booking_count,
        (count(*) filter (where status = 'cancelled'))::integer as cancelled_booking_count,
        sum(ticket_count)::integer as ticket_count,
        sum(returned_ticket_count)::integer as cancelled_ticket_count,
        sum(paid_amount)::bigint as gross_amount,
        sum(refund_amount)::bigint as refund_amount,
        (sum(paid_amount) - sum(refund_amount))::bigint as net_amount

    from bookings

    where is_paid

    group by show_id, currency

),

with_terms as (

    select
        earned.*,
        shows.organizer_id,
        shows.venue_id,
        shows.theatre_id,
        shows.movie_id,
        shows.show_date,
        shows.starts_at as show_starts_at,
        shows.ended_on,
        shows.ended_on + 1 as due_on,
        (shows.ended_on + 1 + '{{ var("settlement_cut_off") }}'::time) at time zone shows.timezone
            as due_at,
        coalesce(contracts.commission_bps, {{ var('default_commission_bps') }})::integer
            as commission_bps

    from earned

    left join shows on earned.show_id = shows.show_id

    left join contracts on shows.organizer_id = contracts.organizer_id

),

with_commission as (

    select
        *,
        {{ share_in_basis_points('net_amount', 'commission_bps') }} as commission_amount

    from with_terms

),

lines as (

    select
        -- ids
        show_id || ':' || currency as settlement_line_id,
        venue_id || ':' || organizer_id || ':' || currency || ':' || ended_on as settlement_id,
        show_id,
        organizer_id,
        venue_id,
        theatre_id,
        movie_id,

        -- names
        venue_name,
        theatre_name,
        movie_title,

        -- when
        show_date,
        show_starts_at,
        ended_on,
        due_on,
        due_at,
        case when due_at <= {{ as_of() }} then 'due' else 'accruing' end as status,

        -- tickets
        booking_count,
        cancelled_booking_count,
        ticket_count,
        cancelled_ticket_count,

        -- money
        currency,
        gross_amount,
        refund_amount,
        net_amount,
        commission_bps,
        commission_amount,
        net_amount - commission_amount as payable_amount

    from with_commission

)

select * from lines
