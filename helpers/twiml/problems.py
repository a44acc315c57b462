"""What is wrong with a document, where, and how to mend it.

``problems(document)`` walks the declarations of ``verbs/``: unknown elements and attributes, places
where an element may not stand, values that are not allowed. Each finding carries the code that
Twilio's debugger shows for it, so that what a learner reads here and there is the same thing.

Sources: the error catalogue, 12100 to 14111; the TwiML reference for names and values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from helpers.errors import TwimlError
from helpers.twiml.document import Document, parse
from helpers.twiml.element import CHILDREN, CLASSES, Fault, GenericNode, TwiML
from helpers.twiml.names import attribute_name

__all__ = ["ASIDE", "Problem", "find", "problems"]

# The catalogue lists these as errors and all others as warnings.
ERRORS = {11100, 11750, 12100, 12101, 12102, 13000, 13201, 13231, 13238, 13239, 13240, 13325}
ERRORS |= {13338, 13420, 13621, 14201, 14202, 14203, 14206, 14210, 14211, 14212, 14213, 14300}
ERRORS |= {16023, 31920, 31940, 31941, 64101}

#: Codes for an element in a place where its parent does not take it.
NESTING = {
    "Gather": 13320,
    "Dial": 13215,
    "MessagingResponse": 14110,
    "Start": 14300,
    "Stop": 14300,
}


class Aside(NamedTuple):
    """A document that somebody hears aside from a call's own: where, and what may run in it."""

    where: str
    verbs: frozenset[str]
    code: int = 12200


_HEARD = frozenset({"Say", "Play", "Pause", "Redirect"})

