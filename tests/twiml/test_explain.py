"""A look at a document without a server: steps in a learner's words, and what a key would do."""

from __future__ import annotations

import inspect

import pytest
import twilio.twiml.voice_response
from IPython.lib.pretty import pretty

from helpers.twiml import MessagingResponse, VoiceResponse, parse, steps
from helpers.twiml.explain import SILENT_CALLER
from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    Connect,
    Fetch,
    HangUp,
    ReadKeys,
    RecordCaller,
    Refuse,
    SendText,
    Sound,
    Speak,
    Step,
    Target,
    Tones,
    Wait,
)


def menu() -> VoiceResponse:
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/menu")
    gather.say("Press 1 for the weather.")
    response.say("Goodbye.")
    return response


def test_a_document_reads_like_a_story_with_its_times():
    assert str(steps(menu())).splitlines() == [
        "    0.0 s    answer the call",
        "    0.0 s  <Gather>",
        "    0.0 s  <Say> Press 1 for the weather.",
        "    0.0 s    say 'Press 1 for the weather.' (2 s)",
        "    2.0 s    listen for 1 key, at most 5 s",
        "    7.0 s  <Say> Goodbye.",
        "    7.0 s    say 'Goodbye.' (0.4 s)",
        "    7.4 s    hang up",
    ]


def test_and_if_the_caller_pressed_1():
    assert str(steps(menu(), keys="1")).splitlines()[-2:] == [
        "    2.0 s    listen for 1 key, at most 5 s",
        "    2.0 s    ask POST /menu with msg=Gather End, Digits=1, FinishedOnKey=",
    ]


def test_keys_are_taken_as_each_gather_wants_them():
    document = '<Response><Gather numDigits="2" action="/a"/></Response>'
    assert dict(steps(document, keys="123")[-1].params)["Digits"] == "12"
    document = '<Response><Gather action="/a"/></Response>'
    params = dict(steps(document, keys="12#3")[-1].params)
    assert (params["Digits"], params["FinishedOnKey"]) == ("12", "#")
    document = '<Response><Gather input="speech" action="/a"/><Gather action="/b"/></Response>'
    assert steps(document, keys="7")[-1].url == "/b"


def test_too_few_keys_are_waited_for():
    listed = steps('<Response><Gather numDigits="2" action="/a"/></Response>', keys="1")
    assert dict(listed[-1].params)["Digits"] == "1"
    assert listed.at[-1] == 5.0


def test_and_if_the_caller_said_something():
    document = '<Response><Gather input="speech" action="/a"/></Response>'
    assert dict(steps(document, speech="two pizzas")[-1].params)["SpeechResult"] == "two pizzas"


def test_a_key_ends_a_recording():
    listed = steps('<Response><Record action="/a"/></Response>', keys="#")
    assert dict(listed[-1].params)["Digits"] == "#"


def test_a_dial_that_nobody_answers_takes_its_time():
    listed = steps("<Response><Dial timeout='20'>+14155550100</Dial><Say>a</Say></Response>")
    at = dict(zip(map(str, listed), listed.at, strict=True))
    assert at["ring +14155550100, at most 20 s"] == 0.0
    assert at["<Say> a"] >= 20.0


def test_it_is_a_list_of_steps():
    listed = steps("<Response><Say>Hi</Say></Response>")
    assert listed == [Answer(), Begin("Say", "Hi"), Speak("Hi"), HangUp()]
    assert isinstance(listed, list)
    assert listed[1:3] == [Begin("Say", "Hi"), Speak("Hi")]
    assert listed.at == [0.0, 0.0, 0.0, 0.4]


def test_a_list_that_somebody_changed_is_shown_as_one():
    listed = steps("<Response><Reject/></Response>")
    listed.pop()
    assert repr(listed) == "[Begin(verb='Reject', text='rejected', notes=())]"


def test_a_notebook_shows_the_story_and_nothing_else():
    listed = steps(menu())
    assert pretty(listed) == str(listed)
    assert not hasattr(listed, "_repr_html_")


def test_a_long_list_is_shown_in_part():
    lines = str(steps('<Response><Say loop="0">a</Say></Response>')).splitlines()
    assert len(lines) == 61
    assert lines[-1] == "    ...    1942 more steps"


def test_nothing_to_do_is_said_too():
    assert str(steps("<Response/>", "messaging")) == "nothing at all"


