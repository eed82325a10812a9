with

experiments as (

    select * from {{ ref('experiments') }}

),

bookings as (

    select * from {{ ref('bookings') }}

),

placed as (

    select
        experiments.experiment_id,
        bookings.customer_id,
        bookings.currency,
        bookings.is_paid,
        bookings.status,
        bookings.seat_count,
        bookings.paid_amount,
        {{ experiment_bucket('experiments.experiment_id', 'bookings.customer_id') }}
        < experiments.treated_bps as is_treated

    from experiments

    inner join bookings
        on
            experiments.starts_on <= bookings.held_at
            and coalesce(experiments.ends_on, 'infinity') > bookings.held_at

    where bookings.channel = 'online'

),

results as (

    select
        experiment_id,
        case when is_treated then 'treated' else 'control' end as variant,
        currency,
        count(distinct customer_id)::integer as customer_count,
        count(*)::integer as hold_count,
        (count(*) filter (where is_paid))::integer as paid_count,
        (count(*) filter (where status = 'cancelled'))::integer as cancelled_count,
        coalesce(sum(seat_count) filter (where is_paid), 0)::integer as ticket_count,
        sum(paid_amount)::bigint as gross_amount

    from placed

    group by experiment_id, is_treated, currency

)

select * from results
