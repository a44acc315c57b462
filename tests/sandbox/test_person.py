"""What a page learns of a handset beside its transcript, and what its microphone sends."""

import math
from array import array

import pytest

from helpers.resources.recording import Recording
from helpers.sandbox import person
from helpers.sandbox.sound.codings import to_bytes
from tests.sandbox.sounds import loudness, recorded, strength, wav
from tests.sandbox.town import ALICE, BOB, SHOP, Town, press, twiml

pytestmark = pytest.mark.usefixtures("no_voice")
PITCH = 500


@pytest.fixture
def town():
    with Town() as town:
        town.site.pages |= {"/done": twiml(""), "/sms": twiml("")}
        yield town


def tone(seconds, loud=8_000):
    turn = 2 * math.pi * PITCH / 8000
    return to_bytes(
        array("h", [int(loud * math.sin(turn * i)) for i in range(int(8000 * seconds))])
    )


def voice(town, content, number=ALICE, kind="audio/wav", auth=None):
    url = f"{town.sandbox.url}/_sandbox/phones/{number}/record"
    headers = {"Content-Type": kind}
    return town.http.post(url, data=content, headers=headers, auth=auth or town.auth, timeout=10)


def look(town, what, number=ALICE):
    return town.control("GET", f"/phones/{number}/{what}")


def in_a_call(town, document, seconds=2):
    town.site.pages["/voice"] = twiml(document)
    call = town.call()
    town.advance(seconds)
    return call


def only(town):
    [recording] = town.client.recordings.list()
    return recording


# -- the microphone -----------------------------------------------------------------------------


def test_what_a_microphone_took_in_is_in_the_recording(town):
    in_a_call(town, '<Record action="/done"/>')
    for _ in range(4):
        town.advance(0.5)
        assert voice(town, wav(tone(0.5))).status_code == 200
    press(town, "#", after=0)
    town.advance(0)
    made = only(town)
    [sound] = recorded(town, made.sid)
    assert made.duration == "2"
    assert strength(sound[: 2 * 8000 * 2], PITCH) > 2_000
    assert ("speak", "(into the microphone)") in town.transcript()
    assert [verb for verb, _ in town.transcript()].count("speak") == 1


def test_parts_that_come_a_little_late_follow_one_another(town):
    in_a_call(town, '<Record action="/done" trim="do-not-trim"/>')
    for wait in (0.6, 0.55, 0.45, 0.5):
        town.advance(wait)
        voice(town, wav(tone(0.5)))
    press(town, "#", after=0)
    town.advance(0)
    pieces = [s["at"] for s in town.sandbox.store.find(Recording, None)[0].sounds]
    assert pieces == [0.0, 0.5, 1.0, 1.5]


def test_silence_of_a_microphone_is_silence(town):
    in_a_call(town, '<Record action="/done" timeout="3"/><Say>nothing</Say>')
    for _ in range(2):
        town.advance(1)
        assert voice(town, wav(bytes(16_000))).status_code == 200
    town.advance(1)
    assert town.transcript()[-1] == ("Say", "nothing")


def test_a_voice_keeps_a_recording_going(town):
    in_a_call(town, '<Record action="/done" timeout="2"/>')
    for _ in range(5):
        town.advance(1)
        voice(town, wav(tone(1)))
    assert town.site.asked("/done") == []
    town.advance(2)
    [asked] = town.site.asked("/done")
    assert asked["RecordingDuration"] == "5"


def test_a_recording_of_the_whole_call_takes_it_too(town):
    town.site.pages["/voice"] = twiml("<Pause length='3'/>")
    town.call(record=True, recording_channels="dual")
    town.advance(3)
    voice(town, wav(tone(1)))
    town.advance(5)
    left, right = recorded(town, only(town).sid)
    assert strength(left[: 2 * 8000], PITCH) > 2_000
    assert loudness(right) == 0


def test_a_voice_goes_with_the_last_recording_that_has_it(town):
    town.site.pages["/voice"] = twiml('<Record action="/done"/>')
    town.call(record=True)
    town.advance(3)
    voice(town, wav(tone(1)))
    press(town, "#", after=0)
    town.advance(2)
    store = town.sandbox.store
    first, second = store.find(Recording, None)
    [name] = {s["text"] for s in first.sounds if s["kind"] == "voice"}
    town.client.recordings(first.sid).delete()
    assert store.blob(name) is not None
    town.client.recordings(second.sid).delete()
    assert store.blob(name) is None


def test_where_nothing_records_it_is_refused(town):
    assert voice(town, wav(tone(1))).status_code == 409
    in_a_call(town, "<Pause length='9'/>")
    reply = voice(town, wav(tone(1)))
    assert reply.json() == {
        "status": 409,
        "message": f"Nothing records what is said at {ALICE} now.",
    }


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "audio/wav", 400),
        (b"RIFF....", "audio/wav", 400),
        (wav(b""), "audio/wav", 400),
        (wav(bytes(2 * 8000 * 61)), "audio/wav", 400),
        (wav(tone(1), coding=3), "audio/wav", 400),
        (b"Digits=1", "application/x-www-form-urlencoded", 415),
        (b"x" * (person.LARGEST + 1), "audio/wav", 413),
    ],
)
def test_what_is_no_sound_is_refused_in_a_sentence(town, content, kind, status):
    in_a_call(town, "<Record/>")
    reply = voice(town, content, kind=kind)
    assert reply.status_code == reply.json()["status"] == status
    assert reply.json()["message"].endswith(".")


def test_a_stranger_may_not_speak(town):
    in_a_call(town, "<Record/>")
    assert voice(town, wav(tone(1)), auth=(town.auth[0], "wrong")).status_code == 401


# -- the ear ------------------------------------------------------------------------------------


