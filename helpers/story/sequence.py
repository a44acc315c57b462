"""The story of a call: who asked whom what, told from the event log.

The picture is Mermaid text, which JupyterLab draws without any extension; the text form tells
the same where nothing draws it. Addresses are named, never shown: ``$SANDBOX`` and ``$SITE``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

NOTEBOOK, TWILIO, SITE, PHONE = "Notebook", "Twilio", "Web site", "Phone"
WIDEST = 72  # characters of one arrow's words


class Step(NamedTuple):
    """One arrow of the picture; *at* is seconds since the first event."""

    at: float
    sender: str
    receiver: str
    words: str


class Story:
    """What happened, in order. *events* are the log's; *names* replace addresses; *by* is what the
    program that asks is called.
    """

    def __init__(
        self,
        events: Sequence[Mapping[str, Any]],
        names: Mapping[str, str],
        *,
        by: str = NOTEBOOK,
    ) -> None:
        self._names = dict(names)
        self._by = by
        start = datetime.fromisoformat(events[0]["at"]) if events else None
        self.steps: list[Step] = []
        for event in events:
            assert start is not None
            at = (datetime.fromisoformat(event["at"]) - start).total_seconds()
            for sender, receiver, words in self._arrows(event):
                self.steps.append(Step(at, sender, receiver, _short(words)))

    def _arrows(self, event: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        data = event["data"]
        match event["type"]:
            case "request" if data["method"] == "GET":
                return []  # looking changes nothing, and a wait looks often
            case "request":
                return [(self._by, TWILIO, f"{data['method']} {self._plain(data['path'])}")]
            case "webhook":
                asked = f"{data['method']} {self._plain(data['url'])}"
                reply = f"{data['status']}" if data["status"] else self._named(str(data["error"]))
                return [(TWILIO, SITE, asked), (SITE, TWILIO, reply)]
            case "verb":
                return [(TWILIO, PHONE, self._named(f"{data['verb']} {data['text']}".strip()))]
            case "person":
                return [(PHONE, TWILIO, f"{data['verb']} {data['text']}".strip())]
            case "state":
                return [(TWILIO, TWILIO, _state(data))]
            case "alert":
                return [(TWILIO, self._by, self._named(f"alert {data['code']} {data['text']}"))]
        return []

    def _named(self, text: str) -> str:
        """*text* with names for addresses, those of WebSockets too."""
        for address, name in self._names.items():
            text = text.replace(address, name)
            if address.startswith("http"):
                text = text.replace("ws" + address.removeprefix("http"), name)
        return text

    def _plain(self, url: str) -> str:
        url = self._named(url)
        query = urlsplit(url).query
        if query:
            url = url.replace("?" + query, "?…")
        # What an account's paths have in common says nothing; of a SID the beginning is enough.
        url = re.sub(r"/2010-04-01/Accounts/AC\w{32}/", "…/", url)
        return re.sub(r"\b([A-Z]{2}\w{4})\w{28}\b", r"\1…", url)

    @property
    def mermaid(self) -> str:
        """The sequence diagram as Mermaid text."""
        lines = ["sequenceDiagram"]
        names = {self._by: "N", TWILIO: "T", SITE: "W", PHONE: "P"}
        used = [n for n in names if any(n in (s.sender, s.receiver) for s in self.steps)]
        lines += [f"  participant {names[name]} as {name}" for name in used]
        for step in self.steps:
            if step.sender == step.receiver:
                lines.append(f"  Note over {names[step.sender]}: {_safe(step.words)}")
            else:
                arrow = "-->>" if step.sender == SITE else "->>"
                left, right = names[step.sender], names[step.receiver]
                lines.append(f"  {left}{arrow}{right}: {_safe(step.words)}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join(
            f"{s.at:6.1f} s  {s.sender:<8} → {s.receiver:<8}  {s.words}"
            if s.sender != s.receiver
            else f"{s.at:6.1f} s  {s.sender:<8}             {s.words}"
            for s in self.steps
        )

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/vnd.mermaid": self.mermaid}


def _state(data: Mapping[str, Any]) -> str:
    """What a call or message, a conference or a queue has come to."""
    for place in ("conference", "queue"):
        if place in data:
            more = f" ({data['result']})" if "result" in data else ""
            return f"{place} {data[place]}: {data['event']}{more}"
    return str(data["status"])


def _short(words: str) -> str:
    folded = " ".join(words.split())
    return folded if len(folded) <= WIDEST else folded[: WIDEST - 1] + "…"


def _safe(words: str) -> str:
    """*words* as Mermaid takes them: it reads ``;`` and ``#`` as its own."""
    return words.translate({ord("#"): "#35;", ord(";"): "#59;"}) or " "
