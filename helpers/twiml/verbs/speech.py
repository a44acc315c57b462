"""What a caller hears: Say with its SSML, Play, Pause.

Sources: the TwiML reference on Say, Play and Pause; error pages 13410 to 13521 and 13910.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Digits, Text, Whole, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Sound, Speak, Step, Tones, Wait

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = [
    "Pause",
    "Play",
    "Say",
    "SsmlBreak",
    "SsmlEmphasis",
    "SsmlLang",
    "SsmlP",
    "SsmlPhoneme",
    "SsmlProsody",
    "SsmlS",
    "SsmlSayAs",
    "SsmlSub",
    "SsmlW",
]

# loop="0" means "until the caller hangs up"; Twilio stops at a thousand rounds.
ROUNDS = 1000


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
        voice = self.get("voice")
        limit = 3000 if voice.startswith("Polly") else 5000 if voice.startswith("Google") else 4096
        words = self.words()
        if not words:
            yield Fault(13520, "<Say> has no words", "write the words between its tags")
        elif len(words) > limit:
            yield Fault(
                13521,
                f"<Say> has {len(words)} characters, the voice {voice} reads {limit}",
                "split it into several <Say>",
            )

    def prompt(self, scene: Scene, until_key: bool) -> Generator[Step, Any, bool]:
        """Say it as often as wanted; True if a key cut it short."""
        words = self.words()
        if not words:
            return False
        speak = Speak(words, self.get("voice"), self.get("language"), until_key)
        for _ in range(self.get("loop") or ROUNDS):
            yield Begin("Say", words)
            if (yield speak):
                return True
        return False

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Say it, then go on."""
        yield from self.prompt(scene, until_key=False)


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
        """Nothing to play."""
        if not self.own_text() and not self.attrs.get("digits"):
            yield Fault(
                13420, "<Play> has nothing to play", "write the file's URL between its tags"
            )

    def prompt(self, scene: Scene, until_key: bool) -> Generator[Step, Any, bool]:
        """Play the file as often as wanted; True if a key cut it short."""
        if not self.own_text():
            return False
        url = scene.resolve(self.own_text())
        for _ in range(self.get("loop") or ROUNDS):
            yield Begin("Play", url)
            if (yield Sound(url, until_key)):
                return True
        return False

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Send the keys, play the file, then go on."""
        digits = self.get("digits")
        if digits:
            yield Begin("Play", digits)
            yield Tones(digits)
        yield from self.prompt(scene, until_key=False)


class Pause(TwiML):
    """Stay silent for some seconds."""

    inside = ("Gather", "Prompt", "VoiceResponse")
    attributes = declare(
        length=Whole(1, low=1, unit="seconds", code=13910),
    )

    def answering(self) -> str:
        """As first verb it lets the phone ring on for its length, and answers then."""
        return "after"

    def prompt(self, scene: Scene, until_key: bool) -> Generator[Step, Any, bool]:
        """Wait; True if a key cut it short."""
        length = self.get("length")
        yield Begin("Pause", str(length))
        return bool((yield Wait(length, until_key)))

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Wait, then go on."""
        yield from self.prompt(scene, until_key=False)


class SsmlBreak(TwiML):
    """A pause inside speech, by strength or by time."""

    tag = "break"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    attributes = declare(
        strength=Choice("none x-weak weak medium strong x-strong"),
        time=Text(pattern=r"\d+(\.\d+)?(s|ms)", kind="a time such as 500ms or 2s"),
    )

    def spoken(self) -> str:
        """Nothing but a gap."""
        return " "


class SsmlEmphasis(TwiML):
    """Words that are stressed."""

    tag = "emphasis"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    text = "mixed"
    attributes = declare(
        level=Choice("strong moderate reduced"),
    )


class SsmlLang(TwiML):
    """Words in another language than the rest."""

    tag = "lang"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS")
    body_name = "words"
    text = "mixed"
    attributes = declare(
        xml_lang=Choice(
            "arb ar-AE ca-ES cmn-CN cy-GB da-DK de-DE de-AT en-AU en-GB en-GB-WLS "
            "en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fr-CA fr-FR he-IL "
            "hi-IN is-IS it-IT ja-JP ko-KR nb-NO nl-NL pl-PL pt-BR pt-PT ro-RO "
            "ru-RU sv-SE tr-TR yue-CN"
        ),
    )


class SsmlP(TwiML):
    """A paragraph."""

    tag = "p"
    inside = ("Say", "SsmlLang", "SsmlProsody")
    body_name = "words"
    text = "mixed"

    def spoken(self) -> str:
        """The words, apart from those around them."""
        return f" {super().spoken()} "


class SsmlPhoneme(TwiML):
    """Words whose sounds are spelled out."""

    tag = "phoneme"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    body_required = True
    text = "required"
    attributes = declare(
        alphabet=Choice(
            "ipa x-sampa x-amazon-jyutping x-amazon-pinyin x-amazon-pron-kana x-amazon-yomigana"
        ),
        ph=Text(),
    )


class SsmlProsody(TwiML):
    """Words spoken louder, faster, higher, or less so."""

    tag = "prosody"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    text = "mixed"
    attributes = declare(
        volume=Text(note="default silent x-soft soft medium loud x-loud +ndB -ndB"),
        rate=Text(note="x-slow slow medium fast x-fast n%"),
        pitch=Text(note="default x-low low medium high x-high +n% -n%"),
    )


class SsmlS(TwiML):
    """A sentence."""

    tag = "s"
    inside = ("Say", "SsmlLang", "SsmlP", "SsmlProsody")
    body_name = "words"
    text = "mixed"

    def spoken(self) -> str:
        """The words, apart from those around them."""
        return f" {super().spoken()} "


class SsmlSayAs(TwiML):
    """Words read in a certain way: as digits, as a date, as a telephone number ..."""

    tag = "say-as"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    body_required = True
    text = "required"
    attributes = declare(
        interpret_as=Choice(
            "characters spell-out cardinal number ordinal digits fraction unit date "
            "time address expletive telephone"
        ),
        format=Choice("mdy dmy ymd md dm ym my d m y yyyymmdd"),
        role=Text(listed=False),
    )


class SsmlSub(TwiML):
    """Words for which others are spoken."""

    tag = "sub"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    body_required = True
    text = "required"
    attributes = declare(
        alias=Text(),
    )

    def spoken(self) -> str:
        """What is heard: the alias, where there is one."""
        return self.attrs.get("alias") or super().spoken()


class SsmlW(TwiML):
    """A word and its role in the sentence, for words that are read in two ways."""

    tag = "w"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS")
    body_name = "words"
    text = "mixed"
    attributes = declare(
        role=Text(),
    )
