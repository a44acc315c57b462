"""URLs as web sites are asked: read, quoted, with a query; and shown without what is secret.

What is read often (addresses, names and short values of forms) is kept ready.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

Pairs = Sequence[tuple[str, str]]

_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s@\"'<>]*@")


@dataclass(frozen=True)
class Address:
    """What a URL says. *url* is it without login and fragment, quoted."""

    scheme: str
    host: str
    port: int | None
    path: str
    url: str
    login: tuple[str, str] | None

    @property
    def origin(self) -> tuple[str, str, int | None]:
        return self.scheme, self.host, self.port


def address(url: str, schemes: tuple[str, ...] = ("http", "https")) -> Address | None:
    """The parts of a URL, or None if it is none of these *schemes*."""
    return (_short_address if len(url) <= 1_000 else _address)(url, schemes)


def _address(url: str, schemes: tuple[str, ...]) -> Address | None:
    try:
        parts = urlsplit(url.split("#")[0])
        host, port = (parts.hostname or "").lower(), parts.port
        bare = quoted(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    except ValueError:
        return None
    if parts.scheme not in schemes or not host:
        return None
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Address(parts.scheme, host, port, parts.path or "/", bare, login)


_short_address = lru_cache(maxsize=512)(_address)


def with_query(url: str, params: Pairs) -> str:
    """*url* with *params* appended to its query, what stands there already untouched."""
    if not params:
        return url
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencoded(params))))
    return urlunsplit(parts._replace(query=query))


def urlencoded(params: Pairs) -> str:
    """*params* as a form."""
    return "&".join(f"{_word(name)}={_word(value)}" for name, value in params)


def _word(text: str) -> str:
    return _short_word(text) if len(text) <= 40 else quote_plus(text)


_short_word = lru_cache(maxsize=2048)(quote_plus)


def quoted(url: str) -> str:
    """*url* with what may not stand in a request line percent-encoded, the rest untouched."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")


def shown_url(text: str) -> str:
    """A URL, or a text with URLs in it, without the credentials they may hold."""
    return _CREDENTIALS.sub("", text) if "@" in text else text


def shortened(text: str) -> str:
    """A text of somebody else's, short enough for a sentence, without credentials."""
    return shown_url(text)[:200]


def plain(url: str) -> str:
    """The URL without credentials, query and fragment: what a sentence should show."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
