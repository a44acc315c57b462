"""The lessons as they were shipped, beside the reader's: to start over, and to update.

    start_over("03")

A checkout has them in its history. Without one (a downloaded folder) `make lab` puts copies aside
before anything is edited: ``python -m helpers.learner.shipped``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from helpers.errors import HelperError
from helpers.learner import record
from helpers.lessons import NOTEBOOKS, lesson

ROOT = NOTEBOOKS.parent
ASIDE = ROOT / ".shipped"  # not in .venv, which is made anew when lessons are edited already
YOURS = "yours"  # the folder, at the top of the project, for what readers wrote


def put_aside(notebooks: Path = NOTEBOOKS, aside: Path = ASIDE) -> None:
    """Copy each lesson that has no copy yet."""
    aside.mkdir(parents=True, exist_ok=True)
    for path in notebooks.glob("*.ipynb"):
        if not (aside / path.name).exists():
            shutil.copyfile(path, aside / path.name)


def shipped(path: Path, aside: Path = ASIDE) -> str | None:
    """The text of the lesson at *path* as it was shipped; None if nobody knows any more."""
    root = path.parent.parent
    told = git(root, "show", f"HEAD:./{path.relative_to(root).as_posix()}")
    if told is not None:
        return told
    copy = aside / path.name
    return copy.read_text(encoding="utf-8") if copy.is_file() else None


def keep(path: Path) -> Path:
    """Copy what the reader has at *path* to the folder `yours`; returns the copy's path."""
    folder = path.parent.parent / YOURS
    folder.mkdir(exist_ok=True)
    number = 1
    while (copy := folder / f"{path.stem}.{number}.ipynb").exists():
        number += 1
    shutil.copyfile(path, copy)
    return copy


def start_over(number: str) -> str:
    """Lesson *number* as it was shipped, its exercises untried; what you wrote is kept.

    Returns the sentence that says what to do now. HelperError if there is no such lesson, or no
    fresh copy of it.
    """
    path = lesson(number).path
    text = shipped(path)
    if text is None:
        raise HelperError(
            f"There is no fresh copy of lesson {number} here.",
            next_step=f"Download the course once more, and take {path.name} from it.",
        )
    said = [f"Lesson {number} is as it was shipped."]
    if text != path.read_text(encoding="utf-8"):
        copy = keep(path)
        path.write_text(text, encoding="utf-8", newline="\n")
        said.append(f"What you wrote is kept in {YOURS}/{copy.name}.")
        said.append("Choose File > Reload Notebook from Disk, then Kernel > Restart Kernel.")
    else:
        said.append("Nothing in its file had changed; Kernel > Restart Kernel forgets the rest.")
    said.append(record.note(record.STARTED_OVER, number))
    return "\n".join(filter(None, said))


def git(root: Path, *arguments: str) -> str | None:
    """What git says in *root*; None where it says no, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8"
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def load(text: str, name: str) -> dict[str, Any]:
    """The notebook that *text* is; HelperError, with its *name*, if it is none."""
    try:
        book = json.loads(text)
        cells = book["cells"]
    except (ValueError, KeyError, TypeError) as broken:
        raise HelperError(f"{name} is no notebook.", why=str(broken)) from broken
    if not isinstance(cells, list):
        raise HelperError(f"{name} is no notebook.", why="its cells are no list")
    notebook: dict[str, Any] = book
    return notebook


if __name__ == "__main__":
    put_aside()
