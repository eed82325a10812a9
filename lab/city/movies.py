"""Thirty films that nobody has made, in the scripts their audiences read; see movies.json."""

from pathlib import Path

import msgspec


class Movie(msgspec.Struct, frozen=True, kw_only=True):
    """A film as the platform's feed tells of it."""

    id: str
    title: str
    language: str
    duration_minutes: int
    genres: list[str]
    other_titles: list[str]
    rating: str
    description: str
    released_on: str


MOVIES = msgspec.json.decode(
    Path(__file__).with_name("movies.json").read_bytes(), type=tuple[Movie, ...]
)
