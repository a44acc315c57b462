"""Conference, as a noun of Dial: what is asked of the engine.

| attribute | default |
|---|---|
| muted, endConferenceOnExit | false |
| startConferenceOnEnter | true |
| beep | true |
| waitUrl | the hold music; empty: silence |
| maxParticipants | 250 |
| record | do-not-record |
| trim | trim-silence |
"""

import pytest

from helpers.twiml import problems, steps_of
from helpers.twiml.steps import (
    Alert,
    Answer,
    Begin,
    Connected,
    Fetch,
    HangUp,
    Join,
    Speak,
)
from tests.twiml.driver import hear, of, page

ROOM = "<Conference {}>Room 1234</Conference>"
END = page("<Response/>")
ANSWERED = Connected("answered", bridged=True)


def joined(attributes: str = "", dial: str = "") -> Join:
    steps = hear(f"<Dial {dial}>{ROOM.format(attributes)}</Dial>", {Join: ANSWERED, Fetch: END})
    return of(Join, steps)[0]


def test_defaults():
    assert joined() == Join(
        "Room 1234",
        muted=False,
        beep="true",
        starts=True,
        ends=False,
        wait_url=None,
        wait_method="POST",
        most=250,
        label="",
        coach="",
        region="",
        callback="",
        callback_method="POST",
        callback_events=(),
        record=False,
        trim="trim-silence",
        recording_callback="",
        recording_callback_method="POST",
        recording_callback_events=("completed",),
        event_callback="",
        time_limit=14400,
        hangup_on_star=False,
    )


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ('muted="true"', "muted", True),
        ('beep="onEnter"', "beep", "onEnter"),
        ('beep="loud"', "beep", "true"),
        ('startConferenceOnEnter="false"', "starts", False),
        ('endConferenceOnExit="true"', "ends", True),
        ('waitUrl="/music"', "wait_url", "http://shop.test/music"),
        ('waitUrl=""', "wait_url", ""),
        ('waitMethod="GET"', "wait_method", "GET"),
        ('maxParticipants="3"', "most", 3),
        ('maxParticipants="251"', "most", 250),
        ('participantLabel="customer"', "label", "customer"),
        ('region="de1"', "region", "de1"),
        ('record="record-from-start"', "record", True),
        ('record="true"', "record", True),
        ('record="do-not-record"', "record", False),
        ('trim="do-not-trim"', "trim", "do-not-trim"),
        ('statusCallback="/c"', "callback", "http://shop.test/c"),
        ('statusCallbackMethod="GET"', "callback_method", "GET"),
        ('statusCallbackEvent="start end"', "callback_events", ("start", "end")),
        ('recordingStatusCallback="/r"', "recording_callback", "http://shop.test/r"),
        ('recordingStatusCallbackMethod="GET"', "recording_callback_method", "GET"),
        (
            'recordingStatusCallbackEvent="in-progress absent"',
            "recording_callback_events",
            ("in-progress", "absent"),
        ),
        ('eventCallbackUrl="/e"', "event_callback", "http://shop.test/e"),
    ],
)
def test_attributes(attribute, field, value):
    assert getattr(joined(attribute), field) == value


def test_the_limits_of_the_dial_are_those_of_the_stay():
    step = joined(dial='timeLimit="60" hangupOnStar="true"')
    assert (step.time_limit, step.hangup_on_star) == (60, True)


def test_afterwards_the_action_hears_answered_and_of_no_other_call():
    steps = hear(f'<Dial action="/after">{ROOM.format("")}</Dial>', {Join: ANSWERED, Fetch: END})
    assert of(Begin, steps) == [Begin("Dial", "Room 1234")]
    (wanted,) = of(Fetch, steps)
    assert wanted == Fetch(
        "http://shop.test/after",
        "POST",
        (("DialCallStatus", "answered"), ("DialBridged", "true")),
    )


