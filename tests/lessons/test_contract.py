"""The lesson contract: every rule over every lesson, and no list of exceptions."""

from __future__ import annotations

from tests.lessons.contract import all_books, findings
from tests.lessons.contract.counts import counts, too_few


def test_every_lesson_keeps_every_rule(capsys):
    books, unreadable = all_books()
    found = unreadable + [one for book in books for one in findings(book)]
    assert not found, "\n" + "\n".join(map(str, found))


def test_the_course_does_not_shrink(capsys):
    books, _ = all_books()
    found = counts(books)
    with capsys.disabled():
        print("\n" + ", ".join(f"{number} {name}" for name, number in found.items()))
    assert not too_few(found)
