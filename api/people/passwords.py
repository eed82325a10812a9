"""Passwords: argon2id in one bounded pool of threads, so that logins cannot starve booking."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The minimum OWASP names for argon2id: 19 MiB, two passes, one lane; about 30 ms of one core.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")

# Verified against when there is no such customer, so that the answer takes as long.
_NOBODY = _hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one; a hash of None takes as long and never matches."""
    right = await asyncio.get_running_loop().run_in_executor(
        _threads, _verify, password_hash or _NOBODY, password
    )
    return right and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
