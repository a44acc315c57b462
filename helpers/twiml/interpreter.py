"""Carry a call, or the answer to a message, from document to document.

``conversation`` is a generator: it yields steps (``helpers.twiml.steps``) and is sent their
answers. It runs the verbs of a document from top to bottom, follows the document a verb leads to,
and ends with a `HangUp`, a `Refuse`, or by simply being over. It knows no network and no clock.

Sources: the TwiML reference ("how TwiML works", MIME types), error pages 11100 to 12300 and 14106,
the page on fallback URLs, and for what they leave open the choices said in comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from helpers.errors import TwimlError
from helpers.twiml.checker import ASIDE, Problem, find
from helpers.twiml.document import LIMIT, ROOTS, Document, parse
from helpers.twiml.element import CLASSES, GenericNode, TwiML
from helpers.twiml.steps import Alert, Answer, Begin, Fetch, HangUp, Page, Refuse, Speak, Step

__all__ = ["APOLOGY", "Scene", "conversation"]

#: What a caller hears when no document can be had.
APOLOGY = "We are sorry, an application error has occurred. Goodbye."

#: How many documents may follow one another: in a call without the clock moving, in a message
#: at all.
MOST_DOCUMENTS = {"voice": 100, "messaging": 50} | dict.fromkeys(["fax", *ASIDE], 100)

XML_TYPES = {"text/xml", "application/xml", "text/html"}
AUDIO_TYPES = {
    *("audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/aiff"),
    *("audio/x-aifc", "audio/x-aiff", "audio/x-gsm", "audio/gsm", "audio/ulaw"),
}

# Whoever reads a thousand warnings about one document reads none.
MOST_WARNINGS = 25


class Scene:
    """What a verb may know of the conversation it runs in.

    *kind* is "voice", "messaging" or one of `ASIDE`; *url* the address of the current document, ""
    if nobody knows it (then relative URLs stay as they are), None if it has none; *answered*
    whether somebody picked up; *updates* whether it takes the place of another one; *over* whether
    it has ended; *replies* the messages sent.
    """

    def __init__(
        self, kind: str, url: str | None = None, answered: bool = False, updates: bool = False
    ) -> None:
        self.kind = kind
        self.url = url
        self.answered = answered
        self.updates = updates
        self.over = False
        self.replies = 0
        self.document: Document | None = None

    def resolve(self, url: str) -> str:
        """*url* seen from the current document; "" stands for the document itself."""
        try:
            return urljoin(self.url or "", url.strip())
        except ValueError:
            return url  # something like http://[ : the fetch will tell

    def link(self, url: str | None) -> str:
        """The same for an address that may be missing: then ""."""
        return self.resolve(url) if url and url.strip() else ""

    def onward(self, element: TwiML, *params: tuple[str, str]) -> Fetch:
        """The request for an element's `action` (by default the current document)."""
        return Fetch(self.resolve(element.get("action") or ""), element.get("method"), params)

    def ask_in_vain(self, request: Fetch) -> Generator[Step, Any, None]:
        """Ask once more although nobody is left to hear the answer."""
        if _is_absolute(request.url):
            yield request
        self.over = True
        yield HangUp()

    def hang_up(self, *told: tuple[str, str]) -> HangUp:
        """The step that ends the call; nothing runs after it. *told* goes to a Dial's action."""
        self.over = True
        return HangUp(told)

    def refuse(self, reason: str, *told: tuple[str, str]) -> Refuse:
        """The step that refuses the call; nothing runs after it. *told* as in `hang_up`."""
        self.over = True
        return Refuse(reason, told)

    def line_of(self, element: TwiML) -> int:
        """The line of the document that an element stands in, or 0."""
        return self.place_of(element)[0]

    def place_of(self, element: TwiML) -> tuple[int, int]:
        """The line and column of the document that an element stands at, or (0, 0)."""
        return self.document.place(element) if self.document is not None else (0, 0)

    def alert(self, element: TwiML, code: int, text: str, level: str = "warning") -> Alert:
        """An alert about an element of the current document."""
        return Alert(code, text, level, self.line_of(element), self.url or "")


class _Unusable(Exception):
    """There is no document to go on with; whoever raises it has yielded the alert."""

    def __init__(self, code: int, url: str) -> None:
        super().__init__(code, url)
        self.code = code
        self.url = url


