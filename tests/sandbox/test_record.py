"""Record in a call: what ends it, what is kept, who is told, and what is heard in the file."""

import pytest
from twilio.base.exceptions import TwilioRestException

from helpers.resources.recording import Recording
from helpers.sandbox.sound import audio, mp3
from tests.sandbox.sounds import recorded, strength
from tests.sandbox.town import ALICE, Town, press, speak, twiml

pytestmark = pytest.mark.usefixtures("no_voice")


@pytest.fixture
def town():
    with Town() as town:
        town.site.pages |= {"/done": twiml(""), "/state": twiml(""), "/text": twiml("")}
        yield town


def leave_message(town, attributes, after="<Say>nothing</Say>", **options):
    """Call somebody who is recorded, and be at the moment of the answer."""
    town.site.pages["/voice"] = twiml(f'<Record action="/done" {attributes}/>{after}')
    call = town.call(**options)
    town.advance(2)
    return call


def told(town):
    """The last key and the length, as the action was told them."""
    return [(t["Digits"], t["RecordingDuration"]) for t in town.site.asked("/done")]


def only(town):
    [recording] = town.client.recordings.list()
    return recording


# -- what ends it -------------------------------------------------------------------------------


@pytest.mark.executes("Record", "Record.finishOnKey", "Record.action")
def test_any_of_several_keys_ends_it(town):
    leave_message(town, 'finishOnKey="*9"')
    speak(town, "one two three")
    press(town, "1", after=1)  # none of them
    press(town, "9", after=1)
    town.advance(0)
    assert told(town) == [("9", "2")]
    asked = town.site.asked("/done")[0]
    assert asked["RecordingSid"] == only(town).sid
    assert asked["RecordingUrl"].endswith(f"/Recordings/{only(town).sid}")


def test_without_keys_that_end_it_none_does(town):
    leave_message(town, 'finishOnKey="" timeout="2"')
    speak(town, "one")
    press(town, "1*#", after=1)
    assert told(town) == []
    town.advance(2)
    assert told(town) == [("", "1")]


def test_keys_of_before_do_not_end_it(town):
    press(town, "#")
    leave_message(town, 'timeout="3"')
    town.advance(4)
    assert told(town) == []
    assert town.transcript()[-1] == ("Say", "nothing")


def test_words_of_before_are_said_when_it_begins(town):
    """So a script on a hurried clock can leave a message."""
    speak(town, "call me back")
    leave_message(town, 'timeout="3"')
    town.advance(5)
    assert told(town) == [("", "2")]
    assert town.transcript()[1:] == [("Record", ""), ("speak", "call me back")]


@pytest.mark.executes("Record.timeout")
def test_silence_ends_it_and_counts_from_the_last_word(town):
    leave_message(town, 'timeout="3" trim="do-not-trim"')
    speak(town, "one two three four five", after=1)  # until second 3
    town.advance(4.9)
    assert told(town) == []
    town.advance(0.2)
    assert told(town) == [("", "6")]


@pytest.mark.executes("Record.timeout")
def test_silence_of_no_seconds_does_not_end_it(town):
    leave_message(town, 'timeout="0" trim="do-not-trim"')
    town.advance(600)
    assert told(town) == []
    press(town, "5")
    town.advance(0)
    assert told(town) == [("5", "600")]


@pytest.mark.executes("Record.maxLength")
def test_it_is_never_longer_than_its_limit(town):
    leave_message(town, 'maxLength="4"')
    speak(town, "one two three four five six seven eight nine ten eleven twelve")
    town.advance(4)
    assert told(town) == [("", "4")]
    [sound] = recorded(town, only(town).sid)
    assert len(sound) == 64_000


def test_who_hangs_up_has_left_a_message(town):
    call = leave_message(town, "")
    speak(town, "call me back")
    town.advance(3)
    town.phone(ALICE, "hangup")
    town.advance(5)
    assert told(town) == [("hangup", "2")]
    assert town.site.asked("/done")[0]["CallStatus"] == "completed"
    assert (town.status(call), only(town).status) == ("completed", "completed")


