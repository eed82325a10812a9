"""The sample city is as large as promised, keeps the rules, and is the same each time."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from connectors.feeds.files import kind_of, read
from connectors.feeds.line import Feed, Kind, Translated
from connectors.feeds.translate import translate
from justbookit.catalogue import Mode
from justbookit.catalogue_commands import PutShow
from justbookit.schedule import View, evolve
from justbookit.scheduling import decide
from justbookit.seat_commands import OpenShow
from lab.city.feeds import DAYS, PLATFORM, files, showings, write
from lab.city.halls import SHAPES
from lab.city.movies import MOVIES
from lab.city.places import CITIES, VENUES
from lab.city.showings import CLEAN_UP

SEED = 7
START = date(2026, 11, 23)
BEFORE = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def made():
    return [file for file in files(SEED, START) if file.lines]


@pytest.fixture(scope="module")
def items(made):
    """Each file's lines as the connectors read them, in the order in which they take files."""
    found = []
    for file in sorted(made, key=lambda file: kind_of(file.name).rank):
        organizer = None if file.source == PLATFORM else file.source
        feed = Feed(source=file.source, organizer_id=organizer, delivery=file.name)
        items = list(translate(feed, read(file.name, file.text.encode())))
        assert len(items) == file.lines
        found.append((file, items))
    return found


def commands(items, kind):
    return [item.command for file, each in items if kind_of(file.name) is kind for item in each]


def test_it_is_as_large_as_promised(made):
    lines = Counter()
    for file in made:
        lines[kind_of(file.name)] += file.lines

    assert len(CITIES) >= 3
    assert (lines[Kind.VENUE], lines[Kind.THEATRE], lines[Kind.MOVIE]) == (12, 48, 30)
    assert lines[Kind.OFFER] == 2
    assert 2400 <= lines[Kind.SHOW] <= 2600
    assert lines[Kind.ALLOTMENT] > 400
    assert lines[Kind.COUNTER_SALE] > 300
    assert lines[Kind.COUNTER_RETURN] > 30
    assert lines[Kind.BLOCK] > 30


def test_every_line_can_be_read(items):
    assert [item for _, each in items for item in each if not isinstance(item, Translated)] == []


def test_the_same_seed_and_day_are_the_same_bytes(made):
    assert made == [file for file in files(SEED, START) if file.lines]
    assert made != [file for file in files(SEED + 1, START) if file.lines]


def test_a_week_loaded_a_day_later_fits_over_the_one_before(made):
    tomorrow = {(file.source, file.name): file for file in files(SEED, START + timedelta(days=1))}

    both = [file for file in made if (file.source, file.name) in tomorrow]

    assert len(both) > 60
    assert all(file == tomorrow[file.source, file.name] for file in both)


def test_the_catalogue_grants_all_of_it(items):
    view, opened = View(), 0
    for kind in (Kind.VENUE, Kind.THEATRE, Kind.MOVIE, Kind.OFFER):
        for command in commands(items, kind):
            decision = decide(view, command, BEFORE)
            evolve(view, decision, command.organizer_id)
    # The slots of one theatre are looked through for each show, so a day of it is enough here.
    for command in commands(items, Kind.SHOW):
        if command.show.starts_at.date() == START:
            decision = decide(view, command, BEFORE)
            evolve(view, decision, command.organizer_id)
            assert isinstance(decision.answer, OpenShow), decision.answer
            opened += 1

    assert opened > 300
    assert {mode for terms in view.venues.values() for mode in [terms.thing.mode]} == set(Mode)


def test_no_two_shows_overlap_on_a_screen(items):
    minutes = {f"{PLATFORM}.{movie.id}": movie.duration_minutes for movie in MOVIES}
    screens = {}
    for command in commands(items, Kind.SHOW):
        assert isinstance(command, PutShow)
        ends_at = command.show.starts_at + timedelta(minutes=minutes[command.show.movie_id])
        slot = (command.show.starts_at, ends_at + CLEAN_UP)
        screens.setdefault(command.show.theatre_id, []).append(slot)

    assert len(screens) == 48
    for slots in screens.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(slots)))


@pytest.mark.parametrize("start", [date(2027, 3, 25), date(2027, 10, 28)])
def test_no_show_overlaps_where_clocks_change(start):
    for source in {venue.source for venue in VENUES}:
        ends = {}
        for number in range(DAYS):
            for showing in showings(SEED, source, start + timedelta(days=number)):
                begins = showing.starts_at.astimezone(UTC)
                assert ends.get(showing.theatre, begins) <= begins
                length = timedelta(minutes=showing.movie.duration_minutes)
                ends[showing.theatre] = begins + length + CLEAN_UP


def test_halls_are_varied_and_each_has_places_for_wheelchairs():
    seats = [shape.seats() for shape in SHAPES]

    assert min(seats) >= 60
    assert max(seats) <= 300
    assert len(set(seats)) == len(seats) >= 6
    for shape in SHAPES:
        assert 2 <= len(shape.zone_names()) <= 3
        marked = [row["seats"] for row in shape.rows() if "*" in row["seats"]]
        assert len(marked) == 1
        assert "+" in marked[0]


def test_layouts_have_the_seats_of_their_shapes(items):
    shapes = {
        f"{venue.source}.{theatre.theatre_id}": theatre.shape
        for venue in VENUES
        for theatre in venue.theatres()
    }
    for command in commands(items, Kind.THEATRE):
        seats = list(command.theatre.layout.zones())
        assert len(seats) == len(set(seats)) == shapes[command.theatre.theatre_id].seats()


def test_titles_come_in_several_scripts():
    titles = "".join(title for movie in MOVIES for title in (movie.title, *movie.other_titles))

    for letter in ("म", "ம", "硝", "の", "ح", "ё", "é", "ñ", "A"):
        assert letter in titles
    assert len({movie.id for movie in MOVIES}) == 30


def test_every_counter_sale_is_of_seats_that_the_theatre_kept(items):
    ours = {fact.show_id: set(fact.seat_ids) for fact in commands(items, Kind.ALLOTMENT)}
    sold = {}
    for sale in commands(items, Kind.COUNTER_SALE):
        assert not ours[sale.show_id] & set(sale.seat_ids)
        sold.setdefault(sale.show_id, []).extend(sale.seat_ids)
    for seats in sold.values():
        assert len(seats) == len(set(seats))
    sales = {sale.sale_id for sale in commands(items, Kind.COUNTER_SALE)}
    assert {back.sale_id for back in commands(items, Kind.COUNTER_RETURN)} < sales


def test_facts_are_told_of_shows_that_have_not_begun_anywhere(items):
    begins = {put.show.show_id: put.show.starts_at for put in commands(items, Kind.SHOW)}
    last_moment = datetime.combine(START, datetime.max.time(), tzinfo=UTC)
    for kind in (Kind.ALLOTMENT, Kind.BLOCK, Kind.COUNTER_SALE, Kind.COUNTER_RETURN):
        assert all(begins[fact.show_id] > last_moment for fact in commands(items, kind))


def test_files_are_written_whole_and_leave_nothing_else(tmp_path, made):
    write(tmp_path, made)

    found = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert {str(path) for path in found} == {f"{file.source}/{file.name}" for file in made}
