"""A name that is not there yet: the error says which cell makes it."""

import dataclasses
import json
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from helpers.learner import in_words, order
from helpers.lessons import Cell, lesson, lessons


@pytest.fixture
def shell(monkeypatch):
    made = InteractiveShell()
    in_words.load_ipython_extension(made)
    monkeypatch.setenv("JPY_SESSION_NAME", str(lesson("04").path))
    return made


def said(shell, source):
    with capture_output() as out:
        shell.run_cell(source)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.stdout + out.stderr)


def test_the_cell_that_makes_the_name_is_told(shell):
    told = said(shell, "form")
    assert "NameError: name 'form' is not defined" in told
    assert (
        '`form` is made in the cell under "Send a text by hand" that begins with `form = {`' in told
    )


def test_a_name_of_the_set_up_is_told(shell):
    assert "`session` comes from the first code cell, under Set up" in said(shell, "session.phone")
    assert "`requests` comes from" in said(shell, "requests.get")


def test_a_name_of_the_readers_own_is_as_it_was(shell):
    told = said(shell, "speling")
    assert "NameError: name 'speling' is not defined" in told
    assert "cell" not in told.partition("NameError: ")[2]


def test_names_inside_functions_are_not_the_lessons():
    code = "def page(request):\n    reply = 1\n    return reply\n\nasked = page"
    made = dataclasses.replace(lesson("04"), cells=(Cell("page", "code", code),))
    assert order.advice("reply", made) == order.advice("request", made) == ""
    assert "is made in" in order.advice("page", made)
    assert "is made in" in order.advice("asked", made)


def test_outside_the_lessons_nothing_is_said(shell, monkeypatch):
    for name in ("", "/tmp/Untitled.ipynb", "/tmp/04-not-there.ipynb"):
        monkeypatch.setenv("JPY_SESSION_NAME", name)
        told = said(shell, "form")
        assert told.rstrip().endswith("NameError: name 'form' is not defined")
        assert told.count("Error: ") == 1  # and nothing went wrong on the way


def test_a_damaged_lesson_costs_nothing(shell, monkeypatch, tmp_path):
    copy = tmp_path / "04-send-an-sms.ipynb"
    copy.write_text(json.dumps({"cells": 7}), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy))
    assert "NameError: name 'form'" in said(shell, "form")


def test_a_name_that_a_function_reads_too_early_is_its_own_matter(shell):
    told = said(shell, "def page():\n    form += 1\n\npage()")
    assert "UnboundLocalError: " in told
    assert "is made in" not in told


def test_other_errors_are_as_they_were(shell):
    assert "ZeroDivisionError" in said(shell, "1 / 0")


@pytest.mark.parametrize("each", lessons(), ids=lambda each: each.number)
def test_every_lesson_makes_its_session_in_its_set_up(each):
    assert "under Set up" in order.advice("session", each)


WAITING = "import asyncio\nasync def wait():\n    raise asyncio.CancelledError\nawait wait()"


def test_a_wait_that_is_interrupted_is_one_line(shell):
    shell.autoawait = True
    assert said(shell, WAITING).strip() == in_words.INTERRUPTED


def test_elsewhere_an_interrupted_wait_is_as_it_was(shell, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/tmp/Untitled.ipynb")
    assert "CancelledError" in said(shell, WAITING)