@pytest.mark.executes("Record.trim")
@pytest.mark.parametrize(("trim", "duration"), [("trim-silence", "1"), ("do-not-trim", "5")])
def test_silence_at_both_ends_is_cut_off_or_kept(town, trim, duration):
    leave_message(town, f'trim="{trim}"')
    speak(town, "one two", after=2)
    press(town, "#", after=3)
    town.advance(0)
    assert told(town) == [("#", duration)]
    [sound] = recorded(town, only(town).sid)
    start = 0 if trim == "trim-silence" else 32_000
    assert sound[start : start + 12_800] == audio.spoken("one two")
    assert not any(sound[:start]) and not any(sound[start + 12_800 :])


@pytest.mark.executes("Record.method")
def test_the_action_is_asked_by_the_method(town):
    leave_message(town, 'method="GET"')
    speak(town, "hello")
    press(town, "1", after=1)
    town.advance(0)
    asked = [e["data"] for e in town.events() if e["type"] == "webhook"]
    assert [w["method"] for w in asked if "/done" in w["url"]] == ["GET"]
    assert told(town) == [("1", "1")]


def test_without_an_action_the_document_is_asked_again(town):
    town.site.pages["/voice"] = twiml("<Record/>")
    town.call()
    town.advance(2)
    speak(town, "hello")
    press(town, "#", after=1)
    town.advance(0)
    assert [t.get("Digits") for t in town.site.asked("/voice")] == [None, "#"]


# -- nothing to keep ----------------------------------------------------------------------------


def test_where_nothing_is_said_nothing_is_kept_and_the_call_goes_on(town):
    leave_message(town, "")
    town.advance(6)
    assert told(town) == []
    assert town.transcript()[-1] == ("Say", "nothing")
    assert town.alerts() == [16102]
    assert (only(town).status, only(town).duration) == ("absent", "0")


def test_what_ends_as_it_begins_is_too_short(town):
    leave_message(town, "")
    press(town, "#")
    town.advance(1)
    assert told(town) == []
    assert town.transcript()[-1] == ("Say", "nothing")
    assert town.alerts() == [16101]


# -- who is told --------------------------------------------------------------------------------


@pytest.mark.executes(
    "Record.recordingStatusCallback",
    "Record.recordingStatusCallbackMethod",
    "Record.recordingStatusCallbackEvent",
)
def test_the_states_that_somebody_wants_to_know_of(town):
    leave_message(
        town,
        'recordingStatusCallback="/state" recordingStatusCallbackMethod="GET" '
        'recordingStatusCallbackEvent="in-progress completed absent"',
    )
    speak(town, "one two three")
    press(town, "#", after=2)
    town.advance(0)
    asked = [e["data"] for e in town.events() if e["type"] == "webhook"]
    assert [w["method"] for w in asked if "/state" in w["url"]] == ["GET", "GET"]
    begun, done = town.site.asked("/state")
    assert (begun["RecordingStatus"], done["RecordingStatus"]) == ("in-progress", "completed")
    assert "RecordingDuration" not in begun
    assert {k: v for k, v in done.items() if k.startswith("Recording")} == {
        "RecordingSid": only(town).sid,
        "RecordingUrl": town.site.asked("/done")[0]["RecordingUrl"],
        "RecordingStatus": "completed",
        "RecordingChannels": "1",
        "RecordingStartTime": "Mon, 05 Jan 2026 09:00:02 +0000",
        "RecordingSource": "RecordVerb",
        "RecordingTrack": "both",
        "RecordingDuration": "2",
    }


def test_only_what_is_absent(town):
    leave_message(town, 'recordingStatusCallback="/state" recordingStatusCallbackEvent="absent"')
    town.advance(6)
    [state] = town.site.asked("/state")
    assert (state["RecordingStatus"], state["RecordingDuration"]) == ("absent", "0")


