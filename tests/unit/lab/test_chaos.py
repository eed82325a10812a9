"""The history checker finds every planted violation, and finds none in a sound history."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.bookings.views import held_view, paid_view
from api.keys import Claim, ask_of
from api.seatmap_views import seat_map_view
from api.seatmaps import Look
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.ids import (
    BookingId,
    CityId,
    CommandId,
    CustomerId,
    MovieId,
    OrganizerId,
    SaleId,
    SeatId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.seat_commands import (
    CancelBooking,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    OpenShow,
    Payment,
    ReleaseHold,
    SeatCommand,
    SellAtCounter,
)
from justbookit.seat_events import Event, SeatEvent
from justbookit.seatmap import SeatMap
from justbookit.topics import partition_of
from lab.chaos.checks import check
from lab.chaos.coverage import NEEDED, TAKEOVERS, classes, vacuous
from lab.chaos.findings import Findings, Promise, Window
from lab.chaos.history import Tally, promises, read, split
from lab.chaos.looks import seen
from lab.chaos.ops import Kind, Op, Outcome, command_id_of, outcome_of
from lab.chaos.schedule import MAIN, SLOT_SECONDS, Fault, plan
from lab.notes import Notes
from stack.run_state import ProcessState, RunState

SHOW = ShowId("chaos.s1")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOLD = timedelta(seconds=6)
NOW = {"as_of": NOON.timestamp() + 11.9}
TERMS = ShowTerms(
    show_id=SHOW,
    movie_id=MovieId("m"),
    theatre_id=TheatreId("t"),
    venue_id=VenueId("v"),
    city_id=CityId("c"),
    organizer_id=OrganizerId("o"),
    starts_at=NOON + timedelta(days=1),
    ends_at=NOON + timedelta(days=1, hours=2),
    timezone="UTC",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=Layout(
        version=1,
        rows=(Row(label="A", zone=ZoneId("all"), cells=tuple(str(n) for n in range(1, 9))),),
    ),
    prices={ZoneId("all"): 15000},
)


class History:
    """Requests, answers and the log, as a sound system makes them."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.log: list[SeatEvent] = []
        self._seatmap = SeatMap(SHOW)
        self._views: dict[str, Any] = {}
        self.decide(0.0, OpenShow(command_id=CommandId("open"), show_id=SHOW, terms=TERMS))
        self.note(0.0, Kind.OPEN, "open", {}, 201, {})

    def decide(self, at: float, command: SeatCommand | ExpireHolds) -> SeatEvent | None:
        """Let the rules decide, so many seconds after noon."""
        events = decide(self._seatmap, command, NOON + timedelta(seconds=at), HOLD)
        for event in events:
            if event.command_id == "":
                event = msgspec.structs.replace(event, command_id=None)  # noqa: PLW2901
            evolve(self._seatmap, event)
            self.log.append(event)
        return events[-1] if events else None

    def note(
        self, at: float, kind: Kind, name: str, args: Any, status: int, answer: Any, **fields: Any
    ) -> Op:
        code = answer.get("code", "") if isinstance(answer, dict) else ""
        op = Op(
            op_id=len(self.ops) + 1,
            client="ann",
            kind=kind,
            show_id=SHOW,
            command_id=CommandId(name),
            key=name,
            args=args,
            t_invoke=NOON.timestamp() + at - 0.01,
            t_complete=NOON.timestamp() + at + 0.01,
            outcome=outcome_of(status),
            status=status,
            code=code,
            answer=answer,
            **fields,
        )
        self.ops.append(op)
        return op

    def hold(self, at: float, name: str, *seats: str) -> None:
        seat_ids = tuple(map(SeatId, seats))
        fields = {"booking_id": BookingId(f"b-{name}"), "customer_id": CustomerId("ann")}
        event: Any = self.decide(
            at,
            HoldSeats(command_id=CommandId(name), show_id=SHOW, seat_ids=seat_ids, **fields),
        )
        args = {"seat_ids": list(seats)}
        if hasattr(event, "code"):
            refusal = {"code": event.code.value, "seat_ids": list(event.seat_ids)}
            self.note(at, Kind.HOLD, name, args, 409, refusal)
            return
        self._views[f"b-{name}"] = held_view(event)
        answer = msgspec.json.decode(msgspec.json.encode(held_view(event)))
        self.note(at, Kind.HOLD, name, args, 201, answer)

    def step(self, at: float, name: str, kind: type, hold: str) -> None:
        booking_id = BookingId(f"b-{hold}")
        fields: dict[str, Any] = {"booking_id": booking_id, "customer_id": CustomerId("ann")}
        if kind is ConfirmBooking:
            amount = self._views[booking_id].amount
            fields["payment"] = Payment(reference="r", method="card", amount=amount, currency="INR")
        event: Any = self.decide(at, kind(command_id=CommandId(name), show_id=SHOW, **fields))
        args = {"booking_id": booking_id}
        named = {
            ConfirmBooking: Kind.CONFIRM,
            ReleaseHold: Kind.RELEASE,
            CancelBooking: Kind.CANCEL,
        }[kind]
        if hasattr(event, "code"):
            refusal = {"code": event.code.value, "seat_ids": list(event.seat_ids)}
            self.note(at, named, name, args, 410, refusal)
            return
        view = self._views[booking_id]
        if kind is ConfirmBooking:
            view = paid_view(view, event)
        elif kind is CancelBooking:
            view = msgspec.structs.replace(view, refund=event.refund)
        status = 201 if kind is ConfirmBooking else 200
        self.note(at, named, name, args, status, msgspec.json.decode(msgspec.json.encode(view)))

    def sell(self, at: float, name: str, *seats: str) -> None:
        event: Any = self.decide(
            at,
            SellAtCounter(
                command_id=CommandId(name),
                show_id=SHOW,
                sale_id=SaleId(f"s-{name}"),
                seat_ids=tuple(map(SeatId, seats)),
            ),
        )
        answer = {"version": event.version, "seat_ids": list(seats), "sale_id": f"s-{name}"}
        self.note(at, Kind.SELL, name, {"seat_ids": list(seats)}, 201, answer)

    def look(self, at: float, name: str) -> None:
        """A seat map as the API shows it."""
        now = NOON + timedelta(seconds=at)
        view = seat_map_view(Look(self._seatmap, now, stale=False, changed_at=NOON), now)
        body = msgspec.json.decode(msgspec.json.encode(view))
        self.note(
            at, Kind.LOOK, name, {}, 200, msgspec.to_builtins(seen(body, as_of=now.timestamp()))
        )

    def op(self, name: str) -> int:
        return next(at for at, op in enumerate(self.ops) if op.key == name)

    def event(self, name: str) -> int:
        return next(at for at, event in enumerate(self.log) if event.command_id == name)

    def change_op(self, name: str, **fields: Any) -> None:
        at = self.op(name)
        self.ops[at] = msgspec.structs.replace(self.ops[at], **fields)

    def change_event(self, name: str, **fields: Any) -> None:
        at = self.event(name)
        self.log[at] = msgspec.structs.replace(self.log[at], **fields)


