"""The teacher's kit: made from the lessons, all of it, and its timetables come out even."""

import re
from dataclasses import replace
from itertools import pairwise

import nbformat
import pytest

from helpers.checks.quiz import quiz_of
from helpers.errors import HelperError
from helpers.lessons import lessons
from scripts import kit, slides
from scripts.solutions import answers
from tests.lessons.contract import minutes, shape

LESSONS = lessons()


@pytest.mark.parametrize("course", kit.COURSES)
def test_a_timetable_has_no_gap_and_fits(course):
    slots = kit.timetable(course, LESSONS)
    for before, after in pairwise(slots):
        assert before.start + before.minutes == after.start
    assert slots[0].start == 0
    assert slots[-1].start + slots[-1].minutes <= kit.COURSES[course]
    numbers = [slot.lesson.number for slot in slots if slot.lesson]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 2


def test_a_longer_course_teaches_more():
    counts = [
        sum(slot.lesson is not None for slot in kit.timetable(course, LESSONS))
        for course in kit.COURSES
    ]
    assert counts == sorted(set(counts))


def lasting(number, minutes, **more):
    """The lesson with this number, as if it took a reader so many minutes."""
    return replace(LESSONS[int(number)], minutes=minutes, needs=(), **more)


def laid_out(course, taught):
    return [
        (slot.start, slot.minutes, slot.what.split()[0].rstrip(":"))
        for slot in kit.timetable(course, taught)
    ]


def test_ninety_minutes_have_no_break():
    taught = [lasting("00", 20), lasting("03", 40), lasting("04", 40, exercises=())]
    assert laid_out("90 minutes", taught) == [
        (0, 5, "Welcome"),
        (5, 25, "00"),
        (30, 50, "03"),
        (80, 5, "Close"),
    ]
    page = kit.timetable_page("90 minutes", taught)
    assert "| 0:30 | 50 | 03  Make a call | 03.1, 03.2, 03.3 |\n" in page
    assert "It ends after 1:25." in page
    assert "**To be read before**" not in page
    assert "**To go on with at home**: 04, Send an SMS.\n" in page


def test_half_a_day_has_breaks_and_a_day_a_lunch():
    taught = [lasting("00", 20), *(lasting(number, 40) for number in ("02", "03", "04", "05"))]
    morning = [(0, 5, "Welcome"), (5, 25, "00"), (30, 50, "02"), (80, 15, "Break")]
    morning += [(95, 50, "03"), (145, 15, "Break"), (160, 50, "04")]
    assert laid_out("a day", [*taught, lasting("07", 40)]) == [
        *morning,
        (210, 60, "Lunch"),
        (270, 50, "05"),
        (320, 15, "Break"),
        (335, 50, "07"),
        (385, 5, "Close"),
    ]
    half = laid_out("half a day", taught)
    assert "Lunch" not in {what for _, _, what in half}
    assert half[-1][0] + half[-1][1] <= 210
    assert "**To go on" not in kit.timetable_page("a day", taught)


def test_what_does_not_fit_is_shown_without_its_exercises():
    long = lasting("03", 55)
    assert (kit.minutes_in_a_room(long), kit.minutes_in_a_room(long, shown=True)) == (70, 50)
    page = kit.timetable_page("90 minutes", [lasting("00", 20), long])
    assert "| 0:30 | 50 | 03  Make a call | at home: 03.1, 03.2, 03.3 |\n" in page


def test_every_lesson_has_its_place_and_its_minutes():
    assert sorted(kit.PATH) == [lesson.number for lesson in LESSONS]
    assert (kit.EXERCISE, kit.QUESTION) == (minutes.AN_EXERCISE, minutes.A_QUESTION)
    assert kit.SECTIONS == shape.NOTES


@pytest.mark.parametrize("course", kit.COURSES)
def test_nobody_sits_too_long(course):
    sitting = 0
    for slot in kit.timetable(course, LESSONS)[:-1]:
        sitting = 0 if slot.what in ("Break", "Lunch") else sitting + slot.minutes
        assert sitting <= kit.SITTING


