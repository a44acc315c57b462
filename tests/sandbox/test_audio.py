"""Words, keys and files as sound: made when they are fetched, and exact to the sample."""

import io
import itertools
import struct
import wave

import pytest

from helpers.resources.recording import Recording
from helpers.sandbox.sound import audio, codings, mixing, mp3, sound_files, voices
from helpers.sandbox.sound.codings import to_samples
from tests.sandbox.sounds import loudness, strength, wav

pytestmark = pytest.mark.usefixtures("no_voice")


# -- words and keys -----------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "samples"), [("", 0), ("one", 3200), ("one two three", 9600)])
def test_a_word_lasts_two_fifths_of_a_second(words, samples):
    assert len(audio.spoken(words)) == 2 * samples


def test_each_word_is_a_tone_of_its_own():
    sound = audio.spoken("one two")
    first, second = sound[:6400], sound[6400:]
    assert strength(first, 330) > 20 * strength(first, 392)
    assert strength(second, 392) > 20 * strength(second, 330)


def test_words_can_be_given_more_time_and_another_pitch():
    sound = audio.spoken("slow", seconds=2.0, pitch=100)
    assert len(sound) == 32_000
    assert strength(sound, 660) > 20 * strength(sound, 330)


def test_louder_and_softer():
    sound = audio.spoken("one")
    assert loudness(audio.louder(sound, 6.0)) == pytest.approx(2 * loudness(sound), rel=0.01)
    assert loudness(audio.louder(sound, -100.0)) == 0
    assert loudness(audio.louder(sound, 60.0)) == 32_768
    assert audio.louder(sound, 0) is sound


ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYPAD = dict(zip("123A456B789C*0#D", itertools.product(ROWS, COLUMNS), strict=True))


@pytest.mark.parametrize("key", KEYPAD)
def test_a_key_is_the_two_tones_of_its_row_and_column(key):
    sound = audio.keys(key)[:1600]  # a tenth of a second, and then as much silence
    heard = sorted(ROWS + COLUMNS, key=lambda pitch: -strength(sound, pitch))
    assert tuple(sorted(heard[:2])) == KEYPAD[key]
    assert len(audio.keys(key)) == 3200


def test_w_between_keys_is_silence():
    assert audio.keys("wW") == bytes(2 * 12_000)
    assert len(audio.keys("1w2")) == 2 * (1600 + 4000 + 1600)


def test_the_same_sound_every_time():
    assert audio.spoken("one two") == audio.spoken("one two")
    assert audio.keys("12") == audio.keys("12")


@pytest.mark.skipif(not voices.installed(), reason="there is no espeak-ng on this machine")
def test_with_a_voice_on_the_machine_words_are_said_and_take_the_same_time(monkeypatch):
    tones = audio.spoken("good morning everybody")
    monkeypatch.setattr(voices, "PROGRAM", "espeak-ng")
    voices.speak.cache_clear()
    said = audio.spoken("good morning everybody", "Polly.Amy", "en-GB")
    assert len(said) == len(tones) == 2 * 9600
    assert said != tones
    assert loudness(said) > 3000
    assert len(audio.spoken("bonjour", "alice", "fr-FR", 1.0)) == 16_000
    assert len(audio.spoken("xyz", "man", "no-such-language")) == 6400


def test_the_voice_depends_on_the_speaker_and_the_language():
    assert voices._speakers("man", "de-DE") == ["de-DE", "de", "en-US"]
    assert voices._speakers("Polly.Matthew-Neural", "") == ["en-US", "en"]
    assert voices._speakers("alice", "arb") == ["arb+f3", "ar+f3", "en-US+f3"]


# -- codings ------------------------------------------------------------------------------------

# Value and code as the tables of G.711 have them.
ULAW = [(0, 0xFF), (-1, 0x7E), (8, 0xFE), (132, 0xEF), (1000, 0xCE), (-1000, 0x4E), (32767, 0x80)]


@pytest.mark.parametrize(("value", "code"), [*ULAW, (-32768, 0x00), (32124, 0x80), (-32124, 0x00)])
def test_mu_law(value, code):
    assert audio.ulaw(struct.pack("<h", value)) == bytes([code])


def test_mu_law_there_and_back_is_nearly_the_same():
    every = struct.pack("<65536h", *range(-32768, 32768))
    back = to_samples(audio.pcm(audio.ulaw(every)))
    # Sixteen steps to each doubling: an error of three per cent, and a little near silence.
    assert all(
        abs(a - b) <= abs(a) * 0.04 + 8 for a, b in zip(to_samples(every), back, strict=True)
    )


def test_of_the_two_zeros_of_mu_law_one_is_kept():
    every = bytes(range(256))
    assert audio.ulaw(audio.pcm(every)) == every.replace(b"\x7f", b"\xff")


def test_a_law():
    assert to_samples(codings.alaw_to_pcm(b"\xd5\x55\xaa\x2a")).tolist() == [8, -8, 32256, -32256]


