"""Every check of verify finds the fault that it is there for, and finds none in a sound log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit import wire
from justbookit.catalogue import (
    Layout,
    Mode,
    Movie,
    Offer,
    OfferRule,
    OrphanRule,
    Row,
    SellingRules,
    ShowTerms,
    Theatre,
    Venue,
)
from justbookit.catalogue_events import MoviePut, MovieRemoved
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.ids import (
    BookingId,
    CityId,
    CommandId,
    CustomerId,
    MovieId,
    OfferId,
    OrganizerId,
    SaleId,
    SeatId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.listing import Availability, listing_of
from justbookit.refusals import Refusal
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ConfirmBooking,
    ExpireHolds,
    ExtendHold,
    HoldBest,
    HoldSeats,
    OpenShow,
    Payment,
    QuoteChange,
    ReleaseHold,
    SeatCommand,
    SellAtCounter,
    SetAllotment,
)
from justbookit.seat_events import (
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    ChangeQuoted,
    CommandRefused,
    HoldExtended,
    HoldReleased,
    SeatEvent,
    SeatsBooked,
    SeatsHeld,
)
from justbookit.seatmap import SeatMap
from justbookit.title_cards import TitleCard, card_of
from justbookit.topics import partition_of
from lab.verify.audit import Audit, Check
from lab.verify.cards import check_cards
from lab.verify.history import History, Record, histories, share_of, shares_for
from lab.verify.judging import Promise, judge_commands, judge_show, judge_thin_air
from lab.verify.moment import lags
from lab.verify.programme import SlotRow, check_catalogue, check_screens, slot_row
from lab.verify.rows import BookingRow, EventRow, InventoryRow, ShowRow, ShowRows

SHOW = ShowId("demo.s1")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOLD = timedelta(minutes=8)
PARTITIONS = 12

OFFERS = (
    Offer(offer_id=OfferId("third"), name="Third", rule=OfferRule.THIRD_TICKET, percent=50),
    Offer(
        offer_id=OfferId("noon"),
        name="Afternoon",
        rule=OfferRule.TIME_OF_DAY,
        percent=20,
        from_time="12:00",
        until_time="17:00",
    ),
)
TERMS = ShowTerms(
    show_id=SHOW,
    movie_id=MovieId("m"),
    theatre_id=TheatreId("t"),
    venue_id=VenueId("v"),
    city_id=CityId("c"),
    organizer_id=OrganizerId("o"),
    starts_at=NOON + timedelta(days=1, hours=2),
    ends_at=NOON + timedelta(days=1, hours=4),
    timezone="UTC",
    currency="INR",
    mode=Mode.PARTIAL,
    layout=Layout(
        version=1,
        rows=(Row(label="A", zone=ZoneId("std"), cells=tuple(str(n) for n in range(1, 11))),),
    ),
    prices={ZoneId("std"): 20000},
    offers=OFFERS,
)
MOVIE = Movie(movie_id=MovieId("m"), title="M", language="en", duration_minutes=120)
VENUE = Venue(
    venue_id=VenueId("v"),
    organizer_id=OrganizerId("o"),
    name="V",
    address="A",
    city_id=CityId("c"),
    city_name="C",
    country="IN",
    timezone="UTC",
    currency="INR",
)
THEATRE = Theatre(theatre_id=TheatreId("t"), venue_id=VenueId("v"), name="T", layout=TERMS.layout)
PAID = Payment(reference="r", method="card", amount=32000, currency="INR")


def command(kind: type, name: str, **fields: object) -> SeatCommand:
    made: SeatCommand = kind(command_id=CommandId(name), show_id=SHOW, **fields)
    return made


def of(name: str) -> dict[str, object]:
    return {"booking_id": BookingId(name), "customer_id": CustomerId("ann")}


def seats(*names: str) -> tuple[SeatId, ...]:
    return tuple(SeatId(name) for name in names)


MORE = Payment(reference="more", method="card", amount=16000, currency="INR")
LIFE: list[tuple[float, SeatCommand | ExpireHolds]] = [
    (0, command(OpenShow, "c0", terms=TERMS)),
    (1, command(HoldSeats, "c1", seat_ids=seats("A1", "A2"), **of("b1"))),
    (2, command(HoldSeats, "c2", seat_ids=seats("A2", "A3"), **of("b2"))),  # refused
    (3, command(ConfirmBooking, "c3", payment=PAID, **of("b1"))),
    (4, command(BookSeats, "c4", seat_ids=seats("A3", "A4"), payment=PAID, **of("b3"))),
    (5, command(CancelBooking, "c5", **of("b3"))),
    (6, command(HoldSeats, "c6", seat_ids=seats("A5"), **of("b4"))),
    (7, command(BlockSeats, "c7", seat_ids=seats("A9"), reason="broken")),
    (
        8,
        command(
            SellAtCounter, "c8", sale_id=SaleId("s1"), seat_ids=seats("A8", "A9"), happened=True
        ),
    ),
    (9, command(HoldSeats, "c9", seat_ids=seats("A6"), **of("b5"))),
    (10, command(ReleaseHold, "c10", **of("b5"))),
    (
        11,
        command(
            SetAllotment, "c11", seat_ids=seats("A1", "A2", "A3", "A4", "A5", "A6", "A8", "A9")
        ),
    ),
    (11.4, command(HoldBest, "c14", count=9, **of("b6"))),  # refused: not so many are free
    (11.5, command(ExtendHold, "c13", **of("b4"))),
    (12, command(QuoteChange, "c15", give=seats("A2"), **of("b1"))),
    (13, command(ChangeBooking, "c16", quote_id=CommandId("c15"), **of("b1"))),
    (14, command(QuoteChange, "c17", give=(), take=seats("A4"), **of("b1"))),
    (15, command(ChangeBooking, "c18", quote_id=CommandId("c17"), payment=MORE, **of("b1"))),
    (20, ExpireHolds(command_id=CommandId(""), show_id=SHOW)),
]


def sound_log() -> list[SeatEvent]:
    """One of each thing that can happen, as the writer decides it."""
    seatmap, log = SeatMap(SHOW), []
    for minutes, each in LIFE:
        now = NOON + timedelta(minutes=minutes)
        for event in decide(seatmap, each, now, HOLD):
            if event.command_id == "":
                event = msgspec.structs.replace(event, command_id=None)  # noqa: PLW2901
            evolve(seatmap, event)
            log.append(event)
    return log


def history_of(log: list[SeatEvent]) -> History:
    return History(SHOW, log, [wire.encode(event) for event in log])


def rows_of(log: list[SeatEvent]) -> ShowRows:
    """What the stores must say after `log`, worked out from the writer's own fold."""
    seatmap, versions = SeatMap(SHOW), {}
    for event in log:
        evolve(seatmap, event)
        if not isinstance(event, CommandRefused | ChangeQuoted) and hasattr(event, "booking_id"):
            versions[event.booking_id] = event.version
    return ShowRows(
        events=[
            EventRow(
                event.version, event.command_id, type(event).__name__, event.at, wire.encode(event)
            )
            for event in log
        ],
        bookings=[
            BookingRow(
                booking_id=booking.booking_id,
                customer_id=booking.customer_id,
                status=booking.status.value,
                seat_ids=booking.seat_ids,
                amount=booking.amount,
                currency=booking.currency,
                refund=booking.refund,
                lines=booking.lines,
                held_until=booking.held_until,
                held_at=booking.held_at,
                confirmed_at=booking.confirmed_at,
                ended_at=booking.ended_at,
                payment=booking.payment,
                because=booking.because,
                changes=booking.changes,
                version=versions[booking.booking_id],
            )
            for booking in seatmap.bookings.values()
        ],
        claims={seat: (claim.kind.value, claim.by) for seat, claim in seatmap.claims.items()},
        inventory=InventoryRow(seatmap.version, seatmap.counts(), log[-1].at),
        show=ShowRow("open", TERMS, MOVIE, VENUE, THEATRE),
        document=listing_of(
            TERMS,
            movie=MOVIE,
            venue=VENUE,
            theatre=THEATRE,
            availability=Availability(
                version=seatmap.version,
                seats_total=10,
                seats_free=seatmap.counts().seats_free,
                as_of=log[-1].at,
            ),
            is_open=True,
            doc_version=7,
        ),
    )


