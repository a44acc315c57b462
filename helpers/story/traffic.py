"""The traffic: every request to the API and every webhook, with all that was said.

Each comes with its signature checked, as Twilio's own library checks it, and with the `curl` line
that repeats it. Neither a token nor an address is shown; `Exchange.settings` gives, to whoever asks
for them, the addresses and the signature that the line wants.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from helpers.signing import SIGNATURE_HEADER, RequestValidator
from helpers.story.curl import blank, blanks, curl, plain
from helpers.story.sequence import NOTEBOOK, SITE, TWILIO
from helpers.story.words import Events, Names, folded, for_html, seconds_between

LOOKING = ("GET", "HEAD", "OPTIONS")
INSIDE = ("twimlets.com", "www.twimlets.com", "demo.twilio.com")  # the sandbox answers for these
WIDEST = 56  # characters of a URL in a row
SHOWN = 2_000  # characters of an answer
NO_BODY = "the log does not keep what the API answers"
PURPOSES = {
    "document": "asks for instructions",
    "callback": "tells how it goes",
    "media": "fetches a file",
    "socket": "opens a WebSocket",
}

EDGE = "1px solid rgba(128,128,128,0.55)"
CELL = "padding:2px 8px;border:none;background:transparent;text-align:left;vertical-align:top"
BOX = f"margin:2px 0;padding:4px 8px;border:{EDGE};border-radius:6px;white-space:pre-wrap"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. Shown last in a cell it is told in full.

    *at* is seconds since the first event, *signature* "right", "wrong" or "" (requests to the API
    have none), *milliseconds* None where nobody measured, *answer* the body that came back, *curl*
    the command that repeats it, or "" where none can.
    """

    at: float
    sender: str
    receiver: str
    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    parameters: Mapping[str, str]
    purpose: str = ""
    signature: str = ""
    content_type: str = ""
    milliseconds: int | None = None
    answer: str = ""
    error: str = ""
    call_sid: str = ""
    message_sid: str = ""
    curl: str = ""
    _filled: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> str:
        """What a shell is told before the `curl` line, but for ``ACCOUNT`` and ``TOKEN``."""
        return "\n".join(f"export {n}={shlex.quote(v)}" for n, v in sorted(self._filled.items()))

    @property
    def _signed(self) -> str:
        return f"signature {self.signature}" if self.signature else ""

    @property
    def _came(self) -> str:
        """What came back, in a line."""
        if not self.status:
            return f"no answer: {self.error}"
        # By a clock that is turned by hand an answer takes no time, which says nothing.
        took = f"after {self.milliseconds} ms" if self.milliseconds else ""
        return " ".join(filter(None, [str(self.status), self.content_type, took]))

    def row(self) -> list[str]:
        """The cells of its line in the table."""
        asked = folded(f"{self.method} {self.url}", WIDEST)
        return [
            f"{self.at:.1f} s",
            f"{self.sender} → {self.receiver}",
            asked,
            self._signed,
            self._came,
        ]

    def parts(self) -> list[tuple[str, str]]:
        """All of it, part by part: a title, and lines."""
        about = [f"{self.sender} → {self.receiver} at {self.at:.1f} s"]
        about += [PURPOSES[self.purpose]] if self.purpose in PURPOSES else []
        about += filter(None, [self.call_sid, self.message_sid])
        told = {name: value for name, value in self.parameters.items() if value}
        empty = [name for name, value in self.parameters.items() if not value]
        nothing = f"and empty: {', '.join(empty)}" if empty else ""
        body = self.answer if self.purpose else f"({NO_BODY})"
        return [
            (f"{self.method} {self.url}", "\n".join(about)),
            ("headers", _lines(self.headers, ": ")),
            ("parameters", _lines(told, " = ") + (f"\n{nothing}" if nothing else "")),
            (f"answered {self._came}" if self.status else self._came, body[:SHOWN]),
            ("repeat it", self.curl or "(there is no curl line for this one)"),
        ]

    def __str__(self) -> str:
        told = [
            "\n".join([title, *(f"  {line}" for line in text.splitlines())])
            for title, text in self.parts()
            if text or title.startswith(("answered", "no answer"))
        ]
        return "\n".join(told)

    __repr__ = __str__