def conversation(
    first: Fetch | str | bytes,
    *,
    kind: str = "voice",
    fallback: Fetch | None = None,
    moved: Callable[[], float] | None = None,
    answered: bool = False,
    url: str | None = None,
    updates: bool = False,
) -> Generator[Step, Any, bool]:
    """Run a call, or the answer to a message, to its end.

    Args:
        first: how to get the first document, or the document itself.
        kind: "voice"; "messaging"; "called" for a document that runs on the called side of a
            Dial: it just stops at its end, so that the two can be joined, and a `HangUp` declines.
            Likewise the other documents heard aside (`ASIDE`); that of a "queue" is asked for again
            at its end, until the call leaves the queue.
        fallback: what to ask when a document cannot be had, with ``ErrorCode`` and ``ErrorUrl``.
        moved: the seconds that passed. Documents that follow one another while none does end
            the conversation after 100; without it, it counts as standing still for ever.
        answered: whether the call is answered already, as an outgoing one is.
        url: the address of a *first* that is the document itself; without one, relative URLs in
            it lead nowhere (11100).
        updates: whether the API gives a live call these instructions in place of others; then a
            relative URL in a *first* that is the document itself is 15004.

    Yields:
        Steps; it wants each one's answer sent back. After `HangUp` and `Refuse` nothing comes.

    Returns:
        Whether every document could be had.
    """
    scene = Scene(kind, url, answered or kind != "voice", updates)
    wanted: Fetch | str | bytes = first
    last_resort: Fetch | None = None
    fetched, since = 0, -1.0
    while not scene.over:
        now = moved() if moved is not None and kind != "messaging" else 0.0
        fetched, since = (fetched + 1, since) if now == since else (1, now)
        if fetched > MOST_DOCUMENTS[kind]:
            yield _endless(scene)
            break
        try:
            document = yield from _document(wanted, scene)
        except _Unusable as trouble:
            if fallback is None or wanted is last_resort:
                yield from _apologise(scene)
                return False
            why = (("ErrorCode", str(trouble.code)), ("ErrorUrl", trouble.url))
            wanted = last_resort = Fetch(fallback.url, fallback.method, fallback.params + why)
            continue
        following = yield from _perform(document, scene)
        if following is None and kind == "queue" and isinstance(first, Fetch):
            following = first  # who waits hears it again
        if following is None:
            break
        wanted = following
    if scene.kind == "voice" and not scene.over:
        if not scene.answered:
            yield Answer()
        yield HangUp()
    return True


def _endless(scene: Scene) -> Alert:
    most = MOST_DOCUMENTS[scene.kind]
    if scene.kind == "messaging":
        text = f"More than {most} documents in answer to one message: the rest is left out."
        return Alert(14106, text, "warning", 0, scene.url or "")
    end = "hanging up" if scene.kind in ("voice", "called") else "nothing more is played"
    text = f"{most} documents followed one another and nothing was said or heard: {end}."
    # The catalogue has no code for this in a call; "too many redirects" comes nearest.
    return Alert(11215, text, "error", 0, scene.url or "")


def _apologise(scene: Scene) -> Generator[Step, Any, None]:
    """Tell the caller that there is nothing to go on with, and hang up."""
    if scene.kind not in ("voice", "called"):
        return  # whoever asked for the document knows what becomes of the call
    if not scene.answered:
        yield Answer()
    yield Begin("notice", APOLOGY)
    yield Speak(APOLOGY)
    yield scene.hang_up()


# --- getting a document ----------------------------------------------------------------------


def _document(wanted: Fetch | str | bytes, scene: Scene) -> Generator[Step, Any, Document]:
    """Fetch a document and read it; alerts and `_Unusable` if there is none."""
    if not isinstance(wanted, Fetch):
        return (yield from _parsed(wanted, scene))
    # "" is the address of a document that is only looked at: what it leads to is looked at too.
    if not _is_absolute(wanted.url) and scene.url != "":
        shown = wanted.url or "(empty)"
        text = f"{shown} is no address to ask: an absolute http or https URL is needed."
        inline = scene.updates and scene.url is None and wanted.url
        code = 15004 if inline else 11100
        raise _Unusable(*(yield from _refused(code, text, wanted.url)))
    page: Page | None = yield wanted
    if page is None:
        raise _Unusable(11200, wanted.url)
    if page.failed is not None:
        raise _Unusable(page.failed[0], page.url or wanted.url)
    scene.url = page.url or wanted.url
    return (yield from _opened(page, scene))


def _opened(page: Page, scene: Scene) -> Generator[Step, Any, Document]:
    """Make a document of a page by its content type."""
    url = scene.url or ""
    content_type = page.content_type.partition(";")[0].strip().lower()
    if content_type in XML_TYPES:
        charset = re.search(r"""charset\s*=\s*["']?([\w.-]+)""", page.content_type, re.I)
        return (yield from _parsed(page.body, scene, charset[1] if charset else ""))
    if content_type == "text/plain":
        return (yield from _plain(page.body, scene))
    if content_type in AUDIO_TYPES and scene.kind != "messaging":
        root = CLASSES["VoiceResponse"]()
        root.append(CLASSES["Play"](url))
        return Document(root, scene.kind, "")
    if not content_type:
        code, text = 11200, "The answer has no Content-Type: send it as text/xml."
    else:
        code, text = 12300, f"The answer is {content_type[:80]}: send it as text/xml."
    raise _Unusable(*(yield from _refused(code, text, url)))