def judged(
    log: list[SeatEvent],
    rows: ShowRows | None = None,
    promises: dict[BookingId, Promise] | None = None,
) -> Audit:
    audit = Audit()
    judge_show(history_of(log), rows, promises or {}, audit)
    return audit


def at(log: list[SeatEvent], kind: type, nth: int = 0) -> int:
    return [index for index, event in enumerate(log) if isinstance(event, kind)][nth]


def change(log: list[SeatEvent], index: int, **fields: object) -> None:
    log[index] = msgspec.structs.replace(log[index], **fields)


def test_a_sound_log_is_sound() -> None:
    log = sound_log()
    audit = judged(log, rows_of(log))
    assert [str(fault) for fault in audit.faults] == []
    unseen = set(Check) - set(audit.looked_at)
    assert unseen == {  # these look at more than one show
        Check.READABLE,
        Check.VERSIONS,
        Check.REPEATS,
        Check.PROMISES,
        Check.SCREENS,
        Check.POSITIONS,
        Check.CATALOGUE_ROWS,
        Check.CARDS,
        Check.WAITING,  # nobody waits here: see tests/property/test_waiting.py
        Check.EXCHANGES,  # nobody goes elsewhere: see test_verify_exchanges.py
    }


def two_owners(log: list[SeatEvent]) -> None:
    event = log[at(log, SeatsBooked)]
    line = msgspec.structs.replace(event.lines[0], seat_id=SeatId("A1"))
    change(log, at(log, SeatsBooked), lines=(line, event.lines[1]))


