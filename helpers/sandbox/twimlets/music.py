"""Music while one waits: the twimlet holdmusic, and tunes that are computed, not stored.

Twilio's own plays what lies in a public store of files. Nothing leaves this machine, so each genre
has two short tunes of the sandbox's own, always in the same order.
"""

from __future__ import annotations

import io
import math
import re
import wave
from array import array
from functools import lru_cache

from helpers.sandbox.twimlets.asked import Answer, Asked, document, utter
from helpers.twiml import VoiceResponse

BUCKET = "com.twilio.music."
FOLDER = "music/"
RATE = 8_000  # samples a second, 16 bit, one channel: what a telephone line carries
TUNES = 2  # of each genre

#: Seconds a note, and the steps of the scale that make up a tune of eight bars.
GENRES = {
    "classical": (0.25, "0471 4217 5975 7420"),
    "ambient": (0.8, "0490 7940"),
    "electronica": (0.125, "0070 0075 0090 0097 0070 0075 0047 0420"),
    "guitars": (0.25, "0247 9742 2479 7420"),
    "rock": (0.2, "0035 0035 6530 0353"),
    "soft-rock": (0.4, "0472 9747 0220"),
}


def holdmusic(asked: Asked) -> Answer:
    """Play the tunes of a bucket, *Message* after each, and begin again."""
    bucket = asked.setting("Bucket").strip()
    response = VoiceResponse()
    genre = bucket.removeprefix(BUCKET)
    if not bucket:
        response.say("An S 3 bucket is required.")
        return document(response)
    if bucket == genre or genre not in GENRES:
        response.say("Failed to fetch the hold music.")
        return document(response, "The sandbox has the tunes of Twilio's own buckets only.")
    for number in range(1, TUNES + 1):
        response.play(f"/{FOLDER}{genre}-{number}.wav")
        utter(response, asked.setting("Message"))
    response.redirect("")
    return document(response)


def tune(name: str) -> bytes | None:
    """The WAV file called *name* (``music/rock-1.wav``), or None if there is none."""
    match = re.fullmatch(FOLDER + r"([a-z-]+)-([12])\.wav", name)
    return _tune(match[1], int(match[2])) if match and match[1] in GENRES else None


@lru_cache(maxsize=len(GENRES) * TUNES)
def _tune(genre: str, number: int) -> bytes:
    """The second tune of a genre is its first one, backwards."""
    seconds, score = GENRES[genre]
    steps = [int(step) for step in score.replace(" ", "")][:: 1 if number == 1 else -1]
    notes = {step: _note(220 * 2 ** (step / 12), seconds) for step in set(steps)}
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(notes[step] for step in steps))
    return out.getvalue()


def _note(pitch: float, seconds: float) -> bytes:
    """A plucked string: one tone that fades."""
    count = int(RATE * seconds)
    turn = 2 * math.pi * pitch / RATE
    return array(
        "h", (int(9_000 * (1 - i / count) * math.sin(turn * i)) for i in range(count))
    ).tobytes()
