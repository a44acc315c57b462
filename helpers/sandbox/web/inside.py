"""Web sites that live in the sandbox's own process: asked as any other, without a socket.

The sandbox's own public documents (`twimlets`) are such sites, and so is what a test or a benchmark
hands over::

    Sandbox(sites={"http://shop.test": app})

*app* is an ASGI app (Starlette, FastAPI ...). It is called on the sandbox's own event loop, so it
must not block, and its start-up code (lifespan) is not run. What it does after its answer, such as
Starlette's background tasks, is waited for. Requests are signed, redirects, cookies and limits are
those of every web site; only the question which machine may be asked does not arise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from helpers.errors import SandboxError

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers in lower case, body

_log = logging.getLogger(__name__)
_PORTS = {"http": 80, "https": 443}


class _Enough(OSError):
    """The answer is longer than anybody reads: how ASGI tells an app that its reader has gone."""


class Inside:
    """The sites of this process by their origin, such as ``http://shop.test``."""

    def __init__(self, sites: Mapping[str, App]) -> None:
        self._sites: dict[tuple[str, str, int | None], App] = {}
        for origin, app in sites.items():
            self.add(origin, app)

    def add(self, origin: str, app: App) -> None:
        """Have *app* answer what is asked of *origin*; SandboxError if that is no address."""
        try:
            parts = urlsplit(origin)
            scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        except ValueError:
            scheme, host, port = "", "", None
        if scheme not in _PORTS or not host or parts.path.strip("/") or parts.query:
            raise SandboxError(
                f"{origin!r} is no address of a web site inside.",
                next_step="Write scheme and host only, such as http://shop.test",
            )
        self._sites[scheme, host, port or _PORTS[scheme]] = app

    def find(self, scheme: str, host: str, port: int | None) -> App | None:
        """The site at this address, or None when it is to be asked over the network."""
        return self._sites.get((scheme, host, port or _PORTS.get(scheme)))


async def ask(
    app: App, method: str, url: str, form: bytes, headers: Mapping[str, str], most: int
) -> Answer:
    """Send one request to *app*; when its answer grows beyond *most* bytes it is told to stop.

    An app that raises has answered 500, as its server would have it; the trace goes to logging.
    """
    parts = urlsplit(url)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw += [(b"host", parts.netloc.encode()), (b"content-length", str(len(form)).encode())]
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode() or b"/",
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": raw,
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname, parts.port or _PORTS[parts.scheme]),
    }
    request: list[Message] = [{"type": "http.request", "body": form, "more_body": False}]
    start: Message = {"status": 0, "headers": []}
    body = bytearray()
    over = asyncio.Event()

    async def receive() -> Message:
        if request:
            return request.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            over.set()
        elif len(body) > most:
            over.set()
            raise _Enough("nobody reads on")

    try:
        await app(scope, receive, send)
    except Exception as problem:
        if not over.is_set():
            _log.warning("the web site inside raised", exc_info=problem)
            return 500, [("content-type", "text/plain")], b"Internal Server Error"
    if not start["status"]:
        return 500, [], b"the app sent no answer"
    kept = [
        (bytes(n).decode("latin-1").lower(), bytes(v).decode("latin-1"))
        for n, v in start["headers"]
    ]
    return start["status"], kept, bytes(body[: most + 1])
