"""The history checker understands exchanges and waiting lists: what two shows decide, and lines."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from api.bookings.exchange_views import exchange_quote_view, exchange_view
from api.bookings.views import held_view, paid_view
from justbookit.entries import WhyLeft
from justbookit.evolving import evolve
from justbookit.ids import EntryId
from justbookit.seat_commands import (
    AcceptSeatOffer,
    CancelBooking,
    JoinWaitingList,
    LeaveWaitingList,
)
from justbookit.seat_events import CommandRefused
from justbookit.waiting import next_offer
from lab.chaos.checks import check
from lab.chaos.findings import Findings, Promise
from lab.chaos.history import promises
from lab.chaos.ops import Kind, Op, booking_in, elsewhere, outcome_of
from tests.one_show import NOON
from tests.two_shows import NEW, OLD, Town

SECOND = timedelta(seconds=1)
ALL_OF_NEW = ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5")


class Story:
    """Requests, answers and the logs of two shows, as a sound system makes them."""

    def __init__(self) -> None:
        self.town = Town()
        self.ops: list[Op] = []
        self.logs = self.town.logs
        for log in self.logs.values():
            self._note(Kind.OPEN, log[0].show_id, log[0].command_id, {})

    def pay(self, amount: int, *seats: str) -> None:
        """Ana has a paid booking; who asked for that was no customer of the run."""
        event = self._next(lambda: self.town.book(amount, *seats))
        self._note(Kind.OPEN, OLD, event.command_id, {})

    def quote(self, name: str, *seats: str, give: tuple[str, ...] = ()) -> None:
        before = len(self.logs[OLD])
        last = self._next(lambda: self.town.quote(*seats, give=give, name=name))
        first = self.logs[OLD][before]
        refusal = last if isinstance(last, CommandRefused) else None
        answer = _no(refusal) if refusal else exchange_quote_view(first, held_view(last))
        args = {"booking_id": "ana"}
        self._note(Kind.EXCHANGE_QUOTE, OLD, name, answer, args, (NEW, {"seat_ids": list(seats)}))

    def exchange(self, name: str, quote: str, pays: int = 0) -> None:
        """As it was quoted, and whatever follows from it."""

        def run() -> Any:
            begun = self.town.begin(pays, quote_id=quote, name=name)
            if isinstance(begun, CommandRefused):
                return begun
            answer = self.town.run_errand()
            self.town.run_errands()
            return answer

        taken = self._next(run)
        whole = not next(op for op in self.ops if op.key == quote).answer["remaining"]
        if isinstance(taken, CommandRefused):
            answer = _no(taken)
        else:
            hold = next(e for e in self.logs[NEW] if getattr(e, "booking_id", "") == f"ana-{quote}")
            answer = exchange_view(taken, paid_view(held_view(hold), taken))
        args = {"booking_id": "ana", "whole": whole}
        there = (NEW, {"booking_id": f"ana-{quote}"})
        self._note(Kind.EXCHANGE, OLD, name, answer, args, there)

    def ask(self, kind: Kind, command: Any, answer: Callable[[Any], Any]) -> None:
        event = self._next(lambda: self.town.tell(command))
        told = _no(event) if isinstance(event, CommandRefused) else answer(event)
        args = {"booking_id": command.booking_id} if kind is Kind.CANCEL else {}
        self._note(kind, command.show_id, command.command_id, told, args)

    def _next(self, happen: Callable[[], Any]) -> Any:
        self.town.now += SECOND
        return happen()

    def _note(
        self,
        kind: Kind,
        show_id: Any,
        name: Any,
        answer: Any,
        args: Any = None,
        there: tuple[Any, Any] | None = None,
    ) -> None:
        refused = isinstance(answer, dict) and "code" in answer
        status = 409 if refused else 201
        op = Op(
            op_id=len(self.ops) + 1,
            client="ana",
            kind=kind,
            show_id=show_id,
            command_id=name,
            key=name,
            args=args or {},
            t_invoke=self.town.now.timestamp() - 0.01,
            t_complete=self.town.now.timestamp() + 0.01,
            outcome=outcome_of(status),
            status=status,
            code=answer["code"] if refused else "",
            answer=msgspec.json.decode(msgspec.json.encode(answer)),
        )
        self.ops.append(op)
        if there is not None:
            self.ops.append(elsewhere(op, *there))

    def offer(self) -> None:
        """What the writer does when seats have come free."""
        while (event := next_offer(self.town.maps[NEW], self.town.now)) is not None:
            evolve(self.town.maps[NEW], event)
            self.logs[NEW].append(event)

    def at(self, kind: Kind, name: str) -> int:
        return next(n for n, op in enumerate(self.ops) if op.kind is kind and op.key == name)

    def event(self, show_id: str, kind: str) -> int:
        """Where the last event of a kind is in a log."""
        log = self.logs[show_id]
        return max(n for n, event in enumerate(log) if type(event).__name__ == kind)

    def tell(self, name: str, **fields: Any) -> None:
        """All lines of a request have another answer."""
        for at, op in enumerate(self.ops):
            if op.key == name:
                self.ops[at] = msgspec.structs.replace(op, answer={**op.answer, **fields})


def _no(event: CommandRefused) -> dict[str, Any]:
    return {"code": event.code.value, "seat_ids": list(event.seat_ids)}


def _entry(event: Any) -> dict[str, Any]:
    return {"entry_id": event.entry_id, "size": event.size, "position": event.position}


def _left(event: Any) -> dict[str, Any]:
    return {"entry_id": event.entry_id, "status": event.why.value}


def sound() -> Story:
    """One of each thing that can happen between two shows, and on a waiting list."""
    made = Story()
    fields = {"customer_id": "ben", "entry_id": EntryId("w1"), "show_id": NEW}
    made.pay(600, "A1", "A2")
    made.quote("q0", "A1", "A9")  # there is no such seat in the other show
    made.quote("q1", "A1", give=("A1",))
    made.exchange("e1", "q1")
    made.quote("q2", "B1")
    made.exchange("e2", "q2")  # not paid for: the other show says no
    made.exchange("e3", "q2", pays=200)
    made.exchange("e4", "q2", pays=200)  # there is nothing left to be exchanged
    made.ask(
        Kind.CANCEL,
        CancelBooking(
            command_id="c1", show_id=NEW, booking_id="ana-q2", customer_id="ana-customer"
        ),
        lambda event: {
            "booking_id": event.booking_id,
            "seat_ids": list(event.seat_ids),
            "refund": event.refund,
        },
    )
    join = {"together": False, "size": 1}
    made.ask(Kind.JOIN, JoinWaitingList(command_id="j1", **fields, **join), _entry)  # seats free
    return made


def in_line() -> Story:
    """A full hall, and a party that waits for what comes free."""
    made = Story()
    made.pay(600, "A1", "A2")
    made.quote("q1", *ALL_OF_NEW)
    who = {"customer_id": "ben", "entry_id": EntryId("w1"), "show_id": NEW}
    also = {"customer_id": "eve", "entry_id": EntryId("w2"), "show_id": NEW}
    party = {"together": False, "size": 1}
    made.ask(Kind.JOIN, JoinWaitingList(command_id="j1", **who, **party), _entry)
    made.ask(Kind.JOIN, JoinWaitingList(command_id="j2", **also, **party), _entry)
    made.exchange("e1", "q1", pays=3100)
    made.ask(
        Kind.CANCEL,
        CancelBooking(
            command_id="c1", show_id=NEW, booking_id="ana-q1", customer_id="ana-customer"
        ),
        lambda event: {
            "booking_id": event.booking_id,
            "seat_ids": list(event.seat_ids),
            "refund": event.refund,
        },
    )
    made.offer()
    accept = AcceptSeatOffer(command_id="a1", booking_id="ben-b", **who)
    made.ask(Kind.ACCEPT, accept, held_view)
    made.ask(Kind.LEAVE, LeaveWaitingList(command_id="l2", **also), _left)
    return made


def found(made: Story) -> Findings:
    findings = check(made.ops, made.logs, [])
    findings.settle()
    return findings


@pytest.mark.parametrize("story", [sound, in_line])
def test_a_sound_story_has_no_violation(story: Callable[[], Story]) -> None:
    made = story()

    findings = found(made)

    assert findings.violations == []
    assert findings.unknown == {}
    assert {op.outcome.value for op in made.ops} == {"ok", "fail"} or story is in_line


def test_both_sides_of_a_story_happened() -> None:
    kinds = {(op.kind, op.outcome.value) for story in (sound(), in_line()) for op in story.ops}

    for kind in (Kind.EXCHANGE_QUOTE, Kind.EXCHANGE_HOLD, Kind.EXCHANGE, Kind.EXCHANGE_TAKE):
        assert {(kind, "ok"), (kind, "fail")} <= kinds
    assert {(kind, "ok") for kind in (Kind.JOIN, Kind.ACCEPT, Kind.LEAVE)} <= kinds
    assert (Kind.JOIN, "fail") in kinds


def lose(show_id: str, kind: str) -> Callable[[Story], None]:
    def plant(made: Story) -> None:
        del made.logs[show_id][made.event(show_id, kind)]

    return plant


def told(name: str, **fields: Any) -> Callable[[Story], None]:
    return lambda made: made.tell(name, **fields)


def refused_after_all(name: str) -> Callable[[Story], None]:
    """Somebody is told no, and the log says yes."""

    def plant(made: Story) -> None:
        for at, op in enumerate(made.ops):
            if op.key == name:
                no = {"code": "seat_taken", "seat_ids": []}
                made.ops[at] = msgspec.structs.replace(
                    op, outcome=outcome_of(409), status=409, code="seat_taken", answer=no
                )

    return plant


def taken_from_the_line(made: Story) -> None:
    """Seats are held that are offered to somebody still."""
    made.logs[NEW] = [
        event for event in made.logs[NEW] if getattr(event, "why", None) is not WhyLeft.ACCEPTED
    ]


def nobody_asked(made: Story) -> None:
    at = made.event(OLD, "BookingExchanged")
    event = made.logs[OLD][at]
    made.logs[OLD][at] = msgspec.structs.replace(event, command_id="somebody.finish")


def both_refuse(made: Story) -> None:
    at, quoted = next(
        (at, event) for at, event in enumerate(made.logs[OLD]) if event.command_id == "q0"
    )
    refusal = next(e for e in made.logs[NEW] if e.command_id == f"{quoted.command_id}.hold")
    made.logs[OLD][at] = msgspec.structs.replace(
        refusal, command_id=quoted.command_id, show_id=OLD, version=quoted.version
    )


@pytest.mark.parametrize(
    ("plant", "broken"),
    [
        pytest.param(lose(OLD, "ExchangeBegun"), Promise.DURABLE, id="no booking was pledged"),
        pytest.param(lose(NEW, "ExchangeTaken"), Promise.DURABLE, id="the other show took none"),
        pytest.param(lose(NEW, "SeatsHeld"), Promise.DURABLE, id="quoted seats were not held"),
        pytest.param(told("q1", credit=1), Promise.DURABLE, id="another credit was quoted"),
        pytest.param(told("e1", refund=1), Promise.DURABLE, id="another refund was told"),
        pytest.param(lose(OLD, "BookingExchanged"), Promise.KEPT, id="the old booking is kept"),
        pytest.param(nobody_asked, Promise.ASKED, id="an exchange that nobody asked for"),
        pytest.param(refused_after_all("e3"), Promise.REFUSED, id="no was told, and yes was done"),
        pytest.param(refused_after_all("q1"), Promise.REFUSED, id="held, and told otherwise"),
        pytest.param(lose(NEW, "CommandRefused"), Promise.REFUSED, id="neither show refused"),
        pytest.param(both_refuse, Promise.REFUSED, id="both shows refused"),
    ],
)
def test_a_planted_violation_between_two_shows_is_found(
    plant: Callable[[Story], None], broken: Promise
) -> None:
    made = sound()

    plant(made)

    assert found(made).found[broken] > 0


@pytest.mark.parametrize(
    ("plant", "broken"),
    [
        pytest.param(lose(NEW, "WaitingListJoined"), Promise.DURABLE, id="a place is lost"),
        pytest.param(told("j2", position=1), Promise.DURABLE, id="another place was told"),
        pytest.param(told("l2", status="accepted"), Promise.DURABLE, id="another end was told"),
        pytest.param(told("a1", seat_ids=["B5"]), Promise.DURABLE, id="other seats were accepted"),
        pytest.param(taken_from_the_line, Promise.OWNERS, id="what is offered is taken"),
    ],
)
def test_a_planted_violation_in_line_is_found(
    plant: Callable[[Story], None], broken: Promise
) -> None:
    made = in_line()

    plant(made)

    assert found(made).found[broken] > 0


def test_what_is_kept_in_the_end_is_what_was_exchanged_for(tmp_path: Any) -> None:
    made = sound()
    without_the_end = [op for op in made.ops if op.kind is not Kind.CANCEL]
    history = tmp_path / "history.jsonl"
    history.write_bytes(b"".join(msgspec.json.encode(op) + b"\n" for op in without_the_end))

    kept = promises(history)

    assert set(kept) == {"ana-q1", "ana-q2"}
    answer = made.ops[made.at(Kind.EXCHANGE_QUOTE, "q2")].answer
    assert kept["ana-q2"].amount == booking_in(Kind.EXCHANGE_HOLD, answer)["amount"]
    assert kept["ana-q2"].show_id == NEW
    assert made.town.now > NOON
