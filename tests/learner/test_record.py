"""The reader's record: a file of their own, nothing lost, nothing kept where nobody watches."""

import json
import multiprocessing

import pytest

from helpers import certificate, check, progress, quiz
from helpers.checks.verdict import Verdict
from helpers.errors import HelperError
from helpers.learner import record
from helpers.lessons import lessons


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("TWILIO_PROGRESS", str(path))
    monkeypatch.setenv("TWILIO_WATCHED", "yes")
    return path


def everything(file):
    with file.open("a", encoding="utf-8") as out:
        for lesson in lessons():
            for exercise in lesson.exercises:
                line = {"at": "2026-11-25T10:00:00+00:00", "what": "exercise"}
                out.write(json.dumps({**line, "name": exercise.name, "right": True}) + "\n")


def test_a_right_answer_is_kept_and_a_stub_is_not(file):
    check("04.1", None)
    assert not file.exists()
    check("04.1", "")
    assert record.read().exercises == {"04.1": None}
    check("04.1", "Ada here")
    kept = record.read()
    assert kept.exercises["04.1"] is not None
    assert kept.tries == {"04.1": 2}


def test_what_was_right_stays_right(file):
    check("04.1", "Ada here")
    first = record.read().exercises["04.1"]
    check("04.1", "")
    assert record.read().exercises["04.1"] == first


def test_a_quiz_is_kept(file):
    lesson = next(each.number for each in lessons() if _has_quiz(each.number))
    asked = quiz(lesson)
    asked.answer(1, asked.questions[0].right)
    [row] = [row for row in progress().rows if row.lesson.number == lesson]
    assert row.questions == (1, len(asked.questions))


def _has_quiz(lesson):
    try:
        return bool(quiz(lesson).questions)
    except HelperError:
        return False


def test_nothing_is_kept_where_nobody_watches(file, monkeypatch):
    monkeypatch.setenv("TWILIO_WATCHED", "no")
    check("04.1", "Ada here")
    assert not file.exists()
    monkeypatch.setenv("TWILIO_WATCHED", "yes")
    check("04.1", "Ada here")
    monkeypatch.setenv("TWILIO_WATCHED", "no")
    assert record.read().exercises == {}


def test_a_record_that_cannot_be_kept_costs_no_verdict(file, monkeypatch, capsys):
    monkeypatch.setenv("TWILIO_PROGRESS", str(file.parent / "nowhere" / "file"))
    assert check("04.1", "Ada here").right
    assert capsys.readouterr().out.startswith("Your progress is not kept: No such file")


@pytest.mark.parametrize("damage", ["{", "[]", "null", '{"what": "exercise"}', "\x00\xff", "7"])
def test_a_damaged_line_costs_that_line(file, damage):
    check("04.1", "Ada here")
    with file.open("a", encoding="utf-8") as out:
        out.write(damage + "\n")
    kept = record.read()
    assert kept.exercises["04.1"] is not None
    assert kept.unread == 1
    assert "make no sense: 1" in repr(progress())


def _note_many(place, name):
    import os

    os.environ |= {"TWILIO_PROGRESS": place, "TWILIO_WATCHED": "yes"}
    for _ in range(200):
        record.note(record.EXERCISE, name, True)


def test_two_open_lessons_do_not_undo_each_other(file):
    names = [f"0{n}.1" for n in range(4)]
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_note_many, args=(str(file), name)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    kept = record.read()
    assert kept.tries == dict.fromkeys(names, 200)
    assert kept.unread == 0


def test_starting_over_forgets_one_lesson(file):
    record.note(record.EXERCISE, "03.1", True)
    record.note(record.EXERCISE, "04.1", True)
    record.note(record.STARTED_OVER, "03")
    assert set(record.read().exercises) == {"04.1"}


def test_progress_says_where_to_go_on(file):
    assert progress().next.lesson.number == "00"
    record.note(record.OPENED, "04")
    assert progress().next.lesson.number == "04"
    assert "Go on with lesson 04: Send an SMS" in repr(progress())


def test_each_lesson_has_the_sign_of_how_far_it_is(file):
    assert {line[0] for line in repr(progress()).splitlines()[:-1]} == {"○"}
    record.note(record.EXERCISE, "04.1", True)
    record.note(record.QUESTION, "05.1", True)
    signs = {row.lesson.number: line[0] for row, line in zip(*_told(), strict=True)}
    assert (signs["03"], signs["04"], signs["05"]) == ("○", "◐", "◐")
    everything(file)
    assert {line[0] for line in _told()[1]} == {"✓"}


def _told():
    return progress().rows, repr(progress()).splitlines()[:-1]


def test_what_a_lesson_has_no_more_does_not_count(file):
    """An older version of it had an exercise that this one has not."""
    everything(file)
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "04.1" not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    record.note(record.EXERCISE, "04.9", True)
    [row] = [row for row in progress().rows if row.lesson.number == "04"]
    assert row.exercises == (len(row.lesson.exercises) - 1, len(row.lesson.exercises))
    assert not progress().complete


def test_progress_is_shown_as_a_table_with_headings(file):
    drawn = progress()._repr_html_()
    assert drawn.count('<th scope="col">') == 5
    assert '<a href="04-send-an-sms.ipynb">Send an SMS</a>' in drawn


def test_a_certificate_is_for_who_did_everything(file, tmp_path):
    with pytest.raises(HelperError, match="still open"):
        certificate("Ada Lovelace")
    everything(file)
    made = certificate("  Ada   Lovelace ")
    assert repr(made).startswith("Ada Lovelace did all")
    assert made.save(tmp_path / "mine.svg") == "mine.svg"
    drawn = (tmp_path / "mine.svg").read_text(encoding="utf-8")
    assert "<title>Ada Lovelace did all" in drawn
    assert progress().complete
    assert "certificate(" in progress().way_on()


@pytest.mark.parametrize("name", ["", "   ", None, 7, "x" * 61, "Ada\x00"])
def test_a_name_that_is_none_is_a_sentence(file, name):
    everything(file)
    with pytest.raises(HelperError, match="name"):
        certificate(name)


def test_a_name_is_text_and_no_drawing(file):
    everything(file)
    drawn = certificate("<script>&")._repr_svg_()
    assert "<script>" not in drawn
    assert "&lt;script&gt;&amp;" in drawn


def test_a_verdict_is_shown_in_words():
    assert (
        repr(Verdict(False, "too long", "Shorten it.")) == "Not yet: too long\n  try   Shorten it."
    )
