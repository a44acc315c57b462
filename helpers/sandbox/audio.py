"""Sound without a microphone: words, keys and beeps as samples, and WAV files made of them.

Sound here is 16-bit PCM of one channel, 8,000 samples a second: what a telephone line carries.
All of it is made when somebody asks for it, never while a call runs.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Sequence
from functools import lru_cache

from helpers.sandbox import voices
from helpers.sandbox.codings import pcm, to_bytes, ulaw

__all__ = ["RATE", "SECONDS_A_KEY", "SECONDS_A_WORD", "keys", "length", "pcm", "spoken", "ulaw"]

RATE = 8_000
SECONDS_A_WORD = 0.4
SECONDS_A_KEY = 0.1  # a key's tone, and as much silence after it; on the clock it takes no time
PITCHES = (330.0, 392.0, 440.0, 494.0)  # one tone a word, in turn, so that words can be told apart
LONGEST = 14_400  # seconds

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


def spoken(words: str, voice: str = "", language: str = "", seconds: float | None = None) -> bytes:
    """Words as sound that lasts exactly 0.4 s a word, or *seconds*.

    A tone a word; with ``espeak-ng`` on this machine they are really said. That starts a program
    (about 20 ms the first time a text is wanted), so a busy loop hands it to a thread.
    """
    count = len(words.split())
    if seconds is None:
        seconds = SECONDS_A_WORD * count
    said = voices.speak(words, seconds, voice, language)
    if said is not None:
        return said
    whole = bytearray(silence(seconds))
    for i in range(count):
        sound = tone(round(seconds / count * 0.85, 4), PITCHES[i % len(PITCHES)])
        at = 2 * round(RATE * seconds * i / count)
        whole[at : at + len(sound)] = sound[: len(whole) - at]
    return bytes(whole)


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


def wav(seconds: float, sounds: Sequence[Sequence[float]] = ()) -> bytes:
    """A WAV file *seconds* long. *sounds* are (start in seconds, number of words)."""
    frames = bytearray(2 * int(RATE * min(seconds, LONGEST)))
    word = 0
    for start, words in sounds:
        for i in range(int(words)):
            sound = tone(round(SECONDS_A_WORD * 0.85, 4), PITCHES[word % len(PITCHES)])
            at = 2 * int(RATE * (start + i * SECONDS_A_WORD))
            piece = sound[: max(0, len(frames) - at)]
            frames[at : at + len(piece)] = piece
            word += 1
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(frames))
    return out.getvalue()


def length(data: bytes) -> float | None:
    """How long a WAV file plays in seconds, or None if it is none.

    Read chunk by chunk: the standard library knows plain PCM only, and telephones use other
    codings too. A file that says it is longer than it is counts as long as it is.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, bytes_a_second = 12, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt ":
            bytes_a_second = int.from_bytes(data[at + 8 : at + 12], "little")
        elif name == b"data":
            return min(size, len(data) - at) / bytes_a_second if bytes_a_second else None
        at += size + size % 2
    return None
