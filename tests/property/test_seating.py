"""What must hold whenever everybody is seated anew, whatever the halls and whoever sits there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from justbookit.catalogue import Area, Layout, Row
from justbookit.seating import House, Party, seat_again

PRICES = {"gold": 500, "silver": 300, "sofa": 500}
cells = st.lists(st.sampled_from(("seat", "seat", "seat", "gap", "wheels")), min_size=1, max_size=8)


@st.composite
def houses(draw):
    rows = []
    for label in draw(st.sampled_from(("A", "AB", "ABC", "BCD"))):
        kinds = draw(cells)
        named = tuple("" if kind == "gap" else str(at) for at, kind in enumerate(kinds, 1))
        wheels = tuple(str(at) for at, kind in enumerate(kinds, 1) if kind == "wheels")
        zone = draw(st.sampled_from(tuple(PRICES)))
        rows.append(Row(label=label, zone=zone, cells=named, accessible=wheels))
    floor = Area(area_id="FLR", zone=draw(st.sampled_from(tuple(PRICES))), capacity=3)
    areas = draw(st.sampled_from(((), (floor,))))
    return House(Layout(version=1, rows=tuple(rows), areas=areas), PRICES)


@st.composite
def halls_with_people(draw):
    was = draw(houses())
    left = list(was.layout.zones())
    parties = []
    while left and draw(st.integers(0, 4)):
        size = draw(st.integers(1, min(4, len(left))))
        first = draw(st.integers(0, len(left) - size))
        taken = tuple(left[first : first + size])
        del left[first : first + size]
        parties.append(Party(f"p{len(parties)}", taken, draw(st.sampled_from((1.0, 2.0)))))
    return parties, was, draw(houses())


def kind_of(house):
    """Of each seat its zone, price, whether it is accessible, its place, and if in an area."""
    seats = {
        f"{row.label}{cell}": (
            *(row.zone, PRICES[row.zone], cell in row.accessible),
            *((row_at, at), False),
        )
        for row_at, row in enumerate(house.layout.rows)
        for at, cell in enumerate(row.cells)
        if cell
    }
    places = {
        place: (area.zone, PRICES[area.zone], False, (-1, 2 * at), True)
        for area in house.layout.areas
        for at, place in enumerate(area.seat_ids())
    }
    return seats | places


def together(seats, kinds):
    """Which pairs of a party sit side by side, by their turn."""
    places = [kinds[seat][3] for seat in seats]
    return {
        (i, j)
        for i, (row, at) in enumerate(places)
        for j, place in enumerate(places)
        if place == (row, at + 1)
    }


@settings(max_examples=500, deadline=None)
@given(halls_with_people())
def test_nobody_gets_a_seat_twice_and_everybody_as_good_a_one(case):
    parties, was, now = case
    old, new = kind_of(was), kind_of(now)

    seated = seat_again(parties, was, now)

    given_out = [seat for seats in seated.seats.values() for seat in seats]
    assert len(set(given_out)) == len(given_out)
    assert set(given_out) <= new.keys()
    assert {*seated.seats, *seated.lost} == {party.name for party in parties}
    assert len(seated.seats) + len(seated.lost) == len(parties)
    for party in parties:
        if party.name in seated.lost:
            continue
        seats = seated.seats[party.name]
        assert len(seats) == len(party.seats)
        for before, after in zip(party.seats, seats, strict=True):
            assert new[after][0] == old[before][0] or new[after][1] >= old[before][1]
            assert new[after][2] == old[before][2]
            assert old[before][4] or not new[after][4]
        assert together(party.seats, old) <= together(seats, new)


@settings(max_examples=300, deadline=None)
@given(halls_with_people(), st.randoms(use_true_random=False))
def test_the_same_question_has_the_same_answer_in_any_order(case, random):
    parties, was, now = case
    shuffled = list(parties)
    random.shuffle(shuffled)

    assert seat_again(parties, was, now) == seat_again(shuffled, was, now)


@settings(max_examples=300, deadline=None)
@given(halls_with_people())
def test_in_the_same_hall_everybody_stays(case):
    parties, was, _ = case

    assert seat_again(parties, was, was).seats == {party.name: party.seats for party in parties}


@settings(max_examples=300, deadline=None)
@given(halls_with_people())
def test_nobody_loses_while_there_is_a_place_for_all_of_them(case):
    """For a party of one: no free seat is left that would have been as good."""
    parties, was, now = case
    old, new = kind_of(was), kind_of(now)
    seated = seat_again(parties, was, now)
    free = new.keys() - {seat for seats in seated.seats.values() for seat in seats}
    for party in parties:
        if party.name in seated.lost and len(party.seats) == 1:
            zone, price, wheels, _, in_area = old[party.seats[0]]
            for seat in free:
                other = new[seat]
                fits = other[2] == wheels and (in_area or not other[4])
                assert not fits or (other[0] != zone and other[1] < price)