# -- the transcription ----------------------------------------------------------------------------


@pytest.mark.executes("Record.transcribe", "Record.transcribeCallback")
def test_what_was_said_is_told_as_text_and_marked_as_not_recognised(town):
    call = leave_message(town, 'transcribe="true" transcribeCallback="/text"')
    speak(town, "please call me back")
    speak(town, "at noon", after=3)
    press(town, "#", after=1)
    town.advance(3.9)
    assert town.site.asked("/text") == []  # it takes as long as the recording
    [waiting] = town.client.transcriptions.list()
    assert (waiting.status, waiting.transcription_text) == ("in-progress", None)
    town.advance(0.2)
    [text] = town.site.asked("/text")
    recording = only(town)
    assert {k: text[k] for k in text if k[:3] in ("Tra", "Rec")} == {
        "TranscriptionSid": waiting.sid,
        "TranscriptionText": "please call me back at noon",
        "TranscriptionStatus": "completed",
        "TranscriptionUrl": f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}"
        f"/Transcriptions/{waiting.sid}",
        "TranscriptionType": "sandbox",
        "RecordingSid": recording.sid,
        "RecordingUrl": town.site.asked("/done")[0]["RecordingUrl"],
    }
    assert (text["CallSid"], text["CallStatus"]) == (call.sid, "completed")
    done = town.client.recordings(recording.sid).transcriptions(waiting.sid).fetch()
    assert (done.status, done.transcription_text, done.duration, done.type) == (
        *("completed", "please call me back at noon", "4", "sandbox"),
    )
    [noted] = [e["data"]["notes"] for e in town.events() if "notes" in e["data"]]
    assert noted == [
        "transcribe of <Record>: nothing is recognised here, "
        "the transcription is what the caller said, word for word"
    ]


def test_without_a_callback_the_text_is_still_there(town):
    leave_message(town, 'transcribe="true"')
    speak(town, "one two three four five six")
    press(town, "#", after=3)
    town.advance(10)
    [text] = town.client.transcriptions.list()
    assert text.transcription_text == "one two three four five six"
    assert town.client.transcriptions(text.sid).delete()
    assert town.client.transcriptions.list() == []


def test_a_callback_alone_makes_no_text(town):
    leave_message(town, 'transcribeCallback="/text"')
    speak(town, "one two three four five six")
    press(town, "#", after=3)
    town.advance(10)
    assert (town.site.asked("/text"), town.client.transcriptions.list()) == ([], [])


@pytest.mark.parametrize(
    ("attributes", "seconds", "alerts"),
    [
        ("", 2, [13617]),
        ("", 3, []),
        ('timeout="0"', 120, []),
        ('timeout="0" maxLength="300"', 121, [13617]),
    ],
)
def test_how_long_a_recording_may_be_to_be_transcribed(town, attributes, seconds, alerts):
    leave_message(town, f'transcribe="true" trim="do-not-trim" {attributes}')
    speak(town, "hello")
    press(town, "#", after=seconds)
    town.advance(0)
    assert town.alerts() == alerts
    assert len(town.client.transcriptions.list()) == (0 if alerts else 1)


def test_words_that_were_cut_off_are_not_in_the_text(town):
    leave_message(town, 'transcribe="true" maxLength="3"')
    speak(town, "one two three four five six seven eight nine", after=1)
    town.advance(10)
    assert told(town) == [("", "2")]
    # They do not reach two seconds, and so there is no text at all.
    assert town.alerts() == [13617]
    leave_message(town, 'transcribe="true" maxLength="4"')
    speak(town, "one two three four five six seven eight nine ten eleven")
    town.advance(20)
    [text] = town.client.transcriptions.list()
    assert text.transcription_text == "one two three four five six seven eight nine ten"


# -- what is heard --------------------------------------------------------------------------------


