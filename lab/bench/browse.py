"""How much of what is on can be read in a second, and what that is compared with.

Beside each other in one run: our pages as people ask for them (*hot*), all of them alike
(*uniform*, the worst a memory can meet), everything for the first time (*cold*), the framework's
own static answer (its *limit*: no page that goes through it can be faster), searches as many make
them and searches nobody has made before, each asked of us and, by the same client, of OpenSearch
itself. Meanwhile bookings change what is available; the limit and our pages as people ask for them
are measured without bookings (*still*) as well, the first time only so.
"""

from collections.abc import Callable, Sequence
from random import Random
from urllib.parse import urlsplit

import msgspec

from justbookit.settings import Settings
from lab.bench import wrk
from lab.bench.changing import Changing, Pair
from lab.bench.customers import Desk
from lab.bench.figures import Figures, NotPlausible, Result, latencies, result
from lab.bench.gateway import Gateway
from lab.bench.ground import Say, wait_until_still
from lab.bench.http import Connections, request
from lab.bench.questions import SHARES, Questions, get, look_around, misspelt
from lab.bench.readers import Asked, Plan, Reading, read
from lab.bench.relevance import Relevance, relevance
from lab.bench.searching import Wish, popular, rare
from lab.bench.spending import Spending
from lab.bench.titled_index import NAME, titled_index
from lab.bench.visible import Watcher

SEED = 7
STATIC = "/livez"
WARM_UP_SECONDS = 2.0
WARMING, WARMING_SECONDS_MAX = 2, 120.0
CHANGED_SHOWS = 300
WATCHED_SHOWS = 40
TAIL_MAX = 6000
REFUSED_SHARE_MAX = 0.001
"""More refused for a moment (503) than that, and the figures would flatter."""
FROM_MEMORY = b'"from_memory":true'
MEMORY_SHARE_MAX = 0.001
"""More searches than that answered without OpenSearch, and it would be no comparison."""
SEEN_SECONDS = 1.0


CLIENTS = 32


class Wanted(msgspec.Struct, frozen=True):
    """How it is measured."""

    clients: int
    seconds: float
    rate: int
    samples: int


class _Bench:
    def __init__(self, settings: Settings, wanted: Wanted, say: Say) -> None:
        self._settings = settings
        self._wanted = wanted
        self._say = say
        self.host = (
            "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
        )
        self.port = settings.api_port
        index = urlsplit(settings.opensearch)
        self._index = (index.hostname or "127.0.0.1", index.port or 9200)

    def warm(self, requests: Sequence[bytes]) -> Reading:
        """Ask everything on every process, more or less; what the first time was like."""
        asked = Asked(self.host, self.port, requests, once=True)
        found = []
        for number in range(1, WARMING + 1):
            self._say(f"every question once, {number} of {WARMING}")
            found.append(read(asked, Plan(self._wanted.clients, 0.0, WARMING_SECONDS_MAX)))
        return found[0]

    def pages(self, what: str, requests: Sequence[bytes], weights: Sequence[float] = ()) -> Reading:
        self._say(f"{what}: {len(requests):,} questions, {self._wanted.seconds:g} s")
        return self._read(Asked(self.host, self.port, requests, weights))

    def priced(
        self, what: str, requests: Sequence[bytes], weights: Sequence[float]
    ) -> tuple[Reading, Figures]:
        """Pages, and milliseconds of processor that each process spent a second meanwhile."""
        spending = Spending(self._settings)
        found = self.pages(what, requests, weights)
        return found, spending.per(WARM_UP_SECONDS + self._wanted.seconds, "second.cpu_")

    def searches(self, wishes: Sequence[Wish], *, ours: bool, once: bool) -> Reading:
        """Popular ones by Zipf; rare ones once each."""
        of_whom = "us" if ours else "OpenSearch"
        self._say(f"{'rare' if once else 'popular'} searches, of {of_whom}")
        host, port = (self.host, self.port) if ours else self._index
        requests = [wish.of_us(host) if ours else wish.of_opensearch(NAME, host) for wish in wishes]
        weights = [] if once else [1 / rank for rank in range(1, len(requests) + 1)]
        mark = FROM_MEMORY if ours else b""
        found = self._read(Asked(host, port, requests, weights, once=once, mark=mark))
        if found.marked > MEMORY_SHARE_MAX * found.granted:
            raise NotPlausible(
                f"{found.marked} of {found.granted} searches were answered without OpenSearch"
            )
        return found

    def _read(self, asked: Asked) -> Reading:
        warm_up = 0.0 if asked.once else WARM_UP_SECONDS
        plan = Plan(self._wanted.clients, warm_up, self._wanted.seconds, SEED)
        by_wrk = wrk.version() is not None and not asked.once and not asked.mark
        found = wrk.read(asked, plan) if by_wrk else read(asked, plan)
        if found.refused > REFUSED_SHARE_MAX * found.granted:
            raise NotPlausible(f"{found.refused} were refused, {found.granted} were answered")
        return found


