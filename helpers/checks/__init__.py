"""Exercise checks: whether an answer is right, and why not.

A lesson's checks stand in a file named like it (`nb_04.py`); each is a function ``check_1``,
``check_2`` ... that takes the answer and returns a :class:`Verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from helpers.errors import HelperError


@dataclass(frozen=True)
class Verdict:
    """Right (True), not yet (False) or not tried (None), with the reason in one sentence."""

    right: bool | None
    reason: str

    def __repr__(self) -> str:
        word = {True: "Right", False: "Not yet", None: "Not tried yet"}[self.right]
        return f"{word}: {self.reason}"


def check(exercise: str, *answer: Any) -> Verdict:
    """The verdict on an answer: ``check("04.1", body)``. HelperError for an unknown exercise."""
    lesson, _, number = exercise.partition(".")
    try:
        checks = import_module(f"{__name__}.nb_{lesson}")
        judge = getattr(checks, f"check_{number}")
    except (ModuleNotFoundError, AttributeError):
        raise HelperError(
            f"There is no exercise {exercise!r}.",
            next_step='An exercise is named like check("04.1", answer).',
        ) from None
    verdict: Verdict = judge(*answer)
    return verdict
