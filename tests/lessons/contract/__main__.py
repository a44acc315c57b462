"""Say what the contract finds in lessons, and how they read."""

from __future__ import annotations

import argparse
import sys
from statistics import median

from tests.lessons.contract import all_books, findings
from tests.lessons.contract.book import Book, lines_of_code
from tests.lessons.contract.cells import words_a_code_cell
from tests.lessons.contract.counts import counts
from tests.lessons.contract.links import outside
from tests.lessons.contract.minutes import model, rounded
from tests.lessons.contract.outputs import codes_met


def figures(book: Book) -> str:
    """How a lesson reads, in one line."""
    lines = [lines_of_code(cell.source) for cell in book.code] or [0]
    codes = ", ".join(map(str, sorted(codes_met(book)))) or "none"
    took = model(book)
    return (
        f"{book.lesson.number}  {len(book.lesson.cells)} cells, {len(book.code)} of code · "
        f"{words_a_code_cell(book):.0f} words a code cell · lines of code: median "
        f"{median(lines):g}, most {max(lines)} · {len(book.lesson.exercises)} exercises, "
        f"{book.questions} questions · states {book.lesson.minutes} minutes, model {took:.1f} "
        f"({rounded(took)}) · errors met: {codes}"
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
    print(*map(figures, books), sep="\n")
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
