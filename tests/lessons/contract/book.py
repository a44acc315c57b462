"""What a rule is given, what it says, and what several rules need to know of a text."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.checks import checks_of
from helpers.errors import HelperError
from helpers.lessons import NOTEBOOKS, Cell, Lesson, read
from scripts.solutions import Answer, answers

#: What a rule yields: the id of a cell; in one sentence what is wrong, and how to mend it.
Faults = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Book:
    """A lesson with all that stands beside it, and the *course* it is one of.

    *raw* is the notebook as JSON; *answers* are those on file; *practised* says for each objective
    where it is practised ("ex1", "quiz 2"); *questions* is how many the quiz has; *notes* are the
    teacher's.
    """

    lesson: Lesson
    course: tuple[Lesson, ...]
    raw: dict[str, Any]
    answers: tuple[Answer, ...]
    practised: tuple[str, ...]
    questions: int
    notes: str

    @property
    def code(self) -> list[Cell]:
        """The lesson's code cells."""
        return [cell for cell in self.lesson.cells if cell.kind == "code"]

    @property
    def texts(self) -> list[Cell]:
        """The lesson's Markdown cells."""
        return [cell for cell in self.lesson.cells if cell.kind == "markdown"]

    def source(self, id: str) -> str:
        """The text of the cell with this id, "" if there is none."""
        return next((cell.source for cell in self.lesson.cells if cell.id == id), "")


@dataclass(frozen=True)
class Finding:
    """What a rule found: its name, the lesson, the cell, the fault with its mending."""

    rule: str
    lesson: str
    cell: str
    fault: str

    def __str__(self) -> str:
        return f"{self.lesson}  {self.cell or '-'}: {self.fault}  [{self.rule}]"


Rule = Callable[[Book], Faults]
RULES: dict[str, Rule] = {}

#: The rule that a lesson breaks if it cannot even be read as one.
READABLE = "readable"


def rule(judge: Rule) -> Rule:
    """Make *judge* one of the rules; its name is the function's."""
    name = judge.__name__
    if name in RULES:
        raise ValueError(f"there are two rules {name}")
    RULES[name] = judge
    return judge


def findings(book: Book, rules: Iterable[str] = ()) -> list[Finding]:
    """What the rules (all, or those named) find in a lesson."""
    return [
        Finding(name, book.lesson.number, cell, fault)
        for name in (rules or RULES)
        for cell, fault in RULES[name](book)
    ]


def opened(path: Path, course: Iterable[Lesson]) -> Book | Finding:
    """The lesson at *path* with what stands beside it, or why it is none."""
    try:
        lesson = read(path)
    except HelperError as error:
        return Finding(READABLE, path.name[:2], "title", " ".join(str(error).split()))
    checks = checks_of(lesson.number)
    notes = NOTEBOOKS / "instructor" / f"{lesson.number}.md"
    return Book(
        lesson=lesson,
        course=tuple(course),
        raw=json.loads(path.read_text(encoding="utf-8")),
        answers=tuple(answers(lesson.number)),
        practised=tuple(getattr(checks, "PRACTISED", ())),
        questions=len(getattr(checks, "QUIZ", ())),
        notes=notes.read_text(encoding="utf-8") if notes.exists() else "",
    )


def all_books(folder: Path = NOTEBOOKS) -> tuple[list[Book], list[Finding]]:
    """Every lesson in *folder*, and a finding for each that cannot be read."""
    paths = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
    course = []
    for path in paths:
        try:
            course.append(read(path))
        except HelperError:  # `opened` says it
            continue
    found = [opened(path, course) for path in paths]
    return (
        [one for one in found if isinstance(one, Book)],
        [one for one in found if isinstance(one, Finding)],
    )


# -- texts ---------------------------------------------------------------------------------------

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"\]\([^)]*\)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s")
_WORD = re.compile(r"\w(?:[\w'\u2019.,-]*\w)?")


def plain(markdown: str) -> str:
    """Markdown without blocks of code, HTML tags and the targets of links."""
    text = _TARGET.sub("]", _FENCE.sub("", markdown))
    return html.unescape(re.sub(r"</?[a-z][^>]*>", " ", text))


def words(markdown: str) -> int:
    """How many words one reads in it."""
    return len(_WORD.findall(plain(markdown)))


def paragraphs(markdown: str) -> str:
    """What is neither heading, table nor list."""
    kept = []
    in_list = False
    for line in _FENCE.sub("", markdown).splitlines():
        if not line.strip():
            kept.append("")
        elif _ITEM.match(line):
            in_list = True
        elif line.startswith(("#", "|")):
            in_list = False
        elif not in_list or not line.startswith("  "):
            in_list = False
            kept.append(line)
    return "\n".join(kept)


def lines_of_code(source: str) -> int:
    """How many lines with something in them."""
    return sum(1 for line in source.splitlines() if line.strip())


def headings(markdown: str) -> list[tuple[int, str]]:
    """The headings, each with its level."""
    found = re.findall(r"^(#{1,6})\s*(.*?)\s*#*$", _FENCE.sub("", markdown), re.MULTILINE)
    return [(len(marks), text) for marks, text in found]


def links(markdown: str) -> list[tuple[str, str]]:
    """The links, each with its text and target; pictures are none."""
    text = re.sub(r"`[^`\n]*`", lambda code: code[0].replace("[", "("), _FENCE.sub("", markdown))
    found = re.findall(r"(?<!!)\[([^\[\]]*)\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)", text)
    tags = re.findall(r"<a\s[^>]*?href=\"([^\"]+)\"[^>]*>(.*?)</a>", text, re.DOTALL)
    return found + [(re.sub(r"<[^>]+>", "", words), target) for target, words in tags]


def shown(output: dict[str, Any]) -> dict[str, str]:
    """What an output shows, by kind: "stdout", "stderr", "error" or a MIME type."""

    def joined(text: Any) -> str:
        if isinstance(text, list):
            return "".join(text)
        return text if isinstance(text, str) else json.dumps(text)

    if output["output_type"] == "stream":
        return {output["name"]: joined(output["text"])}
    if output["output_type"] == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    return {kind: joined(text) for kind, text in output.get("data", {}).items()}


def all_shown(cell: Cell) -> str:
    """All that the outputs of a cell show, as one text."""
    return "\n".join(text for output in cell.outputs for text in shown(output).values())