def wrong_price(log: list[SeatEvent]) -> None:
    event = log[at(log, SeatsHeld, 1)]
    line = msgspec.structs.replace(event.lines[0], price=event.lines[0].price - 1)
    change(log, at(log, SeatsHeld, 1), lines=(line,), amount=line.price)


def wrong_sum(log: list[SeatEvent]) -> None:
    change(log, at(log, SeatsHeld, 1), amount=1)


def wrong_payment(log: list[SeatEvent]) -> None:
    event = log[at(log, BookingConfirmed)]
    change(
        log,
        at(log, BookingConfirmed),
        payment=msgspec.structs.replace(event.payment, amount=1),
    )


def early_expiry(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldReleased, 1), at=NOON + timedelta(minutes=13, seconds=59))


def late_payment(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingConfirmed), at=NOON + timedelta(minutes=9))


def confirmed_twice(log: list[SeatEvent]) -> None:
    event = log[at(log, BookingConfirmed)]
    log.append(msgspec.structs.replace(event, version=len(log) + 1, command_id=CommandId("again")))


def never_held(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingConfirmed), booking_id=BookingId("b9"))


def others_booking(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingConfirmed), customer_id=CustomerId("bob"))


def partial_release(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldReleased), seat_ids=())


def false_refusal(log: list[SeatEvent]) -> None:
    change(log, at(log, CommandRefused), seat_ids=seats("A7"))


def false_alternative(log: list[SeatEvent]) -> None:
    change(log, at(log, CommandRefused), alternatives=seats("A1"))


def extended_too_far(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldExtended), held_until=NOON + timedelta(minutes=19))


def extended_late(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldExtended), at=NOON + timedelta(minutes=14))


def extended_by_another(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldExtended), customer_id=CustomerId("bob"))


def extended_unheld(log: list[SeatEvent]) -> None:
    change(log, at(log, HoldExtended), booking_id=BookingId("b1"))


def extended_twice(log: list[SeatEvent]) -> None:
    event = log[at(log, HoldExtended)]
    again = msgspec.structs.replace(event, version=event.version + 1, command_id=CommandId("again"))
    log[at(log, HoldReleased, 1)] = again


def false_block(log: list[SeatEvent]) -> None:
    change(log, at(log, CommandRefused, 1), alternatives=seats("A1", "A2"))


def refunded_too_much(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingChanged), refund=16001)


def quoted_too_little(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted), to_refund=0)
    change(log, at(log, BookingChanged), refund=0)


def gave_back_another_seat(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingChanged), given=seats("A1"))


def gave_back_what_was_not_theirs(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted), given=seats("A7"))


def never_quoted(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingChanged), quote_id=CommandId("c14"))


