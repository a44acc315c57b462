"""Read TwiML: bytes from a web site in, a tree of elements with their places out.

XML can do more than TwiML needs, and some of it is dangerous (entities that unfold to gigabytes,
or that fetch files). So: 64 kB at most, no DOCTYPE, nothing fetched, comments and processing
instructions skipped. Whatever the bytes are, the answer is a `Document` or a `TwimlError`.

Sources: the error pages 11750, 12100 and 12102 of the error catalogue.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from lxml import etree

import helpers.twiml.verbs  # noqa: F401 - the elements that documents are made of
from helpers.errors import TwimlError
from helpers.twiml.element import CHILDREN, CLASSES, Comment, GenericNode, TwiML

__all__ = ["LIMIT", "ROOTS", "Document", "parse"]

# An element that is read is filled here, not by its constructor.
_new = object.__new__

#: The greatest size of a document in bytes (whether Twilio means 64000 or 65536 is not said).
LIMIT = 65536

#: The class of the root for each kind of document.
ROOTS = {
    "voice": "VoiceResponse",
    "called": "VoiceResponse",
    "conference": "VoiceResponse",
    "queue": "VoiceResponse",
    "dequeued": "VoiceResponse",
    "messaging": "MessagingResponse",
    "fax": "FaxResponse",
}

# Python's names of the encodings we read; others are refused rather than guessed.
ENCODINGS = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16"}

_BOM_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DOCTYPE = re.compile(r"\A(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
# What XML has no way to hold, not even escaped.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Without one of these no name can have a prefix, and most documents have none.
_PREFIX = re.compile("xmlns|xml:")
# In a well-formed document this finds every start tag, in order, and nothing else.
_START_TAG = re.compile(
    r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(<[^\s/!?<>][^\s/>]*+(?:[^>"']|"[^"]*+"|'[^']*+')*+>)""",
    re.DOTALL,
)
# In a start tag this finds every attribute.
_ATTRIBUTE = re.compile(r"""([^\s=<"']+)\s*=\s*(?:"[^"]*"|'[^']*')""")


class Document:
    """A parsed document: *root* with the elements below it, *kind*, and the *source* text.

    *parsed* are all its elements as they stand in the source.
    """

    def __init__(self, root: TwiML, kind: str, source: str, parsed: Sequence[TwiML] = ()) -> None:
        self.root = root
        self.kind = kind
        self.source = source
        self._parsed = parsed
        self._names: dict[int, dict[str, int]] = {}

    def place(self, element: TwiML) -> tuple[int, int]:
        """Line and column of an element's start tag, from 1; (0, 0) if it was not parsed."""
        tag = self._tags.get(id(element))
        return self._where(tag[0]) if tag else (0, 0)

    def place_of_attribute(self, element: TwiML, name: str) -> tuple[int, int]:
        """Line and column of an attribute; the element's own if it cannot be found."""
        if id(element) not in self._tags:
            return 0, 0
        start, tag = self._tags[id(element)]
        if id(element) not in self._names:
            names = {found[1]: found.start() for found in _ATTRIBUTE.finditer(tag)}
            self._names[id(element)] = names
        return self._where(start + self._names[id(element)].get(name, 0))

    @cached_property
    def _tags(self) -> dict[int, tuple[int, str]]:
        """Where each element's start tag is, and the tag; worked out when something is wrong."""
        found = [(tag.start(), tag[1]) for tag in _START_TAG.finditer(self.source) if tag[1]]
        return {id(element): tag for element, tag in zip(self._parsed, found, strict=False)}

    def _where(self, offset: int) -> tuple[int, int]:
        return _line_and_column(self.source, offset)

    def __repr__(self) -> str:
        return repr(self.root)


def parse(source: bytes | str, kind: str | None = None, charset: str = "") -> Document:
    """Read a document.

    Args:
        source: the XML, as bytes from a web site or as text.
        kind: "voice", "messaging" or "called" (a document for the called side of a Dial). Without
            it a document that has a <Message>, and nothing only a call can do, is for messaging.
        charset: the encoding that the Content-Type named; the document's own word goes first.

    Returns:
        The document. Unknown elements in it are `GenericNode`; `problems` tells about them.

    Raises:
        TwimlError: it is too big (code 11750), no XML (12100), or no <Response> (12102).
    """
    text, utf8 = _decode(source, charset)
    tree = _read(text, utf8)
    name = _name(tree)
    if name != "Response":
        near = ", with a capital R" if name.lower() == "response" else ""
        raise TwimlError(
            f"the outermost element is <{name}>, and must be <Response>{near}",
            code=12102,
            line=_root_line(text),
            next_step="put everything into <Response> ... </Response>",
        )
    if kind is None:
        kind = _kind(tree)
    is_plain = _PREFIX.search(text) is None
    parsed: list[TwiML] = []
    _grow([tree], {"Response": CLASSES[ROOTS[kind]]}, parsed, is_plain)
    return Document(parsed[0], kind, text, parsed)