def test_another_rate_becomes_that_of_a_telephone():
    assert to_samples(codings.resampled(struct.pack("<4h", 10, 30, 50, 70), 16_000)).tolist() == [
        *(20, 60)
    ]
    assert to_samples(codings.resampled(struct.pack("<2h", 1, 2), 4_000)).tolist() == [1, 1, 2, 2]


# -- files --------------------------------------------------------------------------------------


def au(data):
    return b".snd" + struct.pack(">5I", 24, len(data), 1, 8000, 1) + data


def mp3_file(frames):
    """So many frames of 1152 samples at 44,100 a second, 128 kbit/s."""
    return (bytes.fromhex("fffb9000") + bytes(413)) * frames


def aiff(frames):
    rate = struct.pack(">HQ", 16383 + 12, 8000 << 51)  # 80 bits, as AIFF has them
    form = struct.pack(">hIh", 1, frames, 16) + rate
    chunks = b"COMM" + struct.pack(">I", len(form)) + form
    chunks += b"SSND" + struct.pack(">III", 8 + 2 * frames, 0, 0) + bytes(2 * frames)
    return b"FORM" + struct.pack(">I", 4 + len(chunks)) + b"AIFF" + chunks


@pytest.mark.parametrize(
    ("content", "content_type", "seconds"),
    [
        (wav(bytes(16_000)), "audio/wav", 1.0),
        (wav(bytes(4_000), coding=7, bits=8), "audio/x-wav", 0.5),
        (wav(bytes(4_000), coding=6, bits=8), "audio/wav", 0.5),
        (wav(bytes(2_000), coding=0x11, bits=4, block=256), "audio/wav", 0.5),
        (wav(bytes(44_100 * 4), channels=2, rate=44_100), "audio/wave", 1.0),
        (wav(bytes(16_000))[:8_044], "audio/wav", 0.5),
        (bytes(12_000), "audio/ulaw", 1.5),
        (au(bytes(8_000)), "audio/basic", 1.0),
        (bytes(3_300), "audio/gsm", 2.0),
        (bytes(825), "audio/x-gsm", 0.5),
        (b"RIFF, or so it says", "audio/wav", None),
        (b"", "audio/mpeg", None),
        (b"ID3 and so on", "audio/mpeg", None),
    ],
)
def test_how_long_a_file_plays(content, content_type, seconds):
    assert sound_files.length(content, content_type) == seconds


@pytest.mark.parametrize(
    ("content", "content_type", "seconds"),
    [(mp3_file(100), "audio/mpeg", 2.612), (aiff(12_000), "audio/aiff", 1.5)],
)
def test_how_long_a_file_plays_that_a_library_reads(content, content_type, seconds):
    assert sound_files.length(content, content_type) == pytest.approx(seconds, abs=0.001)


SAMPLES = struct.pack("<4h", 0, 1000, -1000, 32767)


@pytest.mark.parametrize(
    ("content", "content_type", "samples"),
    [
        (wav(SAMPLES), "audio/wav", [0, 1000, -1000, 32767]),
        (wav(b"\x80\x00\xff", bits=8), "audio/wav", [0, -32768, 32512]),
        (wav(struct.pack("<4h", 1, 9, 2, 9), channels=2), "audio/wav", [1, 2]),
        (wav(b"\x99\x01\x02\x99\x03\x04", bits=24), "audio/wav", [0x0201, 0x0403]),
        (wav(b"\xff\xce", coding=7, bits=8), "audio/wav", [0, 988]),
        (wav(b"\xd5", coding=6, bits=8), "audio/wav", [8]),
        (wav(SAMPLES, coding=0xFFFE, more=bytes(8) + b"\x01\x00" + bytes(14)), "audio/wav", None),
        (b"\xff\xce", "audio/ulaw", [0, 988]),
        (au(b"\xce"), "audio/basic", [988]),
        # A block begins with a sample and the step; four bits after that are one sample each.
        (wav(b"\x64\x00\x00\x00\x04", 0x11, 4, block=5), "audio/wav", [100, 107, 108]),
    ],
)
def test_what_is_in_a_file(content, content_type, samples):
    found = sound_files.samples(content, content_type)
    assert to_samples(found).tolist() == (samples or to_samples(SAMPLES).tolist())


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"ID3", "audio/mpeg"),
        (bytes(33), "audio/gsm"),
        (wav(bytes(8), coding=2, bits=4), "audio/wav"),
        (wav(bytes(8), coding=3, bits=32), "audio/wav"),
        (wav(bytes(8), bits=0), "audio/wav"),
        (wav(bytes(8), channels=0), "audio/wav"),
    ],
)
def test_what_is_in_other_files_nobody_can_tell(content, content_type):
    assert sound_files.samples(content, content_type) is None


# -- recordings ---------------------------------------------------------------------------------


