"""What is done and what is open, over all lessons, and where to go on.

progress()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from helpers.checks import checks_of
from helpers.learner import record
from helpers.lessons import Lesson, lessons


@dataclass(frozen=True)
class Row:
    """A lesson: exercises and questions, how many right of how many."""

    lesson: Lesson
    exercises: tuple[int, int]
    questions: tuple[int, int]

    @property
    def done(self) -> bool:
        """Whether every exercise is right."""
        return self.exercises[0] >= self.exercises[1]

    @property
    def open(self) -> str:
        """What of it is open, in words."""
        return ", ".join(
            f"{name} {right} of {all_}"
            for name, (right, all_) in (("exercises", self.exercises), ("quiz", self.questions))
            if all_
        )


class Progress:
    """The rows of all lessons; shown as text, in a notebook with bars and links."""

    def __init__(self, rows: list[Row], last: str = "", unread: int = 0) -> None:
        self.rows = rows
        self.last = last
        self.unread = unread

    @property
    def next(self) -> Row | None:
        """Where to go on: the lesson opened last if it is not done, else the first that is not."""
        undone = [row for row in self.rows if not row.done]
        here = [row for row in undone if row.lesson.number == self.last]
        return next(iter(here or undone), None)

    @property
    def complete(self) -> bool:
        """Whether every exercise of every lesson is right."""
        return bool(self.rows) and self.next is None

    def way_on(self) -> str:
        """The sentence about where to go on."""
        if self.complete:
            return 'All done. certificate("your name") draws a certificate.'
        row = self.next
        return f"Go on with lesson {row.lesson.number}: {row.lesson.title}" if row else ""

    def __repr__(self) -> str:
        width = max((len(row.lesson.title) for row in self.rows), default=0)
        lines = [
            f"{_sign(row)} {row.lesson.number}  {row.lesson.title:<{width}}  {row.open}".rstrip()
            for row in self.rows
        ]
        return "\n".join([*lines, self.way_on(), *self._damage()])

    def _damage(self) -> list[str]:
        if not self.unread:
            return []
        return [f"(lines of {record.place().name} that make no sense: {self.unread})"]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_sign(row)}</td><td>{row.lesson.number}</td>"
            f'<td style="text-align:left"><a href="{escape(row.lesson.path.name)}">'
            f"{escape(row.lesson.title)}</a></td>"
            f"<td>{_of(row.exercises)}</td><td>{_of(row.questions)}</td></tr>"
            for row in self.rows
        )
        heads = "".join(
            f'<th scope="col">{head}</th>'
            for head in ("done", "lesson", "title", "exercises", "quiz")
        )
        told = "".join(f"<p>{escape(line)}</p>" for line in [self.way_on(), *self._damage()])
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{told}"


def progress() -> Progress:
    """What you have done so far, and where to go on."""
    kept = record.read()
    return Progress([_row(each, kept) for each in lessons()], kept.last, kept.unread)


def _row(lesson: Lesson, kept: record.Record) -> Row:
    quiz: Any = getattr(checks_of(lesson.number), "QUIZ", ())
    exercises = [each.name for each in lesson.exercises]
    questions = [f"{lesson.number}.{number}" for number in range(1, len(quiz) + 1)]
    return Row(lesson, _right(kept.exercises, exercises), _right(kept.questions, questions))


def _right(kept: Mapping[str, datetime | None], names: Sequence[str]) -> tuple[int, int]:
    """How many of *names* were answered right, and how many there are.

    An older version of the lesson may have had others.
    """
    return sum(kept.get(name) is not None for name in names), len(names)


def _sign(row: Row) -> str:
    if row.done:
        return "✓"
    return "◐" if row.exercises[0] or row.questions[0] else "○"


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]} of {pair[1]}" if pair[1] else "none"
