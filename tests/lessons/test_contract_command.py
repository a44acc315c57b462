"""What `python -m tests.lessons.contract` says to authors."""

from __future__ import annotations

import pytest

from tests.lessons.contract import book as contract
from tests.lessons.contract.__main__ import HEADS, figures, main, table
from tests.lessons.contract.links import outside
from tests.lessons.good import Draft


@pytest.fixture
def draft(tmp_path, monkeypatch):
    """A small course in the place of the real one."""
    draft = Draft(tmp_path)
    draft.book()
    monkeypatch.setattr(contract.all_books, "__defaults__", (tmp_path / "notebooks",))
    return draft


def test_it_names_the_fault_the_cell_and_the_mending(draft, capsys):
    draft.swap("part-a", "session.number", "nobody.number")
    draft.book()
    assert main(["01"]) == 1
    said = capsys.readouterr().out
    assert (
        "01  part-a: Undefined name nobody; define it in a cell above"
        "  [names_are_defined_before_use]" in said
    )
    assert "00  " not in said
    assert said.splitlines()[-1].endswith(" findings")


def test_a_notebook_that_is_no_lesson_is_a_finding(draft, capsys):
    draft.swap("title", "# Send", "Send")
    draft.book()
    assert main(["01"]) == 1
    assert "01  title: " in capsys.readouterr().out


def test_it_lists_the_addresses_elsewhere(draft, capsys):
    assert main(["--links"]) == 0
    assert (
        capsys.readouterr().out
        == "https://www.twilio.com/docs/messaging  00/next 01/next 02/next\n"
    )
    assert outside(draft.book()) == {"https://www.twilio.com/docs/messaging": ["next"]}


def test_it_says_which_lessons_there_are_not(draft, capsys):
    with pytest.raises(SystemExit):
        main(["77"])
    assert "no such lesson: 77" in capsys.readouterr().err


def test_figures_say_how_a_lesson_reads(draft):
    read = dict(zip(HEADS, figures(draft.book()), strict=True))
    assert read["lesson"] == "01"
    assert read["cells"] == "36"
    assert read["code"] == "15"
    assert read["lines: median"] == "1"
    assert read["exercises"] == "2"
    assert read["minutes"] == "20"
    assert float(read["model"]) == pytest.approx(20, abs=2.5)
    assert read["errors met"] == "20404"
    heads, line = table([HEADS, figures(draft.book())]).splitlines()
    assert heads.index("errors met") == line.index("20404")
