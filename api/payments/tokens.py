"""What the sandbox gateway gives instead of money: a token signed for one booking's amount.

The token says whose booking of which show it pays, so confirming needs to look nothing up; the
writer compares the amount with the hold's. The signature is compared in constant time.
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_hex

import msgspec

from api.problems import problem
from justbookit.ids import BookingId, CustomerId, ShowId
from justbookit.seat_commands import Payment

PREFIX = "sandbox_"
VALID_FOR = timedelta(minutes=10)

_PURPOSE = b"justbookit sandbox payment v1"


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What a token vouches for."""

    booking_id: BookingId
    customer_id: CustomerId
    show_id: ShowId
    reference: str
    method: str
    amount: int
    currency: str
    expires_at: int
    quote_id: str = ""
    """Of a change that is paid for; empty: the booking itself is."""

    @property
    def payment(self) -> Payment:
        return Payment(
            reference=self.reference,
            method=self.method,
            amount=self.amount,
            currency=self.currency,
        )


class Tokens:
    """Signs and reads payment tokens."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self._decoder = msgspec.json.Decoder(Paid)

    def pay(
        self,
        now: datetime,
        *,
        booking_id: BookingId,
        customer_id: CustomerId,
        show_id: ShowId,
        method: str,
        amount: int,
        currency: str,
        quote_id: str = "",
    ) -> tuple[str, Paid]:
        """What the sandbox gives for the money: a signed token, and what it vouches for."""
        paid = Paid(
            booking_id=booking_id,
            customer_id=customer_id,
            show_id=show_id,
            reference=f"sbx-{token_hex(10)}",
            method=method,
            amount=amount,
            currency=currency,
            expires_at=int((now + VALID_FOR).timestamp()),
            quote_id=quote_id,
        )
        return self.sign(paid), paid

    def sign(self, paid: Paid) -> str:
        body = msgspec.json.encode(paid)
        return f"{PREFIX}{_text(body)}.{_text(self._signature(body))}"

    def read(
        self,
        token: str,
        booking_id: BookingId,
        customer_id: CustomerId,
        now: datetime,
        quote_id: str = "",
    ) -> Paid:
        """What `token` vouches for; raises a problem unless it is for this booking of theirs.

        With `quote_id`: for the change of it that was quoted so, and for nothing else.
        """
        body, _, signature = token.removeprefix(PREFIX).partition(".")
        try:
            raw = _bytes(body)
            if not hmac.compare_digest(self._signature(raw), _bytes(signature)):
                raise problem("bad_payment_token", "the signature is not ours")
            paid = self._decoder.decode(raw)
        except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
            raise problem("bad_payment_token", "this is no payment token") from error
        if paid.booking_id != booking_id or paid.customer_id != customer_id:
            raise problem("bad_payment_token", "the token is for another booking")
        if paid.quote_id != quote_id:
            raise problem("bad_payment_token", "the token pays for something else of this booking")
        if now.timestamp() >= paid.expires_at:
            ran_out = datetime.fromtimestamp(paid.expires_at, UTC)
            raise problem("bad_payment_token", f"the token ran out at {ran_out:%FT%TZ}")
        return paid

    def payment(
        self, token: str | None, booking_id: BookingId, customer_id: CustomerId, quote_id: str
    ) -> Payment | None:
        """What was paid for what was quoted; None without a token. Raises as `read` does."""
        if token is None:
            return None
        return self.read(token, booking_id, customer_id, datetime.now(UTC), quote_id).payment

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
