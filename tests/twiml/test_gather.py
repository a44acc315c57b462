"""Gather.

| attribute | default |
|---|---|
| action | the document's own URL |
| method | POST |
| input | dtmf |
| timeout | 5 seconds |
| finishOnKey | # |
| numDigits | no limit |
| speechTimeout | that of timeout |
| maxSpeechTime | 60 seconds |
| profanityFilter | true |
| bargeIn | true |
| actionOnEmptyResult | false |
"""

import pytest

from helpers.twiml import parse
from helpers.twiml.interpreter import Scene
from helpers.twiml.steps import (
    Alert,
    Begin,
    Fetch,
    HangUp,
    Keys,
    Load,
    ReadKeys,
    Sound,
    Speak,
    Wait,
)
from tests.twiml.driver import HERE, hear, of


def gather(xml: str, heard: Keys) -> Fetch | None:
    """Where a Gather leads when the caller does *heard*."""
    verb = parse(f"<Response>{xml}</Response>").root.elements[0]
    talk = verb.run(Scene("voice", HERE, answered=True))
    answer = None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            return end.value
        answer = heard if isinstance(step, ReadKeys) else None


def asked(attributes: str) -> ReadKeys:
    return of(ReadKeys, hear(f"<Gather {attributes}/>", {ReadKeys: Keys()}))[0]


def test_defaults():
    assert asked("") == ReadKeys(
        most=None,
        finish="#",
        timeout=5,
        speech=False,
        keys=True,
        speech_timeout=5,
        max_speech=60,
        partial="",
        profanity=False,
    )


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        ('numDigits="4"', "most", 4),
        ('timeout="12"', "timeout", 12),
        ('timeout="auto"', "timeout", 5),
        ('timeout="0"', "timeout", 5),
        ('finishOnKey="*"', "finish", "*"),
        ('finishOnKey=""', "finish", ""),
        ('finishOnKey="ab"', "finish", "#"),
        ('input="speech"', "keys", False),
        ('input="dtmf speech"', "speech", True),
        ('input="dtmf speech"', "keys", True),
        ('timeout="7"', "speech_timeout", 7),
        ('timeout="7" speechTimeout="2"', "speech_timeout", 2),
        ('speechTimeout="auto"', "speech_timeout", None),
        ('hints="yes, no"', "hints", "yes, no"),
        ('language="de-DE"', "language", "de-DE"),
        ('maxSpeechTime="20"', "max_speech", 20),
        ('maxSpeechTime="61"', "max_speech", 60),
        ('profanityFilter="false"', "profanity", True),
        ('partialResultCallback="/partial"', "partial", "http://shop.test/partial"),
        ('partialResultCallbackMethod="GET"', "partial_method", "GET"),
    ],
)
def test_attributes(attributes, field, value):
    assert getattr(asked(attributes), field) == value


def test_keys_go_to_the_action():
    assert gather('<Gather action="/menu"/>', Keys("42", "#")) == Fetch(
        "http://shop.test/menu",
        "POST",
        (("msg", "Gather End"), ("Digits", "42"), ("FinishedOnKey", "#")),
    )


def test_method_get():
    assert gather('<Gather action="/menu" method="GET"/>', Keys("4")).method == "GET"


@pytest.mark.parametrize("action", ["", 'action=""', 'action=" "'])
def test_without_an_action_the_document_is_asked_again(action):
    assert gather(f"<Gather {action}/>", Keys("1")).url == HERE


@pytest.mark.parametrize(
    ("action", "url"),
    [
        ("menu", "http://shop.test/voice/menu"),
        ("?a=1", "http://shop.test/voice/start?a=1"),
        ("../b", "http://shop.test/b"),
        ("https://other.test/x", "https://other.test/x"),
    ],
)
def test_the_action_is_seen_from_the_document(action, url):
    assert gather(f'<Gather action="{action}"/>', Keys("1")).url == url


def test_without_keys_the_next_verb_runs():
    steps = hear("<Gather action='/menu'/><Say>Bye</Say>", {ReadKeys: Keys()})
    assert not of(Fetch, steps)
    assert of(Speak, steps) == [Speak("Bye")]


