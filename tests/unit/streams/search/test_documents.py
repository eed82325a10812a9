"""From messages to touched shows, from listings to requests, from answers to what is left."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from aiokafka.structs import ConsumerRecord

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Movie, Row, ShowTerms, Theatre, Venue
from justbookit.catalogue_events import MoviePut, OfferRemoved, TheatrePut, VenuePut
from justbookit.errors import MalformedMessage
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
from justbookit.listing import Availability, ShowListing, listing_of
from justbookit.refusals import Refusal
from justbookit.seat_events import CommandRefused
from justbookit.title_cards import TitleCard, card_of
from streams.search import index
from streams.search.index import Outcome
from streams.search.kinds import ALIASES, KINDS, MOVIES, SHOWS, Kind, of_movie, of_show
from streams.search.touched import Touched

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
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
ROWS = (
    Row(label="A", zone=ZoneId("gold"), cells=("1", "2")),
    Row(label="B", zone=ZoneId("silver"), cells=("1", "2")),
)
THEATRE = Theatre(
    theatre_id=TheatreId("t"),
    venue_id=VENUE.venue_id,
    name="One",
    layout=Layout(version=1, rows=ROWS),
)
MOVIE = Movie(movie_id=MovieId("m"), title="Movie", language="Hindi", duration_minutes=90)
TERMS = ShowTerms(
    show_id=ShowId("s"),
    movie_id=MOVIE.movie_id,
    theatre_id=THEATRE.theatre_id,
    venue_id=VENUE.venue_id,
    city_id=VENUE.city_id,
    organizer_id=VENUE.organizer_id,
    starts_at=datetime(2026, 11, 23, 19, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 23, 20, 30, tzinfo=UTC),
    timezone="Asia/Kolkata",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=THEATRE.layout,
    prices={ZoneId("gold"): 300, ZoneId("silver"): 200},
)


def listing(terms: ShowTerms = TERMS, venue: Venue = VENUE, free: int = 4) -> ShowListing:
    return listing_of(
        terms,
        movie=MOVIE,
        venue=venue,
        theatre=THEATRE,
        availability=Availability(version=1, seats_total=4, seats_free=free, as_of=NOW),
        is_open=True,
        doc_version=9,
    )


def record(topic: str, value: bytes | None) -> Any:
    return ConsumerRecord(
        topic=topic,
        partition=0,
        offset=0,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=value,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=(),
    )


def test_a_show_is_listed_at_its_theatres_own_time() -> None:
    made = listing()

    assert (made.local_date, made.local_time, made.band) == ("2026-11-24", "00:30", "night")
    assert (made.price_min, made.price_max) == (200, 300)
    assert made.location is None


@pytest.mark.parametrize(
    ("mode", "free", "says"),
    [
        (Mode.ALL_IN, 4, "plenty"),
        (Mode.PARTIAL, 0, "sold_out"),
        (Mode.READ_ONLY, 4, "elsewhere"),
    ],
)
def test_a_list_says_whether_there_are_seats(mode: Mode, free: int, says: str) -> None:
    assert listing(msgspec.structs.replace(TERMS, mode=mode), free=free).availability == says


def test_a_show_has_its_own_language_or_its_movies() -> None:
    assert listing().language == "Hindi"
    assert listing(msgspec.structs.replace(TERMS, language="Tamil")).language == "Tamil"


def test_the_equator_is_a_place() -> None:
    there = msgspec.structs.replace(VENUE, latitude=0.0, longitude=0.0)
    assert listing(venue=there).location == {"lat": 0.0, "lon": 0.0}


def test_messages_touch_what_they_are_about_once() -> None:
    touched = Touched()
    refusal = CommandRefused(
        show_id=ShowId("s"), version=1, at=NOW, code=Refusal.NO_SEATS, detail="none"
    )
    of_catalogue = (
        MoviePut(command_id=CommandId("1"), at=NOW, movie=MOVIE, version=1),
        VenuePut(command_id=CommandId("1"), at=NOW, venue=VENUE, version=1),
        TheatrePut(command_id=CommandId("1"), at=NOW, theatre=THEATRE, version=1),
        OfferRemoved(command_id=CommandId("1"), at=NOW, offer_id=OfferId("o")),
    )

    for _ in range(2):
        touched.note(record("seat-events", wire.encode(refusal)))
        for event in of_catalogue:
            touched.note(record("catalogue-events", wire.encode(event)))

    assert msgspec.structs.asdict(touched) == {
        "shows": {"s"},
        "movies": {"m"},
        "venues": {"v"},
        "theatres": {"t"},
    }


@pytest.mark.parametrize("topic", ["seat-events", "catalogue-events"])
@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff"])
def test_what_is_no_message_is_told(topic: str, value: bytes | None) -> None:
    with pytest.raises(MalformedMessage):
        Touched().note(record(topic, value))


def test_a_request_is_never_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BULK_BYTES_MAX", 2 * len(wire.encode(listing())) + 300)
    names = [ShowId(f"s{number}") for number in range(5)]
    documents = [of_show(msgspec.structs.replace(listing(), show_id=name)) for name in names]

    requests = list(index.bulks(documents, ALIASES))

    assert [[each.id for each in some] for some, _ in requests] == [
        names[:2],
        names[2:4],
        names[4:],
    ]
    lines = requests[0][1].splitlines()
    assert msgspec.json.decode(lines[0]) == {
        "index": {"_index": "shows", "_id": "s0", "version": 9, "version_type": "external"}
    }
    assert len(lines) == 4


def test_shows_and_movies_go_each_to_their_index_in_one_request() -> None:
    documents = [of_movie(card_of(MOVIE, 3)), of_show(listing())]

    ((some, body),) = index.bulks(documents, {MOVIES: "movies-1", SHOWS: "shows-1"})

    assert some == documents
    actions = [msgspec.json.decode(line)["index"] for line in body.splitlines()[::2]]
    assert [(each["_index"], each["_id"], each["version"]) for each in actions] == [
        ("movies-1", "m", 3),
        ("shows-1", "s", 9),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_has_a_field_for_all_that_its_documents_say_and_remembers_what_made_it(
    kind: Kind,
) -> None:
    mappings = kind.body["mappings"]

    said = {SHOWS: ShowListing, MOVIES: TitleCard}[kind].__struct_fields__
    assert set(mappings["properties"]) == set(said)
    assert mappings["dynamic"] == "strict"
    assert mappings["_meta"] == {"made_from": kind.made_from}


@pytest.mark.parametrize(
    ("status", "again", "refused"),
    [
        (200, False, False),
        (201, False, False),
        (409, False, False),
        (404, True, False),
        (403, True, False),
        (429, True, False),
        (503, True, False),
        (400, False, True),
    ],
)
def test_what_was_not_indexed_is_asked_again_or_told(
    status: int, *, again: bool, refused: bool
) -> None:
    outcome = Outcome([], [])

    index.note_item(
        of_show(listing()), {"status": status, "error": {"type": "t", "reason": "r"}}, outcome
    )

    assert (bool(outcome.again), bool(outcome.refused)) == (again, refused)
