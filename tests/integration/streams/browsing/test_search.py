"""What browsing finds: every show as it is now, soon after it changed, by title in any script."""

import asyncio
import socket
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
import pytest

from justbookit import catalogue_commands as asked
from justbookit.ids import BookingId, CustomerId, SeatId, ShowId
from justbookit.seat_commands import HoldSeats
from streams import postgres
from streams.search import store
from streams.search.documents import Documents
from streams.search.index import ALIAS, Index
from streams.search.touched import Touched

TITLES = ("title", "title._2gram", "title._3gram")
OTHERS = ("other_titles", "other_titles._2gram", "other_titles._3gram")


def query(text: str, city_id: str) -> dict[str, Any]:
    """The query that streams/search/index.py recommends."""
    words = {"query": text, "operator": "and"}
    fields = [f"{name}^3" for name in TITLES] + [f"{name}^2" for name in OTHERS]
    begins = {**words, "type": "bool_prefix", "fields": fields}
    typo = {
        **words,
        "fuzziness": "AUTO",
        "prefix_length": 1,
        "fields": ["title^2", "other_titles"],
    }
    either = [{"multi_match": begins}, {"multi_match": typo}]
    return {
        "query": {
            "bool": {
                "filter": [
                    {"term": {"open": True}},
                    {"term": {"city_id": city_id}},
                    {"range": {"starts_at": {"gt": "now"}}},
                ],
                "must": [{"bool": {"minimum_should_match": 1, "should": either}}],
            }
        },
        "collapse": {"field": "movie_id"},
    }


def found(desk: Any, text: str) -> list[str]:
    hits = desk.opensearch("POST", "/shows/_search", query(text, desk.name))["hits"]["hits"]
    return [hit["_source"]["title"] for hit in hits]


def booking(desk: Any, show_id: str, *seats: str) -> HoldSeats:
    return HoldSeats(
        command_id=desk.command_id(),
        show_id=ShowId(show_id),
        booking_id=BookingId(f"{desk.name}-{seats[0]}"),
        customer_id=CustomerId("c"),
        seat_ids=tuple(SeatId(seat) for seat in seats),
    )


@pytest.mark.parametrize(
    ("title", "others", "searches"),
    [
        ("Amélie's Garden", (), ("amelie", "AMEL", "amelei", "garden", "amelies gar", "grden")),
        ("मानसून लाइन", (), ("मानसून", "मान", "लाइन", "मानसुन")),
        ("தமிழ் இரவு", (), ("தமிழ்", "தமி", "இரவு")),
        ("東京の夜", ("Tokyo no Yoru",), ("東京", "東", "夜", "tokyo", "tokio", "yor")),
        ("Ночной поезд", ("Night Train",), ("ночной", "ПОЕЗ", "нчоной", "nigth train")),
    ],
)
def test_a_title_is_found_by_its_beginning_with_a_typo_and_in_its_script(
    desk: Any, title: str, others: tuple[str, ...], searches: tuple[str, ...]
) -> None:
    desk.ask(asked.PutMovie, movie=desk.movie(title=title, other_titles=others))
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: found(desk, title))

    assert [text for text in searches if found(desk, text) != [title]] == []
    assert found(desk, "zzzzzz") == []


def test_a_show_is_searchable_with_its_facets_and_prices(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show(format="IMAX"))

    document = desk.until(lambda: desk.document(desk.show().show_id))

    assert document["open"]
    assert (document["format"], document["language"], document["genres"]) == (
        "IMAX",
        "Hindi",
        ["Drama"],
    )
    assert (document["price_min"], document["price_max"], document["currency"]) == (
        20000,
        20000,
        "INR",
    )
    assert (document["seats_total"], document["seats_free"]) == (20, 20)
    assert document["location"] == {"lat": 18.9, "lon": 72.8}


def test_seats_that_go_are_gone_in_search(desk: Any) -> None:
    show_id = desk.show().show_id
    desk.ask(asked.PutShow, show=desk.show())
    seats = [f"{row}{cell}" for row in "AB" for cell in range(1, 11)]
    for first in range(0, 18, 6):
        desk.answer(desk.send_to_seats(booking(desk, show_id, *seats[first : first + 6])))

    document = desk.until(
        lambda: (each := desk.document(show_id)) and each["seats_free"] == 2 and each
    )

    assert document["availability"] == "few_left"
    version = "SELECT version FROM show_inventory WHERE show_id = %s"
    assert document["seats_version"] == desk.rows(version, show_id)[0][0]


