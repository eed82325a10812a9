"""What browsing finds: every show as it is now, soon after it changed, by title in any script."""

import asyncio
import socket
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
import pytest

from api.browse.search import titled
from justbookit import catalogue_commands as asked
from justbookit.ids import BookingId, CustomerId, MovieId, SeatId, ShowId
from justbookit.seat_commands import HoldSeats
from justbookit.title_cards import card_of
from streams import postgres
from streams.search import store
from streams.search.documents import Documents
from streams.search.index import CardAt, Index
from streams.search.kinds import of_movie, of_show
from streams.search.touched import Touched


def found(desk: Any, text: str) -> list[str]:
    """The titles that the API's own question finds, of this desk's movies."""
    hits = desk.opensearch("POST", "/movies/_search", {**titled(text), "_source": True})
    cards = [hit["_source"] for hit in hits["hits"]["hits"]]
    return [card["title"] for card in cards if card["movie_id"].startswith(desk.name)]


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
        ("चाँदनी रात", (), ("chandni raat", "chaandni", "चाँद", "சாந்தனி")),
        ("Silver Rope", (), ("सिल्वर रोप", "сильвер", "silver ro")),
    ],
)
def test_a_title_is_found_by_its_beginning_with_a_typo_in_its_script_and_in_another(
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
    near = {"geo_distance": {"distance": "1km", "location": {"lat": 18.9, "lon": 72.8}}}
    cheap = {"range": {"price_max": {"lte": 20000}}}
    here = [{"term": {"city_id": desk.name}}, {"term": {"format": "IMAX"}}, near, cheap]
    asked_for = {"query": {"bool": {"filter": here}}, "sort": [{"price_min": "asc"}]}
    hits = desk.opensearch("POST", "/shows/_search", asked_for)["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == [desk.show().show_id]


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

    outcome = await index.put([of_show(older)])

    await index.close()
    assert outcome == ([], [])
    assert desk.document(desk.show().show_id)["title"] == "Monsoon Line"


async def test_a_card_that_was_forgotten_comes_back_at_the_same_version(desk: Any) -> None:
    """Its movie had no shows for a while, and has one again: nothing of the movie has changed."""
    index = Index(desk.settings)
    card = card_of(desk.movie(), 1)

    await index.put([of_movie(card)])
    await index.refresh(["movies"])
    there = await index.cards_after(MovieId(f"{desk.name}."), 1)
    await index.forget_cards(there)
    await index.refresh(["movies"])
    gone = found(desk, "monsoon")
    await index.put([of_movie(card)])
    await index.refresh(["movies"])

    assert there == [CardAt(card.movie_id, 1)]
    assert gone == []
    assert found(desk, "monsoon") == ["Monsoon Line"]
    await index.forget_cards(there)
    await index.refresh(["movies"])
    await index.close()


async def test_cards_are_kept_of_movies_that_are_on(desk: Any) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: found(desk, "monsoon"))
    documents = Documents(desk.settings)
    index = Index(desk.settings)
    other = desk.movie(movie_id=f"{desk.name}.other", title="Nowhere On")
    await index.put([of_movie(card_of(other, 1))])
    await index.refresh(["movies"])
    assert found(desk, "nowhere") == ["Nowhere On"]

    await documents.forget_old()

    await index.refresh(["movies"])
    assert found(desk, "nowhere") == []
    assert found(desk, "monsoon") == ["Monsoon Line"]
    await documents.close()
    await index.close()


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

    outcome = await index.put(map(of_show, [bad, good]))

    await index.close()
    assert [each.id for each in outcome.refused] == [bad.show_id]
    assert "latitude" in outcome.refused[0].reason or "location" in outcome.refused[0].reason
    assert desk.document(good.show_id) is not None
    # No event made it: `verify` would rightly wonder where it comes from.
    async with httpx.AsyncClient(base_url=desk.settings.opensearch) as search:
        gone = await search.delete(f"/shows/_doc/{good.show_id}?refresh=true")
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
        async with asyncio.timeout(20):
            assert await waiting == []
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
