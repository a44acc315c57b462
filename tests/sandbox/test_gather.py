"""Gather in a call: keys, words, when each counts, and who is told."""

import time

import pytest

from tests.sandbox.town import ALICE, Town, press, speak, twiml

SIX = "<Say>one two three four five six</Say>"  # 2.4 seconds


@pytest.fixture
def town():
    with Town() as town:
        town.site.pages |= {"/heard": twiml(""), "/partial": twiml("")}
        yield town


def ask(town, attributes, inside="", after="<Say>nothing</Say>"):
    """Call somebody who is asked, and be at the moment of the answer."""
    document = f'<Gather action="/heard" {attributes}>{inside}</Gather>{after}'
    town.site.pages["/voice"] = twiml(document)
    call = town.call()
    town.advance(2)
    return call


def heard(town):
    """What the action was told, beside what every request tells."""
    names = ("Digits", "FinishedOnKey", "SpeechResult", "Confidence", "Language", "msg")
    return [{k: v for k, v in told.items() if k in names} for told in town.site.asked("/heard")]


def keyed(digits, finished_on=""):
    return {"msg": "Gather End", "Digits": digits, "FinishedOnKey": finished_on}


def said(words, language="en-US"):
    return {"SpeechResult": words, "Confidence": "0.9", "Language": language}


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.executes("Gather", "Gather.numDigits", "Gather.action")
def test_as_many_keys_as_wanted_are_enough(town):
    ask(town, 'numDigits="2"')
    press(town, "1", after=1)
    assert heard(town) == []
    press(town, "23", after=1)
    town.advance(0)
    assert heard(town) == [keyed("12")]


@pytest.mark.executes("Gather.method")
def test_the_action_is_asked_by_the_method(town):
    ask(town, 'numDigits="1" method="GET"')
    press(town, "4")
    town.advance(0)
    asked = [e["data"] for e in town.events() if e["type"] == "webhook"]
    assert [w["method"] for w in asked if "/heard" in w["url"]] == ["GET"]
    assert heard(town) == [keyed("4")]


@pytest.mark.executes("Gather.finishOnKey")
@pytest.mark.parametrize(
    ("attribute", "keys", "told"),
    [
        ("", "12#3", keyed("12", "#")),
        ('finishOnKey="*"', "1#2*", keyed("1#2", "*")),
        ('finishOnKey=""', "1#*", keyed("1#*")),
    ],
)
def test_the_key_that_ends_it(town, attribute, keys, told):
    ask(town, attribute or 'finishOnKey="#"')
    press(town, keys)
    town.advance(5)
    assert heard(town) == [told]


def test_the_last_key_as_the_very_first_is_no_answer(town):
    ask(town, "")
    press(town, "#")
    town.advance(0)
    assert heard(town) == []
    assert town.transcript()[-1] == ("Say", "nothing")


@pytest.mark.executes("Gather.actionOnEmptyResult")
@pytest.mark.parametrize(
    ("keys", "told"), [("", keyed("")), ("#", keyed("", "#"))], ids=["no key", "the last key"]
)
def test_the_action_is_asked_although_nothing_was_keyed(town, keys, told):
    ask(town, 'actionOnEmptyResult="true"')
    if keys:
        press(town, keys)
    town.advance(5)
    assert heard(town) == [told]


@pytest.mark.executes("Gather.timeout")
def test_the_timeout_starts_after_the_prompts_and_again_at_each_key(town):
    ask(town, 'timeout="3"', SIX, after="<Say>late</Say>")
    press(town, "1", after=2.4 + 2.9)
    press(town, "2", after=2.9)
    town.advance(2.9)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [keyed("12")]


def test_the_timeout_starts_at_the_key_that_cuts_a_prompt_short(town):
    ask(town, 'timeout="3"', SIX)
    press(town, "1", after=1)
    town.advance(2.9)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [keyed("1")]


def test_without_any_key_the_next_verb_runs_when_the_time_is_up(town):
    ask(town, 'timeout="3"', SIX)
    town.advance(10)
    assert town.times()[-1] == (2.4 + 3, "Say")
    assert heard(town) == []


