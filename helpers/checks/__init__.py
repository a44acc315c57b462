"""Exercise checks: whether an answer does what was asked, and what is missing if not.

A lesson's checks stand in a file named like it (`nb_04.py`): functions ``check_1``, ``check_2`` ...
that take the answer and return a :class:`Verdict`, and ``QUIZ``, the lesson's questions. A check
looks at effects: what reached the phone, the web site and the log, never at how the answer is
written. What it needs to see for itself it tries in a `helpers.checks.rehearsal`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

from helpers.checks.verdict import Gap, Verdict, not_tried, not_yet, right
from helpers.errors import HelperError
from helpers.learner import record

__all__ = ["Gap", "Verdict", "check", "checks_of", "not_tried", "not_yet", "right"]


LONGEST = 400  # letters of a reason: it is read, not searched


def check(exercise: str, *answer: Any) -> Verdict:
    """The verdict on an answer: ``check("04.1", body)``; a right one is noted in your progress.

    HelperError for an unknown exercise, and for too few or too many answers.
    """
    lesson, _, number = str(exercise).partition(".")  # a number is no name, and told as such
    judge = getattr(checks_of(lesson), f"check_{number}", None) if number else None
    if judge is None:
        raise HelperError(
            f"There is no exercise {exercise!r}.",
            next_step='An exercise is named like check("04.1", answer).',
        )
    takes = judge.__code__.co_varnames[: judge.__code__.co_argcount]
    if len(answer) != len(takes):
        raise HelperError(
            f"Exercise {exercise} takes {len(takes)} answers, not {len(answer)}.",
            next_step=f'Run check("{exercise}", {", ".join(takes)}).',
        )
    try:
        verdict: Verdict = judge(*answer)
    except Gap as gap:
        verdict = gap.verdict
    except Exception as problem:  # the answer is of a kind that the check did not think of
        verdict = not_yet(
            f"the check cannot look at this answer ({type(problem).__name__}).",
            "Compare it with the example in the exercise.",
        )
    verdict = replace(verdict, reason=_readable(verdict.reason))
    if verdict.right is not None and (
        lost := record.note(record.EXERCISE, exercise, verdict.right)
    ):
        print(lost)
    return verdict


def _readable(reason: str) -> str:
    """*reason* without what it quotes of an answer that nobody would read."""
    reason = re.sub(r" at 0x[0-9a-fA-F]+", "", reason)
    return reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} …"


def checks_of(lesson: str) -> ModuleType | None:
    """The module with the checks and the quiz of a lesson such as "04"; None if it has none."""
    if not re.fullmatch(r"\d\d", lesson):
        return None
    name = f"{__name__}.nb_{lesson}"
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise  # the file is there, and itself lacks something
        return None
