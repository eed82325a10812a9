"""Guessing gets slower, and passwords are kept as argon2id."""

from api.people import passwords
from api.people.throttle import FREE_FAILURES, WAIT_MAX_SECONDS, Throttle


def test_the_first_failures_are_free_and_the_next_wait_twice_as_long_each():
    throttle, waits = Throttle(), []
    for _ in range(FREE_FAILURES + 3):
        throttle.failed("asha@example.com", 0.0)
        waits.append(throttle.wait("asha@example.com", 0.0))

    assert waits == [0.0] * (FREE_FAILURES - 1) + [1.0, 2.0, 4.0, 8.0]


def test_nobody_is_locked_out_for_good():
    throttle = Throttle()
    for _ in range(100):
        throttle.failed("asha@example.com", 0.0)

    assert throttle.wait("asha@example.com", 0.0) == WAIT_MAX_SECONDS
    assert throttle.wait("asha@example.com", WAIT_MAX_SECONDS) == 0.0
    assert throttle.wait("ben@example.com", 0.0) == 0.0


def test_the_right_password_forgets_the_failures():
    throttle = Throttle()
    for _ in range(FREE_FAILURES + 1):
        throttle.failed("asha@example.com", 0.0)

    throttle.succeeded("asha@example.com")

    assert throttle.wait("asha@example.com", 0.0) == 0.0


async def test_a_password_is_kept_as_a_hash_that_knows_it():
    kept = await passwords.hashed("demo-pass-1")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches(kept, "demo-pass-1")
    assert not await passwords.matches(kept, "demo-pass-2")
    assert not await passwords.matches(None, "demo-pass-1")
