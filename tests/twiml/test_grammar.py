"""The declarations say what the grammar in tests/data says."""

from __future__ import annotations

import contextlib
import time

import pytest

from helpers.twiml import problems
from helpers.twiml.attributes import Choice, Digits, Flag, Method, Text, Url, Whole
from helpers.twiml.document import LIMIT
from helpers.twiml.element import CHILDREN, CLASSES
from helpers.twiml.names import attribute_name
from tests.twiml.grammar import ATTRIBUTES, ELEMENTS, placed

KINDS = {
    "url": Url,
    "http_method": Method,
    "boolean": Flag,
    "integer": Whole,
    "enum": Choice,
    "dtmf": Digits,
    "string": Text,
}


def test_all_elements_and_no_others():
    assert set(CLASSES) == set(ELEMENTS)
    assert len(CLASSES) == 66


def test_all_attributes_and_no_others():
    ours = {(name, a) for name, cls in CLASSES.items() for a in cls.declared}
    assert ours == set(ATTRIBUTES)
    assert len(ATTRIBUTES) >= 318


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_each_element(name):
    element, cls = ELEMENTS[name], CLASSES[name]
    assert cls.tag == element["tag"]
    assert cls.text == element["text"]
    assert cls.body_name == element["sdk"]["constructor_body"]
    assert cls.body_required == element["sdk"]["constructor_body_required"]
    children = {c["tag"]: c["id"] for c in element["children"] if not c.get("sdk_only")}
    assert {tag: c.__name__ for tag, c in CHILDREN.get(name, {}).items()} == children


@pytest.mark.parametrize(("name", "attribute"), ATTRIBUTES)
def test_each_attribute(name, attribute):
    fact = ELEMENTS[name]["attributes"][attribute]
    kind = CLASSES[name].declared[attribute]
    assert type(kind) is KINDS[fact["type"]]
    assert kind.listed == (not fact.get("docs_only", False))
    default = fact.get("default")
    if isinstance(default, str) and default.startswith("<"):
        default = None  # "<the caller's number>" and the like: said in the help
    if fact.get("list") and default is not None:
        default = tuple(default.split())
    assert kind.default == default
    if isinstance(kind, Choice):
        assert list(kind.words) == fact["enum"]
        assert kind.several == fact.get("list", False)
    if isinstance(kind, Whole):
        assert (kind.low, kind.high) == (fact.get("min"), fact.get("max"))
        assert list(kind.also) == fact.get("also", [])
    if isinstance(kind, Text) and "pattern" in fact:
        assert f"^{kind.pattern.pattern}$" == fact["pattern"]
    if isinstance(kind, Text):
        assert kind.longest == fact.get("maxLength", 0)


def test_every_default_is_an_allowed_value():
    for cls in CLASSES.values():
        for kind in cls.attributes.values():
            if kind.default is None:
                continue
            shown = kind.default
            if isinstance(shown, bool):
                shown = str(shown).lower()
            raw = " ".join(shown) if isinstance(shown, tuple) else str(shown)
            assert kind.read(raw) == kind.default


def test_argument_names_are_the_official_ones():
    for name, element in ELEMENTS.items():
        given = {a: d["sdk_kwarg"] for a, d in element["attributes"].items() if "sdk_kwarg" in d}
        ours = {attribute_name(k): k for k, kind in CLASSES[name].attributes.items() if kind.listed}
        assert ours == given


LONG = 64_000
ADVERSE = [
    *("a" * LONG, "a" * LONG + "!", "-" * LONG, "a-" * (LONG // 2) + "!", "0" * LONG + "x"),
    *("." * LONG, "1." * (LONG // 2), "Polly." + "." * LONG + " ", "a:" * (LONG // 2) + " "),
    *(" " * LONG, "w,1" * (LONG // 3), "+" * LONG, "aa-" * (LONG // 3) + "_", "sip:" * (LONG // 4)),
]


@pytest.mark.parametrize("adverse", ADVERSE, ids=lambda text: repr(text[:6]))
def test_no_value_takes_long_to_judge(adverse):
    """A pattern that tried again and again would take hours for 64,000 characters."""
    started = time.process_time()
    for cls in CLASSES.values():
        for kind in cls.attributes.values():
            with contextlib.suppress(ValueError):
                kind.read(adverse)
            kind.minded(adverse)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("adverse", ADVERSE, ids=lambda text: repr(text[:6]))
def test_no_text_takes_long_to_judge(adverse):
    started = time.process_time()
    for name in CLASSES:
        problems(placed(name, {}, adverse[: LIMIT - 500]), "voice")
    assert time.process_time() - started < 20
