"""The sequence diagram: who asked whom what.

The picture is Mermaid text, which JupyterLab draws without any extension; the text form tells
the same where nothing draws it. Addresses are named, never shown: ``$SANDBOX`` and ``$SITE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from helpers.story.family import End, Ends
from helpers.story.words import Events, Names, folded, for_mermaid, seconds_between

NOTEBOOK, TWILIO, SITE, PHONE = "Notebook", "Twilio", "Web site", "Phone"
WIDEST = 72  # characters of one arrow's words
NARROWEST = 8  # characters of a name's column


class Step(NamedTuple):
    """One arrow of the picture; *at* is seconds since the first event."""

    at: float
    sender: str
    receiver: str
    words: str


class Story:
    """What happened, in order. *events* are the log's; *names* replace addresses; *by* is what the
    program that asks is called; *ends* say who is at the far end of each call and text.
    """

    def __init__(
        self,
        events: Events,
        names: Mapping[str, str],
        *,
        by: str = NOTEBOOK,
        ends: Ends | None = None,
    ) -> None:
        self._names = Names(names)
        self._by = by
        self._ends = ends or {}
        self._begun: set[str] = set()
        told = {event["call_sid"] or event["message_sid"] for event in map(_known, events)}
        phones = {end.number for sid, end in self._ends.items() if sid in told}
        self._several = len(phones) > 1
        self._calls = any(_known(event)["call_sid"] for event in events)
        self.steps: list[Step] = []
        for event in map(_known, events):
            at = seconds_between(events[0], event)
            for sender, receiver, words in self._arrows(event):
                self.steps.append(Step(at, sender, receiver, folded(words, WIDEST)))

    # -- what each event says --------------------------------------------------------------------

    def _arrows(self, event: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        data, phone = event["data"], self._phone(event)
        match event["type"]:
            case "request" if data["method"] in ("GET", "HEAD"):
                return []  # looking changes nothing, and a wait looks often
            case "request":
                return [(self._by, TWILIO, f"{data['method']} {self._names.short(data['path'])}")]
            case "webhook":
                asked = f"{data['method']} {self._names.short(data['url'])}"
                reply = f"{data['status']}" if data["status"] else str(data["error"])
                arrows = [(TWILIO, SITE, asked), (SITE, TWILIO, self._names.named(reply))]
                return self._beginning(event, phone) + arrows
            case "verb":
                return [(TWILIO, phone, self._names.named(f"{data['verb']} {data['text']}"))]
            case "person":
                return [(phone, TWILIO, f"{data['verb']} {data['text']}")]
            case "state":
                return self._state(event, phone)
            case "alert":
                words = f"alert {data['code']} {data['text']}"
                return [(TWILIO, self._by, self._names.named(words))]
        return []

    def _end(self, event: Mapping[str, Any]) -> End | None:
        return self._ends.get(event["call_sid"] or event["message_sid"] or "")

    def _phone(self, event: Mapping[str, Any]) -> str:
        """What the telephone at the far end is called: by its number where there are several."""
        end = self._end(event)
        return end.number if end is not None and self._several else PHONE

    def _beginning(self, event: Mapping[str, Any], phone: str) -> list[tuple[str, str, str]]:
        """A person called or wrote: the log begins with what was asked of the web site."""
        end, sid = self._end(event), event["call_sid"] or event["message_sid"]
        if end is None or not end.began or sid in self._begun:
            return []
        self._begun.add(sid)
        return [(phone, TWILIO, f"text: {end.words}" if event["message_sid"] else "call")]

    def _state(self, event: Mapping[str, Any], phone: str) -> list[tuple[str, str, str]]:
        data, end = event["data"], self._end(event)
        begins = self._beginning(event, phone)
        words = _state(data)
        if event["message_sid"] and end is not None:
            if not end.began and words == "delivered":
                return [(TWILIO, phone, f"delivered: {end.words}")]
            if not end.began and words == "read":
                return [(phone, TWILIO, "read")]
        if event["message_sid"] and self._calls:
            words = f"text {words}"  # the calls have states, too
        about = f" ({phone})" if self._several and end is not None else ""
        return [*begins, (TWILIO, TWILIO, words + about)]

    # -- how it is shown -------------------------------------------------------------------------

    @property
    def mermaid(self) -> str:
        """The sequence diagram as Mermaid text."""
        lines = ["sequenceDiagram", "  accTitle: Who asked whom what"]  # the picture's name
        marks = self._marks()
        lines += [f"  participant {mark} as {for_mermaid(name)}" for name, mark in marks.items()]
        for step in self.steps:
            left, right, words = marks[step.sender], marks[step.receiver], for_mermaid(step.words)
            if left == right:
                lines.append(f"  Note over {left}: {words}")
            else:
                arrow = "-->>" if step.sender == SITE else "->>"
                lines.append(f"  {left}{arrow}{right}: {words}")
        return "\n".join(lines)

    def _marks(self) -> dict[str, str]:
        """A letter for each who takes part, from left to right."""
        used = {name for step in self.steps for name in (step.sender, step.receiver)}
        fixed = {self._by: "N", TWILIO: "T", SITE: "W", PHONE: "P"}
        marks = {name: mark for name, mark in fixed.items() if name in used}
        phones = dict.fromkeys(n for s in self.steps for n in s[1:3] if n not in fixed)
        return marks | {name: f"P{number}" for number, name in enumerate(phones, start=1)}

    def __str__(self) -> str:
        wide = max([NARROWEST, *(len(name) for step in self.steps for name in step[1:3])])
        return "\n".join(
            f"{s.at:6.1f} s  {s.sender:<{wide}} → {s.receiver:<{wide}}  {s.words}"
            if s.sender != s.receiver
            else f"{s.at:6.1f} s  {s.sender:<{wide}}   {'':<{wide}}  {s.words}"
            for s in self.steps
        )

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/vnd.mermaid": self.mermaid}


def _known(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """*event* with both SIDs, as the log gives it."""
    return {"call_sid": None, "message_sid": None, **event}


def _state(data: Mapping[str, Any]) -> str:
    """What a call or message, a conference or a queue has come to."""
    for place in ("conference", "queue"):
        if place in data:
            more = data.get("result") or data.get("what")
            return f"{place} {data[place]}: {data['event']}" + (f" ({more})" if more else "")
    return str(data["status"])
