"""What a caller hears, in a call: words with SSML, files, keys, silence."""

import pytest

from helpers.sandbox.sound import audio
from tests.sandbox.sounds import loudness, recorded, strength, wav
from tests.sandbox.town import ALICE, Town, twiml

THREE = wav(bytes(3 * 16_000))  # seconds of silence


@pytest.fixture
def town():
    with Town() as town:
        yield town


def begun(town):
    """When each verb of the call began, less the answer."""
    return [entry for entry in town.times() if entry[1] != "answer"]


# -- words --------------------------------------------------------------------------------------


@pytest.mark.executes("Say", "SsmlBreak", "SsmlProsody", "SsmlSayAs")
def test_ssml_takes_its_time_and_the_transcript_has_the_words(town):
    town.call(
        '<Say>Your code<break time="2s"/><prosody rate="50%">is</prosody> '
        '<say-as interpret-as="digits">42</say-as></Say><Say>Bye</Say>'
    )
    town.advance(10)
    assert town.transcript()[1:] == [("Say", "Your code is 42"), ("Say", "Bye")]
    # Two words, two seconds, a word at half the pace, two digits.
    assert begun(town) == [(0, "Say"), (4.4, "Say")]


@pytest.mark.executes("Say", "Say.loop")
def test_a_loop_is_heard_round_by_round(town):
    town.call('<Say loop="3">two words</Say>')
    town.advance(10)
    assert begun(town) == [(0, "Say"), (0.8, "Say"), (1.6, "Say")]


def test_words_without_end_stop_after_a_thousand_rounds(town):
    call = town.call('<Say loop="0">word</Say>')
    town.advance(2 + 400)
    assert town.status(call) == "completed"
    assert len(begun(town)) == 1000


def test_what_the_log_notes_does_not_change_the_call(town):
    town.call('<Say>I <w role="amazon:VBD">read</w> it</Say><Say>Bye</Say>')
    town.advance(10)
    [noted] = [e["data"] for e in town.events() if "notes" in e["data"]]
    assert noted["notes"] == ["role of <w>: a word is read here as it always is, whatever its role"]
    assert begun(town) == [(0, "Say"), (1.2, "Say")]


# -- files --------------------------------------------------------------------------------------


@pytest.mark.executes("Play", "Play.loop")
def test_a_loop_asks_for_its_file_once(town):
    town.site.pages["/tune"] = (200, "audio/wav", THREE)
    town.call(f'<Play loop="3">{town.url}/tune</Play><Say>next</Say>')
    town.advance(15)
    assert begun(town) == [(0, "Play"), (3, "Play"), (6, "Play"), (9, "Say")]
    assert len(town.site.asked("/tune")) == 1


def test_a_file_that_fails_is_tried_once_in_a_loop(town):
    town.call(f'<Play loop="0">{town.url}/none</Play><Say>next</Say>')
    town.advance(5)
    assert begun(town) == [(0, "Play"), (0, "Say")]
    assert town.alerts() == [11200]


@pytest.mark.parametrize(
    ("headers", "requests"),
    [
        ({"cache-control": "max-age=60"}, 1),
        ({"cache-control": "public, max-age=2"}, 2),
        ({"cache-control": "no-store, max-age=60"}, 2),
        ({}, 2),
    ],
)
def test_a_file_that_may_be_kept_is_not_asked_for_again(town, headers, requests):
    town.site.pages["/tune"] = (200, "audio/wav", THREE)
    town.site.headers |= headers
    play = f"<Play>{town.url}/tune</Play>"
    town.call(play + play)
    town.advance(15)
    assert begun(town) == [(0, "Play"), (3, "Play")]
    assert len(town.site.asked("/tune")) == requests


def test_nothing_about_the_call_is_told_to_the_site_of_a_file(town):
    town.site.pages["/tune"] = (200, "audio/wav", THREE)
    town.call(f"<Play>{town.url}/tune?a=1</Play>")
    town.advance(5)
    assert town.site.asked("/tune") == [{"a": "1"}]


def test_a_file_is_found_from_the_document(town):
    town.site.pages |= {
        "/menu/start": twiml("<Play>../sounds/hello.wav</Play><Say>next</Say>"),
        "/sounds/hello.wav": (200, "audio/wav", THREE),
    }
    town.call(url=town.url + "/menu/start")
    town.advance(10)
    assert begun(town) == [(0, "Play"), (3, "Say")]


@pytest.mark.parametrize(
    ("content_type", "content", "seconds"),
    [
        ("audio/ulaw", bytes(8_000), 1.0),
        ("audio/basic", bytes(12_000), 1.5),
        ("audio/gsm", bytes(4_125), 2.5),
        ("audio/x-gsm", bytes(825), 0.5),
    ],
)
def test_raw_files_last_as_long_as_their_coding_says(town, content_type, content, seconds):
    town.site.pages["/raw"] = (200, content_type, content)
    town.call(f"<Play>{town.url}/raw</Play><Say>next</Say>")
    town.advance(10)
    assert begun(town)[-1] == (seconds, "Say")


@pytest.mark.executes("Gather", "Play")
def test_the_files_of_a_gather_are_fetched_before_anything_is_heard(town):
    def second(_):
        heard.append([e["verb"] for e in town.phone(ALICE)["calls"][-1]["transcript"]])
        return (200, "audio/wav", THREE)

    heard = []
    town.site.pages |= {"/one": (200, "audio/wav", THREE), "/two": second}
    files = f"<Play>{town.url}/one</Play><Play>{town.url}/two</Play>"
    town.call(f"<Gather><Say>hello</Say>{files}</Gather>")
    town.advance(20)
    assert heard == [["answer", "Gather"]]
    assert begun(town) == [(0, "Gather"), (0, "Say"), (0.4, "Play"), (3.4, "Play")]