def browse(settings: Settings, wanted: Wanted, say: Say, run: Callable[..., object]) -> Result:
    """Measure all of it; every answer must be there. `run` runs what is asynchronous."""
    dice = Random(SEED)
    wait_until_still(settings, say)
    bench = _Bench(settings, wanted, say)

    async def prepare() -> tuple[Questions, list[Pair]]:
        async with Connections(bench.host, bench.port, 8) as connections:
            say("looking at what there is to browse")
            questions = await look_around(connections, bench.host, dice)
            shows = questions.show_ids[: CHANGED_SHOWS + WATCHED_SHOWS]
            return questions, await _free_pairs(connections, bench.host, shows)

    async def judge(movies: list[str]) -> Relevance:
        async with Connections(bench.host, bench.port, 1) as connections:
            say("asking what was judged")
            return await relevance(connections, bench.host, movies)

    async def see(pairs: list[Pair]) -> list[float]:
        async with Connections(bench.host, bench.port, 4) as connections:
            desk = Desk(connections, bench.host, Gateway(settings.secret), iter(()), None)
            watcher = Watcher(bench.host, bench.port, desk, connections)
            return await watcher.lags(pairs, wanted.samples)

    prepared = run(prepare())
    assert isinstance(prepared, tuple)
    questions, pairs = prepared
    changed, watched = pairs[:-WATCHED_SHOWS], pairs[-WATCHED_SHOWS:]
    requests, weights = questions.weighted(bench.host)
    limit = [request("GET", STATIC, bench.host)]
    static = bench.pages("the framework's limit", limit)
    cold = bench.warm(requests)
    still = bench.pages("as people ask, and nothing changes", requests, weights)
    with Changing(settings, changed, wanted.rate) as changing:
        static_too = bench.pages("the framework's limit beside bookings", limit)
        hot, spent = bench.priced("as people ask", requests, weights)
        uniform = bench.pages("all alike", requests)
        changes_per_s = changing.per_s()
        titles = list(questions.titles.values())
        wishes = popular(titles, questions.cities, dice)
        ours = bench.searches(wishes, ours=True, once=False)
        with titled_index(settings):
            theirs = bench.searches(wishes, ours=False, once=False)
        texts = misspelt(titles, 2 * TAIL_MAX, dice)
        half = rare(texts[:TAIL_MAX], questions.cities, dice)
        other = rare(texts[TAIL_MAX:], questions.cities, dice)
        our_tail = bench.searches(half, ours=True, once=True)
        with titled_index(settings):
            their_tail = bench.searches(other, ours=False, once=True)
        say(f"{wanted.samples} holds are looked for")
        lags = run(see(watched))
    assert isinstance(lags, list)
    judged = run(judge(list(questions.titles)))
    assert isinstance(judged, Relevance)
    wait_until_still(settings, say)
    figures: Figures = {
        "reads_per_s": hot.per_s,
        "share_of_static_limit": hot.per_s / static.per_s,
        "share_of_static_limit_beside_bookings": hot.per_s / static_too.per_s,
        **latencies("", hot.took),
        "refused": hot.refused,
        "still.reads_per_s": still.per_s,
        "still.share_of_static_limit": still.per_s / static.per_s,
        **latencies("still.", still.took),
        "cold.reads_per_s": cold.per_s,
        **latencies("cold.", cold.took),
        "uniform.reads_per_s": uniform.per_s,
        **latencies("uniform.", uniform.took),
        "uniform.refused": uniform.refused,
        "search_per_s": ours.per_s,
        "search_times_opensearch": ours.per_s / theirs.per_s,
        **latencies("search_", ours.took),
        "tail_per_s": our_tail.per_s,
        "tail_times_opensearch": our_tail.per_s / their_tail.per_s,
        **latencies("tail_", our_tail.took),
        **latencies("visible_", lags),
        "visible_within_1s_share": sum(lag <= SEEN_SECONDS for lag in lags) / len(lags),
        "ndcg": judged.written,
        "judged_texts": judged.written_texts,
        "by_ear.ndcg": judged.by_ear,
        "by_ear.judged_texts": judged.by_ear_texts,
        "changes_per_s": changes_per_s,
        **spent,
    }
    baselines: Figures = {
        "static.requests_per_s": static.per_s,
        **latencies("static.", static.took),
        "static_beside_bookings.requests_per_s": static_too.per_s,
        **latencies("static_beside_bookings.", static_too.took),
        "opensearch.search_per_s": theirs.per_s,
        **latencies("opensearch.search_", theirs.took),
        "opensearch.tail_per_s": their_tail.per_s,
        **latencies("opensearch.tail_", their_tail.took),
    }
    return result("browse", figures, _parameters(settings, wanted, questions, wishes), baselines)