def sound() -> History:
    """One of each thing that can happen."""
    made = History()
    made.hold(1, "h1", "A1", "A2")
    made.hold(2, "h2", "A2", "A3")  # refused: A2 is h1's
    made.look(2.5, "l1")
    made.step(3, "p1", ConfirmBooking, "h1")
    made.hold(4, "h3", "A4")
    made.step(5, "r3", ReleaseHold, "h3")
    made.hold(6, "h4", "A5")
    made.sell(7, "s1", "A8")
    made.look(11.9, "l2")
    made.look(12.1, "l3")  # h4 has run out, and no event says so
    made.decide(12.2, ExpireHolds(command_id=CommandId(""), show_id=SHOW))  # h4 ran out
    made.step(13, "p4", ConfirmBooking, "h4")  # too late
    made.hold(14, "h5", "A6")
    made.step(15, "p5", ConfirmBooking, "h5")
    made.step(16, "c5", CancelBooking, "h5")
    made.note(16.5, Kind.HOLD, "h6", {"seat_ids": ["A7"]}, 0, "lost")  # never happened
    again = made.ops[made.op("h1")]
    made.note(17, Kind.HOLD, "h1", again.args, 201, again.answer)
    reused = {"code": "idempotency_key_reused"}
    made.look(17.5, "l4")
    made.note(18, Kind.HOLD, "h1", again.args, 422, reused, reused=True)
    return made


