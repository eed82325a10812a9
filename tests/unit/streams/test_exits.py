"""What an error means to whoever reads the exit code of a writer."""

import psycopg
import pytest
from aiokafka.errors import KafkaTimeoutError

from justbookit.errors import BrokenInvariant, Fenced, MissingOffsets
from streams import exits
from streams.exits import Exit, code_of, end_on_error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Fenced("another"), 70),
        (MissingOffsets("a hole"), 71),
        (BrokenInvariant("twice"), 74),
        (psycopg.OperationalError("gone"), 69),
        (psycopg.errors.TransactionTimeout("late"), 69),
        (KafkaTimeoutError("gone"), 69),
        (KeyError("a bug"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_codes(error, code):
    assert code_of(error) == code


async def test_no_exception_leaves_a_guarded_coroutine(monkeypatch):
    ended = []
    monkeypatch.setattr(exits, "end", lambda code, message: ended.append((code, message)))

    @end_on_error(Exit.CLAIM_FAILED)
    async def claim():
        raise Fenced("another writer")

    await claim()

    assert ended == [(Exit.CLAIM_FAILED, "Fenced: another writer")]
