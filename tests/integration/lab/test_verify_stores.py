"""verify, against a running stack whose stores somebody has tampered with."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import psycopg
import pytest
from click.testing import CliRunner
from opensearchpy import OpenSearch

from justbookit.settings import Settings
from lab.__main__ import EXIT_DIFFERS, command
from lab.verify import history
from lab.verify.audit import Check
from lab.verify.moment import NeverStill
from lab.verify.run import verify
from lab.verify.stores import MOVIES, SHOWS
from tests.playhouse import Playhouse

GHOST = "test.ghost"


@contextmanager
def tampered(settings: Settings, wrong: str, undo: str) -> Iterator[None]:
    """The database, with something wrong in it for a while."""
    with psycopg.connect(settings.postgres, autocommit=True) as connection:
        connection.execute(wrong)
        try:
            yield
        finally:
            connection.execute(undo)


def found(settings: Settings) -> set[tuple[Check, str]]:
    audit = verify(settings, {}, 90, lambda _: None)
    return {(fault.check, fault.subject) for fault in audit.faults}


CLAIM = "seat_id, kind, claimed_by) VALUES ('{}', 'A1', 'block', 'x')"
EVENT = "version, type, at, body) VALUES ('{}', 1, 'ShowClosed', now(), '{{}}')"
SLOT = (
    "command_id, theatre_id, during, terms)"
    " VALUES ('{}', 'c', 't', tstzrange(now(), now() + interval '1 hour'), '{{}}')"
)


@pytest.mark.parametrize(
    ("table", "row", "check"),
    [
        ("seat_claim", CLAIM, Check.LOG_ROWS),
        ("seat_event", EVENT, Check.LOG_ROWS),
        ("screen_slot", SLOT, Check.SCREENS),
    ],
)
def test_a_row_that_no_event_made_is_found(
    stack: Settings, table: str, row: str, check: Check
) -> None:
    wrong = f"INSERT INTO {table} (show_id, {row.format(GHOST)}"
    with tampered(stack, wrong, f"DELETE FROM {table} WHERE show_id = '{GHOST}'"):
        assert (check, GHOST) in found(stack)
    assert not {subject for _, subject in found(stack)} & {GHOST}


@pytest.mark.parametrize(
    ("alias", "document", "check"),
    [(SHOWS, {"show_id": GHOST}, Check.INDEX), (MOVIES, {"movie_id": GHOST}, Check.CARDS)],
)
def test_a_document_that_no_event_made_is_found(
    stack: Settings, alias: str, document: dict[str, str], check: Check
) -> None:
    with OpenSearch(hosts=[stack.opensearch]) as client:
        client.index(index=alias, id=GHOST, body=document, refresh=True)
        try:
            assert (check, GHOST) in found(stack)
        finally:
            client.delete(index=alias, id=GHOST, refresh=True)


def test_what_is_gone_through_in_shares_is_all_of_it(
    stack: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Playhouse(stack) as house:
        customer = house.customer()
        for seat in ("B1", "B2", "B3"):
            house.book(house.new_show(), [seat], customer)
    whole = verify(stack, {}, 90, lambda _: None)
    monkeypatch.setattr(history, "EVENTS_AT_ONCE", 3)
    in_shares = verify(stack, {}, 90, lambda _: None)

    assert in_shares.looked_at == whole.looked_at
    assert in_shares.totals == whole.totals
    assert in_shares.is_clean is whole.is_clean


def test_what_never_comes_to_rest_is_told(stack: Settings) -> None:
    wrong = "INSERT INTO seat_outbox VALUES (999, 1, '[]', '[]')"  # nobody's partition
    undo = "DELETE FROM seat_outbox WHERE partition = 999"
    with tampered(stack, wrong, undo), pytest.raises(NeverStill, match="1 batches in seat_outbox"):
        verify(stack, {}, 2, lambda _: None)


@pytest.mark.parametrize("what", [("verify",), ("bench", "seats"), ("bench", "expiry"), ("chaos",)])
@pytest.mark.parametrize("step", [1, -1], ids=["more", "fewer"])
def test_another_number_of_partitions_is_refused_before_anything_is_looked_for(
    stack: Settings, what: tuple[str, ...], step: int
) -> None:
    other = msgspec.structs.replace(stack, partitions=stack.partitions + step)

    ended = CliRunner().invoke(command, what, env=other.environment())

    assert ended.exit_code == EXIT_DIFFERS, ended.output
    assert f"seat-events has {stack.partitions} partitions, not {other.partitions}" in ended.output
    assert "set JUSTBOOKIT_PARTITIONS as the stack has it" in ended.output
