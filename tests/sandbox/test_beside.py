"""What runs beside a call: a recording and a transcription, from a Start until a Stop."""

import json

import pytest
from twilio.request_validator import RequestValidator

from tests.sandbox.town import ALICE, Town, twiml


@pytest.fixture
def town():
    with Town() as town:
        town.site.pages["/told"] = twiml("")
        yield town


# -- recordings ---------------------------------------------------------------------------------


@pytest.mark.executes(
    "Start",
    "Recording",
    "Recording.recordingStatusCallback",
    "Recording.recordingStatusCallbackEvent",
    "Recording.channels",
    "Recording.track",
    "Recording.trim",
)
def test_a_call_is_recorded_while_it_goes_on(town):
    call = town.call(
        f"<Start><Recording recordingStatusCallback='{town.url}/told' channels='mono' "
        "recordingStatusCallbackEvent='in-progress completed' track='both' trim='do-not-trim'/>"
        "</Start><Say>one two three</Say><Pause length='3'/>"
    )
    town.advance(10)
    [made] = town.client.recordings.list(call_sid=call.sid)
    assert made.source == "StartCallRecordingTwiML"
    assert (made.channels, made.duration, made.status) == (1, "5", "completed")
    told = town.site.asked("/told")
    assert [t["RecordingStatus"] for t in told] == ["in-progress", "completed"]
    assert told[1]["RecordingSource"] == "StartCallRecordingTwiML"
    assert (told[1]["RecordingTrack"], told[1]["RecordingChannels"]) == ("both", "1")


def test_silence_at_both_ends_is_cut_off_and_there_are_two_channels(town):
    call = town.call(
        "<Start><Recording/></Start><Pause length='3'/><Say>one two</Say><Pause length='3'/>"
    )
    town.advance(20)
    [made] = town.client.recordings.list(call_sid=call.sid)
    assert (made.channels, made.duration) == (2, "1")


@pytest.mark.executes("Stop", "Recording.name", "Recording.recordingStatusCallbackMethod")
def test_a_stop_ends_the_recording_of_that_name(town):
    call = town.call(
        "<Start><Recording name='tape' trim='do-not-trim' recordingStatusCallbackMethod='GET' "
        f"recordingStatusCallback='{town.url}/told'/></Start><Pause length='3'/>"
        "<Stop><Recording name='tape'/></Stop><Pause length='10'/>"
    )
    town.advance(2 + 4)
    [made] = town.client.recordings.list(call_sid=call.sid)
    assert (made.status, made.duration) == ("completed", "3")
    assert len(town.site.asked("/told")) == 1
    town.advance(20)
    assert len(town.site.asked("/told")) == 1


# -- transcriptions -----------------------------------------------------------------------------


def start(town, attributes="", inside=""):
    """A Start of a transcription that tells the site."""
    noun = f"<Transcription statusCallbackUrl='{town.url}/told' {attributes}>{inside}"
    return f"<Start>{noun}</Transcription></Start>"


def told(town):
    return town.site.asked("/told")


def said(town):
    """(track, words, final) of each piece of a transcript."""
    return [
        (t["Track"], json.loads(t["TranscriptionData"])["transcript"], t["Final"])
        for t in told(town)
        if t["TranscriptionEvent"] == "transcription-content"
    ]


