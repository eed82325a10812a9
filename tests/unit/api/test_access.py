"""Pages that are for everybody do not wait to learn who looks at them."""

from types import SimpleNamespace

import psycopg
import pytest

from api.access import SESSION_COOKIE, Access, Customer

ASHA = Customer("u1", "asha@example.com", "Asha")


class Sessions:
    """Postgres with one session; can be away."""

    def __init__(self):
        self.asked = 0
        self.away = False

    async def look_up(self, _digest):
        self.asked += 1
        if self.away:
            raise psycopg.OperationalError("the server is down")
        return ASHA


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture
def access(sessions):
    return Access(sessions.look_up, sessions.look_up)


def with_cookie(secret):
    return SimpleNamespace(cookies={SESSION_COOKIE: secret} if secret else {})


async def test_whoever_is_logged_in_is_known(access):
    assert await access.passer_by(with_cookie("jbs_1")) == ASHA
    assert await access.passer_by(with_cookie("")) is None


async def test_without_postgres_a_stranger_is_nobody_and_is_not_looked_up_again(access, sessions):
    sessions.away = True

    assert [await access.passer_by(with_cookie("jbs_1")) for _ in range(10)] == [None] * 10
    assert sessions.asked == 1


async def test_without_postgres_who_was_known_a_moment_ago_still_is(access, sessions):
    await access.passer_by(with_cookie("jbs_1"))
    sessions.away = True
    await access.passer_by(with_cookie("jbs_2"))

    assert await access.passer_by(with_cookie("jbs_1")) == ASHA


async def test_who_wants_what_is_theirs_is_told_that_it_cannot_be_looked_up(access, sessions):
    sessions.away = True
    await access.passer_by(with_cookie("jbs_1"))

    with pytest.raises(psycopg.OperationalError):
        await access.visitor(with_cookie("jbs_1"))


async def test_when_postgres_is_back_they_are_known_again(access, sessions, monkeypatch):
    monkeypatch.setattr("api.access._PAUSE_SECONDS", 0.0)
    sessions.away = True
    await access.passer_by(with_cookie("jbs_1"))
    sessions.away = False

    assert await access.passer_by(with_cookie("jbs_1")) == ASHA