def test_a_removed_show_is_no_longer_open(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: desk.document(desk.show().show_id))

    desk.ask(asked.RemoveShow, show_id=desk.show().show_id)

    desk.until(lambda: not desk.document(desk.show().show_id)["open"])


def test_a_renamed_movie_and_venue_are_renamed_in_their_shows(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: found(desk, "monsoon"))

    desk.ask(asked.PutMovie, movie=desk.movie(title="Winter Line"))
    desk.ask(asked.PutVenue, venue=desk.venue(name="The Short Hall"))

    desk.until(lambda: found(desk, "winter") == ["Winter Line"])
    desk.until(lambda: desk.document(desk.show().show_id)["venue_name"] == "The Short Hall")
    assert found(desk, "monsoon") == []


def test_another_movie_with_fewer_versions_is_still_newer(desk: Any) -> None:
    """The version must rise although the versions of what the show names now are smaller."""
    for title in ("One", "Two", "Three", "Four"):
        desk.ask(asked.PutMovie, movie=desk.movie(title=title))
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: found(desk, "four"))
    desk.ask(asked.PutMovie, movie=desk.movie(movie_id=f"{desk.name}.fresh", title="Fresh"))

    desk.ask(asked.PutShow, show=desk.show(movie_id=f"{desk.name}.fresh"))

    desk.until(lambda: found(desk, "fresh") == ["Fresh"])


async def test_an_older_document_never_replaces_a_newer_one(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: desk.document(desk.show().show_id))
    index = Index(desk.settings)
    async with await postgres.connect(desk.settings, "test") as connection:
        (listing,) = await store.listings(connection, [desk.show().show_id])
    older = msgspec.structs.replace(listing, doc_version=listing.doc_version - 1, title="Older")

    outcome = await index.put(ALIAS, [older])

    await index.close()
    assert outcome == ([], [])
    assert desk.document(desk.show().show_id)["title"] == "Monsoon Line"


async def test_a_document_that_search_cannot_hold_is_told_and_the_others_are_taken(
    desk: Any,
) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: desk.document(desk.show().show_id))
    index = Index(desk.settings)
    async with await postgres.connect(desk.settings, "test") as connection:
        (listing,) = await store.listings(connection, [desk.show().show_id])
    bad, good = (
        msgspec.structs.replace(
            listing, show_id=ShowId(f"{desk.name}.{name}"), location=location, ends_at=desk.tomorrow
        )
        for name, location in (("bad", {"lat": 99.0, "lon": 0.0}), ("good", None))
    )

    outcome = await index.put(ALIAS, [bad, good])

    await index.close()
    assert [show_id for show_id, _ in outcome.refused] == [bad.show_id]
    assert "latitude" in outcome.refused[0].reason or "location" in outcome.refused[0].reason
    assert desk.document(good.show_id) is not None
    # No event made it: `verify` would rightly wonder where it comes from.
    async with httpx.AsyncClient(base_url=desk.settings.opensearch) as search:
        gone = await search.delete(f"/{ALIAS}/_doc/{good.show_id}?refresh=true")
    assert gone.status_code == HTTPStatus.OK


async def test_search_waits_for_opensearch_and_loses_nothing(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: desk.document(desk.show().show_id))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    away = msgspec.structs.replace(desk.settings, opensearch=f"http://127.0.0.1:{port}")
    documents = Documents(away)

    waiting = asyncio.create_task(documents.update(Touched(shows={desk.show().show_id})))
    await asyncio.sleep(1.0)
    assert not waiting.done()
    async with await _door_to(desk.settings.opensearch, port):
        assert await asyncio.wait_for(waiting, 20) == []
        await documents.close()

    assert desk.document(desk.show().show_id) is not None


async def _door_to(url: str, port: int) -> asyncio.Server:
    """The real server, behind a port that was closed until now."""
    host, _, number = url.removeprefix("http://").partition(":")

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(number))
        await asyncio.gather(pipe(reader, there_writer), pipe(there_reader, writer))

    return await asyncio.start_server(meet, "127.0.0.1", port)
