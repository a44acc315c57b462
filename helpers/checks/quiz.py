"""A lesson's quiz: two or three questions, each option with a reply that teaches.

    quiz_of("03")                    the questions
    quiz_of("03").answer(1, "b")     the verdict on an answer to question 1

The questions stand with the lesson's checks, as ``QUIZ`` in `nb_03.py`. What a notebook shows is
``quiz("03")``, with buttons: `helpers.widgets.quiz`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

from helpers.checks import checks_of
from helpers.checks.verdict import Verdict, not_yet, right
from helpers.errors import HelperError
from helpers.learner import record


class Question:
    """A question with options by letter: ``Question("When?", a=("Now.", "No: ..."), right="a")``.

    Each option is what one may choose and the reply to it, a sentence that says why.
    """

    def __init__(self, text: str, *, right: str, **options: tuple[str, str]) -> None:
        self.text = text
        self.right = right
        self.options = options
        if right not in options:
            raise ValueError(f"The right option {right!r} is none of {', '.join(options)}.")

    def answer(self, letter: str) -> Verdict:
        """The verdict on the option with this letter; HelperError if there is none."""
        letter = self.option(letter)
        _, reply = self.options[letter]
        return right(reply) if letter == self.right else not_yet(reply, "Choose again.")

    def option(self, letter: str) -> str:
        """The option that is meant by "A)", or "b."; HelperError if there is none."""
        meant = str(letter).strip().strip(".)").lower()
        if meant not in self.options:
            raise HelperError(
                f"There is no option {meant!r}.", next_step=f"Choose one of {self.letters}."
            )
        return meant

    @property
    def letters(self) -> str:
        """The options' letters: "a, b, c"."""
        return ", ".join(self.options)

    def __repr__(self) -> str:
        shown = "\n".join(f"{letter}  {text}" for letter, (text, _) in self.options.items())
        return f"{self.text}\n{indent(shown, '  ')}"


@dataclass(frozen=True)
class Quiz:
    """The questions of a lesson, shown as text."""

    lesson: str
    questions: tuple[Question, ...] = field(repr=False)

    def answer(self, question: int, letter: str) -> Verdict:
        """The verdict on an answer to *question* (from 1); HelperError if there is none."""
        if not isinstance(question, int) or not 1 <= question <= len(self.questions):
            raise HelperError(
                f"There is no question {question!r}.",
                next_step=f"They are numbered from 1 to {len(self.questions)}.",
            )
        verdict = self.questions[question - 1].answer(letter)
        if lost := record.note(record.QUESTION, f"{self.lesson}.{question}", verdict.right):
            print(lost)
        return verdict

    def __repr__(self) -> str:
        asked = [f"{n}. {question!r}" for n, question in enumerate(self.questions, start=1)]
        how = f'Answer with quiz("{self.lesson}").answer(1, "a")'
        return "\n\n".join([*asked, how])


def quiz_of(lesson: str) -> Quiz:
    """The quiz of a lesson such as "03"; HelperError if it has none."""
    module: Any = checks_of(str(lesson))
    questions = getattr(module, "QUIZ", ())
    if not questions:
        raise HelperError(
            f"There is no quiz {lesson!r}.", next_step='A quiz is named like quiz("03").'
        )
    return Quiz(lesson, tuple(questions))
