"""The reader's record: one line of JSON for each thing that happened, in a file of their own.

A line is only ever added, so two open lessons cannot undo each other's. Nothing is kept while
nobody watches (in tests, and when a notebook is run on a server): there is no reader then.

The file is ``progress.jsonl`` at the top of the project, or what TWILIO_PROGRESS names.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.config import is_watched

HOME = Path(__file__).resolve().parent.parent.parent / "progress.jsonl"
EXERCISE, QUESTION, OPENED, STARTED_OVER = "exercise", "question", "opened", "started over"


@dataclass
class Record:
    """What the file says, added up.

    *exercises* and *questions* are by name ("03.1"): the moment of the first right answer, or None
    for one that was tried only. *tries* are counted by the same names. *last* is the lesson that
    was opened last. *unread* counts lines that make no sense and were passed over.
    """

    exercises: dict[str, datetime | None] = field(default_factory=dict)
    questions: dict[str, datetime | None] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    last: str = ""
    unread: int = 0


def place() -> Path:
    """Where the record is."""
    named = os.environ.get("TWILIO_PROGRESS")
    return Path(named).expanduser() if named else HOME


def note(what: str, name: str, right: bool | None = None) -> str:
    """Add a line about an exercise, a question or a lesson; a sentence if it could not be kept.

    A record that cannot be written costs the reader the record, and never the lesson.
    """
    if not is_watched():
        return ""
    line: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    line |= {"what": what, "name": name}
    if right is not None:
        line["right"] = right
    try:
        with place().open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        return (
            f"Your progress is not kept: {error.strerror or error}. To keep it elsewhere, set"
            " TWILIO_PROGRESS to a file you may write, and restart JupyterLab."
        )
    return ""


def read() -> Record:
    """The record as it is now; an empty one if there is no file, or nobody watches."""
    record = Record()
    if not is_watched():
        return record
    try:
        lines = place().read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return record  # none yet, or out of reach: as `note` said
    for line in lines:
        try:
            _add(record, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            record.unread += 1
    return record


def _add(record: Record, line: dict[str, Any]) -> None:
    what, name = line["what"], str(line["name"])
    if what == OPENED:
        record.last = name
    elif what == STARTED_OVER:
        for kept in (record.exercises, record.questions, record.tries):
            for each in [key for key in kept if key.startswith(f"{name}.")]:
                del kept[each]
    elif what in (EXERCISE, QUESTION):
        kept = record.exercises if what == EXERCISE else record.questions
        at = datetime.fromisoformat(line["at"]) if line.get("right") else None
        kept[name] = kept.get(name) or at
        record.tries[name] = record.tries.get(name, 0) + 1
