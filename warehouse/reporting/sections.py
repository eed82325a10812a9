"""What stands on the pages: each section a question about one mart, and how it is drawn.

Figures that are metrics are asked as `warehouse.metrics` defines them; the others are columns.
"""

from collections.abc import Sequence

import msgspec

from warehouse.metrics import question
from warehouse.reporting.charts import Chart

ROWS_MAX = 200


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table, and how it is drawn as well where people would rather look than read."""

    title: str
    query: str
    made_by: str = "justbookit build"
    chart: Chart | None = None
    metrics: tuple[str, ...] = ()
    """Which of its figures are metrics, to be explained."""


def _asked(
    title: str,
    names: Sequence[str],
    by: Sequence[str],
    *,
    chart: Chart,
    mart: str = "",
    where: str = "true",
    newest: str = "",
) -> Section:
    """A section of metrics, by what they are asked by; `newest`: its last days only."""
    query = question(names, by, mart=mart, where=where, with_schema=True)
    order = f"{newest} DESC, " if newest else ""
    return Section(
        title=title,
        query=f"SELECT * FROM ({query}) AS asked ORDER BY {order}{', '.join(by)} LIMIT {ROWS_MAX}",  # noqa: S608 - our own words
        made_by="justbookit reports",
        chart=chart,
        metrics=tuple(names),
    )


PAGES: dict[str, tuple[Section, ...]] = {
    "finance": (
        Section(
            title="Owed to organizers, by day it is due",
            query="SELECT due_on, organizer_id, currency, sum(show_count) AS shows,"
            " sum(net_amount)::bigint AS net_amount,"
            " sum(commission_amount + fee_amount)::bigint AS our_amount,"
            " sum(payable_amount)::bigint AS payable_amount,"
            " sum(settled_amount)::bigint AS settled_amount"
            " FROM finance.theatre_settlements GROUP BY 1, 2, 3"
            " ORDER BY due_on DESC, organizer_id, currency LIMIT 200",
            chart=Chart(
                mark="bar",
                along="due_on",
                measure="payable_amount",
                by="organizer_id",
                apart="currency",
            ),
        ),
        Section(
            title="Breaks, by type and age",
            query="SELECT break_type, currency, ageing AS days_old_at_least, count(*) AS breaks,"
            " sum(difference_amount)::bigint AS difference_amount"
            " FROM finance.reconciliation_breaks GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            made_by="justbookit reconcile",
            chart=Chart(mark="bar", along="break_type", measure="breaks", by="days_old_at_least"),
        ),
        Section(
            title="Accounts",
            query="SELECT account, currency, sum(debit_amount)::bigint AS debit_amount,"
            " sum(credit_amount)::bigint AS credit_amount,"
            " sum(debit_amount - credit_amount)::bigint AS balance_amount"
            " FROM finance.ledger_entries GROUP BY 1, 2 ORDER BY 1, 2",
            made_by="justbookit reconcile",
            chart=Chart(mark="bar", along="account", measure="balance_amount", apart="currency"),
        ),
        Section(
            title="Payouts",
            query="SELECT payout_id, currency, status, carried_in AS carried_in_amount,"
            " earned AS earned_amount, amount AS paid_out_amount, carried_out AS"
            " carried_out_amount, reason FROM settlement.payouts"
            " ORDER BY run_id DESC, payout_id LIMIT 200",
        ),
    ),
    "operations": (
        Section(
            title="How recent and how readable the log is",
            query="SELECT topic, message_count, quarantined_count, last_message_at,"
            " last_loaded_at FROM operations.topic_freshness ORDER BY topic",
            chart=Chart(mark="bar", along="topic", measure="message_count"),
        ),
        _asked(
            "Occupancy, by city and day",
            ("tickets", "occupancy"),
            ("show_date", "city_id"),
            newest="show_date",
            chart=Chart(mark="line", along="show_date", measure="occupancy_bps", by="city_id"),
        ),
        _asked(
            "From looking to a ticket, by city and day",
            ("views", "holds", "paid", "hold_rate", "conversion", "cancellation"),
            ("show_date", "city_id"),
            mart="show_funnel",
            where="view_count + hold_count > 0",
            newest="show_date",
            chart=Chart(mark="line", along="show_date", measure="conversion_bps", by="city_id"),
        ),
        _asked(
            "Sales, by city and day",
            ("gross", "refund", "discount"),
            ("show_date", "city_id", "currency"),
            newest="show_date",
            chart=Chart(
                mark="bar",
                along="show_date",
                measure="gross_amount",
                by="city_id",
                apart="currency",
            ),
        ),
        _asked(
            "How long before the show people book",
            ("lead_time",),
            ("city_id",),
            chart=Chart(mark="bar", along="city_id", measure="lead_time_hours"),
        ),
        _asked(
            "With an offer, and without",
            ("party_size", "discount"),
            ("city_id", "currency", "is_with_offer"),
            mart="offer_results",
            chart=Chart(
                mark="bar",
                along="city_id",
                measure="party_size",
                by="is_with_offer",
                can_be_added=False,
                apart="currency",
            ),
        ),
        _asked(
            "What offers may do",
            ("offer_uplift",),
            ("city_id",),
            chart=Chart(mark="bar", along="city_id", measure="offer_uplift"),
        ),
        _asked(
            "Experiments",
            ("holds", "paid", "conversion", "conversion_error"),
            ("experiment_id", "variant"),
            mart="experiment_results",
            chart=Chart(
                mark="bar", along="variant", measure="conversion_bps", apart="experiment_id"
            ),
        ),
        _asked(
            "What theatres' systems send",
            ("facts", "feed_quality"),
            ("source_id", "fact_date"),
            newest="fact_date",
            chart=Chart(mark="line", along="fact_date", measure="feed_quality_bps", by="source_id"),
        ),
        _asked(
            "Drift: seats sold twice, by venue",
            ("drift",),
            ("venue_id", "venue_name"),
            chart=Chart(mark="bar", along="venue_id", measure="drift_bps"),
        ),
    ),
}
