"""What must hold for every history of two shows between which a booking goes, in any order."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from justbookit.bookings import LIVE, BookingStatus
from justbookit.catalogue import Offer, OfferRule
from justbookit.claims import ClaimKind
from justbookit.errands import errand_of
from justbookit.exchange_events import ExchangeBegun, ExchangeTaken
from justbookit.seat_commands import CloseShow, ExpireHolds, QuoteChange, ReleaseHold
from justbookit.seat_events import CommandRefused
from tests.one_show import ask, cancel
from tests.two_shows import ANA, NEW, OLD, Town, terms

THIRD = Offer(offer_id="third", name="Third", rule=OfferRule.THIRD_TICKET, percent=50)
SEATS = ("A1", "A2", "A3")
THERE = ("A1", "B1", "B2")
NAMES = st.sampled_from(("q1", "q2"))

some = st.lists(st.sampled_from(SEATS), max_size=3, unique=True).map(tuple)
there = st.lists(st.sampled_from(THERE), min_size=1, max_size=3, unique=True).map(tuple)
steps = st.one_of(
    st.tuples(st.just("quote"), NAMES, there, some),
    st.tuples(st.just("begin"), NAMES, st.booleans()),
    st.tuples(st.just("begin"), NAMES, st.booleans()),
    st.tuples(st.just("errand"), st.integers(0, 3)),
    st.tuples(st.just("errand"), st.integers(0, 3)),
    st.tuples(st.just("twice"), st.integers(0, 3)),
    st.tuples(st.just("lost")),
    st.tuples(st.just("takeover")),
    st.tuples(st.just("wait"), st.sampled_from((1, 299, 600))),
    st.tuples(st.just("cancel")),
    st.tuples(st.just("less")),
    st.tuples(st.just("let go"), NAMES),
    st.tuples(st.just("close"), st.sampled_from((OLD, NEW))),
    st.tuples(st.just("timer"), st.sampled_from((OLD, NEW))),
)
scripts = st.lists(steps, min_size=3, max_size=25)


def play(script):
    """The town after each step; errands are late, double, lost and in any order."""
    town = Town(old=terms(OLD, offers=(THIRD,)), new=terms(NEW, offers=(THIRD,)))
    town.book(750, *SEATS)
    for at, (what, *of) in enumerate(script):
        step(town, what, of, at)
        yield town
    takeover(town)
    town.run_errands()
    for show_id in (OLD, NEW, OLD, NEW):
        town.tell(ExpireHolds(command_id="", show_id=show_id))
    yield town


def step(town, what, of, at):  # noqa: C901, PLR0912 - one arm a step
    match what, of:
        case "quote", (name, seats, give):
            if f"ana-{name}" not in town.maps[NEW].bookings:
                town.quote(*seats, give=give, name=name)
        case "begin", (name, pays):
            held = town.maps[NEW].bookings.get(f"ana-{name}")
            more = 0 if held is None else held.amount - held.origin.credit
            town.begin(max(more, 0) if pays else 0, name, f"e{at}", f"more{at}")
        case "errand", (which,) if town.errands:
            town.run_errand(which % len(town.errands))
        case "twice", (which,) if town.errands:
            town.errands.append(town.errands[which % len(town.errands)])
        case "lost", ():
            town.errands.clear()
        case "takeover", ():
            takeover(town)
        case "wait", (seconds,):
            town.now += timedelta(seconds=seconds)
        case "cancel", ():
            town.tell(ask(type(cancel("ana")), show_id=OLD, command_id=f"cancel{at}", **ANA))
        case "less", ():
            town.tell(QuoteChange(command_id=f"less{at}", show_id=OLD, **ANA, give=("A1",)))
        case "let go", (name,):
            whose = {"booking_id": f"ana-{name}", "customer_id": ANA["customer_id"]}
            town.tell(ReleaseHold(command_id=f"go{at}", show_id=NEW, **whose))
        case "close", (show_id,):
            close = CloseShow(command_id=f"c{at}", show_id=show_id, refund=True, reason="no lamp")
            town.tell(close)
        case "timer", (show_id,):
            town.tell(ExpireHolds(command_id="", show_id=show_id))
        case _:
            pass


def takeover(town):
    """Whoever takes a partition over asks again what nobody has answered."""
    pledged = {each.pledge.exchange_id for each in town.maps[OLD].bookings.values() if each.pledge}
    begun = [each for each in town.logs[OLD] if isinstance(each, ExchangeBegun)]
    town.errands += [errand_of(each) for each in begun if each.command_id in pledged]


def seats_of(town, show_id, booking_id):
    claims = town.maps[show_id].claims
    return {
        seat
        for seat, claim in claims.items()
        if (claim.kind, claim.by) == (ClaimKind.BOOKING, booking_id)
    }


@settings(max_examples=400, deadline=None)
@given(scripts)
def test_at_every_moment_the_customer_has_one_of_the_two_and_nothing_paid_is_lost(script):
    for town in play(script):
        old = town.old()
        taken = {
            each.exchange.exchange_id: each
            for each in town.logs[NEW]
            if isinstance(each, ExchangeTaken)
        }
        # what was paid, with what an exchange took and the old show has not let go of yet
        on_both_sides = old.pledge.quote.credit if old.pledge and in_both(old, taken) else 0
        live = [each for show in town.maps.values() for each in show.bookings.values()]
        paid, back = sum(each.paid for each in live), sum(each.refund for each in live)
        assert sum(each.kept for each in live) - on_both_sides == paid - back
        for each in live:
            assert each.kept == (each.amount if each.status is BookingStatus.CONFIRMED else 0)
            if each.status in LIVE:
                show_id = OLD if each is old else NEW
                assert seats_of(town, show_id, each.booking_id) == set(each.seat_ids)
        for name in {each.booking_id for each in taken.values()}:
            assert town.new(name).status in {BookingStatus.CONFIRMED, BookingStatus.CANCELLED}
        if old.pledge is not None:
            assert set(old.pledge.quote.given) <= set(old.seat_ids)


def in_both(old, taken):
    return old.pledge.exchange_id in taken


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_in_the_end_both_shows_say_the_same_and_verify_has_nothing_to_say(script):
    *_, town = play(script)

    assert town.old().pledge is None
    assert town.faults() == []


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_an_exchange_has_one_end(script):
    *_, town = play(script)

    taken = [each.command_id for each in town.logs[NEW] if isinstance(each, ExchangeTaken)]
    refused = [
        each.command_id
        for each in town.logs[NEW]
        if isinstance(each, CommandRefused) and each.exchange is not None
    ]
    begun = [each.command_id for each in town.logs[OLD] if isinstance(each, ExchangeBegun)]
    assert sorted(taken + refused) == sorted(f"{each}.take" for each in begun)
