"""Starting over and updating: what a reader wrote is never lost."""

import json
import subprocess

import pytest

from helpers import lessons as course
from helpers.errors import HelperError
from helpers.learner import record, shipped, update
from helpers.learner.merge import edited, merged

TITLE = "# Send a text\n\nYou will.\n\n*20 minutes · needs nothing · offline · costs nothing*"


def cell(id, source, kind="code"):
    made = {"cell_type": kind, "id": id, "metadata": {}, "source": source}
    return made | ({"outputs": [], "execution_count": 1} if kind == "code" else {})


def book(*cells):
    metadata = {"language_info": {"name": "python"}}
    title = cell("title", TITLE, "markdown")
    return {"cells": [title, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


BASE = book(cell("set-up", "import requests"), cell("ex1-try", "body = None"), cell("end", "1"))


def sources(notebook):
    return [(each["id"], each["source"]) for each in notebook["cells"][1:]]


def test_what_was_only_run_is_not_edited():
    ran = json.loads(json.dumps(BASE))
    ran["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    ran["cells"][1]["source"] = ["import ", "requests"]
    assert not edited(BASE, ran)


def test_an_answer_goes_into_the_new_exercise():
    mine = book(cell("set-up", "import requests"), cell("ex1-try", "body = 'Hi'"), cell("end", "1"))
    new = book(
        cell("set-up", "import requests, json"),
        cell("ex1-try", "body = None  # your text"),
        cell("more", "2"),
        cell("end", "1"),
    )
    assert sources(merged(BASE, mine, new)) == [
        ("set-up", "import requests, json"),
        ("ex1-try", "body = 'Hi'"),
        ("more", "2"),
        ("end", "1"),
    ]


def test_where_both_changed_both_stand():
    mine = book(cell("set-up", "import mine"), cell("ex1-try", "body = None"), cell("end", "1"))
    new = book(cell("set-up", "import new"), cell("ex1-try", "body = None"), cell("end", "1"))
    assert sources(merged(BASE, mine, new))[:2] == [
        ("set-up", "import new"),
        ("set-up-yours", "import mine"),
    ]


def test_where_both_changed_twice_all_stands_once():
    first = book(cell("set-up", "import new"), cell("ex1-try", "body = None"), cell("end", "1"))
    mine = book(
        cell("set-up", "import again"), cell("set-up-yours", "import mine"), cell("end", "1")
    )
    new = book(cell("set-up", "import newest"), cell("ex1-try", "body = None"), cell("end", "1"))
    assert sources(merged(first, mine, new))[:3] == [
        ("set-up", "import newest"),
        ("set-up-yours-2", "import again"),
        ("set-up-yours", "import mine"),
    ]


def test_cells_of_ones_own_stay_where_they_were():
    mine = book(
        cell("note", "# mine", "markdown"),
        cell("set-up", "import requests"),
        cell("a1b2", "first"),
        cell("c3d4", "second"),
        cell("ex1-try", "body = None"),
        cell("end", "1"),
    )
    new = book(cell("set-up", "import requests"), cell("ex1-try", "body = None"))
    assert [id for id, _ in sources(merged(BASE, mine, new))] == [
        "note", "set-up", "a1b2", "c3d4", "ex1-try",
    ]  # fmt: skip


def test_a_cell_of_ones_own_stands_first_or_behind_what_is_still_there():
    mine = {**BASE, "cells": [cell("top", "# mine"), *BASE["cells"], cell("last", "2")]}
    new = book(cell("set-up", "import requests"), cell("ex1-try", "body = None"))
    merged_ids = [each["id"] for each in merged(BASE, mine, new)["cells"]]
    assert merged_ids == ["top", "title", "set-up", "ex1-try", "last"]


def test_an_edited_cell_that_the_lesson_gave_up_stays():
    mine = book(cell("set-up", "import requests"), cell("ex1-try", "body = None"), cell("end", "9"))
    new = book(cell("set-up", "import requests"), cell("ex1-try", "body = None"))
    assert sources(merged(BASE, mine, new))[-1] == ("end", "9")


def git(folder, *arguments):
    names = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True) + "\n", encoding="utf-8")


@pytest.fixture
def upstream(tmp_path):
    folder = tmp_path / "upstream"
    write(folder / "notebooks" / "04-send.ipynb", BASE)
    (folder / "README.md").write_text("one\n")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "one")
    return folder


