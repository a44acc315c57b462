"""A simulated telephone: how it meets a call, and what its person said beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache

from helpers.sandbox.store import Store

MODES = ("auto", "manual", "busy", "no-answer", "decline", "off")
#: Seconds of the clock until an `auto` handset answers, and a `decline` one declines.
AUTO_ANSWER = 2.0


Said = tuple[tuple[str, bool], ...]


@lru_cache(maxsize=1024)  # most handsets keep nothing, and a call looks at its own many times
def _read(keys: str, speech: str) -> tuple[Said, Said, tuple[str, ...], bool]:
    kept = json.loads(keys)
    said = tuple((words, told) for words, told in json.loads(speech))
    pressed = tuple((key, told) for key, told in kept["keys"])
    return pressed, said, tuple(kept["abroad"]), kept.get("keys_first", False)


@dataclass
class Handset:
    """One number's telephone, as one account sees it.

    *keys* and *speech* wait for the next Gather or validation call that reads them; each comes
    with whether a transcript tells of it already (what is said before a call is told when read);
    *keys_first* says whether the oldest key is older than the oldest words. *abroad* are the SIDs
    of calls and texts it has with numbers of other accounts, which keep them. Without a number it
    is the far end of a call that is no handset: it is never kept.
    """

    store: Store
    account_sid: str
    number: str
    mode: str = "auto"
    keys: list[tuple[str, bool]] = field(default_factory=list)
    speech: list[tuple[str, bool]] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    keys_first: bool = False

    @classmethod
    def load(cls, store: Store, account_sid: str, number: str) -> Handset:
        """The handset as it was left, or a new one in mode ``auto``."""
        row = store.handset(account_sid, number)
        if row is None:
            return cls(store, account_sid, number)
        keys, speech, abroad, first = _read(row["keys"], row["speech"])
        kept = list(keys), list(speech), list(abroad), first
        return cls(store, account_sid, number, row["mode"], *kept)

    @classmethod
    def mode_of(cls, store: Store, account_sid: str, number: str) -> str:
        """The mode alone."""
        row = store.handset(account_sid, number)
        return cls.mode if row is None else row["mode"]

    def save(self) -> None:
        """Keep it as it is now."""
        if self.number:
            kept = json.dumps(
                {"keys": self.keys, "abroad": self.abroad, "keys_first": self.keys_first}
            )
            self.store.save_handset(
                self.account_sid, self.number, self.mode, kept, json.dumps(self.speech)
            )

    def press(self, digits: str, *, told: bool) -> None:
        """Keep keys for the next one who reads some."""
        if not self.keys:
            self.keys_first = not self.speech
        self.keys += [(key, told) for key in digits]
        self.save()

    def speak(self, words: str, *, told: bool) -> None:
        """Keep words, likewise."""
        if not self.speech:
            self.keys_first = bool(self.keys)
        self.speech.append((words, told))
        self.save()

    def forget(self) -> None:
        """At hang-up nothing of what was keyed or said is left."""
        if self.keys or self.speech:
            self.keys, self.speech = [], []
            self.save()