def checked(made: History, *troubles: Window) -> dict[Promise, int]:
    return dict(check(made.ops, {SHOW: made.log}, troubles).found)


def test_a_sound_history_has_no_violation_and_every_promise_is_looked_at() -> None:
    made = sound()

    findings = check(made.ops, {SHOW: made.log}, [])

    assert findings.violations == []
    assert set(findings.looked_at) == set(Promise)


def lose(name: str) -> Callable[[History], None]:
    def plant(made: History) -> None:
        del made.log[made.event(name)]

    return plant


def tell(name: str, **fields: Any) -> Callable[[History], None]:
    return lambda made: made.change_op(name, **fields)


def write(name: str, **fields: Any) -> Callable[[History], None]:
    return lambda made: made.change_event(name, **fields)


def told_otherwise(name: str, **fields: Any) -> Callable[[History], None]:
    def plant(made: History) -> None:
        answer = made.ops[made.op(name)].answer
        made.change_op(name, answer={**answer, **fields})

    return plant


def twice(made: History) -> None:
    made.log.append(msgspec.structs.replace(made.log[made.event("h5")], version=99))


def sold_twice(made: History) -> None:
    """The rules forget A1's owner, and give it to another customer."""
    made._seatmap.claims.pop(SeatId("A1"))  # noqa: SLF001
    made.hold(20, "h7", "A1")


def nobody_asked(made: History) -> None:
    made.ops = [op for op in made.ops if op.key != "s1"]


def swapped(made: History) -> None:
    first, second = made.log[made.event("h3")], made.log[made.event("h5")]
    made.change_event("h3", version=second.version)
    made.change_event("h5", version=first.version)


def shown(name: str, seats: str, letter: str) -> Callable[[History], None]:
    """A seat map shows some seats of the row A otherwise."""

    def plant(made: History) -> None:
        answer = made.ops[made.op(name)].answer
        letters = list(answer["seats"])
        for seat in seats.split():
            letters[int(seat[1:]) - 1] = letter
        made.change_op(name, answer={**answer, "seats": "".join(letters)})

    return plant


def expires(late: float) -> Callable[[History], None]:
    def plant(made: History) -> None:
        at = next(at for at, event in enumerate(made.log) if event.command_id is None)
        made.log[at] = msgspec.structs.replace(made.log[at], at=NOON + timedelta(seconds=12 + late))

    return plant


