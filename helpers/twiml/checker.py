"""What is wrong with a document, where, and how to mend it.

``problems(document)`` walks the declarations of ``verbs/``: unknown elements and attributes, places
where an element may not stand, values that are not allowed. Each finding carries the code that
Twilio's debugger shows for it, so that what a learner reads here and there is the same thing.

Sources: the error catalogue, 12100 to 14111; the TwiML reference for names and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from helpers.errors import TwimlError
from helpers.twiml.document import Document, parse
from helpers.twiml.element import CHILDREN, CLASSES, Fault, GenericNode, TwiML

__all__ = ["ASIDE", "Problem", "find", "problems"]

# The catalogue lists these as errors and all others as warnings.
ERRORS = {11100, 11750, 12100, 12101, 12102, 13000, 13201, 13231, 13238, 13239, 13240, 13325}
ERRORS |= {13338, 13420, 13621, 14201, 14202, 14203, 14206, 14210, 14211, 14212, 14213, 14300}
ERRORS |= {14204, 14205, 14221, 16023, 31920, 31940, 31941, 64101}

#: Codes for an element in a place where its parent does not take it.
NESTING = {
    "Gather": 13320,
    "Dial": 13215,
    "MessagingResponse": 14110,
    "Start": 14300,
    "Stop": 14300,
}

#: A prompt's mistakes have codes of their own inside a Gather.
IN_GATHER = {13511: 13321, 13510: 13322, 13420: 13325}

# How many names a hint may list: more of them, and nobody reads it.
FEW = 6


# Nobody mends more at a time; and a document made to hold us up does not.
ENOUGH = 500


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

    After some hundred problems it stops: there is enough to mend.

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
    return [problem for _, problem in find(document, ahead=True)]


def find(document: Document, ahead: bool = False) -> list[tuple[TwiML, Problem]]:
    """The same with the element each problem belongs to.

    With *ahead* that includes what a call would tell of itself when it comes to the element.
    """
    search = _Search(document, ahead)
    search.look(document.root)
    return search.found


# What nothing was wrong with: the attributes of an element, and elements with all that is in them.
# The same ones come again and again, in a document and in the next; they need no second look. Only
# their hashes are kept (64 bits, secret to this process), so that long texts take no memory.
_SOUND: set[int] = set()


def _remember(key: int) -> None:
    if len(_SOUND) < 20_000:
        _SOUND.add(key)


def _all_of(element: TwiML, ahead: bool) -> int | None:
    """Everything that is judged of an element, hashed; None if it goes deeper than one level."""
    if not element.verbs:  # most have nothing in them
        return hash((ahead, type(element), element.value, *element.attrs.items()))
    parts: list[object] = [ahead, type(element), element.value, *element.attrs.items()]
    for child in element.verbs:
        if not isinstance(child, TwiML):
            parts.append(child)
        elif child.verbs:
            return None
        else:
            parts += (type(child), child.value, *child.attrs.items())
    return hash(tuple(parts))


class _Search:
    """One walk through a document, and what it has *found*."""

    def __init__(self, document: Document, ahead: bool) -> None:
        self.document = document
        self.ahead = ahead
        self.found: list[tuple[TwiML, Problem]] = []

    def look(self, element: TwiML, in_gather: bool = False) -> None:
        """Find what is wrong with an element that may stand where it does, and with all below."""
        cls = type(element)
        attributes = hash((cls, *element.attrs.items()))
        if attributes not in _SOUND and self._are_sound(element, in_gather):
            _remember(attributes)
        faults = list(element.faults()) if cls.faults is not TwiML.faults else []
        if self.ahead and (cls.text_kind or cls.foreseen is not TwiML.foreseen):
            faults += element.foreseen()
        if cls.text == "none":
            if _has_text(element):
                faults.append(_passed_over(element, cls))
        elif cls.text == "required" and not (faults or element.spoken().strip()):
            mend = f"write its text between <{element.name}> and </{element.name}>"
            faults.append(Fault(12200, f"<{element.name}> is empty", mend))
        for fault in faults:
            if in_gather and fault.code in IN_GATHER:
                fault = fault._replace(code=IN_GATHER[fault.code])
            self._add(element, fault)
        if element.verbs:
            self._look_inside(element, cls)

    def _are_sound(self, element: TwiML, in_gather: bool) -> bool:
        """Whether nothing is wrong with the attributes of an element."""
        before = len(self.found)
        for name, raw in element.attrs.items():
            fault = _attribute(type(element), element.name, name, raw, in_gather)
            if fault is not None:
                place = self.document.place_of_attribute(element, name)
                self.found.append((element, _problem(fault, *place)))
                if len(self.found) > ENOUGH:
                    break
        return len(self.found) == before

    def _look_inside(self, element: TwiML, cls: type[TwiML]) -> None:
        aside = ASIDE.get(self.document.kind) if element is self.document.root else None
        in_gather, found, ahead = cls.__name__ == "Gather", self.found, self.ahead
        for child in element.verbs:
            if not isinstance(child, TwiML) or len(found) > ENOUGH:
                continue
            if isinstance(child, GenericNode):
                self._add(child, _misplaced(cls, child.name, element.name))
                continue
            if aside is not None and child.name not in aside.verbs:
                is_dial = self.document.kind == "called" and child.name == "Dial"
                what = f"<{child.name}> cannot be used {aside.where}"
                self._add(child, Fault(13201 if is_dial else aside.code, what, "take it out"))
            whole = _all_of(child, ahead)
            if whole is None or whole not in _SOUND:
                before = len(found)
                self.look(child, in_gather)
                if whole is not None and len(found) == before:
                    _remember(whole)

    def _add(self, element: TwiML, fault: Fault) -> None:
        self.found.append((element, _problem(fault, *self.document.place(element))))


def _has_text(element: TwiML) -> bool:
    """Whether there is a text directly in the element, beside blanks."""
    for text in (element.value, *element.verbs):
        if isinstance(text, str) and text and not text.isspace():
            return True
    return False


def _passed_over(element: TwiML, cls: type[TwiML]) -> Fault:
    text = " ".join(element.own_text().split())
    shown = text if len(text) <= 30 else text[:30] + "..."
    mend = ""
    if cls.__name__ in ("VoiceResponse", "Gather"):
        mend = "put it into a <Say>"
    elif cls.__name__ == "MessagingResponse":
        mend = "put it into a <Message>"
    return Fault(12200, f'the text "{shown}" in <{element.name}> is passed over', mend)


def _problem(fault: Fault, line: int, column: int) -> Problem:
    level = "note" if fault.minded else "error" if fault.code in ERRORS else "warning"
    return Problem(line, column, fault.code, level, fault.message, fault.mend)


def _attribute(cls: type[TwiML], tag: str, name: str, raw: str, in_gather: bool) -> Fault | None:
    """What is wrong with an attribute: its name, or its value."""
    kind = cls.declared.get(name)
    if kind is None:
        near = _nearest(name, list(cls.declared))
        below = CHILDREN.get(cls.__name__, {}).items()
        places = sorted(f"<{child}>" for child, inner in below if name in inner.declared)
        if 0 < len(places) <= FEW:
            mend = f"it belongs in {_either(places)}"
        elif near:
            mend = f'write it as "{near}"'
        elif not cls.declared:
            mend = f"take it out: <{tag}> takes none"
        elif len(cls.declared) <= FEW:
            mend = f"take it out: <{tag}> takes {', '.join(sorted(cls.declared))}"
        else:
            mend = "take it out"
        return Fault(12200, f'<{tag}> has no attribute "{name[:40]}"', mend)
    code = IN_GATHER.get(kind.code, kind.code) if in_gather else kind.code
    try:
        kind.read(raw)
    except ValueError as why:
        raw = " ".join(raw.split()) or raw
        shown = raw if len(raw) <= 40 else raw[:40] + "..."
        message = f'{name}="{shown}" of <{tag}> must be {why}'
        default = kind.default
        if default is None:
            return Fault(code, message, "as it is, it counts as missing")
        shown = " ".join(default) if isinstance(default, tuple) else str(default)
        if isinstance(default, bool):
            shown = shown.lower()
        return Fault(code, message, f'as it is, "{shown}" is used')
    if minded := kind.minded(raw):
        return Fault(code, f"{name} of <{tag}> is {minded}", "", minded=True)
    return None


def _either(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


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
        mend = f"it belongs in {_either([f'<{place}>' for place in places])}"
        return Fault(code, f"<{tag}> may not stand inside <{parent_tag}>", mend)
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
    """The name that was probably meant: the same but for case and marks, else a close one."""
    plain = {_plain(known): known for known in names}
    wanted = _plain(name[:50])
    if wanted in plain:
        return plain[wanted]
    close = get_close_matches(wanted, list(plain), n=1, cutoff=0.75)
    return plain[close[0]] if close else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