@pytest.fixture
def here(tmp_path, upstream):
    git(tmp_path, "clone", str(upstream), "here")
    return tmp_path / "here"


def release(upstream, notebook):
    write(upstream / "notebooks" / "04-send.ipynb", notebook)
    (upstream / "README.md").write_text("two\n")
    git(upstream, "commit", "-am", "two")


MINE = book(cell("set-up", "import requests"), cell("ex1-try", "body = 'Hi'"), cell("end", "1"))
NEW = book(cell("set-up", "import json"), cell("ex1-try", "body = None"), cell("end", "1"))


def test_an_update_keeps_what_was_written(here, upstream, tmp_path):
    lesson = here / "notebooks" / "04-send.ipynb"
    write(lesson, MINE)
    release(upstream, NEW)
    said = update.by_git(here, tmp_path / "aside")
    assert "04-send.ipynb: what you wrote is in yours/04-send.1.ipynb" in said
    assert sources(json.loads(lesson.read_text()))[:2] == [
        ("set-up", "import json"),
        ("ex1-try", "body = 'Hi'"),
    ]
    assert json.loads((here / "yours" / "04-send.1.ipynb").read_text()) == MINE
    assert (here / "README.md").read_text() == "two\n"
    assert update.by_git(here, tmp_path / "aside") == ["You have the newest version."]


def test_a_lesson_that_has_another_name_now_ends_no_update(here, upstream, tmp_path):
    other = {"cells": [*BASE["cells"][:-1], cell("end", "2")]}
    write(upstream / "notebooks" / "05-serve.ipynb", BASE)
    git(upstream, "add", ".")
    git(upstream, "commit", "-m", "another lesson")
    update.by_git(here, tmp_path / "aside")
    for name in ("04-send.ipynb", "05-serve.ipynb"):
        write(here / "notebooks" / name, MINE)
    git(upstream, "mv", "notebooks/04-send.ipynb", "notebooks/04-text.ipynb")
    write(upstream / "notebooks" / "05-serve.ipynb", {**BASE, **other})
    git(upstream, "commit", "-am", "two")
    said = update.by_git(here, tmp_path / "aside")
    assert "04-send.ipynb: what you wrote is in yours/04-send.1.ipynb" in said
    assert "04-send.ipynb: the new version has no lesson of this name" in said
    assert json.loads((here / "yours" / "04-send.1.ipynb").read_text()) == MINE
    served = json.loads((here / "notebooks" / "05-serve.ipynb").read_text())
    assert sources(served)[1:] == [("ex1-try", "body = 'Hi'"), ("end", "2")]


def test_a_course_within_another_repository_is_updated(tmp_path, upstream):
    """Git tells names from the top of the repository, which need not be the course's folder."""
    course_folder = upstream / "course"
    course_folder.mkdir()
    git(upstream, "mv", "notebooks", "course")
    git(upstream, "commit", "-m", "in a folder")
    git(tmp_path, "clone", str(upstream), "here")
    lesson = tmp_path / "here" / "course" / "notebooks" / "04-send.ipynb"
    write(lesson, MINE)
    write(course_folder / "notebooks" / "04-send.ipynb", NEW)
    git(upstream, "commit", "-am", "two")
    update.by_git(tmp_path / "here" / "course", tmp_path / "aside")
    assert ("ex1-try", "body = 'Hi'") in sources(json.loads(lesson.read_text()))


def test_an_update_that_does_not_go_changes_nothing(here, upstream, tmp_path):
    lesson = here / "notebooks" / "04-send.ipynb"
    write(lesson, MINE)
    (here / "README.md").write_text("mine\n")
    release(upstream, NEW)
    with pytest.raises(HelperError, match="nothing was updated"):
        update.by_git(here, tmp_path / "aside")
    assert json.loads(lesson.read_text()) == MINE
    assert (here / "README.md").read_text() == "mine\n"


def test_a_folder_without_history_is_told_what_to_do(tmp_path):
    with pytest.raises(HelperError, match="where its updates come from"):
        update.by_git(tmp_path, tmp_path / "aside")


