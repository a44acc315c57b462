"""What all TwiML elements share: declared attributes, XML out, builder methods.

An element is one class in ``helpers/twiml/verbs``. It says which attributes it has, which elements
it may stand inside, and what it does in a call::

    class Pause(TwiML):
        inside = ("VoiceResponse", "Gather", "Prompt")
        attributes = declare(length=Whole(1, low=1, unit="seconds", code=13910))

        def run(self, scene):
            length = self.get("length")
            yield Begin("Pause", str(length))
            yield Wait(length)

From that follow the builder method ``response.pause(length=2)`` on each parent, the checker's
sentences, and execution. The builder keeps the names, the argument order and the bytes of the
official ``twilio.twiml``, so a page written with one runs with the other.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from lxml import etree

from helpers.errors import TwiMLException
from helpers.twiml.attributes import Attribute
from helpers.twiml.names import attribute_name, method_name
from helpers.twiml.steps import Begin, Fetch, Step

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["CHILDREN", "CLASSES", "Fault", "GenericNode", "TwiML"]

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

#: Every declared element by its class name ("SsmlBreak", "Dial").
CLASSES: dict[str, type[TwiML]] = {}
#: What may stand inside an element: class name -> tag -> class. A tag that means two things in
#: two places (Sip, Redirect) is resolved here.
CHILDREN: dict[str, dict[str, type[TwiML]]] = {}


class Fault(NamedTuple):
    """One thing wrong with an element: Twilio's code, what it is, how to mend it."""

    code: int
    message: str
    mend: str


