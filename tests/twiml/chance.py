"""Documents and answers by chance: from the grammar, and with everything wrong that can be.

The number of examples is small by default; ``EXAMPLES=5000 python -m pytest ...`` makes a long run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.twiml.grammar import ELEMENTS, bad, good

#: Elements for calls and messages; faxes have none that run.
NAMES = [name for name, element in ELEMENTS.items() if element["parents"]]
TAGS = sorted({element["tag"] for element in ELEMENTS.values()})
WORDS = ["one two", "x", "", " ", "é ü", "a&b<c>", "line\nline", "1 2 3", "+14155550100", "😀"]


def profile(examples: int) -> settings:
    """How often a property is tried: always with the same examples, unless EXAMPLES is set."""
    wanted = os.environ.get("EXAMPLES")
    return settings(
        max_examples=int(wanted or examples),
        derandomize=not wanted,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def value(name: str, attribute: str, urls: Sequence[str]) -> st.SearchStrategy[str]:
    """What may stand in an attribute: mostly what is allowed."""
    fact = ELEMENTS[name]["attributes"][attribute]
    allowed: st.SearchStrategy[str] = st.just(good(name, attribute))
    match fact["type"]:
        case "url":
            allowed = st.sampled_from(urls)
        case "integer":
            low = fact.get("min", 0)
            allowed = st.integers(low, min(fact.get("max", low + 12), low + 12)).map(str)
        case "enum" if fact.get("list"):
            allowed = st.lists(st.sampled_from(fact["enum"]), min_size=1).map(" ".join)
        case "enum":
            allowed = st.sampled_from(fact["enum"])
        case "boolean":
            allowed = st.sampled_from(["true", "false"])
    if attribute == "to":
        allowed = st.sampled_from(["+14155550100", "+14155550101", "+15005550006"])
    wrong = [bad(name, attribute) or "", "", "-1", "0", "999999999999", "x" * 300, "\u00e9"]
    return st.one_of(allowed, allowed, allowed, st.sampled_from(wrong))


def texts(name: str, urls: Sequence[str]) -> st.SearchStrategy[str]:
    """What may stand between the tags."""
    if name in ("Redirect", "MessagingRedirect", "Play", "Media"):
        return st.sampled_from(urls)
    if name in ("Dial", "Number", "Sip", "SipUri", "Client", "Identity", "WhatsApp"):
        return st.sampled_from(
            ["+14155550100", "+14155550101", "+15005550006", "415", "sip:joe@sip.test", "joe", ""]
        )
    if name in ("Queue", "Enqueue", "Conference"):
        return st.sampled_from(["room", "line", "", "x" * 200])
    return st.sampled_from(WORDS)


@st.composite
def elements(draw: Any, name: str, urls: Sequence[str], depth: int = 0) -> str:
    """An element with attributes and children, as XML."""
    facts = ELEMENTS[name]
    tag = facts["tag"]
    attributes = {}
    names = sorted(facts["attributes"])
    if names:
        for attribute in draw(st.lists(st.sampled_from(names), max_size=5, unique=True)):
            attributes[attribute] = draw(value(name, attribute, urls))
    if not draw(st.integers(0, 19)):
        attributes[draw(st.sampled_from(["colour", "Loop", "finish_on_key"]))] = "x"
    inner = ""
    if facts["text"] != "none" or not draw(st.integers(0, 19)):
        inner += escape(draw(texts(name, urls)))
    children = [child["id"] for child in facts["children"]]
    if depth < 3 and children:
        for child in draw(st.lists(st.sampled_from(children), max_size=3 if depth else 5)):
            inner += draw(elements(child, urls, depth + 1))
    if not draw(st.integers(0, 14)):  # something that does not belong here
        inner += draw(elements(draw(st.sampled_from(NAMES)), urls, 3)) + draw(
            st.sampled_from(["", "<odd><Say>no</Say></odd>", "<!-- a -->", "<?p i?>", "words"])
        )
    written = "".join(f" {key}={quoteattr(word)}" for key, word in attributes.items())
    return f"<{tag}{written}>{inner}</{tag}>"


def documents(urls: Sequence[str], root: str = "VoiceResponse") -> st.SearchStrategy[str]:
    """A document; some are no XML at all."""
    whole = elements(root, urls)
    broken = st.builds(lambda xml, at: xml[: at % (len(xml) + 1)], whole, st.integers(0, 400))
    odd = st.sampled_from(["", "hello", "<Say>x</Say>", "<Response/>", "<response/>"])
    return st.one_of(whole, whole, whole, whole, whole, broken, odd)
