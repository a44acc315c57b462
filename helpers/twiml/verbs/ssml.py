"""Inside a Say: SSML, which says how words are spoken, and how long that takes.

Words take 0.4 seconds each, and SSML changes that: a break adds its time, a slow prosody
stretches the words in it. The result is a tuple of `Phrase`; a Say without SSML needs none.

Sources: the TwiML reference on Say and its SSML children, W3C SSML 1.1. None of them says how
long a strength or how fast a word like "slow" is; the figures here are ours, and round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from helpers.twiml.attributes import Choice, Text, declare
from helpers.twiml.element import TwiML
from helpers.twiml.readings import heard
from helpers.twiml.steps import SECONDS_A_WORD, Phrase

__all__ = [
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
    "phrases",
]

#: Seconds of a break. Of none and x-weak the voices' pages say that nothing is heard.
BREAKS = {"none": 0.0, "x-weak": 0.0, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
LONGEST_BREAK = 10.0  # seconds; what the voices' pages allow
#: How fast, against the usual pace; and what a percentage may be.
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.5, "x-fast": 2.0, "default": 1.0}
SLOWEST, FASTEST = 0.2, 4.0
#: Decibels above or below usual; and what is not heard at all.
VOLUMES = {"x-soft": -12.0, "soft": -6.0, "medium": 0.0, "loud": 6.0, "x-loud": 12.0}
SILENT = -100.0
#: Percent above or below the usual pitch.
PITCHES = {"x-low": -40.0, "low": -20.0, "medium": 0.0, "high": 20.0, "x-high": 40.0}
#: Stressed words are slower and louder: (rate, decibels).
LEVELS = {"strong": (0.8, 6.0), "moderate": (0.9, 3.0), "reduced": (1.1, -3.0)}


@dataclass(frozen=True, slots=True)
class Manner:
    """How words are spoken at some place of a Say."""

    rate: float = 1.0
    volume: float = 0.0
    pitch: float = 0.0
    language: str = ""


class Reading:
    """What is read so far, phrase by phrase."""

    def __init__(self) -> None:
        self.phrases: list[Phrase] = []
        self._in_a_word = False  # the last character read was no blank
        self._closing = False  # the last phrase is the gap after a paragraph or a sentence

    def words(self, text: str, manner: Manner, *, beep: bool = False) -> None:
        """Read words. One that began before, in another element, takes no more time."""
        if not text.strip():
            self._in_a_word = self._in_a_word and not text
            return
        count = len(text.split()) - (self._in_a_word and not text[0].isspace())
        self._in_a_word = not text[-1].isspace()
        self._closing = False
        seconds = round(SECONDS_A_WORD * count / max(SLOWEST, manner.rate), 3)
        said = "" if beep else " ".join(text.split())
        if count:
            manners = (manner.language, manner.volume, manner.pitch)
            self.phrases.append(Phrase(said, seconds, *manners, beep))
        else:  # the rest of a word sounds as its beginning does
            begun = self.phrases[-1]
            self.phrases[-1] = replace(begun, words=begun.words and begun.words + said)

    def gap(self, seconds: float, *, closing: bool = False) -> None:
        """Read nothing for some seconds; a *closing* gap swallows one that closes just before."""
        self._in_a_word = False
        if closing and self._closing:
            seconds = max(seconds, self.phrases.pop().seconds)
        self._closing = closing
        if seconds:
            self.phrases.append(Phrase("", seconds))


def phrases(say: TwiML) -> tuple[Phrase, ...]:
    """How the words of a Say are said; nothing where they are said as usual."""
    if not any(isinstance(child, _Ssml) for child in say.elements):
        return ()
    reading = Reading()
    _read(say, reading, Manner())
    return tuple(reading.phrases)


def _read(element: TwiML, reading: Reading, manner: Manner) -> None:
    """Read the text of an element and all in it."""
    lead, rest = element.content()
    reading.words(lead, manner)
    for child, tail in rest:
        if isinstance(child, _Ssml):  # what else stands there is passed over
            child.read(reading, manner)
        reading.words(tail, manner)


class _Ssml(TwiML):
    """What the elements inside a Say share: each is read in its own way."""

    text: ClassVar[str] = "mixed"

    def read(self, reading: Reading, manner: Manner) -> None:
        """Add what is heard of it to *reading*."""
        _read(self, reading, manner)


class SsmlBreak(_Ssml):
    """A pause inside speech, by strength or by time; without either, of medium strength."""

    tag = "break"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    text = "none"
    attributes = declare(
        strength=Choice("none x-weak weak medium strong x-strong"),
        time=Text(pattern=r"\d+(\.\d+)?(s|ms)", kind="a time such as 500ms or 2s"),
    )

    def spoken(self) -> str:
        """Nothing but a gap."""
        return " "

    def read(self, reading: Reading, manner: Manner) -> None:
        """A gap; a time, where both are given, says more than a strength."""
        time = self.get("time")
        if time is None:
            reading.gap(BREAKS[self.get("strength") or "medium"])
            return
        unit = 0.001 if time.endswith("ms") else 1.0
        reading.gap(min(LONGEST_BREAK, round(float(time.rstrip("ms")) * unit, 3)))


class SsmlEmphasis(_Ssml):
    """Words that are stressed: slower and louder, or, *reduced*, faster and softer."""

    tag = "emphasis"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    attributes = declare(
        level=Choice("strong moderate reduced"),
    )

    def read(self, reading: Reading, manner: Manner) -> None:
        """The words, stressed; moderately where no level is given."""
        rate, volume = LEVELS[self.get("level") or "moderate"]
        louder = replace(manner, rate=manner.rate * rate, volume=manner.volume + volume)
        _read(self, reading, louder)


class SsmlLang(_Ssml):
    """Words in another language than the rest."""

    tag = "lang"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS")
    body_name = "words"
    attributes = declare(
        xml_lang=Choice(
            "arb ar-AE ca-ES cmn-CN cy-GB da-DK de-DE de-AT en-AU en-GB en-GB-WLS "
            "en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fr-CA fr-FR he-IL "
            "hi-IN is-IS it-IT ja-JP ko-KR nb-NO nl-NL pl-PL pt-BR pt-PT ro-RO "
            "ru-RU sv-SE tr-TR yue-CN"
        ),
    )

    def read(self, reading: Reading, manner: Manner) -> None:
        """The words, in that language."""
        _read(self, reading, replace(manner, language=self.get("xml_lang") or manner.language))


class _Part(_Ssml):
    """A part of a text that stands for itself; a pause of a certain *strength* follows it."""

    strength: ClassVar[str]

    def spoken(self) -> str:
        """The words, apart from those around them."""
        return f" {super().spoken()} "

    def read(self, reading: Reading, manner: Manner) -> None:
        """The words, and the pause."""
        reading.gap(0)
        _read(self, reading, manner)
        reading.gap(BREAKS[self.strength], closing=True)


class SsmlP(_Part):
    """A paragraph; a pause follows it."""

    tag = "p"
    inside = ("Say", "SsmlLang", "SsmlProsody")
    body_name = "words"
    strength = "x-strong"


class SsmlPhoneme(_Ssml):
    """Words whose sounds are spelled out."""

    tag = "phoneme"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    body_required = True
    text = "required"
    attributes = declare(
        alphabet=Choice(
            "ipa x-sampa x-amazon-jyutping x-amazon-pinyin x-amazon-pron-kana x-amazon-yomigana"
        ).without_effect("the words are heard as they are written, not as their sounds are"),
        ph=Text().without_effect(
            "the words are heard as they are written, for there is no voice here that reads sounds"
        ),
    )


class SsmlProsody(_Ssml):
    """Words spoken louder, faster, higher, or less so."""

    tag = "prosody"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS", "SsmlW")
    body_name = "words"
    attributes = declare(
        volume=Text(
            pattern=r"default|silent|(x-)?soft|medium|(x-)?loud|[+-]?\d{1,3}(\.\d{1,3})?dB",
            kind="silent, x-soft, soft, medium, loud, x-loud, or a difference such as +6dB",
        ),
        rate=Text(
            pattern=r"default|(x-)?slow|medium|(x-)?fast|[+-]?\d{1,3}(\.\d{1,3})?%",
            kind="x-slow, slow, medium, fast, x-fast, or a percentage such as 80%",
            code=13513,
        ),
        pitch=Text(
            pattern=r"default|(x-)?low|medium|(x-)?high|[+-]?\d{1,3}(\.\d{1,3})?%",
            kind="x-low, low, medium, high, x-high, or a difference such as +10%",
        ),
    )

    def read(self, reading: Reading, manner: Manner) -> None:
        """The words, in that manner; what makes no sense changes nothing."""
        volume = self.get("volume") or ""
        rate = max(SLOWEST, min(FASTEST, manner.rate * _rate(self.get("rate") or "")))
        pitch = manner.pitch + _measure(self.get("pitch") or "", "%", PITCHES)
        louder = manner.volume + _measure(volume, "dB", VOLUMES)
        louder = SILENT if volume == "silent" else louder
        _read(self, reading, replace(manner, rate=rate, volume=louder, pitch=pitch))


def _number(text: str, unit: str) -> float | None:
    """The number in front of a unit, of three digits at most; None if it is none."""
    found = re.fullmatch(r"([+-]?\d{1,3}(?:\.\d{1,3})?)" + unit, text)
    return float(found[1]) if found else None


def _measure(text: str, unit: str, words: dict[str, float]) -> float:
    number = _number(text, unit)
    return words.get(text, 0.0) if number is None else number


def _rate(text: str) -> float:
    number = _number(text, "%")
    if number is None:
        return RATES.get(text, 1.0)
    # "+10%" is a tenth faster than usual, "110%" is the same.
    number = 100 + number if text[0] in "+-" else number
    return max(SLOWEST, number / 100)


class SsmlS(_Part):
    """A sentence; a short pause follows it."""

    tag = "s"
    inside = ("Say", "SsmlLang", "SsmlP", "SsmlProsody")
    body_name = "words"
    strength = "strong"


class SsmlSayAs(_Ssml):
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

    def read(self, reading: Reading, manner: Manner) -> None:
        """What is heard instead: more words, as a rule, than are written."""
        kind = self.get("interpret_as") or ""
        text = super().spoken()
        if kind == "expletive":
            reading.words(text, manner, beep=True)
            return
        form = (self.get("format") or self.attrs.get("role") or "").replace("yyyymmdd", "")
        reading.words(f" {heard(text, kind, form)} " if kind else text, manner)


class SsmlSub(_Ssml):
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

    def read(self, reading: Reading, manner: Manner) -> None:
        """The alias, in the words' place."""
        reading.words(self.spoken(), manner)


class SsmlW(_Ssml):
    """A word and its role in the sentence, for words that are read in two ways."""

    tag = "w"
    inside = ("Say", "SsmlEmphasis", "SsmlLang", "SsmlP", "SsmlProsody", "SsmlS")
    body_name = "words"
    attributes = declare(
        role=Text().without_effect("a word is read here as it always is, whatever its role"),
    )
