"""What the debugger has to say, for people: when, what went wrong, and what to do about it.

    session.alerts()

    09:00:02  error 11200  HTTP retrieval failure: POST $SITE/voice answered 500. Look at ...

The titles are those of Twilio's list of errors; what to do is ours. Every code has a page of its
own at Twilio as well (`helpers.advice.more_info`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from helpers.advice import ADVICE

_SITE = "Look at the web site's own output, and open the address yourself."
_RUNNING = "Start the web site, or correct the address."
_DOCUMENT = "Correct the document: the sentence names the line."
_CERTIFICATE = "Renew the web site's certificate, or use http on this machine."

#: code -> (title, next step), where the beginning of the code does not say it well enough.
_CODES: dict[int, tuple[str, str]] = {
    10001: ("Account is not active", "Set the account's status to active."),
    11100: ("Invalid URL format", "Give a whole address, with http:// or https://."),
    11200: ("HTTP retrieval failure", _SITE),
    11201: ("TCP connection timed out", _RUNNING),
    11202: ("Connection refused", _RUNNING),
    11203: ("Communication time-out", "Answer within 15 seconds; do slow work afterwards."),
    11205: ("HTTP connection failure", "Use an address on this machine, or allow its host."),
    11206: ("HTTP protocol violation", "Compare http and https with what the site speaks."),
    11210: ("HTTP bad host name", "Check how the host's name is written."),
    11215: ("HTTP too many redirects", "Give the address where the redirects end."),
    11216: ("HTTP redirect that cannot be followed", "Answer 301, 302, 303 or 307."),
    11220: ("TLS handshake failure", _CERTIFICATE),
    11235: ("Certificate for another host", _CERTIFICATE),
    11236: ("Certificate has expired", _CERTIFICATE),
    11237: ("Certificate that nobody vouches for", _CERTIFICATE),
    11243: ("HTTP retry policy is invalid", "Correct what stands behind # in the address."),
    11750: ("TwiML response body too large", "Keep a document below 64 kB."),
    11751: ("Media file too large", "Keep a file below 5 MB."),
    11770: ("Empty response body", "Answer with a document: <Response/> at least."),
    12100: ("Document parse failure", _DOCUMENT),
    12101: ("Invalid Twilio Markup XML version", _DOCUMENT),
    12102: ("The root element must be Response", _DOCUMENT),
    12200: ("Schema validation warning", _DOCUMENT),
    12300: ("Invalid Content-Type", "Answer with Content-Type: text/xml."),
    12400: ("Internal failure", "That is the sandbox's own fault: please report it."),
    13224: ("Dial: number cannot be called", "Check the number that is dialled."),
    13227: ("Geo permission does not permit the call", "Allow the country in the console."),
    13805: ("Trial call was cut after ten minutes", "Upgrade the account for longer calls."),
    14106: ("Document retrieval limit reached", "Documents redirect to one another: end that."),
    14107: ("SMS send rate limit exceeded", "Two programs answer each other: let one stop."),
    14111: ("Invalid To phone number for trial mode", ADVICE[21608][1]),
    15003: ("Status callback was answered with an error", _SITE),
    15004: ("An action URL must be absolute here", "Write the whole address into the action."),
    21626: (
        "Invalid StatusCallbackEvent",
        "Use initiated, ringing, answered, completed; with another no callback is sent at all.",
    ),
    21703: ("No sender of the service can reach that number", "Add a number to the service."),
    30002: ("Account suspended", "Set the account's status to active."),
    30003: ("Unreachable destination handset", "Try again when the phone is on."),
    30011: ("MMS not supported there", "Send pictures to the US and Canada, or links to others."),
    30019: ("File too large for carriers", "Keep what is no jpeg, png or gif below 500 kB."),
    30036: ("Validity period expired", "Give a longer validity_period=."),
    30101: ("Links were not shortened", "Leave shorten_urls out: no domain is set up for them."),
}

#: The same for the other codes, by what they begin with; the longest beginning counts.
_FAMILIES: dict[str, tuple[str, str]] = {
    "11": ("HTTP failure", _SITE),
    "12": ("Document failure", _DOCUMENT),
    "13": ("TwiML problem", _DOCUMENT),
    "132": ("Dial problem", _DOCUMENT),
    "133": ("Gather problem", _DOCUMENT),
    "134": ("Play problem", _DOCUMENT),
    "135": ("Say problem", _DOCUMENT),
    "136": ("Record problem", _DOCUMENT),
    "14": ("Message or queue problem", _DOCUMENT),
    "15": ("Call progress problem", _SITE),
    "16": ("Conference or recording problem", "The sentence says what was left out."),
    "2": ("Refused", "Change what was asked for."),
    "30": ("Message not delivered", "Look at the message: its error_code says why."),
    "31": ("Stream problem", "Look at the program behind the WebSocket."),
    "64": ("Conversation relay problem", "Look at the program behind the WebSocket."),
}


def explained(code: int) -> tuple[str, str]:
    """The title of a debugger's code and what to do: ("", "") of one that is not known."""
    if code in _CODES:
        return _CODES[code]
    if code in ADVICE:
        why, step = ADVICE[code]
        return why.rstrip("."), step
    digits = str(code)
    for length in (3, 2, 1):
        if digits[:length] in _FAMILIES:
            return _FAMILIES[digits[:length]]
    return "", ""


