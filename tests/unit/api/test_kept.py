"""An answer is made once, and again only when something it tells of has changed."""

from datetime import UTC, datetime, timedelta

import pytest

from api.browse import kept as kept_module
from api.browse.freshness import Freshness
from api.browse.kept import Made, Slots
from api.browse.views import Cities, City

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def cities(*names, as_of=NOW):
    made = (
        City(city_id=name, name=name, timezone="UTC", movies=1, shows=1, dates=()) for name in names
    )
    return Cities(items=tuple(made), as_of=as_of)


class Maker:
    """Makes answers and counts how often."""

    def __init__(self, *topics):
        self.made = 0
        self.value = cities("pune")
        self.topics = topics or (("all",),)

    def __call__(self):
        self.made += 1
        return Made(self.value, self.topics)


@pytest.fixture
def slots():
    freshness = Freshness()
    freshness.known_until(NOW.timestamp(), stale=False)
    return Slots(freshness)


def test_an_answer_is_made_once(slots):
    make = Maker()

    assert slots.get(("q",), make) is slots.get(("q",), make)
    assert make.made == 1


def test_a_change_of_what_it_tells_of_makes_it_anew(slots):
    make = Maker(("city", "pune"), ("grid", "m"))
    first = slots.get(("q",), make)
    make.value = cities("bath")

    slots.touch([("city", "bath")])
    assert slots.get(("q",), make) is first
    slots.touch([("grid", "m")])
    again = slots.get(("q",), make)

    assert again.value == make.value
    assert again.etag != first.etag


def test_what_comes_out_the_same_keeps_its_bytes_and_since_when_it_is_so(slots):
    make = Maker()
    first = slots.get(("q",), make)
    make.value = cities("pune", as_of=NOW + timedelta(hours=1))

    slots.touch([("all",)])

    assert slots.get(("q",), make) is first
    assert make.made == 2


def test_a_stale_answer_says_so_and_a_fresh_one_does_not(slots):
    make = Maker()
    slots.get(("q",), make)
    slots.freshness.known_until(0, stale=True)
    slots.touch_all()

    stale = slots.get(("q",), make)

    assert b'"stale":true' in stale.encoded
    assert (b"warning", b'110 - "Response is Stale"') in stale.freshness.headers
    assert stale.freshness.as_of == NOW, "it is known up to when it was known before"


def test_two_processes_give_the_same_answer_the_same_etag(slots):
    make = Maker()

    assert slots.get(("q",), make).etag == Slots(slots.freshness).get(("q",), make).etag


@pytest.mark.parametrize(("name", "most"), [("SLOTS_MAX", 3), ("BYTES_MAX", 400)])
def test_so_many_and_so_large_at_most(slots, monkeypatch, name, most):
    monkeypatch.setattr(kept_module, name, most)
    first = slots.get((0,), Maker())
    for number in range(1, 50):
        slots.get((number,), Maker())

    assert len(slots) <= 3
    assert first.slot.forgotten
    assert first.slot.ready_now() is None


def test_what_cannot_be_made_any_more_is_left_to_the_route(slots, monkeypatch):
    make = Maker()
    slot = slots.get(("q",), make).slot
    assert slot.ready_now() is slot.ready_now()

    def gone():
        raise LookupError

    monkeypatch.setattr(slot, "_make", gone)
    slots.touch([("all",)])

    assert slot.ready_now() is None
