"""The catalogue on real servers: asked on one topic, answered on another, true in Postgres."""

import contextlib
import os
import signal
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from justbookit import catalogue_commands as asked
from justbookit import wire
from justbookit.catalogue import Offer, OfferRule
from justbookit.catalogue_events import (
    CatalogueRefusal,
    CatalogueRefused,
    CatalogueUnchanged,
    MovieRemoved,
    OfferPut,
)
from justbookit.ids import BookingId, CustomerId, OfferId, SeatId
from justbookit.refusals import Refusal
from justbookit.seat_commands import HoldSeats
from justbookit.seat_events import CommandRefused, ShowChanged, ShowClosed, ShowOpened

SLOTS = "SELECT command_id, lower(during) FROM screen_slot WHERE show_id = %s ORDER BY asked"
STATUS = "SELECT status, terms ->> 'starts_at' FROM show WHERE show_id = %s"


def test_a_show_that_is_put_is_on_sale(desk: Any) -> None:
    answer = desk.ask(asked.PutShow, show=desk.show())

    assert isinstance(answer, ShowOpened)
    assert answer.terms.layout.zones().keys() >= {"A1", "B10"}
    assert desk.rows(STATUS, desk.show().show_id)[0][0] == "open"
    assert desk.rows(SLOTS, desk.show().show_id) == [(answer.command_id, desk.tomorrow)]
    again = desk.ask(asked.PutShow, show=desk.show())
    assert isinstance(again, CatalogueUnchanged)


def test_a_screen_shows_one_thing_at_a_time(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())

    answer = desk.ask(
        asked.PutShow, show=desk.show("s2", starts_at=desk.tomorrow + timedelta(minutes=119))
    )

    assert isinstance(answer, CatalogueRefused)
    assert answer.code is CatalogueRefusal.SCREEN_TAKEN
    assert desk.show().show_id in answer.detail
    assert desk.rows(STATUS, desk.show("s2").show_id) == []


