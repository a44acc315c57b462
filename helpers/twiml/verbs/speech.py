"""What a caller hears: Say (its SSML has a file of its own), Play, Pause.

Sources: the TwiML reference on Say, Play and Pause; error pages 13410 to 13521 and 13910.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Digits, Text, Url, Whole, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Sound, Speak, Step, Tones, Wait
from helpers.twiml.verbs.ssml import phrases

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Pause", "Play", "Say"]

# loop="0" means "until the caller hangs up"; Twilio stops at a thousand rounds.
ROUNDS = 1000

#: How many characters each kind of voice reads at a time.
LONGEST = {"": 4096, "Polly": 3000, "Google": 5000}


class Say(TwiML):
    """Speak words to the caller. ``loop=0`` repeats them until the caller hangs up."""

    inside = ("Gather", "Prompt", "VoiceResponse")
    body_name = "message"
    text = "mixed"
    attributes = declare(
        voice=Text(
            "man",
            pattern=r"(man|woman|alice|Polly\.[^\s]+|Google\.[^\s]+)",
            kind="man, woman, alice, Polly.NAME or Google.NAME",
            code=13511,
        ),
        loop=Whole(1, low=0, high=1000, code=13510, note="0 = until hangup, stop at 1000"),
        language=Text(
            "en-US",
            pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*",
            kind="a language code such as en-US",
            code=13512,
        ),
    )

    def faults(self) -> Iterator[Fault]:
        """No words, or more of them than the voice reads."""
        text = self.spoken()
        if not text.strip():
            yield Fault(13520, "<Say> has no words", "write the words between its tags")
            return
        if len(text) <= min(LONGEST.values()):
            return
        voice, words = self.get("voice"), self.words()
        limit = LONGEST[voice.partition(".")[0] if "." in voice else ""]
        if len(words) > limit:
            yield Fault(
                13521,
                f"<Say> has {len(words)} characters, the voice {voice} reads {limit}",
                "split it into several <Say>",
            )

    def prompt(
        self, scene: Scene, until_key: bool = False, until_word: bool = False
    ) -> Generator[Step, Any, bool]:
        """Say it as often as wanted; True if a key or a word cut it short."""
        words = self.words()
        if not words:
            return False
        speak = Speak(
            words, self.get("voice"), self.get("language"), until_key, until_word, phrases(self)
        )
        for _ in range(self.get("loop") or ROUNDS):
            yield Begin("Say", words)
            if (yield speak):
                return True
        return False

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Say it, then go on."""
        yield from self.prompt(scene)


class Play(TwiML):
    """Play an audio file to the caller, or send keys.

    The text is the URL of the file (MP3, WAV, AIFF, GSM, u-law).
    """

    inside = ("Gather", "Prompt", "VoiceResponse")
    body_name = "url"
    text = "optional"
    attributes = declare(
        loop=Whole(1, low=0, high=1000, code=13410, note="0 = until hangup, stop at 1000"),
        digits=Digits(
            pattern=r"[0-9A-Da-d*#wW]+", kind="keys: 0-9 A-D * #, w for half a second", code=13430
        ),
    )

    def faults(self) -> Iterator[Fault]:
        """Nothing to play, or something that is no URL."""
        if not self.own_text() and not self.attrs.get("digits"):
            yield Fault(
                13420, "<Play> has nothing to play", "write the file's URL between its tags"
            )
        if self.own_text() and not self.written_url():
            yield Fault(11100, "what stands in <Play> is no URL", "write one, http or https")

    def prompt(
        self,
        scene: Scene,
        until_key: bool = False,
        until_word: bool = False,
        fetched: bool = False,
    ) -> Generator[Step, Any, bool]:
        """Play the file as often as wanted; True if a key or a word cut it short.

        It is fetched before the first round, unless *fetched* says that this was done.
        """
        if not self.written_url():
            return False
        url = self.address(scene)
        for _ in range(self.get("loop") or ROUNDS):
            yield Begin("Play", url)
            played = yield Sound(url, until_key, until_word, fetched)
            if played is not None:
                return bool(played)  # what cannot be played is not tried a second time
            fetched = True
        return False

    def written_url(self) -> str:
        """The URL of the file as written, "" if there is none or it cannot be one."""
        try:
            return Url().read(self.own_text())
        except ValueError:
            return ""

    def address(self, scene: Scene) -> str:
        """Where the file is, seen from the document."""
        return scene.resolve(self.written_url())

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Send the keys, play the file, then go on."""
        digits = self.get("digits")
        if digits:
            yield Begin("Play", digits)
            yield Tones(digits)
        yield from self.prompt(scene)


class Pause(TwiML):
    """Stay silent for some seconds."""

    inside = ("Gather", "Prompt", "VoiceResponse")
    attributes = declare(
        length=Whole(1, low=1, unit="seconds", code=13910),
    )

    def answering(self) -> str:
        """As first verb it lets the phone ring on for its length, and answers then."""
        return "after"

    def prompt(
        self, scene: Scene, until_key: bool = False, until_word: bool = False
    ) -> Generator[Step, Any, bool]:
        """Wait; True if a key or a word cut it short."""
        length = self.get("length")
        yield Begin("Pause", str(length))
        return bool((yield Wait(length, until_key, until_word)))

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Wait, then go on."""
        yield from self.prompt(scene)
