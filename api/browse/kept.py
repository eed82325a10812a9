"""Answers kept ready as bytes, made again when something they tell of has changed.

A *slot* is a question with its answer. It is asked for by what makes the answer, registers under
the topics that the answer tells of, and is out of date when one of them is touched; whoever asks
next has it made again. An answer that comes out as it was keeps its bytes, its ETag and its
`as_of`, which says since when it reads like that.
"""

from collections.abc import Callable, Collection, Iterable
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from api.browse.billboard import Topic
from api.browse.freshness import Freshness
from api.browse.views import Dated
from api.headers import Header
from api.problems import ProblemRaised
from api.ready import Ready

SLOTS_MAX = 20_000
BYTES_MAX = 64 * 1024 * 1024
BROWSE_CACHING = "public, max-age=5, stale-while-revalidate=30, stale-if-error=600"

Found = TypeVar("Found", bound=Dated)
Question = tuple[Any, ...]

_encode = msgspec.json.Encoder().encode


class Made(NamedTuple, Generic[Found]):
    """What answers a question, and the topics it tells of."""

    value: Found
    topics: Iterable[Topic]


class Kept(Generic[Found]):
    """One answer, and the bytes it is sent as."""

    __slots__ = ("encoded", "etag", "slot", "value")

    def __init__(self, value: Found, slot: "Slot[Found]") -> None:
        self.value = value
        self.slot = slot
        self.encoded = _encode(value)
        self.etag = f'"{sha256(self.encoded).hexdigest()[:24]}"'

    @property
    def freshness(self) -> Freshness:
        return self.slot.freshness


class Slot(Generic[Found]):
    """A question, its answer as it was last made, and whether that still holds."""

    __slots__ = ("_kept", "_make", "_ready", "_slots", "forgotten", "holds", "topics")

    def __init__(self, slots: "Slots", make: Callable[[], Made[Found]]) -> None:
        self._slots = slots
        self._make = make
        self._kept: Kept[Found] | None = None
        self.holds = False
        self.forgotten = False
        self.topics: tuple[Topic, ...] = ()
        self._ready: Ready | None = None

    @property
    def freshness(self) -> Freshness:
        return self._slots.freshness

    def current(self) -> Kept[Found]:
        """The answer; raises what making it raises."""
        if self.holds and self._kept is not None:
            return self._kept
        made = self._make()
        value = made.value
        if self.freshness.stale:
            value = msgspec.structs.replace(value, stale=True)
        self._slots.register(self, tuple(made.topics))
        self.holds = True
        before = self._kept
        if before is not None:
            if msgspec.structs.replace(value, as_of=before.value.as_of) == before.value:
                return before
            self._slots.weigh(-len(before.encoded))
        self._kept = Kept(value, self)
        self._slots.weigh(len(self._kept.encoded))
        self._ready = None
        return self._kept

    def ready_now(self) -> Ready | None:
        """The answer as it is sent; None when it cannot be made at once, or must not be."""
        if self.holds and self._ready is not None:
            return self._ready
        if self.forgotten:
            return None
        try:
            kept = self.current()
        except (ProblemRaised, LookupError):
            return None
        if self._ready is None:
            self._ready = Ready(kept.encoded, kept.etag, BROWSE_CACHING)
        return self._ready

    def freshness_now(self) -> tuple[Header, ...]:
        return self._slots.freshness.headers

    def forget(self) -> None:
        """Let go of the answer; whoever still knows this slot gets none from it."""
        self.holds, self.forgotten = False, True
        self._kept = self._ready = None

    def size(self) -> int:
        return 0 if self._kept is None else len(self._kept.encoded)


class Slots:
    """Slots by question, so many and so large at most; the first made is forgotten first."""

    def __init__(
        self, freshness: Freshness, touched: Callable[[Collection[Topic]], None] = lambda _: None
    ) -> None:
        self.freshness = freshness
        self._touched = touched
        self._by_question: dict[Question, Slot[Any]] = {}
        self._by_topic: dict[Topic, set[Slot[Any]]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._by_question)

    def get(self, question: Question, make: Callable[[], Made[Found]]) -> Kept[Found]:
        """The answer to `question`; raises what `make` raises."""
        slot = self._by_question.get(question)
        if slot is not None:
            return slot.current()
        slot = Slot(self, make)
        kept: Kept[Found] = slot.current()
        self._by_question[question] = slot
        while len(self._by_question) > SLOTS_MAX or self._bytes > BYTES_MAX:
            self._forget(next(iter(self._by_question)))
        return kept

    def touch(self, topics: Collection[Topic]) -> None:
        """What tells of any of these does not hold any more."""
        for topic in topics:
            for slot in self._by_topic.pop(topic, ()):
                slot.holds = False
        self._touched(topics)

    def touch_all(self) -> None:
        self._touched(list(self._by_topic))
        for slots in self._by_topic.values():
            for slot in slots:
                slot.holds = False
        self._by_topic.clear()

    def register(self, slot: Slot[Any], topics: tuple[Topic, ...]) -> None:
        if topics != slot.topics:
            self._unregister(slot)
            slot.topics = topics
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(slot)

    def weigh(self, more: int) -> None:
        self._bytes += more

    def _unregister(self, slot: Slot[Any]) -> None:
        for topic in slot.topics:
            told = self._by_topic.get(topic)
            if told is not None:
                told.discard(slot)
                if not told:
                    del self._by_topic[topic]

    def _forget(self, question: Question) -> None:
        slot = self._by_question.pop(question)
        self._unregister(slot)
        self._bytes -= slot.size()
        slot.forget()
