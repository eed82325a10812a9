"""Whether search finds what was meant: a judged set of texts, and nDCG of the movies they find.

`judged.json` has, for each text, the movies of the sample city that it means, with a grade: 3 is
what was surely meant, 2 what may have been. The texts are titles as people type them: whole and
begun, in the scripts a title has and in Latin letters, without their marks, misspelt, or only a
word that several titles share. Only movies that are on are looked for.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import log2
from urllib.parse import urlencode

import msgspec

from lab.bench.figures import NotPlausible
from lab.bench.http import Connections
from lab.bench.questions import get

DEPTH = 10
GRADES_MAX = 3
TEXTS_MIN = 100


class Judgement(msgspec.Struct, frozen=True):
    """What a text means: movies with their grades, by the names they have in the sample."""

    text: str
    means: dict[str, int]


def judgements() -> list[Judgement]:
    raw = files("lab.bench").joinpath("judged.json").read_bytes()
    return msgspec.json.decode(raw, type=list[Judgement])


def ndcg(found: Sequence[str], means: Mapping[str, int]) -> float:
    """How near the order found is to the best there is: 1 is that, 0 is nothing that was meant."""
    best = sorted(means.values(), reverse=True)[:DEPTH]
    return _gain([means.get(movie, 0) for movie in found[:DEPTH]]) / _gain(best)


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))


async def relevance(
    connections: Connections, host: str, movie_ids: Sequence[str]
) -> tuple[float, int]:
    """The mean nDCG, and of how many texts; raises NotPlausible when those are few."""
    names = {movie_id.rpartition(".")[2]: movie_id for movie_id in movie_ids}
    scores = []
    for judged in judgements():
        means = {names[name]: grade for name, grade in judged.means.items() if name in names}
        if not means:
            continue
        asked = urlencode({"q": judged.text, "limit": 1})
        answer = await get(connections, host, f"/api/v1/search?{asked}")
        found = [choice["value"] for choice in answer["facets"]["movie"]]
        scores.append(ndcg(found, means))
    if len(scores) < TEXTS_MIN:
        raise NotPlausible(f"only {len(scores)} texts mean movies that are on: load the sample")
    return sum(scores) / len(scores), len(scores)
