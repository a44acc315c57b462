"""The teacher's kit, made from the lessons: timetables, answers, questions, troubles, slides.

    python -m scripts.kit                 into build/kit
    python -m scripts.kit --out FOLDER    into a folder of your own

Nothing in it is written by hand. Times, titles and tasks are from the notebooks, answers from
``notebooks/solutions``, questions, checkpoints and troubles from ``notebooks/instructor``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.checks.quiz import quiz_of
from helpers.errors import HelperError
from helpers.lessons import NOTEBOOKS, Lesson, lessons
from scripts import slides
from scripts.solutions import answers

BUILD = NOTEBOOKS.parent / "build" / "kit"

#: What is taught first when there is little time, most needed first.
PATH = ("00", "03", "04", "05", "02", "07", "08", "09", "10", "06", "01", "11")
#: Minutes of each kind of course, its breaks included; a day has a break for lunch as well.
COURSES = {"90 minutes": 90, "half a day": 210, "a day": 420}
WELCOME, CLOSE, BREAK, LUNCH = 5, 5, 15, 60
#: Minutes of a lesson for one of these, as the lesson contract counts them.
EXERCISE, QUESTION = 4, 1
SITTING = 90  # minutes after which a break is due
IN_A_ROOM = 1.25  # what takes a reader a minute takes a class longer: questions, stragglers
SECTIONS = ("Timing", "Questions to ask", "Checkpoints", "What goes wrong")

Choice = tuple[Lesson, bool]  # a lesson, and whether it is only shown


@dataclass(frozen=True)
class Slot:
    """A line of a timetable: from which minute, for how many, what; *lesson* if it is one.

    *shown* is a lesson without its exercises and quiz, which people do at home.
    """

    start: int
    minutes: int
    what: str
    lesson: Lesson | None = None
    shown: bool = False


def minutes_in_a_room(lesson: Lesson, shown: bool = False) -> int:
    """Minutes that a class takes for a lesson, rounded to 5; *shown* is without its exercises."""
    minutes = lesson.minutes
    if shown:
        questions = len(quiz_of(lesson.number).questions)
        minutes -= EXERCISE * len(lesson.exercises) + QUESTION * questions
    return 5 * round(minutes * IN_A_ROOM / 5)


def timetable(course: str, taught: Sequence[Lesson]) -> list[Slot]:
    """The slots of a course: the lessons, by PATH, that fit with a welcome, breaks, a close."""
    chosen: list[Choice] = []
    by_number = {lesson.number: lesson for lesson in taught}
    for lesson in (by_number[number] for number in PATH if number in by_number):
        for shown in (False, True):  # what does not fit may do so without its exercises
            more = sorted([*chosen, (lesson, shown)], key=lambda choice: choice[0].number)
            if _laid_out(more, course)[-1].start + CLOSE <= COURSES[course]:
                chosen = more
                break
    return _laid_out(chosen, course)


def _laid_out(chosen: Sequence[Choice], course: str) -> list[Slot]:
    slots = [Slot(0, WELCOME, "Welcome: what there will be at the end; does it start everywhere?")]
    sitting, fed = WELCOME, COURSES[course] < 360
    now = WELCOME
    for lesson, shown in chosen:
        minutes = minutes_in_a_room(lesson, shown)
        if sitting + minutes > SITTING and sitting > WELCOME:
            rest = LUNCH if not fed and now >= 150 else BREAK
            fed = fed or rest == LUNCH
            slots.append(Slot(now, rest, "Lunch" if rest == LUNCH else "Break"))
            now += rest
            sitting = 0
        slots.append(Slot(now, minutes, f"{lesson.number}  {lesson.title}", lesson, shown))
        now += minutes
        sitting += minutes
    slots.append(Slot(now, CLOSE, "Close: `progress()`, questions, where to go on"))
    return slots


def notes(lesson: Lesson, folder: Path = NOTEBOOKS / "instructor") -> dict[str, str]:
    """The sections of a lesson's notes for the teacher, by heading.

    HelperError if there are none, or a section is missing.
    """
    path = folder / f"{lesson.number}.md"
    if not path.is_file():
        raise HelperError(f"Lesson {lesson.number} has no notes for the teacher: {path.name}.")
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))
    missing = [section for section in SECTIONS if not found.get(section)]
    if missing:
        raise HelperError(f"{path.name} says nothing under {', '.join(missing)}.")
    return {"": parts[0].partition("\n")[2].strip(), **found}


# -- the pages -------------------------------------------------------------------------------------


def timetable_page(course: str, taught: Sequence[Lesson]) -> str:
    """A timetable as Markdown, with what to have read before."""
    slots = timetable(course, taught)
    rows = "".join(
        f"| {_clock(slot.start)} | {slot.minutes} | {slot.what} | {_exercises(slot)} |\n"
        for slot in slots
    )
    end = slots[-1].start + slots[-1].minutes
    inside = {slot.lesson.number for slot in slots if slot.lesson}
    needed = sorted({need for slot in slots if slot.lesson for need in slot.lesson.needs} - inside)
    before = [f"{each.number}, {each.title}" for each in taught if each.number in needed]
    left = [f"{each.number}, {each.title}" for each in taught if each.number not in inside]
    text = f"# A course of {course}\n\n| from | minutes | what | exercises |\n|---|---|---|---|\n"
    text += f"{rows}\nIt ends after {_clock(end)}."
    text += f" A class takes {IN_A_ROOM} times what a lesson says.\n"
    if before:
        text += f"\n**To be read before**: {'; '.join(before)}.\n"
    if left:
        text += f"\n**To go on with at home**: {'; '.join(left)}.\n"
    return text


def answer_key(taught: Sequence[Lesson]) -> str:
    """Every exercise with its answer, the wrong answers that people give, and what these get."""
    parts = ["# Answers\n\nEach of them is tried by a test. Do not hand this out before the end.\n"]
    for lesson in taught:
        parts.append(f"## {lesson.number}  {lesson.title}\n")
        on_file = answers(lesson.number)
        for exercise in lesson.exercises:
            mine = [one for one in on_file if one.cell == exercise.cell]
            parts.append(f"### {exercise.name}  {exercise.title}\n\n{exercise.task}\n")
            for one in sorted(mine, key=lambda one: one.says is not None):
                said = "Right:" if one.says is None else f"Not yet: *{one.says}*"
                parts.append(f"{said}\n\n```python\n{one.code}\n```\n")
        parts.append(_quiz(lesson))
    return "\n".join(parts)


def teaching_page(lesson: Lesson) -> str:
    """What to have at hand while teaching a lesson: its aims, what to ask, what to wait for."""
    told = notes(lesson)
    aims = "".join(f"- {each}\n" for each in lesson.objectives)
    parts = [
        f"# Teach {lesson.number}: {lesson.title}\n",
        f"{lesson.promise}\n\n{lesson.minutes} minutes for a reader,"
        f" {minutes_in_a_room(lesson)} for a class. Needs {_needs(lesson)}.\n",
        f"{told['']}\n" if told[""] else "",
        f"## At the end they can\n\n{aims}",
        *(f"## {section}\n\n{told[section]}\n" for section in SECTIONS),
        _quiz(lesson),
    ]
    return "\n".join(filter(None, parts))


def troubles_page(taught: Sequence[Lesson]) -> str:
    """What goes wrong on the day, lesson by lesson."""
    parts = [
        "# What goes wrong on the day\n\nFirst `make doctor`: it says what is wrong with a machine"
        " and how to mend it. Most else is in the troubleshooting page of the course.\n"
    ]
    for lesson in taught:
        parts.append(f"## {lesson.number}  {lesson.title}\n\n{notes(lesson)['What goes wrong']}\n")
    return "\n".join(parts)


def pages(taught: Sequence[Lesson]) -> Iterator[tuple[str, str]]:
    """Every page of the kit, as its file's name and its text."""
    for course in COURSES:
        yield f"timetable-{course.replace(' ', '-')}.md", timetable_page(course, taught)
    yield "answers.md", answer_key(taught)
    yield "what-goes-wrong.md", troubles_page(taught)
    for lesson in taught:
        yield f"teach-{lesson.number}.md", teaching_page(lesson)