def test_without_an_action_the_next_verb_runs():
    steps = hear(f"<Dial>{ROOM.format('')}</Dial><Say>Bye</Say>", {Join: ANSWERED})
    assert of(Speak, steps) == [Speak("Bye")]


def test_who_is_passed_over_goes_on_with_the_next_verb_whatever_the_action():
    taken = Connected("failed", passed_over=True)
    steps = hear(f"<Dial action='/a'>{ROOM.format('')}</Dial><Say>Bye</Say>", {Join: taken})
    assert of(Speak, steps) == [Speak("Bye")]
    assert not of(Fetch, steps)


def test_a_conference_is_dialled_without_the_others_in_its_dial():
    steps = hear(f"<Dial><Number>+14155550100</Number>{ROOM.format('')}</Dial>", {Join: ANSWERED})
    assert len(of(Join, steps)) == 1
    assert [alert.code for alert in of(Alert, steps)] == [13000]


@pytest.mark.parametrize("name", ["", "x" * 129])
def test_a_room_needs_a_name_of_1_to_128_characters(name):
    steps = hear(f"<Dial action='/a'><Conference>{name}</Conference></Dial>", {Fetch: END})
    assert not of(Join, steps)
    assert 13237 in [alert.code for alert in of(Alert, steps)]
    assert dict(of(Fetch, steps)[0].params)["DialCallStatus"] == "failed"


@pytest.mark.parametrize(
    "verb", ["<Hangup/>", "<Gather/>", "<Record/>", "<Dial>+14155550100</Dial>", "<Leave/>"]
)
def test_a_waiting_document_runs_play_say_pause_and_redirect_only(verb):
    steps = hear(f"<Say>one</Say>{verb}<Say>two</Say>", kind="conference")
    assert [alert.code for alert in of(Alert, steps)] == [13238]
    assert of(Speak, steps) == [Speak("one"), Speak("two")]
    assert not of(HangUp, steps) and not of(Answer, steps)


def test_the_checker_knows_waiting_documents():
    [found] = problems("<Response><Gather/></Response>", "conference")
    assert (found.code, found.level) == (13238, "error")
    assert found.message == "<Gather> cannot be used for those in a conference"


def test_an_empty_redirect_loops_a_waiting_document():
    pages = iter([page("<Response><Pause/><Redirect/></Response>")] * 2 + [None])
    steps = hear("<Redirect/>", {Fetch: lambda _: next(pages)}, kind="conference")
    assert [step.url for step in of(Fetch, steps)] == ["http://shop.test/voice/start"] * 3
    assert not of(HangUp, steps)


def test_an_audio_file_is_a_waiting_document_too():
    sound = page(b"", "http://shop.test/music.mp3", "audio/mpeg")
    steps = hear("<Redirect>/music.mp3</Redirect>", {Fetch: sound}, kind="conference")
    assert steps[-2] == Begin("Play", "http://shop.test/music.mp3")


def test_a_coach_that_is_no_call_sid_is_told_once_and_fails_the_dial():
    room = '<Conference coach="nobody">Room</Conference>'
    steps = hear(f"<Dial action='/a'>{room}</Dial>", {Fetch: END})
    assert [alert.code for alert in of(Alert, steps)] == [13240]
    assert not of(Join, steps)
    assert dict(of(Fetch, steps)[0].params)["DialCallStatus"] == "failed"


def test_what_a_dial_says_that_is_for_ringing_is_noted():
    dial = 'timeout="10" record="true" hangupOnStar="true"'
    steps = hear(f"<Dial {dial}>{ROOM.format('')}</Dial>", {Join: ANSWERED})
    assert of(Begin, steps)[0].notes == (
        "timeout of <Dial>: it is not for a <Conference>.",
        "record of <Dial>: it is not for a <Conference>.",
    )


def test_steps_shows_a_conference_without_a_server():
    shown = str(steps_of(f"<Response><Dial>{ROOM.format('')}</Dial><Say>Bye</Say></Response>"))
    assert "join the conference Room 1234" in shown
    assert "<Say> Bye" in shown
