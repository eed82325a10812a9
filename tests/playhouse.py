"""A small cinema of two organizers on the running stack, for tests of the API and its pages.

What a theatre can do through the API is done through it; keys and the movie, which come from
elsewhere, are put where they belong.
"""

import time
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Self

import httpx
import psycopg
from kafka import KafkaProducer

from api.access import KEY_PREFIX, digest_of, new_secret
from justbookit import topics, wire
from justbookit.catalogue import Movie, Offer, OfferRule
from justbookit.catalogue_commands import PutMovie, PutOffer
from justbookit.settings import Settings

PASSWORD = "demo-pass-1"
PATIENCE_SECONDS = 30.0
ROWS = [
    {"label": "A", "zone": "silver", "cells": ["1", "2", "", "3", "4"], "accessible": ["1"]},
    {"label": "B", "zone": "gold", "cells": ["1", "2", "", "3", "4"]},
]
PRICES = {"silver": 18000, "gold": 25000}


class Playhouse:
    """Organizers `one` and `two`, their theatres, a movie, an offer, and whoever registers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base = f"http://127.0.0.1:{settings.api_port}"
        self.http = httpx.Client(base_url=f"{self.base}/api/v1", timeout=30)
        self.run = token_hex(4)
        self.city = f"city-{self.run}"
        self.movie_id = f"movie-{self.run}"
        self.title = f"Lamps {self.run}"
        self.one, self.two = self._key("one"), self._key("two")
        self._shows = 0

    def __enter__(self) -> Self:
        offer = Offer(
            offer_id=f"third-{self.run}",
            name="Half off the third",
            rule=OfferRule.THIRD_TICKET,
            percent=50,
            cities=(self.city,),
        )
        movie = Movie(
            movie_id=self.movie_id,
            title=self.title,
            other_titles=(f"दीप {self.run}",),
            language="Hindi",
            duration_minutes=100,
            genres=("Drama",),
        )
        producer = KafkaProducer(bootstrap_servers=self.settings.kafka)
        for key, command in (
            (movie.movie_id, PutMovie(command_id=f"m-{self.run}", movie=movie)),
            (offer.offer_id, PutOffer(command_id=f"o-{self.run}", offer=offer)),
        ):
            producer.send(
                topics.CATALOGUE_COMMANDS.name,
                key=key.encode(),
                value=wire.encode(command),
                partition=0,
            )
        producer.flush()
        producer.close()
        for name, key in (("one", self.one), ("two", self.two)):
            self.put_theatre(name, key)
        self.eventually(
            lambda: self.http.get(
                "/theatre/movies", params={"q": self.run}, headers=self.one
            ).json()["items"]
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def put_theatre(self, name: str, key: dict[str, str]) -> None:
        venue, theatre = f"venue-{name}-{self.run}", self.theatre(name)
        self.ok(
            self.http.put(
                f"/theatre/venues/{venue}",
                headers=key,
                json={
                    "name": f"The {name.title()}",
                    "address": "1 Station Road",
                    "city_id": self.city,
                    "city_name": f"City {self.run}",
                    "country": "IN",
                    "timezone": "Asia/Kolkata",
                    "currency": "INR",
                },
            )
        )
        self.ok(
            self.http.put(
                f"/theatre/theatres/{theatre}",
                headers=key,
                json={"venue_id": venue, "name": "Screen 1", "rows": ROWS},
            )
        )

    def theatre(self, name: str) -> str:
        return f"theatre-{name}-{self.run}"

    def show_in(self, name: str = "one", **changed: Any) -> dict[str, Any]:
        """What a theatre schedules; each in a slot of its own, from the day after tomorrow."""
        self._shows += 1
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(
            days=2, hours=3 * self._shows
        )
        return {
            "theatre_id": self.theatre(name),
            "movie_id": self.movie_id,
            "starts_at": starts_at.isoformat(),
            "prices": PRICES,
            "language": "Hindi",
            **changed,
        }

    def new_show(self, name: str = "one", **changed: Any) -> str:
        """A show on sale."""
        key = self.one if name == "one" else self.two
        made = self.http.post(
            "/theatre/shows", headers=key | new_request(), json=self.show_in(name, **changed)
        )
        return str(self.ok(made)["show_id"])

    def customer(self, name: str = "asha") -> dict[str, str]:
        """The headers of somebody new who has logged in."""
        email = f"{name}-{token_hex(6)}@example.com"
        self.ok(
            self.http.post(
                "/customers", json={"email": email, "password": PASSWORD, "name": name.title()}
            )
        )
        login = {"email": email, "password": PASSWORD}
        session = self.ok(self.http.post("/sessions", json=login))
        return {
            "Authorization": f"Bearer {session['token']}",
            "X-Customer": session["customer_id"],
            "X-Email": email,
        }

    def hold(self, show_id: str, seats: list[str], who: dict[str, str]) -> httpx.Response:
        return self.http.post(
            f"/shows/{show_id}/holds", json={"seat_ids": seats}, headers=who | new_request()
        )

    def book(self, show_id: str, seats: list[str], who: dict[str, str]) -> dict[str, Any]:
        """Held, paid, confirmed."""
        held = self.ok(self.hold(show_id, seats, who))
        token = self.pay(held["booking_id"], who)
        return self.ok(
            self.http.post(
                f"/bookings/{held['booking_id']}/confirm",
                json={"payment_token": token},
                headers=who | new_request(),
            )
        )

    def pay(self, booking_id: str, who: dict[str, str]) -> str:
        paid = self.http.post("/sandbox/payments", json={"booking_id": booking_id}, headers=who)
        return str(self.ok(paid)["payment_token"])

    def seats(self, show_id: str) -> dict[str, str]:
        """The status of each seat."""
        seat_map = self.ok(self.http.get(f"/shows/{show_id}/seat-map"))
        return {
            seat["seat_id"]: seat["status"]
            for row in seat_map["rows"]
            for seat in row["seats"]
            if seat is not None
        }

    def _key(self, name: str) -> dict[str, str]:
        secret = new_secret(KEY_PREFIX)
        with psycopg.connect(self.settings.postgres) as connection:
            connection.execute(
                "INSERT INTO api_key (key_sha256, organizer_id, name) VALUES (%s, %s, 'test')",
                (digest_of(secret), f"organizer-{name}-{self.run}"),
            )
        return {"Authorization": f"Bearer {secret}"}

    @staticmethod
    def ok(response: httpx.Response) -> dict[str, Any]:
        assert response.status_code in {200, 201}, response.text
        body: dict[str, Any] = response.json()
        return body

    @staticmethod
    def eventually(look: Any) -> Any:
        """What `look` sees once it sees something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (seen := look()):
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.1)
        return seen


def new_request() -> dict[str, str]:
    return {"Idempotency-Key": token_hex(12)}
