"""The answers to a lesson's exercises, the right one and the wrong ones that people give.

They stand in ``notebooks/solutions/03.py``, one after the other, each under a line of its own::

    # %% ex1
    body = "Ada here, running late."

    # %% ex1 not yet: two segments
    body = "x" * 173

What stands after ``not yet:`` is part of what the check must say. The right answer is what the
lesson shows when *Solution* is unfolded: `python -m scripts.notebooks` puts it there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "notebooks" / "solutions"

_HEAD = re.compile(r"^# %% (ex\d+)(?: not yet: (.+))?$")


@dataclass(frozen=True)
class Answer:
    """The code of an answer to the exercise *cell* ("ex1"); *says* is None for the right one."""

    cell: str
    code: str
    says: str | None = None


def answers(lesson: str, folder: Path = FOLDER) -> list[Answer]:
    """The answers of a lesson such as "03", in their order; none if it has no such file.

    ValueError for a file that does not begin with the head of an answer.
    """
    path = folder / f"{lesson}.py"
    if not path.exists():
        return []
    found: list[tuple[str, str | None, list[str]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        head = _HEAD.match(line)
        if head:
            found.append((head[1], head[2], []))
        elif line.startswith("# %%"):
            raise ValueError(f"{path.name}, line {number}: no head of an answer: {line}")
        elif found:
            found[-1][2].append(line)
    return [Answer(cell, "\n".join(lines).strip(), says) for cell, says, lines in found]


def fill(notebook: Any, lesson: str, folder: Path = FOLDER) -> None:
    """Put the right answers of *lesson* under *Solution* in a notebook (as nbformat reads it)."""
    right = {one.cell: one.code for one in answers(lesson, folder) if one.says is None}
    for cell in notebook.cells:
        code = right.get(cell.id.removesuffix("-more")) if cell.id.endswith("-more") else None
        if code is not None:
            before, found, rest = cell.source.partition("<details><summary>Solution</summary>")
            after = rest.partition("</details>")[2]
            if found:
                cell.source = f"{before}{found}\n\n```python\n{code}\n```\n\n</details>{after}"