def quoted_for_longer(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted), valid_until=NOON + timedelta(minutes=23))


def changed_too_late(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingChanged), at=NOON + timedelta(minutes=22))


def changed_by_another(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingChanged), customer_id=CustomerId("bob"))


def quoted_after_the_start(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted), at=TERMS.starts_at)


def changed_twice(log: list[SeatEvent]) -> None:
    event = log[at(log, BookingChanged)]
    log.append(msgspec.structs.replace(event, version=len(log) + 1, command_id=CommandId("again")))


def changed_when_cancelled(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted), booking_id=BookingId("b3"))


def took_what_somebody_has(log: list[SeatEvent]) -> None:
    event = log[at(log, ChangeQuoted, 1)]
    lines = (event.lines[0], msgspec.structs.replace(event.lines[1], seat_id=SeatId("A8")))
    change(log, at(log, ChangeQuoted, 1), taken=seats("A8"), lines=lines)
    change(log, at(log, BookingChanged, 1), taken=seats("A8"), lines=lines)


def paid_too_little(log: list[SeatEvent]) -> None:
    payment = msgspec.structs.replace(MORE, amount=15999)
    change(log, at(log, BookingChanged, 1), payment=payment)


def paid_with_the_same_money(log: list[SeatEvent]) -> None:
    payment = msgspec.structs.replace(MORE, reference=PAID.reference)
    change(log, at(log, BookingChanged, 1), payment=payment)


def took_after_sales_ended(log: list[SeatEvent]) -> None:
    change(log, at(log, ChangeQuoted, 1), at=TERMS.starts_at, valid_until=TERMS.starts_at)


def took_too_many(log: list[SeatEvent]) -> None:
    opened = log[0].terms
    change(log, 0, terms=msgspec.structs.replace(opened, seats_per_booking_max=1))


def refunded_twice(log: list[SeatEvent]) -> None:
    change(log, at(log, BookingCancelled), refund=32001)


def two_answers(log: list[SeatEvent]) -> None:
    change(log, at(log, CommandRefused), command_id=CommandId("c1"))


def not_allotted(log: list[SeatEvent]) -> None:
    log.append(
        SeatsHeld(
            show_id=SHOW,
            version=len(log) + 1,
            at=NOON + timedelta(minutes=21),
            command_id=CommandId("c12"),
            booking_id=BookingId("b6"),
            customer_id=CustomerId("ann"),
            lines=(msgspec.structs.replace(log[at(log, SeatsHeld)].lines[0], seat_id="A10"),),
            amount=16000,
            currency="INR",
            held_until=NOON + timedelta(minutes=29),
        )
    )


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (two_owners, Check.OWNERS),
        (wrong_price, Check.PRICES),
        (wrong_sum, Check.PRICES),
        (wrong_payment, Check.PRICES),
        (early_expiry, Check.EXPIRY),
        (late_payment, Check.EXPIRY),
        (confirmed_twice, Check.STEPS),
        (never_held, Check.STEPS),
        (others_booking, Check.STEPS),
        (partial_release, Check.STEPS),
        (false_refusal, Check.REFUSALS),
        (false_alternative, Check.REFUSALS),
        (extended_too_far, Check.EXPIRY),
        (extended_late, Check.EXPIRY),
        (extended_by_another, Check.STEPS),
        (extended_unheld, Check.STEPS),
        (extended_twice, Check.STEPS),
        (false_block, Check.REFUSALS),
        (two_answers, Check.ANSWERS),
        (refunded_too_much, Check.PRICES),
        (quoted_too_little, Check.PRICES),
        (gave_back_another_seat, Check.PRICES),
        (gave_back_what_was_not_theirs, Check.STEPS),
        (never_quoted, Check.STEPS),
        (quoted_for_longer, Check.EXPIRY),
        (changed_too_late, Check.EXPIRY),
        (changed_by_another, Check.STEPS),
        (quoted_after_the_start, Check.STEPS),
        (changed_twice, Check.STEPS),
        (changed_when_cancelled, Check.STEPS),
        (refunded_twice, Check.PRICES),
        (took_what_somebody_has, Check.OWNERS),
        (paid_too_little, Check.PRICES),
        (paid_with_the_same_money, Check.PRICES),
        (took_after_sales_ended, Check.STEPS),
        (took_too_many, Check.STEPS),
        (not_allotted, Check.OWNERS),
    ],
)
def test_a_planted_fault_in_the_log_is_found(
    plant: Callable[[list[SeatEvent]], None], check: Check
) -> None:
    log = sound_log()
    plant(log)
    assert check in judged(log).found


