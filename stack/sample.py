"""The sample city: loaded once, through the same folder a theatre's files come in by."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp

from justbookit.settings import Settings
from stack.environment import child_environment
from stack.errors import StackError
from stack.process import wrapped

SECONDS_MAX = 240.0
POLL_SECONDS = 0.5


def inbox(settings: Settings) -> Path:
    """The folder the connectors watch."""
    return Path(settings.home) / "feeds" / "inbox"


def api_url(settings: Settings) -> str:
    """Where the API is asked from this machine."""
    host = "127.0.0.1" if settings.api_host in ("", "0.0.0.0", "::") else settings.api_host  # noqa: S104 (compared, not bound)
    return f"http://{host}:{settings.api_port}"


async def load(settings: Settings, say: Callable[[str], None]) -> None:
    """Load the sample city unless there are cities already, and wait until it can be browsed.

    Raises StackError when it does not come through.
    """
    if await cities(settings):
        return
    await write(settings)
    say("the sample city lies in the feeds' inbox; waiting until it can be browsed")
    deadline = asyncio.get_running_loop().time() + SECONDS_MAX
    seen = 0
    while asyncio.get_running_loop().time() < deadline:
        found = await cities(settings)
        if len(found) != seen:
            say(f"{len(found)} cities can be browsed: {', '.join(found)}")
        if found and len(found) == seen:
            return
        seen = len(found)
        await asyncio.sleep(POLL_SECONDS if not found else 4 * POLL_SECONDS)
    raise StackError(
        f"the sample city could not be browsed after {SECONDS_MAX:.0f} s;"
        " `justbookit feeds` shows what was refused, `justbookit logs connectors` why"
    )


async def write(settings: Settings) -> None:
    """Generate the sample city's files into the watched folder.

    Raises StackError when the generator fails.
    """
    folder = inbox(settings)
    folder.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *wrapped([sys.executable, "-m", "lab.city", "--out", str(folder)], None),
        env=dict(child_environment(settings)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise StackError(f"the sample city could not be made:\n{output.decode()}")


async def cities(settings: Settings) -> list[str]:
    """The names of the cities that can be browsed now."""
    timeout = aiohttp.ClientTimeout(total=5)
    url = f"{api_url(settings)}/api/v1/cities"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if not answer.ok:
                return []
            body = await answer.json()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return []
    listed = body if isinstance(body, list) else body.get("items") or body.get("cities") or []
    return [str(city["name"]) for city in listed]