def test_it_tells_the_voice_that_speaks_and_for_how_long(town):
    in_a_call(town, '<Say voice="Polly.Joanna" language="en-GB">one two three</Say>')
    heard = look(town, "sound").json()
    assert heard.pop("id").endswith(":1")
    assert heard == {
        "kind": "words",
        "text": "one two three",
        "voice": "Polly.Joanna",
        "language": "en-GB",
        "seconds": 1.2,
    }
    town.advance(2)
    assert look(town, "sound").json() == {}


def test_each_round_of_a_loop_is_another(town):
    in_a_call(town, '<Say loop="3">one</Say>')
    first = look(town, "sound").json()["id"]
    town.advance(0.4)
    assert look(town, "sound").json()["id"] != first


def test_it_tells_what_is_listened_for(town):
    in_a_call(town, '<Gather input="speech" language="de-DE"/>')
    heard = look(town, "sound").json()
    assert (heard["kind"], heard["keys"], heard["speech"], heard["language"]) == (
        "listen",
        False,
        True,
        "de-DE",
    )


def test_it_tells_how_long_silence_may_last_and_each_key_starts_anew(town):
    in_a_call(town, '<Gather timeout="9" numDigits="4"/>')
    town.advance(4)
    assert look(town, "sound").json()["left"] == 5.0
    town.phone(ALICE, "press", Digits="1")
    town.advance(0.5)
    assert look(town, "sound").json()["left"] == 8.5


def test_who_talks_is_listened_to_without_a_limit(town):
    in_a_call(town, '<Gather input="speech" timeout="9"/>')
    assert look(town, "sound").json()["left"] == 9.0
    town.phone(ALICE, "speak", Speech="one two three four five")
    town.advance(1)
    heard = look(town, "sound").json()
    assert heard["kind"] == "listen"
    assert "left" not in heard


def test_it_tells_that_it_records_and_whether_it_beeps(town):
    in_a_call(town, '<Record playBeep="false" maxLength="9"/>')
    heard = look(town, "sound").json()
    assert (heard["kind"], heard["beep"], heard["seconds"]) == ("record", False, 9.0)


def test_it_tells_how_long_a_recording_waits_for_words(town):
    in_a_call(town, '<Record timeout="6" maxLength="9"/>')
    town.advance(2)
    assert look(town, "sound").json()["left"] == 4.0
    town.phone(ALICE, "speak", Speech="one two three four five")
    town.advance(2)
    assert look(town, "sound").json()["left"] == 5.0


def test_who_holds_the_handset_can_have_the_sound_of_a_file(town):
    content = wav(tone(1))
    town.site.pages["/tune.wav"] = (200, "audio/wav", content)
    town.phone(ALICE, Mode="manual")
    town.site.pages["/voice"] = twiml(f'<Play loop="2">{town.url}/tune.wav</Play>')
    town.call()
    town.advance(1)
    town.phone(ALICE, "answer")
    town.advance(0)
    for _ in range(2):
        heard = look(town, "sound").json()
        assert (heard["kind"], heard["seconds"]) == ("file", 1.0)
        reply = look(town, f"sound/{heard['sound']}")
        assert (reply.content, reply.headers["content-type"]) == (content, "audio/wav")
        town.advance(1)
    assert look(town, f"sound/{heard['sound']}").status_code == 404


def test_what_telephones_only_can_play_comes_as_wav(town):
    town.site.pages["/tune"] = (200, "audio/basic", b"\x80" * 8000)
    town.phone(ALICE, Mode="manual")
    town.site.pages["/voice"] = twiml(f"<Play>{town.url}/tune</Play>")
    town.call()
    town.advance(1)
    town.phone(ALICE, "answer")
    town.advance(0)
    reply = look(town, f"sound/{look(town, 'sound').json()['sound']}")
    assert reply.content[:4] == b"RIFF" and len(reply.content) == 44 + 16_000


def test_nobody_holds_it_so_no_sound_is_kept(town):
    town.site.pages["/tune.wav"] = (200, "audio/wav", wav(tone(1)))
    in_a_call(town, f"<Play>{town.url}/tune.wav</Play>")
    assert look(town, "sound").json()["sound"] == ""


# -- texts --------------------------------------------------------------------------------------


def test_a_thread_has_what_came_and_went_and_what_became_of_it(town):
    number = town.client.incoming_phone_numbers.list()[0]
    number.update(sms_url="")
    town.client.messages.create(to=ALICE, from_=SHOP, body="one")
    town.advance(10)
    town.phone(ALICE, "text", To=SHOP, Body="two")
    town.advance(1)
    town.phone(ALICE, Mode="off")
    town.client.messages.create(to=ALICE, from_=SHOP, body="three")
    town.advance(10)
    told = look(town, "messages").json()["messages"]
    assert [(t["way"], t["who"], t["body"], t["status"], t["error_code"]) for t in told] == [
        ("in", SHOP, "one", "delivered", None),
        ("out", SHOP, "two", "received", None),
        ("lost", SHOP, "three", "undelivered", 30003),
    ]


def test_a_picture_is_had_from_the_handset_that_got_it(town):
    town.site.pages["/cat.png"] = (200, "image/png", b"\x89PNG picture")
    url = f"{town.url}/cat.png"
    town.client.messages.create(to=ALICE, from_=SHOP, body="look", media_url=[url])
    town.advance(10)
    [told] = look(town, "messages").json()["messages"]
    [picture] = told["pictures"]
    reply = look(town, f"media/{picture['sid']}")
    assert (reply.content, reply.headers["content-type"]) == (b"\x89PNG picture", "image/png")
    assert look(town, f"media/{picture['sid']}", BOB).status_code == 404
    assert look(town, "media/ME0").status_code == 404