def test_a_show_that_moved_leaves_its_old_time_to_others(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    later = desk.tomorrow + timedelta(hours=3)

    moved = desk.ask(asked.PutShow, show=desk.show(starts_at=later))

    assert isinstance(moved, ShowChanged)
    assert desk.rows(SLOTS, desk.show().show_id) == [(moved.command_id, later)]
    assert isinstance(desk.ask(asked.PutShow, show=desk.show("s2")), ShowOpened)


def test_a_show_with_a_hold_is_not_removed_and_an_empty_one_is_for_good(desk: Any) -> None:
    show = desk.show()
    desk.ask(asked.PutShow, show=show)
    hold = HoldSeats(
        command_id=desk.command_id(),
        show_id=show.show_id,
        booking_id=BookingId(f"{desk.name}-b"),
        customer_id=CustomerId("c"),
        seat_ids=(SeatId("A1"),),
    )
    desk.answer(desk.send_to_seats(hold))

    refused = desk.ask(asked.RemoveShow, show_id=show.show_id)

    assert isinstance(refused, CommandRefused)
    assert (refused.code, refused.count) == (Refusal.SHOW_HAS_BOOKINGS, 1)
    empty = desk.show("s2", theatre_id=desk.theatre(2).theatre_id)
    desk.ask(asked.PutShow, show=empty)
    closed = desk.ask(asked.RemoveShow, show_id=empty.show_id)
    assert isinstance(closed, ShowClosed)
    assert desk.rows(SLOTS, empty.show_id) == []
    again = desk.ask(asked.PutShow, show=empty)
    assert isinstance(again, CatalogueRefused)
    assert again.code is CatalogueRefusal.UNKNOWN_SHOW


def test_what_is_removed_is_kept_and_comes_back_with_a_higher_version(desk: Any) -> None:
    movie = desk.movie()

    gone = desk.ask(asked.RemoveMovie, movie_id=movie.movie_id)

    assert isinstance(gone, MovieRemoved)
    refused = desk.ask(asked.PutShow, show=desk.show())
    assert refused.code is CatalogueRefusal.UNKNOWN_MOVIE
    desk.ask(asked.PutMovie, movie=movie)
    query = "SELECT version, removed_at FROM movie WHERE movie_id = %s"
    assert desk.rows(query, movie.movie_id) == [(3, None)]


def test_an_offer_changes_the_shows_it_touches(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    offer = Offer(
        offer_id=OfferId(f"{desk.name}.third"),
        name="Third ticket",
        rule=OfferRule.THIRD_TICKET,
        percent=50,
        theatres=(desk.theatre().theatre_id,),
    )

    put = desk.ask(asked.PutOffer, offer=offer)

    assert isinstance(put, OfferPut)
    changed = desk.answer(f"{put.command_id}.{desk.show().show_id}")
    assert isinstance(changed, ShowChanged)
    assert changed.terms.offers == (offer,)


def test_a_command_that_comes_twice_is_answered_twice_and_decided_once(desk: Any) -> None:
    command = asked.PutMovie(command_id=desk.command_id(), movie=desk.movie(title="Once"))
    other = asked.PutMovie(command_id=desk.command_id(), movie=desk.movie(title="Twice"))
    for each in (command, other):
        desk.answer(desk.send(each))

    first = desk.answers[command.command_id][0]
    again = desk.answer(desk.send(command), count=2)

    assert again == first
    query = "SELECT body ->> 'title' FROM movie WHERE movie_id = %s"
    assert desk.rows(query, desk.movie().movie_id) == [("Twice",)]


def test_bytes_that_are_no_command_are_buried_and_the_next_is_answered(desk: Any) -> None:
    desk.send_bytes(b"\xff not json")
    desk.send_bytes(None)
    desk.send(asked.PutMovie(command_id=desk.command_id(), movie=desk.movie(title="Nul\0")))
    answer = desk.ask(asked.PutMovie, movie=desk.movie(title="After"))

    assert answer.movie.title == "After"
    for reason in ("malformed", "no bytes at all", "NUL"):
        assert desk.letter(reason).topic == "catalogue-commands"


def test_after_kill_9_every_command_is_answered_once(desk: Any) -> None:
    others = [
        desk.show(f"k{number}", starts_at=desk.tomorrow + timedelta(hours=3 * number))
        for number in range(40)
    ]
    commands = [asked.PutShow(command_id=desk.command_id(), show=show) for show in others]
    epoch = desk.rows("SELECT epoch FROM catalogue_position")[0][0]
    for number, command in enumerate(commands):
        desk.send(command)
        if number == 20:
            os.kill(desk.pid_of("catalogue"), signal.SIGKILL)

    answers = [desk.answer(command.command_id) for command in commands]

    assert all(isinstance(answer, ShowOpened) for answer in answers)
    assert desk.rows("SELECT epoch FROM catalogue_position")[0][0] == epoch + 1
    query = "SELECT count(*), count(DISTINCT show_id) FROM screen_slot WHERE show_id LIKE %s"
    assert desk.rows(query, f"{desk.name}.k%") == [(40, 40)]


def test_what_a_predecessor_left_in_the_outbox_is_published(desk: Any) -> None:
    event = CatalogueUnchanged(command_id=desk.command_id(), at=desk.tomorrow, subject="left")
    os.kill(desk.pid_of("catalogue"), signal.SIGSTOP)
    desk.rows(
        "INSERT INTO catalogue_outbox (topic, partition, key, command_id, body)"
        " VALUES ('catalogue-events', 0, 'left', %s, %s)",
        event.command_id,
        wire.encode(event).decode(),
    )
    with contextlib.suppress(ProcessLookupError):
        os.kill(desk.pid_of("catalogue"), signal.SIGKILL)

    assert desk.answer(event.command_id) == event
    desk.until(lambda: desk.rows("SELECT count(*) FROM catalogue_outbox") == [(0,)])


def test_a_writer_that_was_replaced_while_frozen_writes_nothing(desk: Any) -> None:
    """Another raises the epoch as a takeover does; the old one must end, and a new one answer."""
    frozen = desk.pid_of("catalogue")
    os.kill(frozen, signal.SIGSTOP)
    command_id = desk.send(asked.PutShow(command_id=desk.command_id(), show=desk.show("z")))
    desk.rows("UPDATE catalogue_position SET epoch = epoch + 1")
    os.kill(frozen, signal.SIGCONT)

    answer = desk.answer(command_id)

    assert isinstance(answer, ShowOpened)
    assert desk.pid_of("catalogue") != frozen
    assert len(desk.rows(SLOTS, desk.show("z").show_id)) == 1


def test_postgres_itself_refuses_two_shows_on_a_screen(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())

    with pytest.raises(psycopg.errors.ExclusionViolation):
        desk.rows(
            "INSERT INTO screen_slot (command_id, theatre_id, show_id, during, terms)"
            " SELECT 'other', theatre_id, 'other', during, terms FROM screen_slot"
            " WHERE show_id = %s",
            desk.show().show_id,
        )