def titled() -> list[int]:
    """The debugger's codes that have a title of their own here."""
    return sorted(_CODES)


@dataclass(frozen=True)
class Alert:
    """One entry: *said* is what was asked and what came of it, *todo* the next step."""

    at: datetime | None
    level: str
    code: int
    title: str
    said: str
    todo: str
    sid: str = ""
    call_sid: str | None = None

    def __str__(self) -> str:
        at = f"{self.at:%H:%M:%S}" if self.at else "--:--:--"
        said = self.said if self.said.endswith((".", "?", "!")) else f"{self.said}."
        what = f"{self.title}: {said}" if self.title else said
        return f"{at}  {self.level} {self.code}  {what} {self.todo}".rstrip()


class Alerts:
    """The debugger's entries, oldest first: :class:`Alert` by :class:`Alert`, shown a line each."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self._alerts = list(alerts)

    @classmethod
    def of(cls, notifications: Iterable[Any], shown: Callable[[str], str]) -> Alerts:
        """Those that a client's ``notifications.list()`` tells; *shown* names addresses in text."""
        return cls([_read(one, shown) for one in notifications][::-1])

    @property
    def codes(self) -> list[int]:
        """Just the codes, in order."""
        return [alert.code for alert in self._alerts]

    def __len__(self) -> int:
        return len(self._alerts)

    def __iter__(self) -> Iterator[Alert]:
        return iter(self._alerts)

    def __getitem__(self, index: int) -> Alert:
        return self._alerts[index]

    def __str__(self) -> str:
        return "\n".join(map(str, self._alerts)) or "no alerts: nothing went wrong"

    __repr__ = __str__


def _with_address(text: str, method: str, url: str) -> str:
    """*text* with what was asked, which is said once."""
    asked = f"{method} {url}".strip()
    if text.startswith(url) or f": {url} " in text:
        return text.replace(url, asked, 1).strip()
    return text if url in text else f"{asked}: {text}"


def _read(note: Any, shown: Callable[[str], str]) -> Alert:
    code = int(note.error_code) if str(note.error_code).isdigit() else 0
    title, todo = explained(code)
    told = parse_qs(note.message_text or "")
    text = _with_address(
        told.get("Msg", [""])[-1], note.request_method or "", note.request_url or ""
    )
    return Alert(
        at=note.message_date if isinstance(note.message_date, datetime) else None,
        level="error" if str(note.log) == "0" else "warning",
        code=code,
        title=title,
        said=shown(" ".join(text.split())),
        todo=shown(todo),
        sid=note.sid,
        call_sid=note.call_sid,
    )