def sound_of(sounds, seconds=1, channels=1, files=None, recordings=None):
    """The frames of each channel of a recording that has these pieces in it."""
    recording = Recording(sid="RE1", duration=seconds, channels=channels, sounds=sounds)
    parts = mixing.Material(recording, files or {}, recordings or {})
    with wave.open(io.BytesIO(mixing.wav_file(parts))) as file:
        assert (file.getframerate(), file.getsampwidth()) == (8000, 2)
        frames = file.readframes(file.getnframes())
        assert len(frames) == 2 * channels * 8000 * seconds
    samples = to_samples(frames)
    return [codings.to_bytes(samples[i::channels]) for i in range(channels)]


def words(text, at=0.0, track="inbound", **more):
    seconds = 0.4 * len(text.split())
    return {"kind": "words", "text": text, "at": at, "track": track, "seconds": seconds, **more}


def test_a_recording_is_silent_but_for_what_was_said():
    [sound] = sound_of([words("hello", at=0.5)])
    assert sound[:8000] == bytes(8000)
    assert sound[8000:14_400] == audio.spoken("hello")
    assert sound[14_400:] == bytes(1600)


def test_of_two_channels_the_left_is_the_far_end():
    left, right = sound_of([words("one"), words("two three", track="outbound")], channels=2)
    assert left[:6400] == audio.spoken("one") and not any(left[6400:])
    assert right[:12_800] == audio.spoken("two three")


def test_one_channel_holds_both_sides_at_once():
    [sound] = sound_of([words("one"), words("two", track="outbound", pitch=50.0)])
    assert strength(sound[:6400], 330) > 1000
    assert strength(sound[:6400], 495) > 1000


def test_what_was_cut_short_ends_there():
    [sound] = sound_of([words("one two three") | {"seconds": 0.5, "whole": 1.2}])
    assert sound[:8000] == audio.spoken("one two three")[:8000]
    assert not any(sound[8000:])


def test_what_does_not_fit_any_more_is_left_out():
    [sound] = sound_of([words("one two three", at=0.8), words("late", at=7)])
    assert sound[12_800:] == audio.spoken("one two three")[:3200]


def test_keys_and_beeps_are_heard():
    beep = {"kind": "beep", "at": 0.5, "track": "outbound", "seconds": 0.3}
    keys = {"kind": "keys", "at": 0.0, "track": "inbound", "text": "5", "seconds": 0.2}
    [sound] = sound_of([keys, beep])
    assert sound[:3200] == audio.keys("5")
    assert strength(sound[8000:12_800], 1000) > 1000


def test_a_played_file_is_heard_and_one_that_cannot_be_read_hums():
    played = {"kind": "file", "at": 0.0, "track": "outbound", "seconds": 0.5, "text": "tune"}
    tune = wav(audio.tone(0.5, 600.0))
    [sound] = sound_of([played], files={"tune": ("audio/wav", tune)})
    assert sound[:8000] == audio.tone(0.5, 600.0)
    [sound] = sound_of([played], files={"tune": ("audio/mpeg", mp3_file(20))})
    assert 0 < loudness(sound) < 2000
    assert strength(sound[:8000], 220) > 20 * strength(sound[:8000], 600)


def test_a_played_recording_is_heard_and_a_circle_ends():
    played = {"kind": "recording", "at": 0.0, "track": "outbound", "seconds": 1.0, "text": "RE1"}
    heard = Recording(sid="RE1", duration=1, sounds=[words("hello"), played | {"at": 0.5}])
    [sound] = sound_of([played], recordings={"RE1": heard})
    assert sound[:6400] == audio.spoken("hello")
    assert not any(sound[6400:])


def test_half_an_hour_of_talk_is_made_in_seconds():
    """It is made by a thread of its own, but somebody waits for it."""
    sounds = [words("one two three four five", at=4.0 * i) for i in range(450)]
    sounds += [words("six seven", at=4.0 * i + 2, track="outbound") for i in range(450)]
    [sound] = sound_of(sounds, seconds=1800)
    assert sound[-32_000:][:6400] == audio.spoken("one")


# -- MP3 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lame", "ffmpeg"])
def test_a_recording_is_mp3_where_a_program_makes_that(tmp_path, monkeypatch, name):
    program = tmp_path / name
    program.write_text("#!/bin/sh\necho made by $(basename $0)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(mp3, "COMMANDS", {name: mp3.COMMANDS[name]})
    assert mp3.made_of(b"RIFF") == f"made by {name}\n".encode()


def test_a_program_that_fails_makes_none(tmp_path, monkeypatch):
    program = tmp_path / "lame"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert mp3.made_of(b"RIFF") is None
    monkeypatch.setenv("PATH", "")
    assert mp3.made_of(b"RIFF") is None


@pytest.mark.skipif(not mp3.program(), reason="neither lame nor ffmpeg is on this machine")
def test_a_real_program_makes_mp3():
    made = mp3.made_of(wav(audio.tone(1.0, 600.0)))
    assert made is not None
    assert made[:3] == b"ID3" or made[0] == 0xFF
