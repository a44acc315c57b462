"""The builder writes the bytes that the official one writes."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
from typing import Any

import pytest
import twilio.twiml
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.oinspect import Inspector
from twilio.twiml import fax_response, messaging_response, voice_response

import helpers.twiml as ours
from helpers.twiml import MessagingResponse, TwiML, TwiMLException, VoiceResponse, parse, problems
from helpers.twiml.element import CHILDREN, CLASSES

OFFICIAL: dict[str, type] = {
    name: cls
    for module in (fax_response, messaging_response, voice_response)
    for name, cls in vars(module).items()
    if inspect.isclass(cls)
    and issubclass(cls, twilio.twiml.TwiML)
    and cls.__module__ == module.__name__
}
OFFICIAL["Redirect"] = voice_response.Redirect
OFFICIAL["MessagingRedirect"] = messaging_response.Redirect
BASE = {"append", "nest", "add_child", "to_xml", "xml"}


def methods(cls: type) -> list[str]:
    return [
        n for n, m in inspect.getmembers(cls, inspect.isfunction) if n[0] != "_" and n not in BASE
    ]


MADE = set(CLASSES.values())
PAIRS = [(name, method) for name, cls in sorted(OFFICIAL.items()) for method in methods(cls)]


def parameters(method: Any) -> list[tuple[str, bool]]:
    """Name and whether it must be given, without self and **attributes."""
    return [
        (p.name, p.default is p.empty)
        for p in inspect.signature(method).parameters.values()
        if p.name != "self" and p.kind is not p.VAR_KEYWORD
    ]


def construct(name: str, classes: dict[str, type]) -> Any:
    body = [n for n, needed in parameters(OFFICIAL[name].__init__) if needed]
    return classes[name](**dict.fromkeys(body, "x"))


def test_every_official_class_is_here():
    assert len(OFFICIAL) == 66
    assert set(OFFICIAL) == set(CLASSES)
    for name in OFFICIAL:
        assert getattr(ours, name) is CLASSES[name]


def test_all_136_methods_are_here_with_the_same_arguments_in_order():
    assert len(PAIRS) == 136
    for name, method in PAIRS:
        mine = getattr(CLASSES[name], method)
        assert parameters(mine) == parameters(getattr(OFFICIAL[name], method)), (name, method)


def test_no_method_builds_what_the_official_builder_lacks():
    for name, cls in CLASSES.items():
        built = {m for m in methods(cls) if getattr(cls, m).__qualname__.endswith(f".{m}")}
        made = {m for m in built if inspect.signature(getattr(cls, m)).return_annotation in MADE}
        assert made == set(methods(OFFICIAL[name]))


# Values a web site might give, and such that nobody should.
ODD = st.sampled_from(
    ["", 0, 7, -1, 1.5, 1e300, True, False, None, b"x", ["dtmf", "speech"], (), {"a": [1, "é"]}]
)
WORDS = st.text(max_size=12) | st.sampled_from(
    ["\r", "a\tb\r\n", "\x00", "]]>", "&#9;", "/>", "\ud800", "a & b <c> \"d\" 'e'", " ", "--"]
)
VALUES = WORDS | ODD
OTHERS = st.dictionaries(
    st.sampled_from(["from_", "xml_lang", "foo_bar", "fooBar", "numDigits", "for_", "A", "data-x"]),
    VALUES,
    max_size=2,
)


def outcome(build: Any) -> Any:
    """The bytes, or the kind of error."""
    try:
        return build()
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(("name", "method"), PAIRS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_each_method_with_any_arguments_does_the_same(name, method, data):
    """By name and by position, known and unknown names, sane and odd values."""
    names = [n for n, _ in parameters(getattr(OFFICIAL[name], method))]
    placed = data.draw(st.integers(0, len(names)))
    ordered = data.draw(st.lists(VALUES, min_size=placed, max_size=placed))
    named = data.draw(st.dictionaries(st.sampled_from(names or ["x"]), VALUES, max_size=5))
    others = data.draw(OTHERS)

    def build(classes: dict[str, type]) -> str:
        parent = construct(name, classes)
        child = getattr(parent, method)(*ordered, **named | others)
        child.append("tail")
        return str(parent) + str(child) + parent.to_xml(False)

    assert outcome(lambda: build(CLASSES)) == outcome(lambda: build(OFFICIAL))


@pytest.mark.parametrize("name", sorted(OFFICIAL))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_each_class_with_any_arguments_does_the_same(name, data):
    ordered = data.draw(st.lists(VALUES, max_size=2))
    names = [n for n, _ in parameters(OFFICIAL[name].__init__)] + ["action", "num_digits", "loop"]
    named = data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3))
    others = data.draw(OTHERS)

    def build(classes: dict[str, type]) -> str:
        return str(classes[name](*ordered, **named | others))

    assert outcome(lambda: build(CLASSES)) == outcome(lambda: build(OFFICIAL))


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_each_class_alone_writes_the_same_bytes(name):
    official, mine = construct(name, OFFICIAL), construct(name, CLASSES)
    assert str(mine) == str(official)
    assert mine.to_xml(False) == official.to_xml(False)
    body = [n for n, _ in parameters(OFFICIAL[name].__init__)]
    if body:
        assert str(CLASSES[name]("a", x_y=1)) == str(OFFICIAL[name]("a", x_y=1))
        keyword = {body[0]: "b"}
        assert str(CLASSES[name](**keyword)) == str(OFFICIAL[name](**keyword))
    else:
        with pytest.raises(TypeError):
            CLASSES[name]("a")


def test_positional_arguments_come_in_the_official_order():
    for module in (twilio.twiml.voice_response, ours):
        response = module.VoiceResponse()
        response.say("Hi", "woman", 2, "en-GB")
        response.dial("+14155550100", "/next", "GET", 20)
        assert str(response) == (
            '<?xml version="1.0" encoding="UTF-8"?><Response>'
            '<Say language="en-GB" loop="2" voice="woman">Hi</Say>'
            '<Dial action="/next" method="GET" timeout="20">+14155550100</Dial></Response>'
        )


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: VoiceResponse().redirect(),
        lambda: VoiceResponse().say("a", "b", 1, "c", "d"),
        lambda: VoiceResponse().say("a", message="b"),
        lambda: ours.Say("a", message="b"),
        lambda: ours.Say("a", "b"),
        lambda: ours.Media(),
        lambda: str(VoiceResponse().say(5)),
        lambda: str(VoiceResponse().say(b"x")),
    ],
)
def test_wrong_arguments_are_a_type_error_as_there(misuse):
    with pytest.raises(TypeError):
        misuse()


@pytest.mark.parametrize("thing", [1, None, b"x", 2.5, ["a"]])
def test_only_elements_and_text_can_be_nested(thing):
    with pytest.raises(TwiMLException, match="Only nesting of TwiML and strings are allowed"):
        VoiceResponse().append(thing)
    with pytest.raises(TwiMLException):
        VoiceResponse().nest(thing)


def test_append_gives_the_parent_and_nest_the_child():
    response, child = VoiceResponse(), ours.Hangup()
    assert response.append(child) is response
    assert response.nest(child) is child
    assert str(response).endswith("<Response><Hangup /><Hangup /></Response>")


def test_texts_between_children():
    """Of two texts in a row the last one counts."""
    response = VoiceResponse()
    response.append("one").append("two")
    response.hangup()
    response.append("three").append("four")
    assert response.to_xml(False) == "<Response>two<Hangup />four</Response>"


def test_with_returns_the_response_itself():
    with VoiceResponse() as response:
        response.leave()
    assert response.to_xml(False) == "<Response><Leave /></Response>"
    with pytest.raises(KeyError), VoiceResponse():
        raise KeyError


def test_any_other_element_can_be_added():
    response = MessagingResponse()
    response.add_child("Odd", "text", some_thing=True, from_="a").add_child("in-side")
    assert response.to_xml(False) == (
        '<Response><Odd from="a" someThing="true">text<in-side /></Odd></Response>'
    )


def test_a_bare_element_takes_the_name_of_its_class():
    class Odd(TwiML):
        pass

    assert str(TwiML()).endswith("?><TwiML />")
    assert str(Odd()).endswith("?><Odd />")
    assert "Odd" not in CLASSES


def test_a_subclass_of_a_verb_stays_that_verb():
    class Greeting(ours.Say):
        pass

    assert str(Greeting("Hello")).endswith("?><Say>Hello</Say>")
    assert CHILDREN["VoiceResponse"]["Say"] is ours.Say


def test_an_element_of_ones_own_with_a_constructor_of_its_own():
    class Shout(TwiML):
        inside = ("VoiceResponse",)

        def __init__(self, words: str) -> None:
            super().__init__(loud=True)
            self.value = words.upper()

    try:
        shout = VoiceResponse().shout("hello")
        assert shout.to_xml(False) == '<Shout loud="true">HELLO</Shout>'
        assert problems("<Response><Shout loud='1'/></Response>")[0].message == (
            '<Shout> has no attribute "loud"'
        )
    finally:
        del CLASSES["Shout"], CHILDREN["VoiceResponse"]["Shout"], VoiceResponse.shout


def test_two_elements_of_one_name_are_an_error():
    with pytest.raises(TypeError, match="there is an element class Say already"):
        type("Say", (TwiML,), {"inside": (), "__module__": "elsewhere"})


def test_xml_lang():
    say = ours.Say("a")
    say.lang("Bonjour", xml_lang="fr-FR", zeta="z")
    assert say.to_xml(False) == '<Say>a<lang xml:lang="fr-FR" zeta="z">Bonjour</lang></Say>'


def test_repr_is_indented_and_str_is_one_line():
    response = VoiceResponse()
    response.gather(num_digits=1).say("Press 1.").break_()
    assert repr(response) == (
        "<Response>\n"
        '  <Gather numDigits="1">\n'
        "    <Say>Press 1.<break /></Say>\n"
        "  </Gather>\n"
        "</Response>"
    )
    assert "\n" not in str(response)


def test_an_element_nested_in_itself_is_a_recursion_error_as_there():
    response = VoiceResponse()
    response.append(response)
    with pytest.raises(RecursionError):
        str(response)
    assert repr(response).startswith("<Response: cannot be written")


def test_shift_tab_shows_types_and_defaults():
    signature = inspect.signature(VoiceResponse().gather)
    assert signature.parameters["num_digits"].annotation == int | None
    assert signature.parameters["action_on_empty_result"].annotation == bool | None
    assert signature.return_annotation is ours.Gather
    assert "finish_on_key: one key out of 0-9 # *" in VoiceResponse.gather.__doc__
    assert all(cls.__doc__ for cls in CLASSES.values())


def test_shift_tab_in_a_notebook():
    """What IPython's own inspector shows, for a method, a class and an element at hand."""
    shown = {
        name: Inspector(theme_name="nocolor").info(thing, oname=name)
        for name, thing in {
            "response.redirect": VoiceResponse().redirect,
            "VoiceResponse.redirect": VoiceResponse.redirect,
            "Redirect": ours.Redirect,
        }.items()
    }
    arguments = "url: str, method: str | None = None, **attributes: Any"
    end = " -> helpers.twiml.verbs.flow.Redirect"
    written = {n: info["definition"] or info["init_definition"] for n, info in shown.items()}
    lines = {
        n: " ".join(w.split()).replace("( ", "(").replace(", )", ")") for n, w in written.items()
    }
    assert lines == {
        "response.redirect": f"response.redirect({arguments}){end}",
        "VoiceResponse.redirect": f"VoiceResponse.redirect(self, {arguments}){end}",
        "Redirect": "Redirect(url: str, *, method: str | None = None, **attributes: Any)",
    }
    for info in shown.values():
        assert info["docstring"].startswith("Go on in another document")
        assert info["docstring"].endswith("    method: one of GET, POST; default POST")


