"""Dial and the parties it rings.

| attribute | default |
|---|---|
| action | none: the next verb runs |
| timeout | 30 seconds |
| timeLimit | 14400 seconds |
| callerId | the caller's |
| hangupOnStar, sequential, answerOnBridge | false |
| record | do-not-record |
"""

import pytest

from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    Connect,
    Connected,
    Fetch,
    HangUp,
    Speak,
    Target,
)
from tests.twiml.driver import hear, of, page

DONE = Connected("completed", "CA2", 12, bridged=True)
NOBODY = Connected("no-answer", "CA2")
END = page("<Response/>")


def asked(attributes: str, inside: str = "+14155550100") -> Connect:
    return of(Connect, hear(f"<Dial {attributes}>{inside}</Dial>", {Connect: DONE, Fetch: END}))[0]


def test_defaults():
    assert asked("") == Connect(
        (Target("number", "+14155550100"),),
        caller_id="",
        timeout=30,
        time_limit=14400,
        hangup_on_star=False,
        sequential=False,
        answer_on_bridge=False,
        record="do-not-record",
        recording_callback="",
        ring_tone="",
    )


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        ('callerId="+15005550006"', "caller_id", "+15005550006"),
        ('timeout="10"', "timeout", 10),
        ('timeout="x"', "timeout", 30),
        ('timeLimit="60"', "time_limit", 60),
        ('hangupOnStar="true"', "hangup_on_star", True),
        ('sequential="true"', "sequential", True),
        ('answerOnBridge="true"', "answer_on_bridge", True),
        ('record="true"', "record", "record-from-answer"),
        ('record="false"', "record", "do-not-record"),
        ('record="record-from-ringing-dual"', "record", "record-from-ringing-dual"),
        ('recordingStatusCallback="/r"', "recording_callback", "http://shop.test/r"),
        ('ringTone="uk"', "ring_tone", "uk"),
        ('trim="trim-silence"', "trim", "trim-silence"),
    ],
)
def test_attributes(attributes, field, value):
    assert getattr(asked(attributes), field) == value


def test_several_parties():
    connect = asked(
        "",
        '<Number url="/whisper" method="GET" sendDigits="ww1"'
        ' statusCallback="/s" statusCallbackEvent="ringing answered">+14155550100</Number>'
        "<Client>alice</Client>"
        "<Client><Identity>bob</Identity><Parameter name='a' value='b'/></Client>"
        "<Sip>sip:a@b.test</Sip>"
        "<WhatsApp>whatsapp:+14155550101</WhatsApp>",
    )
    assert connect.targets == (
        Target(
            "number",
            "+14155550100",
            url="http://shop.test/whisper",
            method="GET",
            send_digits="ww1",
            status_callback="http://shop.test/s",
            status_callback_events=("ringing", "answered"),
        ),
        Target("client", "alice"),
        Target("client", "bob"),
        Target("sip", "sip:a@b.test"),
        Target("whatsapp", "whatsapp:+14155550101"),
    )


def test_the_transcript_names_whom_it_rings():
    steps = hear("<Dial><Number> +14155550100 </Number><Client>al</Client></Dial>", {Connect: DONE})
    assert Begin("Dial", "+14155550100, al") in steps


def test_ten_parties_at_most():
    assert len(asked("", "<Number>+14155550100</Number>" * 11).targets) == 10


def test_afterwards_the_action_is_asked_whatever_the_outcome():
    for outcome, params in [
        (
            DONE,
            {
                "DialCallStatus": "completed",
                "DialCallSid": "CA2",
                "DialCallDuration": "12",
                "DialBridged": "true",
            },
        ),
        (
            NOBODY,
            {
                "DialCallStatus": "no-answer",
                "DialCallSid": "CA2",
                "DialCallDuration": "0",
                "DialBridged": "false",
            },
        ),
        (
            Connected("completed", "CA2", 3, True, "http://here.test/RE1"),
            {
                "DialCallStatus": "completed",
                "DialCallSid": "CA2",
                "DialCallDuration": "3",
                "DialBridged": "true",
                "RecordingUrl": "http://here.test/RE1",
            },
        ),
    ]:
        steps = hear(
            '<Dial action="/after" method="GET">+14155550100</Dial><Say>not heard</Say>',
            {Connect: outcome, Fetch: END},
        )
        (wanted,) = of(Fetch, steps)
        assert (wanted.url, wanted.method) == ("http://shop.test/after", "GET")
        assert dict(wanted.params) == params
        assert not of(Speak, steps)


def test_without_an_action_the_next_verb_runs():
    steps = hear("<Dial>+14155550100</Dial><Say>Sorry</Say>", {Connect: NOBODY})
    assert of(Speak, steps) == [Speak("Sorry")]
    assert not of(Fetch, steps)


def test_when_the_caller_left_nothing_more_is_heard():
    left = Connected("completed", "CA2", 5, True, caller_left=True)
    steps = hear("<Dial>+14155550100</Dial><Say>a</Say>", {Connect: left})
    assert isinstance(steps[-1], Connect)
    said = page("<Response><Say>b</Say></Response>")
    steps = hear("<Dial action='/a'>+14155550100</Dial>", {Connect: left, Fetch: said})
    assert [type(step) for step in steps[-2:]] == [Fetch, HangUp]


def test_answer_on_bridge_leaves_answering_to_the_bridge():
    steps = hear('<Dial answerOnBridge="true">+14155550100</Dial>', {Connect: DONE})
    assert of(Answer, steps) == []
    steps = hear(
        '<Dial answerOnBridge="true">+14155550100</Dial><Say>Sorry</Say>', {Connect: NOBODY}
    )
    assert steps.index(Answer()) > steps.index(of(Connect, steps)[0])


def test_answer_on_bridge_means_nothing_after_the_answer():
    steps = hear('<Say>a</Say><Dial answerOnBridge="true">+14155550100</Dial>', {Connect: DONE})
    assert steps[0] == Answer()
    assert of(Connect, steps)[0].answer_on_bridge is False


@pytest.mark.parametrize("noun", ["Conference", "Queue", "Sim", "Application"])
def test_what_cannot_be_dialled_here_is_said_honestly(noun):
    steps = hear(f"<Dial action='/a'><{noun}>x</{noun}></Dial>", {Fetch: END})
    assert of(Alert, steps) == [
        Alert(
            12200, f"<{noun}> cannot be dialled here.", line=1, url="http://shop.test/voice/start"
        )
    ]
    assert dict(of(Fetch, steps)[0].params)["DialCallStatus"] == "failed"


def test_a_dial_without_anybody_is_told():
    steps = hear("<Dial/><Say>on</Say>")
    assert [a.code for a in of(Alert, steps)] == [13215]
    assert not of(Connect, steps)
    assert of(Speak, steps) == [Speak("on")]
