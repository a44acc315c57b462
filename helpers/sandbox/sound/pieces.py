"""What sounds in a call, told but not made: to make it takes a thousand times longer.

While a call runs, whoever keeps its sound (a recording) only notes pieces: these words, those
keys, that file, from then to then. `audio` makes sound of them when somebody wants to hear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from helpers.sandbox.sound.audio import SECONDS_A_KEY, SECONDS_A_WORD
from helpers.twiml import steps

__all__ = ["BEEP", "Piece", "Taker", "keys", "of_speech", "taker", "words"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One sound. *kind* says what *text* is.

    "words" are said, "keys" pressed; a "file" is known by the name the store keeps it under, a
    "recording" by its SID, and a "voice", which a microphone took in and which is told when it is
    over, as a file is. A "beep", which takes no time of the clock, a "bleep", which takes the
    place of words, and a "gap" need no text. *volume* is in decibels, *pitch* in percent, above or
    below usual.
    """

    kind: str
    seconds: float
    text: str = ""
    voice: str = ""
    language: str = ""
    volume: float = 0.0
    pitch: float = 0.0

    def plain(self) -> dict[str, Any]:
        """The same to be kept; what is as usual is left out."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


class Taker(Protocol):
    """Someone who listens in and keeps the sound, not only the words."""

    def take(self, track: str, pieces: Sequence[Piece]) -> None:
        """Pieces sound from now on, one after the other."""

    def hush(self, track: str) -> None:
        """What sounds on this track is broken off."""


def taker(listener: object) -> Taker | None:
    """The same listener, if it keeps the sound. Asked at every word, so it is quick about it."""
    return cast(Taker, listener) if hasattr(listener, "take") else None


BEEP = Piece("beep", 0.3)


def words(text: str, voice: str = "", language: str = "") -> Piece:
    """Words as they are usually said."""
    return Piece("words", round(SECONDS_A_WORD * len(text.split()), 3), text, voice, language)


def keys(digits: str) -> Piece:
    """Keys; what is heard of one is short, a tone and the silence after it."""
    return Piece("keys", round(2 * SECONDS_A_KEY * len(digits), 3), digits)


def of_speech(step: steps.Speak) -> list[Piece]:
    """What is heard of a Speak, in the manner its SSML asks for."""
    if not step.phrases:
        return [words(step.text, step.voice, step.language)]
    return [
        Piece(
            "bleep" if phrase.beep else "words" if phrase.words else "gap",
            phrase.seconds,
            phrase.words,
            step.voice,
            phrase.language or step.language,
            phrase.volume,
            phrase.pitch,
        )
        for phrase in step.phrases
    ]