def test_keys_that_nobody_read_yet_answer_the_next_question(town):
    town.site.pages["/heard"] = twiml('<Gather numDigits="1" action="/more"/>')
    town.site.pages["/more"] = twiml("")
    town.phone(ALICE, "press", Digits="1")  # said before the call
    ask(town, 'numDigits="2"', SIX)
    press(town, "234", after=0.5)
    town.advance(1)
    assert heard(town) == [keyed("12")]
    assert town.site.asked("/more")[0]["Digits"] == "3"


def test_keys_are_forgotten_at_the_end_of_the_call(town):
    ask(town, 'numDigits="1"')
    press(town, "12")
    town.advance(1)
    ask(town, 'numDigits="1" timeout="1"')
    town.advance(3)
    assert heard(town) == [keyed("1")]


def test_who_hangs_up_asks_for_nothing(town):
    call = ask(town, "")
    press(town, "12")
    town.phone(ALICE, "hangup")
    town.advance(10)
    assert heard(town) == []
    assert town.status(call) == "completed"


def test_a_redirected_action_loses_the_keys(town):
    town.site.pages["/heard"] = (302, "text/xml", "")
    town.site.headers["location"] = "/moved"
    town.site.pages["/moved"] = twiml("")
    ask(town, 'numDigits="1"')
    press(town, "7")
    town.advance(0)
    assert heard(town) == [keyed("7")]
    assert "Digits" not in town.site.asked("/moved")[0]


def test_without_an_action_the_document_is_asked_again(town):
    town.site.pages["/voice"] = twiml('<Gather numDigits="1"/>')
    town.call()
    town.advance(2)
    press(town, "9")
    town.advance(0)
    assert [told.get("Digits") for told in town.site.asked("/voice")] == [None, "9"]


# -- barge-in -------------------------------------------------------------------------------------


@pytest.mark.executes("Gather.bargeIn", "Gather.input")
@pytest.mark.parametrize(
    ("attributes", "act", "cut"),
    [
        ('input="dtmf"', press, True),
        ('input="speech"', press, False),
        ('input="dtmf speech"', press, True),
        ('input="dtmf"', speak, False),
        ('input="speech"', speak, True),
        ('input="dtmf speech"', speak, True),
        ('input="dtmf speech" bargeIn="false"', press, False),
        ('input="dtmf speech" bargeIn="false"', speak, False),
    ],
)
def test_what_is_listened_for_cuts_a_prompt_short(town, attributes, act, cut):
    barge_in = "" if "bargeIn" in attributes else 'bargeIn="true"'
    ask(town, f"{attributes} {barge_in}", SIX + "<Pause/>")
    act(town, "1", after=1)
    town.advance(1.5)
    verbs = [verb for _, verb in town.times()]
    assert ("Pause" not in verbs) == cut


def test_keys_pressed_while_no_prompt_may_be_cut_short_still_count(town):
    ask(town, 'numDigits="2" bargeIn="false"', SIX)
    press(town, "12", after=1)
    town.advance(1.3)
    assert heard(town) == []
    town.advance(0.1)
    assert heard(town) == [keyed("12")]


# -- words ----------------------------------------------------------------------------------------


@pytest.mark.executes("Gather.input", "Gather.language")
def test_words_go_to_the_action(town):
    ask(town, 'input="speech" language="de-DE"')
    speak(town, "zwei Pizzen bitte", after=1)
    town.advance(10)
    assert heard(town) == [said("zwei Pizzen bitte", "de-DE")]


@pytest.mark.executes("Gather.speechTimeout")
@pytest.mark.parametrize(
    ("attributes", "silence"),
    [('speechTimeout="2"', 2), ('speechTimeout="auto"', 1), ('speechTimeout="9"', 9)],
)
def test_silence_after_the_words_ends_it(town, attributes, silence):
    ask(town, f'input="speech" {attributes}')
    speak(town, "two words", after=1)
    town.advance(silence + 0.7)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [said("two words")]


def test_without_a_speech_timeout_it_is_that_of_timeout(town):
    ask(town, 'input="speech" timeout="4"')
    speak(town, "word")
    town.advance(0.4 + 3.9)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [said("word")]


