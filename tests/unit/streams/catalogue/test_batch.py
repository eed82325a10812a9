"""A batch: each command has one answer, and all that it comes to is noted in order."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit import catalogue_commands as asked
from justbookit import wire
from justbookit.catalogue import Layout, Movie, Offer, OfferRule, Row, Show, Theatre, Venue
from justbookit.catalogue_events import CatalogueUnchanged, MoviePut, OfferPut
from justbookit.ids import (
    CityId,
    CommandId,
    MovieId,
    OfferId,
    OrganizerId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.schedule import View
from justbookit.seat_commands import ChangeShow, OpenShow
from justbookit.topics import partition_of
from streams.catalogue.batch import Batch, subject_of
from streams.catalogue.reading import named_by

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PARTITIONS = 12

VENUE = Venue(
    venue_id=VenueId("v"),
    organizer_id=OrganizerId("o"),
    name="Venue",
    address="Street",
    city_id=CityId("c"),
    city_name="City",
    country="IN",
    timezone="Asia/Kolkata",
    currency="INR",
)
THEATRE = Theatre(
    theatre_id=TheatreId("t"),
    venue_id=VENUE.venue_id,
    name="One",
    layout=Layout(version=1, rows=(Row(label="A", zone=ZoneId("z"), cells=("1", "2")),)),
)
MOVIE = Movie(movie_id=MovieId("m"), title="Movie", language="Hindi", duration_minutes=90)
SHOW = Show(
    show_id=ShowId("s"),
    theatre_id=THEATRE.theatre_id,
    movie_id=MOVIE.movie_id,
    starts_at=NOW + timedelta(days=1),
    prices={ZoneId("z"): 100},
)
OFFER = Offer(offer_id=OfferId("o"), name="Offer", rule=OfferRule.THIRD_TICKET, percent=50)

EVERYTHING = (
    asked.PutVenue(command_id=CommandId("1"), venue=VENUE),
    asked.PutTheatre(command_id=CommandId("2"), theatre=THEATRE),
    asked.PutMovie(command_id=CommandId("3"), movie=MOVIE),
    asked.PutShow(command_id=CommandId("4"), show=SHOW),
    asked.PutOffer(command_id=CommandId("5"), offer=OFFER),
)


def filled(*commands: asked.CatalogueCommand) -> Batch:
    batch = Batch(View(), {}, now=NOW, partitions=PARTITIONS)
    for command in commands:
        batch.answer(command)
    return batch


def test_what_a_batch_puts_the_rest_of_it_sees() -> None:
    batch = filled(*EVERYTHING)

    assert [message.topic for message in batch.outgoing] == [
        "catalogue-events",
        "catalogue-events",
        "catalogue-events",
        "seat-commands",
        "catalogue-events",
        "seat-commands",
    ]
    assert (batch.venues, batch.theatres, batch.movies, batch.offers) == (
        {"v"},
        {"t"},
        {"m"},
        {"o"},
    )
    assert [ask.command_id for ask in batch.asked] == ["4", "5.s"]
    assert [opening.show_id for opening in batch.opened] == ["s"]


def test_a_show_is_asked_for_on_the_partition_of_its_one_writer() -> None:
    message = filled(*EVERYTHING).outgoing[3]

    assert message.partition == partition_of(SHOW.show_id, PARTITIONS)
    assert (message.key, message.command_id) == ("s", "4")
    assert isinstance(wire.decode_seat_command(message.body), OpenShow)


def test_each_command_has_one_answer_whatever_else_it_comes_to() -> None:
    batch = filled(*EVERYTHING)

    assert [message.command_id for message in batch.answered] == ["1", "2", "3", "4", "5"]
    assert isinstance(wire.decode_catalogue_event(batch.answered[4].body), OfferPut)
    assert isinstance(wire.decode_seat_command(batch.outgoing[5].body), ChangeShow)


def test_a_command_that_comes_again_gets_the_answer_it_got() -> None:
    first = asked.PutMovie(command_id=CommandId("1"), movie=MOVIE)
    other = msgspec.structs.replace(MOVIE, title="Other")
    batch = filled(first, asked.PutMovie(command_id=CommandId("2"), movie=other), first)

    assert batch.outgoing[2] == batch.outgoing[0]
    assert len(batch.answered) == 2
    assert batch.view.movies[MOVIE.movie_id].thing == other

    later = Batch(
        View(), {"1": batch.answered[0]}, now=NOW + timedelta(days=1), partitions=PARTITIONS
    )
    later.answer(first)
    assert later.outgoing == [batch.answered[0]]
    assert later.answered == []
    assert isinstance(wire.decode_catalogue_event(later.outgoing[0].body), MoviePut)


def test_what_is_unchanged_writes_no_row() -> None:
    again = asked.PutMovie(command_id=CommandId("6"), movie=MOVIE)
    view = filled(*EVERYTHING).view
    batch = Batch(view, {}, now=NOW, partitions=PARTITIONS)

    batch.answer(again)

    assert isinstance(wire.decode_catalogue_event(batch.outgoing[0].body), CatalogueUnchanged)
    assert (batch.movies, batch.asked) == (set(), [])


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        (EVERYTHING[0], "v"),
        (EVERYTHING[1], "t"),
        (EVERYTHING[2], "m"),
        (EVERYTHING[3], "s"),
        (EVERYTHING[4], "o"),
        (asked.RemoveVenue(command_id=CommandId("1"), venue_id=VENUE.venue_id), "v"),
        (asked.RemoveTheatre(command_id=CommandId("1"), theatre_id=THEATRE.theatre_id), "t"),
        (asked.RemoveMovie(command_id=CommandId("1"), movie_id=MOVIE.movie_id), "m"),
        (asked.RemoveShow(command_id=CommandId("1"), show_id=SHOW.show_id), "s"),
        (asked.RemoveOffer(command_id=CommandId("1"), offer_id=OFFER.offer_id), "o"),
    ],
)
def test_the_key_of_an_answer_is_what_was_asked_about(
    command: asked.CatalogueCommand, subject: str
) -> None:
    assert subject_of(command) == subject


def test_a_batch_reads_what_its_commands_name() -> None:
    named = named_by(EVERYTHING)

    assert (named.venues, named.theatres, named.movies, named.shows) == ({"v"}, {"t"}, {"m"}, {"s"})
    assert (named.screens, named.starts, named.everywhere) == ({"t"}, [SHOW.starts_at], True)
    removing = named_by(
        [
            asked.RemoveVenue(command_id=CommandId("1"), venue_id=VENUE.venue_id),
            asked.RemoveTheatre(command_id=CommandId("2"), theatre_id=THEATRE.theatre_id),
            asked.RemoveMovie(command_id=CommandId("3"), movie_id=MOVIE.movie_id),
        ]
    )
    assert (removing.emptied, removing.vacated, removing.ended) == ({"v"}, {"t"}, {"m"})
