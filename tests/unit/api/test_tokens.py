"""A payment token pays for one booking of one customer, for ten minutes."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from api.payments.tokens import Paid, Tokens
from api.problems import ProblemRaised

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKENS = Tokens("a secret of this test")
PAID = Paid(
    booking_id="b-1",
    customer_id="u-1",
    show_id="s",
    reference="sbx-1",
    method="card",
    amount=50000,
    currency="INR",
    expires_at=int(NOON.timestamp()) + 600,
)


def read(token, booking="b-1", customer="u-1", now=NOON):
    return TOKENS.read(token, booking, customer, now)


def test_a_token_says_what_was_paid():
    assert read(TOKENS.sign(PAID)) == PAID


def altered():
    """A token whose body was changed after it was signed."""
    signature = TOKENS.sign(PAID).rpartition(".")[2]
    cheaper = TOKENS.sign(msgspec.structs.replace(PAID, amount=1)).rpartition(".")[0]
    return f"{cheaper}.{signature}"


@pytest.mark.parametrize(
    ("token", "asked"),
    [
        (altered(), {}),
        (Tokens("another secret").sign(PAID), {}),
        (TOKENS.sign(PAID), {"booking": "b-2"}),
        (TOKENS.sign(PAID), {"customer": "u-2"}),
        (TOKENS.sign(PAID), {"now": NOON + timedelta(minutes=10)}),
        (TOKENS.sign(PAID)[:-1], {}),
        ("", {}),
        ("sandbox_", {}),
        ("sandbox_é.ü", {}),
        ("sandbox_e30.e30", {}),
    ],
    ids=[
        "its amount was changed",
        "somebody else signed it",
        "it is for another booking",
        "it is another customer's",
        "it ran out, to the second",
        "it was cut",
        "it is empty",
        "it has no body",
        "it is no base64",
        "it is not signed",
    ],
)
def test_a_token_is_refused_when(token, asked):
    with pytest.raises(ProblemRaised) as raised:
        read(token, **asked)

    assert raised.value.problem.code == "bad_payment_token"
