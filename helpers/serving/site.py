"""A web site that remembers what it was asked: one request a line, the same on every machine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import quote

from helpers.serving.pages import MOST
from helpers.serving.request import WebRequest, of_scope
from helpers.serving.server import AsgiApp, Serving

KEPT = 200  # requests
SHOWN = 2_000  # characters of a body, where it is shown in full

# What `requires_signature` warns of stands in a site's record, too. Where nobody set up logging,
# Python would print it into whatever cell runs.
_log = logging.getLogger("helpers.serving")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass
class Visit:
    """One request and its answer.

    *signature* is "right", "wrong" or "missing"; "unchecked" where nobody told the token.
    *status* is 0 as long as nothing is answered. Shown last in a cell it is told in full.
    """

    request: WebRequest
    signature: str
    status: int = 0
    content_type: str = ""
    answer: str = ""
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def method(self) -> str:
        """GET, POST ..."""
        return self.request.method

    @property
    def path(self) -> str:
        """The path that was asked for, without the query."""
        return self.request.path

    @property
    def params(self) -> dict[str, str]:
        """The parameters, of the query and of the form."""
        return self.request.params

    def line(self) -> str:
        """Method, path, query, signature and answer in one line."""
        asked = f"{self.method} {self.request.target}"
        if self.status:
            said = f"{self.status} {self.content_type} {' '.join(self.answer.split())}".rstrip()
        else:
            said = "(no answer yet)"
        return _named(f"{asked}  signature {self.signature}  → {said}", self.names)

    def __repr__(self) -> str:
        lines = [f"{self.method} {self.request.target}", f"signature {self.signature}"]
        widest = max(map(len, self.params), default=0)
        lines += [f"  {name:<{widest}}  {value}" for name, value in self.params.items()]
        if not self.request.is_form and self.request.body:
            lines.append(f"  {self.request.text[:SHOWN]}")
        lines.append(f"answered {self.status} {self.content_type}".rstrip())
        lines += [f"  {line}" for line in self.answer[:SHOWN].splitlines()]
        return _named("\n".join(lines), self.names)


class Visits(list[Visit]):
    """Requests in the order they came; shown as one line each."""

    def __repr__(self) -> str:
        if not self:
            return "nothing was asked yet"
        lines = [visit.line() for visit in self]
        return "\n".join(line if len(line) <= 120 else line[:119] + "…" for line in lines)

    __str__ = __repr__

    def to(self, path: str) -> Visits:
        """Those that asked for *path*."""
        return Visits(visit for visit in self if visit.path == path)


class Notebook:
    """ASGI middleware that writes down each request, and what the app answered.

    *tokens* are the auth tokens a signature may be made with; without any none is checked.
    """

    def __init__(
        self,
        app: AsgiApp,
        visits: Visits,
        tokens: Iterable[str] = (),
        *,
        names: Mapping[str, str] | None = None,
        public: str = "",
        trust_proxy: bool = False,
    ) -> None:
        self.app = app
        self.visits = visits
        self.tokens = list(tokens)
        self.names = names if names is not None else {}
        self.public = public
        self.trust_proxy = trust_proxy

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, again = await _read_ahead(receive)
        request = of_scope(scope, body)
        visit = Visit(request, self._judged(request), names=self.names)
        self.visits.append(visit)
        del self.visits[:-KEPT]

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                found = {bytes(n).lower(): bytes(v) for n, v in message.get("headers", ())}
                kind = found.get(b"content-type", b"").decode("latin-1")
                visit.content_type = kind.partition(";")[0].strip()
            elif message["type"] == "http.response.body" and len(visit.answer) < MOST:
                visit.answer += message.get("body", b"").decode(errors="replace")
            await send(message)

        try:
            await self.app(scope, again, note)
        except Exception:
            visit.status = visit.status or 500  # which the server around this answers then
            raise

    def _judged(self, request: WebRequest) -> str:
        if not request.signed:
            return "missing"
        if not self.tokens:
            return "unchecked"
        good = request.is_signed_by(self.tokens, public=self.public, trust_proxy=self.trust_proxy)
        return "right" if good else "wrong"


class Site:
    """A reader's web site on this machine: *url* is its address, *requests* what it was asked.

    *app* is what `Serving` takes; *tokens* are the auth tokens of the accounts whose requests it
    expects. *names* replace addresses where something is shown, its own is always ``$SITE``.
    SandboxError if it does not start.
    """

    def __init__(
        self,
        app: Any,
        *,
        tokens: Iterable[str] = (),
        names: Mapping[str, str] | None = None,
        port: int = 0,
        public: str = "",
        trust_proxy: bool = False,
    ) -> None:
        self.requests = Visits()
        self._names = dict(names or {})
        if not _log.hasHandlers():
            _log.addHandler(logging.NullHandler())

        def watched(asgi: AsgiApp) -> AsgiApp:
            return Notebook(
                asgi,
                self.requests,
                tokens,
                names=self._names,
                public=public,
                trust_proxy=trust_proxy,
            )

        self._serving = Serving(app, port, around=watched).start()
        self.url = self._serving.url
        self._names[self.url] = "$SITE"

    @property
    def failures(self) -> list[str]:
        """What went wrong inside the app lately, a line each."""
        return list(self._serving.failures)

    def close(self) -> None:
        """End it."""
        self._serving.stop()

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<Site $SITE>"

    def __str__(self) -> str:
        return "$SITE"


async def _read_ahead(receive: Receive) -> tuple[bytes, Receive]:
    """The body as far as it is kept (`MOST`), and a `receive` by which the app gets all of it.

    Twilio's requests are short. What is longer than anybody wants to look at is handed on as it
    comes.
    """
    seen: list[Message] = []
    size = 0
    while size <= MOST:
        message = await receive()
        seen.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    body = b"".join(message.get("body", b"") for message in seen)

    async def again() -> Message:
        return seen.pop(0) if seen else await receive()

    return body[:MOST], again


def _named(text: str, names: Mapping[str, str]) -> str:
    """*text* with names for addresses, those inside a query too."""
    for address, name in names.items():
        for spelling in (address, quote(address, safe="")):
            text = text.replace(spelling, name)
    return text