@pytest.mark.executes(
    "Transcription",
    "Transcription.statusCallbackUrl",
    "Transcription.name",
    "Transcription.languageCode",
    "Transcription.inboundTrackLabel",
    "Transcription.outboundTrackLabel",
    "Config",
)
def test_the_words_said_are_told_signed_and_in_order(town):
    call = town.call(
        start(
            town,
            "name='t' languageCode='en-GB' inboundTrackLabel='agent' outboundTrackLabel='shop'",
            "<Config name='a' value='1'/><Parameter name='Order' value='7'/>",
        )
        + "<Say>one two</Say><Pause length='9'/>"
    )
    town.advance(2 + 3)
    town.phone(ALICE, "speak", Speech="three four five")
    town.advance(20)
    sequence = [(t["TranscriptionEvent"], t["SequenceId"]) for t in told(town)]
    assert sequence == [
        ("transcription-started", "1"),
        ("transcription-content", "2"),
        ("transcription-content", "3"),
        ("transcription-stopped", "4"),
    ]
    started, first, second, stopped = told(town)
    assert started == {
        "AccountSid": town.sandbox.account_sid,
        "CallSid": call.sid,
        "TranscriptionSid": started["TranscriptionSid"],
        "TranscriptionEvent": "transcription-started",
        "Timestamp": "2026-01-05T09:00:02.000000Z",
        "SequenceId": "1",
        "Name": "t",
        "LanguageCode": "en-GB",
        "TranscriptionEngine": "google",
        "ProviderConfiguration": json.dumps(
            {
                "profanityFilter": "true",
                "speechModel": "telephony",
                "enableAutomaticPunctuation": "true",
                "hints": "",
                "a": "1",
            }
        ),
        "Track": "both_tracks",
        "PartialResults": "false",
        "InboundTrackLabel": "agent",
        "OutboundTrackLabel": "shop",
        "Order": "7",
    }
    assert started["TranscriptionSid"].startswith("GT")
    assert first["TranscriptionData"] == '{"transcript": "one two", "confidence": 0.9}'
    assert (first["LanguageCode"], first["Order"]) == ("en-GB", "7")
    # When the last of the words was over: 0.8 seconds into the call, and 3 + 1.2.
    assert first["Timestamp"] == "2026-01-05T09:00:02.800000Z"
    assert second["Timestamp"] == "2026-01-05T09:00:06.200000Z"
    assert said(town) == [
        ("outbound_track", "one two", "true"),
        ("inbound_track", "three four five", "true"),
    ]
    assert stopped["Order"] == "7"
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


@pytest.mark.executes("Transcription.track", "Transcription.statusCallbackMethod")
def test_one_track_alone(town):
    town.call(
        start(town, "track='inbound_track' statusCallbackMethod='GET'")
        + "<Say>one two</Say><Pause length='9'/>"
    )
    town.advance(2 + 3)
    town.phone(ALICE, "speak", Speech="three")
    town.advance(20)
    assert said(town) == [("inbound_track", "three", "true")]


@pytest.mark.executes("Transcription.partialResults")
def test_partial_results_grow(town):
    town.call(start(town, "partialResults='true'") + "<Say>one two three four five six seven</Say>")
    town.advance(20)
    assert said(town) == [
        ("outbound_track", "one two three four five", "false"),
        ("outbound_track", "one two three four five six seven", "true"),
    ]
    assert told(town)[1]["Stability"] == "0.8"


def test_words_that_are_cut_off_were_not_said(town):
    town.call(
        start(town)
        + f"<Gather numDigits='1' action='{town.url}/on'><Say>one two three four</Say></Gather>"
    )
    town.site.pages["/on"] = twiml("<Pause length='9'/>")
    town.advance(2 + 0.9)
    town.phone(ALICE, "press", Digits="1")
    town.advance(20)
    assert said(town) == [("outbound_track", "one two", "true")]


def test_a_hang_up_in_the_middle_of_a_word(town):
    town.call(start(town) + "<Say>one two three four</Say>")
    town.advance(2 + 1)
    town.phone(ALICE, "hangup")
    assert said(town) == [("outbound_track", "one two", "true")]
    assert told(town)[-1]["TranscriptionEvent"] == "transcription-stopped"


@pytest.mark.executes("Stop", "Transcription.name")
def test_a_stop_ends_the_transcription(town):
    stop = "<Stop><Transcription name='t'/></Stop>"
    town.call(start(town, "name='t'") + f"<Say>one</Say>{stop}<Say>two</Say>")
    town.advance(20)
    assert said(town) == [("outbound_track", "one", "true")]
    assert told(town)[-1]["TranscriptionEvent"] == "transcription-stopped"
