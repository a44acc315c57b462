"""Run a lesson's cells in this process, one at a time, as a kernel would that nobody watches."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import linecache
import traceback
from collections.abc import Iterator
from typing import Any

from helpers.lessons import Cell, Lesson


class Failed(Exception):
    """A cell raised, though it is not meant to; the text is the lesson's, the cell's and why."""


class Notebook:
    """The names of a lesson while its cells run; ``names`` is what a kernel calls globals."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self._loop = asyncio.new_event_loop()

    def run(self, cell: Cell, source: str | None = None) -> Any:
        """Run a cell (or *source* in its place); the value of its last line.

        What it raises is raised, unless the cell is tagged: then the exception is the value.
        """
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                value = self._run(source if source is not None else cell.source, cell.id)
        except Exception as error:
            if "raises-exception" in cell.tags:
                return error
            told = "".join(traceback.format_exception(error)[-3:])
            raise Failed(f"lesson {self.lesson.number}, cell {cell.id}:\n{told}") from error
        finally:
            self.printed = out.getvalue()
        return value

    def _run(self, source: str, name: str) -> Any:
        # As in a kernel, the source of what a cell defines can be found.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._evaluate(compile(tree, name, "exec", flags, dont_inherit=True))
        if last is None:
            return None
        return self._evaluate(
            compile(ast.Expression(last.value), name, "eval", flags, dont_inherit=True)
        )

    def _evaluate(self, code: Any) -> Any:
        value = eval(code, self.names)
        if code.co_flags & 0x80:  # a coroutine: the cell awaits something
            return self._loop.run_until_complete(value)
        return value

    def close(self) -> None:
        """End the session that the lesson opened."""
        session = self.names.get("session")
        if session is not None:
            session.close()
        self._loop.close()


@contextlib.contextmanager
def opened(lesson: Lesson) -> Iterator[Notebook]:
    """A lesson to run the cells of, while the block lasts."""
    notebook = Notebook(lesson)
    try:
        yield notebook
    finally:
        notebook.close()