def test_shift_tab_says_what_does_nothing_here():
    assert "byoc: text; no effect here: there is one simulated carrier" in ours.Number.__doc__


def test_the_tree_can_be_had_for_xpath():
    response = VoiceResponse()
    response.gather().say("Hi")
    assert response.xml().xpath("string(//Say)") == "Hi"


KEYS = st.sampled_from(["x", "from_", "xml_lang", "foo_bar", "fooBar", "for_", "input_", "A"])


@st.composite
def plans(draw, depth=0):
    """How to build a tree: class, text, attributes and children (trees or texts)."""
    children = []
    if depth < 3:
        children = draw(st.lists(WORDS | plans(depth=depth + 1), max_size=3))
    value = draw(st.none() | WORDS | ODD)
    attributes = draw(st.dictionaries(KEYS, VALUES, max_size=3))
    name = draw(st.sampled_from(["A", "x-y", "a b", "Say", "Dial", "SsmlLang", "Gather", "Task"]))
    return name, value, attributes, children, draw(st.sampled_from(["nest", "append", "add"]))


def grow(parent: Any, plan: Any, classes: dict[str, type]) -> None:
    name, value, attributes, children, way = plan
    if name not in classes or way == "add":
        element = parent.add_child(name, value, **attributes)
    else:
        takes = [n for n, _ in parameters(OFFICIAL[name].__init__)]
        element = classes[name](**attributes, **dict.fromkeys(takes, value))
        getattr(parent, way)(element)
    for child in children:
        if isinstance(child, str):
            element.append(child)
        else:
            grow(element, child, classes)


