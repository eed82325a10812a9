"""In front of the application: what was asked before is answered from memory, at once.

A route answers a question the first time: it checks what is asked, and is the one definition of
it. From then on the same address is answered here, without the framework, from the same source;
only when that has nothing ready (the day is over, a text must be ranked again, a seat map is not
in memory any more) is the route asked again.
"""

from litestar.types import ASGIApp, Receive, Scope, Send

from api.ready import Source

ADDRESSES_MAX = 20_000
ADDRESS_MAX = 400
"""Characters of an address that is worth remembering."""

Address = tuple[str, bytes]
"""Path and query."""


class Front:
    """Answers the addresses it remembers, and leaves all else to the application."""

    def __init__(self) -> None:
        self._sources: dict[Address, Source] = {}

    def remember(self, path: str, query: bytes, source: Source) -> None:
        """Answer this address from this source from now on."""
        if len(path) + len(query) > ADDRESS_MAX:
            return
        self._sources[path, query] = source
        if len(self._sources) > ADDRESSES_MAX:
            del self._sources[next(iter(self._sources))]

    def before(self, app: ASGIApp) -> ASGIApp:
        """`app` with this in front of it."""
        sources = self._sources

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["method"] != "GET":  # type: ignore[comparison-overlap, typeddict-item]
                await app(scope, receive, send)
                return
            address = (scope["path"], scope["query_string"])
            source = sources.get(address)
            ready = None if source is None else source.ready_now()
            if source is None or ready is None:
                if source is not None:
                    del sources[address]
                await app(scope, receive, send)
                return
            zipped, known = False, b""
            for name, value in scope["headers"]:
                if name == b"accept-encoding":
                    zipped = b"gzip" in value
                elif name == b"if-none-match":
                    known = value
            if known and any(etag in known for etag in ready.etags):
                status, headers, body = 304, ready.not_modified, b""
            else:
                status = 200
                headers, body = ready.zipped() if zipped else ready.plain()
                if ready.sent is not None:
                    ready.sent()
            await send(
                {
                    "type": "http.response.start",
                    "status": status,
                    "headers": [*headers, *source.freshness_now()],
                }
            )
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return answer