@pytest.mark.parametrize(
    ("plant", "broken"),
    [
        pytest.param(lose("h5"), Promise.DURABLE, id="a hold that was granted is gone"),
        pytest.param(lose("p1"), Promise.DURABLE, id="a payment that was answered is gone"),
        pytest.param(lose("p1"), Promise.KEPT, id="a paid booking ends unpaid"),
        pytest.param(
            told_otherwise("h1", amount=1), Promise.DURABLE, id="the amount is another one"
        ),
        pytest.param(
            told_otherwise("h1", seat_ids=["A7"]), Promise.DURABLE, id="the seats are others"
        ),
        pytest.param(lose("h2"), Promise.REFUSED, id="a refusal that the log does not know"),
        pytest.param(tell("h2", code="sales_over"), Promise.REFUSED, id="another reason"),
        pytest.param(tell("h2", code="unknown_page"), Promise.REFUSED, id="not the writer's no"),
        pytest.param(lose("h1"), Promise.TAKEN, id="a refused seat was nobody's"),
        pytest.param(
            told_otherwise("h1", held_at="2030-01-02T00:00:00Z"),
            Promise.ONE_ANSWER,
            id="the same request is answered otherwise",
        ),
        pytest.param(twice, Promise.ONCE, id="a request happened twice"),
        pytest.param(nobody_asked, Promise.ASKED, id="a sale that nobody asked for"),
        pytest.param(
            lambda made: made.ops.__setitem__(
                -1, msgspec.structs.replace(made.ops[-1], status=201, code="")
            ),
            Promise.REUSED,
            id="a key with another body is granted",
        ),
        pytest.param(swapped, Promise.ORDER, id="the log is in another order than the world"),
        pytest.param(
            write("h5", at=NOON + timedelta(seconds=15)), Promise.MOMENT, id="decided after answer"
        ),
        pytest.param(
            write("h5", at=NOON + timedelta(seconds=13)), Promise.MOMENT, id="decided before asked"
        ),
        pytest.param(expires(1.2), Promise.EXPIRY, id="a hold ends too late"),
        pytest.param(expires(-0.2), Promise.EXPIRY, id="a hold ends too early"),
        pytest.param(sold_twice, Promise.OWNERS, id="a seat is sold twice"),
        pytest.param(
            shown("l1", "A1 A2", "f"), Promise.SHOWN, id="seats that somebody holds are shown free"
        ),
        pytest.param(shown("l1", "A3", "t"), Promise.SHOWN, id="a free seat is shown as taken"),
        pytest.param(shown("l2", "A5", "f"), Promise.SHOWN, id="a hold is shown as over too soon"),
        pytest.param(shown("l3", "A5", "t"), Promise.SHOWN, id="a hold is shown that ran out"),
        pytest.param(shown("l4", "A1", "b"), Promise.SHOWN, id="a booking is shown as a block"),
        pytest.param(
            told_otherwise("l4", version=99), Promise.SHOWN, id="a version that never was is shown"
        ),
        pytest.param(
            told_otherwise("l2", version=9), Promise.SHOWN, id="what happens later is shown"
        ),
        pytest.param(
            lambda made: made.change_op("l2", answer=made.ops[made.op("l1")].answer | NOW),
            Promise.FRESH,
            id="what was answered long before is not shown",
        ),
        pytest.param(
            told_otherwise("l4", as_of=0.0), Promise.FRESH, id="a seat map does not say how old"
        ),
    ],
)
def test_a_planted_violation_is_found(plant: Callable[[History], None], broken: Promise) -> None:
    made = sound()

    plant(made)

    assert checked(made).get(broken, 0) > 0


def test_two_owners_are_seen_by_what_clients_were_told_alone() -> None:
    made = sound()
    first = made.ops[made.op("h1")]
    answer = {**first.answer, "booking_id": "b-h9", "held_until": "2030-01-01T12:01:00Z"}
    made.note(20, Kind.HOLD, "h9", first.args, 201, answer)

    found = check(made.ops, {SHOW: made.log}, []).violations

    assert any(line.startswith("OWNERS") and "b-h9" in line for line in found)


def test_a_request_without_an_answer_may_have_happened() -> None:
    made = sound()
    made.change_op("h5", outcome=Outcome.INFO, status=504, answer=None)
    made.ops = [op for op in made.ops if op.key not in {"p5", "c5", "l4"}]
    made.log = [event for event in made.log if event.command_id not in {"p5", "c5"}]

    assert checked(made) == {}


def test_a_hold_may_end_later_while_something_is_broken() -> None:
    made = sound()
    expires(4.0)(made)
    ran_out = NOON.timestamp() + 12

    assert checked(made, Window(ran_out - 5, ran_out + 3.1, "seats")) == {}
    assert checked(made, Window(ran_out - 5, ran_out + 2.9, "seats")) == {Promise.EXPIRY: 1}


def test_a_postgres_that_was_killed_may_have_forgotten_a_key() -> None:
    made = sound()
    made.ops[-1] = msgspec.structs.replace(made.ops[-1], status=201, code="")
    at = NOON.timestamp() + 10

    assert checked(made, Window(at, at + 1, "postgres")) == {}
    assert checked(made, Window(at, at + 1, "kafka")) == {Promise.REUSED: 1}


class SeatsPainted(Event, frozen=True, kw_only=True):
    """A kind of event that the checker has never heard of."""


def test_a_kind_of_event_that_is_not_known_is_said_and_is_no_violation() -> None:
    made = sound()
    command_id = next(event.command_id for event in made.log if event.command_id is not None)
    made.log.append(
        SeatsPainted(
            show_id=SHOW,
            version=len(made.log) + 1,
            at=made.log[-1].at,
            command_id=command_id,
        )  # type: ignore[arg-type]
    )

    findings = check(made.ops, {SHOW: made.log}, [])

    assert findings.violations == []
    assert findings.unknown == {"SeatsPainted": 1}


