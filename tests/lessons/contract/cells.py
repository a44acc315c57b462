"""Cells: one idea each, prose before code, and nothing that works on one machine only."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import lru_cache
from statistics import median

from helpers.lessons import Cell
from tests.lessons.contract.book import Book, Faults, lines_of_code, paragraphs, rule, words

LINES, MIDDLE, COLUMNS, PARAGRAPHS = 15, 3, 88, 120
WORDS_A_CODE_CELL = (40, 100)
#: Calls that a lesson has no use for, and what to do instead.
UNWANTED = {
    "sleep": "wait with the session: `await session.ended(call)`",
    "display": "end the cell with the value",
    "clear_output": "print once, when it is known",
    "input": "give the answer a name, such as `answer = None`",
    "getpass": "read credentials with the session, from .env",
    "system": "do it in Python",
}


def tree(cell: Cell) -> ast.Module | None:
    """The cell's code as Python reads it, None if it cannot."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return None


@rule
def no_cell_is_empty(book: Book) -> Faults:
    """A cell says or does something."""
    for cell in book.lesson.cells:
        if not cell.source.strip():
            yield cell.id, "the cell is empty; take it out"


@rule
def code_is_python(book: Book) -> Faults:
    """No magics, no shell, no installing, nothing muted by a semicolon."""
    for cell in book.code:
        lines = cell.source.splitlines()
        if any(line.lstrip().startswith(("!", "%", "?")) for line in lines):
            yield cell.id, "it has a line of the shell or a magic; write it in Python"
        elif tree(cell) is None and cell.source.strip():
            yield cell.id, "this is no Python; correct it"
        if re.search(r"\b(?:pip|conda|uv)3?\s+(?:-\S+\s+)*(?:install|add)\b", cell.source):
            yield cell.id, "it installs something; what lessons need is in pyproject.toml"
        if cell.source.rstrip().endswith(";"):
            yield cell.id, "a semicolon mutes its value; end with what is to be seen"


@rule
def calls_are_welcome(book: Book) -> Faults:
    """No waiting by the clock, no asking, no extra displays."""
    for cell in book.code:
        for node in ast.walk(tree(cell) or ast.Module([], [])):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in UNWANTED:
                    yield cell.id, f"it calls {name}; {UNWANTED[name]}"


@rule
def prose_comes_before_code(book: Book) -> Faults:
    """Each code cell has text right before it; only a check follows what it checks."""
    before: Cell | None = None
    for cell in book.lesson.cells:
        checks = before is not None and before.id == cell.id.replace("-check", "-try")
        if cell.kind == "code" and not checks and (before is None or before.kind != "markdown"):
            yield cell.id, "no prose stands right before it; say there what to look for"
        before = cell


@rule
def code_is_short(book: Book) -> Faults:
    """15 lines at most."""
    for cell in book.code:
        lines = lines_of_code(cell.source)
        if lines > LINES:
            yield cell.id, f"{lines} lines of code; cut it in two, {LINES} are the most"


@rule
def code_is_mostly_short(book: Book) -> Faults:
    """Three lines in the middle."""
    middle = median([lines_of_code(cell.source) for cell in book.code] or [0])
    if middle > MIDDLE:
        yield "", f"the median is {middle:g} lines a code cell; build in one, run in the next"


@rule
def lines_fit(book: Book) -> Faults:
    """88 columns, so that half a screen will do."""
    for cell in book.code:
        longest = max(map(len, cell.source.splitlines()), default=0)
        if longest > COLUMNS:
            yield cell.id, f"a line of {longest} columns; break it, {COLUMNS} are the most"


@rule
def prose_is_short(book: Book) -> Faults:
    """120 words of paragraphs in a cell at most; tables, lists and hints do not count."""
    for cell in book.texts:
        text = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
        number = words(paragraphs(text))
        if number > PARAGRAPHS:
            yield (
                cell.id,
                f"{number} words of paragraphs; cut, or break them up: {PARAGRAPHS} at most",
            )


def words_a_code_cell(book: Book) -> float:
    """How many words of paragraphs go with a code cell, on average."""
    return sum(words(paragraphs(cell.source)) for cell in book.texts) / max(1, len(book.code))


@rule
def prose_and_code_take_turns(book: Book) -> Faults:
    """Neither a book without code nor code without a word."""
    number = words_a_code_cell(book)
    low, high = WORDS_A_CODE_CELL
    if not low <= number <= high:
        yield "", f"{number:.0f} words a code cell on average; {low} to {high} read well"


@rule
def imports_stand_in_the_set_up(book: Book) -> Faults:
    """What is needed is seen at once, each name by its name."""
    for cell in book.code:
        for node in ast.walk(tree(cell) or ast.Module([], [])):
            if isinstance(node, ast.Import | ast.ImportFrom) and cell.id != "set-up":
                yield cell.id, "it imports something; imports stand in the cell set-up"
            elif isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
                yield cell.id, "it imports with a star; name what you need"


@lru_cache(maxsize=256)
def _ruff(code: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """What ruff says of cells (id and source): the id, the code of the rule, the message."""
    book = {
        "cells": [
            {
                "cell_type": "code",
                "id": id or "none",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for id, source in code
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet"]
    command += ["--select=F401,F811,F821,F822", "--output-format=json", "--stdin-filename=a.ipynb"]
    done = subprocess.run(
        [*command, "-"], input=json.dumps(book), capture_output=True, text=True, timeout=60
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    said = json.loads(done.stdout)
    return tuple(
        (code[one["cell"] - 1][0] if one["cell"] else "", one["code"] or "", one["message"])
        for one in said
    )


def _said(book: Book, *codes: str) -> Faults:
    pieces = tuple((cell.id, cell.source) for cell in book.code if tree(cell) is not None)
    for cell, code, message in _ruff(pieces):
        if code in codes:
            yield cell, message.replace("`", "")


@rule
def names_are_defined_before_use(book: Book) -> Faults:
    """From a fresh kernel, top to bottom, each name is known when it is used."""
    for cell, message in _said(book, "F821", "F822"):
        yield cell, f"{message}; define it in a cell above"


@rule
def imports_are_used(book: Book) -> Faults:
    """What is imported is used."""
    for cell, message in _said(book, "F401", "F811"):
        yield cell, f"{message}; take it out of the set-up"
