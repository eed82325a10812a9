"""Headers that every answer has: what a browser must not do with it."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
DOCS_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Swagger UI sets styles on elements and draws its icons from data; still nothing from outside."""

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=(), payment=(self)"),
)
_POLICY = b"content-security-policy"


def safely(app: ASGIApp) -> ASGIApp:
    """`app` with the headers on all it answers; a route may have said its own policy.

    Around the whole application: what has no route passes through no middleware.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                headers.extend(ALWAYS)
                if not any(name == _POLICY for name, _ in headers):
                    headers.append((_POLICY, PAGE_POLICY.encode()))
                message["headers"] = headers
            await send(message)

        await app(scope, receive, send_with_headers)

    return answer
