"""A call told moment by moment: each ends where a verb begins, the last where the call ends.

Several verbs may begin at one moment of the clock (a Redirect takes no time). They are told one
after the other all the same; nothing is run twice and nothing is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.story.documents import CELL, EDGE, FINAL, Documents
from helpers.story.expected import expected
from helpers.story.family import Ends
from helpers.story.sequence import Step, Story
from helpers.story.words import Events, Names, for_html, seconds_between

NOTHING = "nothing: the call is over"


@dataclass(frozen=True)
class Moment:
    """Where a call is: what was *done* since the last moment, what runs *now*, what comes *next*.

    *number* counts from 1, *at* is seconds since the call's first event, *over* whether the call
    has ended, *document* the marked document that is run, or None. *advice* is what to do if
    nothing happens by itself.
    """

    number: int
    at: float
    done: tuple[Step, ...]
    now: str
    next: tuple[str, ...]
    over: bool = False
    document: Documents | None = None
    advice: str = ""

    def __str__(self) -> str:
        lines = [f"step {self.number} at {self.at:.1f} s"]
        for title, texts in self._parts():
            for place, text in enumerate(texts):
                lines.append(f"  {'' if place else title:<10}  {text}")
        return "\n".join(lines)

    __repr__ = __str__

    def _parts(self) -> list[tuple[str, list[str]]]:
        done = [_arrow(step) for step in self.done]
        parts = [("just done", done or ["nothing new"]), ("now", [self.now])]
        parts.append(("next", list(self.next) or [NOTHING]))
        return parts + ([("you", [self.advice])] if self.advice else [])

    @property
    def html(self) -> str:
        """The same as HTML, with the document that is run; no script, no style sheet."""
        rows = "".join(
            f'<tr style="background:transparent"><th scope="row" style="{CELL}">{title}</th>'
            f'<td style="{CELL}">{"<br>".join(map(for_html, texts))}</td></tr>'
            for title, texts in self._parts()
        )
        document = self.document.html if self.document is not None else ""
        return (
            f'<div style="padding:8px 12px;border:{EDGE};border-radius:8px">'
            f"<div><strong>Step {self.number}</strong> at {self.at:.1f} s</div>"
            f'<table style="border-collapse:collapse;margin:4px 0">{rows}</table>{document}</div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}


def cuts(events: Events, sid: str) -> list[int]:
    """Where each moment ends: how many of the *events* are told by then.

    *events* are those of the call *sid* and of all that belongs to it.
    """
    found = []
    for place, event in enumerate(events, start=1):
        data = event["data"]
        if event["type"] == "verb" and data["verb"] != "notice":
            found.append(place)
        elif event["type"] == "state" and event["call_sid"] == sid and data.get("status") in FINAL:
            return [*found, len(events)]  # with its last requests
    return found


def moment(
    events: Events, sid: str, number: int, names: Mapping[str, str], ends: Ends, advice: str = ""
) -> Moment:
    """The moment of this *number*; one too many tells of what came since the last."""
    places = [0, *cuts(events, sid)]
    last = places[number] if number < len(places) else len(events)
    before = places[min(number, len(places)) - 1]
    told, so_far = events[:last], Story(events[:before], names, ends=ends)
    done = list(Story(told, names, ends=ends).steps[len(so_far.steps) :])
    documents = Documents(told, sid, names)
    if number < len(places) and not documents.over:
        done.pop()  # the verb that begins is not done, but now
    return Moment(
        number=number,
        at=seconds_between(told[0], told[-1]) if told else 0.0,
        done=tuple(done),
        now=_now(told, sid, documents, Names(names)),
        next=tuple(expected(documents, told, sid, names)),
        over=documents.over,
        document=documents.newest(),
        advice=advice,
    )


def _now(events: Events, sid: str, documents: Documents, names: Names) -> str:
    if documents.over:
        status = [e["data"]["status"] for e in events if _ends(e, sid)][-1]
        return f"the call is over: {status}"
    for event in reversed(events):
        if event["type"] == "verb":
            return names.named(f"{event['data']['verb']} {event['data']['text']}".strip())
        if event["type"] == "state" and event["call_sid"] == sid and "status" in event["data"]:
            return str(event["data"]["status"])
    return "queued"


def _ends(event: Mapping[str, Any], sid: str) -> bool:
    return (
        event["type"] == "state"
        and event["call_sid"] == sid
        and event["data"].get("status") in FINAL
    )


def _arrow(step: Step) -> str:
    if step.sender == step.receiver:
        return f"{step.sender}: {step.words}"
    return f"{step.sender} → {step.receiver}: {step.words}"
