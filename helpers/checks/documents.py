"""A reader's TwiML document: whether it is one, and how it sounds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from helpers.checks.rehearsal import Heard
from helpers.checks.verdict import Gap
from helpers.twiml.steps import SECONDS_A_WORD


def document(given: Any, name: str) -> str:
    """The text of *given*, a response that was built or XML; *name* is what the reader calls it.

    Gap if it is None (then nothing was tried), a function, or no document.
    """
    if given is None:
        raise Gap(f"put your document into `{name}`.", tried=False)
    if callable(given):
        raise Gap(f"`{name}` is a function.", "Put the document itself there, not its maker.")
    text = str(given)
    if not text.lstrip().startswith("<"):
        raise Gap(
            f"`{name}` is no document, but {given!r:.40}.",
            "A document begins with <Response>, or is built with VoiceResponse().",
        )
    return text


def silences(heard: Heard) -> list[float]:
    """The seconds of silence between what was said and what was said next, in order."""
    said = [entry for entry in heard.entries if entry.verb == "Say"]
    return [
        max(0.0, round(after.at - before.at - SECONDS_A_WORD * len(before.text.split()), 1))
        for before, after in pairwise(said)
    ]
