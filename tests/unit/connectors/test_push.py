"""A push's body becomes lines; its signature is right and fresh or it is nobody's."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from connectors.feeds.line import Kind, Line
from connectors.push.batch import NoBatch, in_order, read
from connectors.push.signature import is_signed, new_secret
from connectors.store import PushSource

BODY = '{"kind": "show", "id": "s1"}'


def signed(secret, body=BODY, at=None, webhook_id="w1"):
    at = at or datetime.now(UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body),
    }


@pytest.fixture
def source():
    return PushSource("sterling", "sterling", new_secret(), None)


def test_a_secret_has_the_length_that_the_standard_asks_for():
    secret = new_secret()

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64


def test_a_push_signed_just_now_is_taken(source):
    assert is_signed(source, signed(source.secret), BODY)


def test_the_secret_before_is_good_as_well(source):
    rotated = PushSource("sterling", "sterling", new_secret(), source.secret)

    assert is_signed(rotated, signed(source.secret), BODY)
    assert is_signed(rotated, signed(rotated.secret), BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "w2"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,§"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-signature": "v1,AAAA,BBBB"},
    ],
)
def test_anything_changed_is_not_signed(source, change):
    assert not is_signed(source, signed(source.secret) | change, BODY)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_not_signed(source, name):
    headers = signed(source.secret)
    del headers[name]

    assert not is_signed(source, headers, BODY)


def test_another_body_or_secret_is_not_signed(source):
    assert not is_signed(source, signed(source.secret), BODY + " ")
    assert not is_signed(source, signed(new_secret()), BODY)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_five_minutes_are_tolerated_and_no_more(source, minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)

    assert not is_signed(source, signed(source.secret, at=at), BODY)


def test_one_fact_or_many():
    (one,) = read(BODY.encode())
    first, second = read(b'{"facts": [{"kind": "show"}, {"kind": "block", "show": "s1"}]}')

    assert (one.kind, one.index, one.number, one.record) == (Kind.SHOW, 0, 1, {"id": "s1"})
    assert (first.number, second.number) == (1, 2)
    assert second.record == {"show": "s1"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[]", "needs an object"),
        (b'"show"', "needs an object"),
        (b'{"facts": []}', "at least one"),
        (b'{"facts": {}}', "needs a list"),
        (b'{"facts": [{}], "sum": 1}', "'sum'"),
        (b'{"kind": "caf\xe9"}', "no JSON"),
    ],
)
def test_what_is_no_push_is_refused_as_a_whole(body, reason):
    with pytest.raises(NoBatch, match=reason):
        read(body)


@pytest.mark.parametrize(
    ("fact", "field"),
    [("7", ""), ("{}", "kind"), ('{"kind": "shows"}', "kind"), ('{"kind": ["show"]}', "kind")],
)
def test_a_fact_of_no_kind_is_refused_alone(fact, field):
    refused, taken = read(f'{{"facts": [{fact}, {BODY}]}}'.encode())

    assert (refused.line, refused.field) == (1, field)
    assert isinstance(taken, Line)


def test_what_others_are_about_goes_first_and_the_rest_as_pushed():
    kinds = ["block", "show", "allotment", "venue", "block"]
    body = ",".join(f'{{"kind": "{kind}"}}' for kind in kinds)

    lines = in_order(read(f'{{"facts": [{body}]}}'.encode()))

    assert [line.number for line in lines] == [4, 2, 3, 1, 5]