async def _free_pairs(connections: Connections, host: str, show_ids: list[str]) -> list[Pair]:
    """Two neighbouring seats of each show that has such."""
    pairs: list[Pair] = []
    for show_id in show_ids:
        page = await get(connections, host, f"/api/v1/shows/{show_id}")
        if page["show"]["availability"] == "elsewhere":
            continue
        seatmap = await get(connections, host, f"/api/v1/shows/{show_id}/seat-map")
        if not seatmap["open"] or seatmap["accessible_until"]:
            continue
        for row in seatmap["rows"]:
            free = [seat and seat["status"] == "free" for seat in row["seats"]]
            at = next((n for n in range(len(free) - 1) if free[n] and free[n + 1]), None)
            if at is not None:
                seats = row["seats"][at]["seat_id"], row["seats"][at + 1]["seat_id"]
                pairs.append((show_id, seats))
                break
    if len(pairs) < 2 * WATCHED_SHOWS:
        raise NotPlausible(f"only {len(pairs)} shows have free seats: load the sample city anew")
    return pairs


def _parameters(
    settings: Settings, wanted: Wanted, questions: Questions, wishes: Sequence[Wish]
) -> dict[str, object]:
    return {
        "questions": sum(map(len, questions.paths.values())),
        "shows": len(questions.show_ids),
        "cities": len(questions.cities),
        "shares": ", ".join(f"{kind} {share} %" for kind, share in SHARES.items()),
        "hot": "Zipf, exponent 1, within a kind",
        "searches": len(wishes),
        "clients": wanted.clients,
        "client": f"wrk {wrk.version()}, but for searches" if wrk.version() else "our own",
        "seconds": wanted.seconds,
        "warm_up_seconds": WARM_UP_SECONDS,
        "asked_before": f"every question {WARMING} times, over all processes",
        "rate": wanted.rate,
        "workers": settings.api_workers,
        "static": STATIC,
        "seed": SEED,
    }
