"""What web sites asked us to remember during one conversation, kept as a browser keeps it.

A cookie goes back to the host that set it, below its path, until it expires; the time is the
sandbox's. Source: RFC 6265, sections 5.1.4 to 5.4. Sandbox choice: ``Domain`` is passed over, so a
cookie never goes to another host than the one it came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MOST = 50  # cookies of one host; the oldest go first. Browsers keep 50 or more.
LONGEST = 4096  # characters of name and value: what browsers keep at least
_PLAIN = re.compile(r"[\x20-\x7e]*")  # what may stand in the header that takes it back
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Cookie:
    """One cookie; *expires* None means: when the conversation is over."""

    name: str
    value: str
    path: str = "/"
    secure: bool = False
    expires: datetime | None = None


class Cookies:
    """The cookies of one conversation, and the logins its web sites asked for.

    *now* is the clock. A login is kept by origin, as a browser does: a page that was opened with
    ``user:password@`` in its address leads to others of its site without it.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.logins: dict[tuple[str, str, int | None], tuple[str, str]] = {}
        self._now = now
        self._jar: dict[str, dict[tuple[str, str], Cookie]] = {}

    def header(self, scheme: str, host: str, path: str) -> str:
        """What the header ``Cookie`` of a request says; "" if there is nothing to say."""
        kept = self._jar.get(host)
        if not kept:
            return ""
        now = self._now()
        for key, cookie in list(kept.items()):
            if cookie.expires is not None and cookie.expires <= now:
                del kept[key]
        sent = [
            c for c in kept.values() if _below(path, c.path) and not (c.secure and scheme == "http")
        ]
        sent.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def take(self, host: str, path: str, lines: Sequence[str]) -> None:
        """Read the headers ``Set-Cookie`` of an answer."""
        now = self._now()
        for line in lines:
            cookie = _read(line, path, now)
            if cookie is None:
                continue
            kept = self._jar.setdefault(host, {})
            key = cookie.name, cookie.path
            if cookie.expires is not None and cookie.expires <= now:
                kept.pop(key, None)  # that is how a site has one forgotten
                continue
            kept[key] = cookie
            if len(kept) > MOST:
                del kept[next(iter(kept))]


def _read(line: str, path: str, now: datetime) -> Cookie | None:
    """The cookie that a header describes, or None if it cannot be kept."""
    pair, *attributes = line[: 2 * LONGEST].split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not equals or not name or len(name) + len(value) > LONGEST or not _PLAIN.fullmatch(pair):
        return None
    home = path.rpartition("/")[0] or "/"
    secure, expires, age = False, None, None
    for attribute in attributes:
        key, _, said = (part.strip() for part in attribute.partition("="))
        match key.lower():
            case "path":
                home = said if said.startswith("/") else home
            case "secure":
                secure = True
            case "expires":
                expires = _date(said)
            case "max-age" if re.fullmatch(r"-?\d{1,9}", said):
                age = int(said)  # wins over Expires
    if age is not None:
        expires = now + timedelta(seconds=age) if age > 0 else _EARLIEST
    return Cookie(name, value, home, secure, expires)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None  # as browsers do: it lasts as long as the conversation
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _below(path: str, home: str) -> bool:
    return path == home or path.startswith(home if home.endswith("/") else home + "/")
