"""How many pages of what is on can be read in a second: a hot set, and everything alike.

Every page there is to browse is asked for: the movies of each city on each day, and the theatres
and timings of each of those movies. *Hot* asks for them as people do, the most popular most
often (Zipf, exponent 1); *uniform* asks for all alike, the worst a cache can meet.
"""

import asyncio
import time
from itertools import accumulate
from random import Random
from typing import Any

import msgspec

from justbookit.settings import Settings
from lab.bench.bare import bare_requests_per_s
from lab.bench.figures import Figures, NotPlausible, Result, latencies, result
from lab.bench.ground import CITY, Say
from lab.bench.http import Connections, request

WARM_UP_SECONDS = 2.0
SEED = 7
OK, AWAY = 200, 503
REFUSED_SHARE_MAX = 0.001
"""More pages than that refused for a moment (503), and the figures would flatter."""


class Reads(msgspec.Struct):
    """Latencies of what was read, in seconds, and how often there was nothing to read."""

    took: list[float]
    refused: int = 0


async def browse(settings: Settings, clients: int, seconds: float, say: Say) -> Result:
    """Measure both; every page must be there."""
    host = "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
    async with Connections(host, settings.api_port, clients) as connections:
        say("looking at what there is to browse")
        paths = await _pages(connections, host)
        dice = Random(SEED)
        dice.shuffle(paths)
        pages = [request("GET", path, host) for path in paths]
        zipf = list(accumulate(1 / rank for rank in range(1, len(pages) + 1)))
        bare = await bare_requests_per_s(connections, host, clients)
        say(f"a hot set of {len(pages):,} pages, {seconds:g} s")
        hot = await _read(connections, pages, zipf, clients, seconds)
        say(f"all of {len(pages):,} pages alike, {seconds:g} s")
        uniform = await _read(connections, pages, None, clients, seconds)
    figures: Figures = {
        "reads_per_s": len(hot.took) / seconds,
        **latencies("", hot.took),
        "refused": hot.refused,
        "uniform.reads_per_s": len(uniform.took) / seconds,
        **latencies("uniform.", uniform.took),
        "uniform.refused": uniform.refused,
    }
    parameters = {
        "pages": len(pages),
        "clients": clients,
        "seconds": seconds,
        "warm_up_seconds": WARM_UP_SECONDS,
        "hot": "Zipf, exponent 1",
        "seed": SEED,
    }
    return result("browse", figures, parameters, {"bare.requests_per_s": bare})


async def _pages(connections: Connections, host: str) -> list[str]:
    """Every list and every grid of timings."""
    paths = []
    listed = await _get(connections, host, "/api/v1/cities")
    for city in listed["items"]:
        if city["city_id"] == CITY:
            continue
        for day in city["dates"]:
            path = f"/api/v1/cities/{city['city_id']}/movies?date={day}"
            paths.append(path)
            for item in (await _get(connections, host, path))["items"]:
                movie = item["movie"]["movie_id"]
                paths.append(f"/api/v1/movies/{movie}/shows?city={city['city_id']}&date={day}")
    if not paths:
        raise NotPlausible("there is nothing to browse: load the sample city first")
    return paths


async def _get(connections: Connections, host: str, path: str) -> Any:
    status, body = await connections.ask(request("GET", path, host))
    if status != OK:
        raise NotPlausible(f"{path} was answered {status}: {body[:300]!r}")
    return msgspec.json.decode(body)


async def _read(
    connections: Connections,
    pages: list[bytes],
    weights: list[float] | None,
    clients: int,
    seconds: float,
) -> Reads:
    """All that was read after the warm-up."""
    begins = time.perf_counter() + WARM_UP_SECONDS
    ends = begins + seconds
    reads = Reads([])

    async def client(seed: int) -> None:
        dice = Random(seed)
        while True:
            for page in dice.choices(pages, cum_weights=weights, k=200):
                asked_at = time.perf_counter()
                status, body = await connections.ask(page)
                now = time.perf_counter()
                if status not in {OK, AWAY}:
                    raise NotPlausible(f"{page[:80]!r} was answered {status}: {body[:300]!r}")
                if now >= ends:
                    return
                if asked_at >= begins and status == OK:
                    reads.took.append(now - asked_at)
                elif asked_at >= begins:
                    reads.refused += 1

    async with asyncio.TaskGroup() as group:
        for seed in range(clients):
            group.create_task(client(seed))
    if reads.refused > REFUSED_SHARE_MAX * len(reads.took):
        raise NotPlausible(f"{reads.refused} pages were refused, {len(reads.took)} were read")
    return reads