RULES = SellingRules(
    sales_cutoff_minutes=-20, seats_per_person_max=3, accessible_released_minutes=60
)
RULED = msgspec.structs.replace(
    TERMS,
    own_rules=RULES,
    layout=Layout(
        version=1, rows=(msgspec.structs.replace(TERMS.layout.rows[0], accessible=("10",)),)
    ),
)


def ruled_log(second: HoldSeats, minutes: float) -> list[SeatEvent]:
    """Seats held under rules of the theatre's own, then others, as a writer without them would."""
    seatmap, log = SeatMap(SHOW), []
    first = command(HoldSeats, "c1", seat_ids=seats("A1", "A2"), **of("b1"))
    for later, each in (
        (timedelta(), command(OpenShow, "c0", terms=msgspec.structs.replace(TERMS))),
        (timedelta(minutes=1), first),
        (timedelta(minutes=minutes), second),
    ):
        for event in decide(seatmap, each, NOON + later, HOLD):
            evolve(seatmap, event)
            log.append(event)
    change(log, 0, terms=RULED)
    return log


@pytest.mark.parametrize(
    ("names", "minutes", "accessible", "found"),
    [
        (("A3",), 2, False, []),
        (("A3", "A4"), 2, False, [Check.STEPS]),  # four seats for one person
        (("A3", "A4"), 9, False, []),  # the first two ran out
        (("A10",), 2, False, [Check.STEPS]),  # kept for who needs it
        (("A10",), 2, True, []),
        (("A10",), 25 * 60, False, []),  # an hour before the start it is for everybody
        (("A3",), 25 * 60 + 40, False, [Check.STEPS]),  # sales are over
    ],
)
def test_a_theatres_own_rules_are_held_to(
    names: tuple[str, ...], minutes: float, *, accessible: bool, found: list[Check]
) -> None:
    second = command(HoldSeats, "c2", seat_ids=seats(*names), accessible=accessible, **of("b2"))
    assert isinstance(second, HoldSeats)
    assert list(judged(ruled_log(second, minutes)).found) == found


@pytest.mark.parametrize(
    ("names", "minutes", "found"),
    [
        (("A3", "A4"), 2, []),
        (("A4", "A5"), 2, [Check.STEPS]),  # A3 sits alone, and need not
        (("A3", "A4", "A5", "A6", "A7", "A8", "A9"), 2, []),  # A10 does, whatever they take
        (("A4", "A5"), 25 * 60 + 1, []),  # within an hour of the start
    ],
)
def test_a_seat_left_alone_is_found(
    names: tuple[str, ...], minutes: float, found: list[Check]
) -> None:
    second = command(HoldSeats, "c2", seat_ids=seats(*names), **of("b2"))
    assert isinstance(second, HoldSeats)
    log = ruled_log(second, minutes)
    mind = SellingRules(orphan_rule=OrphanRule.BLOCK)
    change(log, 0, terms=msgspec.structs.replace(TERMS, own_rules=mind))
    del log[2:-1]
    change(log, -1, version=3)
    assert list(judged(log).found) == found


def lost_booking(rows: ShowRows) -> None:
    rows.bookings.pop()


def invented_booking(rows: ShowRows) -> None:
    rows.bookings.append(msgspec.structs.replace(rows.bookings[0], booking_id="b77"))


def other_amount(rows: ShowRows) -> None:
    rows.bookings[0] = msgspec.structs.replace(rows.bookings[0], amount=1)


def lost_claim(rows: ShowRows) -> None:
    del rows.claims[SeatId("A1")]


def other_owner(rows: ShowRows) -> None:
    rows.claims[SeatId("A1")] = ("booking", "b4")


def stale_inventory(rows: ShowRows) -> None:
    assert rows.inventory is not None
    rows.inventory = msgspec.structs.replace(rows.inventory, version=3)


def lost_inventory(rows: ShowRows) -> None:
    rows.inventory = None