class Traffic(list[Exchange]):
    """Exchanges in the order they came; a row for each, told in full when one is picked out."""

    @classmethod
    def of(
        cls,
        events: Events,
        *,
        names: Mapping[str, str],
        token: str = "",
        account: str = "",
        by: str = NOTEBOOK,
        looking: bool = False,
    ) -> Traffic:
        """Make it of the log's *events*.

        *names* replace addresses, *token* is what signatures are checked with (it is not kept),
        *account* the SID that the curl lines have as ``$ACCOUNT``. What only looks (a GET to the
        API) is left out unless *looking*.
        """
        kept = [event for event in events if looking or not _looks(event)]
        made = cls()
        maker = _Maker(names, token, account, by)
        for event in kept:
            if event["type"] in ("request", "webhook"):
                made.append(maker.make(event, seconds_between(events[0], event)))
        return made

    def to(self, url: str) -> Traffic:
        """Those whose URL has *url* in it, such as "/voice"."""
        return Traffic(each for each in self if url in each.url)

    def __str__(self) -> str:
        if not self:
            return "Nothing was asked yet."
        rows = [[f"[{place}]", *each.row()] for place, each in enumerate(self)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        return "\n".join(
            "  ".join(
                cell.rjust(wide) if place < 2 else cell.ljust(wide)
                for place, (cell, wide) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    __repr__ = __str__

    @property
    def html(self) -> str:
        """A table, each row with its details to unfold; without script and style sheet."""
        if not self:
            return f"<div>{self}</div>"
        titles = ("no.", "time", "who asks whom", "request", "signature", "answer")
        head = "".join(f'<th scope="col" style="{CELL}">{title}</th>' for title in titles)
        rows = "".join(_row(place, each) for place, each in enumerate(self))
        return (
            '<table style="border-collapse:collapse;margin:6px 0;max-width:100%">'
            f'<tr style="background:transparent">{head}</tr>{rows}</table>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}


class _Maker:
    """Makes exchanges of events: what is shown gets names, what is for the shell blanks."""

    def __init__(self, names: Mapping[str, str], token: str, account: str, by: str) -> None:
        self._addresses = dict(names)
        self._names = Names(names)
        self._validator = RequestValidator(token) if token else None
        self._account = account
        self._by = by

    def make(self, event: Mapping[str, Any], at: float) -> Exchange:
        """One exchange; *at* is when it was."""
        data = event["data"]
        about: dict[str, Any] = {
            "call_sid": event["call_sid"] or "",
            "message_sid": event["message_sid"] or "",
        }
        asked = self._webhook(data) if event["type"] == "webhook" else self._request(data)
        return Exchange(at=at, method=data["method"], status=data["status"], **asked, **about)

    def _request(self, data: Mapping[str, Any]) -> dict[str, Any]:
        method, path, told = data["method"], data["path"], data["parameters"]
        by_query = method in LOOKING
        filled, fill = self._filling("")
        address = blank("SANDBOX") + plain(path).replace(
            f"/{self._account}", f"/{blank('ACCOUNT')}"
        )
        if by_query and told:
            address += "?" + fill(urlencode(told))
        form = [] if by_query else [(name, fill(value)) for name, value in _pairs(told)]
        login = f"{blank('ACCOUNT')}:{blank('TOKEN')}"
        return {
            "sender": self._by,
            "receiver": TWILIO,
            "url": self._names.short(path),
            "headers": {"Authorization": "Basic $ACCOUNT:$TOKEN, in Base64"},
            "parameters": self._shown(told),
            "curl": curl(method, address, form, login=login),
            "_filled": _used(filled, [address, *(value for _, value in form)]),
        }

    def _webhook(self, data: Mapping[str, Any]) -> dict[str, Any]:
        method, told, headers = data["method"], data["parameters"], data.get("headers", {})
        exactly = data.get("requested", data["url"])
        verdict = self._verdict(method, exactly, told, headers, data.get("purpose", ""))
        asked = {
            "sender": TWILIO,
            "receiver": SITE,
            "url": self._names.short(data["url"]),
            "headers": {
                name: f"({verdict})" if name == SIGNATURE_HEADER else self._names.named(value)
                for name, value in headers.items()
            },
            "parameters": self._shown(told),
            "purpose": data.get("purpose", "document"),
            "signature": verdict,
            "content_type": data.get("content_type", "").partition(";")[0],
            "milliseconds": data["milliseconds"],
            "answer": self._names.named(data["body"]),
            "error": self._names.named(data["error"] or ""),
        }
        parts = urlsplit(exactly)
        if parts.scheme not in ("http", "https") or parts.hostname in INSIDE:
            return asked
        filled, fill = self._filling(exactly)
        signed = [(SIGNATURE_HEADER, blank("SIGNATURE"))] if SIGNATURE_HEADER in headers else []
        filled["SIGNATURE"] = headers.get(SIGNATURE_HEADER, "")
        address = fill(exactly.partition("#")[0])
        form = [(n, fill(v)) for n, v in _pairs(told)] if method not in LOOKING else []
        values = [address, *(v for _, v in signed), *(v for _, v in form)]
        return asked | {
            "curl": curl(method, address, form, signed),
            "_filled": _used(filled, values),
        }

    def _verdict(
        self, method: str, url: str, told: Mapping[str, str], headers: Mapping[str, str], why: str
    ) -> str:
        if self._validator is None or SIGNATURE_HEADER not in headers:
            return "unchecked"
        form = told if method not in LOOKING and why != "socket" else {}
        signed = url.partition("#")[0]  # what follows # never leaves the sender
        good = self._validator.validate(signed, dict(form), headers[SIGNATURE_HEADER])
        return "right" if good else "wrong"

    def _shown(self, told: Mapping[str, str]) -> dict[str, str]:
        return {name: self._names.named(value) for name, value in _pairs(told)}

    def _filling(self, url: str) -> tuple[dict[str, str], Any]:
        """Values for blanks, and how to put the blanks into a text.

        ``$SITE`` is the site that *url* belongs to, further ones are ``$SITE2`` and so on.
        """
        own = [a for a in self._addresses if url.startswith(a)]
        ordered = sorted(self._addresses, key=lambda address: address not in own)
        filled: dict[str, str] = {}
        sites = 0
        for address in ordered:
            name = self._addresses[address].lstrip("$")
            if name == "SITE":
                sites += 1
                name = "SITE" if sites == 1 else f"SITE{sites}"
            filled[name] = address
            filled[f"{name}_ENCODED"] = quote(address, safe="")
        # The longest first: one address may be the beginning of another.
        order = sorted(filled.items(), key=lambda pair: -len(pair[1]))

        def fill(text: str) -> str:
            text = plain(text)
            for name, address in order:
                text = text.replace(address, blank(name))
            return text

        return filled, fill


def _looks(event: Mapping[str, Any]) -> bool:
    return event["type"] == "request" and event["data"]["method"] in LOOKING


def _pairs(told: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, str(value)) for name, value in told.items())


def _used(filled: Mapping[str, str], values: Sequence[str]) -> dict[str, str]:
    """Those of the blanks that stand in *values*."""
    wanted = set().union(*map(blanks, values))
    return {name: value for name, value in filled.items() if name in wanted}


def _lines(pairs: Mapping[str, str], between: str) -> str:
    return "\n".join(f"{name}{between}{value}" for name, value in pairs.items())


def _row(place: int, each: Exchange) -> str:
    cells = [f"[{place}]", *each.row()]
    cells[4] = each.signature
    row = "".join(f'<td style="{CELL}">{for_html(cell)}</td>' for cell in cells)
    parts = "".join(
        f"<div>{for_html(title)}</div>"
        + (f'<pre style="{BOX}">{for_html(text)}</pre>' if text else "")
        for title, text in each.parts()
    )
    folded_away = (
        f"<details><summary>headers, parameters, answer and curl line of [{place}]</summary>"
        f"{parts}</details>"
    )
    return (
        f'<tr style="background:transparent;border-top:{EDGE}">{row}</tr>'
        f'<tr style="background:transparent"><td style="{CELL}"></td>'
        f'<td colspan="5" style="{CELL}">{folded_away}</td></tr>'
    )
