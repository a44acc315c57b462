"""What a check says: not tried yet, right, or not yet, with the gap and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """Right (True), not yet (False) or not tried (None), with the reason in one sentence.

    *next_step* says what to do about it, where something is to be done.
    """

    right: bool | None
    reason: str
    next_step: str = ""

    def __repr__(self) -> str:
        word = {True: "Right", False: "Not yet", None: "Not tried yet"}[self.right]
        lines = [f"{word}: {self.reason}"]
        if self.next_step:
            lines.append(f"  try   {self.next_step}")
        return "\n".join(lines)


class Gap(Exception):
    """Raised inside a check as soon as it is clear what is missing; `check` says it as "Not yet".

    *reason* names the gap, not the fault; *next_step* what to do about it. With *tried* false the
    verdict is "Not tried yet".
    """

    def __init__(self, reason: str, next_step: str = "", *, tried: bool = True) -> None:
        super().__init__(reason)
        self.verdict = Verdict(False if tried else None, reason, next_step)


def short(value: Any) -> str:
    """*value* as a sentence quotes it: its first line, 60 letters at most."""
    text = repr(value).partition("\n")[0]
    return text if len(text) <= 60 else f"{text[:59]}…"


def right(reason: str) -> Verdict:
    """The answer does what was asked; *reason* says what it did."""
    return Verdict(True, reason)


def not_yet(reason: str, next_step: str = "") -> Verdict:
    """Something is missing: *reason* names the gap, *next_step* what to do."""
    return Verdict(False, reason, next_step)


def not_tried(reason: str) -> Verdict:
    """The stub is as it was: *reason* says what to put where."""
    return Verdict(None, reason)
