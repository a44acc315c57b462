"""A cell that was run before its forerunner: which cell makes the name that is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from helpers.lessons import Cell, Lesson


def advice(name: str, lesson: Lesson) -> str:
    """Which cell of the lesson makes *name*; "" if none does."""
    heading = ""
    for cell in lesson.cells:
        if cell.kind == "markdown":
            heading = _last_heading(cell) or heading
        elif name in _made_in(cell):
            if cell.id == "set-up":
                return f"`{name}` comes from the first code cell, under Set up: run that first."
            begins = cell.source.splitlines()[0]
            return (
                f'`{name}` is made in the cell under "{heading}" that begins with `{begins}`:'
                " run that first, or choose Run > Run All Above Selected Cell."
            )
    return ""


def _last_heading(cell: Cell) -> str:
    found = re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)
    return found[-1] if found else ""


def _made_in(cell: Cell) -> set[str]:
    try:
        return set(_made(ast.parse(cell.source).body))
    except SyntaxError:
        return set()


def _made(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements make for the cells after them: not those inside functions."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
            continue
        for part in ast.walk(statement):
            if isinstance(part, ast.Import | ast.ImportFrom):
                yield from (each.asname or each.name.partition(".")[0] for each in part.names)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