def test_who_goes_on_before_the_silence_is_over_is_heard_on(town):
    ask(town, 'input="speech" speechTimeout="2"')
    speak(town, "I want")
    speak(town, "two pizzas", after=2)
    town.advance(0.8 + 1.9)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [said("I want two pizzas")]


def test_of_what_was_said_beforehand_each_gather_hears_its_own(town):
    town.site.pages["/heard"] = twiml('<Gather input="speech" action="/more"/>')
    town.site.pages["/more"] = twiml("")
    speak(town, "yes")
    speak(town, "two pizzas")
    ask(town, 'input="speech" speechTimeout="1"')
    town.advance(10)
    assert heard(town) == [said("yes")]
    assert town.site.asked("/more")[0]["SpeechResult"] == "two pizzas"


@pytest.mark.executes("Gather.maxSpeechTime")
def test_who_talks_for_too_long_is_cut_off(town):
    ask(town, 'input="speech" maxSpeechTime="2"')
    speak(town, "one two three four five six seven")
    town.advance(1.9)
    assert heard(town) == []
    town.advance(0.1)
    assert heard(town) == [said("one two three four five")]


@pytest.mark.executes("Gather.profanityFilter")
@pytest.mark.parametrize(
    ("on", "result"),
    [("true", "oh d***, what c*** is it"), ("false", "oh damn, what crap is it")],
)
def test_rude_words_are_masked_unless_they_are_wanted(town, on, result):
    ask(town, f'input="speech" profanityFilter="{on}" speechTimeout="1"')
    speak(town, "oh damn, what crap is it")
    town.advance(10)
    assert heard(town) == [said(result)]


def test_whichever_comes_first_counts(town):
    ask(town, 'input="dtmf speech" speechTimeout="1"')
    speak(town, "hello there", after=1)
    press(town, "1#", after=0.5)  # too late, and the last key means nothing now
    town.advance(1.2)
    assert heard(town) == []
    town.advance(0.2)
    assert heard(town) == [said("hello there")]


@pytest.mark.parametrize("acts", [(press, speak), (speak, press)])
def test_of_what_was_given_beforehand_the_first_counts(town, acts):
    for act in acts:
        act(town, "1")
    ask(town, 'input="dtmf speech" numDigits="1" speechTimeout="1"')
    town.advance(3)
    assert heard(town) == [keyed("1") if acts[0] is press else said("1")]


def test_after_the_first_key_words_do_not_count(town):
    ask(town, 'input="dtmf speech" timeout="2"')
    press(town, "1", after=1)
    speak(town, "hello", after=1)
    town.advance(1.1)
    assert heard(town) == [keyed("1")]


def test_no_word_and_no_key(town):
    ask(town, 'input="dtmf speech" timeout="2"')
    town.advance(2.1)
    assert heard(town) == []
    assert town.transcript()[-1] == ("Say", "nothing")


def test_no_word_although_the_action_wants_to_know(town):
    ask(town, 'input="speech" timeout="2" actionOnEmptyResult="true"')
    press(town, "1")
    town.advance(2.1)
    assert heard(town) == [{"SpeechResult": ""}]


# -- partial results ----------------------------------------------------------------------------


@pytest.mark.executes("Gather.partialResultCallback")
def test_every_word_is_told_as_it_is_heard(town):
    attributes = 'partialResultCallback="/partial" speechTimeout="1"'
    ask(town, f'input="speech" {attributes}')
    speak(town, "two crap pizzas", after=1)
    town.advance(0.5)
    first = town.site.asked("/partial")
    assert [told["UnstableSpeechResult"] for told in first] == ["two"]
    town.advance(0.8)
    told = town.site.asked("/partial")
    assert [(t["SequenceNumber"], t["UnstableSpeechResult"]) for t in told] == [
        ("0", "two"),
        ("1", "two c***"),
        ("2", "two c*** pizzas"),
    ]
    assert {(t["StableSpeechResult"], t["Stability"], t["Language"]) for t in told} == {
        ("", "0.9", "en-US")
    }
    assert {t["CallStatus"] for t in told} == {"in-progress"}
    assert heard(town) == []
    town.advance(1)
    assert heard(town) == [said("two c*** pizzas")]
    assert len(town.site.asked("/partial")) == 3


