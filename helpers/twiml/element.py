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
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from lxml import etree

from helpers.errors import TwiMLException
from helpers.twiml.attributes import Attribute
from helpers.twiml.names import ATTRIBUTE_NAMES, attribute_name, method_name

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene
    from helpers.twiml.steps import Fetch, Step

__all__ = ["CHILDREN", "CLASSES", "Comment", "Fault", "GenericNode", "TwiML"]

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

#: Every declared element by its class name ("SsmlBreak", "Dial").
CLASSES: dict[str, type[TwiML]] = {}
#: What may stand inside an element: class name -> tag -> class. A tag that means two things in
#: two places (Sip, Redirect) is resolved here.
CHILDREN: dict[str, dict[str, type[TwiML]]] = {}


class Fault(NamedTuple):
    """One thing wrong with an element: Twilio's code, what it is, how to mend it.

    What only Twilio *minds* is a note: this sandbox goes on with it.
    """

    code: int
    message: str
    mend: str
    minded: bool = False


class Comment(NamedTuple):
    """A remark in the XML, for people who read it; whoever runs the document passes it over."""

    text: str


class _Element(type):
    """The class of elements: its builder methods come with the verbs, which are loaded late."""

    def __getattr__(cls, name: str) -> Any:
        _load_verbs(cls, name)
        return type.__getattribute__(cls, name)

    def __dir__(cls) -> list[str]:
        _load_verbs(cls, "")
        return list(super().__dir__())


def _load_verbs(asked: Any, name: str) -> None:
    """Load every element, since *name* is missing; AttributeError if that cannot be one's."""
    if name.startswith("_"):
        raise AttributeError(f"{asked!r} has no attribute {name!r}")
    import helpers.twiml.verbs  # noqa: F401 - each gives its builder method to its parents


