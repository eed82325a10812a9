"""Who may wait for seats, who is offered what comes free, and what becomes of an offer."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit import wire
from justbookit.catalogue import Area, Layout, Mode, Row, SellingRules, ShowTerms
from justbookit.evolving import evolve
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.seat_commands import (
    AcceptSeatOffer,
    BlockSeats,
    ChangeShow,
    CloseShow,
    ExpireHolds,
    HoldSeats,
    JoinWaitingList,
    LeaveWaitingList,
    OpenShow,
    ReleaseHold,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import (
    CommandRefused,
    SeatsHeld,
    SeatsSoldAtCounter,
    ShowCancelled,
    ShowChanged,
    ShowClosed,
)
from justbookit.seatmap import SeatMap
from justbookit.waiting import may_free, next_offer, waiting_ends_at
from tests.decided import decide

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOLD = timedelta(minutes=8)
START = NOW + timedelta(days=1)
ROWS = (
    Row(label="A", zone="gold", cells=("1", "2", "", "3", "4"), accessible=("4",)),
    Row(label="B", zone="silver", cells=("1", "2", "3")),
)
TERMS = ShowTerms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    timezone="UTC",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=Layout(version=1, rows=ROWS),
    prices={"gold": 200, "silver": 100},
)
ALL = ("A1", "A2", "A3", "A4", "B1", "B2", "B3")
numbers = iter(range(10_000))


def asked(kind, **fields):
    return kind(command_id=f"c{next(numbers)}", show_id="s", **fields)


def join(name, size=2, **fields):
    return asked(JoinWaitingList, entry_id=name, customer_id=f"u-{name}", size=size, **fields)


def leave(name):
    return asked(LeaveWaitingList, entry_id=name, customer_id=f"u-{name}")


def accept(name, **fields):
    who = {"entry_id": name, "customer_id": f"u-{name}", "booking_id": f"b-{name}"}
    return asked(AcceptSeatOffer, **{**who, **fields})


def release(booking_id):
    return asked(ReleaseHold, booking_id=booking_id, customer_id="x")


TIMER = ExpireHolds(command_id="", show_id="s")


class Show:
    """A show, and everything that ever happened in it, offers included, as the writer has it."""

    def __init__(self, *commands, terms=TERMS):
        self.seatmap, self.now, self.log = SeatMap("s"), NOW, []
        self.ask(asked(OpenShow, terms=terms))
        for command in commands:
            self.ask(command)

    def ask(self, command):
        """What came of it."""
        events = list(decide(self.seatmap, command, self.now, HOLD))
        for event in events:
            evolve(self.seatmap, event)
        if any(map(may_free, events)):
            while (offer := next_offer(self.seatmap, self.now)) is not None:
                assert wire.decode_seat_event(wire.encode(offer)) == offer
                evolve(self.seatmap, offer)
                events.append(offer)
        self.log += events
        return events

    def later(self, **time):
        self.now += timedelta(**time)
        return self.ask(TIMER)


def full(*commands, terms=TERMS, **each):
    """Sold out: each row held by somebody of its own, for as long as it takes."""
    show = Show(terms=terms)
    for name, seats in (("a", ALL[:4]), ("b", ALL[4:])):
        show.ask(
            asked(
                HoldSeats,
                booking_id=each.get(name, name),
                customer_id="x",
                seat_ids=seats,
                accessible=True,
            )
        )
    for command in commands:
        show.ask(command)
    return show


def refusal(events):
    assert isinstance(events[-1], CommandRefused)
    return events[-1].code


def offers(events):
    return [(each.entry_id, each.seat_ids) for each in events if isinstance(each, SeatsOffered)]


def test_a_party_joins_at_the_end_of_the_line():
    show = full()

    [first] = show.ask(join("one"))
    [second] = show.ask(join("two", 3, zone="silver", together=False))

    assert isinstance(first, WaitingListJoined)
    assert (first.position, second.position) == (1, 2)
    assert (second.size, second.zone, second.together) == (3, "silver", False)


@pytest.mark.parametrize(
    ("show", "command", "code"),
    [
        (Show, join("one"), "seats_available"),
        (full, join("one", 11), "too_many_seats"),
        (full, join("one", zone="bronze"), "unknown_zone"),
        (lambda: full(join("one")), join("one"), "already_waiting"),
        (full, leave("one"), "unknown_entry"),
        (full, accept("one"), "unknown_entry"),
        (lambda: full(join("one")), accept("one"), "not_offered"),
        (lambda: full(join("one")), accept("one", customer_id="other"), "unknown_entry"),
        (
            lambda: full(terms=msgspec.structs.replace(TERMS, mode=Mode.READ_ONLY)),
            join("one"),
            "not_sold_here",
        ),
        (
            lambda: full(
                terms=msgspec.structs.replace(TERMS, own_rules=SellingRules(seats_per_person_max=1))
            ),
            join("one"),
            "too_many_for_person",
        ),
        (
            lambda: full(
                terms=msgspec.structs.replace(TERMS, starts_at=NOW + timedelta(minutes=30))
            ),
            join("one"),
            "waiting_over",
        ),
        (full, join("one", 4), "no_block"),
        (full, join("one", 4, zone="silver", together=False), "no_block"),
        (lambda: Show(asked(CloseShow)), join("one"), "show_closed"),
    ],
    ids=[
        "there are seats for them",
        "more than one booking may have",
        "no such zone",
        "they wait already",
        "who never joined leaves",
        "who never joined accepts",
        "nothing is offered yet",
        "it is another's place",
        "the theatre sells itself",
        "more than one person may have",
        "too near the start",
        "not even the empty hall has so many side by side",
        "the zone has not so many",
        "the show was taken off",
    ],
)
def test_what_is_refused(show, command, code):
    assert refusal(show().ask(command)) == code


ELSEWHERE = msgspec.structs.replace(TERMS, mode=Mode.READ_ONLY)


@pytest.mark.parametrize(
    ("show", "command", "words"),
    [
        (Show, join("one"), "nobody need wait: A1, A2 are free"),
        (full, join("one", 11), "at most 10 seats in one booking"),
        (full, join("one", zone="bronze"), "no zone bronze; there are gold, silver"),
        (lambda: full(terms=ELSEWHERE), join("one"), "this theatre sells its seats itself"),
        (
            full,
            join("one", 4),
            "not even the empty hall has 4 such seats side by side; wait for seats apart",
        ),
        (
            full,
            join("one", 4, zone="silver", together=False),
            "not even the empty hall has 4 such seats",
        ),
    ],
    ids=["free seats", "how many may", "the zones", "who sells", "what to wait for", "no way"],
)
def test_what_a_refusal_says(show, command, words):
    assert show().ask(command)[-1].detail == words


def test_a_party_may_be_as_large_as_a_booking():
    terms = msgspec.structs.replace(TERMS, seats_per_booking_max=4)

    [joined] = full(terms=terms).ask(join("one", 4, together=False))

    assert isinstance(joined, WaitingListJoined)


def test_who_has_seats_waits_for_no_more_than_one_person_may_have():
    show = full(
        terms=msgspec.structs.replace(TERMS, own_rules=SellingRules(seats_per_person_max=8))
    )

    [refused] = show.ask(asked(JoinWaitingList, entry_id="one", customer_id="x", size=2))

    assert (refused.code, refused.count) == ("too_many_for_person", 7)
    assert isinstance(show.ask(join("two"))[-1], WaitingListJoined)


def test_who_takes_an_offer_too_late_leaves_the_line_and_is_told_so():
    show = full(join("one"))
    [offer] = [each for each in show.ask(release("b")) if isinstance(each, SeatsOffered)]
    show.now = offer.offered_until

    left, refused, *_ = show.ask(accept("one"))

    assert (left.entry_id, left.why) == ("one", "expired")
    assert refused.code == "offer_expired"
    assert refused.detail == f"the seats were yours until {offer.offered_until:%FT%TZ}; join again"
    assert refused.seat_ids == offer.seat_ids


@pytest.mark.parametrize(
    ("show", "words"),
    [
        (
            lambda: full(join("one")),
            "nothing is offered to you yet; you keep your place in line",
        ),
        (full, "you have no such place in line; if an offer of yours ran out, join again"),
    ],
    ids=["who is early keeps the place", "whose place is gone is told why that may be"],
)
def test_what_who_cannot_accept_is_told(show, words):
    assert show().ask(accept("one"))[-1].detail == words


def test_a_line_is_no_longer_than_it_may_be(monkeypatch):
    monkeypatch.setattr("justbookit.waiting.ENTRIES_MAX", 1)
    show = full(join("one"))

    assert refusal(show.ask(join("two"))) == "waiting_list_full"


def test_who_need_not_wait_is_told_which_seats_are_free():
    [refused] = full(release("b")).ask(join("one"))

    assert refused.code == "seats_available"
    assert len(refused.alternatives) == 2


@pytest.mark.parametrize(
    ("frees", "before"),
    [
        (release("b"), ()),
        (asked(UnblockSeats, seat_ids=("B1", "B2")), ("B1", "B2")),
    ],
    ids=["a hold was released", "a block was lifted"],
)
def test_what_comes_free_is_offered_to_the_first_in_line(frees, before):
    show = Show()
    if before:
        show.ask(asked(BlockSeats, seat_ids=before, reason="house"))
    for name, seats in (
        ("a", ALL[:4]),
        ("b", tuple(each for each in ALL[4:] if each not in before)),
    ):
        show.ask(
            asked(HoldSeats, booking_id=name, customer_id="x", seat_ids=seats, accessible=True)
        )
    show.ask(join("one"))
    show.ask(join("two"))

    events = show.ask(frees)

    [(entry_id, seats)] = offers(events)
    assert entry_id == "one"
    assert events[-1].offered_until == NOW + timedelta(minutes=15)
    assert events[-1].command_id is None
    assert set(seats) <= {"B1", "B2", "B3"}
    counts = show.seatmap.counts()
    assert counts.seats_held == counts.seats_total - counts.seats_free


def test_holds_that_run_out_go_to_who_waits():
    show = full(join("one", zone="gold"), join("two", 2, zone="gold", accessible=True))
    show.ask(join("three", 3))

    events = show.later(minutes=8)

    assert [name for name, _ in offers(events)] == ["one", "two", "three"]
    assert {seat for name, seats in offers(events) for seat in seats} <= set(ALL)


def test_who_does_not_fit_is_passed_over_with_the_reason_and_keeps_the_place():
    show = full(join("five", 5, together=False), join("three", 3), join("gold", 1, zone="gold"))
    show.ask(join("two"))

    events = show.ask(release("b"))

    assert [name for name, _ in offers(events)] == ["three"]
    assert [(each.entry_id, each.why) for each in events[-1].passed_over] == [("five", "too_few")]
    [refused] = show.ask(accept("five"))
    assert refused.code == "not_offered"


def test_enough_seats_that_are_not_side_by_side_do_not_do_for_who_wants_that():
    show = Show()
    for name, seats in (("a", ("A1", "A3")), ("b", ("A2", "A4")), ("c", ALL[4:])):
        show.ask(
            asked(HoldSeats, booking_id=name, customer_id="x", seat_ids=seats, accessible=True)
        )
    show.ask(join("together"))
    show.ask(join("anyhow", together=False))

    events = show.ask(release("a"))

    assert offers(events) == [("anyhow", ("A1", "A3"))]
    assert [each.why for each in events[-1].passed_over] == ["not_together"]


def test_an_aisle_parts_neighbours():
    show = Show()
    for name, seats in (("a", ("A2", "A3")), ("b", ("A1", "A4")), ("c", ALL[4:])):
        show.ask(
            asked(HoldSeats, booking_id=name, customer_id="x", seat_ids=seats, accessible=True)
        )
    show.ask(join("one"))

    assert offers(show.ask(release("a"))) == []


def test_an_accessible_seat_is_offered_only_to_who_asked_for_one():
    show = full(join("two"))
    show.ask(join("wheels", 2, accessible=True, zone="gold"))

    events = show.ask(release("a"))

    assert [seats for _, seats in offers(events)] == [("A1", "A2"), ("A3", "A4")]


def test_what_is_offered_is_nobody_elses():
    show = full(join("one"), release("b"))
    [(_, seats)] = offers(show.log)
    taken = asked(HoldSeats, booking_id="z", customer_id="z", seat_ids=seats)

    assert refusal(show.ask(taken)) == "seat_taken"
    blocked = asked(BlockSeats, seat_ids=seats, reason="house")
    assert refusal(show.ask(blocked)) == "seat_taken"


def test_who_accepts_has_a_hold_at_the_price_of_that_moment():
    show = full(join("one"), release("b"))
    dearer = msgspec.structs.replace(TERMS, prices={"gold": 200, "silver": 150})
    show.ask(asked(ChangeShow, terms=dearer))
    show.now += timedelta(minutes=14)

    left, held = show.ask(accept("one"))[-2:]

    assert isinstance(left, WaitingListLeft)
    assert left.why == "accepted"
    assert isinstance(held, SeatsHeld)
    assert held.amount == 300
    assert held.held_until == show.now + HOLD
    assert not show.seatmap.waiting


def test_an_offer_that_runs_out_goes_to_the_next_and_its_party_leaves_the_line():
    show = full(join("one"), join("two", 3), release("b"))
    show.log.clear()

    events = show.later(minutes=15)

    left = [each for each in events if isinstance(each, WaitingListLeft)]
    assert [(each.entry_id, each.why) for each in left] == [("one", "expired")]
    assert ("two", ("B1", "B2", "B3")) in offers(events)


def test_who_accepts_too_late_is_told_and_the_next_is_offered():
    show = full(join("one"), join("two"), release("b"))
    show.now += timedelta(minutes=15)

    events = show.ask(accept("one"))

    assert refusal(events[:2]) == "offer_expired"
    assert [name for name, _ in offers(events)] == ["two"]


def test_who_leaves_gives_what_was_offered_to_the_next():
    show = full(join("one"), join("two"), release("b"))

    events = show.ask(leave("one"))

    assert events[0].why == "customer"
    assert events[0].command_id is not None
    assert [name for name, _ in offers(events)] == ["two"]


def test_an_offer_is_shorter_near_the_start_and_none_is_made_in_the_last_half_hour():
    near = msgspec.structs.replace(TERMS, starts_at=NOW + timedelta(hours=2))
    assert full(join("one"), release("b"), terms=near).log[-1].offered_until == NOW + timedelta(
        minutes=5
    )

    show = full(join("one"), terms=near)
    show.now = near.starts_at - timedelta(minutes=30, seconds=59)
    assert offers(show.ask(TIMER)) == []


def test_a_counter_that_has_sold_what_was_offered_takes_it_back_and_the_party_keeps_its_place():
    show = full(join("one"), release("b"))
    [(_, seats)] = offers(show.log)

    events = show.ask(asked(SellAtCounter, sale_id="pos", seat_ids=seats, happened=True))

    assert isinstance(events[0], SeatOfferWithdrawn)
    assert isinstance(events[1], SeatsSoldAtCounter)
    assert events[1].conflicts == ()
    assert show.seatmap.waiting["one"].seat_ids == ()


def test_an_offer_is_withdrawn_with_the_allotment_or_the_seats_it_was_of():
    show = full(join("one"), release("b"))
    events = show.ask(asked(SetAllotment, seat_ids=ALL[:4]))
    assert isinstance(events[0], SeatOfferWithdrawn)

    show = full(join("one"), release("b"))
    smaller = msgspec.structs.replace(TERMS, layout=Layout(version=2, rows=ROWS[:1]))
    events = show.ask(asked(ChangeShow, terms=smaller))
    assert [type(each) for each in events] == [SeatOfferWithdrawn, ShowChanged]


def test_a_show_that_is_taken_off_sends_everybody_home():
    show = full(join("one"), join("two"), release("b"))
    show.ask(release("a"))

    events = show.ask(asked(CloseShow))

    assert [getattr(each, "why", "") for each in events] == ["closed", "closed", ""]
    assert isinstance(events[-1], ShowClosed)
    assert not show.seatmap.claims


def test_a_show_that_is_cancelled_sends_everybody_home():
    show = full(join("one"), join("two"), release("b"))

    *left, cancelled = show.ask(asked(CloseShow, refund=True))

    assert [(each.entry_id, each.why) for each in left] == [("one", "closed"), ("two", "closed")]
    assert isinstance(cancelled, ShowCancelled)


@pytest.mark.parametrize(
    ("before", "minutes"),
    [
        (timedelta(hours=6, seconds=1), 15),
        (timedelta(hours=6), 5),
        (timedelta(minutes=31), 1),
        (timedelta(minutes=31, seconds=-1), None),
    ],
    ids=["far from the start", "near", "as long as it may be", "too short a time"],
)
def test_how_long_an_offer_stands(before, minutes):
    show = full(join("one"))
    show.now = START - before

    made = [each for each in show.ask(TIMER) if isinstance(each, SeatsOffered)]

    assert [each.offered_until - show.now for each in made] == (
        [] if minutes is None else [timedelta(minutes=minutes)]
    )
    assert all(each.offered_until <= waiting_ends_at(TERMS) for each in made)


def test_places_of_an_area_are_offered_to_who_wants_to_be_together():
    floor = Layout(version=1, rows=(), areas=(Area(area_id="FLR", zone="gold", capacity=4),))
    show = Show(terms=msgspec.structs.replace(TERMS, layout=floor))
    for name in ("a", "b"):
        show.ask(asked(HoldSeats, booking_id=name, customer_id="x", seat_ids=(), areas={"FLR": 2}))
    show.ask(join("one", 2))

    assert offers(show.ask(release("a"))) == [("one", ("FLR1", "FLR2"))]
