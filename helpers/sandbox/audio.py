"""Sound without a microphone: a WAV file made from the times at which words were said."""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Sequence
from functools import lru_cache

from helpers.twiml import steps

SECONDS_A_WORD = steps.SECONDS_A_WORD
RATE = 8_000  # samples a second, 16 bit, one channel: what a telephone line carries
PITCHES = (330.0, 392.0, 440.0, 494.0)  # one tone a word, in turn, so that words can be told apart
LONGEST = 14_400  # seconds


@lru_cache(maxsize=8)
def _tone(pitch: float, seconds: float) -> bytes:
    count = int(RATE * seconds)
    fade = RATE // 100  # ten milliseconds, or it clicks
    samples = array("h")
    for i in range(count):
        edge = min(1.0, i / fade, (count - i) / fade)
        samples.append(int(9_000 * edge * math.sin(2 * math.pi * pitch * i / RATE)))
    return samples.tobytes()


def wav(seconds: float, sounds: Sequence[Sequence[float]] = ()) -> bytes:
    """A WAV file *seconds* long. *sounds* are (start in seconds, number of words)."""
    frames = bytearray(2 * int(RATE * min(seconds, LONGEST)))
    word = 0
    for start, words in sounds:
        for i in range(int(words)):
            tone = _tone(PITCHES[word % len(PITCHES)], SECONDS_A_WORD * 0.85)
            at = 2 * int(RATE * (start + i * SECONDS_A_WORD))
            piece = tone[: max(0, len(frames) - at)]
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