@pytest.mark.executes("Record.playBeep")
@pytest.mark.parametrize(("wanted", "heard"), [("true", True), ("false", False)])
def test_the_beep_is_heard_by_the_caller_and_not_in_the_message(town, wanted, heard):
    options = {"record": True, "recording_channels": "dual", "trim": "do-not-trim"}
    leave_message(town, f'playBeep="{wanted}"', **options)
    speak(town, "hello", after=1)
    press(town, "#", after=2)
    town.advance(1)
    whole, message = sorted(town.client.recordings.list(), key=lambda made: made.source)
    assert (whole.source, message.source) == ("OutboundAPI", "RecordVerb")
    inbound, outbound = recorded(town, whole.sid)
    assert (strength(outbound[:4800], 1000) > 1000) is heard
    assert inbound[16_000:22_400] == audio.spoken("hello")
    assert recorded(town, message.sid) == [audio.spoken("hello") + bytes(9600)]


def test_keys_are_heard_in_a_message_but_for_the_one_that_ends_it(town):
    leave_message(town, 'finishOnKey="#" trim="do-not-trim"')
    speak(town, "hello")
    press(town, "5", after=1)
    press(town, "#", after=1.5)
    town.advance(1)
    [sound] = recorded(town, only(town).sid)
    assert sound[16_000:19_200] == audio.keys("5")
    assert not any(sound[19_200:])


def test_a_message_can_be_played_back(town):
    town.site.pages |= {
        "/voice": twiml('<Record action="/again"/>'),
        "/again": lambda p: twiml(f"<Play>{p['RecordingUrl']}</Play>"),
    }
    town.call(record=True, recording_channels="dual")
    town.advance(2)
    speak(town, "hello world")
    press(town, "#", after=1)
    town.advance(5)
    whole = next(r for r in town.client.recordings.list() if r.source == "OutboundAPI")
    _, outbound = recorded(town, whole.sid)
    assert outbound[16_000:28_800] == audio.spoken("hello world")


def test_both_sides_of_a_dial_are_heard_each_in_its_channel(town):
    bob = "+14155550101"
    town.call(f'<Dial record="record-from-answer-dual">{bob}</Dial>')
    town.advance(4)
    speak(town, "hello")
    town.advance(1)
    town.phone(bob, "speak", Speech="who is it")
    town.advance(2)
    town.phone(bob, "hangup")
    town.advance(1)
    alice, other = recorded(town, only(town).sid)
    assert alice[:6400] == audio.spoken("hello")
    assert other[16_000:35_200] == audio.spoken("who is it")
    assert not any(alice[6400:]) and not any(other[:16_000])


def test_what_another_call_says_and_keys_is_heard_once(town):
    """At the far end is no handset but a number of our own."""
    line = "+15005550009"
    town.site.pages["/line"] = twiml('<Record timeout="2" finishOnKey="" action="/done"/>')
    town.client.incoming_phone_numbers.create(phone_number=line, voice_url=town.url + "/line")
    town.call("<Pause/><Say>hello</Say><Pause/><Play digits='5'/><Say>world</Say>", to=line)
    town.advance(20)
    assert [t["RecordingDuration"] for t in town.site.asked("/done")] == ["2"]
    [made] = [r for r in town.sandbox.store.find(Recording, None) if r.source == "RecordVerb"]
    assert [(told["at"], told["track"], told["text"]) for told in made.sounds] == [
        *((0.0, "inbound", "hello"), (1.4, "inbound", "5"), (1.4, "inbound", "world")),
    ]


@pytest.mark.parametrize("present", [True, False])
def test_a_message_is_there_as_mp3_if_something_makes_that(town, monkeypatch, present):
    monkeypatch.setattr(mp3, "program", lambda: "lame" if present else None)
    monkeypatch.setattr(mp3, "made_of", lambda wav: b"ID3" + wav[:4])
    leave_message(town, "")
    speak(town, "hello")
    press(town, "#", after=1)
    town.advance(0)
    url = town.site.asked("/done")[0]["RecordingUrl"] + ".mp3"
    reply = town.http.get(url, auth=town.auth, timeout=10)
    if present:
        assert (reply.status_code, reply.content) == (200, b"ID3RIFF")
        assert reply.headers["content-type"] == "audio/mpeg"
    else:
        assert reply.status_code == 404
        assert "ask for the recording as .wav" in reply.json()["message"]