def _parsed(source: str | bytes, scene: Scene, charset: str = "") -> Generator[Step, Any, Document]:
    try:
        return parse(source, scene.kind, charset)
    except TwimlError as error:
        code, line = error.code, error.line
        text = f"{'; '.join(filter(None, (error.what, error.next_step)))}."
    place = f"Line {line}: " if line else ""
    yield Alert(code, place + text, "error", line, scene.url or "")
    raise _Unusable(code, scene.url or "")


def _plain(body: bytes, scene: Scene) -> Generator[Step, Any, Document]:
    """text/plain: TwiML if it is some, else words to read aloud or to answer with."""
    if len(body) > LIMIT:
        return (yield from _parsed(body, scene))
    try:
        return parse(body, scene.kind)
    except TwimlError:
        words = body.decode("utf-8", "replace").strip()
    root = CLASSES[ROOTS[scene.kind]]()
    if words:
        root.append(CLASSES["Message" if scene.kind == "messaging" else "Say"](words))
    return Document(root, scene.kind, "")


def _refused(code: int, text: str, url: str) -> Generator[Step, Any, tuple[int, str]]:
    yield Alert(code, text, "error", 0, url)
    return code, url


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


# --- running a document ------------------------------------------------------------------------


def _perform(document: Document, scene: Scene) -> Generator[Step, Any, Fetch | None]:
    """Run the verbs of one document; return where to go on, or None at its end."""
    scene.document = document
    notes = _unused(document.root)  # told with the first verb, for the root has no line of its own
    found = find(document)
    # What does not fit the schema is told at once, a bad value when its verb is reached.
    schema = [problem for _, problem in found if problem.code in (12200, 12101, 14110)]
    for problem in schema[:MOST_WARNINGS]:
        yield _told(problem, scene)
    for verb in document.root.elements:
        if isinstance(verb, GenericNode):
            continue  # told above; Twilio is said to pass over what it does not know
        mine = set(map(id, verb.walk())) if found else set()
        values = [p for element, p in found if id(element) in mine and p not in schema]
        for problem in [p for p in values if p.level != "note"][:MOST_WARNINGS]:
            yield _told(problem, scene)
        minded = tuple(p.message for p in values if p.level == "note")
        if scene.kind in ASIDE and verb.name not in ASIDE[scene.kind].verbs:
            continue
        when = verb.answering() if not scene.answered else "never"
        if when == "before":
            scene.answered = True
            yield Answer()
        following = yield from _shown(verb, scene, notes + _idle(verb) + minded)
        notes = ()
        if when == "after":
            scene.answered = True
            yield Answer()
        if following is not None or scene.over:
            return following
    return None


def _idle(verb: TwiML) -> tuple[str, ...]:
    """What a verb and the elements in it ask for that this sandbox does nothing about."""
    return tuple(note for element in verb.walk() for note in _unused(element))


def _unused(element: TwiML) -> tuple[str, ...]:
    """The same for one element alone."""
    return tuple(
        f"{name} of <{element.name}>: {kind.idle}"
        for name in element.attrs
        if (kind := element.declared.get(name)) is not None and kind.idle
    )


def _shown(verb: TwiML, scene: Scene, notes: tuple[str, ...]) -> Generator[Step, Any, Fetch | None]:
    """Run a verb; say of all that begins in it where it stands, and tell *notes* at once."""
    run = verb.run(scene)
    answer: Any = None
    while True:
        try:
            step = run.send(answer)
        except StopIteration as end:
            following: Fetch | None = end.value
            return following
        if isinstance(step, Begin):
            line, column = _place(verb, step, scene)
            step = replace(step, notes=step.notes + notes, line=line, column=column)
            notes = ()
        answer = yield step


def _place(verb: TwiML, step: Begin, scene: Scene) -> tuple[int, int]:
    """Line and column of the element that begins: the verb, or one in it. 0 if not clear."""
    if step.verb == verb.name:
        return scene.place_of(verb)
    inner = [element for element in verb.walk() if element.name == step.verb]
    if len(inner) > 1:
        inner = [element for element in inner if element.words() == step.text]
    return scene.place_of(inner[0]) if inner else (0, 0)


def _told(problem: Problem, scene: Scene) -> Alert:
    place = f"Line {problem.line}: " if problem.line else ""
    text = "; ".join(filter(None, (problem.message, problem.mend)))
    return Alert(problem.code, f"{place}{text}.", problem.level, problem.line, scene.url or "")
