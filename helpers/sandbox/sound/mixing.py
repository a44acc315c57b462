"""Recordings as WAV files: the pieces that sounded, made and put where they belong.

Made when somebody asks for the file. One channel holds both sides of the call; of two, the left
is what the far end said, the right what it heard.
"""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple

from helpers.resources.recording import Recording
from helpers.sandbox.sound import audio, sound_files
from helpers.sandbox.sound.audio import RATE
from helpers.sandbox.sound.codings import to_bytes, to_samples
from helpers.sandbox.store import Store

__all__ = ["Material", "material", "wav_file"]

LONGEST = 14_400  # seconds
HUM = (220.0, 1_500)  # Hz and loudness of what stands for a file that nobody here can decode
BEEP = 1_000.0  # Hz
TRACKS = ("inbound", "outbound")
FROM_STORE = ("file", "voice")  # pieces whose sound the store keeps


class Material(NamedTuple):
    """All that is needed to make a recording's sound: itself, and what was played in it."""

    recording: Recording
    files: dict[str, tuple[str, bytes] | None]  # name -> (content type, bytes)
    recordings: dict[str, Recording | None]


def material(store: Store, recording: Recording) -> Material:
    """Look up what is needed, in the thread the store belongs to."""
    account = recording.account_sid
    names = {told["text"] for told in recording.sounds if told["kind"] == "recording"}
    played = {name: store.get(Recording, account, name) for name in sorted(names)}
    heard = [*recording.sounds, *(told for made in played.values() if made for told in made.sounds)]
    files = {told.get("text", "") for told in heard if told["kind"] in FROM_STORE}
    return Material(recording, {name: store.blob(name) for name in sorted(files)}, played)


def wav_file(parts: Material) -> bytes:
    """The sound of a recording, as long as it says it is. Any thread may do this work."""
    sides = _sides(parts.recording, parts)
    stereo = parts.recording.channels == 2
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2 if stereo else 1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_side_by_side(*map(bytes, sides)) if stereo else bytes(sides[0]))
    return out.getvalue()


def _sides(recording: Recording, parts: Material) -> list[bytearray]:
    """What each side said, or, of a recording with one channel, both together."""
    count = round(RATE * min(recording.duration or 0, LONGEST))
    sides = [bytearray(2 * count) for _ in range(max(1, recording.channels))]
    for told in recording.sounds:
        side = sides[TRACKS.index(told["track"]) % len(sides)]
        sound = _made(told, parts)
        if "whole" in told:  # it was cut short
            sound = sound[: 2 * round(RATE * told.get("seconds", 0.0))]
        _lay(side, 2 * round(RATE * told["at"]), sound)
    return sides


def _made(told: Mapping[str, Any], parts: Material) -> bytes:
    """One piece as samples."""
    seconds, text = told.get("whole", told.get("seconds", 0.0)), told.get("text", "")
    match told["kind"]:
        case "words":
            voice, language = told.get("voice", ""), told.get("language", "")
            pitch, volume = told.get("pitch", 0.0), told.get("volume", 0.0)
            said = audio.spoken(text, voice, language, seconds, pitch=pitch)
            return audio.louder(said, volume)
        case "keys":
            return audio.keys(text)
        case "beep" | "bleep":
            return audio.tone(seconds, BEEP)
        case "file" | "voice":
            content_type, body = parts.files.get(text) or ("", b"")
            found = sound_files.samples(body, content_type)
            return audio.tone(seconds, HUM[0], loud=HUM[1]) if found is None else found
        case "recording":
            heard = parts.recordings.get(text)
            # A recording in a recording in a recording is silent: somewhere it has to end.
            return bytes(_sides(heard, parts._replace(recordings={}))[0]) if heard else b""
    return b""


def _lay(side: bytearray, at: int, sound: bytes) -> None:
    """Put a sound into what a side has already, where it is silent; else mix the two."""
    sound = sound[: max(0, len(side) - at)]
    there = side[at : at + len(sound)]
    if there.strip(b"\0"):
        pairs = zip(to_samples(bytes(there)), to_samples(sound), strict=True)
        sound = to_bytes(array("h", [max(-32768, min(32767, a + b)) for a, b in pairs]))
    side[at : at + len(sound)] = sound


def _side_by_side(left: bytes, right: bytes) -> bytes:
    both = array("h", bytes(2 * len(left)))
    both[0::2], both[1::2] = array("h", left), array("h", right)
    return both.tobytes()
