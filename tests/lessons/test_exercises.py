"""Every exercise knows right, wrong and not tried: each answer on file gets what it must get.

A lesson runs once from top to bottom. At each exercise the stub comes first, then every wrong
answer that people give, then the right one, with which the lesson goes on.
"""

from __future__ import annotations

from collections import Counter

import pytest

from helpers.lessons import Lesson, lessons
from scripts.solutions import Answer, answers
from tests.lessons.cells import Notebook, opened

LESSONS = lessons()
WRONG_EACH = 3  # at least so many wrong answers an exercise


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_the_answers_get_what_they_must(lesson):
    on_file = answers(lesson.number)
    exercises = {exercise.cell for exercise in lesson.exercises}
    with opened(lesson) as notebook:
        for cell in lesson.cells:
            exercise, _, part = cell.id.partition("-")
            if cell.kind != "code" or (part == "check" and exercise in exercises):
                continue
            notebook.run(cell)
            if part == "try" and exercise in exercises:
                _try(notebook, lesson, exercise, on_file)


def _try(notebook: Notebook, lesson: Lesson, exercise: str, on_file: list[Answer]) -> None:
    attempt, check = lesson.cell(f"{exercise}-try"), lesson.cell(f"{exercise}-check")
    where = f"lesson {lesson.number}, {exercise}"
    untouched = notebook.run(check)
    assert untouched.right is None, f"{where}: as shipped it says {untouched}"
    mine = [answer for answer in on_file if answer.cell == exercise]
    for answer in [one for one in mine if one.says is not None]:
        notebook.run(attempt, answer.code)
        verdict = notebook.run(check)
        assert verdict.right is False, f"{where}, {answer.code}: {verdict}"
        assert answer.says in repr(verdict), f"{where}, {answer.code}: {verdict}"
    [right] = [one for one in mine if one.says is None]
    notebook.run(attempt, right.code)
    verdict = notebook.run(check)
    assert verdict.right, f"{where}, the solution: {verdict}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_each_exercise_has_one_right_and_several_wrong_answers(lesson):
    on_file = answers(lesson.number)
    right = Counter(one.cell for one in on_file if one.says is None)
    wrong = Counter(one.cell for one in on_file if one.says is not None)
    exercises = {exercise.cell for exercise in lesson.exercises}
    assert set(right) == exercises
    assert set(right.values()) <= {1}
    few = {cell: wrong[cell] for cell in exercises if wrong[cell] < WRONG_EACH}
    assert not few, f"wrong answers on file: {few}"