class TwiML(metaclass=_Element):
    """An element with attributes, text and children; the base of all the others.

    Keyword arguments become attributes: ``num_digits=1`` writes ``numDigits="1"``, None writes
    nothing, True writes ``true``. ``str(element)`` is the XML to send.
    """

    #: the element's name in XML; without one, the name of the class
    tag: ClassVar[str] = "TwiML"
    #: the same, but for a `GenericNode`, which has a name of its own
    name: str = "TwiML"
    #: the classes it may stand inside
    inside: ClassVar[tuple[str, ...]] = ()
    #: the classes that have a builder method for it, where that differs from `inside`
    built_in: ClassVar[tuple[str, ...] | None] = None
    #: the argument that becomes the text, or None; whether it must be given
    body_name: ClassVar[str | None] = None
    body_required: ClassVar[bool] = False
    #: what text a document may have here: none, optional, required, mixed (with elements)
    text: ClassVar[str] = "none"
    #: what the text must be, where not any text will do
    text_kind: ClassVar[Attribute | None] = None
    #: keyword argument -> what may stand there
    attributes: ClassVar[Mapping[str, Attribute]] = {}
    #: XML name -> the same declarations
    declared: ClassVar[dict[str, Attribute]] = {}
    #: why a simulated call can do nothing about it, where that is so: one sentence
    idle: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # A learner's own subclass of Say stays a <Say>, outside the grammar; a class that says
        # where it may stand, or is a document's root, is a new element.
        is_element = "inside" in cls.__dict__ or "tag" in cls.__dict__
        if "tag" not in cls.__dict__ and not set(cls.__mro__[1:]) & set(CLASSES.values()):
            cls.tag = cls.__name__
        cls.name = cls.tag
        if "attributes" in cls.__dict__:
            cls.declared = {attribute_name(k): kind for k, kind in cls.attributes.items()}
        if is_element:
            _register(cls)

    def __init__(self, /, *args: Any, **attributes: Any) -> None:
        if len(args) > 1 or (args and self.body_name is None):
            words = f"{self.body_name} and then keywords" if self.body_name else "keywords"
            raise TypeError(f"{type(self).__name__}() takes {words} only")
        self._begin(_text(type(self), args, attributes), attributes)

    def _begin(self, text: Any, given: dict[str, Any]) -> None:
        """Be a new element with this text, and attributes by their names in Python."""
        self.value = text
        self.verbs: list[TwiML | str | Comment] = []
        self.attrs = _attributes(given)

    def __getattr__(self, name: str) -> Any:
        # The builder methods (say, gather, number ...) are made from the declarations.
        _load_verbs(type(self), name)
        return object.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        _load_verbs(type(self), "")
        return list(super().__dir__())

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
        if not isinstance(verb, (TwiML, str)):
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

    def comment(self, text: str) -> Self:
        """Put ``<!-- text -->`` at the end of this element, and return this element.

        Raises:
            TwiMLException: *text* has ``--`` in it, which would end the comment too early.
        """
        if "--" in text:
            raise TwiMLException(
                "a comment cannot hold --",
                why="XML reads it as the end of the comment",
                next_step="write one hyphen",
            )
        self.verbs.append(Comment(text))
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        return None

    # --- XML out -------------------------------------------------------------------------

    def to_xml(self, xml_declaration: bool = True) -> str:
        """The XML as text, on one line, with or without its declaration.

        Like the official builder it writes whatever it is given, be it TwiML or not; `problems`
        tells what is wrong with it.
        """
        pieces = [DECLARATION] if xml_declaration else []
        _write(self, pieces)
        return _joined(pieces)

    def xml(self) -> etree._Element:
        """The element as an lxml tree, for XPath and the like.

        Raises:
            ValueError: something in it cannot stand in XML.
            TypeError: a text is no str, for example ``say(5)``.
        """
        try:
            return etree.fromstring(
                self.to_xml(False), etree.XMLParser(huge_tree=True, resolve_entities=False)
            )
        except etree.XMLSyntaxError as problem:
            raise ValueError(f"<{self.name}> is no XML: {problem}") from None

    def pieces(self) -> list[TwiML | str | Comment]:
        """What stands between the element's tags, in order.

        Of two texts in a row the last one counts, and a text before the first child takes the
        place of the element's own: that is how the official builder has it.
        """
        found: list[TwiML | str | Comment] = []
        if not (self.verbs and isinstance(self.verbs[0], str)):
            found.append(_own(self))
        for child in self.verbs:
            if isinstance(child, str) and found and isinstance(found[-1], str):
                found[-1] = child
            else:
                found.append(child)
        return found

    def content(self) -> tuple[str, list[tuple[TwiML, str]]]:
        """The text before the first child element, and each child with the text after it."""
        if not self.verbs:
            return _own(self), []
        lead = ""
        rest: list[tuple[TwiML, str]] = []
        for piece in self.pieces():
            if isinstance(piece, TwiML):
                rest.append((piece, ""))
            elif isinstance(piece, Comment):
                continue
            elif rest:
                rest[-1] = (rest[-1][0], rest[-1][1] + piece)
            else:
                lead += piece
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
        if not self.verbs:
            return _own(self)
        lead, rest = self.content()
        return lead + "".join([child.spoken() + tail for child, tail in rest])

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
        if not self.verbs:
            return _own(self).strip()
        lead, rest = self.content()
        return (lead + "".join([tail for _, tail in rest])).strip()

    def faults(self) -> Iterator[Fault]:
        """What is wrong here beside names and values of attributes, which the checker knows."""
        return iter(())

    def foreseen(self) -> Iterator[Fault]:
        """What is going to fail when it is run: a call tells then, so only readers are told."""
        kind = self.text_kind
        text = self.own_text() if kind is not None else ""
        if kind is None or not text:
            return
        try:
            kind.read(text)
        except ValueError as why:
            what = f'"{" ".join(text.split())[:40]}" in <{self.name}> must be {why}'
            yield Fault(kind.code, what, "mend it")

    def answering(self) -> str:
        """When an inbound call is picked up: "before" this verb, "after" it, "never" by it."""
        return "before"

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Do what the element is for, as steps; return where to go on, or None for what follows.

        An element without a `run` of its own has no effect on a simulated call, and says so.
        """
        from helpers.twiml.steps import Begin

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
        self._begin(value, attributes)
        self.name = name

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
    if method.__name__ in vars(TwiML):  # hasattr would load all verbs to look for it
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
    if child.__init__ is not TwiML.__init__:  # a learner's own element, made in its own way
        return lambda self, /, *args, **given: self.nest(child(*args, **given))
    new = child.__new__

    def build(self: TwiML, /, *args: Any, **given: Any) -> Any:
        if len(args) > 1 or (args and child.body_name is None):
            args = _name_them(child, names, args, given)
        element = new(child)
        element._begin(_text(child, args, given), given)
        if len(element.attrs) < len(given):
            # Something is None, or one attribute was given by two names (num_digits, numDigits).
            # Then, as in the official builder, the name that is no argument of the method counts.
            element.attrs = _attributes({name: given.get(name) for name in names} | given)
        self.verbs.append(element)
        return element

    return build


def _text(cls: type[TwiML], args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """The text for a new element: the only argument without a name, or the one named for it."""
    body = cls.body_name
    if body is None:
        return None
    if args:
        if body in given:
            raise TypeError(f"{cls.__name__}() is given {body} twice")
        return args[0]
    if cls.body_required and body not in given:
        raise TypeError(f"{cls.__name__}() needs {body}")
    return given.pop(body, None)


def _name_them(
    cls: type[TwiML], names: list[str], args: tuple[Any, ...], given: dict[str, Any]
) -> tuple[()]:
    """Put arguments without a name into *given*, in the order that Shift-Tab shows."""
    if len(args) > len(names):
        raise TypeError(f"{cls.__name__} takes at most {len(names)} arguments in order")
    for name, value in zip(names, args, strict=False):
        if name in given:
            raise TypeError(f"{name} is given twice")
        given[name] = value
    return ()


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


# --- writing XML -----------------------------------------------------------------------------
#
# By hand, for the official builder's bytes are not lxml's: `<Hangup />` has a blank, attributes are
# sorted, a tab in one is &#09;, and what is no XML is written all the same. It is as fast as lxml.

_SPECIAL_IN_TEXT = re.compile("[&<>]").search
_SPECIAL_IN_VALUE = re.compile('[&<>"\r\n\t]').search


def _attributes(given: dict[str, Any]) -> dict[str, str]:
    """XML names and texts for keyword arguments: True is ``true``, None is left out."""
    attrs = {}
    for keyword, value in given.items():
        if value is None:
            continue
        if type(value) is not str:
            value = ("true" if value else "false") if isinstance(value, bool) else str(value)
        attrs[ATTRIBUTE_NAMES[keyword]] = value
    return attrs


def _own(element: TwiML) -> str:
    """The text an element was made with; a dict is written as JSON, nothing as ""."""
    text = element.value
    if not text:
        return ""
    if isinstance(text, str):
        return text
    if isinstance(text, dict):
        return json.dumps(text)
    raise TypeError(
        f"the text of <{element.name}> is a {type(text).__name__}; write str(...) around it"
    )


def _escape_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_value(text: str) -> str:
    text = _escape_text(text).replace('"', "&quot;")
    return text.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#09;")


def _start(element: TwiML) -> str:
    """The start tag, but for its end."""
    start = f"<{element.name}"
    attrs = element.attrs
    for name in sorted(attrs):
        value = attrs[name]
        start += f' {name}="{_escape_value(value) if _SPECIAL_IN_VALUE(value) else value}"'
    return start


def _write(element: TwiML, out: list[str]) -> None:
    """Add the pieces of an element's XML to *out*."""
    start = _start(element)
    if not element.verbs:  # most elements are like this
        text = _own(element)
        if not text:
            out.append(f"{start} />")
        else:
            if _SPECIAL_IN_TEXT(text):
                text = _escape_text(text)
            out.append(f"{start}>{text}</{element.name}>")
        return
    inside = element.pieces()
    if inside == [""]:
        out.append(f"{start} />")
        return
    out.append(f"{start}>")
    for piece in inside:
        if isinstance(piece, TwiML):
            _write(piece, out)
        elif isinstance(piece, Comment):
            out.append(f"<!-- {piece.text} -->")
        else:
            out.append(_escape_text(piece))
    out.append(f"</{element.name}>")


def _joined(pieces: list[str]) -> str:
    """The pieces as one text; half a surrogate pair, which no encoding has, as its number."""
    written = "".join(pieces)
    if written.isascii():
        return written
    return written.encode("utf-8", "xmlcharrefreplace").decode("utf-8")


def _indented(element: TwiML, depth: int) -> Iterator[str]:
    """Lines to read. Elements with words in them stay on one line, for blanks count there."""
    blank = "  " * depth
    inside = element.pieces()
    if not element.elements or any(isinstance(p, str) and p.strip() for p in inside):
        pieces = [blank]
        _write(element, pieces)
        yield _joined(pieces)
        return
    yield _joined([blank, _start(element), ">"])
    for piece in inside:
        if isinstance(piece, TwiML):
            yield from _indented(piece, depth + 1)
        elif isinstance(piece, Comment):
            yield f"{blank}  <!-- {piece.text} -->"
    yield f"{blank}</{element.name}>"
