"""The sample city: loaded once, through the same folder a theatre's files come in by."""

import asyncio
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import aiohttp

from justbookit.settings import Settings
from stack.environment import child_environment
from stack.errors import StackError
from stack.process import wrapped

SECONDS_MAX = 300.0
POLL_SECONDS = 1.0
LOADED = "sample-loaded"
"""The file in the home folder that says when."""
FRESH_SECONDS = 5 * 24 * 60 * 60
"""The city has a week of shows; a new start brings the next ones before they run out."""
STEADY_LOOKS = 3
"""How often the same number must be seen, with no file left, before the city counts as there."""

_SHOWS = re.compile(r"(\d+) shows")


def inbox(settings: Settings) -> Path:
    """The folder the connectors watch."""
    return Path(settings.home) / "feeds" / "inbox"


def api_url(settings: Settings) -> str:
    """Where the API is asked from this machine."""
    host = "127.0.0.1" if settings.api_host in ("", "0.0.0.0", "::") else settings.api_host  # noqa: S104 (compared, not bound)
    return f"http://{host}:{settings.api_port}"


async def load(settings: Settings, say: Callable[[str], None]) -> None:
    """Load the sample city unless that was done lately, and wait until it can be browsed.

    Raises StackError when it does not come through.
    """
    loaded = Path(settings.home) / LOADED
    if loaded.exists() and time.time() - loaded.stat().st_mtime < FRESH_SECONDS:
        return
    written = await write(settings)
    say(f"the sample city is in the feeds' inbox: about {written} shows")
    deadline = asyncio.get_running_loop().time() + SECONDS_MAX
    looks: deque[int] = deque(maxlen=STEADY_LOOKS)
    while asyncio.get_running_loop().time() < deadline:
        seen = await shows(settings)
        if seen and (not looks or looks[-1] != seen):
            say(f"{seen} of about {written} shows can be browsed")
        looks.append(seen)
        if seen and looks.count(seen) == STEADY_LOOKS and not waiting_files(settings):
            loaded.touch()
            return
        await asyncio.sleep(POLL_SECONDS)
    raise StackError(
        f"the sample city could not be browsed after {SECONDS_MAX:.0f} s;"
        " `justbookit feeds` shows what was refused, `justbookit logs connectors` why"
    )


def waiting_files(settings: Settings) -> int:
    """How many files the connectors have still to take."""
    folders = (inbox(settings), inbox(settings).with_name("work"))
    return sum(path.is_file() for folder in folders for path in folder.rglob("*"))


async def write(settings: Settings) -> int:
    """Generate the sample city's files into the watched folder; how many shows it has.

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
    said = _SHOWS.search(output.decode())
    return int(said[1]) if said else 0


async def shows(settings: Settings) -> int:
    """How many shows can be browsed now, in all cities."""
    timeout = aiohttp.ClientTimeout(total=10)
    url = f"{api_url(settings)}/api/v1/cities"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if not answer.ok:
                return 0
            body = await answer.json()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0
    return sum(city["shows"] for city in body["items"])
