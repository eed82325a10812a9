"""The rules of the catalogue, one row each."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from justbookit import catalogue_commands as asked
from justbookit import catalogue_events as happened
from justbookit.catalogue import (
    USUAL_RULES,
    Layout,
    Movie,
    Offer,
    OfferRule,
    Row,
    SellingRules,
    Show,
    ShowTerms,
    Theatre,
    Venue,
)
from justbookit.catalogue_events import CatalogueRefusal as No
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
from justbookit.schedule import CLEAN_UP, Decision, View, evolve
from justbookit.scheduling import decide
from justbookit.seat_commands import ChangeShow, CloseShow, MoveShow, OpenShow
from justbookit.well_formed import flaw_of

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # 19:00 in Mumbai
STERLING = OrganizerId("sterling")
REGAL = OrganizerId("regal")

ROWS = (
    Row(label="A", zone=ZoneId("gold"), cells=("1", "2", "", "3"), accessible=("1",)),
    Row(label="B", zone=ZoneId("silver"), cells=("1", "2", "", "3")),
)
VENUE = Venue(
    venue_id=VenueId("sterling.fort"),
    organizer_id=STERLING,
    name="Sterling Fort",
    address="1 Murzban Road",
    city_id=CityId("mumbai"),
    city_name="Mumbai",
    country="IN",
    timezone="Asia/Kolkata",
    currency="INR",
)
ELSEWHERE = msgspec.structs.replace(VENUE, venue_id=VenueId("regal.one"), organizer_id=REGAL)
HALL = Theatre(
    theatre_id=TheatreId("sterling.fort.1"),
    venue_id=VENUE.venue_id,
    name="Screen 1",
    layout=Layout(version=1, rows=ROWS),
)
OTHER_HALL = msgspec.structs.replace(HALL, theatre_id=TheatreId("sterling.fort.2"))
RIVAL_HALL = msgspec.structs.replace(
    HALL, theatre_id=TheatreId("regal.one.1"), venue_id=ELSEWHERE.venue_id
)
MOVIE = Movie(
    movie_id=MovieId("monsoon"), title="Monsoon Line", language="Hindi", duration_minutes=100
)
SHOW = Show(
    show_id=ShowId("sterling.s1"),
    theatre_id=HALL.theatre_id,
    movie_id=MOVIE.movie_id,
    starts_at=EVENING,
    prices={ZoneId("gold"): 40000, ZoneId("silver"): 25000},
)
AFTERNOONS = Offer(
    offer_id=OfferId("afternoons"),
    name="Afternoons",
    rule=OfferRule.TIME_OF_DAY,
    percent=20,
    from_time="12:00",
    until_time="17:00",
)


class Desk:
    """A catalogue that is asked one command after another."""

    def __init__(self, now: datetime = NOW) -> None:
        self.view = View()
        self.now = now
        self.count = 0

    def ask(self, kind: Any, organizer_id: OrganizerId | None = None, **what: Any) -> Decision:
        self.count += 1
        command_id = CommandId(f"c{self.count}")
        command = kind(command_id=command_id, organizer_id=organizer_id, **what)
        assert flaw_of(command) is None
        decision = decide(self.view, command, self.now)
        evolve(self.view, decision, organizer_id)
        assert decision.answer.command_id == command_id
        return decision


@pytest.fixture
def desk() -> Desk:
    """Two organizers, three halls, one movie and one show tomorrow evening."""
    made = Desk()
    for venue in (VENUE, ELSEWHERE):
        made.ask(asked.PutVenue, venue=venue)
    for theatre in (HALL, OTHER_HALL, RIVAL_HALL):
        made.ask(asked.PutTheatre, theatre=theatre)
    made.ask(asked.PutMovie, movie=MOVIE, organizer_id=STERLING)
    made.ask(asked.PutShow, show=SHOW)
    return made


def but(thing: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(thing, **changes)


def rows(*seats: int) -> Layout:
    """A layout with so many seats in each row."""
    cells = [tuple(str(n) for n in range(1, count + 1)) for count in seats]
    return Layout(
        version=1,
        rows=tuple(
            Row(label=chr(65 + at), zone=ZoneId("gold"), cells=row) for at, row in enumerate(cells)
        ),
    )


def row(**changes: Any) -> Layout:
    return Layout(version=1, rows=(ROWS[0], but(ROWS[1], **changes)))


ANOTHER = but(SHOW, show_id=ShowId("sterling.s2"), theatre_id=OTHER_HALL.theatre_id)
BOTH_ZONES = SHOW.prices
PLUS_120 = EVENING + timedelta(minutes=120)

REFUSALS: list[tuple[str, Any, dict[str, Any], No, str]] = [
    ("venue of another", asked.PutVenue, {"venue": ELSEWHERE}, No.NOT_YOURS, "venue.organizer_id"),
    (
        "venue taken over",
        asked.PutVenue,
        {"venue": but(ELSEWHERE, organizer_id=STERLING)},
        No.NOT_YOURS,
        "venue.organizer_id",
    ),
    (
        "no such timezone",
        asked.PutVenue,
        {"venue": but(VENUE, timezone="Asia/Bombai")},
        No.UNKNOWN_TIMEZONE,
        "venue.timezone",
    ),
    (
        "a folder is no timezone",
        asked.PutVenue,
        {"venue": but(VENUE, timezone="../Asia")},
        No.UNKNOWN_TIMEZONE,
        "venue.timezone",
    ),
    (
        "theatre nowhere",
        asked.PutTheatre,
        {"theatre": but(HALL, venue_id=VenueId("nowhere"))},
        No.UNKNOWN_VENUE,
        "theatre.venue_id",
    ),
    (
        "theatre of another",
        asked.PutTheatre,
        {"theatre": but(RIVAL_HALL, venue_id=VENUE.venue_id)},
        No.NOT_YOURS,
        "theatre_id",
    ),
    (
        "theatre without seats",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=Layout(version=1, rows=()))},
        No.BAD_LAYOUT,
        "theatre.layout.rows",
    ),
    (
        "one seat too many",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=rows(1000, 1001))},
        No.BAD_LAYOUT,
        "theatre.layout.rows",
    ),
    (
        "a seat twice",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=row(cells=("1", "1")))},
        No.BAD_LAYOUT,
        "theatre.layout.rows",
    ),
    (
        "wheelchair nowhere",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=row(accessible=("9",)))},
        No.BAD_LAYOUT,
        "theatre.layout.rows[1].accessible",
    ),
    (
        "companion in the aisle",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=row(companion=("9",)))},
        No.BAD_LAYOUT,
        "theatre.layout.rows[1].companion",
    ),
    (
        "row without zone",
        asked.PutTheatre,
        {"theatre": but(HALL, layout=row(zone=ZoneId("")))},
        No.BAD_LAYOUT,
        "theatre.layout.rows[1].zone",
    ),
    (
        "show in no theatre",
        asked.PutShow,
        {"show": but(ANOTHER, theatre_id=TheatreId("no.1"))},
        No.UNKNOWN_THEATRE,
        "show.theatre_id",
    ),
    (
        "show in another's theatre",
        asked.PutShow,
        {"show": but(ANOTHER, theatre_id=RIVAL_HALL.theatre_id)},
        No.NOT_YOURS,
        "show.theatre_id",
    ),
    (
        "show of no movie",
        asked.PutShow,
        {"show": but(ANOTHER, movie_id=MovieId("none"))},
        No.UNKNOWN_MOVIE,
        "show.movie_id",
    ),
    (
        "zone without price",
        asked.PutShow,
        {"show": but(ANOTHER, prices={ZoneId("gold"): 1})},
        No.ZONE_WITHOUT_PRICE,
        "show.prices",
    ),
    (
        "price without zone",
        asked.PutShow,
        {"show": but(ANOTHER, prices={**BOTH_ZONES, ZoneId("balcony"): 1})},
        No.ZONE_WITHOUT_PRICE,
        "show.prices",
    ),
    (
        "show now",
        asked.PutShow,
        {"show": but(ANOTHER, starts_at=NOW)},
        No.SHOW_IN_THE_PAST,
        "show.starts_at",
    ),
    (
        "moved to another screen",
        asked.PutShow,
        {"show": but(SHOW, theatre_id=OTHER_HALL.theatre_id)},
        No.SHOW_MOVED_THEATRE,
        "show.theatre_id",
    ),
    (
        "screen still being cleaned",
        asked.PutShow,
        {
            "show": but(
                ANOTHER, theatre_id=HALL.theatre_id, starts_at=PLUS_120 - timedelta(seconds=1)
            )
        },
        No.SCREEN_TAKEN,
        "show.starts_at",
    ),
    (
        "over too late",
        asked.PutShow,
        {
            "show": but(
                ANOTHER, theatre_id=HALL.theatre_id, starts_at=EVENING - timedelta(minutes=119)
            )
        },
        No.SCREEN_TAKEN,
        "show.starts_at",
    ),
    ("no venue", asked.RemoveVenue, {"venue_id": VenueId("no")}, No.UNKNOWN_VENUE, "venue_id"),
    (
        "venue with theatres",
        asked.RemoveVenue,
        {"venue_id": VENUE.venue_id},
        No.STILL_IN_USE,
        "venue_id",
    ),
    (
        "no theatre",
        asked.RemoveTheatre,
        {"theatre_id": TheatreId("no")},
        No.UNKNOWN_THEATRE,
        "theatre_id",
    ),
    (
        "theatre with shows",
        asked.RemoveTheatre,
        {"theatre_id": HALL.theatre_id},
        No.STILL_IN_USE,
        "theatre_id",
    ),
    (
        "another's theatre",
        asked.RemoveTheatre,
        {"theatre_id": RIVAL_HALL.theatre_id},
        No.NOT_YOURS,
        "theatre_id",
    ),
    ("no movie", asked.RemoveMovie, {"movie_id": MovieId("no")}, No.UNKNOWN_MOVIE, "movie_id"),
    (
        "movie with shows",
        asked.RemoveMovie,
        {"movie_id": MOVIE.movie_id},
        No.STILL_IN_USE,
        "movie_id",
    ),
    ("no show", asked.RemoveShow, {"show_id": ShowId("no")}, No.UNKNOWN_SHOW, "show_id"),
    ("no offer", asked.RemoveOffer, {"offer_id": OfferId("no")}, No.UNKNOWN_OFFER, "offer_id"),
    ("offer everywhere", asked.PutOffer, {"offer": AFTERNOONS}, No.NOT_YOURS, "offer.theatres"),
    (
        "offer at another's",
        asked.PutOffer,
        {"offer": but(AFTERNOONS, theatres=(HALL.theatre_id, RIVAL_HALL.theatre_id))},
        No.NOT_YOURS,
        "offer.theatres",
    ),
    (
        "offer nowhere",
        asked.PutOffer,
        {"offer": but(AFTERNOONS, theatres=(TheatreId("no.1"),))},
        No.UNKNOWN_THEATRE,
        "offer.theatres",
    ),
]


@pytest.mark.parametrize(
    ("kind", "what", "code", "field"),
    [each[1:] for each in REFUSALS],
    ids=[each[0] for each in REFUSALS],
)
def test_refusals(desk: Desk, kind: Any, what: dict[str, Any], code: No, field: str) -> None:
    before = msgspec.json.encode(desk.view)
    answer = desk.ask(kind, organizer_id=STERLING, **what).answer
    assert isinstance(answer, happened.CatalogueRefused)
    assert (answer.code, answer.field) == (code, field)
    assert answer.detail
    assert msgspec.json.encode(desk.view) == before


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (asked.PutVenue, {"venue": but(VENUE, name="Mine")}),
        (asked.PutTheatre, {"theatre": but(HALL, name="Mine")}),
        (asked.PutMovie, {"movie": but(MOVIE, title="Mine")}),
        (asked.PutShow, {"show": but(SHOW, format="IMAX")}),
        (asked.RemoveVenue, {"venue_id": VENUE.venue_id}),
        (asked.RemoveMovie, {"movie_id": MOVIE.movie_id}),
        (asked.RemoveShow, {"show_id": SHOW.show_id}),
        (asked.MoveShow, {"show_id": SHOW.show_id, "theatre_id": HALL.theatre_id, "plan_id": "p"}),
    ],
)
def test_only_the_owner_and_the_staff_may_touch_a_thing(
    desk: Desk, kind: Any, what: dict[str, Any]
) -> None:
    for asker, allowed in ((REGAL, False), (STERLING, True), (None, True)):
        answer = desk.ask(kind, organizer_id=asker, **what).answer
        is_refused = isinstance(answer, happened.CatalogueRefused) and answer.code is No.NOT_YOURS
        assert is_refused is not allowed


def test_what_is_put_has_versions_and_again_changes_nothing() -> None:
    desk = Desk()
    first = desk.ask(asked.PutVenue, venue=VENUE).answer
    assert isinstance(first, happened.VenuePut)
    assert first.version == 1
    again = desk.ask(asked.PutVenue, venue=VENUE).answer
    assert again == happened.CatalogueUnchanged(
        command_id=CommandId("c2"), at=NOW, subject=VENUE.venue_id
    )
    second = desk.ask(asked.PutVenue, venue=but(VENUE, name="New")).answer
    assert isinstance(second, happened.VenuePut)
    assert second.version == 2


def test_a_removed_thing_is_gone_and_comes_back_with_a_higher_version(desk: Desk) -> None:
    gone = desk.ask(asked.RemoveTheatre, theatre_id=OTHER_HALL.theatre_id).answer
    assert isinstance(gone, happened.TheatreRemoved)
    answer = desk.ask(asked.PutShow, show=ANOTHER).answer
    assert isinstance(answer, happened.CatalogueRefused)
    assert answer.code is No.UNKNOWN_THEATRE
    back = desk.ask(asked.PutTheatre, theatre=OTHER_HALL).answer
    assert isinstance(back, happened.TheatrePut)
    assert back.version == 3


def test_a_show_is_sold_by_the_rules_its_theatre_had_when_it_was_put(desk: Desk) -> None:
    rules = SellingRules(sales_cutoff_minutes=-15, seats_per_booking_max=6)
    desk.ask(asked.PutTheatre, theatre=but(HALL, rules=rules))
    before = desk.view.shows[SHOW.show_id].terms

    changed = desk.ask(asked.PutShow, show=SHOW).answer

    assert before.rules == USUAL_RULES
    assert isinstance(changed, ChangeShow)
    assert changed.terms.rules == rules
    assert changed.terms.seats_per_booking_max == 6
    assert changed.terms.sales_end_at == SHOW.starts_at - timedelta(minutes=15)


def test_a_venue_can_go_once_its_theatres_have(desk: Desk) -> None:
    refusal = desk.ask(asked.RemoveVenue, venue_id=VENUE.venue_id).answer
    assert isinstance(refusal, happened.CatalogueRefused)
    assert refusal.count == 2
    desk.ask(asked.RemoveTheatre, theatre_id=RIVAL_HALL.theatre_id)
    answer = desk.ask(asked.RemoveVenue, venue_id=ELSEWHERE.venue_id).answer
    assert isinstance(answer, happened.VenueRemoved)


def test_a_theatre_can_go_once_its_shows_are_over(desk: Desk) -> None:
    desk.now = EVENING + timedelta(minutes=101)
    answer = desk.ask(asked.RemoveTheatre, theatre_id=HALL.theatre_id).answer
    assert isinstance(answer, happened.TheatreRemoved)


def test_another_layout_is_another_version(desk: Desk) -> None:
    named = desk.ask(asked.PutTheatre, theatre=but(HALL, name="One")).answer
    assert isinstance(named, happened.TheatrePut)
    assert (named.version, named.theatre.layout.version) == (2, 1)
    fewer = but(HALL, name="One", layout=Layout(version=1, rows=ROWS[:1]))
    changed = desk.ask(asked.PutTheatre, theatre=fewer).answer
    assert isinstance(changed, happened.TheatrePut)
    assert (changed.version, changed.theatre.layout.version) == (3, 2)
    again = desk.ask(asked.PutTheatre, theatre=fewer).answer
    assert isinstance(again, happened.CatalogueUnchanged)


def test_a_show_is_asked_for_with_all_that_selling_it_needs(desk: Desk) -> None:
    decision = desk.ask(asked.PutShow, show=ANOTHER, organizer_id=STERLING)
    assert decision == Decision(
        answer=OpenShow(
            command_id=CommandId(f"c{desk.count}"),
            show_id=ANOTHER.show_id,
            terms=ShowTerms(
                show_id=ANOTHER.show_id,
                movie_id=MOVIE.movie_id,
                theatre_id=OTHER_HALL.theatre_id,
                venue_id=VENUE.venue_id,
                city_id=VENUE.city_id,
                organizer_id=STERLING,
                starts_at=EVENING,
                ends_at=EVENING + timedelta(minutes=100),
                timezone="Asia/Kolkata",
                currency="INR",
                mode=VENUE.mode,
                layout=HALL.layout,
                prices=SHOW.prices,
            ),
        )
    )


def test_a_show_put_again_is_unchanged_even_while_it_runs(desk: Desk) -> None:
    desk.now = EVENING + timedelta(minutes=5)
    answer = desk.ask(asked.PutShow, show=SHOW).answer
    assert isinstance(answer, happened.CatalogueUnchanged)
    changed = desk.ask(asked.PutShow, show=but(SHOW, starts_at=PLUS_120)).answer
    assert isinstance(changed, happened.CatalogueRefused)
    assert changed.code is No.SHOW_IN_THE_PAST


def test_of_two_changes_on_their_way_the_last_one_wins(desk: Desk) -> None:
    dearer = but(SHOW, prices={ZoneId("gold"): 50000, ZoneId("silver"): 30000})
    assert isinstance(desk.ask(asked.PutShow, show=dearer).answer, ChangeShow)
    back = desk.ask(asked.PutShow, show=SHOW).answer
    assert isinstance(back, ChangeShow)
    assert back.terms.prices == SHOW.prices


def test_a_show_may_move_over_its_own_time_and_begin_when_the_screen_is_clean(desk: Desk) -> None:
    later = but(SHOW, starts_at=EVENING + timedelta(minutes=30))
    assert isinstance(desk.ask(asked.PutShow, show=later).answer, ChangeShow)
    clean = later.starts_at + timedelta(minutes=100) + CLEAN_UP
    following = but(ANOTHER, theatre_id=HALL.theatre_id, starts_at=clean)
    assert isinstance(desk.ask(asked.PutShow, show=following).answer, OpenShow)


def test_the_show_in_the_way_is_named(desk: Desk) -> None:
    answer = desk.ask(asked.PutShow, show=but(ANOTHER, theatre_id=HALL.theatre_id)).answer
    assert isinstance(answer, happened.CatalogueRefused)
    assert SHOW.show_id in answer.detail


def test_a_show_moves_to_another_hall_of_its_venue(desk: Desk) -> None:
    larger = but(
        OTHER_HALL,
        layout=Layout(version=1, rows=(Row(label="A", zone=ZoneId("sofa"), cells=("1",)),)),
        rules=SellingRules(seats_per_booking_max=4),
    )
    desk.ask(asked.PutTheatre, theatre=larger)
    desk.ask(asked.PutOffer, offer=but(AFTERNOONS, theatres=(OTHER_HALL.theatre_id,)))
    before = desk.view.shows[SHOW.show_id].terms
    to = {"show_id": SHOW.show_id, "theatre_id": OTHER_HALL.theatre_id, "plan_id": "p"}

    refused = desk.ask(asked.MoveShow, **to).answer
    assert isinstance(refused, happened.CatalogueRefused)
    assert refused.code is No.ZONE_WITHOUT_PRICE

    prices = {ZoneId("sofa"): 90000}
    answer = desk.ask(asked.MoveShow, **to, prices=prices).answer
    assert isinstance(answer, MoveShow)
    assert answer.plan_id == "p"
    terms = answer.terms
    assert (terms.theatre_id, terms.layout.rows, terms.prices) == (
        OTHER_HALL.theatre_id,
        larger.layout.rows,
        prices,
    )
    assert (terms.seats_per_booking_max, terms.rules) == (4, larger.rules)
    assert [offer.offer_id for offer in terms.offers] == [AFTERNOONS.offer_id]
    stayed = ("starts_at", "ends_at", "movie_id", "venue_id", "currency", "language", "format")
    assert [getattr(terms, each) for each in stayed] == [getattr(before, each) for each in stayed]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"show_id": ShowId("no")}, No.UNKNOWN_SHOW, "show_id"),
        ({"theatre_id": TheatreId("no")}, No.UNKNOWN_THEATRE, "theatre_id"),
        ({"theatre_id": RIVAL_HALL.theatre_id}, No.OTHER_VENUE, "theatre_id"),
        ({}, No.SCREEN_TAKEN, "show.starts_at"),
    ],
)
def test_a_show_cannot_move(desk: Desk, changed: dict[str, Any], code: No, field: str) -> None:
    other = but(SHOW, show_id=ShowId("sterling.s2"), theatre_id=OTHER_HALL.theatre_id)
    desk.ask(asked.PutShow, show=other)
    to = {"show_id": SHOW.show_id, "theatre_id": OTHER_HALL.theatre_id, "plan_id": "p"}

    answer = desk.ask(asked.MoveShow, **(to | changed)).answer

    assert isinstance(answer, happened.CatalogueRefused)
    assert (answer.code, answer.field) == (code, field)


def test_a_show_that_has_begun_does_not_move(desk: Desk) -> None:
    desk.now = EVENING
    to = {"show_id": SHOW.show_id, "theatre_id": OTHER_HALL.theatre_id, "plan_id": "p"}

    answer = desk.ask(asked.MoveShow, **to).answer

    assert isinstance(answer, happened.CatalogueRefused)
    assert answer.code is No.SHOW_IN_THE_PAST


def test_a_show_is_cancelled_with_refunds_if_that_is_asked(desk: Desk) -> None:
    answer = desk.ask(asked.RemoveShow, show_id=SHOW.show_id, refund=True, reason="no lamp").answer

    assert isinstance(answer, CloseShow)
    assert (answer.refund, answer.reason) == (True, "no lamp")


def test_a_closed_show_stays_closed(desk: Desk) -> None:
    answer = desk.ask(asked.RemoveShow, show_id=SHOW.show_id).answer
    assert answer == CloseShow(command_id=CommandId(f"c{desk.count}"), show_id=SHOW.show_id)
    desk.view.shows[SHOW.show_id] = but(desk.view.shows[SHOW.show_id], closed=True)
    assert isinstance(
        desk.ask(asked.RemoveShow, show_id=SHOW.show_id).answer, happened.CatalogueUnchanged
    )
    again = desk.ask(asked.PutShow, show=SHOW).answer
    assert isinstance(again, happened.CatalogueRefused)
    assert again.code is No.UNKNOWN_SHOW
    assert "new id" in again.detail


@pytest.mark.parametrize(
    ("limits", "reaches"),
    [
        ({}, True),
        ({"cities": (CityId("mumbai"),)}, True),
        ({"cities": (CityId("pune"),)}, False),
        ({"theatres": (HALL.theatre_id,)}, True),
        ({"theatres": (OTHER_HALL.theatre_id,)}, False),
        ({"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 24)}, True),
        ({"starts_on": date(2026, 11, 25)}, False),
        ({"ends_on": date(2026, 11, 23)}, False),
    ],
)
def test_an_offer_reaches_the_shows_of_its_cities_theatres_and_days(
    desk: Desk, limits: dict[str, Any], *, reaches: bool
) -> None:
    offer = but(AFTERNOONS, **limits)
    decision = desk.ask(asked.PutOffer, offer=offer)
    assert isinstance(decision.answer, happened.OfferPut)
    terms = desk.view.shows[SHOW.show_id].terms
    assert terms.offers == ((offer,) if reaches else ())
    assert [change.terms for change in decision.also] == ([terms] if reaches else [])
    if reaches:
        assert decision.also[0].command_id == f"c{desk.count}.{SHOW.show_id}"
        gone = desk.ask(asked.RemoveOffer, offer_id=offer.offer_id)
        assert isinstance(gone.answer, happened.OfferRemoved)
        assert [change.terms.offers for change in gone.also] == [()]
    again = desk.ask(asked.PutShow, show=SHOW).answer
    assert isinstance(again, happened.CatalogueUnchanged)


def test_an_offer_that_moves_elsewhere_leaves_the_shows_it_had(desk: Desk) -> None:
    desk.ask(asked.PutOffer, offer=AFTERNOONS)
    decision = desk.ask(asked.PutOffer, offer=but(AFTERNOONS, cities=(CityId("pune"),)))
    assert [change.terms.offers for change in decision.also] == [()]


def test_an_offer_leaves_shows_alone_that_have_begun(desk: Desk) -> None:
    desk.now = EVENING
    assert desk.ask(asked.PutOffer, offer=AFTERNOONS).also == ()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (asked.RemoveShow(command_id=CommandId(""), show_id=SHOW.show_id), "command_id"),
        (asked.RemoveShow(command_id=CommandId("c" * 101), show_id=SHOW.show_id), "command_id"),
        (asked.RemoveShow(command_id=CommandId("c1"), show_id=ShowId("Fort 1")), "show_id"),
        (
            asked.PutMovie(
                command_id=CommandId("c1"), movie=but(MOVIE, movie_id=MovieId("x" * 97))
            ),
            "movie_id",
        ),
        (
            asked.PutMovie(command_id=CommandId("c1"), movie=but(MOVIE, genres=("Dra\0ma",))),
            "NUL",
        ),
        (
            asked.PutShow(command_id=CommandId("c1"), show=but(SHOW, prices={ZoneId("\0"): 1})),
            "NUL",
        ),
        (
            asked.PutShow(
                command_id=CommandId("c1"),
                show=but(SHOW, starts_at=datetime(2026, 11, 24, 13, 30)),  # noqa: DTZ001 - naive on purpose
            ),
            "starts_at",
        ),
        (
            asked.PutShow(
                command_id=CommandId("c1"),
                show=but(SHOW, starts_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
            ),
            "starts_at",
        ),
        (
            asked.PutVenue(command_id=CommandId("c1"), venue=but(VENUE, latitude=91.0)),
            "latitude",
        ),
        (
            asked.PutVenue(command_id=CommandId("c1"), venue=but(VENUE, longitude=-181.0)),
            "longitude",
        ),
    ],
)
def test_what_no_store_or_clock_could_hold_is_no_command(command: Any, says: str) -> None:
    assert says in (flaw_of(command) or "")
