"""How often seats are looked at is counted, and told once a minute or not at all."""

from datetime import UTC, datetime

import pytest

from api.commands import NotTaken
from api.viewing import Viewing

MINUTE_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Kafka:
    """Takes what it is told, unless it is away."""

    def __init__(self):
        self.told, self.away = [], False

    async def send(self, message):
        if self.away:
            raise NotTaken("away")
        self.told.append(message)


@pytest.fixture
def kafka():
    return Kafka()


@pytest.fixture
def viewing(kafka):
    return Viewing(kafka.send)


async def test_a_minute_is_told_once_with_the_sum_of_each_show(viewing, kafka):
    for show in ("a", "b", "a"):
        viewing.saw(show)

    await viewing.tell(MINUTE_AT)
    await viewing.tell(MINUTE_AT)

    assert [(each.minute_at, each.views) for each in kafka.told] == [(MINUTE_AT, {"a": 2, "b": 1})]


async def test_what_could_not_be_told_is_not_told_of_another_minute(viewing, kafka):
    kafka.away = True
    viewing.saw("a")
    await viewing.tell(MINUTE_AT)
    kafka.away = False
    viewing.saw("b")

    await viewing.tell(MINUTE_AT)

    assert [each.views for each in kafka.told] == [{"b": 1}]


async def test_many_shows_are_told_in_several_messages_and_none_twice(viewing, kafka, monkeypatch):
    monkeypatch.setattr("api.viewing.SHOWS_MAX", 2)
    for show in ("a", "b", "c"):
        viewing.saw(show)

    await viewing.tell(MINUTE_AT)

    assert [each.views for each in kafka.told] == [{"a": 1, "b": 1}, {"c": 1}]


async def test_counting_takes_no_more_memory_than_it_may(viewing, kafka, monkeypatch):
    monkeypatch.setattr("api.viewing.COUNTED_MAX", 1)
    for show in ("a", "b", "a"):
        viewing.saw(show)

    await viewing.tell(MINUTE_AT)

    assert [each.views for each in kafka.told] == [{"a": 2}]