def test_a_history_in_parts_is_what_it_was_in_one(tmp_path: Path) -> None:
    made = sound()
    history = tmp_path / "history.jsonl"
    history.write_bytes(b"".join(msgspec.json.encode(op) + b"\n" for op in made.ops))

    parts = split(history, 3)

    assert len(parts) == 3
    here = partition_of(SHOW, 3)
    read_again = [read(part) for part in parts]
    assert read_again[here] == [msgspec.convert(msgspec.to_builtins(op), Op) for op in made.ops]
    assert sum(map(len, read_again)) == len(made.ops)
    kept = promises(history)
    assert {promise.show_id for promise in kept.values()} == {SHOW}
    assert all(promise.amount for promise in kept.values())
    given_back = {op.args["booking_id"] for op in made.ops if op.kind is Kind.CANCEL}
    assert not given_back & kept.keys()


def test_what_was_found_of_other_shows_is_added() -> None:
    one, other = Findings(), Findings()
    one.expect(Promise.ONCE, "fine", holds=True)
    other.expect(Promise.ONCE, "twice", holds=False)
    other.unknown["SeatsPainted"] = 2

    one.add(other)

    assert (one.looked_at[Promise.ONCE], one.found[Promise.ONCE]) == (2, 1)
    assert one.violations == ["ONCE  twice"]
    assert one.unknown == {"SeatsPainted": 2}


def test_only_what_was_answered_for_certain_is_an_operation() -> None:
    tally = Tally()
    for op in sound().ops:
        tally.add(op)
    certain, sent = tally.operations, tally.requests

    tally.add(msgspec.structs.replace(sound().ops[0], outcome=Outcome.INFO, status=503))

    assert (tally.operations, tally.requests) == (certain, sent + 1)
    assert 0 < certain < sent


def test_a_run_in_which_nothing_was_contended_is_vacuous() -> None:
    made = sound()
    found = classes(made.ops, {SHOW: made.log})
    elsewhere = {"exchanges quoted", "exchanges made", "places in line"}
    assert set(vacuous(found, faults=False, takeovers=None)) == elsewhere
    found.update(elsewhere)

    assert vacuous(found, faults=False, takeovers=None) == []
    assert vacuous(found, faults=True, takeovers=0) == [
        "requests without an answer, known later",
        TAKEOVERS,
    ]
    for name in NEEDED:
        assert vacuous({**found, name: 0}, faults=False, takeovers=None) == [name]


def test_the_name_of_a_command_is_the_one_that_the_api_gives_it() -> None:
    route = "POST /api/v1/shows/s/holds"
    claim = Claim(ask_of("u-1", route, "key", b"").scope, replay=False)

    assert command_id_of("u-1", route, "key") == claim.command_id


def test_the_supervisors_notes_can_be_read() -> None:
    state = RunState(supervisor=1, started_at=NOON, processes={"seats": ProcessState(7, "ready")})

    notes = msgspec.json.decode(msgspec.json.encode(state), type=Notes)

    assert (notes.processes["seats"].pid, notes.processes["seats"].state) == (7, "ready")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, Outcome.OK), (409, Outcome.FAIL), (504, Outcome.INFO), (0, Outcome.INFO)],
)
def test_silence_and_our_own_mistakes_say_nothing(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


def test_the_same_seed_is_the_same_plan_and_faults_of_writers_have_room() -> None:
    planned = plan(7, 600, tuple(Fault))

    assert planned == plan(7, 600, tuple(Fault)) != plan(8, 600, tuple(Fault))
    assert {each.fault for each in planned} == set(Fault)
    main = [each.at for each in planned if each.fault in MAIN]
    assert all(b - a >= SLOT_SECONDS for a, b in pairwise(main))


def test_faults_further_apart_are_fewer() -> None:
    far = [each for each in plan(4, 180, list(Fault), 30.0) if each.fault in MAIN]
    assert [each.at for each in far] == [5, 35, 65, 95, 125, 155]


def test_only_the_faults_that_are_wanted_are_planned() -> None:
    assert {each.fault for each in plan(1, 90, [Fault.API_KILL])} == {Fault.API_KILL}
    assert plan(1, 90, []) == []
