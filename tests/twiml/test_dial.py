"""Dial and the parties it rings, as steps. `tests/sandbox/test_dial.py` has it in a call.

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

from helpers.twiml import problems
from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    Connect,
    Connected,
    Detection,
    Fetch,
    HangUp,
    Join,
    Speak,
    TakeFromQueue,
    Taping,
    Target,
)
from tests.twiml.driver import hear, of, page

DONE = Connected("completed", "CA2", 12, bridged=True)
NOBODY = Connected("no-answer", "CA2")
END = page("<Response/>")


def asked(attributes: str, inside: str = "+14155550100") -> Connect:
    return of(Connect, hear(f"<Dial {attributes}>{inside}</Dial>", {Connect: DONE, Fetch: END}))[0]


def target(noun: str) -> Target:
    (found,) = asked("", noun).targets
    return found


def test_defaults():
    assert asked("") == Connect(
        (Target("number", "+14155550100"),),
        caller_id="",
        timeout=30,
        time_limit=14400,
        hangup_on_star=False,
        sequential=False,
        answer_on_bridge=False,
        taping=None,
        reason="",
        refers=False,
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
        ('callReason="your order"', "reason", "your order"),
        ('referUrl="/refer"', "refers", True),
    ],
)
def test_attributes(attributes, field, value):
    assert getattr(asked(attributes), field) == value


@pytest.mark.parametrize(
    ("attributes", "taping"),
    [
        ('record="false" recordingTrack="inbound"', None),
        ('recordingStatusCallback="/r"', None),
        ('record="true"', Taping()),
        ('record="record-from-answer"', Taping()),
        ('record="record-from-answer-dual"', Taping(channels=2)),
        ('record="record-from-ringing"', Taping(from_ringing=True)),
        ('record="record-from-ringing-dual"', Taping(from_ringing=True, channels=2)),
        ('record="true" recordingTrack="inbound"', Taping(track="inbound")),
        ('record="true" trim="trim-silence"', Taping(trim="trim-silence")),
        (
            'record="true" recordingStatusCallback="/r" recordingStatusCallbackMethod="GET" '
            'recordingStatusCallbackEvent="absent"',
            Taping(
                callback="http://shop.test/r", callback_method="GET", callback_events=("absent",)
            ),
        ),
    ],
)
def test_how_it_is_recorded(attributes, taping):
    """The same for parties, a queue and a conference."""
    assert asked(attributes).taping == taping
    dial = f"<Dial {attributes}>%s</Dial>"
    (taken,) = of(TakeFromQueue, hear(dial % "<Queue>q</Queue>", {TakeFromQueue: DONE, Fetch: END}))
    (joined,) = of(Join, hear(dial % "<Conference>c</Conference>", {Join: DONE, Fetch: END}))
    assert taken.taping == joined.taping == taping


@pytest.mark.executes(
    "Dial.ringTone", "Dial.recordingConfigurationId", "Dial.events", "Dial.passports"
)
def test_what_has_no_meaning_here_is_noted():
    steps = hear(
        '<Dial ringTone="uk" recordingConfigurationId="x" events="call-progress-event"'
        ' passports="p">+14155550100</Dial>',
        {Connect: DONE},
    )
    (begin,) = of(Begin, steps)
    assert sorted(note.partition(":")[0] for note in begin.notes) == [
        "events of <Dial>",
        "passports of <Dial>",
        "recordingConfigurationId of <Dial>",
        "ringTone of <Dial>",
    ]


def test_several_parties():
    connect = asked(
        "",
        '<Number url="/whisper" method="GET" sendDigits="ww1"'
        ' statusCallback="/s" statusCallbackEvent="ringing answered">+14155550100</Number>'
        "<Client>alice</Client>"
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
        Target("sip", "sip:a@b.test"),
        Target("whatsapp", "whatsapp:+14155550101"),
    )


def test_a_client_with_parameters():
    noun = "<Client><Identity>bob</Identity><Parameter name='a' value='b'/></Client>"
    assert target(noun) == Target("client", "bob", handed=(("a", "b"),))


def test_headers_of_a_sip_address_come_from_its_end_and_from_elements():
    noun = (
        "<Sip><Uri>sip:a@b.test;transport=tcp?X-One=1</Uri>"
        "<Headers><Header name='X-Two' value='2'/></Headers></Sip>"
    )
    assert target(noun) == Target("sip", "sip:a@b.test", handed=(("X-One", "1"), ("X-Two", "2")))


@pytest.mark.executes("SipUri", "SipUri.priority", "SipUri.weight")
@pytest.mark.parametrize(
    ("first", "second", "rung"),
    [
        ('priority="2" weight="9"', 'priority="1" weight="1"', "sip:two@b.test"),
        ('priority="1" weight="10"', 'priority="1" weight="20"', "sip:two@b.test"),
        ('weight="0"', 'weight="0" priority="0"', "sip:one@b.test"),  # equals: the first
    ],
)
def test_of_several_uris_priority_and_weight_choose(first, second, rung):
    noun = f"<Sip><Uri {first}>sip:one@b.test</Uri><Uri {second}>sip:two@b.test</Uri></Sip>"
    assert target(noun).address == rung


@pytest.mark.executes(
    *("Sip.username", "Sip.password", "SipUri.username", "SipUri.password", "Number.byoc"),
    "Client.clientNotificationUrl",
)
def test_what_has_no_meaning_for_a_simulated_party_is_noted_without_its_value():
    steps = hear(
        '<Dial><Number byoc="secret">+14155550100</Number>'
        '<Client clientNotificationUrl="/secret">al</Client>'
        '<Sip username="secret" password="secret">'
        '<Uri username="secret" password="secret">sip:a@b.test</Uri></Sip></Dial>',
        {Connect: DONE},
    )
    (begin,) = of(Begin, steps)
    assert sorted(note.partition(":")[0] for note in begin.notes) == [
        "byoc of <Number>",
        "clientNotificationUrl of <Client>",
        "password of <Sip>",
        "password of <Uri>",
        "username of <Sip>",
        "username of <Uri>",
    ]
    assert "secret" not in repr(begin)


def test_a_sip_address_that_is_none_is_told():
    for uri in ("alice", f"sip:{'a' * 255}@b.test"):
        found = problems(f"<Response><Dial><Sip>{uri}</Sip></Dial></Response>")
        assert [problem.code for problem in found] == [13243]


def test_machine_detection_is_told_in_seconds():
    noun = (
        '<Number machineDetection="DetectMessageEnd" machineDetectionTimeout="20"'
        ' machineDetectionSpeechThreshold="2000" machineDetectionSpeechEndThreshold="1500"'
        ' machineDetectionSilenceTimeout="3000" amdStatusCallback="/amd"'
        ' amdStatusCallbackMethod="GET">+14155550100</Number>'
    )
    assert target(noun).detection == Detection(
        "DetectMessageEnd", "http://shop.test/amd", "GET", 20, 2.0, 1.5, 3.0
    )


def test_an_application_with_all_it_may_have():
    noun = (
        '<Application customerId="c" copyParentTo="true" url="/app">'
        "<ApplicationSid>AP1</ApplicationSid><Parameter name='a' value='b'/></Application>"
    )
    assert target(noun) == Target(
        "application",
        "AP1",
        url="http://shop.test/app",
        handed=(("a", "b"),),
        customer="c",
        copy_parent_to=True,
    )


@pytest.mark.parametrize(
    ("noun", "known"),
    [("<Sim>DE1</Sim>", Target("sim", "DE1")),
     ("<Application>AP1</Application>", Target("application", "AP1"))],
)  # fmt: skip
def test_what_shares_its_dial_with_nobody_is_dialled_alone(noun, known):
    steps = hear(f"<Dial><Number>+14155550100</Number>{noun}</Dial>", {Connect: DONE})
    assert [alert.code for alert in of(Alert, steps)] == [13000]
    assert of(Connect, steps)[0].targets == (known,)


def test_the_transcript_names_whom_it_rings():
    steps = hear("<Dial><Number> +14155550100 </Number><Client>al</Client></Dial>", {Connect: DONE})
    assert Begin("Dial", "+14155550100, al") in steps


def test_ten_parties_at_most():
    assert len(asked("", "<Number>+14155550100</Number>" * 11).targets) == 10


@pytest.mark.executes("Dial.action", "Dial.method")
@pytest.mark.parametrize(
    ("outcome", "params"),
    [
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
        (
            Connected("completed", "CA2", None, more=(("ReturnParam_a", "b"),)),
            {
                "DialCallStatus": "completed",
                "DialCallSid": "CA2",
                "DialBridged": "false",
                "ReturnParam_a": "b",
            },
        ),
        (Connected("failed"), {"DialCallStatus": "failed", "DialBridged": "false"}),
    ],
)
def test_afterwards_the_action_is_asked_whatever_the_outcome(outcome, params):
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


def test_a_called_side_that_sends_the_caller_elsewhere_leads_to_the_refer_url():
    sent = Connected("completed", "CA2", 5, True, refer_to="sip:c@d.test")
    steps = hear(
        '<Dial action="/a" referUrl="/r" referMethod="GET"><Sip>sip:a@b.test</Sip></Dial>',
        {Connect: sent, Fetch: END},
    )
    told = (("ReferTransferTarget", "sip:c@d.test"),)
    assert of(Fetch, steps) == [Fetch("http://shop.test/r", "GET", told)]


def test_answer_on_bridge_leaves_answering_to_the_bridge():
    steps = hear('<Dial answerOnBridge="true">+14155550100</Dial>', {Connect: DONE})
    assert of(Answer, steps) == []
    steps = hear(
        '<Dial answerOnBridge="true">+14155550100</Dial><Say>Sorry</Say>', {Connect: NOBODY}
    )
    assert steps.index(Answer()) > steps.index(of(Connect, steps)[0])


def test_after_answer_on_bridge_and_no_answer_a_reject_still_refuses():
    steps = hear('<Dial answerOnBridge="true">+14155550100</Dial><Reject/>', {Connect: NOBODY})
    assert of(Answer, steps) == []
    assert type(steps[-1]).__name__ == "Refuse"


def test_answer_on_bridge_means_nothing_after_the_answer():
    steps = hear('<Say>a</Say><Dial answerOnBridge="true">+14155550100</Dial>', {Connect: DONE})
    assert steps[0] == Answer()
    assert of(Connect, steps)[0].answer_on_bridge is False


def test_a_dial_without_anybody_is_told():
    steps = hear("<Dial/><Say>on</Say>")
    assert [a.code for a in of(Alert, steps)] == [13215]
    assert not of(Connect, steps)
    assert of(Speak, steps) == [Speak("on")]
