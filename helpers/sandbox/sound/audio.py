"""Sound without a microphone: words, keys and beeps as samples.

Sound here is 16-bit PCM of one channel, 8,000 samples a second: what a telephone line carries.
All of it is made when somebody asks for it, never while a call runs.
"""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from helpers.sandbox.sound import voices
from helpers.sandbox.sound.codings import RATE, pcm, to_bytes, to_samples, ulaw
from helpers.twiml.steps import SECONDS_A_WORD

__all__ = [
    "RATE",
    "SECONDS_A_KEY",
    "SECONDS_A_WORD",
    "keys",
    "louder",
    "pcm",
    "silence",
    "spoken",
    "tone",
    "ulaw",
]

SECONDS_A_KEY = 0.1  # a key's tone, and as much silence after it; on the clock it takes no time
PITCHES = (330.0, 392.0, 440.0, 494.0)  # one tone a word, in turn, so that words can be told apart

# Each key of a telephone is two tones at once, one of its row and one of its column (ITU-T Q.23).
ROWS = {697.0: "123A", 770.0: "456B", 852.0: "789C", 941.0: "*0#D"}
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
GAPS = {"w": 0.5, "W": 1.0}


def silence(seconds: float) -> bytes:
    """No sound at all."""
    return bytes(2 * round(RATE * seconds))


@lru_cache(maxsize=64)
def tone(seconds: float, *pitches: float, loud: int = 9_000) -> bytes:
    """One tone, or several at once; it fades in and out, or it would click."""
    count = round(RATE * seconds)
    fade = RATE // 100  # ten milliseconds
    each = loud / max(1, len(pitches))
    turns = [2 * math.pi * pitch / RATE for pitch in pitches]
    samples = array("h")
    for i in range(count):
        edge = min(1.0, i / fade, (count - i) / fade)
        samples.append(int(edge * each * sum(math.sin(turn * i) for turn in turns)))
    return to_bytes(samples)


def spoken(
    words: str,
    voice: str = "",
    language: str = "",
    seconds: float | None = None,
    *,
    pitch: float = 0.0,
) -> bytes:
    """Words as sound that lasts exactly 0.4 s a word, or *seconds*; *pitch* is percent higher.

    A tone a word; with ``espeak-ng`` on this machine they are really said. That starts a program
    (about 20 ms the first time a text is wanted), so a busy loop hands it to a thread.
    """
    count = len(words.split())
    if seconds is None:
        seconds = SECONDS_A_WORD * count
    said = voices.speak(words, seconds, voice, language, pitch)
    if said is not None:
        return said
    whole = bytearray(silence(seconds))
    for i in range(count):
        height = PITCHES[i % len(PITCHES)] * (1 + pitch / 100)
        sound = tone(round(seconds / count * 0.85, 3), height)
        at = 2 * round(RATE * seconds * i / count)
        whole[at : at + len(sound)] = sound[: len(whole) - at]
    return bytes(whole)


def louder(sound: bytes, decibels: float) -> bytes:
    """The same sound, louder or (below 0) softer; what is too loud for 16 bits is clipped."""
    factor = 10 ** (decibels / 20)
    if factor == 1:
        return sound
    samples = to_samples(sound)
    return to_bytes(
        array("h", [max(-32768, min(32767, int(sample * factor))) for sample in samples])
    )


def keys(digits: str) -> bytes:
    """Keys as their two tones; ``w`` is half a second of silence, ``W`` a whole one."""
    return b"".join(_key(key) for key in digits)


@lru_cache(maxsize=32)
def _key(key: str) -> bytes:
    if key in GAPS:
        return silence(GAPS[key])
    for row, names in ROWS.items():
        if (column := names.find(key.upper())) >= 0:
            return tone(SECONDS_A_KEY, row, COLUMNS[column]) + silence(SECONDS_A_KEY)
    return b""