def index(names: Sequence[str]) -> str:
    """The first page: what is in the kit."""
    rows = "".join(f"- [{name}]({name})\n" for name in names)
    return f"# For teachers\n\nMade from the lessons by `make kit`; do not edit it here.\n\n{rows}"


def _quiz(lesson: Lesson) -> str:
    asked = "".join(
        f"- {question.text}\n  **{question.right}**: {question.options[question.right][0]}\n"
        for question in quiz_of(lesson.number).questions
    )
    return f"### Quiz\n\n{asked}"


def _needs(lesson: Lesson) -> str:
    return " and ".join(lesson.needs) or "nothing"


def _exercises(slot: Slot) -> str:
    names = ", ".join(each.name for each in slot.lesson.exercises) if slot.lesson else ""
    return f"at home: {names}" if slot.shown else names


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def make(out: Path, taught: Sequence[Lesson] | None = None) -> list[str]:
    """Write the kit into *out*; returns the files' names. HelperError if a lesson lacks a part."""
    taught = lessons() if taught is None else taught
    made = dict(pages(taught))  # all of it before the first file is written
    out.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    names = [*made, *slides.make(taught, out)]
    (out / "README.md").write_text(index(names), encoding="utf-8", newline="\n")
    return ["README.md", *names]


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, make the kit; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.kit", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--out", type=Path, default=BUILD, help="where to (build/kit)")
    options: Any = parser.parse_args(arguments)
    if not slides.fetch_reveal():
        print("Without npm: the slides will need network to be shown.", file=sys.stderr)
    try:
        names = make(options.out)
    except HelperError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{len(names)} files in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
