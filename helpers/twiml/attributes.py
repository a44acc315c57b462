"""The kinds of values an attribute can have: a URL, seconds, one of a few words ...

A declaration such as ``num_digits=Whole(low=1, code=13314)`` says everything about an attribute:
how to read it, what happens without it, and which warning Twilio gives for a bad value. Reading
never raises anything but `ValueError`, whose text completes the sentence "timeout must be ...".

Sources: the attribute tables of the TwiML reference, and the error catalogue for the codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

__all__ = [
    *("RECORD", "RECORDING_EVENTS", "TRIM"),
    *("Attribute", "Choice", "Digits", "Flag", "Method", "Text", "Url", "Whole", "declare"),
]


# Words that several elements may be given.
RECORDING_EVENTS = "in-progress completed absent"
TRIM = "trim-silence do-not-trim"
RECORD = (
    "do-not-record record-from-answer record-from-ringing record-from-answer-dual "
    "record-from-ringing-dual true false"
)


class Attribute:
    """Free text, and what all kinds share.

    *default* is the value without the attribute (None: there is none); *code* the Twilio code of
    the warning about a bad value (12200, "does not fit the schema", where none of its own is
    listed); *listed* is False for what the documentation names and the official builder does not
    offer as an argument; *note* goes into the help.
    """

    annotation: type = str
    kind = "text"
    #: why the sandbox does nothing about it, or "" where it does something
    idle = ""

    def __init__(
        self, default: Any = None, *, code: int = 12200, listed: bool = True, note: str = ""
    ) -> None:
        self.default = default
        self.code = code
        self.listed = listed
        self.note = note

    def read(self, raw: str) -> Any:
        """The value that *raw* stands for; ValueError completes "... must be"."""
        return raw

    def minded(self, raw: str) -> str:
        """What Twilio minds about a value that this sandbox takes; completes "it is", or "".

        Such a value runs here, and the checker tells of it.
        """
        return ""

    def without_effect(self, why: str) -> Self:
        """Declare that this sandbox does nothing about it; the log then says *why*."""
        self.idle = why
        return self

    def help(self) -> str:
        """One line for Shift-Tab: what may stand here, and the default."""
        words = self.kind
        if self.default is not None:
            shown = str(self.default).lower() if isinstance(self.default, bool) else self.default
            words += f"; default {' '.join(shown) if isinstance(shown, tuple) else shown}"
        if self.note:
            words += f"; {self.note}"
        return f"{words}; no effect here: {self.idle}" if self.idle else words


class Text(Attribute):
    """Text, if wanted of a certain *pattern* (described by *kind*) or at most *longest* long."""

    def __init__(
        self,
        default: Any = None,
        *,
        pattern: str = "",
        kind: str = "text",
        longest: int = 0,
        code: int = 12200,
        listed: bool = True,
        note: str = "",
    ) -> None:
        super().__init__(default, code=code, listed=listed, note=note)
        self.pattern = re.compile(pattern) if pattern else None
        self.kind = f"{kind}, at most {longest} characters" if longest else kind
        self.longest = longest

    def read(self, raw: str) -> str:
        """*raw* itself, if it has the right form and length."""
        if (
            self.longest
            and len(raw) > self.longest
            or (self.pattern is not None and self.pattern.fullmatch(raw) is None)
        ):
            raise ValueError(self.kind)
        return raw


class Digits(Text):
    """Keys of a telephone."""

    def __init__(
        self, default: Any = None, *, pattern: str, kind: str, code: int = 12200, note: str = ""
    ) -> None:
        super().__init__(default, pattern=pattern, kind=kind, code=code, note=note)


# An address without blanks, and its scheme if it has one.
_ADDRESS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?\S*")


class Url(Attribute):
    """An address, absolute or relative to the document's own.

    *schemes* are those an absolute one may have, *local* those that this sandbox takes besides.
    """

    kind = "a URL"

    def __init__(
        self,
        default: Any = None,
        *,
        schemes: tuple[str, ...] = ("http", "https"),
        local: tuple[str, ...] = (),
        code: int = 11100,
        listed: bool = True,
        note: str = "",
    ) -> None:
        super().__init__(default, code=code, listed=listed, note=note)
        self.schemes = schemes
        self.local = local
        self._taken = {*schemes, *local}

    def read(self, raw: str) -> str:
        """The address without blanks around it; "" means that none is given."""
        url = raw.strip()
        found = _ADDRESS.fullmatch(url)
        if found is None or (found[1] and found[1].lower() not in self._taken):
            raise ValueError(f"a URL ({' or '.join(self.schemes)}) without blanks")
        return url

    def minded(self, raw: str) -> str:
        """A scheme that only this sandbox takes."""
        scheme = raw.strip().partition(":")[0].lower()
        if scheme in self.local:
            return f"for this machine only: Twilio takes {' or '.join(self.schemes)}"
        return ""


class Choice(Attribute):
    """One of a few words, letter case included; or *several* of them with blanks between.

    The words are given with blanks between, too: ``Choice("GET POST")``.
    """

    def __init__(
        self,
        words: str,
        *,
        default: Any = None,
        several: bool = False,
        code: int = 12200,
        listed: bool = True,
        note: str = "",
    ) -> None:
        if several and isinstance(default, str):
            default = tuple(default.split())
        super().__init__(default, code=code, listed=listed, note=note)
        self.words = tuple(words.split())
        self.several = several
        listing = ", ".join(self.words)
        self.kind = f"one or more of {listing}" if several else f"one of {listing}"

    def read(self, raw: str) -> str | tuple[str, ...]:
        """The word, or a tuple of words if several may stand here."""
        if not self.several:
            if raw not in self.words:
                raise ValueError(self.kind)
            return raw
        found = tuple(raw.split())
        if not found or not set(found) <= set(self.words):
            raise ValueError(f"{self.kind}, with blanks between")
        return found


class Method(Choice):
    """How a URL is asked: GET or POST."""

    def __init__(self, *, code: int = 12200) -> None:
        super().__init__("GET POST", default="POST", code=code)


class Flag(Attribute):
    """true or false, in lower case, or one of the words in *also*."""

    annotation = bool
    kind = "true or false"

    def __init__(
        self,
        default: Any = None,
        *,
        also: tuple[str, ...] = (),
        code: int = 12200,
        listed: bool = True,
        note: str = "",
    ) -> None:
        super().__init__(default, code=code, listed=listed, note=note)
        self.also = also
        self.kind = " or ".join(("true or false", *also))

    def read(self, raw: str) -> bool | str:
        """True for "true", False for "false"; or the word."""
        if raw in self.also:
            return raw
        if raw not in ("true", "false"):
            raise ValueError(self.kind)
        return raw == "true"


# Nine digits are more than any limit here and spare us absurd numbers.
_NUMBER = re.compile("[0-9]{1,9}")


class Whole(Attribute):
    """A whole number from *low* to *high*, or one of the words in *also*.

    With *several*, a list of them with blanks between.
    """

    annotation = int

    def __init__(
        self,
        default: Any = None,
        *,
        low: int | None = None,
        high: int | None = None,
        unit: str = "",
        also: tuple[str, ...] = (),
        several: bool = False,
        code: int = 12200,
        listed: bool = True,
        note: str = "",
    ) -> None:
        super().__init__(default, code=code, listed=listed, note=note)
        self.low, self.high, self.also, self.several = low, high, also, several
        limits = ""
        if low is not None and high is not None:
            limits = f" from {low} to {high}"
        elif low is not None:
            limits = f", {low} or more"
        self.kind = f"a whole number{' of ' + unit if unit else ''}{limits}" + "".join(
            f"{',' if ',' in limits else ''} or {word}" for word in also
        )

    def read(self, raw: str) -> int | str | tuple[int, ...]:
        """The number, or the word, or a tuple of numbers."""
        if raw in self.also:
            return raw
        parts = raw.split() if self.several else [raw.strip()]
        if not parts or not all(map(_NUMBER.fullmatch, parts)):
            raise ValueError(self.kind)
        numbers = tuple(int(part) for part in parts)
        for number in numbers:
            if (self.low is not None and number < self.low) or (
                self.high is not None and number > self.high
            ):
                raise ValueError(self.kind)
        return numbers if self.several else numbers[0]


def declare(**kinds: Attribute) -> Mapping[str, Attribute]:
    """The attributes of an element by the builder's names, in the order of its arguments."""
    return kinds
