"""How a writer ends when it must not go on: at once, with a code that says why.

Nothing is cleaned up on the way. What was committed is committed, the rest is decided again by
whoever takes the partitions over; a process that lingers could only do harm.
"""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any, NoReturn, ParamSpec, TypeVar

import psycopg
from aiokafka.errors import KafkaError

from justbookit.errors import BrokenInvariant, Fenced, MissingOffsets

P = ParamSpec("P")
T = TypeVar("T")


class Exit(IntEnum):
    """Why a writer ended; the supervisor starts it again."""

    BROKEN = 1
    """Something nobody expected."""
    UNAVAILABLE = 69
    """Postgres or Kafka did not take what was decided."""
    FENCED = 70
    """Another writer owns a partition."""
    MISSING_OFFSETS = 71
    """A later offset was delivered than the one that comes next."""
    CLAIM_FAILED = 72
    """The partitions could not be taken over."""
    SECOND_NET = 74
    """What was decided would have broken the books; Postgres or the rules refused it."""
    STUCK = 75
    """There was something to do and nothing was done."""
    NOT_COPARTITIONED = 76
    """The topics of one writer were given out differently."""


_CODES: tuple[tuple[type[Exception], Exit], ...] = (
    (Fenced, Exit.FENCED),
    (MissingOffsets, Exit.MISSING_OFFSETS),
    (BrokenInvariant, Exit.SECOND_NET),
    (psycopg.OperationalError, Exit.UNAVAILABLE),
    (psycopg.errors.TransactionTimeout, Exit.UNAVAILABLE),
    (KafkaError, Exit.UNAVAILABLE),
)


def end(code: Exit, message: str) -> NoReturn:
    """End this process now."""
    sys.stdout.flush()
    os.write(2, f"streams: {message} (exit {int(code)}, {code.name.lower()})\n".encode())
    os._exit(code)


def end_on_error(
    code: Exit | None = None,
) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Let no exception leave a coroutine: any of them ends the process.

    With `code`, or with the one that the exception has.
    """

    def decorate(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @functools.wraps(work)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return await work(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - whatever it is
                reason = code or code_of(error)
                if reason is Exit.BROKEN:
                    traceback.print_exc()
                end(reason, f"{type(error).__name__}: {error}".strip())

        return guarded

    return decorate


def code_of(error: Exception) -> Exit:
    """What an exception means to whoever reads the exit code."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.BROKEN)
