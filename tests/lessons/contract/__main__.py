"""Say what the contract finds in lessons, and how they read."""

from __future__ import annotations

import argparse
import re
import sys
from itertools import pairwise
from statistics import median

from tests.lessons.contract import all_books, findings
from tests.lessons.contract.book import Book, lines_of_code, paragraphs, plain, words
from tests.lessons.contract.cells import words_a_code_cell
from tests.lessons.contract.counts import counts
from tests.lessons.contract.links import outside
from tests.lessons.contract.minutes import model
from tests.lessons.contract.outputs import codes_met

#: What `figures` tells, in columns.
HEADS = (
    *("lesson", "cells", "code", "words a text", "a code cell", "a sentence", "lines: median"),
    *("most", "asks", "exercises", "questions", "minutes", "model", "errors met"),
)


def figures(book: Book) -> tuple[str, ...]:
    """How a lesson reads, by HEADS.

    Words are those of paragraphs; *asks* is how many code cells come after a question.
    """
    lines = [lines_of_code(cell.source) for cell in book.code] or [0]
    prose = [paragraphs(cell.source) for cell in book.texts if not cell.id.endswith("-more")]
    read = sum(map(words, prose))
    sentences = sum(len(re.findall(r"[.?!:](?=\s|$)", plain(text))) for text in prose)
    asks = sum(
        before.kind == "markdown" and "?" in before.source and cell.kind == "code"
        for before, cell in pairwise(book.lesson.cells)
    )
    return (
        *(book.lesson.number, str(len(book.lesson.cells)), str(len(book.code))),
        *(f"{read / max(1, len(prose)):.0f}", f"{words_a_code_cell(book):.0f}"),
        *(f"{read / max(1, sentences):.0f}", f"{median(lines):g}", str(max(lines)), str(asks)),
        *(str(len(book.lesson.exercises)), str(book.questions), str(book.lesson.minutes)),
        f"{model(book):.1f}",
        " ".join(map(str, sorted(codes_met(book)))) or "none",
    )


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as text; every column but the last to the right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([*map(str.rjust, row[:-1], wide[:-1]), row[-1]]).rstrip() for row in rows
    )


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, say what is found; 1 if there is a fault, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.lessons.contract", description=__doc__)
    parser.add_argument("lessons", nargs="*", help='numbers such as "04"; default: all')
    parser.add_argument("--links", action="store_true", help="list the addresses elsewhere")
    given = parser.parse_args(arguments)
    books, unreadable = all_books()
    known = {book.lesson.number for book in books} | {one.lesson for one in unreadable}
    if unknown := sorted(set(given.lessons) - known):
        parser.error(f"no such lesson: {', '.join(unknown)}")
    books = [book for book in books if not given.lessons or book.lesson.number in given.lessons]
    if given.links:
        for address, where in sorted(_addresses(books).items()):
            print(f"{address}  {' '.join(where)}")
        return 0
    found = [one for one in unreadable if not given.lessons or one.lesson in given.lessons]
    for book in books:
        found += findings(book)
    for one in found:
        print(one)
    print(table([HEADS, *map(figures, books)]))
    if not given.lessons:
        print(", ".join(f"{number} {name}" for name, number in counts(books).items()))
    print(f"{len(found)} findings")
    return 1 if found else 0


def _addresses(books: list[Book]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for book in books:
        for address, cells in outside(book).items():
            found.setdefault(address, []).extend(f"{book.lesson.number}/{cell}" for cell in cells)
    return found


if __name__ == "__main__":
    sys.exit(main())
