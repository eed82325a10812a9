"""Row locks through psycopg, as an application uses it: threads that share a pool."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from lab.bench.row_locks import CALL, COUNT, GIVE, KEEP, LOOK, TAKE, statement

CLIENTS = 16

Wish = Mapping[str, int]
_Connection = Connection[TupleRow]

_TAKE, _LOOK, _GIVE, _KEEP, _CALL, _COUNT = map(statement, (TAKE, LOOK, GIVE, KEEP, CALL, COUNT))


class Taken(Exception):
    """One of the seats is not free."""


def wish(number: int, shows: int) -> Wish:
    """Which seats the booking of this number is for: it goes through all shows again and again."""
    seat = 2 * (number // shows) + 1
    return {
        "booking": number,
        "show": number % shows,
        "seat": seat,
        "next": seat + 1,
        "customer": number % 1000,
    }


def book(conninfo: str, way: str, shows: int, bookings: int, seconds: float) -> None:
    """Make so many bookings, or as many as there is time for."""
    take = _WAYS[way]
    numbers = count()
    with ConnectionPool(
        conninfo, open=False, min_size=CLIENTS, max_size=CLIENTS, kwargs={"autocommit": True}
    ) as pool:
        pool.wait()
        ends = time.perf_counter() + seconds
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [
                threads.submit(_client, pool, take, shows, bookings, numbers, ends)
                for _ in range(CLIENTS)
            ]
        for client in clients:
            client.result()


def _client(
    pool: ConnectionPool[_Connection],
    take: Callable[[_Connection, Wish], None],
    shows: int,
    bookings: int,
    numbers: Iterator[int],
    ends: float,
) -> None:
    while time.perf_counter() < ends and (number := next(numbers)) < bookings:
        with pool.connection() as connection:
            try:
                take(connection, wish(number, shows))
            except (Taken, UniqueViolation):
                continue


def _update(connection: _Connection, wish: Wish) -> None:
    with connection.transaction():
        if connection.execute(_TAKE, wish).rowcount != 2:
            raise Taken
        connection.execute(_KEEP, wish)


def _for_update(connection: _Connection, wish: Wish) -> None:
    with connection.transaction():
        if len(connection.execute(_LOOK, wish).fetchall()) != 2:
            raise Taken
        connection.execute(_GIVE, wish)
        connection.execute(_KEEP, wish)


def _function(connection: _Connection, wish: Wish) -> None:
    connection.execute(_CALL, wish)


def _counted(connection: _Connection, wish: Wish) -> None:
    connection.execute(_COUNT, wish)


_WAYS = {
    "update": _update,
    "for_update": _for_update,
    "function": _function,
    "counted": _counted,
}
