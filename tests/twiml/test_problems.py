"""What the checker says about a document: where, which code, and how to mend it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.twiml import MessagingResponse, VoiceResponse, parse, problems
from helpers.twiml.checker import find
from helpers.twiml.element import CLASSES


def first(body: str, kind: str | None = None):
    found = problems(f"<Response>\n{body}\n</Response>", kind)
    assert found, "no problem found"
    return found[0]


def test_a_good_document_has_none():
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/menu", input="dtmf speech", timeout=3)
    gather.say("Press 1.", voice="Polly.Joanna", language="en-GB").break_(time="500ms")
    response.dial("+14155550100", caller_id="+15005550006")
    response.redirect("/again?a=1&b=2", method="GET")
    assert problems(response) == []
    assert problems(MessagingResponse()) == []
    assert problems("<Response/>") == []


@pytest.mark.parametrize(
    ("body", "code", "line", "column", "message", "mend"),
    [
        (
            "<say>Hi</say>",
            12200,
            2,
            1,
            "there is no element <say> in <Response>",
            "write it as <Say>",
        ),
        ("<Hangupp/>", 12200, 2, 1, "there is no element <Hangupp>", "write it as <Hangup>"),
        (" <Frob/>", 12200, 2, 2, "there is no element <Frob>", "<Response> takes Connect, Dial"),
        ('<Say Voice="man">a</Say>', 12200, 2, 6, '<Say> has no attribute "Voice"', 'as "voice"'),
        ('<Gather num_digits="1"/>', 12200, 2, 9, 'no attribute "num_digits"', 'as "numDigits"'),
        ('<Hangup reason="x"/>', 12200, 2, 9, 'no attribute "reason"', "takes none"),
        ("<Number>1</Number>", 12200, 2, 1, "<Number> may not stand inside <Response>", "<Dial>"),
        ("<Gather><Hangup/></Gather>", 13320, 2, 9, "<Hangup> may not stand inside", "<Response>"),
        (
            "<Dial>911<Say>a</Say></Dial>",
            13215,
            2,
            10,
            "<Say> may not stand inside <Dial>",
            "<Gather>",
        ),
        (
            "<Message>a</Message><Say>b</Say>",
            12200,
            2,
            1,
            "<Message> is not for calls",
            "take it out",
        ),
        ("<Gather>Press 1</Gather>", 12200, 2, 1, 'the text "Press 1" in <Gather>', "into a <Say>"),
        ('<Say loop="two">a</Say>', 13510, 2, 6, "a whole number from 0 to 1000", '"1" is used'),
        ('<Gather timeout="0"/>', 13313, 2, 9, ", 1 or more, or auto", '"5" is used'),
        ('<Gather numDigits="x"/>', 13314, 2, 9, "a whole number, 1 or more", "as missing"),
        ('<Gather finishOnKey="12"/>', 13310, 2, 9, "one key out of", '"#" is used'),
        ('<Gather input="keys"/>', 13326, 2, 9, "one or more of dtmf, speech", '"dtmf" is used'),
        ('<Gather method="PUT"/>', 13312, 2, 9, "one of GET, POST", '"POST" is used'),
        ('<Record playBeep="True"/>', 13616, 2, 9, "must be true or false", '"true" is used'),
        ('<Reject reason="late"/>', 13810, 2, 9, "one of rejected, busy", '"rejected" is used'),
        ('<Pause length="-1"/>', 13910, 2, 8, "a whole number of seconds, 1", '"1" is used'),
        ('<Play digits="1-2"/>', 13430, 2, 7, "must be keys", ""),
        ('<Redirect method="x">/</Redirect>', 13710, 2, 11, "one of GET, POST", ""),
        ('<Record action="ftp://x/"/>', 11100, 2, 9, "a URL (http or https)", ""),
        ("<Say/>", 13520, 2, 1, "<Say> has no words", "write the words"),
        (f"<Say>{'x' * 4097}</Say>", 13521, 2, 1, "reads 4096", "split it"),
        ("<Play/>", 13420, 2, 1, "nothing to play", ""),
        ("<Dial/>", 13215, 2, 1, "<Dial> calls nobody", ""),
        ("<Dial>" + "<Number>1</Number>" * 11 + "</Dial>", 13215, 2, 1, "calls 11 parties", ""),
        (
            "<Dial><Number>1</Number><Conference>a</Conference></Dial>",
            *(13000, 2, 1, "<Conference> shares its <Dial>", "a <Dial> of its own"),
        ),
        ("<Dial><Conference/></Dial>", 13237, 2, 7, "1 to 128 characters", ""),
        ("<Dial><Number> </Number></Dial>", 12200, 2, 7, "<Number> is empty", "</Number>"),
        ("<Sms/>", 14103, 2, 1, "<Sms> has 0 characters", "1 to 1600"),
        ("<Dial><Queue/></Dial>", 14212, 2, 7, "<Queue> has no name", ""),
        ('<Connect><Stream url="https://a"/></Connect>', 11100, 2, 18, "a URL (wss)", ""),
    ],
)
def test_what_is_wrong_with_a_call(body, code, line, column, message, mend):
    problem = first(body)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert message in problem.message
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("<Say>a</Say><Message>b</Message>", 14110, "<Say> is not for messages"),
        ("<Message/>", 14103, "neither text nor media"),
        (f"<Message>{'x' * 1601}</Message>", 14103, "1601 characters"),
        ("<Message>" + "<Media>/a</Media>" * 11 + "</Message>", 12200, "11 <Media>"),
        ("<Message>a<Say>b</Say></Message>", 12200, "<Say> may not stand inside <Message>"),
        ("Hello", 12200, 'the text "Hello" in <Response>'),
    ],
)
def test_what_is_wrong_with_a_reply(body, code, message):
    problem = first(body, "messaging")
    assert problem.code == code
    assert message in problem.message


def test_the_called_side_takes_fewer_verbs():
    assert first("<Dial>1</Dial>", "called").code == 13201
    assert first("<Record/>", "called").code == 12200
    assert problems("<Response><Say>a</Say><Hangup/></Response>", "called") == []


def test_levels_are_those_of_the_catalogue():
    assert first("<say/>").level == "warning"
    assert first("<Dial><Number>1</Number><Queue>a</Queue></Dial>").level == "error"
    assert problems("<Response>")[0].level == "error"


def test_a_document_that_cannot_be_read_is_one_problem():
    (problem,) = problems(b"<Response>\n<Say>")
    assert (problem.line, problem.code) == (2, 12100)
    assert str(problem) == (
        "line 2: <Say> of line 2 is never closed (error 12100) -- end the document with </Say>"
    )


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "line 1: the document is empty (error 12100) -- send at least <Response></Response>"),
        (
            '<Response version="7"/>',
            'line 1: version="7" of <Response> must be 2008-08-01 or 2010-04-01 (error 12101)'
            " -- as it is, it counts as missing",
        ),
        (
            "<Reply/>",
            "line 1: the outermost element is <Reply>, and must be <Response> (error 12102)"
            " -- put everything into <Response> ... </Response>",
        ),
        (
            b" " * 70_000,
            "the document has 70,000 bytes (error 11750)"
            " -- send less, or go on in a second document with <Redirect>",
        ),
    ],
)
def test_what_is_wrong_with_a_whole_document(source, sentence):
    assert [str(problem) for problem in problems(source)] == [sentence]


def test_it_stops_when_there_is_enough_to_mend():
    assert 500 < len(problems("<Response>" + "<Frob/>" * 2_000 + "</Response>")) < 510
    many = " ".join(f'a{number}="1"' for number in range(2_000))
    assert 500 < len(problems(f"<Response><Say {many}>a</Say></Response>")) < 510


def test_what_was_sound_once_is_looked_at_where_it_matters():
    """A Say may be remembered as sound; in another place or of another kind it is judged anew."""
    say = "<Say>Hi</Say>"
    for _ in range(2):
        assert problems(f"<Response>{say}</Response>") == []
        assert first(say, "messaging").code == 14110
        assert first(f"<Dial>911{say}</Dial>").code == 13215
        assert first("<Dial><Number>abc</Number></Dial>").code == 13223
        assert find(parse("<Response><Dial><Number>abc</Number></Dial></Response>")) == []


def test_a_built_response_a_document_and_its_text_are_checked_alike():
    response = VoiceResponse()
    response.say("a", loop="x")
    expected = problems(str(response))
    assert problems(response) == problems(parse(str(response))) == expected
    assert expected[0].code == 13510


def test_what_cannot_be_written_is_a_problem_too():
    response = VoiceResponse()
    response.say(5)
    assert "is a int" in problems(response)[0].message
    response = VoiceResponse()
    response.append(response)
    assert problems(response)[0].code == 12100
    assert problems(VoiceResponse().say("\x00"))[0].code in (12100, 12102)


TAGS = st.sampled_from(sorted({cls.tag for cls in CLASSES.values()} | {"say", "x"}))
NAMES = st.sampled_from(
    sorted({name for cls in CLASSES.values() for name in cls.declared} | {"LOOP", "_", "a_b"})
)


@st.composite
def bodies(draw, depth=0):
    tag = draw(TAGS)
    values = st.sampled_from(
        ["", "1", "x", "true", "GET", "/a b", "http://[", "99999999999999999999"]
    )
    attributes = draw(st.dictionaries(NAMES, values, max_size=3))
    inner = "".join(draw(st.lists(bodies(depth + 1), max_size=3))) if depth < 3 else ""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{draw(st.sampled_from(['', 'a', ' b ']))}{inner}</{tag}>"


@settings(max_examples=200, deadline=None)
@given(bodies(), st.sampled_from([None, "voice", "messaging", "called", "fax"]))
def test_any_nesting_is_checked_without_an_exception(body, kind):
    for problem in problems(f"<Response>{body}</Response>", kind):
        assert problem.line == 1
        assert problem.column > 10
        assert problem.message
        assert 11000 <= problem.code < 65000
        assert problem.level in ("error", "warning", "note")
        str(problem)