# -- recordings of the whole call -----------------------------------------------------------------


def talk(town, **options):
    """A call in which both sides say one word, each after a second."""
    call = town.call("<Pause/><Say>ours</Say><Pause length='4'/>", record=True, **options)
    town.advance(2 + 2)
    town.phone(ALICE, "speak", Speech="theirs")
    town.advance(10)
    return call


@pytest.mark.parametrize(
    ("track", "heard"),
    [("both", ["ours", "theirs"]), ("inbound", ["theirs"]), ("outbound", ["ours"])],
)
def test_one_side_of_a_call_can_be_recorded_alone(town, track, heard):
    talk(town, recording_track=track, recording_channels="dual")
    [made] = town.sandbox.store.find(Recording, None)
    assert [told["text"] for told in made.sounds] == heard
    assert made.channels == (2 if track == "both" else 1)


@pytest.mark.parametrize(
    ("options", "duration"), [({}, "2"), ({"trim": "do-not-trim"}, "6")], ids=["trimmed", "whole"]
)
def test_the_silence_around_a_call_is_cut_off_unless_it_is_wanted(town, options, duration):
    talk(town, **options)
    assert only(town).duration == duration


@pytest.mark.parametrize(("behavior", "duration"), [(None, "6"), ("silence", "6"), ("skip", "4")])
def test_a_pause_is_silent_or_left_out(town, behavior, duration):
    call = town.call("<Say>one two three four five</Say><Pause length='20'/>")
    town.advance(2)
    recordings = town.client.calls(call.sid).recordings
    made = recordings.create(recording_channels="dual")
    town.advance(1)
    options = {"pause_behavior": behavior} if behavior else {}
    recordings(made.sid).update(status="paused", **options)
    town.advance(2)
    town.phone(ALICE, "speak", Speech="secret")
    recordings(made.sid).update(status="in-progress")
    town.advance(1)
    town.phone(ALICE, "speak", Speech="told")
    town.advance(2)
    recordings(made.sid).update(status="stopped")
    town.advance(0)
    assert recordings(made.sid).fetch().duration == duration
    [kept] = town.sandbox.store.find(Recording, None)
    at = 4.0 if duration == "6" else 2.0
    assert [(told["at"], told["text"]) for told in kept.sounds] == [(at, "told")]


def test_a_recording_that_the_api_starts_tells_what_and_how_it_is_asked_to(town):
    call = town.call("<Pause length='20'/>")
    town.advance(2)
    recordings = town.client.calls(call.sid).recordings
    made = recordings.create(
        recording_status_callback=town.url + "/state",
        recording_status_callback_event=["in-progress completed"],
        recording_status_callback_method="GET",
        recording_track="inbound",
    )
    town.advance(1)
    recordings(made.sid).update(status="stopped")
    town.advance(0)
    told = town.site.asked("/state")
    assert [t["RecordingStatus"] for t in told] == ["in-progress", "completed"]
    assert {t["RecordingTrack"] for t in told} == {"inbound"}
    asked = [e["data"] for e in town.events() if e["type"] == "webhook"]
    assert [w["method"] for w in asked if "/state" in w["url"]] == ["GET", "GET"]


def test_a_pause_behaves_in_one_of_two_ways(town):
    call = town.call("<Pause length='20'/>")
    town.advance(2)
    recordings = town.client.calls(call.sid).recordings
    made = recordings.create()
    with pytest.raises(TwilioRestException, match="skip or silence"):
        recordings(made.sid).update(status="paused", pause_behavior="hum")
