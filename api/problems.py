"""Refusals and errors, told the same way everywhere: RFC 9457, with what would work.

`ProblemRaised` travels through the code; the routes under /api answer it as problem+json, the
pages as a page. `type` is a relative reference to the page that explains the code.
"""

from collections.abc import Iterable

import msgspec

from api.problem_kinds import KINDS
from justbookit.catalogue_events import CatalogueRefused
from justbookit.seat_events import CommandRefused

PROBLEM_JSON = "application/problem+json"


class Fault(msgspec.Struct, frozen=True):
    """One field at fault: a JSON Pointer into the body, or the name of a query parameter."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, for a program (`code`) and for a person (`title`, `detail`, `advice`)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    advice: str
    errors: tuple[Fault, ...] = ()
    seat_ids: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    count: int | None = None
    command_id: str | None = None


class ProblemRaised(Exception):
    """A request ends with a problem; `headers` go with it."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers or {}


def problem(  # noqa: PLR0913 - the members of a problem, by name
    code: str,
    detail: str,
    *,
    errors: Iterable[Fault] = (),
    seat_ids: Iterable[str] = (),
    alternatives: Iterable[str] = (),
    valid: Iterable[str] = (),
    count: int | None = None,
    command_id: str | None = None,
    retry_after: int | None = None,
) -> ProblemRaised:
    """A problem of a kind, ready to be raised. Raises KeyError for a code that is no kind."""
    kind = KINDS[code]
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if kind.status == 401:  # noqa: PLR2004 - RFC 9110 wants the challenge with it
        headers["WWW-Authenticate"] = 'Bearer realm="justbookit"'
    made = Problem(
        type=f"/problems/{code}",
        title=kind.title,
        status=int(kind.status),
        code=code,
        detail=detail,
        advice=kind.advice,
        errors=tuple(errors),
        seat_ids=tuple(seat_ids),
        alternatives=tuple(alternatives),
        valid=tuple(valid),
        count=count,
        command_id=command_id,
    )
    return ProblemRaised(made, headers)


def refused(event: CommandRefused | CatalogueRefused) -> ProblemRaised:
    """What a writer's no becomes."""
    if isinstance(event, CommandRefused):
        return problem(
            event.code,
            event.detail,
            seat_ids=event.seat_ids,
            alternatives=event.alternatives,
            count=event.count,
        )
    faults = [Fault(f"/{event.field.replace('.', '/')}", event.detail)] if event.field else []
    return problem(event.code, event.detail, errors=faults, count=event.count)


def invalid(pointer: str, detail: str) -> ProblemRaised:
    """One field breaks a rule."""
    return problem("validation", f"{pointer}: {detail}", errors=[Fault(pointer, detail)])