def test_messages():
    response = MessagingResponse()
    response.message("See you", to="+14155550101").media("/a.png")
    assert str(steps(response)).splitlines() == [
        "    0.0 s  <Message> See you",
        "    0.0 s    text 'See you' and 1 media to +14155550101",
    ]


def test_what_a_document_is_for_is_seen_from_what_is_in_it():
    built = MessagingResponse()
    built.message("a")
    assert steps(str(built)) == steps(built) == steps(parse(str(built)))
    assert steps(built) == [Begin("Message", "a"), SendText(None, None, "a")]
    onward = MessagingResponse()
    onward.redirect("/b")
    assert steps(onward) == [Begin("Redirect", "/b"), Fetch("/b")]


def test_what_is_wrong_is_told_where_it_would_be_told():
    lines = str(steps("<Response>\n<Pause length='x'/></Response>")).splitlines()
    assert lines[0] == (
        "    0.0 s    warning 13910: Line 2: "
        'length="x" of <Pause> must be a whole number of seconds, 1 or more; as it is, "1" is used.'
    )


def test_a_verb_knows_its_line():
    listed = steps(
        "<Response>\n<Gather>\n<Say>a</Say>\n<Say>b</Say></Gather>\n<Hangup/></Response>"
    )
    lines = {(s.verb, s.text): s.line for s in listed if isinstance(s, Begin)}
    assert lines == {
        ("Gather", ""): 2,
        ("Say", "a"): 3,
        ("Say", "b"): 4,
        ("Hangup", ""): 5,
    }


def test_a_document_may_come_in_any_form():
    expected = steps(menu())
    assert steps(str(menu())) == expected
    assert steps(str(menu()).encode()) == expected
    assert steps(parse(str(menu()))) == expected


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Begin("Say", "Hi"), "<Say> Hi"),
        (Begin("Hangup"), "<Hangup>"),
        (Answer(), "answer the call"),
        (Alert(12200, "no such element"), "warning 12200: no such element"),
        (Fetch("/menu"), "ask POST /menu"),
        (Fetch("", "GET"), "ask GET this document again"),
        (Fetch("/a", "POST", (("Digits", "1"),)), "ask POST /a with Digits=1"),
        (Speak("one two three"), "say 'one two three' (1.2 s)"),
        (Speak("x" * 70), f"say '{'x' * 57}...' (0.4 s)"),
        (Sound("/a.mp3"), "play /a.mp3"),
        (Tones("1w2"), "send the keys 1w2"),
        (Wait(2), "stay silent for 2 s"),
        (ReadKeys(), "listen for keys until #, at most 5 s"),
        (ReadKeys(most=1), "listen for 1 key, at most 5 s"),
        (ReadKeys(most=4, finish="", timeout=9), "listen for 4 keys, at most 9 s"),
        (ReadKeys(speech=True, keys=False), "listen for words, at most 5 s"),
        (ReadKeys(most=1, speech=True), "listen for 1 key or words, at most 5 s"),
        (
            RecordCaller(finish="#", max_length=20),
            "record the caller until 5 s of silence or a key of # or 20 s",
        ),
        (
            Connect((Target("number", "+14155550100"), Target("client", "joe"))),
            "ring +14155550100, joe, at most 30 s",
        ),
        (SendText(None, None, "Hi"), "text 'Hi' to the other side"),
        (Refuse("busy"), "refuse the call (busy)"),
        (HangUp(), "hang up"),
    ],
)
def test_each_step_is_a_sentence(step, sentence):
    assert str(step) == sentence


def test_every_step_there_is_has_words_of_its_own():
    kinds = [kind for _, kind in inspect.getmembers(steps, inspect.isclass)]
    mute = [
        kind.__name__
        for kind in kinds
        if issubclass(kind, Step) and kind is not Step and "__str__" not in vars(kind)
    ]
    assert mute == []


def test_every_answer_of_the_silent_caller_is_to_a_step():
    assert all(issubclass(kind, Step) for kind in SILENT_CALLER)


def test_what_twilios_own_builder_built_is_read_as_well():
    theirs = twilio.twiml.voice_response.VoiceResponse()
    theirs.say("Hello")
    assert repr(steps(theirs)) == repr(steps("<Response><Say>Hello</Say></Response>"))
