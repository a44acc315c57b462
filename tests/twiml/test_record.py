"""Record.

| attribute | default |
|---|---|
| action | the document's own URL |
| timeout | 5 seconds of silence |
| finishOnKey | 1234567890*# |
| maxLength | 3600 seconds, 120 with transcription |
| playBeep | true |
| trim | trim-silence |
"""

import pytest

from helpers.twiml.steps import Begin, Fetch, HangUp, Page, RecordCaller, Recorded, Speak
from tests.twiml.driver import HERE, hear, of, page, site

MADE = Recorded("RE1", "http://here.test/RE1", 3, "#")


def asked(attributes: str) -> RecordCaller:
    return of(RecordCaller, hear(f"<Record {attributes}/>", {RecordCaller: Recorded("", "", 0)}))[0]


def test_defaults():
    assert asked("") == RecordCaller(
        finish="1234567890*#",
        timeout=5,
        max_length=3600,
        beep=True,
        trim="trim-silence",
        callback="",
        callback_events=("completed",),
        transcribe=False,
    )


@pytest.mark.parametrize(
    ("attributes", "field", "value"),
    [
        ('finishOnKey="*"', "finish", "*"),
        ('finishOnKey=""', "finish", ""),
        ('timeout="0"', "timeout", 0),
        ('maxLength="20"', "max_length", 20),
        ('maxLength="0"', "max_length", 3600),
        ('transcribe="true"', "max_length", 120),
        ('transcribe="true" maxLength="60"', "max_length", 60),
        ('playBeep="false"', "beep", False),
        ('trim="do-not-trim"', "trim", "do-not-trim"),
        ('recordingStatusCallback="/made"', "callback", "http://shop.test/made"),
        ('recordingStatusCallbackMethod="GET"', "callback_method", "GET"),
        (
            'recordingStatusCallbackEvent="in-progress completed"',
            *("callback_events", ("in-progress", "completed")),
        ),
        ('transcribeCallback="/text"', "transcribe_callback", "http://shop.test/text"),
    ],
)
def test_attributes(attributes, field, value):
    assert getattr(asked(attributes), field) == value


def test_the_recording_goes_to_the_action():
    pages = {"http://shop.test/made": "<Response><Say>Thanks</Say></Response>"}
    steps = hear(
        '<Record action="/made" method="GET"/><Say>not heard</Say>',
        {RecordCaller: MADE, Fetch: site(pages)},
    )
    assert of(Fetch, steps) == [
        Fetch(
            "http://shop.test/made",
            "GET",
            (
                ("RecordingUrl", "http://here.test/RE1"),
                ("RecordingSid", "RE1"),
                ("RecordingDuration", "3"),
                ("Digits", "#"),
            ),
        )
    ]
    assert of(Speak, steps) == [Speak("Thanks")]
    assert Begin("Record") in steps


def test_without_an_action_the_document_is_asked_again():
    steps = hear("<Record/>", {RecordCaller: MADE, Fetch: page("<Response/>")})
    assert of(Fetch, steps)[0].url == HERE


def test_an_empty_recording_goes_on_with_the_next_verb():
    steps = hear("<Record/><Say>Nobody?</Say>", {RecordCaller: Recorded("", "", 0, silent=True)})
    assert not of(Fetch, steps)
    assert of(Speak, steps) == [Speak("Nobody?")]


@pytest.mark.parametrize("answer", [page("<Response><Say>a</Say></Response>"), None])
def test_after_a_hang_up_the_action_is_asked_once_and_not_obeyed(answer: Page | None):
    made = Recorded("RE1", "http://here.test/RE1", 3, "hangup")
    steps = hear("<Record action='/made'/><Say>b</Say>", {RecordCaller: made, Fetch: answer})
    assert dict(of(Fetch, steps)[0].params)["Digits"] == "hangup"
    assert steps[-2:] == [of(Fetch, steps)[0], HangUp()]


def test_a_recording_that_was_not_kept_has_no_address():
    """The caller hung up at once."""
    steps = hear("<Record/>", {RecordCaller: Recorded("", "", 0, "hangup"), Fetch: None})
    assert of(Fetch, steps)[0].params == (("RecordingDuration", "0"), ("Digits", "hangup"))


@pytest.mark.executes("Record.recordingConfigurationId", "Record.transcribe")
def test_what_is_not_as_in_a_real_call_is_noted():
    made = {RecordCaller: Recorded("", "", 0)}
    steps = hear('<Record transcribe="true" recordingConfigurationId="CR1"/>', made)
    assert of(Begin, steps)[0].notes == (
        "transcribe of <Record>: nothing is recognised here, "
        "the transcription is what the caller said, word for word",
        "recordingConfigurationId of <Record>: "
        "recordings are the same here, whatever configuration is named",
    )
    assert of(Begin, hear('<Record transcribe="false"/>', made))[0].notes == ()
