"""The file of all requests and answers, read again a part at a time: it may be larger than memory.

A part has the shows of one partition, or of a share of it, so everything that is checked of a
show is in one part.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from justbookit.ids import BookingId, ShowId
from justbookit.topics import partition_of
from lab.chaos.ops import HOLDING, PAYING, Kind, Op, Outcome, booking_in
from lab.verify.judging import Promise

_decode = msgspec.json.Decoder(Op).decode


class Tally:
    """What was asked and how it was answered, counted."""

    def __init__(self) -> None:
        self.began_at = 0.0
        self.counts: Counter[tuple[Kind, Outcome]] = Counter()
        self.statuses: Counter[int] = Counter()

    def add(self, op: Op) -> None:
        if not self.counts:
            self.began_at = op.t_invoke
        self.counts[op.kind, op.outcome] += 1
        self.statuses[op.status] += 1

    @property
    def requests(self) -> int:
        """Everything that was sent, answered or not."""
        return self.counts.total()

    @property
    def operations(self) -> int:
        """What was answered for certain. A try that came back without an answer is none."""
        return sum(count for (_, how), count in self.counts.items() if how is not Outcome.INFO)


class _Where(msgspec.Struct):
    show_id: ShowId


def split(history: Path, partitions: int) -> list[Path]:
    """The history's lines in one file for each partition, beside it; to be removed after use."""
    parts = [history.with_suffix(f".part-{number}") for number in range(partitions)]
    where = msgspec.json.Decoder(_Where).decode
    with ExitStack() as files:
        outputs = [files.enter_context(part.open("wb")) for part in parts]
        for line in files.enter_context(history.open("rb")):
            outputs[partition_of(where(line).show_id, partitions)].write(line)
    return parts


def read(part: Path) -> Sequence[Op]:
    """All ops of one part."""
    return list(_ops(part))


def promises(history: Path) -> dict[BookingId, Promise]:
    """The bookings that were paid, and that nobody asked to cancel or to exchange."""
    paid: set[BookingId] = set()
    given_back: set[BookingId] = set()
    for op in _ops(history):
        if op.kind in {Kind.CANCEL, Kind.EXCHANGE}:
            given_back.add(op.args["booking_id"])
        elif op.kind in PAYING and _granted(op):
            paid.add(op.args["booking_id"])
    kept = paid - given_back
    found: dict[BookingId, Promise] = {}
    for op in _ops(history):
        if op.kind in HOLDING and _granted(op):
            answer = booking_in(op.kind, op.answer)
            if answer["booking_id"] not in kept:
                continue
            found[answer["booking_id"]] = Promise(
                booking_id=answer["booking_id"],
                show_id=op.show_id,
                seat_ids=tuple(answer["seat_ids"]),
                amount=answer["amount"],
                currency=answer["currency"],
            )
    return found


def _granted(op: Op) -> bool:
    return op.outcome is Outcome.OK and not op.reused


def _ops(path: Path) -> Iterator[Op]:
    with path.open("rb") as lines:
        for line in lines:
            yield _decode(line)