def test_action_on_empty_result_asks_even_so():
    wanted = gather('<Gather actionOnEmptyResult="true"/>', Keys())
    assert dict(wanted.params) == {"msg": "Gather End", "Digits": "", "FinishedOnKey": ""}
    wanted = gather('<Gather input="speech" actionOnEmptyResult="true"/>', Keys())
    assert wanted.params == (("SpeechResult", ""),)


def test_speech_goes_to_the_action():
    heard = Keys(speech="two pizzas", confidence=0.9)
    wanted = gather('<Gather input="speech dtmf" action="/order"/>', heard)
    assert wanted.params == (
        *(("SpeechResult", "two pizzas"), ("Confidence", "0.9"), ("Language", "en-US")),
    )
    wanted = gather('<Gather input="speech" language="de-DE"/>', Keys(speech="ja"))
    assert wanted.params == (("SpeechResult", "ja"), ("Language", "de-DE"))


def test_prompts_run_before_listening_and_a_key_may_cut_them_short():
    steps = hear(
        '<Gather><Say loop="2">a</Say><Pause/><Play>/b.mp3</Play></Gather>', {ReadKeys: Keys()}
    )
    assert [type(step) for step in steps[1:]] == [
        *(Begin, Load, Begin, Speak, Begin, Speak, Begin, Wait, Begin, Sound),
        *(ReadKeys, HangUp),
    ]
    assert all(step.until_key for step in steps if isinstance(step, Speak | Wait | Sound))


def test_all_files_are_fetched_before_the_first_prompt_is_heard():
    steps = hear(
        "<Gather><Say>a</Say><Play>/b.mp3</Play><Play>c.wav</Play><Play>/b.mp3</Play></Gather>",
        {ReadKeys: Keys()},
    )
    files = ("http://shop.test/b.mp3", "http://shop.test/voice/c.wav")
    assert steps[2] == Load(files, 13325)
    assert [step.fetched for step in of(Sound, steps)] == [True, True, True]


@pytest.mark.parametrize(
    ("kinds", "until_key", "until_word"),
    [("dtmf", True, False), ("speech", False, True), ("dtmf speech", True, True)],
)
def test_a_prompt_is_cut_short_by_what_is_listened_for(kinds, until_key, until_word):
    prompts = "<Say>a</Say><Play>/b.mp3</Play><Pause/>"
    steps = hear(f'<Gather input="{kinds}">{prompts}</Gather>', {ReadKeys: Keys()})
    prompts = [step for step in steps if isinstance(step, Speak | Sound | Wait)]
    assert {(step.until_key, step.until_word) for step in prompts} == {(until_key, until_word)}
    assert len(prompts) == 3


@pytest.mark.executes("Gather.hints", "Gather.speechModel", "Gather.enhanced", "Gather.debug")
def test_what_the_sandbox_does_nothing_about_is_noted():
    attributes = 'hints="yes, no" speechModel="phone_call" enhanced="true" debug="true"'
    steps = hear(f'<Gather input="speech" {attributes}/>', {ReadKeys: Keys()})
    guess = "what the caller says arrives as words here, so there is nothing to guess"
    assert of(Begin, steps)[0].notes == (
        f"hints of <Gather>: {guess}",
        f"speechModel of <Gather>: {guess}",
        "enhanced of <Gather>: it is deprecated, and the models it chose from are gone",
        "debug of <Gather>: Twilio does not document what it is for",
    )


def test_after_a_key_the_other_prompts_are_not_heard():
    steps = hear(
        '<Gather><Say loop="3">a</Say><Say>b</Say></Gather>',
        {Speak: [None, True], ReadKeys: Keys()},
    )
    assert [step.text for step in of(Speak, steps)] == ["a", "a"]
    assert len(of(ReadKeys, steps)) == 1


def test_barge_in_switched_off():
    steps = hear('<Gather bargeIn="false"><Say>a</Say></Gather>', {ReadKeys: Keys()})
    assert of(Speak, steps) == [Speak("a", until_key=False, until_word=False)]


def test_keys_are_not_sent_inside_a_gather():
    steps = hear('<Gather><Play digits="1"/></Gather>', {ReadKeys: Keys()})
    assert of(Begin, steps) == [Begin("Gather")]


def test_anything_else_inside_is_told_and_passed_over():
    steps = hear("<Gather><Record/><Say>a</Say></Gather>", {ReadKeys: Keys()})
    assert [a.code for a in of(Alert, steps)] == [13320]
    assert of(Speak, steps) == [Speak("a", until_key=True)]
