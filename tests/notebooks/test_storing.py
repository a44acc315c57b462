"""`make notebooks` stores the same bytes each time, and refuses what it could not repeat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output

from scripts.notebooks import Refused, check_source, main, normalise
from tests.notebooks.workbench import ROOT, Workbench, notebook, printed, result

VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET = "import ipywidgets\nipywidgets.IntSlider()"


def store(bench: Workbench, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the bench's notebooks."""
    paths = sorted(str(path) for path in (bench.folder / "notebooks").glob("*.ipynb"))
    return subprocess.run(
        [sys.executable, "-m", "scripts.notebooks", *options, *paths],
        cwd=bench.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def test_what_is_stored_is_stable_and_passes_the_strict_comparison(bench: Workbench) -> None:
    """Text in pieces, a child's words, a muted value, an error, a widget: all as in JupyterLab."""
    path = bench.add(
        "lesson",
        notebook(
            ("import sys\nfor word in 'abc':\n    print(word)\n    sys.stdout.flush()", []),
            ("import subprocess\nsubprocess.run(['echo', 'child']);", []),
            (WIDGET, []),
            ("import json\njson.loads('{')", []),
            ("import asyncio\nawait asyncio.sleep(0)\n{'b', 'a'}", []),
            tags={4: ["raises-exception"]},
        ),
    )
    done = store(bench)
    assert done.returncode == 0, done.stderr
    first = path.read_bytes()
    stored = json.loads(first)
    assert [cell["execution_count"] for cell in stored["cells"]] == [1, 2, 3, 4, 5]
    assert [cell["id"] for cell in stored["cells"]] == [f"cell-{n}" for n in range(1, 6)]
    assert stored["cells"][0]["outputs"][0]["text"] == ["a\n", "b\n", "c\n"]
    assert stored["cells"][1]["outputs"][0]["text"] == ["child\n"]
    assert stored["cells"][2]["outputs"][0]["data"] == {"text/plain": ["IntSlider(value=0)"]}
    assert "decoder.py" not in json.dumps(stored["cells"][3]["outputs"])
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    assert stored["metadata"]["language_info"] == {"name": "python"}
    assert first.endswith(b"}\n")
    assert b"\r" not in first

    again = store(bench, "--check")
    assert again.returncode == 0, again.stderr
    assert bench.compare().status == 0
    assert path.read_bytes() == first


def test_check_shows_what_would_change_and_changes_nothing(bench: Workbench) -> None:
    path = bench.add("lesson", notebook(("print('new')", [printed("old\n")])))
    before = path.read_bytes()
    done = store(bench, "--check")
    assert done.returncode == 1
    assert "lesson.ipynb changes when run again" in done.stderr
    assert '-      "old\\n"' in done.stderr
    assert '+      "new\\n"' in done.stderr
    assert path.read_bytes() == before


def test_a_notebook_that_differs_from_run_to_run_is_not_stored(bench: Workbench) -> None:
    path = bench.add("lesson", notebook(("import time\ntime.time_ns()", [result("1")])))
    before = path.read_bytes()
    done = store(bench)
    assert done.returncode == 1
    assert "differs from run to run and was not stored" in done.stderr
    assert path.read_bytes() == before
    assert store(bench, "--once").returncode == 0
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    ("source", "said"),
    [("1 / 0", "ZeroDivisionError"), ("import os\nos._exit(1)", "Kernel died")],
)
def test_a_failing_cell_is_said_and_nothing_stored(
    bench: Workbench, source: str, said: str
) -> None:
    path = bench.add("lesson", notebook((source, [])))
    before = path.read_bytes()
    done = store(bench, "--once")
    assert done.returncode == 1
    assert said in done.stderr
    assert path.read_bytes() == before


def test_a_notebook_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nowhere.ipynb"])
    assert ended.value.code == 2
    assert "no such notebook" in capsys.readouterr().err


def book_with(*outputs: Any) -> Any:
    return notebook(("x", list(outputs)))


def test_pieces_of_one_stream_are_joined_and_others_keep_their_order() -> None:
    err = new_output("stream", name="stderr", text="e")
    stored = json.loads(normalise(book_with(printed("a"), printed("b\n"), err, printed("c"))))
    texts = [(output["name"], output["text"]) for output in stored["cells"][0]["outputs"]]
    assert texts == [("stdout", ["ab\n"]), ("stderr", ["e"]), ("stdout", ["c"])]


def test_what_jupyter_adds_is_taken_away_and_what_an_author_wrote_is_kept() -> None:
    book = book_with()
    book.metadata.update(widgets={"state": {}}, lesson="03")
    book.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    book.cells[0].metadata.update(execution={"shell.execute_reply": "now"}, tags=["setup"])
    stored = json.loads(normalise(book))
    assert set(stored["metadata"]) == {"kernelspec", "language_info", "lesson"}
    assert "version" not in stored["metadata"]["language_info"]
    assert stored["cells"][0]["metadata"] == {"tags": ["setup"]}


def test_a_widget_without_a_text_form_is_refused() -> None:
    view = new_output("display_data", data={VIEW: {"model_id": "1"}})
    with pytest.raises(Refused, match="a widget that has no text form"):
        normalise(book_with(view))


def test_a_folder_of_this_machine_is_refused() -> None:
    with pytest.raises(Refused, match="names a folder of this machine"):
        normalise(book_with(printed(f"{ROOT}/helpers/client.py\n")))


def test_cells_without_code_and_with_one_id_are_refused() -> None:
    with pytest.raises(Refused, match="'cell-1' is empty"):
        check_source(notebook((" ", [])))
    twice = notebook(("1", []))
    twice.cells.append(new_code_cell("2", id="cell-1"))
    with pytest.raises(Refused, match="two cells have the id 'cell-1'"):
        check_source(twice)