class TwiML:
    """An element with attributes, text and children; the base of all the others.

    Keyword arguments become attributes: ``num_digits=1`` writes ``numDigits="1"``, None writes
    nothing, True writes ``true``. ``str(element)`` is the XML to send.
    """

    #: the element's name in XML; without one, the name of the class
    tag: ClassVar[str] = "TwiML"
    #: the classes it may stand inside
    inside: ClassVar[tuple[str, ...]] = ()
    #: the classes that have a builder method for it, where that differs from `inside`
    built_in: ClassVar[tuple[str, ...] | None] = None
    #: the argument that becomes the text, or None; whether it must be given
    body_name: ClassVar[str | None] = None
    body_required: ClassVar[bool] = False
    #: what text a document may have here: none, optional, required, mixed (with elements)
    text: ClassVar[str] = "none"
    #: keyword argument -> what may stand there
    attributes: ClassVar[Mapping[str, Attribute]] = {}
    #: XML name -> the same declarations
    declared: ClassVar[dict[str, Attribute]] = {}
    #: why a simulated call can do nothing about it, where that is so: one sentence
    idle: ClassVar[str] = ""
    #: how many elements stood before this one in the document it was parsed from
    order: int = -1

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # A learner's own subclass of Say stays a <Say>, outside the grammar; a class that says
        # where it may stand, or is a document's root, is a new element.
        is_element = "inside" in cls.__dict__ or "tag" in cls.__dict__
        if "tag" not in cls.__dict__ and not set(cls.__mro__[1:]) & set(CLASSES.values()):
            cls.tag = cls.__name__
        if "attributes" in cls.__dict__:
            cls.declared = {attribute_name(k): kind for k, kind in cls.attributes.items()}
        if is_element:
            _register(cls)

    def __init__(self, *args: Any, **attributes: Any) -> None:
        self.name = self.tag
        self.value: Any = None
        self.verbs: list[TwiML | str] = []
        self.attrs: dict[str, str] = {}
        body = self.body_name
        if body is not None:
            if args:
                if len(args) > 1 or body in attributes:
                    raise TypeError(f"{type(self).__name__}() takes {body} and then keywords only")
                self.value = args[0]
            elif body in attributes:
                self.value = attributes.pop(body)
            elif self.body_required:
                raise TypeError(f"{type(self).__name__}() needs {body}")
        elif args:
            raise TypeError(f"{type(self).__name__}() takes keyword arguments only")
        for keyword, value in attributes.items():
            if value is None:
                continue
            if isinstance(value, bool):
                value = "true" if value else "false"
            self.attrs[attribute_name(keyword)] = str(value)

    if TYPE_CHECKING:
        # The builder methods (say, gather, number ...) are made from the declarations.
        def __getattr__(self, name: str) -> Any: ...

    # --- building ------------------------------------------------------------------------

    def append(self, verb: TwiML | str) -> Self:
        """Put an element or text at the end of this one, and return *this* one.

        Raises:
            TwiMLException: *verb* is neither.
        """
        self.nest(verb)
        return self

    def nest(self, verb: Any) -> Any:
        """Put an element or text at the end of this one, and return *it*.

        Raises:
            TwiMLException: *verb* is neither.
        """
        if not isinstance(verb, TwiML | str):
            raise TwiMLException(
                "Only nesting of TwiML and strings are allowed",
                why=f"this is a {type(verb).__name__}",
                next_step="nest an element such as Say('Hello'), or text",
            )
        self.verbs.append(verb)
        return verb

    def add_child(self, name: str, value: Any = None, **attributes: Any) -> GenericNode:
        """Nest an element of any *name* with the text *value*, and return it."""
        child = GenericNode(name, value, **attributes)
        self.verbs.append(child)
        return child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        return None

    # --- XML out -------------------------------------------------------------------------

    def to_xml(self, xml_declaration: bool = True) -> str:
        """The XML as text, on one line, with or without its declaration."""
        try:
            written = etree.tostring(self.xml(), encoding="unicode")
        except ValueError:
            # lxml refuses what makes no XML (a control character, a blank in a name). The
            # official builder writes it all the same, and so do we; `problems` tells.
            written = _spell(self)
        else:
            # Both replaced strings can come from nothing else, for > and & are escaped elsewhere.
            written = written.replace("/>", " />").replace("&#9;", "&#09;")
        return DECLARATION + written if xml_declaration else written

    def xml(self) -> etree._Element:
        """The element as an lxml tree, for XPath and the like.

        Raises:
            ValueError: something in it cannot stand in XML.
            TypeError: a text is no str, for example ``say(5)``.
        """
        element = etree.Element(self.name, self._lxml_attributes())
        self._fill(element)
        return element

    def _fill(self, element: etree._Element) -> None:
        if not self.verbs and type(self.value) is str and "\r" not in self.value:
            element.text = self.value  # most elements are like this, and it is quick
            return
        lead, rest = self.content()
        if lead:
            # lxml would write a carriage return as &#13;, the official builder writes it raw.
            if "\r" in lead:
                raise ValueError("carriage return")
            element.text = lead
        for child, tail in rest:
            below = etree.SubElement(element, child.name, child._lxml_attributes())
            if child.value or child.verbs:
                child._fill(below)
            if tail:
                if "\r" in tail:
                    raise ValueError("carriage return")
                below.tail = tail

    def _lxml_attributes(self) -> dict[str, str]:
        attrs = self.attrs
        if len(attrs) > 1:
            attrs = dict(sorted(attrs.items()))
        if "xml:lang" in attrs:
            attrs = {XML_LANG if k == "xml:lang" else k: v for k, v in attrs.items()}
        return attrs

    def content(self) -> tuple[str, list[tuple[TwiML, str]]]:
        """The text before the first child, and each child with the text after it.

        Of two texts in a row the last one counts, and a text before the first child takes the
        place of the element's own: that is how the official builder has it.
        """
        lead = self.value
        if not lead:
            lead = ""
        elif isinstance(lead, dict):
            lead = json.dumps(lead)
        elif not isinstance(lead, str):
            raise TypeError(
                f"the text of <{self.name}> is a {type(lead).__name__}; write str(...) around it"
            )
        rest: list[tuple[TwiML, str]] = []
        for child in self.verbs:
            if isinstance(child, TwiML):
                rest.append((child, ""))
            elif rest:
                rest[-1] = (rest[-1][0], child)
            else:
                lead = child
        return lead, rest

    def __str__(self) -> str:
        return self.to_xml()

    def __repr__(self) -> str:
        """The same element, indented for reading."""
        try:
            return "\n".join(_indented(self, 0))
        except (TypeError, RecursionError) as problem:
            return f"<{self.name}: cannot be written: {problem}>"

    # --- reading ------------------------------------------------------------------------

    @property
    def elements(self) -> list[TwiML]:
        """The children that are elements, in order."""
        return [child for child in self.verbs if isinstance(child, TwiML)]

    def walk(self) -> Iterator[TwiML]:
        """This element and all below it, in document order."""
        yield self
        for child in self.elements:
            yield from child.walk()

    def words(self) -> str:
        """The text of the element and of all below it, white space folded."""
        return " ".join(self.spoken().split())

    def spoken(self) -> str:
        """What is heard of this element inside a Say, blanks as written."""
        lead, rest = self.content()
        return lead + "".join(child.spoken() + tail for child, tail in rest)

    def get(self, keyword: str) -> Any:
        """The value of an attribute: as written if that is allowed, else the default.

        *keyword* is the builder's name for it, such as "finish_on_key".
        """
        kind = self.attributes[keyword]
        raw = self.attrs.get(attribute_name(keyword))
        if raw is None:
            return kind.default
        try:
            return kind.read(raw)
        except ValueError:
            # The checker has told about it; Twilio goes on with the default.
            return kind.default

    def own_text(self) -> str:
        """The text directly in this element, without blanks around it."""
        lead, rest = self.content()
        return (lead + "".join(tail for _, tail in rest)).strip()

    def faults(self) -> Iterator[Fault]:
        """What is wrong here beside names and values of attributes, which the checker knows."""
        return iter(())

    def answering(self) -> str:
        """When an inbound call is picked up: "before" this verb, "after" it, "never" by it."""
        return "before"

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Do what the element is for, as steps; return where to go on, or None for what follows.

        An element without a `run` of its own has no effect on a simulated call, and says so.
        """
        if self.idle:
            yield Begin(self.name)
            yield Begin("notice", self.idle)
            return None
        yield scene.alert(
            self, 12200, f"<{self.name}> is not carried out here; what follows it goes on."
        )
        return None


class GenericNode(TwiML):
    """An element of any name, for what has no class of its own."""

    def __init__(self, name: str, value: Any = None, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.name = name
        self.value = value

    def spoken(self) -> str:
        """Nothing: what Twilio does not know it passes over, with all that is in it."""
        return ""


# --- registration: a class is an element by being declared -----------------------------------


def _register(cls: type[TwiML]) -> None:
    """Make *cls* known: its tag inside each parent, and a builder method on each parent."""
    name = cls.__name__
    taken = CLASSES.get(name)
    # Running a notebook cell again declares the same class again; that replaces the old one.
    if taken is not None and (taken.__module__, taken.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise TypeError(f"there is an element class {name} already, in {taken.__module__}")
    CLASSES[name] = cls
    cls.__doc__ = _help(cls)
    cls.__signature__ = _constructor_signature(cls)  # type: ignore[attr-defined]
    for parent in cls.inside:
        CHILDREN.setdefault(parent, {})[cls.tag] = cls
    for other in list(CLASSES.values()):
        if other.__name__ in _builders(cls):
            _give_method(other, cls)
        if name in _builders(other):
            _give_method(cls, other)


def _builders(cls: type[TwiML]) -> tuple[str, ...]:
    return cls.inside if cls.built_in is None else cls.built_in


def _give_method(parent: type[TwiML], child: type[TwiML]) -> None:
    """Give *parent* the method that nests a new *child* and returns it."""
    names = _listed(child)
    if child.body_name is not None:
        names.insert(0, child.body_name)
    method = _builder_method(child, names)
    method.__name__ = method_name(child.tag)
    if hasattr(TwiML, method.__name__):
        raise TypeError(f"<{child.tag}> would hide what every element has: {method.__name__}")
    method.__qualname__ = f"{parent.__name__}.{method.__name__}"
    method.__doc__ = child.__doc__
    words = inspect.Parameter.POSITIONAL_OR_KEYWORD
    method.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("self", words),
            *_parameters(child, words),
            inspect.Parameter("attributes", inspect.Parameter.VAR_KEYWORD, annotation=Any),
        ],
        return_annotation=child,
    )
    setattr(parent, method.__name__, method)


def _builder_method(child: type[TwiML], names: list[str]) -> Callable[..., Any]:
    def build(self: TwiML, *args: Any, **attributes: Any) -> Any:
        if args:
            if len(args) > len(names):
                raise TypeError(f"{child.__name__} takes at most {len(names)} arguments in order")
            for name, value in zip(names, args, strict=False):
                if name in attributes:
                    raise TypeError(f"{name} is given twice")
                attributes[name] = value
        element = child(**attributes)
        self.verbs.append(element)
        return element

    return build


def _listed(cls: type[TwiML]) -> list[str]:
    return [keyword for keyword, kind in cls.attributes.items() if kind.listed]


def _parameters(cls: type[TwiML], how: Any) -> Iterator[inspect.Parameter]:
    """The parameters for Shift-Tab: the text first, then every attribute."""
    words = inspect.Parameter.POSITIONAL_OR_KEYWORD
    if cls.body_name is not None:
        default = inspect.Parameter.empty if cls.body_required else None
        text: Any = str if cls.body_required else str | None
        yield inspect.Parameter(cls.body_name, words, default=default, annotation=text)
    for keyword in _listed(cls):
        annotation = cls.attributes[keyword].annotation | None
        yield inspect.Parameter(keyword, how, default=None, annotation=annotation)


def _constructor_signature(cls: type[TwiML]) -> inspect.Signature:
    return inspect.Signature(
        [
            *_parameters(cls, inspect.Parameter.KEYWORD_ONLY),
            inspect.Parameter("attributes", inspect.Parameter.VAR_KEYWORD, annotation=Any),
        ]
    )


def _help(cls: type[TwiML]) -> str:
    """The class's own words, then a line for each attribute."""
    text = inspect.cleandoc(cls.__dict__.get("__doc__") or "")
    if cls.attributes and "\n\nAttributes:\n" not in text:
        lines = [f"    {keyword}: {kind.help()}" for keyword, kind in cls.attributes.items()]
        text += "\n\nAttributes:\n" + "\n".join(lines)
    return text


