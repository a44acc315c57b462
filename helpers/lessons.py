"""The lessons as they stand on the disk: what each promises, needs, asks and teaches.

The notebooks are the only source. What is said of a lesson elsewhere (the reader's progress, the
teacher's timetables, the site) is read from them here, so that nothing is written twice.

A lesson's cells have ids. The first, ``title``, holds the title, the promise, a line such as
``*30 minutes · needs 00 and 02 · runs offline · costs nothing*``, the questions and the objectives
as a checklist. An exercise has four cells, ``ex1-task``, ``ex1-try``, ``ex1-check``, ``ex1-more``.
``learned`` holds the objectives again and the table of new words; ``next`` the way on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.errors import HelperError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

_FACTS = re.compile(r"^\*(\d+) minutes · needs (.+?) · (.+?) · (.+?)\*$", re.MULTILINE)
_NUMBER = re.compile(r"\b\d\d\b")
_TASK = re.compile(r"^### Exercise (\d+)\.(\d+): (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell: its *id*, its *kind* ("markdown" or "code"), its *source*, its *tags*.

    *outputs* are what is stored of its run, *count* is how manieth run that was (None: it was never
    run); *rest* is what else the notebook keeps of it (metadata, attachments).
    """

    id: str
    kind: str
    source: str
    tags: tuple[str, ...] = ()
    outputs: tuple[dict[str, Any], ...] = field(default=(), repr=False, compare=False)
    count: int | None = field(default=None, repr=False, compare=False)
    rest: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Exercise:
    """An exercise: its *name* such as "03.1", its *title*, and the text of its *task*."""

    name: str
    title: str
    task: str

    @property
    def cell(self) -> str:
        """What the ids of its cells begin with: "ex1"."""
        return f"ex{self.name.partition('.')[2]}"


@dataclass(frozen=True)
class Lesson:
    """A lesson as its notebook tells it.

    *number* is "03"; *minutes* and *needs* (numbers of lessons) are from the title cell, *cost* is
    its last words; *words* are the terms it introduces, with their meanings.
    """

    number: str
    path: Path
    title: str
    promise: str
    minutes: int
    needs: tuple[str, ...]
    cost: str
    questions: tuple[str, ...]
    objectives: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    words: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...] = field(repr=False)

    def cell(self, id: str) -> Cell:
        """The cell with this id; HelperError if there is none."""
        for cell in self.cells:
            if cell.id == id:
                return cell
        raise HelperError(f"Lesson {self.number} has no cell {id!r}.")


def lessons(folder: Path = NOTEBOOKS) -> tuple[Lesson, ...]:
    """Every lesson in *folder*, in order; HelperError for a notebook that is none."""
    return tuple(read(path) for path in sorted(folder.glob("[0-9][0-9]-*.ipynb")))


def lesson(number: str, folder: Path = NOTEBOOKS) -> Lesson:
    """The lesson with this number, such as "03"; HelperError if there is none."""
    if _NUMBER.fullmatch(str(number)):
        for path in sorted(folder.glob(f"{number}-*.ipynb")):
            return read(path)
    raise HelperError(
        f"There is no lesson {number!r}.", next_step='Lessons have two digits: "00", "01" ...'
    )


def read(path: Path) -> Lesson:
    """The lesson in the notebook at *path*; HelperError if something of it is missing."""
    changed = path.stat().st_mtime_ns
    return _read(path, changed)


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Lesson:
    try:
        cells = tuple(_cells(json.loads(path.read_text(encoding="utf-8"))))
    except (ValueError, KeyError, TypeError) as broken:
        raise HelperError(
            f"{path.name} is no notebook.",
            why=str(broken),
            next_step="Open it in JupyterLab, or take a fresh copy of it.",
        ) from broken
    title = _source(cells, "title")
    facts = _FACTS.search(title)
    heading = re.search(r"^# (.+)$", title, re.MULTILINE)
    if heading is None or facts is None:
        raise HelperError(
            f"{path.name} does not begin with a title and its minutes.",
            next_step="Its first cell has the id title, a heading, and a line such as"
            " *30 minutes · needs 00 · runs offline · costs nothing*.",
        )
    return Lesson(
        number=path.name[:2],
        path=path,
        title=heading[1],
        promise=_promise(title, heading.end(), facts.start()),
        minutes=int(facts[1]),
        needs=tuple(_NUMBER.findall(facts[2])),
        cost=facts[4],
        questions=_after(title, "**Questions answered here**", r"^- (?!\[)(.+(?:\n  .+)*)$"),
        objectives=_after(title, "**By the end you can**", r"^- \[ \] (.+(?:\n  .+)*)$"),
        exercises=tuple(_exercises(cells)),
        words=tuple(_words(_source(cells, "learned"))),
        cells=cells,
    )


def _cells(notebook: dict[str, Any]) -> Iterator[Cell]:
    for cell in notebook["cells"]:
        source = cell["source"]
        yield Cell(
            str(cell.get("id", "")),
            str(cell["cell_type"]),
            source if isinstance(source, str) else "".join(source),
            tuple(cell.get("metadata", {}).get("tags", ())),
            tuple(cell.get("outputs", ())),
            cell.get("execution_count"),
            {name: cell[name] for name in ("metadata", "attachments") if name in cell},
        )


def _source(cells: Sequence[Cell], id: str) -> str:
    return next((cell.source for cell in cells if cell.id == id), "")


def _promise(title: str, start: int, end: int) -> str:
    return " ".join(title[start:end].split())


def _after(text: str, head: str, item: str) -> tuple[str, ...]:
    """The items of the list that follows *head*, up to the next line in bold."""
    _, found, rest = text.partition(head)
    if not found:
        return ()
    rest = re.split(r"^\*\*", rest, maxsplit=1, flags=re.MULTILINE)[0]
    items = re.findall(item, rest, re.MULTILINE)
    return tuple(" ".join(each.split()).rstrip(",.;") for each in items)


def _exercises(cells: Sequence[Cell]) -> Iterator[Exercise]:
    for cell in cells:
        task = _TASK.search(cell.source) if cell.id.endswith("-task") else None
        if task is not None:
            yield Exercise(
                f"{int(task[1]):02}.{task[2]}", task[3], cell.source[task.end() :].strip()
            )


def _words(learned: str) -> Iterator[tuple[str, str]]:
    for word, meaning in _ROW.findall(learned):
        if word != "word" and not set(word) <= {"-", ":"}:
            yield word, meaning
