"""Exercises: task, try, check, more; and a quiz."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from tests.lessons.contract.book import Book, Faults, rule

PARTS = {"task": "markdown", "try": "code", "check": "code", "more": "markdown"}
EXERCISES, QUESTIONS = (2, 4), (2, 3)

_ID = re.compile(r"ex(\d+)-(\w+)")
_DETAILS = re.compile(
    r"<details>\s*<summary>(?P<head>[^<]*)</summary>(?P<body>.*?)</details>", re.DOTALL
)


def _numbers(book: Book) -> list[int]:
    """The numbers of the exercises, as the ids of their cells have them, in order."""
    found = [_ID.fullmatch(cell.id) for cell in book.lesson.cells]
    return list(dict.fromkeys(int(match[1]) for match in found if match))


def _folded(book: Book, number: int) -> list[tuple[str, str]]:
    """What is folded away in ``more``: head and body of each."""
    found = _DETAILS.finditer(book.source(f"ex{number}-more"))
    return [(" ".join(one["head"].split()), one["body"]) for one in found]


def _bare(text: str) -> str:
    """Code without what may be written one way or another: quotes, blanks, tags, comments."""
    text = html.unescape(re.sub(r"</?(?:code|pre|em|strong)>", "", text))
    text = re.sub(r"\s#.*", "", text)
    return re.sub(r"[\s`]+", "", text).replace("'", '"')


@rule
def exercises_are_two_to_four(book: Book) -> Faults:
    """Two to four exercises a lesson."""
    number = len(_numbers(book))
    if not EXERCISES[0] <= number <= EXERCISES[1]:
        yield "", f"{number} exercises; two to four are asked of a lesson"


@rule
def quartets_are_complete(book: Book) -> Faults:
    """Task, try, check, more, one after the other."""
    ids = [cell.id for cell in book.lesson.cells]
    kinds = {cell.id: cell.kind for cell in book.lesson.cells}
    for number in _numbers(book):
        wanted = [f"ex{number}-{part}" for part in PARTS]
        found = [id for id in ids if id.startswith(f"ex{number}-")]
        start = ids.index(found[0])
        if found != wanted or ids[start : start + len(wanted)] != wanted:
            yield found[0], f"an exercise is {', '.join(wanted)}, one right after the other"
        for part, kind in PARTS.items():
            if kinds.get(f"ex{number}-{part}", kind) != kind:
                yield f"ex{number}-{part}", f"this cell is to be of the kind {kind}"


@rule
def exercises_are_numbered(book: Book) -> Faults:
    """Exercise 03.1, 03.2 ... in order, each under a heading of its own."""
    numbers = _numbers(book)
    if numbers != list(range(1, len(numbers) + 1)):
        yield "", f"the exercises are numbered {numbers}; number them from 1 as they come"
    for number in numbers:
        task = f"### Exercise {book.lesson.number}.{number}: "
        if len(re.findall(rf"^{re.escape(task)}\S", book.source(f"ex{number}-task"), re.M)) != 1:
            yield f"ex{number}-task", f"it has no heading `{task}title`; give it one"


@rule
def tasks_name_the_only_change(book: Book) -> Faults:
    """A task names the one thing to change, in code's letters."""
    for number in _numbers(book):
        task = book.source(f"ex{number}-task")
        if not re.search(r"\bonly\b", task, re.IGNORECASE) or "`" not in task:
            yield (
                f"ex{number}-task",
                "say what is the only thing to change, such as: Change only `x`",
            )


@rule
def checks_are_called(book: Book) -> Faults:
    """The check is one call, with the exercise's name."""
    for number in _numbers(book):
        name = f"{book.lesson.number}.{number}"
        if not re.fullmatch(rf'check\("{name}", .+\)', book.source(f"ex{number}-check").strip()):
            yield f"ex{number}-check", f'the cell holds check("{name}", answer), and no more'


@rule
def solutions_are_the_tested_ones(book: Book) -> Faults:
    """What unfolds is, letter for letter, the answer that tests try."""
    right = {one.cell: one.code for one in book.answers if one.says is None}
    for number in _numbers(book):
        bodies = [body for head, body in _folded(book, number) if head == "Solution"]
        code = [re.findall(r"^```python\n(.*?)\n```$", body, re.M | re.S) for body in bodies]
        if code != [[right.get(f"ex{number}")]]:
            yield (
                f"ex{number}-more",
                f"its solution is not the one in notebooks/solutions/{book.lesson.number}.py; "
                "`make notebooks` puts it there",
            )


@rule
def hints_help_step_by_step(book: Book) -> Faults:
    """Two hints or more, each another, before the solution."""
    for number in _numbers(book):
        folded = _folded(book, number)
        heads = [head for head, _ in folded]
        wanted = [f"Hint {n}" for n in range(1, len(heads))] + ["Solution"]
        if heads != wanted or len(heads) < 3:
            yield f"ex{number}-more", "folded are Hint 1, Hint 2 (or more), then Solution"
        hints = [" ".join(body.lower().split()) for head, body in folded if head != "Solution"]
        if "" in hints or len(set(hints)) < len(hints):
            yield f"ex{number}-more", "a hint is empty or like another; let each say more"


@rule
def hints_hold_no_solution(book: Book) -> Faults:
    """Whoever wants help and not the answer gets just that."""
    right = {one.cell: one.code for one in book.answers if one.says is None}
    for number in _numbers(book):
        lines = [_bare(line) for line in right.get(f"ex{number}", "").splitlines()]
        telling = [line for line in lines if len(line) >= 10]
        hints = [_bare(body) for head, body in _folded(book, number) if head != "Solution"]
        told = [line for line in telling if any(line in hint for hint in hints)]
        if telling and len(told) > len(telling) / 2:
            yield (
                f"ex{number}-more",
                "its hints hold the solution; leave the last step to the reader",
            )


@rule
def the_quiz_is_asked(book: Book) -> Faults:
    """Two or three questions, after a word about them."""
    number = book.questions
    if not QUESTIONS[0] <= number <= QUESTIONS[1]:
        yield "quiz", f"QUIZ has {number} questions; ask two or three that make one think"
    if book.source("quiz").strip() != f'quiz("{book.lesson.number}")':
        yield "quiz", f'the cell holds quiz("{book.lesson.number}"), and no more'
    ids = [cell.id for cell in book.lesson.cells]
    if ("quiz-words", "quiz") not in pairwise(ids):
        yield "quiz", "the cell quiz-words, with a heading, goes right before it"