def test_what_is_no_audio_has_a_code_of_its_own_inside_a_gather(town):
    town.site.pages["/page"] = (200, "text/html", "no")
    play = f"<Play>{town.url}/page</Play>"
    town.call(f'<Gather timeout="1">{play}<Say>hello</Say></Gather>{play}<Say>next</Say>')
    town.advance(10)
    assert town.alerts() == [13325, 13420]
    assert town.transcript()[-1] == ("Say", "next")


# -- keys and silence -----------------------------------------------------------------------------


@pytest.mark.executes("Play", "Play.digits")
def test_keys_reach_the_other_side(town):
    town.site.pages |= {
        "/line": twiml('<Gather numDigits="3" action="/key"/>'),
        "/key": twiml(""),
    }
    line = "+15005550009"
    town.client.incoming_phone_numbers.create(phone_number=line, voice_url=town.url + "/line")
    town.call('<Play digits="1w2W3"/><Pause length="5"/>', to=line)
    town.advance(10)
    assert town.site.asked("/key")[0]["Digits"] == "123"


@pytest.mark.executes("Pause", "Pause.length")
def test_a_pause_is_silence(town):
    town.call('<Say>a</Say><Pause length="4"/><Say>b</Say>')
    town.advance(10)
    assert begun(town) == [(0, "Say"), (0.4, "Pause"), (4.4, "Say")]


def test_who_hangs_up_hears_no_more(town):
    call = town.call("<Say>" + "word " * 20 + "</Say><Say>not heard</Say>")
    town.advance(4)
    town.phone(ALICE, "hangup")
    town.advance(10)
    assert [verb for _, verb in begun(town)] == ["Say", "hangup"]
    assert town.status(call) == "completed"


# -- what a recording of it holds -----------------------------------------------------------------


@pytest.mark.executes("Say", "Play", "Play.digits", "SsmlProsody.volume", "SsmlProsody.pitch")
def test_a_recording_of_the_call_holds_what_was_heard_on_each_side(town, no_voice):
    town.site.pages["/tune"] = (200, "audio/wav", wav(audio.tone(1.0, 600.0)))
    town.call(
        f'<Say>word</Say><Play>{town.url}/tune</Play><Play digits="5W"/>'
        '<Say><prosody volume="-20dB" pitch="+100%">word</prosody></Say>',
        record=True,
        recording_channels="dual",
    )
    town.advance(2)
    town.phone(ALICE, "speak", Speech="yes")
    town.advance(10)
    [recording] = town.client.recordings.list()
    inbound, outbound = recorded(town, recording.sid)
    assert inbound[:6400] == audio.spoken("yes") and not any(inbound[6400:])
    assert outbound[:6400] == audio.spoken("word")
    assert outbound[6400:22_400] == audio.tone(1.0, 600.0)
    assert outbound[22_400:25_600] == audio.keys("5")
    softly = outbound[38_400:44_800]
    assert strength(softly, 660) > 20 * strength(softly, 330)
    assert loudness(softly) == pytest.approx(900, abs=2)  # a tenth of the usual


def test_what_was_cut_short_is_not_in_the_recording(town, no_voice):
    town.call("<Gather><Say>one two three four</Say></Gather>", record=True)
    town.advance(2.5)
    town.phone(ALICE, "press", Digits="1")
    town.advance(10)
    [recording] = town.client.recordings.list()
    [sound] = recorded(town, recording.sid)
    assert sound[:6400] == audio.spoken("one two three four")[:6400]
    assert strength(sound[8000:9600], 697) > 1000  # the key
    assert not any(sound[9600:80_000])


def test_what_was_played_is_kept_with_the_recording(town):
    town.site.pages["/tune"] = (200, "audio/wav", wav(audio.tone(1.0, 600.0)))
    town.call(f"<Play>{town.url}/tune</Play>", record=True)
    town.advance(10)
    del town.site.pages["/tune"]
    [recording] = town.client.recordings.list()
    assert recorded(town, recording.sid) == [audio.tone(1.0, 600.0)]
    assert len(town.site.asked("/tune")) == 1


def test_a_bad_word_is_a_beep_as_long_as_the_word(town, no_voice):
    town.call('<Say><say-as interpret-as="expletive">darn it</say-as></Say>', record=True)
    town.advance(10)
    [recording] = town.client.recordings.list()
    [sound] = recorded(town, recording.sid)
    assert sound == audio.tone(0.8, 1000.0) + bytes(3_200)


def test_no_sound_is_made_while_a_call_runs(monkeypatch):
    """Half an hour of talk is noted in milliseconds; who fetches the recording waits for it."""

    def made(*_, **__):
        raise AssertionError("somebody makes sound")

    for name in ("spoken", "tone", "keys"):
        monkeypatch.setattr(audio, name, made)
    with Town(clock="hurried") as town:
        town.site.pages["/tune"] = (200, "audio/wav", THREE)
        words = f"<Say loop='200'>one two three</Say><Play loop='500'>{town.url}/tune</Play>"
        call = town.call(words + '<Play digits="123"/>', record=True)
        town.until_completed(call)
        assert only_recording(town).duration == str(200 * 1.2 + 500 * 3)[:4]


def only_recording(town):
    [recording] = town.client.recordings.list()
    return recording
