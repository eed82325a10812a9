"""What is asked of browsing in the benchmark: every question there is, some far more often.

Of all that is asked so many in a hundred are of each kind (`SHARES`); within a kind the most
popular is asked most (Zipf, exponent 1), in an order that has nothing to do with anything.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from lab.bench.figures import NotPlausible
from lab.bench.ground import CITY
from lab.bench.http import Connections, request

SHARES = {"cities": 2, "movies": 23, "times": 40, "show": 15, "seat_map": 20}
OK = 200
SHOWS_OF_A_GRID = 100


class Questions(msgspec.Struct):
    """Paths by kind, the most popular first."""

    paths: dict[str, list[str]]
    show_ids: list[str]
    titles: dict[str, tuple[str, ...]]
    """Each movie's titles, in all the scripts it has them in."""
    cities: list[str]

    def weighted(self, host: str) -> tuple[list[bytes], list[float]]:
        """Requests with how often each is asked."""
        requests, weights = [], []
        for kind, paths in self.paths.items():
            ranks = [1 / rank for rank in range(1, len(paths) + 1)]
            for path, rank in zip(paths, ranks, strict=True):
                requests.append(request("GET", path, host))
                weights.append(SHARES[kind] * rank / sum(ranks))
        return requests, weights


async def look_around(connections: Connections, host: str, dice: Random) -> Questions:
    """Find all there is to ask, as somebody would who clicks on everything."""
    paths: dict[str, list[str]] = {kind: [] for kind in SHARES}
    paths["cities"].append("/api/v1/cities")
    titles: dict[str, tuple[str, ...]] = {}
    shows: dict[str, None] = {}
    cities = []
    for city in (await get(connections, host, "/api/v1/cities"))["items"]:
        city_id = city["city_id"]
        if city_id == CITY:
            continue
        cities.append(city_id)
        for day in city["dates"]:
            path = f"/api/v1/cities/{city_id}/movies?date={day}"
            paths["movies"].append(path)
            for item in (await get(connections, host, path))["items"]:
                movie = item["movie"]
                titles[movie["movie_id"]] = (movie["title"], *movie["other_titles"])
                grid = f"/api/v1/movies/{movie['movie_id']}/shows?city={city_id}&date={day}"
                paths["times"].append(grid)
                for venue in (await get(connections, host, grid))["venues"]:
                    shows.update(dict.fromkeys(each["show_id"] for each in venue["timings"]))
    if not shows:
        raise NotPlausible("there is nothing to browse: load the sample city first")
    show_ids = list(shows)
    dice.shuffle(show_ids)
    paths["show"] = [f"/api/v1/shows/{show_id}" for show_id in show_ids]
    paths["seat_map"] = [f"/api/v1/shows/{show_id}/seat-map" for show_id in show_ids]
    for kind in ("movies", "times"):
        dice.shuffle(paths[kind])
    return Questions(paths, show_ids, titles, cities)


async def get(connections: Connections, host: str, path: str) -> Any:
    """What a path is answered with; raises NotPlausible when that is not 200."""
    status, body = await connections.ask(request("GET", path, host))
    if status != OK:
        raise NotPlausible(f"{path} was answered {status}: {body[:300]!r}")
    return msgspec.json.decode(body)


def misspelt(titles: Sequence[tuple[str, ...]], count: int, dice: Random) -> list[str]:
    """So many different texts, each a title with a letter changed, left out or put in twice."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    made: dict[str, None] = {}
    tries = 0
    while len(made) < count:
        tries += 1
        if tries > 50 * count:
            raise NotPlausible(f"{len(titles)} movies have not {count} misspellings")
        title = dice.choice(dice.choice(titles))
        at = dice.randrange(1, max(2, len(title)))
        before, behind = title[:at], title[at + 1 :]
        kept = title[at : at + 1]
        text = before + dice.choice([dice.choice(letters), "", kept + kept]) + behind
        made[text[:100]] = None
    return list(made)