@settings(max_examples=200, deadline=None)
@given(plans(), WORDS)
def test_any_tree_gives_the_same_bytes(plan, words):
    def build(classes: dict[str, type]) -> str:
        response = classes["VoiceResponse"]()
        grow(response, plan, classes)
        response.append(words)
        return str(response)

    assert outcome(lambda: build(CLASSES)) == outcome(lambda: build(OFFICIAL))


@settings(max_examples=150, deadline=None)
@given(plans(), st.sampled_from([None, "voice", "messaging", "called"]))
def test_any_tree_that_was_built_is_checked_without_an_exception(plan, kind):
    response = VoiceResponse()
    grow(response, plan, CLASSES)
    for problem in problems(response, kind):
        assert problem.message
        assert problem.code >= 11000
    repr(response)


# --- comments, which Twilio's builder for Node has and the official one for Python lacks ------


def test_a_comment_is_written_and_passed_over():
    response = VoiceResponse()
    assert response.comment("for testers") is response
    response.append("a").comment("<b> & c").append("d").say("Hi").comment("e")
    xml = response.to_xml(False)
    assert xml == (
        "<Response><!-- for testers -->a<!-- <b> & c -->d<Say>Hi<!-- e --></Say></Response>"
    )
    assert response.own_text() == "ad"
    assert [child.name for child in parse(xml).root.elements] == ["Say"]
    assert repr(VoiceResponse().comment("a").append(ours.Hangup())) == (
        "<Response>\n  <!-- a -->\n  <Hangup />\n</Response>"
    )


