"""Each metric once: what it counts, of which marts, in SQL that Postgres and DuckDB read alike.

The report pages, `justbookit sql --metric` and the notebook all ask through here. Marts have counts
and sums only, which can be added up; a share or a median is made of them here, for whatever it is
asked by.
"""

from collections.abc import Sequence

import msgspec

from justbookit.errors import JustBookItError

_SUFFIX = {"count": "", "amount": "_amount", "share": "_bps", "hours": "_hours", "hundredths": ""}
"""By unit, what its column is called after its name; that is how a page knows to write it."""


class NoMetric(JustBookItError):
    """There is no such metric, or it cannot be asked so; the message says what can be."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; `marts` are those whose columns `expression` is made of, the first unless said.

    Units: `count`; `amount`, minor units of a currency, so always asked by `currency`; `share`, in
    basis points; `hours`; `hundredths`, so many to a hundred.
    """

    name: str
    unit: str
    says: str
    marts: tuple[str, ...]
    expression: str

    @property
    def column(self) -> str:
        return self.name + _SUFFIX[self.unit]


def _share(part: str, whole: str) -> str:
    return f"cast(round(10000.0 * {part} / nullif({whole}, 0)) as integer)"


def _sum(column: str) -> str:
    return f"cast(sum({column}) as bigint)"


def _party(which: str) -> str:
    tickets, bookings = (
        f"sum({column}) filter (where {which})" for column in ("ticket_count", "booking_count")
    )
    return f"100.0 * {tickets} / nullif({bookings}, 0)"


_FUNNEL = ("growth.show_funnel",)
_SALES = ("growth.daily_sales", "growth.show_funnel", "growth.experiment_results")
_MONEY = ("growth.daily_sales", "growth.experiment_results")
_FEEDS = ("operations.feed_quality",)