#: The kinds of document that are heard aside: on the called side of a Dial before the two are
#: joined; by one who waits in a conference, is on hold there, or hears an announcement; by one
#: who waits in a queue; by one who was taken out of it, before the two are joined.
ASIDE = {
    "called": Aside("on the called side", _HEARD | {"Gather", "Hangup"}),
    "conference": Aside("for those in a conference", _HEARD, 13238),
    "queue": Aside("for those in a queue", _HEARD | {"Gather", "Hangup", "Leave"}),
    "dequeued": Aside("for one who is taken out of a queue", _HEARD),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where (from 1; 0 means nowhere in particular), what, and what to do.

    *level* is "error", "warning", or "note" for what Twilio would refuse and this sandbox runs.
    """

    line: int
    column: int
    code: int
    level: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        mend = f" -- {self.mend}" if self.mend else ""
        return f"{place}{self.message} ({self.level} {self.code}){mend}"


def problems(document: Document | TwiML | str | bytes, kind: str | None = None) -> list[Problem]:
    """Everything that is wrong with a document, from top to bottom; an empty list if nothing.

    Args:
        document: what `parse` returned, a response that was built, or the XML itself.
        kind: "voice", "messaging" or one of `ASIDE`; by default as `parse` sees it.

    A document that cannot be read gives one problem, of level "error". Nothing is raised.
    """
    if isinstance(document, TwiML):
        if kind is None:
            kind = {"MessagingResponse": "messaging", "FaxResponse": "fax"}.get(
                type(document).__name__
            )
        try:
            document = document.to_xml()
        except (TypeError, RecursionError) as problem:
            return [Problem(0, 0, 12100, "error", str(problem), "")]
    if not isinstance(document, Document):
        try:
            document = parse(document, kind)
        except TwimlError as error:
            return [
                Problem(error.line, error.column, error.code, "error", error.what, error.next_step)
            ]
    return [problem for _, problem in find(document)]


def find(document: Document) -> list[tuple[TwiML, Problem]]:
    """The same with the element each problem belongs to."""
    return list(_below(document, document.root, type(document.root)))


def _below(document: Document, element: TwiML, cls: type[TwiML]) -> Iterator[tuple[TwiML, Problem]]:
    """Problems of an element that may stand where it does, and of all below it."""
    for name, raw in element.attrs.items():
        fault = _attribute(cls, element.name, name, raw)
        if fault is not None:
            yield element, _problem(fault, *document.place_of_attribute(element, name))
    faults = list(element.faults())
    if cls.text == "required" and not faults and not element.spoken().strip():
        mend = f"write its text between <{element.name}> and </{element.name}>"
        faults.append(Fault(12200, f"<{element.name}> is empty", mend))
    for fault in faults:
        yield element, _problem(fault, *document.place(element))
    if cls.text == "none":
        text = " ".join(element.own_text().split())
        if text:
            shown = text if len(text) <= 30 else text[:30] + "..."
            mend = "put it into a <Say>" if cls.__name__ in ("VoiceResponse", "Gather") else ""
            if cls.__name__ == "MessagingResponse":
                mend = "put it into a <Message>"
            fault = Fault(12200, f'the text "{shown}" in <{element.name}> is passed over', mend)
            yield element, _problem(fault, *document.place(element))
    aside = ASIDE.get(document.kind)
    for child in element.elements:
        if isinstance(child, GenericNode):
            fault = _misplaced(cls, child.name, element.name)
            yield child, _problem(fault, *document.place(child))
            continue
        if document.kind == "called" and element is document.root and child.name == "Dial":
            fault = Fault(13201, "<Dial> cannot be used on the called side", "take it out")
            yield child, _problem(fault, *document.place(child))
        elif aside and element is document.root and child.name not in aside.verbs:
            fault = Fault(aside.code, f"<{child.name}> cannot be used {aside.where}", "take it out")
            yield child, _problem(fault, *document.place(child))
        yield from _below(document, child, type(child))


def _problem(fault: Fault, line: int, column: int) -> Problem:
    level = "note" if fault.minded else "error" if fault.code in ERRORS else "warning"
    return Problem(line, column, fault.code, level, fault.message, fault.mend)


def _attribute(cls: type[TwiML], tag: str, name: str, raw: str) -> Fault | None:
    kind = cls.declared.get(name)
    if kind is None:
        near = _nearest(name, list(cls.declared))
        mend = f'write it as "{near}"' if near else f"<{tag}> has no such attribute: take it out"
        return Fault(12200, f'<{tag}> has no attribute "{name}"', mend)
    try:
        kind.read(raw)
    except ValueError as why:
        raw = " ".join(raw.split()) or raw
        shown = raw if len(raw) <= 40 else raw[:40] + "..."
        message = f'{name}="{shown}" of <{tag}> must be {why}'
        default = kind.default
        if default is None:
            return Fault(kind.code, message, "without it the attribute counts as missing")
        shown = " ".join(default) if isinstance(default, tuple) else str(default)
        if isinstance(default, bool):
            shown = shown.lower()
        return Fault(kind.code, message, f'as it is, "{shown}" is used')
    if why := kind.minded(raw):
        return Fault(kind.code, f"{name} of <{tag}> is {why}", "", minded=True)
    return None


def _misplaced(parent: type[TwiML], tag: str, parent_tag: str) -> Fault:
    """A child that its parent does not take: misspelled, misplaced, or unknown."""
    allowed = CHILDREN.get(parent.__name__, {})
    elsewhere = [cls for cls in CLASSES.values() if cls.tag == tag and cls.inside]
    code = NESTING.get(parent.__name__, 12200)
    if elsewhere:
        places = sorted({_tag_of(name) for cls in elsewhere for name in cls.inside})
        if parent_tag in places:  # a voice verb in a messaging document, or the other way round
            what = "messages" if parent.__name__ == "MessagingResponse" else "calls"
            return Fault(code, f"<{tag}> is not for {what}", "take it out")
        inside = " or ".join(f"<{place}>" for place in places)
        return Fault(
            code, f"<{tag}> may not stand inside <{parent_tag}>", f"it belongs into {inside}"
        )
    near = _nearest(tag, list(allowed))
    if near:
        mend = f"write it as <{near}>"
    elif allowed:
        mend = f"<{parent_tag}> takes {', '.join(sorted(allowed))}"
    else:
        mend = f"<{parent_tag}> takes no elements"
    return Fault(12200, f"there is no element <{tag}> in <{parent_tag}>", mend)


def _tag_of(class_name: str) -> str:
    return CLASSES[class_name].tag if class_name in CLASSES else class_name


def _nearest(name: str, names: list[str]) -> str:
    """The name that was probably meant: the same but for case or underscores, else a close one."""
    plain = {known.lower(): known for known in names}
    for guess in (name.lower(), attribute_name(name).lower() if name.strip("_") else ""):
        if guess in plain:
            return plain[guess]
    close = get_close_matches(name.lower()[:50], list(plain), n=1, cutoff=0.75)
    return plain[close[0]] if close else ""