def other_bytes(rows: ShowRows) -> None:
    rows.events[2] = msgspec.structs.replace(rows.events[2], body=b"{}")


def lost_tail(rows: ShowRows) -> None:
    rows.events.pop()


def other_column(rows: ShowRows) -> None:
    rows.events[2] = msgspec.structs.replace(rows.events[2], command_id=None)


def never_settled(rows: ShowRows) -> None:
    assert rows.show is not None
    rows.show = msgspec.structs.replace(rows.show, status="opening")


def lost_show(rows: ShowRows) -> None:
    rows.show = None


def stale_index(rows: ShowRows) -> None:
    assert rows.document is not None
    rows.document = msgspec.structs.replace(rows.document, seats_free=9, seats_version=2)


def wrong_flag(rows: ShowRows) -> None:
    assert rows.document is not None
    rows.document = msgspec.structs.replace(rows.document, availability="sold_out")


def not_indexed(rows: ShowRows) -> None:
    rows.document = None


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (lost_booking, Check.BOOKING_ROWS),
        (invented_booking, Check.BOOKING_ROWS),
        (other_amount, Check.BOOKING_ROWS),
        (lost_claim, Check.CLAIM_ROWS),
        (other_owner, Check.CLAIM_ROWS),
        (stale_inventory, Check.INVENTORY_ROWS),
        (lost_inventory, Check.INVENTORY_ROWS),
        (other_bytes, Check.LOG_ROWS),
        (lost_tail, Check.LOG_ROWS),
        (other_column, Check.LOG_ROWS),
        (never_settled, Check.SHOW_ROWS),
        (lost_show, Check.SHOW_ROWS),
        (stale_index, Check.INDEX),
        (wrong_flag, Check.INDEX),
        (not_indexed, Check.INDEX),
    ],
)
def test_a_planted_fault_in_the_stores_is_found(
    plant: Callable[[ShowRows], None], check: Check
) -> None:
    log = sound_log()
    rows = rows_of(log)
    plant(rows)
    assert set(judged(log, rows).found) == {check}


PROMISE = Promise(
    booking_id=BookingId("b1"),
    show_id=SHOW,
    seat_ids=seats("A2", "A1"),
    amount=32000,
    currency="INR",
)


def test_a_promise_that_was_kept() -> None:
    audit = judged(sound_log(), promises={PROMISE.booking_id: PROMISE})
    assert audit.is_clean
    assert audit.looked_at[Check.PROMISES] == 1


@pytest.mark.parametrize(
    "broken",
    [
        msgspec.structs.replace(PROMISE, booking_id="b3"),  # cancelled
        msgspec.structs.replace(PROMISE, booking_id="b4"),  # expired
        msgspec.structs.replace(PROMISE, seat_ids=seats("A1")),
        msgspec.structs.replace(PROMISE, amount=1),
        msgspec.structs.replace(PROMISE, show_id="demo.s2"),
    ],
)
def test_a_broken_promise_is_found(broken: Promise) -> None:
    audit = judged(sound_log(), promises={broken.booking_id: broken})
    assert set(audit.found) == {Check.PROMISES}


def records_of(log: list[SeatEvent]) -> list[Record]:
    partition = partition_of(SHOW, PARTITIONS)
    return [Record(partition, offset, wire.encode(event)) for offset, event in enumerate(log)]


def test_what_was_published_twice_is_one_event() -> None:
    log, audit = sound_log(), Audit()
    records = records_of(log)
    found = histories([*records[:5], *records[2:]], PARTITIONS, audit)
    assert found[SHOW].events == log
    assert found[SHOW].repeats == 3
    assert audit.is_clean


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda records: records.pop(3), Check.VERSIONS),
        (lambda records: records.insert(2, records.pop(3)), Check.VERSIONS),
        (
            lambda records: records.append(Record(0, 99, wire.encode(sound_log()[1]))),
            Check.READABLE,
        ),
        (lambda records: records.append(Record(0, 99, b"no event")), Check.READABLE),
        (
            lambda records: records.append(
                Record(
                    partition_of(SHOW, PARTITIONS),
                    99,
                    wire.encode(msgspec.structs.replace(sound_log()[1], amount=7)),
                )
            ),
            Check.REPEATS,
        ),
    ],
)
def test_a_spoilt_topic_is_found(spoil: Callable[[list[Record]], object], check: Check) -> None:
    audit = Audit()
    records = records_of(sound_log())
    spoil(records)
    histories(records, PARTITIONS, audit)
    assert check in audit.found


