"""A cell that was run before its forerunner: the error then says which cell to run.

    NameError: name 'form' is not defined
    `form` is made in the cell under "Send a text by hand": run that first, ...

An IPython extension. `make lab` has every kernel load it (scripts/kernel-config.py); elsewhere
`connect` does. It speaks up only in a lesson, and changes no other error.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.errors import HelperError
from helpers.lessons import Cell, Lesson, read

_LESSON = re.compile(r"\d\d-[\w-]+\.ipynb")


def load_ipython_extension(shell: Any) -> None:
    """Have *shell* (IPython's) add the advice to a NameError; safe to repeat."""
    shell.set_custom_exc((NameError,), _explain)


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


def _explain(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:
    found = _lesson_here()
    said = advice(error.name, found) if found is not None and error.name else ""
    if said:
        error.add_note(said)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


def _lesson_here() -> Lesson | None:
    """The lesson that this kernel belongs to, by the name JupyterLab gives it; None in others."""
    file = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if not _LESSON.fullmatch(file.name):
        return None
    try:
        return read(file if file.is_file() else Path.cwd() / file.name)
    except (HelperError, OSError):
        return None  # a copy that is no lesson any more: its error is as it always was


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
