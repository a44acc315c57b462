"""A simulated telephone: how it meets a call, and what its person said beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from helpers.sandbox.store import Store

MODES = ("auto", "manual", "busy", "no-answer", "decline", "off")
AUTO_ANSWER = 2.0  # seconds of the clock until an `auto` handset answers, and a `decline` one declines


@dataclass
class Handset:
    """One number's telephone, as one account sees it.

    *keys* and *speech* wait for the next Gather or validation call that reads them; each comes
    with whether a transcript tells of it already (what is said before a call is told when read).
    """

    store: Store
    account_sid: str
    number: str
    mode: str = "auto"
    keys: list[tuple[str, bool]] = field(default_factory=list)
    speech: list[tuple[str, bool]] = field(default_factory=list)

    @classmethod
    def load(cls, store: Store, account_sid: str, number: str) -> Handset:
        """The handset as it was left, or a new one in mode ``auto``."""
        row = store.handset(account_sid, number)
        if row is None:
            return cls(store, account_sid, number)
        keys, speech = json.loads(row["keys"] or "[]"), json.loads(row["speech"] or "[]")
        return cls(
            store,
            account_sid,
            number,
            row["mode"],
            [(key, told) for key, told in keys],
            [(words, told) for words, told in speech],
        )

    def save(self) -> None:
        """Keep it as it is now."""
        self.store.save_handset(
            self.account_sid, self.number, self.mode, json.dumps(self.keys), json.dumps(self.speech)
        )

    def forget(self) -> None:
        """At hang-up nothing of what was keyed or said is left."""
        if self.keys or self.speech:
            self.keys, self.speech = [], []
            self.save()
