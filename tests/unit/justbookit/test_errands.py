"""What one show's writer asks another's, from each golden event: its name, and whom."""

from pathlib import Path

import pytest

from justbookit import wire
from justbookit.errands import NAME_LENGTH, errand_of, taking_of

GOLDEN = Path(__file__).parents[2] / "golden" / "seat"
ASKED = {
    "ExchangeBegun": ("TakeExchange", "c21.take", "sterling.s2", "b7"),
    "ExchangeTaken": ("FinishExchange", "c21.finish", "sterling.s1", "b2"),
    "CommandRefused.exchange": ("DropExchange", "c21.drop", "sterling.s1", "b2"),
}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_an_errand_follows_from_its_event_alone(path):
    errand = errand_of(wire.decode_seat_event(path.read_bytes()))

    asked = None if errand is None else type(errand).__name__
    assert (asked is not None) is (path.stem in ASKED)
    if errand is not None:
        told = (asked, errand.command_id, errand.show_id, errand.booking_id)
        assert told == ASKED[path.stem]
        assert len(errand.command_id) <= len("c21") + NAME_LENGTH
        assert errand.customer_id == "u1"


def test_what_decides_an_exchange_has_a_name_that_its_beginner_knows():
    begun = wire.decode_seat_event((GOLDEN / "ExchangeBegun.json").read_bytes())

    assert errand_of(begun).command_id == taking_of(begun.command_id)