def asked() -> list[Record]:
    return [
        Record(0, offset, wire.encode(each))
        for offset, (_, each) in enumerate(LIFE)
        if not isinstance(each, ExpireHolds)
    ]


def test_every_command_was_answered_and_every_answer_was_asked_for() -> None:
    audit, shows = Audit(), {SHOW: history_of(sound_log())}
    ids = judge_commands("seat-commands", asked(), shows, (), audit)
    judge_thin_air(shows, ids, audit)
    assert audit.is_clean
    assert audit.looked_at[Check.ANSWERS] == len(asked())


@pytest.mark.parametrize(
    "record",
    [
        Record(0, 77, wire.encode(command(ReleaseHold, "c99", **of("b1")))),
        Record(0, 77, b"no command"),
    ],
)
def test_a_command_that_was_never_answered_is_found(record: Record) -> None:
    audit, shows = Audit(), {SHOW: history_of(sound_log())}
    judge_commands("seat-commands", [*asked(), record], shows, (), audit)
    assert audit.found[Check.ANSWERS] == 1
    buried = Audit()
    judge_commands("seat-commands", [*asked(), record], shows, {("seat-commands", 0, 77)}, buried)
    assert buried.is_clean


def test_an_answer_that_nobody_asked_for_is_found() -> None:
    audit, shows = Audit(), {SHOW: history_of(sound_log())}
    asked = {f"c{number}" for number in (*range(11), *range(13, 19))}
    judge_thin_air(shows, asked, audit)
    assert audit.found[Check.ANSWERS] == 1


def slot(show: str, begins: datetime = TERMS.starts_at) -> SlotRow:
    return SlotRow(ShowId(show), TheatreId("t"), begins, begins + timedelta(hours=2, minutes=20))


def later(show: str, hours: int) -> ShowTerms:
    return msgspec.structs.replace(
        TERMS,
        show_id=ShowId(show),
        starts_at=TERMS.starts_at + timedelta(hours=hours),
        ends_at=TERMS.ends_at + timedelta(hours=hours),
    )


def test_screens_without_overlap() -> None:
    audit = Audit()
    slots = [slot(SHOW), slot("demo.s2", TERMS.starts_at + timedelta(hours=3))]
    check_screens(map(slot_row, [TERMS, later("demo.s2", 3)]), slots, audit)
    assert audit.is_clean


@pytest.mark.parametrize(
    ("on_sale", "slots"),
    [
        (
            [TERMS, later("demo.s2", 2)],
            [slot(SHOW), slot("demo.s2", TERMS.starts_at + timedelta(hours=2))],
        ),
        ([TERMS], []),
        ([], [slot(SHOW)]),
        ([TERMS], [slot(SHOW), slot(SHOW)]),
        ([TERMS], [slot(SHOW, TERMS.starts_at + timedelta(hours=1))]),
    ],
)
def test_an_overlap_or_a_wrong_slot_is_found(
    on_sale: list[ShowTerms], slots: list[SlotRow]
) -> None:
    audit = Audit()
    check_screens(map(slot_row, on_sale), slots, audit)
    assert set(audit.found) == {Check.SCREENS}


def put(minutes: int, version: int, title: str) -> MoviePut:
    return MoviePut(
        command_id=CommandId("c"),
        at=NOON + timedelta(minutes=minutes),
        movie=msgspec.structs.replace(MOVIE, title=title),
        version=version,
    )


def test_the_catalogue_is_what_was_told_last() -> None:
    audit = Audit()
    again = [put(1, 1, "Old"), put(2, 2, "M"), put(1, 1, "Old")]
    check_catalogue(again, {"movie m": MOVIE}, audit)
    gone = MovieRemoved(
        command_id=CommandId("d"), at=NOON + timedelta(minutes=3), movie_id=MovieId("m")
    )
    check_catalogue([*again, gone], {"movie m": None}, audit)
    assert audit.is_clean


