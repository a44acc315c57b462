"""Recordings by the API: what is refused, what remains of one that was deleted, its channels."""

import io
import wave

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, Town

DAY = 86_400


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


def recorded(town, **options):
    """A recording that is done, of a call in which Alice says something."""
    call = town.call("<Say>one two three</Say><Pause length='60'/>")
    town.advance(2)
    here = town.client.calls(call.sid)
    made = here.recordings.create(**options)
    town.phone(ALICE, "speak", Speech="hello there")
    town.advance(5)
    here.update(status="completed")
    return here.recordings(made.sid).fetch()


def sound(town, recording, suffix=".wav", **query):
    """The answer to a request for its sound."""
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Recordings/{recording.sid}"
    return requests.get(url + suffix, params=query, auth=town.auth, timeout=10)


def channels(reply):
    assert reply.status_code == 200, reply.text
    with wave.open(io.BytesIO(reply.content)) as file:
        return file.getnchannels()


def test_the_sound_is_gone_and_the_rest_can_be_seen_for_forty_days(town):
    one, other = recorded(town), recorded(town)
    recordings = town.client.recordings
    assert recordings(one.sid).delete()
    assert [r.sid for r in recordings.list()] == [other.sid]
    assert town.client.calls(one.call_sid).recordings.list() == []
    seen = {r.sid: r for r in recordings.list(include_soft_deleted=True)}
    assert {sid: r.status for sid, r in seen.items()} == {
        one.sid: "deleted",
        other.sid: "completed",
    }
    assert seen[one.sid].duration == one.duration
    assert recordings(one.sid).fetch(include_soft_deleted=True).status == "deleted"
    with pytest.raises(TwilioRestException) as refused:
        recordings(one.sid).fetch()
    assert refused.value.code == 20404
    with pytest.raises(TwilioRestException) as refused:
        recordings(one.sid).delete()
    assert refused.value.code == 20404
    [row] = town.sandbox.engine.store.find(Recording, None, sid=one.sid)
    assert row.sounds == []
    for query in ({}, {"IncludeSoftDeleted": "true"}):
        assert sound(town, one, **query).status_code == 404
    assert channels(sound(town, other)) == 1

    for _ in range(39):
        town.advance(DAY)
    town.advance(DAY - 20)
    assert len(recordings.list(include_soft_deleted=True)) == 2
    town.advance(20)
    assert [r.sid for r in recordings.list(include_soft_deleted=True)] == [other.sid]
    with pytest.raises(TwilioRestException):
        recordings(one.sid).fetch(include_soft_deleted=True)


def test_pages_of_deleted_ones_go_on_with_deleted_ones(town):
    made = [recorded(town) for _ in range(3)]
    for one in made:
        town.client.recordings(one.sid).delete()
    found = town.client.recordings.list(include_soft_deleted=True, page_size=1)
    assert [r.sid for r in found] == [one.sid for one in reversed(made)]


def test_a_call_plays_no_recording_that_was_deleted(town):
    made = recorded(town)
    town.client.recordings(made.sid).delete()
    url = f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Recordings/{made.sid}"
    town.call(f"<Play>{url}</Play>")
    town.advance(30)
    assert town.alerts()


@pytest.mark.parametrize(
    ("recorded_as", "asked", "found"),
    [
        ("dual", {}, 2),
        ("dual", {"RequestedChannels": 1}, 1),
        ("dual", {"RequestedChannels": 2}, 2),
        ("mono", {}, 1),
        ("mono", {"RequestedChannels": 1}, 1),
    ],
)
def test_both_channels_or_one_with_all_in_it(town, recorded_as, asked, found):
    made = recorded(town, recording_channels=recorded_as)
    assert made.channels == {"mono": 1, "dual": 2}[recorded_as]
    reply = sound(town, made, **asked)
    assert channels(reply) == found
    with wave.open(io.BytesIO(sound(town, made, RequestedChannels=1).content)) as mono:
        assert any(mono.readframes(mono.getnframes()))


@pytest.mark.parametrize("asked", ["2", "0", "3", "both"])
def test_two_channels_of_one_are_refused(town, asked):
    reply = sound(town, recorded(town), RequestedChannels=asked)
    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"recording_channels": "stereo"}, 20001),
        ({"recording_track": "left"}, 20001),
        ({"trim": "some"}, 20001),
        ({"recording_status_callback": "nowhere"}, 21609),
        ({"recording_status_callback_method": "PUT"}, 20001),
        ({"recording_status_callback_event": ["stopped"]}, 20001),
    ],
)
def test_what_makes_no_sense_is_refused(town, options, code):
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).recordings.create(**options)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert town.client.recordings.list() == []


def test_the_current_recording_is_the_running_one(town):
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    here = town.client.calls(call.sid)
    with pytest.raises(TwilioRestException) as refused:
        here.recordings("Twilio.CURRENT").update(status="paused")
    assert refused.value.code == 20404
    first = here.recordings.create()
    town.advance(1)
    here.recordings("Twilio.CURRENT").update(status="stopped")
    town.advance(1)
    second = here.recordings.create()
    paused = here.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
    assert (paused.sid, paused.status) == (second.sid, "paused")
    assert here.recordings(first.sid).fetch().status == "completed"


def test_one_that_runs_cannot_be_deleted_or_changed_when_it_is_over(town):
    call = town.call("<Pause length='60'/>")
    town.advance(3)
    here = town.client.calls(call.sid)
    made = here.recordings.create()
    with pytest.raises(TwilioRestException) as refused:
        here.recordings(made.sid).delete()
    assert refused.value.code == 20009
    here.recordings(made.sid).update(status="stopped")
    town.advance(1)
    with pytest.raises(TwilioRestException) as refused:
        here.recordings(made.sid).update(status="in-progress")
    assert refused.value.code == 21220
