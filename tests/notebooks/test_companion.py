"""The comparison of notebooks is honest: what should be red is red, and only that.

One run compares many small notebooks, each wrong in its own way; each test looks at one of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_output

from tests.notebooks.workbench import Run, Workbench, error, notebook, printed, result

HELLO = ("print('hello')", [printed("hello\n")])
SUM = ("1 + 1", [result("2", 2)])


def good() -> Any:
    return notebook(
        HELLO,
        SUM,
        ("x = 3", []),
        ("1 / 0", [error("ZeroDivisionError", "division by zero")]),
        tags={4: ["raises-exception"]},
    )


def changed(book: Any) -> Any:
    book.cells[1].outputs[0].data["text/plain"] = "3"
    return book


def deleted(book: Any) -> Any:
    book.cells[1].outputs = []
    return book


def blanked(book: Any) -> Any:
    book.cells[2].execution_count = None
    return book


def stripped(book: Any) -> Any:
    for cell in book.cells:
        cell.execution_count, cell.outputs = None, []
    return book


def recounted(book: Any) -> Any:
    book.cells[2].execution_count = 17
    return book


def undone(book: Any) -> Any:
    """The error that the tag permits is gone: permission is not proof."""
    book.cells[3].outputs = []
    return book


def with_data(kind: str, value: str) -> Any:
    return new_output("display_data", data={kind: value})


PICTURE = "from IPython.display import Image, display\ndisplay(Image(b'png', format='png'))"
VIEW = "application/vnd.jupyter.widget-view+json"
SHOW_VIEW = f"from IPython.display import display\ndisplay({{'{VIEW}': {{}}}}, raw=True)"
CHILD = "import subprocess\ndone = subprocess.run(['echo', 'from a child'])"
WARNING = "import sys\nprint('careful', file=sys.stderr)"

BOOKS = {
    "good": good(),
    "changed": changed(good()),
    "deleted": deleted(good()),
    "blanked": blanked(good()),
    "stripped": stripped(good()),
    "recounted": recounted(good()),
    "undone": undone(good()),
    "added": notebook(("print('hello')", [printed("hello\n"), result("2")])),
    "muted": notebook(("1 + 1;", [])),
    "unmuted": notebook(("1 + 1", [])),
    "died": notebook(("import os\nos._exit(1)", []), HELLO),
    "stuck": notebook(("while True:\n    pass", []), HELLO),
    "caught": notebook(
        ("try:\n    while True:\n        pass\nexcept KeyboardInterrupt:\n    pass", [])
    ),
    "skipped": notebook(("print('hello')", [printed("bye\n")]), tags={1: ["nbval-skip"]}),
    "ignored": notebook(("# NBVAL_IGNORE_OUTPUT\n1 + 1", [result("3")])),
    "raised": notebook(("1 / 0", [])),
    "empty": notebook(("", [])),
    "picture": notebook((PICTURE, [with_data("image/png", "cG5n")])),
    "widget": notebook((SHOW_VIEW, [with_data(VIEW, "{}")])),
    "child": notebook((CHILD, [printed("from a child\n")])),
    "warned": notebook((WARNING, [new_output("stream", name="stderr", text="careful\n")])),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    bench = Workbench(tmp_path_factory.mktemp("companion"))
    for name, book in BOOKS.items():
        bench.add(name, book)
    return bench.compare("--nbval-cell-timeout", "2")


def test_the_run_is_red_and_looked_at_every_notebook(run: Run) -> None:
    assert run.status == 1
    assert set(run.cells) == set(BOOKS)


def test_an_untouched_notebook_is_green(run: Run) -> None:
    assert run.red("good") == {}
    assert list(run.cells["good"]) == ["cell-1", "cell-2", "cell-3", "cell-4"]


def test_a_changed_output_is_red(run: Run) -> None:
    assert list(run.red("changed")) == ["cell-2"]
    assert "Cell outputs differ" in run.red("changed")["cell-2"]


def test_a_deleted_output_is_red(run: Run) -> None:
    assert list(run.red("deleted")) == ["cell-2"]


def test_an_added_output_is_red(run: Run) -> None:
    assert list(run.red("added")) == ["cell-1"]


def test_a_blanked_count_is_red(run: Run) -> None:
    assert list(run.red("blanked")) == ["cell-3"]
    assert "never run" in run.red("blanked")["cell-3"]


def test_a_notebook_that_was_never_run_is_red_in_every_cell(run: Run) -> None:
    assert len(run.red("stripped")) == 4


def test_a_count_out_of_order_is_red(run: Run) -> None:
    assert "stored as run number 17, but it is code cell 3" in run.red("recounted")["cell-3"]


def test_a_permitted_error_must_be_stored(run: Run) -> None:
    assert "no error is stored" in run.red("undone")["cell-4"]


def test_an_error_nobody_planned_is_red(run: Run) -> None:
    assert "ZeroDivisionError" in run.red("raised")["cell-1"]


def test_a_semicolon_mutes_as_it_does_in_jupyterlab(run: Run) -> None:
    assert run.red("muted") == {}
    assert list(run.red("unmuted")) == ["cell-1"]


def test_what_a_child_process_prints_is_compared(run: Run) -> None:
    assert run.red("child") == {}


def test_a_dead_kernel_is_noticed_at_once(run: Run) -> None:
    assert "the kernel died in this cell" in run.red("died")["cell-1"]
    assert list(run.red("died")) == ["cell-1", "cell-2"]
    assert (
        run.seconds["died"]["cell-1"] < 5
    )  # kernel start included; a living one would have had its whole time


def test_a_cell_that_takes_too_long_is_red_and_so_is_what_follows(run: Run) -> None:
    assert list(run.red("stuck")) == ["cell-1", "cell-2"]
    assert "an earlier cell of this notebook took too long" in run.red("stuck")["cell-2"]


def test_a_cell_that_swallows_the_interruption_is_red_all_the_same(run: Run) -> None:
    assert "took too long" in run.red("caught")["cell-1"]


@pytest.mark.parametrize("name", ["skipped", "ignored"])
def test_no_cell_is_left_out_by_asking(run: Run, name: str) -> None:
    assert "it asks not to be compared" in run.red(name)["cell-1"]


def test_an_empty_cell_is_red(run: Run) -> None:
    assert "the cell is empty" in run.red("empty")["cell-1"]


@pytest.mark.parametrize("name", ["picture", "widget"])
def test_what_nbval_does_not_look_at_may_not_be_all_there_is(run: Run, name: str) -> None:
    assert "which is not compared" in run.red(name)["cell-1"]


def test_a_stored_warning_is_red(run: Run) -> None:
    assert "warnings are stored" in run.red("warned")["cell-1"]


def test_a_green_run_says_how_much_was_compared(tmp_path_factory: pytest.TempPathFactory) -> None:
    bench = Workbench(tmp_path_factory.mktemp("green"))
    bench.add("good", good())
    green = bench.compare(floor=4)
    assert green.status == 0
    assert "4 cells of 1 notebooks run and found equal" in green.said
    below = bench.compare(floor=5)
    assert below.status == 1
    assert "4 cells of 1 notebooks run and found equal; at least 5 are expected" in below.said
    bench.add("more", good())
    # The floor is for all lessons together, not for one that is tried alone.
    assert bench.compare("notebooks/more.ipynb", floor=9).status == 0


@pytest.mark.parametrize("option", ["--nbval-sanitize-with=masks.cfg", "--nbval-lax"])
def test_nothing_is_masked(tmp_path_factory: pytest.TempPathFactory, option: str) -> None:
    bench = Workbench(tmp_path_factory.mktemp("masked"))
    bench.add("good", good())
    masked = bench.compare(option)
    assert masked.status == pytest.ExitCode.USAGE_ERROR
    assert "no sanitizer, no --nbval-lax" in masked.said