def _kind(tree: etree._Element) -> str:
    if next(tree.iterchildren("{*}Message"), None) is None:
        return "voice"
    tags = {_name(child) for child in tree}
    only_calls = CHILDREN["VoiceResponse"].keys() - CHILDREN["MessagingResponse"].keys()
    return "messaging" if "Message" in tags and not tags & only_calls else "voice"


def _decode(source: bytes | str, charset: str) -> tuple[str, bytes]:
    """The document as text, and as bytes in UTF-8, if it has a size and form that can be read."""
    size = len(source)
    if isinstance(source, str) and size <= LIMIT:
        size = len(source.encode("utf-8", "replace"))
    if size > LIMIT:
        raise TwimlError(
            f"the document has {size:,} bytes",
            code=11750,
            why=f"Twilio reads {LIMIT:,} at most",
            next_step="send less, or go on in a second document with <Redirect>",
        )
    if isinstance(source, str):
        text, utf8 = source, None
    else:
        text, utf8 = _text(source, charset)
    if _DOCTYPE.match(text):
        raise TwimlError(
            "the document has a DOCTYPE",
            why="TwiML has none, and entities are a way to attack whoever reads them",
            next_step="leave the DOCTYPE out",
        )
    if utf8 is None:
        try:
            utf8 = text.encode("utf-8")
        except UnicodeEncodeError:  # half a surrogate pair
            _refuse_characters(text)
            raise
    return text, utf8


def _refuse_characters(text: str) -> None:
    """TwimlError if there is a character that XML has no way to hold."""
    bad = _NO_XML.search(text)
    if bad is not None:
        line, column = _line_and_column(text, bad.start())
        raise TwimlError(
            f"the character U+{ord(bad[0]):04X} cannot stand in XML", line=line, column=column
        )


