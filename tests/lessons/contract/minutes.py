"""Time: the minutes that a lesson states are those that it takes."""

from __future__ import annotations

from tests.lessons.contract.book import Book, Faults, rule, words

WORDS_A_MINUTE = 180
A_CODE_CELL, AN_EXERCISE, A_QUESTION = 0.5, 4.0, 1.0
BOUNDS = (20, 40)


def model(book: Book) -> float:
    """How many minutes it takes: to read, to run, to solve, to answer.

    Hints and solutions are part of an exercise's time, so their words are not counted.
    """
    read = sum(words(cell.source) for cell in book.texts if not cell.id.endswith("-more"))
    return (
        read / WORDS_A_MINUTE
        + A_CODE_CELL * len(book.code)
        + AN_EXERCISE * len(book.lesson.exercises)
        + A_QUESTION * book.questions
    )


def rounded(minutes: float) -> int:
    """To five minutes, as a timetable has them."""
    return 5 * int(minutes / 5 + 0.5)


@rule
def minutes_are_true(book: Book) -> Faults:
    """What is stated is what the model says, rounded to five."""
    stated, fit = book.lesson.minutes, rounded(model(book))
    if stated != fit:
        yield "title", f"it states {stated} minutes; the model says {model(book):.1f}: state {fit}"


@rule
def a_lesson_fits_a_sitting(book: Book) -> Faults:
    """20 to 40 minutes."""
    low, high = BOUNDS
    if not low <= rounded(model(book)) <= high:
        yield (
            "title",
            f"it takes {model(book):.0f} minutes by the model; {low} to {high} fit a sitting",
        )
