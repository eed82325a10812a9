"""The row locks that we are compared with really book, and sell no seat twice."""

import psycopg
import pytest

from justbookit.settings import Settings
from lab.bench.comparison import CLIENTS, COUNTED, WAYS, Beside, Part, Rivals
from lab.bench.figures import NotPlausible
from lab.bench.row_locks import SCHEMA, RowLocks

SECONDS_MAX = 60.0
MANY = Part("many_shows", 4, 24, 48)
HOT = Part("hot_show", 1, 64, 32)
EACH = [(client, way) for client in CLIENTS for way in (*WAYS, COUNTED)]

GIVE_UP = [("pgbench", "function"), ("pgbench", COUNTED)]
"""A client of pgbench ends where a statement fails, as these do when a seat is taken."""

_SOLD_TWICE = """
SELECT count(*) FROM (
    SELECT 1 FROM booking, unnest(seat_ids) AS seat_id
     GROUP BY show_id, seat_id HAVING count(*) > 1
) AS twice
"""


@pytest.mark.parametrize("part", [MANY, HOT], ids=lambda part: part.name)
@pytest.mark.parametrize(("client", "way"), EACH)
def test_every_seat_is_sold_once(stack: Settings, part: Part, client: str, way: str) -> None:
    with RowLocks(stack) as locks, psycopg.connect(locks.conninfo, autocommit=True) as connection:
        rivals = Rivals(stack, locks, SECONDS_MAX, lambda _: None, lambda: None)
        locks.lay(part.shows, part.seats)
        rivals.book(client, way, part)
        assert locks.sold().bookings == part.bookings
        # all of it once more, under other names: there is nothing left to be sold
        connection.execute("UPDATE booking SET booking_id = -1 - booking_id")
        connection.execute("UPDATE show_seat SET booking_id = -1 - booking_id")
        if (client, way) in GIVE_UP:
            with pytest.raises(NotPlausible, match="one of the seats is taken"):
                rivals.book(client, way, part)
        else:
            rivals.book(client, way, part)
        assert locks.sold().bookings == part.bookings
        assert connection.execute(_SOLD_TWICE).fetchone() == (0,)
        left = connection.execute("SELECT sum(seats_left) FROM show").fetchone()
        assert left == (0 if way == COUNTED else part.shows * part.seats,)


@pytest.mark.parametrize(("client", "way"), EACH)
def test_one_seat_of_two_is_never_sold_alone(stack: Settings, client: str, way: str) -> None:
    with RowLocks(stack) as locks, psycopg.connect(locks.conninfo, autocommit=True) as connection:
        rivals = Rivals(stack, locks, SECONDS_MAX, lambda _: None, lambda: None)
        locks.lay(HOT.shows, HOT.seats)
        connection.execute("UPDATE show_seat SET state = 'blocked' WHERE seat_id % 4 = 2")
        if (client, way) in GIVE_UP:
            with pytest.raises(NotPlausible, match="one of the seats is taken"):
                rivals.book(client, way, HOT)
        else:
            rivals.book(client, way, HOT)
        alone = "SELECT count(*) FROM show_seat WHERE seat_id % 4 = 1 AND state <> 'free'"
        assert connection.execute(alone).fetchone() == (0,)


def test_one_round_measures_each_and_leaves_nothing_behind(stack: Settings) -> None:
    with RowLocks(stack) as locks:
        rivals = Rivals(stack, locks, Beside().seconds, lambda _: None, lambda: None)
        measured = dict(rivals.measure(MANY))
        assert set(locks.durability().values()) == {"on"}
    assert {sold.bookings for sold in measured.values()} == {48}
    assert set(measured) == {f"many_shows.{way}.{client}" for client, way in EACH}
    with psycopg.connect(stack.postgres) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,))
        assert found.fetchone() is None


def test_seats_and_bookings_that_do_not_agree_are_no_figure(stack: Settings) -> None:
    with RowLocks(stack) as locks, psycopg.connect(locks.conninfo, autocommit=True) as connection:
        rivals = Rivals(stack, locks, SECONDS_MAX, lambda _: None, lambda: None)
        locks.lay(MANY.shows, MANY.seats)
        with pytest.raises(NotPlausible, match="nothing was booked"):
            locks.sold()
        rivals.book("psycopg", "update", MANY)
        connection.execute("UPDATE show_seat SET booking_id = booking_id + 1 WHERE seat_id = 1")
        with pytest.raises(NotPlausible, match="do not agree"):
            locks.sold()
