"""The teacher's kit: made from the lessons, all of it, and its timetables come out even."""

import re
from itertools import pairwise

import nbformat
import pytest

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