@pytest.mark.parametrize("rows", [{}, {"movie m": None}, {"movie m": MOVIE, "movie x": MOVIE}])
def test_a_wrong_row_of_the_catalogue_is_found(rows: dict[str, Movie | None]) -> None:
    audit = Audit()
    check_catalogue([put(2, 2, "M")], rows, audit)
    assert audit.found[Check.CATALOGUE_ROWS] == 1


CARD = card_of(MOVIE, 2)


def test_cards_of_what_is_on_are_made_of_the_last_version_and_others_may_be_old() -> None:
    audit = Audit()
    told = [put(1, 1, "Old"), put(2, 2, "M"), put(1, 1, "Old")]
    check_cards(told, {MovieId("m"): CARD}, {MovieId("m")}, audit)
    check_cards(told, {MovieId("m"): card_of(MOVIE, 1)}, set(), audit)
    assert audit.is_clean
    assert audit.looked_at[Check.CARDS] == 2


@pytest.mark.parametrize(
    "cards",
    [
        pytest.param({}, id="a movie that is on has none"),
        pytest.param({"m": card_of(MOVIE, 1)}, id="an older version"),
        pytest.param({"m": msgspec.structs.replace(CARD, sounds=("x",))}, id="other sounds"),
        pytest.param({"m": "not a card"}, id="a document that is none"),
        pytest.param({"m": CARD, "ghost": CARD}, id="a movie that nobody put"),
    ],
)
def test_a_wrong_card_is_found(cards: dict[MovieId, TitleCard | str]) -> None:
    audit = Audit()
    check_cards([put(2, 2, "M")], cards, {MovieId("m")}, audit)
    assert audit.found == {Check.CARDS: 1}


def test_a_refusal_for_a_show_that_never_was() -> None:
    """A wish about nothing is answered too, and leaves no rows but its event."""
    refused = CommandRefused(
        show_id=SHOW,
        version=1,
        at=NOON,
        command_id=CommandId("c"),
        code=Refusal.UNKNOWN_SHOW,
        detail="no such show",
    )
    row = EventRow(1, CommandId("c"), "CommandRefused", NOON, wire.encode(refused))
    assert judged([refused], ShowRows(events=[row])).is_clean


def test_what_lags_is_told_in_words() -> None:
    ends = {("seat-commands", 0): 10, ("seat-commands", 1): 5, ("seat-events", 0): 7}
    done = {("seat-commands", 0): 10, ("seat-commands", 1): 5, ("search of seat-events", 0): 7}
    assert lags(ends, done, {}) == []
    assert lags(ends, {**done, ("seat-commands", 1): 2}, {"batches in seat_outbox": 1}) == [
        "1 batches in seat_outbox",
        "seat-commands is 3 messages behind",
    ]
    assert lags(ends, {**done, ("seat-commands", 0): 12}, {}) == [
        "seat-commands is 2 messages beyond the end of seat-commands"
    ]


def test_a_partition_in_shares_is_all_of_it_and_every_show_is_in_one() -> None:
    shows = [f"demo.s{number}" for number in range(200)]
    here = [show for show in shows if partition_of(ShowId(show), 4) == 1]
    elsewhere = next(show for show in shows if partition_of(ShowId(show), 4) == 2)
    values = [b'{"show_id":"%s"}' % show.encode() for show in [*here, elsewhere, *here]]
    records = [Record(1, at, value) for at, value in enumerate([*values, b"no event", b"[]"])]

    shares = [list(share_of(records, share, 3, 4)) for share in range(3)]

    assert sorted(record.offset for share in shares for record in share) == list(
        range(len(records))
    )
    of_shows = [{record.value for record in share} for share in shares]
    assert all(len(share) > 5 for share in of_shows)
    assert not any(one & other for at, one in enumerate(of_shows) for other in of_shows[at + 1 :])
    assert {b"no event", b"[]", b'{"show_id":"%s"}' % elsewhere.encode()} <= of_shows[0]


@pytest.mark.parametrize(("events", "shares"), [(0, 1), (50_000, 1), (50_001, 2), (150_000, 3)])
def test_no_more_than_so_many_events_are_gone_through_at_once(events: int, shares: int) -> None:
    assert shares_for(events) == shares
