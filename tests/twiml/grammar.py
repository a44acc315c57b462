"""The grammar in tests/data, read: every element and attribute, a good and a bad value for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "data" / "twiml-grammar.json"
ELEMENTS: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["elements"]
#: Every attribute as (class name, XML name).
ATTRIBUTES = [(name, a) for name, element in ELEMENTS.items() for a in element["attributes"]]

# What fits the attributes whose values have a form, and what does not fit.
FORMS: dict[tuple[str, str], tuple[str, str | None]] = {
    ("Stream", "url"): ("wss://127.0.0.1:9/s", "https://127.0.0.1:9/s"),
    ("Stream", "track"): ("inbound_track", "neither"),
    ("Say", "voice"): ("woman", "a robot"),
    ("Say", "language"): ("de-DE", "x y"),
    ("Gather", "language"): ("de-DE", "de"),
    ("Gather", "speechModel"): ("phone_call", "a model"),
    ("Header", "name"): ("X-Colour", None),
    ("Message", "to"): ("+14155550100", "nobody"),
    ("Message", "from"): ("words", "!"),
    ("Sms", "to"): ("+14155550100", "nobody"),
    ("Sms", "from"): ("words", "!"),
    ("SsmlProsody", "volume"): ("loud", "noisy"),
    ("SsmlProsody", "rate"): ("80%", "quick"),
    ("SsmlProsody", "pitch"): ("+10%", "shrill"),
    ("SsmlBreak", "time"): ("500ms", "long"),
    ("Enqueue", "workflowSid"): ("WW" + "0" * 32, "WW1"),
    ("Conference", "coach"): ("CA" + "0" * 32, "CA1"),
    ("VoiceResponse", "version"): ("2010-04-01", "7"),
    ("MessagingResponse", "version"): ("2010-04-01", "7"),
}


def good(name: str, attribute: str) -> str:
    """A value that is allowed, and is not the default where there are others."""
    if (name, attribute) in FORMS:
        return FORMS[name, attribute][0]
    fact = ELEMENTS[name]["attributes"][attribute]
    match fact["type"]:
        case "url":
            return "/there"
        case "http_method":
            return "GET"
        case "boolean":
            return "true" if fact.get("default") is not True else "false"
        case "integer":
            return str(max(fact.get("min", 0), 5))
        case "enum":
            return next(word for word in fact["enum"] if word != fact.get("default"))
        case "dtmf":
            return "1"
    return "words"


def bad(name: str, attribute: str) -> str | None:
    """A value that is not allowed, or None if any text is."""
    if (name, attribute) in FORMS:
        return FORMS[name, attribute][1]
    fact = ELEMENTS[name]["attributes"][attribute]
    if "maxLength" in fact:
        return "x" * (fact["maxLength"] + 1)
    return {
        "url": "not an address",
        "http_method": "get",
        "boolean": "yes",
        "integer": "many",
        "enum": "neither",
        "dtmf": "!",
    }.get(fact["type"])


def way_to(name: str) -> list[str]:
    """The class names from a root down to an element, itself included."""
    way = [name]
    while parents := ELEMENTS[way[0]]["parents"]:
        way.insert(0, parents[0])
    return way


def placed(name: str, attributes: dict[str, str] | None = None, text: str = "words") -> str:
    """A document with one element of this class where it may stand."""
    xml = ""
    for above in reversed(way_to(name)):
        tag, takes = ELEMENTS[above]["tag"], ELEMENTS[above]["text"]
        words = text if takes in ("required", "mixed") or (takes, xml) == ("optional", "") else ""
        written = "".join(f' {k}="{v}"' for k, v in (attributes or {}).items())
        xml = f"<{tag}{written if above == name else ''}>{xml or words}</{tag}>"
    return xml