# --- writing without lxml --------------------------------------------------------------------


def _escape_text(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode("utf-8", "xmlcharrefreplace").decode("utf-8")


def _escape_attribute(text: str) -> str:
    text = _escape_text(text).replace('"', "&quot;")
    return text.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#09;")


def _open(element: TwiML) -> str:
    return f"<{element.name}" + "".join(
        f' {name}="{_escape_attribute(value)}"' for name, value in sorted(element.attrs.items())
    )


def _spell(element: TwiML) -> str:
    """The element's XML, letter by letter, whatever it holds."""
    lead, rest = element.content()
    if not lead and not rest:
        return _open(element) + " />"
    inner = _escape_text(lead) + "".join(_spell(child) + _escape_text(tail) for child, tail in rest)
    return f"{_open(element)}>{inner}</{element.name}>"


def _indented(element: TwiML, depth: int) -> Iterator[str]:
    """Lines to read. Elements with words in them stay on one line, for blanks count there."""
    blank = "  " * depth
    lead, rest = element.content()
    if not rest or lead.strip() or any(tail.strip() for _, tail in rest):
        yield blank + _spell(element)
        return
    yield f"{blank}{_open(element)}>"
    for child, _ in rest:
        yield from _indented(child, depth + 1)
    yield f"{blank}</{element.name}>"
