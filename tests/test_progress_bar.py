"""Progress: shown after a while to who watches, gone afterwards, and never in a stored notebook."""

import threading

import pytest

from helpers import progress_bar
from helpers.progress_bar import Progress


class Line:
    """Stands in for a line of a cell's output."""

    def __init__(self):
        self.shown = []
        self.first = threading.Event()

    def put(self, text):
        self.shown.append(text)
        self.first.set()

    def clear(self):
        self.shown.append("")


@pytest.fixture
def line(monkeypatch):
    made = Line()
    monkeypatch.setattr(progress_bar, "_in_a_notebook", lambda: True)
    monkeypatch.setattr(progress_bar, "_Line", lambda: made)
    return made


def test_what_takes_long_is_shown_and_then_taken_away(line, monkeypatch):
    monkeypatch.setattr(progress_bar, "SOON", 0.01)
    with Progress("Waiting for +1 to answer", 45):
        assert line.first.wait(10)
    assert line.shown[0] == "Waiting for +1 to answer: 0 of at most 45 s"
    assert line.shown[-1] == ""


def test_what_is_soon_done_is_not_shown(line):
    with Progress("Starting"):
        pass
    assert line.shown == [""]


def test_it_is_taken_away_when_something_goes_wrong(line, monkeypatch):
    monkeypatch.setattr(progress_bar, "SOON", 0.01)
    with pytest.raises(ValueError), Progress("Waiting"):
        assert line.first.wait(10)
        raise ValueError
    assert line.shown[-1] == ""


def test_nobody_watches_and_nothing_is_shown(line):
    with Progress("Waiting", shown=False) as quiet:
        assert quiet._thread is None
    assert line.shown == []


def test_outside_a_notebook_nothing_is_shown():
    with Progress("Waiting") as quiet:
        assert quiet._thread is None


def test_without_a_limit_only_the_seconds_are_told():
    assert Progress("Waiting", shown=False).text(3.6) == "Waiting: 4 s"