@pytest.mark.parametrize("text", ["--", "a -- b", "--->"])
def test_a_comment_cannot_hold_what_ends_it(text):
    with pytest.raises(TwiMLException, match="a comment cannot hold --"):
        VoiceResponse().comment(text)


@given(st.text(alphabet="ab-<>&! \u00e9", max_size=20).filter(lambda text: "--" not in text))
def test_any_other_comment_leaves_the_document_whole(text):
    response = VoiceResponse()
    response.comment(text).hangup()
    assert [child.name for child in parse(str(response)).root.elements] == ["Hangup"]


# --- elements as Python objects ----------------------------------------------------------------


def test_elements_are_copied_and_pickled_as_the_official_ones_are():
    response = VoiceResponse()
    response.gather(num_digits=1).say("Hi").break_(time="1s")
    response.comment("a").append("b").add_child("Odd", x=1)
    for twin in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert twin is not response
        assert str(twin) == str(response)
        twin.hangup()
        assert "Hangup" not in str(response)
    assert copy.copy(response).verbs is response.verbs
    assert response != copy.copy(response)
    assert response == response
    assert len({response, response}) == 1


def test_what_is_written_can_be_changed_as_in_the_official_builder():
    for classes in (OFFICIAL, CLASSES):
        say = classes["Say"]("Hello", loop=2)
        say.value, say.attrs["loop"], say.name = "Bye", "3", "Talk"
        say.verbs.append(classes["SsmlBreak"]())
        assert say.to_xml(False) == '<Talk loop="3">Bye<break /></Talk>'


@pytest.mark.parametrize("there", [voice_response, messaging_response])
def test_a_page_moves_over_by_one_word_in_its_imports(there):
    """`from twilio.twiml.voice_response import Dial`, and helpers in the place of twilio."""
    here = importlib.import_module(there.__name__.replace("twilio", "helpers"))
    for name, cls in OFFICIAL.items():
        if cls.__module__ == there.__name__:
            assert getattr(here, cls.__name__) is CLASSES[name]