def test_a_downloaded_course_brings_its_answers_along(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    write(old / "notebooks" / "04-send.ipynb", BASE)
    shipped.put_aside(old / "notebooks", old / ".shipped")
    write(old / "notebooks" / "04-send.ipynb", MINE)
    shipped.put_aside(old / "notebooks", old / ".shipped")  # later: too late, and harmless
    (old / "progress.jsonl").write_text("{}\n")
    write(new / "notebooks" / "04-send.ipynb", NEW)
    shipped.put_aside(new / "notebooks", new / ".shipped")
    said = update.from_folder(old, new)
    assert said == [
        "04-send.ipynb: brought what you wrote into the new version",
        "Your progress came along.",
    ]
    assert ("ex1-try", "body = 'Hi'") in sources(
        json.loads((new / "notebooks" / "04-send.ipynb").read_text())
    )
    assert update.from_folder(old, new) == said[:1]


def test_what_was_written_in_both_courses_is_kept(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, given in ((old, BASE), (new, NEW)):
        write(folder / "notebooks" / "04-send.ipynb", given)
        shipped.put_aside(folder / "notebooks", folder / ".shipped")
    here = book(cell("set-up", "import json"), cell("ex1-try", "body = 'Here'"), cell("end", "1"))
    write(old / "notebooks" / "04-send.ipynb", MINE)
    write(new / "notebooks" / "04-send.ipynb", here)
    said = update.from_folder(old, new)
    assert said[0] == "04-send.ipynb: what stood here is in yours/04-send.1.ipynb"
    assert json.loads((new / "yours" / "04-send.1.ipynb").read_text()) == here
    assert ("ex1-try", "body = 'Hi'") in sources(
        json.loads((new / "notebooks" / "04-send.ipynb").read_text())
    )
    assert update.from_folder(old, new) == said[1:]  # nothing more would be lost


def test_what_has_no_place_in_a_downloaded_course_is_told(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    write(old / "notebooks" / "04-send.ipynb", BASE)
    shipped.put_aside(old / "notebooks", old / ".shipped")
    write(old / "notebooks" / "04-send.ipynb", MINE)
    write(new / "notebooks" / "04-text.ipynb", NEW)
    assert update.from_folder(old, new) == [
        "04-send.ipynb: the new version has no lesson of this name; it stays there"
    ]


def test_the_command_says_what_was_done_and_what_could_not_be(tmp_path, monkeypatch, capsys):
    assert update.main(["--from", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert (said.out, "no lessons" in said.err) == ("", True)
    monkeypatch.setattr(update, "by_git", lambda: ["You have the newest version."])
    assert update.main([]) == 0
    assert capsys.readouterr().out == "You have the newest version.\n"


@pytest.mark.parametrize("place", [".", "nowhere"])
def test_a_folder_without_lessons_is_a_sentence(tmp_path, place):
    with pytest.raises(HelperError, match="no lessons"):
        update.from_folder(tmp_path / place, tmp_path)


@pytest.fixture
def reader(here, monkeypatch, tmp_path):
    monkeypatch.setenv("TWILIO_WATCHED", "yes")
    monkeypatch.setenv("TWILIO_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.setattr(shipped, "lesson", lambda n: course.lesson(n, here / "notebooks"))
    return here / "notebooks" / "04-send.ipynb"


def test_starting_over_keeps_what_was_written(reader):
    record.note(record.EXERCISE, "04.1", True)
    write(reader, MINE)
    said = shipped.start_over("04")
    assert "yours/04-send.1.ipynb" in said
    assert "Reload Notebook from Disk" in said
    assert json.loads(reader.read_text()) == BASE
    assert json.loads((reader.parent.parent / "yours" / "04-send.1.ipynb").read_text()) == MINE
    assert record.read().exercises == {}
    assert "Nothing in its file had changed" in shipped.start_over("04")
    assert len(list((reader.parent.parent / "yours").iterdir())) == 1


def test_starting_over_a_lesson_that_is_none(reader):
    for number in ("99", 4):
        with pytest.raises(HelperError, match=f"no lesson {number!r}"):
            shipped.start_over(number)