@pytest.mark.executes("Gather.partialResultCallbackMethod")
def test_it_is_told_by_the_method_and_what_is_answered_changes_nothing(town):
    town.site.pages["/partial"] = twiml("<Hangup/>")
    attributes = 'partialResultCallback="/partial" partialResultCallbackMethod="GET"'
    ask(town, f'input="speech" speechTimeout="1" {attributes}')
    speak(town, "yes")
    town.advance(5)
    asked = [e["data"] for e in town.events() if e["type"] == "webhook"]
    assert [w["method"] for w in asked if w["url"].split("?")[0].endswith("/partial")] == ["GET"]
    assert heard(town) == [said("yes")]


def test_a_partial_callback_that_fails_is_only_logged(town):
    ask(town, 'input="speech" speechTimeout="1" partialResultCallback="/gone"')
    speak(town, "yes")
    town.advance(5)
    assert heard(town) == [said("yes")]
    assert town.alerts() == [15003]


# -- the same on every clock --------------------------------------------------------------------

MENU = (
    '<Gather numDigits="1" timeout="3" action="/first"><Say>press one</Say></Gather>'
    "<Say>nothing came</Say>"
)
PAGES = {
    "/voice": twiml(MENU),
    "/first": twiml(
        '<Gather input="dtmf speech" speechTimeout="1" action="/second" '
        'partialResultCallback="/partial"><Say>say it<break time="0.2s"/>now</Say></Gather>'
    ),
    "/second": twiml('<Gather timeout="1" action="/third"/><Say>too late</Say>'),
    "/partial": twiml(""),
}


def story(clock):
    """What happens in a scripted call, in order, without the moments and the ports."""
    with Town(clock=clock) as town:
        town.site.pages |= PAGES
        town.phone(ALICE, "press", Digits="1")
        town.phone(ALICE, "speak", Speech="two pizzas")
        call = town.call()
        seq, deadline = 0, time.monotonic() + 30
        while town.status(call) != "completed" and time.monotonic() < deadline:
            if clock == "manual":
                town.control("POST", "/clock", Next=1)
            else:
                seq = town.control("GET", f"/events?since={seq}&wait=5").json()["next"]
        done = []
        for event in town.events(call_sid=call.sid):
            data = event["data"]
            if event["type"] == "webhook":
                path = data["url"].removeprefix(town.url)
                told = dict(data["parameters"])
                done.append((path, told.get("Digits"), told.get("UnstableSpeechResult")))
            elif event["type"] in ("verb", "person"):
                done.append((data["verb"], data["text"], data["seconds"]))
        return done


def test_a_call_with_keys_words_and_time_outs_is_the_same_on_every_clock():
    hurried, manual, real = story("hurried"), story("manual"), story("real")
    assert hurried == manual
    # The wall's clock is a little late each time; the order is the same, and so are the words.
    assert [line[:2] for line in real] == [line[:2] for line in hurried]
    assert hurried == [
        ("answer", "", 0.0),
        ("/voice", None, None),
        ("Gather", "", 0.0),
        ("Say", "press one", 0.0),
        ("press", "1", 0.0),
        ("/first", "1", None),
        ("Gather", "", 0.0),
        ("Say", "say it now", 0.0),
        ("speak", "two pizzas", 0.0),
        ("/partial", None, "two"),
        ("/partial", None, "two pizzas"),
        ("/second", None, None),
        ("Gather", "", 1.8),
        ("Say", "too late", 2.8),
    ]


def test_thirty_seconds_of_asking_take_milliseconds_and_are_always_the_same():
    def seconds():
        with Town(clock="hurried") as town:
            ask_often = '<Gather timeout="5"><Say>anybody there</Say></Gather>' * 5
            began = time.perf_counter()
            call = town.call(ask_often)
            town.until_completed(call)
            took = time.perf_counter() - began
            assert town.client.calls(call.sid).fetch().duration == "29"
            return took, town.times()

    (first, one), (second, two) = seconds(), seconds()
    assert one == two
    assert min(first, second) < 1.0