@lru_cache(maxsize=64)
def _known(encoding: str) -> str:
    """Python's name of an encoding that we read, or ""."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
    return name if name in ENCODINGS else ""


def _text(source: bytes, charset: str) -> tuple[str, bytes | None]:
    """The text of some bytes, and the same bytes if they are UTF-8 already."""
    if source.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    elif source.startswith(_BOM_UTF16):
        encoding = "utf-16"
    else:
        declared = _DECLARED.match(source)
        encoding = declared[1].decode("ascii") if declared else charset or "utf-8"
    known = _known(encoding)
    if not known:
        raise TwimlError(
            f"the encoding {encoding!r} is not one that TwiML is read in",
            next_step="write the document in UTF-8",
        )
    if known.startswith(("utf-16", "utf-32")) and _DECLARED.match(source):
        raise TwimlError(
            f"the first line says {encoding}, but the bytes are not in it",
            line=1,
            next_step='write encoding="UTF-8" there',
        )
    try:
        text = source.decode(known)
    except UnicodeDecodeError as problem:
        line = source.count(b"\n", 0, problem.start) + 1
        raise TwimlError(
            f"byte {problem.start + 1} does not fit the encoding {known}",
            line=line,
            next_step="send the document as UTF-8, and name that encoding in its first line",
        ) from None
    if text.startswith("\ufeff"):
        return text[1:], None
    return text, source if known in ("utf-8", "ascii") else None


@lru_cache(maxsize=1)
def _parser() -> etree.XMLParser:
    # One for all documents: a parser takes longer to make than a short document to read, and
    # lxml lets one thread at a time use it.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _read(text: str, utf8: bytes) -> etree._Element:
    try:
        return etree.fromstring(utf8, _parser())
    except etree.XMLSyntaxError as problem:
        # A parser keeps what went wrong, so one that has failed is not used again.
        _parser.cache_clear()
        _refuse_characters(text)
        _explain(problem, text)


# What libxml2 numbers its mistakes: what is wrong in plain words, and how to mend it.
_NUMBER = "a character is given by a number that it does not have", "write the character itself"
_DECLARATION = "the XML declaration is not right", 'write <?xml version="1.0" encoding="UTF-8"?>'
_INSTRUCTION = "something between <? and ?> is not right", "take it out: TwiML needs none"
_REMARK = "a comment is not right", "write it as <!-- words -->, with no -- inside"
_PREFIX_UNKNOWN = "a name has a colon in it", "take the colon out: TwiML knows xml:lang only"
_MISTAKES = {
    4: ("this is no XML: it does not begin with <", "send <Response> ... </Response>"),
    5: ("something follows the end of the document", "keep one <Response> only"),
    **dict.fromkeys((6, 7, 8, 9, 10, 14), _NUMBER),
    23: ("an & stands alone", "write it as &amp;"),
    38: ("a < stands inside an attribute", "write it as &lt;"),
    39: ("the value of an attribute has no quotes", 'write it like loop="2"'),
    40: ("the value of an attribute has no end", "put a quote behind it"),
    41: ("an attribute has no value", 'write it like loop="2"'),
    **dict.fromkeys((33, 34, 43, 44, 56, 57, 75, 78, 79, 96, 108), _DECLARATION),
    **dict.fromkeys((45, 80), _REMARK),
    **dict.fromkeys((46, 47), _INSTRUCTION),
    62: ("]]> stands in a text", "write it as ]]&gt;"),
    63: ("a <![CDATA[ has no end", "end it with ]]>"),
    64: (
        "the XML declaration is not at the very beginning",
        "remove what stands before it, blanks and empty lines included",
    ),
    65: ("a blank is missing", "put blanks between attributes"),
    68: ("a < begins no tag here", "write it as &lt; if a text is meant"),
    73: ("a tag is not finished", "end it with >"),
    114: ("the elements are nested too deep", "TwiML needs five levels at most"),
    **dict.fromkeys((200, 201, 202, 203, 204, 205), _PREFIX_UNKNOWN),
}


def _explain(problem: etree.XMLSyntaxError, text: str) -> NoReturn:
    """Say in plain words what libxml2 found, with the number it has for each kind of mistake."""
    line, column = problem.position
    original = (problem.msg or "").partition(", line ")[0].strip()
    code: int = getattr(problem, "code", 0)
    what, mend = _MISTAKES.get(code, ("this is no XML", ""))
    tag = re.search(
        r"(?:mismatch: |in tag |Start Tag )(\S+)(?: line (\d+))?(?: and (\S+))?", original
    )
    if not text.strip():
        what, mend = "the document is empty", "send at least <Response></Response>"
    elif code == 76 and tag:
        what = f"<{tag[1]}> of line {tag[2]} is not closed before </{tag[3]}>"
        mend = f"put </{tag[1]}> before it; letter case counts"
    elif code == 77 and tag:
        what = f"<{tag[1]}> of line {tag[2]} is never closed"
        mend = f"end the document with </{tag[1]}>"
    elif code == 26:
        what = re.sub("Entity .(.*). not defined", r"there is no entity &\1;", original)
        mend = "XML knows &amp; &lt; &gt; &quot; &apos;"
    elif code == 42:
        what = original.replace("Attribute", "the attribute").replace("redefined", "is there twice")
        mend = "keep one of them"
    elif code == 68 and "EntityRef" in original:
        what, mend = _MISTAKES[23]
    elif code in (46, 65) and "ParsePI" in original:
        what, mend = _INSTRUCTION
    raise TwimlError(what, code=12100, line=line, column=column, next_step=mend) from None


def _name(element: etree._Element) -> str:
    """The element's name as written, its prefix included."""
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def _attributes(tree: etree._Element) -> Any:
    """Names and values, names without their namespace but for xml:lang."""
    return {
        "xml:lang" if name == XML_LANG else etree.QName(name).localname: value
        for name, value in tree.items()
    }


def _grow(
    trees: Iterable[etree._Element],
    classes: Mapping[str, type[TwiML]],
    parsed: list[TwiML],
    is_plain: bool,
) -> list[TwiML | str | Comment]:
    """Make our elements of lxml's, and put the texts after them between.

    *classes* says what each tag means here. libxml2 has refused anything deeper than 256.
    """
    made: list[TwiML | str | Comment] = []
    add, note = made.append, parsed.append
    for tree in trees:
        name = tree.tag if is_plain else _name(tree)
        cls = classes.get(name)
        if cls is not None:
            element = _new(cls)
        else:
            element = _new(GenericNode)
            element.name = name
        element.value = tree.text
        attrs: Any = dict(tree.items()) if is_plain else _attributes(tree)
        element.attrs = attrs
        note(element)
        if len(tree):
            below = CHILDREN.get(type(element).__name__, {})
            element.verbs = _grow(tree, below, parsed, is_plain)
        else:
            element.verbs = []
        add(element)
        tail = tree.tail
        if tail:
            add(tail)
    return made


def _root_line(text: str) -> int:
    match = next((found for found in _START_TAG.finditer(text) if found[1]), None)
    return _line_and_column(text, match.start())[0] if match else 0


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - before + 1
