"""The documents of a call or text: which verbs of each ran and when, and which one runs now.

An element stands on a line of its own, however the web site wrote it: most documents come as one
long line. What is in a document is shown as text, never as markup of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape as xml_text
from xml.sax.saxutils import quoteattr

from helpers.errors import TwimlError
from helpers.story.words import Events, Names, folded, for_html, seconds_between
from helpers.twiml.document import Document, parse
from helpers.twiml.element import TwiML

FINAL = ("completed", "busy", "no-answer", "failed", "canceled")
ANSWERED = ("received",)  # a text that came in is answered from then on: nothing runs for long
SIGNS = {"ran": "✓", "running": "▶", "not yet": "…", "never": "○", "": " "}
WORDS = {"ran": "ran", "running": "runs now", "not yet": "not yet", "never": "never ran", "": ""}

WIDEST = 160  # characters of a line
NARROWEST, BROADEST = 40, 80  # where the times begin in the text form
MOST_TIMES = 6  # of one verb: a loop may give hundreds

EDGE = "1px solid rgba(128,128,128,0.55)"
TINT = "rgba(128,128,128,0.16)"
CELL = "padding:1px 8px;border:none;background:transparent;text-align:left;vertical-align:top"


@dataclass(frozen=True)
class Line:
    """One line of a document: *state* is "ran", "running", "not yet", "never", or "" for what does
    not run by itself; *times* are when it ran, in seconds since the first event.
    """

    depth: int
    text: str
    state: str = ""
    times: tuple[float, ...] = ()

    @property
    def when(self) -> str:
        """The state in words, with the times."""
        shown = [f"{at:.1f}" for at in self.times[:MOST_TIMES]]
        if len(self.times) > MOST_TIMES:
            shown.append(f"… {len(self.times)} times, last {self.times[-1]:.1f}")
        times = f"{', '.join(shown)} s" if shown else ""
        return (
            f"{times} {'(runs now)' if self.state == 'running' else ''}".strip()
            or (WORDS[self.state])
        )


@dataclass
class Page:
    """One document: where it came from (*title*), *at* what time, and its *lines*.

    *problem* says why it has none, or none that could be marked.
    """

    title: str
    at: float
    url: str = ""
    document: Document | None = None
    problem: str = ""
    source: str = ""
    runs: dict[int, list[float]] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    live: bool = False

    def find(self, verb: str, place: tuple[int, int], text: str) -> TwiML | None:
        """The element of this name at this place; without a place, the next that has not run."""
        if self.document is None:
            return None
        named = [e for e in self.document.root.walk() if e.name == verb]
        if place != (0, 0):
            there = [e for e in named if self.document.place(e) == place]
            # Where secrets were taken out, columns have moved.
            there = there or [e for e in named if self.document.place(e)[0] == place[0]]
            return there[0] if there else None
        same = [e for e in named if e.words() == text] or named
        fresh = [e for e in same if id(e) not in self.runs]
        return next(iter(fresh or same), None)

    @property
    def lines(self) -> list[Line]:
        """What is shown, a line for an element."""
        if self.document is None:
            return [Line(0, folded(line, WIDEST)) for line in self.source.splitlines()]
        return list(self._lines(self.document.root, 0))

    def _lines(self, element: TwiML, depth: int) -> Iterator[Line]:
        state, times = self._state(element, depth)
        below = [inner for inner in element.elements if not _is_speech(inner)]
        start = _start_tag(element)
        if not below:
            inside = _inside(element)
            whole = f"{start}>{inside}</{element.name}>" if inside else f"{start}/>"
            yield Line(depth, folded(whole, WIDEST), state, times)
            return
        yield Line(depth, folded(f"{start}>", WIDEST), state, times)
        for inner in below:
            yield from self._lines(inner, depth + 1)
        yield Line(depth, f"</{element.name}>")

    def _state(self, element: TwiML, depth: int) -> tuple[str, tuple[float, ...]]:
        times = tuple(self.runs.get(id(element), ()))
        if id(element) in self.running:
            return "running", times
        if times:
            return "ran", times
        # The root and the nouns of a Dial do not begin by themselves: nothing can be said of them.
        if depth == 0 or (depth > 1 and not _is_prompt(element)):
            return "", ()
        return ("not yet" if self.live else "never"), ()


class Documents:
    """The documents of one call or text, in the order they came.

    *events* are those of the log, *sid* is its SID, *names* replace addresses.
    """

    def __init__(self, events: Events, sid: str, names: Mapping[str, str]) -> None:
        self.sid = sid
        self.pages: list[Page] = []
        self.over = False
        self._names = Names(names)
        self._last: tuple[Page, TwiML] | None = None
        self._queued: tuple[Page, TwiML] | None = None  # the Enqueue in which the call waits
        mine = [event for event in events if sid in (event["call_sid"], event["message_sid"])]
        for event in mine:
            self._take(event, seconds_between(mine[0], event))
        for place in (self._last, self._queued):
            if place is not None and not self.over:
                page, element = place
                page.live = True
                page.running |= {id(element), *_around(page, element)}
        self.problem = (
            "" if self.pages else f"No document {'came' if self.over else 'has come yet'}."
        )

    @property
    def running(self) -> tuple[Page, TwiML] | None:
        """The document and the element in it that run now, or None."""
        return None if self.over else self._last

    def newest(self) -> Documents | None:
        """The same with the newest document only, or the one that runs; None before the first."""
        if not self.pages:
            return None
        page = self.running[0] if self.running is not None else self.pages[-1]
        one = Documents((), self.sid, {})
        one.pages, one.over, one.problem, one._names = [page], self.over, "", self._names
        return one

    def _take(self, event: Mapping[str, Any], at: float) -> None:
        data = event["data"]
        match event["type"]:
            case "webhook" if _is_document(data):
                title = f"{data['method']} {self._names.short(data['url'])}"
                self._open(title, at, data["url"], data["body"], data["error"] or "")
            case "request" if data["parameters"].get("Twiml") and data["status"] < 400:
                self._open("twiml of the request", at, "", data["parameters"]["Twiml"], "")
            case "verb" if data["verb"] != "notice":
                self._ran(data, at)
            case "state" if "queue" in data:
                self._queued = self._last if data["event"] == "enqueued" else None
            case "state" if data.get("status") in (*FINAL, *ANSWERED):
                # The answer to a text runs after it was received, and takes no time.
                self.over = True

    def _open(self, title: str, at: float, url: str, source: str, problem: str) -> None:
        page = Page(title, at, url, problem=self._names.named(problem))
        if not problem:
            try:
                page.document = parse(source)
            except TwimlError as error:
                # Long documents are cut in the log, and a site may answer with plain words.
                page.source, page.problem = source, f"It could not be marked: {error.what}."
        self.pages.append(page)

    def _ran(self, data: Mapping[str, Any], at: float) -> None:
        place = (data.get("line", 0), data.get("column", 0))
        for page in reversed(self.pages):
            element = page.find(data["verb"], place, data["text"])
            if element is not None:
                page.runs.setdefault(id(element), []).append(at)
                self._last = page, element
                return

    # -- how it is shown -------------------------------------------------------------------------

    def __str__(self) -> str:
        return "\n\n".join(map(self._text, self.pages)) or self.problem

    __repr__ = __str__

    def _text(self, page: Page) -> str:
        lines = [f"{page.at:6.1f} s  {page.title}"]
        if page.problem:
            lines.append(f"          {page.problem}")
        shown = [
            (f"{SIGNS[line.state]} {'  ' * line.depth}{self._names.named(line.text)}", line.when)
            for line in page.lines
        ]
        timed = [len(code) for code, when in shown if when]
        wide = min(max([NARROWEST, *timed]), BROADEST)
        lines += [f"          {code:<{wide}}  {when}".rstrip() for code, when in shown]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The same as HTML, which needs no script and no style sheet."""
        if not self.pages:
            return f"<div>{for_html(self.problem)}</div>"
        return "".join(map(self._html, self.pages))

    def _html(self, page: Page) -> str:
        rows = "".join(map(self._row, page.lines))
        problem = f"<div>{for_html(page.problem)}</div>" if page.problem else ""
        titles = "".join(
            f'<th scope="col" style="{CELL}">{title}</th>' for title in ("ran", "TwiML", "when")
        )
        table = (
            '<table style="border-collapse:collapse;margin:4px 0 12px">'
            f'<tr style="background:transparent">{titles}</tr>{rows}</table>'
        )
        head = f"<div><strong>{for_html(page.title)}</strong> at {page.at:.1f} s</div>"
        return f"<div>{head}{problem}{table if rows else ''}</div>"

    def _row(self, line: Line) -> str:
        running = line.state == "running"
        code = f"<code>{for_html(self._names.named(line.text))}</code>"
        row = f"background:{TINT}" if running else "background:transparent"
        edge = (
            f";border-left:4px solid;padding-left:{4 + 20 * line.depth}px"
            if running
            else (f";border-left:4px solid transparent;padding-left:{4 + 20 * line.depth}px")
        )
        return (
            f'<tr style="{row}"><td style="{CELL}">{SIGNS[line.state].strip()}</td>'
            f'<td style="{CELL}{edge}">{f"<strong>{code}</strong>" if running else code}</td>'
            f'<td style="{CELL};white-space:nowrap">{for_html(line.when)}</td></tr>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}


def shown(element: TwiML) -> str:
    """An element on one line: its start, and its words if it has any."""
    below = any(not _is_speech(inner) for inner in element.elements)
    inside = "" if below else _inside(element)
    start = _start_tag(element)
    return folded(f"{start}>{inside}</{element.name}>" if inside else f"{start}>", WIDEST)


def _is_document(data: Mapping[str, Any]) -> bool:
    """Whether a webhook asked for a document; older logs tell it by what came back."""
    if "purpose" in data:
        return bool(data["purpose"] == "document")
    return "<Response" in data.get("body", "")


def _around(page: Page, element: TwiML) -> Iterator[int]:
    """The elements that *element* stands in, which are not over before it is."""
    assert page.document is not None
    for outer in page.document.root.walk():
        if outer is not page.document.root and any(inner is element for inner in outer.walk()):
            yield id(outer)


def _is_speech(element: TwiML) -> bool:
    """Whether it is part of what a Say says."""
    return type(element).__name__.startswith("Ssml")


def _is_prompt(element: TwiML) -> bool:
    return element.name in ("Say", "Play", "Pause")


def _start_tag(element: TwiML) -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attrs.items())
    return f"<{element.name}{attributes}"


def _inside(element: TwiML) -> str:
    """What stands between the tags, speech marks and all."""
    if element.elements:
        parts = [xml_text(element.value or "")]
        for inner in element.verbs:
            if isinstance(inner, TwiML):
                below = _inside(inner)
                tag = _start_tag(inner)
                parts.append(f"{tag}>{below}</{inner.name}>" if below else f"{tag}/>")
            elif isinstance(inner, str):
                parts.append(xml_text(inner))
        return "".join(parts).strip()
    return xml_text(" ".join((element.value or "").split()))