def test_what_a_lesson_needs_is_taught_or_to_be_read():
    for course in kit.COURSES:
        taught = [slot.lesson for slot in kit.timetable(course, LESSONS) if slot.lesson]
        page = kit.timetable_page(course, LESSONS)
        before = page.partition("**To be read before**")[2].partition("**To go on")[0]
        for need in {need for lesson in taught for need in lesson.needs}:
            assert need in {lesson.number for lesson in taught} or f"{need}, " in before


def test_the_answers_are_those_on_file():
    page = kit.answer_key(LESSONS)
    for lesson in LESSONS:
        for exercise in lesson.exercises:
            assert f"### {exercise.name}  {exercise.title}" in page
        for one in answers(lesson.number):
            assert one.code in page
            assert one.says is None or one.says in page
        for asked in quiz_of(lesson.number).questions:
            chosen, _ = asked.options[asked.right]
            assert f"- {asked.text}\n  **{asked.right}**: {chosen}\n" in page
    for part in re.split(r"^### ", page, flags=re.MULTILINE):
        exercise = re.match(r"(\d\d)\.(\d)  ", part)
        if exercise:
            mine = [one for one in answers(exercise[1]) if one.cell == f"ex{exercise[2]}"]
            [right] = [one.code for one in mine if one.says is None]
            assert f"Right:\n\n```python\n{right}\n```" in part.partition("Not yet:")[0]
            assert part.count("Not yet:") == len(mine) - 1


def test_the_command_says_what_was_made_and_what_is_missing(tmp_path, monkeypatch, capsys):
    def lacks(folder):
        raise HelperError("Lesson 03 has no notes for the teacher: 03.md.")

    monkeypatch.setattr(slides, "fetch_reveal", lambda: False)
    monkeypatch.setattr(kit, "make", lambda folder: ["README.md", "answers.md"])
    assert kit.main(["--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out == f"2 files in {tmp_path}\n"
    assert said.err.startswith("Without npm: ")
    monkeypatch.setattr(slides, "fetch_reveal", lambda: True)
    monkeypatch.setattr(kit, "make", lacks)
    assert kit.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("Lesson 03 has no notes")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The kit in a folder, and the names that `make` gave."""
    folder = tmp_path_factory.mktemp("kit")
    return folder, kit.make(folder)


def test_the_kit_is_written_and_its_first_page_names_all_of_it(made):
    folder, names = made
    first = (folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\((\S+?)\)", first)) == set(names) - {"README.md"}
    assert {path.name for path in folder.iterdir()} >= set(names)
    for lesson in LESSONS:
        page = (folder / f"teach-{lesson.number}.md").read_text(encoding="utf-8")
        for section in kit.SECTIONS:
            assert f"## {section}" in page


def test_making_it_twice_gives_the_same(made):
    folder, _ = made
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    del pages["README.md"]
    assert dict(kit.pages(LESSONS)) == pages


def test_a_lesson_without_notes_is_named(tmp_path):
    with pytest.raises(HelperError, match=r"Lesson 03 has no notes for the teacher: 03\.md"):
        kit.notes(LESSONS[3], tmp_path)
    (tmp_path / "03.md").write_text("# Lesson 03\n\n## Timing\n\nlong\n", encoding="utf-8")
    with pytest.raises(HelperError, match="says nothing under Questions to ask, Checkpoints"):
        kit.notes(LESSONS[3], tmp_path)


def test_slides_show_the_cells_and_no_answer():
    for lesson in LESSONS:
        book = nbformat.read(lesson.path, as_version=4)
        shown = list(slides.slides(book.cells))
        kinds = {cell.metadata["slideshow"]["slide_type"] for cell in shown}
        assert kinds == {"slide", "subslide", "notes", "-", "fragment"}
        wall = [cell.source for cell in shown]
        code = [cell for cell in lesson.cells if cell.kind == "code"]
        assert {cell.source for cell in code if "-check" not in cell.id} <= set(wall)
        assert not any("<summary>Solution" in text for text in wall)
        for one in answers(lesson.number):
            assert one.code not in wall


def test_what_a_cell_prints_comes_after_it():
    cells = list(slides.slides(nbformat.read(LESSONS[4].path, as_version=4).cells))
    [at] = [index for index, cell in enumerate(cells) if cell.id == "post"]
    assert cells[at].outputs == []
    assert cells[at + 1].id == "post-printed"
    assert cells[at + 1].outputs
