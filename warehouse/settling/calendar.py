"""On which days banks work, by country, as far as there are shows: public holidays from a library.

Where the library does not know a country, its weekends are Saturday and Sunday and it has no
holidays; that is logged, because money is paid by it.
"""

import logging
import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import holidays
import psycopg

_log = logging.getLogger("warehouse.calendar")
_SATURDAY = 5

_COUNTRIES = """
SELECT DISTINCT body #>> '{venue,country}' AS country
  FROM raw.catalogue_events
 WHERE type = 'VenuePut'
 ORDER BY country
"""
_YEARS = """
SELECT min(year)::int, max(year)::int
  FROM (SELECT left(body #>> '{terms,ends_at}', 4) AS year
          FROM raw.seat_events
         WHERE type IN ('ShowOpened', 'ShowChanged', 'ShowMoved')) AS shows
"""
_THERE = """
SELECT country, extract(YEAR FROM min(day))::int, extract(YEAR FROM max(day))::int
  FROM settlement.calendar
 GROUP BY country
"""


def fill(connection: psycopg.Connection) -> int:
    """Have every day that a show of ours can be paid on; how many days were written.

    A country's days are counted from the first, so they are written anew when there are more.
    """
    first, last = connection.execute(_YEARS).fetchone() or (None, None)
    if first is None:
        return 0
    there = {row[0]: (row[1], row[2]) for row in connection.execute(_THERE)}
    written = 0
    for (country,) in connection.execute(_COUNTRIES).fetchall():
        begins, ends = there.get(country, (first, last + 1))
        wanted = (min(begins, first), max(ends, last + 1))
        if there.get(country) == wanted:
            continue
        connection.execute("DELETE FROM settlement.calendar WHERE country = %s", [country])
        with connection.cursor().copy(
            "COPY settlement.calendar (country, day, is_business_day, business_day_number)"
            " FROM STDIN"
        ) as copy:
            for row in days(country, *wanted):
                copy.write_row((country, *row))
                written += 1
    return written


def days(country: str, first: int, last: int) -> Iterator[tuple[date, bool, int]]:
    """Each day of the years `first` to `last`: is it a business day, and the how many-th."""
    known = _known(country, first, last)
    day, number = date(first, 1, 1), 0
    while day.year <= last:
        is_business = day.weekday() < _SATURDAY if known is None else known.is_working_day(day)
        number += is_business
        yield day, is_business, number
        day += timedelta(days=1)


def _known(country: str, first: int, last: int) -> holidays.HolidayBase | None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            known = holidays.country_holidays(country, years=range(first, last + 1))
        except NotImplementedError:
            _log.warning("no holidays are known of %r: every Monday to Friday counts", country)
            return None
    # of years too far ahead the library knows the weekends only
    for each in caught:
        _log.info("%s: %s", country, each.message)
    return known
