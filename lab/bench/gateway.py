"""What a payment gateway does outside of JustBookIt: sign that a customer paid for a hold.

Asking the API's sandbox for a token would put a third request, which no real booking has, into
what is measured. So the benchmark signs as the sandbox does, with the stack's own secret. If
the form of a token changes, every confirmation here is refused, and the benchmark says so.
"""

import base64
import hmac
from hashlib import sha256
from secrets import token_hex

import msgspec

_PURPOSE = b"justbookit sandbox payment v1"
_VALID_SECONDS = 600

_encode = msgspec.json.Encoder().encode


class Held(msgspec.Struct, frozen=True):
    """What the API answered to a hold, as far as paying needs it."""

    booking_id: str
    show_id: str
    seat_ids: tuple[str, ...]
    amount: int
    currency: str


class Gateway:
    """Signs tokens."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")

    def token(self, held: Held, customer_id: str, now: float, quote_id: str = "") -> str:
        """That `customer_id` has paid for `held`, or for what was quoted for it."""
        paid = _encode(
            {
                "booking_id": held.booking_id,
                "customer_id": customer_id,
                "show_id": held.show_id,
                "reference": f"bench-{token_hex(8)}",
                "method": "card",
                "amount": held.amount,
                "currency": held.currency,
                "expires_at": int(now) + _VALID_SECONDS,
                "quote_id": quote_id,
            }
        )
        return f"sandbox_{_text(paid)}.{_text(hmac.digest(self._key, paid, sha256))}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