_ALL = (
    Metric(
        name="views",
        unit="count",
        says="How often the seats of a show were shown to somebody.",
        marts=_FUNNEL,
        expression=_sum("view_count"),
    ),
    Metric(
        name="holds",
        unit="count",
        says="Bookings that ever had seats.",
        marts=_SALES,
        expression=_sum("hold_count"),
    ),
    Metric(
        name="paid",
        unit="count",
        says="Bookings that were paid, whether or not they were given back later.",
        marts=_SALES,
        expression=_sum("paid_count"),
    ),
    Metric(
        name="hold_rate",
        unit="share",
        says="Holds of views, over shows whose seats were looked at.",
        marts=_FUNNEL,
        expression=_share("sum(hold_count) filter (where view_count > 0)", "sum(view_count)"),
    ),
    Metric(
        name="conversion",
        unit="share",
        says="Paid bookings of all that ever had seats.",
        marts=_SALES,
        expression=_share("sum(paid_count)", "sum(hold_count)"),
    ),
    Metric(
        name="conversion_error",
        unit="share",
        says="Standard error of conversion: two of them are about what chance alone does.",
        marts=_SALES,
        expression=(
            "cast(round(10000.0 * sqrt(cast(sum(paid_count) * (sum(hold_count) - sum(paid_count))"
            " as double precision) / nullif(power(sum(hold_count), 3), 0))) as integer)"
        ),
    ),
    Metric(
        name="cancellation",
        unit="share",
        says="Paid bookings that were given back, of all that were paid.",
        marts=_SALES,
        expression=_share("sum(cancelled_count)", "sum(paid_count)"),
    ),
    Metric(
        name="gross",
        unit="amount",
        says="What customers paid.",
        marts=_MONEY,
        expression=_sum("gross_amount"),
    ),
    Metric(
        name="refund",
        unit="amount",
        says="What customers were given back.",
        marts=("growth.daily_sales",),
        expression=_sum("refund_amount"),
    ),
    Metric(
        name="discount",
        unit="amount",
        says="What offers took off paid bookings.",
        marts=("growth.daily_sales", "growth.offer_results"),
        expression=_sum("discount_amount"),
    ),
    Metric(
        name="tickets",
        unit="count",
        says="Tickets of paid bookings that were not given back.",
        marts=("operations.show_occupancy",),
        expression=_sum("ticket_count"),
    ),
    Metric(
        name="occupancy",
        unit="share",
        says="Those tickets, of the seats of their shows.",
        marts=("operations.show_occupancy",),
        expression=_share("sum(ticket_count)", "sum(seat_count)"),
    ),
    Metric(
        name="lead_time",
        unit="hours",
        says="Hours from a hold to its show's start: the median of the paid ones.",
        marts=("finance.bookings",),
        expression=(
            "cast(round(cast(percentile_cont(0.5) within group (order by lead_minutes / 60.0)"
            " filter (where is_paid) as numeric)) as integer)"
        ),
    ),
    Metric(
        name="party_size",
        unit="hundredths",
        says="Tickets of a hundred paid bookings.",
        marts=("growth.offer_results",),
        expression=f"cast(round({_party('true')}) as integer)",
    ),
    Metric(
        name="offer_uplift",
        unit="hundredths",
        says=(
            "Tickets of a hundred paid bookings with an offer, less those of a hundred without."
            " A comparison: who comes in threes gets the offer for it. What an offer does is said"
            " by an experiment."
        ),
        marts=("growth.offer_results",),
        expression=(
            f"cast(round({_party('is_with_offer')} - {_party('not is_with_offer')}) as integer)"
        ),
    ),
    Metric(
        name="facts",
        unit="count",
        says="Facts about seats that a theatre's system sent and that could be read.",
        marts=_FEEDS,
        expression=_sum("taken_count + refused_count"),
    ),
    Metric(
        name="feed_quality",
        unit="share",
        says="Facts that happened, of all lines that were sent as facts.",
        marts=_FEEDS,
        expression=_share(
            "sum(taken_count)", "sum(taken_count + refused_count + unreadable_count)"
        ),
    ),
    Metric(
        name="drift",
        unit="share",
        says="Seats that a theatre's counter sold although we had given them away, of all it sold.",
        marts=("operations.show_drift",),
        expression=_share("sum(conflict_seat_count)", "sum(counter_seat_count)"),
    ),
    Metric(
        name="quarantined",
        unit="share",
        says="Messages that the archive could not read, of all it has.",
        marts=("operations.topic_freshness",),
        expression=_share("sum(quarantined_count)", "sum(message_count)"),
    ),
)

METRICS = {metric.name: metric for metric in _ALL}


def question(
    names: Sequence[str],
    by: Sequence[str] = (),
    *,
    mart: str = "",
    where: str = "true",
    with_schema: bool = False,
) -> str:
    """The SQL that asks for metrics of one mart, by some of its columns, in the order of those.

    In the lake a mart has its name alone; in Postgres it lies in its schema (`with_schema`).
    Raises NoMetric for a name there is not, and for metrics that no mart has together.
    """
    if not names:
        raise NoMetric("name a metric: " + ", ".join(METRICS))
    if missing := [name for name in names if name not in METRICS]:
        raise NoMetric(f"no metric {', '.join(missing)}; there are {', '.join(METRICS)}")
    asked = [METRICS[name] for name in names]
    marts = [each for each in asked[0].marts if all(each in metric.marts for metric in asked)]
    if mart:
        marts = [each for each in marts if mart in (each, each.partition(".")[2])]
    if not marts:
        raise NoMetric(
            f"{', '.join(names)} cannot be asked together{f' of {mart}' if mart else ''}: "
            + "; ".join(f"{metric.name} is of {', '.join(metric.marts)}" for metric in asked)
        )
    if any(metric.unit == "amount" for metric in asked) and "currency" not in by:
        raise NoMetric("amounts of several currencies cannot be added up: ask by currency as well")
    columns = [*by, *(f"{metric.expression} AS {metric.column}" for metric in asked)]
    name = marts[0] if with_schema else marts[0].partition(".")[2]
    made = f"SELECT {', '.join(columns)} FROM {name} WHERE {where}"  # noqa: S608 - read-only
    if by:
        places = ", ".join(map(str, range(1, len(by) + 1)))
        made += f" GROUP BY {places} ORDER BY {places}"
    return made
