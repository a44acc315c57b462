"""One request and one reply of the API, in ASGI's own terms.

Every request of the API passes here, thousands a second, so this stays as thin as it can be: no
objects for headers, addresses and cookies that nobody asks for. The sandbox's control, which a
person or a test asks now and then, has Starlette's comfort instead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST

LARGEST_BODY = 1_000_000  # bytes of a request
MOST_PARAMETERS = 1_000
FORM = "application/x-www-form-urlencoded"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Pairs = list[tuple[str, str]]


class Request:
    """One request: *method*, *path* as it came (escapes and suffix included), and what it says."""

    __slots__ = ("method", "path", "_scope", "_receive")

    def __init__(self, scope: Message, receive: Receive) -> None:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        self.method: str = scope["method"]
        self.path = raw.partition(b"?")[0].decode("latin-1")
        self._scope = scope
        self._receive = receive

    def header(self, name: bytes) -> str:
        """The header *name*, in lower case, or ""."""
        for key, value in self._scope["headers"]:
            if key == name:
                text: str = value.decode("latin-1")
                return text
        return ""

    def query(self) -> Pairs:
        """The parameters behind the question mark."""
        coded = self._scope["query_string"]
        return pairs(coded) if coded else []

    async def form(self) -> Pairs:
        """The parameters in the body, which must be a form; refuses any other."""
        message = await self._receive()
        body: bytes | bytearray = message.get("body", b"")
        while message["type"] != "http.disconnect" and message.get("more_body"):
            message = await self._receive()
            body = bytearray(body) if isinstance(body, bytes) else body
            body += message.get("body", b"")
            if len(body) > LARGEST_BODY:
                break
        if message["type"] == "http.disconnect":
            raise Refusal(400, MALFORMED_REQUEST, "The body did not come whole.")
        if len(body) > LARGEST_BODY:
            raise _too_large()
        return self._fields(body)

    def _fields(self, body: bytes | bytearray) -> Pairs:
        if not body:
            return []
        kind = self.header(b"content-type")
        if kind != FORM:
            kind = kind.partition(";")[0].strip().lower()
            if kind not in ("", FORM):
                raise Refusal(
                    415, MALFORMED_REQUEST, f"The body is {kind[:60]}; send a form ({FORM})."
                )
        return pairs(body)


class WholeRequest(Request):
    """One that has come whole, its body included."""

    __slots__ = ("_query", "_headers", "_body")

    def __init__(
        self, method: str, path: str, query: bytes | None, headers: dict[bytes, bytes], body: bytes
    ) -> None:
        self.method = method
        self.path = path
        self._query = query
        self._headers = headers
        self._body = body

    def header(self, name: bytes) -> str:
        """The header *name*, in lower case, or ""."""
        return self._headers.get(name, b"").decode("latin-1")

    def query(self) -> Pairs:
        """The parameters behind the question mark."""
        return pairs(self._query) if self._query else []

    async def form(self) -> Pairs:
        """The parameters in the body, which must be a form; refuses any other."""
        if len(self._body) > LARGEST_BODY:
            raise _too_large()
        return self._fields(self._body)


def _too_large() -> Refusal:
    return Refusal(413, MALFORMED_REQUEST, "The body is larger than 1 MB.")


def pairs(coded: bytes | bytearray) -> Pairs:
    """The parameters in a query or a form, as `urllib.parse.parse_qsl` reads them, but faster."""
    found: Pairs = []
    try:
        fields = coded.decode().split("&", MOST_PARAMETERS)
        for field in fields:
            if field:
                name, _, value = field.partition("=")
                found.append((_word(name), _word(value)))
    except UnicodeDecodeError:
        why = "The parameters are not readable as UTF-8."
        raise Refusal(400, MALFORMED_REQUEST, why) from None
    if len(fields) > MOST_PARAMETERS:
        why = f"There are more than {MOST_PARAMETERS} parameters."
        raise Refusal(400, MALFORMED_REQUEST, why)
    return found


def _word(coded: str) -> str:
    if "%" not in coded:
        return coded.replace("+", " ") if "+" in coded else coded
    return _short_word(coded) if len(coded) <= 40 else unquote_plus(coded, errors="strict")


@lru_cache(maxsize=2048)  # mostly numbers, and the names of parameters
def _short_word(coded: str) -> str:
    return unquote_plus(coded, errors="strict")


class Headers:
    """Headers that many replies have, in lower case, and how they are written in HTTP/1.1."""

    __slots__ = ("pairs", "lines")

    def __init__(self, *pairs: tuple[bytes, bytes]) -> None:
        self.pairs = pairs
        self.lines = lines(pairs)


def lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they are written in HTTP/1.1."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


_NONE = Headers()


@dataclass(slots=True)
class Reply:
    """What is answered: *body* of the type *kind*, and further *headers* in lower case.

    It has the *common* headers as well.
    """

    status: int
    body: bytes = b""
    kind: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    common: Headers = _NONE

    def own(self) -> list[tuple[bytes, bytes]]:
        """Its headers without the common ones."""
        headers = self.headers
        if self.status != 204:
            headers = [(b"content-length", b"%d" % len(self.body)), *headers]
        if self.kind:
            headers = [(b"content-type", self.kind.encode()), *headers]
        return headers

    def head(self) -> list[tuple[bytes, bytes]]:
        """All its headers."""
        return [*self.own(), *self.common.pairs]

    async def send(self, send: Send) -> None:
        """Hand it over to the server."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.head()})
        await send({"type": "http.response.body", "body": self.body})
