"""What a hold or a booking says of who took the seats, and what a no to it says."""

import msgspec
import pytest

from justbookit.catalogue import Layout, Mode, OrphanRule, Row, SellingRules
from justbookit.seat_commands import BookSeats, HoldBest, HoldSeats, OpenShow, Payment
from tests.one_show import TERMS, ask, decided, hold


def opened(row="1234", *, accessible=(), mode=Mode.ALL_IN, **rules):
    """A show with one row and its theatre's rules."""
    layout = Layout(
        version=1, rows=(Row(label="A", zone="gold", cells=tuple(row), accessible=accessible),)
    )
    terms = msgspec.structs.replace(
        TERMS, layout=layout, mode=mode, own_rules=SellingRules(**rules)
    )
    return ask(OpenShow, terms=terms)


def taken(kind, *seats, who="ana", **fields):
    return ask(kind, booking_id=who, customer_id=f"{who}-customer", seat_ids=seats, **fields)


@pytest.mark.parametrize("accessible", [True, False])
def test_a_hold_and_a_booking_say_whether_an_accessible_seat_was_needed(accessible):
    paid = Payment(reference="r", method="card", amount=500, currency="INR")

    [held] = decided(opened(), taken(HoldSeats, "A1", accessible=accessible))
    [booked] = decided(opened(), taken(BookSeats, "A1", accessible=accessible, payment=paid))

    assert (held.accessible, booked.accessible) == (accessible, accessible)


def test_a_hold_says_whether_the_seats_were_found_or_chosen():
    best = ask(HoldBest, booking_id="ana", customer_id="ana-customer", count=2)

    [found] = decided(opened(), best)
    [chosen] = decided(opened(), hold("ana", "A1"))

    assert (found.best, chosen.best) == (True, False)


def test_who_buys_at_the_same_moment_is_shown_other_seats_of_the_same_worth():
    """Seats as good as each other are told apart by the command's name, not by their order."""
    row = "123456789"
    found = set()
    for number in range(20):
        best = ask(
            HoldBest, booking_id="ana", customer_id="a", count=2, command_id=f"command-{number}"
        )
        [held] = decided(opened(row), best)
        found.add(tuple(line.seat_id for line in held.lines))

    assert len(found) > 1


@pytest.mark.parametrize(
    ("show", "commands", "code", "words"),
    [
        (
            opened(mode=Mode.READ_ONLY),
            [hold("ana", "A1")],
            "not_sold_here",
            "this theatre sells its seats itself",
        ),
        (
            opened(),
            [hold("ana", "A1"), hold("ana", "A2")],
            "booking_exists",
            "a booking of this name exists; choose another",
        ),
        (opened(), [hold("ana")], "no_seats", "name at least one seat"),
        (
            opened(orphan_rule=OrphanRule.BLOCK),
            [hold("ana", "A2", "A3")],
            "orphan_left",
            "A1, A4 would be left alone; A1, A2 leave nobody alone who need not be",
        ),
    ],
    ids=["sold elsewhere", "the name is used", "no seats", "somebody is left alone"],
)
def test_what_a_no_says(show, commands, code, words):
    [refused] = decided(show, *commands)

    assert (refused.code, refused.detail) == (code, words)


def test_nobody_minds_who_is_left_alone_where_the_theatre_does_not():
    [held] = decided(opened(seats_per_person_max=9), hold("ana", "A2", "A3"))

    assert held.left_alone == ()


def test_who_has_as_many_as_one_person_may_is_told_how_many():
    first, more = hold("one", "A1", "A2"), taken(HoldSeats, "A3", who="two")
    more = msgspec.structs.replace(more, customer_id=first.customer_id)

    [refused] = decided(opened(seats_per_person_max=2), first, more)

    assert (refused.code, refused.count) == ("too_many_for_person", 2)
    assert refused.detail == "one person has at most 2 seats in this show, and you have 2"


@pytest.mark.parametrize(
    ("row", "special", "chosen", "needed", "instead"),
    [
        ("123", ("1",), ("A2",), False, ("A3",)),
        ("123", ("1",), ("A2",), True, ("A1",)),
        ("1234", ("2",), ("A2", "A3"), False, ("A1", "A2")),
    ],
    ids=["not who does not need it", "who does", "who has chosen it anyway"],
)
def test_whom_an_accessible_seat_is_shown_to_instead(row, special, chosen, needed, instead):
    show = opened(row, accessible=special, orphan_rule=OrphanRule.BLOCK)

    [refused] = decided(show, taken(HoldSeats, *chosen, accessible=needed))

    assert (refused.code, refused.alternatives) == ("orphan_left", instead)
