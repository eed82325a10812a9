"""Whatever was raised, as a problem: ours as it is, the framework's and others' translated."""

import re

import msgspec
import psycopg
import structlog
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)

from api.problems import Fault, Problem, ProblemRaised, problem

log = structlog.get_logger()

_MSGSPEC_PATH = re.compile(r" - at `\$(?P<path>.*)`$")
_STEP = re.compile(r"\.?(?P<name>[^.\[\]]+)|\[(?P<index>[^\]]*)\]")
_TOO_LARGE = 413


def pointer_of(path: str) -> str:
    """The JSON Pointer (RFC 6901) for msgspec's `.rows[0].label`."""
    steps = (match["name"] or match["index"] for match in _STEP.finditer(path))
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def fault_of(message: str) -> Fault:
    """Where and why, from msgspec's one sentence; the field's name moves into the pointer."""
    found = _MSGSPEC_PATH.search(message)
    pointer = pointer_of(found["path"]) if found else ""
    reason = message[: found.start()] if found else message
    named = re.search(r"(?:required|unknown) field `(?P<field>[^`]+)`", reason)
    if named:
        pointer = f"{pointer}/{named['field']}"
    return Fault(pointer, reason)


def _of_validation(error: ValidationException) -> ProblemRaised:
    cause = error.__cause__
    if isinstance(cause, msgspec.ValidationError):
        fault = fault_of(str(cause))
        # Litestar validates all arguments together: the body is the field `data` among them.
        in_body = fault.pointer.startswith("/data")
        pointer = fault.pointer.removeprefix("/data") if in_body else fault.pointer.lstrip("/")
        return problem(
            "validation", f"{pointer}: {fault.detail}", errors=[Fault(pointer, fault.detail)]
        )
    found = error.extra if isinstance(error.extra, list) else []
    faults = [Fault(str(each.get("key", "")), str(each.get("message", ""))) for each in found]
    detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
    return problem("validation", detail or error.detail, errors=faults)


def as_problem(error: Exception) -> ProblemRaised:  # noqa: PLR0911 - one arm a kind
    """What to answer for `error`. What nobody expected is logged, and says nothing outside."""
    match error:
        case ProblemRaised():
            return error
        case ValidationException():
            return _of_validation(error)
        case NotFoundException():
            return problem("unknown_page", "there is nothing at this address")
        case MethodNotAllowedException():
            raised = problem("method_not_allowed", "this address does not take this method")
            raised.headers.update(error.headers or {})
            return raised
        case PermissionDeniedException():
            # Only the check of forms raises it: api.access has problems of its own.
            return problem("form_expired", "the form was not one that we gave this browser")
        case HTTPException(status_code=status) if status == _TOO_LARGE:
            return problem("too_large", "the body is larger than 64 kB")
        case psycopg.OperationalError():
            return problem("records_away", "our records cannot be reached just now", retry_after=2)
        case ClientException():
            return problem("malformed_body", error.detail)
        case _:
            log.error("unexpected", exc_info=error)
            return problem("internal", "something went wrong that should not have")


def told(path: str, error: Exception) -> tuple[Problem, dict[str, str]]:
    """The problem that a request for `path` ends with, and the headers it is answered with."""
    raised = as_problem(error)
    if raised.problem.status >= 500:  # noqa: PLR2004 - ours, not the caller's
        log.warning("failed", path=path, code=raised.problem.code, why=str(error))
    return raised.problem, {"Cache-Control": "no-store", **raised.headers}
