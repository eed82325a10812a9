"""Whether search finds what was meant: a judged set of texts, and nDCG of the movies they find.

`judged.json` has, for each text, the movies of the sample city that it means, with a grade: 3 is
what was surely meant, 2 what may have been. The texts are titles as people type them: whole and
begun, in the scripts a title has and in Latin letters, without their marks, misspelt, or only a
word that several titles share. Those `by_ear` spell a title that is in another script as they
hear it; some of them cannot be found without knowing how Han or French is read. Only movies that
are on are looked for.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import log2
from statistics import fmean
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
    by_ear: bool = False


class Relevance(msgspec.Struct, frozen=True):
    """The mean nDCG of texts that are spelt as a title is, and of those by ear."""

    written: float
    written_texts: int
    by_ear: float
    by_ear_texts: int


def judgements() -> list[Judgement]:
    raw = files("lab.bench").joinpath("judged.json").read_bytes()
    return msgspec.json.decode(raw, type=list[Judgement])


def ndcg(found: Sequence[str], means: Mapping[str, int]) -> float:
    """How near the order found is to the best there is: 1 is that, 0 is nothing that was meant."""
    best = sorted(means.values(), reverse=True)[:DEPTH]
    return _gain([means.get(movie, 0) for movie in found[:DEPTH]]) / _gain(best)


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))


async def relevance(connections: Connections, host: str, movie_ids: Sequence[str]) -> Relevance:
    """Ask all that was judged; raises NotPlausible when few of its movies are on."""
    names = {movie_id.rpartition(".")[2]: movie_id for movie_id in movie_ids}
    scores: dict[bool, list[float]] = {False: [], True: []}
    for judged in judgements():
        means = {names[name]: grade for name, grade in judged.means.items() if name in names}
        if not means:
            continue
        asked = urlencode({"q": judged.text, "limit": 1})
        answer = await get(connections, host, f"/api/v1/search?{asked}")
        found = [choice["value"] for choice in answer["facets"]["movie"]]
        scores[judged.by_ear].append(ndcg(found, means))
    written, by_ear = scores[False], scores[True]
    if min(len(written), 2 * len(by_ear)) < TEXTS_MIN:
        texts = len(written) + len(by_ear)
        raise NotPlausible(f"only {texts} texts mean movies that are on: load the sample")
    return Relevance(fmean(written), len(written), fmean(by_ear), len(by_ear))
