"""A small course whose lessons keep every rule, to be broken one rule at a time."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.lessons import read
from scripts.solutions import Answer
from tests.lessons.contract import Book
from tests.lessons.contract.book import READABLE, Finding

NAMES = {"00": "00-start", "01": "01-send-a-text", "02": "02-serve-a-page"}
WORDS = {"00": "session", "01": "segment", "02": "webhook"}
PROSE = """Look at the line that comes back before you go on. It says who asked, what was asked for
and how it ended. What do you expect to stand there, and why? Read it once more when you have seen
it, since the next cell goes on from here, and compare it with what you thought before."""


def text(id: str, source: str) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def code(id: str, source: str, shown: str = "", *tags: str) -> dict[str, Any]:
    """A code cell that shows *shown*; with the tag of a planned error it shows that as an error."""
    outputs: list[dict[str, Any]] = []
    if "raises-exception" in tags:
        outputs = [{"output_type": "error", "ename": "TwilioError", "evalue": shown}]
        outputs[0]["traceback"] = [f"TwilioError: {shown}"]
    elif shown:
        data = {"text/plain": shown}
        outputs = [{"output_type": "execute_result", "data": data, "metadata": {}}]
    cell = text(id, source) | {"cell_type": "code", "outputs": outputs, "execution_count": None}
    if tags:
        cell["metadata"] = {"tags": list(tags)}
    return cell


def exercise(lesson: str, number: int, title: str) -> list[dict[str, Any]]:
    """The four cells of an exercise."""
    return [
        text(
            f"ex{number}-task",
            f"### Exercise {lesson}.{number}: {title}\n\nChange only `answer{number}`. {PROSE}",
        ),
        code(f"ex{number}-try", f"answer{number} = None"),
        code(
            f"ex{number}-check",
            f'check("{lesson}.{number}", answer{number})',
            f"Not tried yet: put your text into `answer{number}`.",
        ),
        text(
            f"ex{number}-more",
            "<details><summary>Hint 1</summary>Count the letters.</details>\n"
            "<details><summary>Hint 2</summary>Are there more than 160?</details>\n"
            "<details><summary>Solution</summary>\n\n"
            f'```python\nanswer{number} = "I am running late"\n```\n\n</details>',
        ),
    ]


def cells(number: str) -> list[dict[str, Any]]:
    """The cells of the lesson with this number."""
    needs = f"{int(number) - 1:02}" if number > "00" else "nothing"
    following = NAMES.get(f"{int(number) + 1:02}", "00-start")
    sections = [
        one
        for letter in ("a", "b", "c", "d")
        for one in (
            text(f"part-{letter}-words", f"## Ask part {letter}\n\n{PROSE}"),
            code(f"part-{letter}", "session.number", "'+15005550006'"),
            text(f"part-{letter}-seen", PROSE),
            code(f"part-{letter}-more", "session.phone.number", "'+14155550100'"),
        )
    ]
    return [
        text(
            "title",
            f"# Send text number {number}\n\nYou will send a text and see it arrive.\n\n"
            f"*20 minutes · needs {needs} · runs offline · costs nothing*\n\n"
            "**Questions answered here**\n\n- When is a text there?\n- What does it cost?\n\n"
            "**By the end you can**\n\n- [ ] send a text,\n- [ ] follow it to its end,\n"
            "- [ ] read an error.",
        ),
        text(
            "before",
            "## Before you start\n\n| you need | how much |\n|---|---|\n| JupyterLab | yes |\n\n"
            "When you are stuck, look at [what to do when things go wrong]"
            "(../docs/troubleshooting.md).",
        ),
        text("set-up-words", f"## Set up\n\n{PROSE}"),
        code(
            "set-up",
            f'from helpers import check, connect, quiz\n\nsession = connect(lesson="{number}")',
        ),
        *sections,
        *exercise(number, 1, "say who you are"),
        text("wrong-words", f"## Read an error\n\n{PROSE}"),
        code(
            "wrong",
            'session.client.messages("SM" + "0" * 32).fetch()',
            "20404  The requested resource was not found",
            "raises-exception",
        ),
        text("wrong-after", "What it says: not found. Why: no such text. Mend the SID."),
        *exercise(number, 2, "say it shortly"),
        text("quiz-words", "## What do you think?\n\nTwo questions, then you are through."),
        code("quiz", f'quiz("{number}")', "1. When?"),
        text("go-live", "## Go live (optional)\n\nNothing of this is needed."),
        text(
            "learned",
            "## What you learned\n\n- [x] send a text,\n- [x] follow it to its end,\n"
            "- [x] read an error.\n\n**Three things to keep.** Ask. Look. Mend.\n\n"
            f"| word | means |\n|---|---|\n| {WORDS[number]} | something new |",
        ),
        text(
            "next",
            f"## In practice\n\nWait.\n\n## Next\n\n[The lesson after this]({following}.ipynb)\n\n"
            "## Read on\n\n- [Twilio's page about messages]"
            "(https://www.twilio.com/docs/messaging): every field of a text.",
        ),
    ]


def notebook(number: str) -> dict[str, Any]:
    """The lesson with this number, as if it had been run."""
    made = cells(number)
    count = 0
    for cell in made:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
    return {
        "cells": made,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@dataclass
class Draft:
    """Lesson 01 of that course, and all around it, as something that can be changed."""

    folder: Path
    raw: dict[str, Any] = field(default_factory=lambda: notebook("01"))
    practised: list[str] = field(default_factory=lambda: ["ex1", "quiz 2", "ex2"])
    questions: int = 2
    notes: str = (
        "# Lesson 01: Send text number 01\n\n## Timing\n\n25.\n\n## Questions to ask\n\nWhen?\n\n"
        "## Checkpoints\n\n`part-a` shows a number.\n\n## What goes wrong\n\nNothing.\n"
    )
    answers: list[Answer] = field(
        default_factory=lambda: [
            Answer("ex1", 'answer1 = "I am running late"'),
            Answer("ex1", 'answer1 = ""', "empty"),
            Answer("ex2", 'answer2 = "I am running late"'),
            Answer("ex2", "answer2 = 42", "no text"),
        ]
    )

    def cell(self, id: str) -> dict[str, Any]:
        """The first cell with this id."""
        return next(cell for cell in self.raw["cells"] if cell["id"] == id)

    def place(self, id: str) -> int:
        """Where that cell stands."""
        return self.raw["cells"].index(self.cell(id))

    def swap(self, id: str, old: str, new: str) -> None:
        """Write *new* for *old* in the source of a cell; *old* must be there."""
        source = self.cell(id)["source"]
        if old not in source:
            raise ValueError(f"{id} has no {old!r}")
        self.cell(id)["source"] = source.replace(old, new)

    def add(self, id: str, more: str) -> None:
        """Write *more* at the end of a cell's source."""
        self.cell(id)["source"] += more

    def show(self, id: str, text: str, kind: str = "text/plain") -> None:
        """Have a cell show *text* besides."""
        output = {"output_type": "display_data", "data": {kind: text}, "metadata": {}}
        self.cell(id)["outputs"].append(output)

    def book(self) -> Book | Finding:
        """The lesson as it stands now among the others; a finding if it cannot be read."""
        notebooks = self.folder / "notebooks"
        notebooks.mkdir(exist_ok=True)
        (self.folder / "docs").mkdir(exist_ok=True)
        help = self.folder / "docs" / "troubleshooting.md"
        help.write_text("# When things go wrong\n\n## No sound\n", encoding="utf-8")
        course = []
        for number, name in NAMES.items():
            path = notebooks / f"{name}.ipynb"
            raw = self.raw if number == "01" else notebook(number)
            path.write_text(json.dumps(raw), encoding="utf-8")
            try:
                course.append(read(path))
            except Exception as error:
                if number != "01":
                    raise
                return Finding(READABLE, "01", "title", str(error))
        return Book(
            lesson=course[1],
            course=tuple(course),
            raw=copy.deepcopy(self.raw),
            answers=tuple(self.answers),
            practised=tuple(self.practised),
            questions=self.questions,
            notes=self.notes,
        )
