"""Is a push from whom it says, unchanged and fresh? Standard Webhooks, five minutes' tolerance."""

import base64
from collections.abc import Mapping
from secrets import token_bytes

from standardwebhooks import Webhook, WebhookVerificationError

from connectors.store import PushSource

SECRET_BYTES = 32


def new_secret() -> str:
    return f"whsec_{base64.b64encode(token_bytes(SECRET_BYTES)).decode()}"


def is_signed(source: PushSource, headers: Mapping[str, str], body: str) -> bool:
    """Whether one of the source's secrets signed `body` just now."""
    secrets = (source.secret, source.previous_secret)
    return any(_signed_with(secret, headers, body) for secret in secrets if secret)


def _signed_with(secret: str, headers: Mapping[str, str], body: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        # A ValueError is how the library says that a signature is not even written like one.
        return False
    return True
