"""Every no has a kind, and a broken field is named by a JSON Pointer."""

import msgspec
import pytest
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from psycopg import OperationalError

from api.failures import as_problem, fault_of, pointer_of
from api.problem_kinds import KINDS
from api.problems import problem, refused
from justbookit.catalogue_events import CatalogueRefusal, CatalogueRefused
from justbookit.refusals import Refusal
from justbookit.seat_events import CommandRefused


@pytest.mark.parametrize("code", [*Refusal, *CatalogueRefusal])
def test_every_refusal_of_a_writer_is_a_kind_of_problem(code):
    assert code.value in KINDS


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_says_what_would_work(code):
    kind = KINDS[code]

    assert 400 <= kind.status < 600
    assert kind.title
    assert kind.advice.endswith(".")


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("", ""),
        (".seat_ids", "/seat_ids"),
        (".seat_ids[0]", "/seat_ids/0"),
        (".rows[2].cells[11]", "/rows/2/cells/11"),
        (".prices[...]", "/prices/..."),
    ],
)
def test_a_path_becomes_a_json_pointer(path, pointer):
    assert pointer_of(path) == pointer


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ("Expected `str`, got `int` - at `$.data.seat_ids[0]`", "/data/seat_ids/0"),
        ("Object missing required field `seat_ids` - at `$.data`", "/data/seat_ids"),
        ("Object contains unknown field `x` - at `$.data`", "/data/x"),
        ("Expected `object`, got `array`", ""),
    ],
)
def test_a_fault_names_its_field(message, pointer):
    assert fault_of(message).pointer == pointer


def test_a_seat_refusal_keeps_the_seats_and_the_alternatives():
    event = CommandRefused(
        show_id="s",
        version=3,
        at="2026-11-23T00:00:00Z",
        code=Refusal.SEAT_TAKEN,
        detail="somebody has these seats: A1",
        seat_ids=("A1",),
        alternatives=("A2",),
    )

    made = refused(event).problem

    assert (made.status, made.type) == (409, "/problems/seat_taken")
    assert (made.seat_ids, made.alternatives) == (("A1",), ("A2",))


def test_a_catalogue_refusal_names_the_field_and_the_count():
    event = CatalogueRefused(
        command_id="c",
        at="2026-11-23T00:00:00Z",
        code=CatalogueRefusal.SCREEN_TAKEN,
        subject="show s",
        field="starts_at",
        detail="show t is on until 12:00",
        count=1,
    )

    made = refused(event).problem

    assert made.errors[0].pointer == "/starts_at"
    assert made.count == 1


def test_a_problem_leaves_out_what_it_has_not():
    made = msgspec.json.decode(msgspec.json.encode(problem("no_seats", "none").problem))

    assert set(made) == {"type", "title", "status", "code", "detail", "advice"}


def test_a_challenge_goes_with_401():
    assert problem("not_logged_in", "no").headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFoundException(), "unknown_page"),
        (MethodNotAllowedException(), "method_not_allowed"),
        (OperationalError("connection refused"), "records_away"),
        (ZeroDivisionError("secret detail"), "internal"),
    ],
)
def test_what_others_raise_is_told_as_ours(error, code):
    made = as_problem(error).problem

    assert made.code == code
    assert "secret detail" not in made.detail
