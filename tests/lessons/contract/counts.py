"""What the course has of everything, and how little it may never have."""

from __future__ import annotations

from collections.abc import Iterable

from tests.lessons.contract.book import Book
from tests.lessons.contract.outputs import codes_met

#: Lessons may grow; what is tried and compared may not shrink unnoticed. Raise these with them.
FLOORS = {
    "lessons": 12,
    "code cells run and compared": 300,
    "exercises": 34,
    "wrong answers on file": 190,
    "questions in quizzes": 35,
    "errors of Twilio's met": 25,
    "new words": 60,
}


def counts(books: Iterable[Book]) -> dict[str, int]:
    """How much of everything there is, by the names in FLOORS."""
    books = list(books)
    return {
        "lessons": len(books),
        "code cells run and compared": sum(
            cell.count is not None for book in books for cell in book.code
        ),
        "exercises": sum(len(book.lesson.exercises) for book in books),
        "wrong answers on file": sum(
            answer.says is not None for book in books for answer in book.answers
        ),
        "questions in quizzes": sum(book.questions for book in books),
        "errors of Twilio's met": len({code for book in books for code in codes_met(book)}),
        "new words": sum(len(book.lesson.words) for book in books),
    }


def too_few(found: dict[str, int], floors: dict[str, int] = FLOORS) -> list[str]:
    """A sentence for each count below its floor."""
    return [
        f"{found.get(name, 0)} {name}; {floor} is the least (FLOORS in contract/counts.py)"
        for name, floor in floors.items()
        if found.get(name, 0) < floor
    ]
