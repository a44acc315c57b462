"""A lesson that was tampered with is red: the comparison bites on real ones, too.

All of it with live settings planted: a lesson that followed them would dial, meet the guard that
keeps it on this machine, and print something else than what is stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.workbench import PLANTED, Run, Workbench


def shown(book: Any) -> Any:
    """The first cell with an output that is text."""
    return next(
        cell
        for cell in book.cells
        if cell.cell_type == "code"
        and cell.outputs
        and ("text" in cell.outputs[0] or "text/plain" in cell.outputs[0].get("data", {}))
    )


def change(book: Any) -> str:
    cell = shown(book)
    output = cell.outputs[0]
    if "text" in output:
        output.text += "and one word more"
    else:
        output.data["text/plain"] += "and one word more"
    return cell.id


def delete(book: Any) -> str:
    cell = shown(book)
    del cell.outputs[0]
    return cell.id


def blank(book: Any) -> str:
    cell = shown(book)
    cell.execution_count = None
    return cell.id


MUTATIONS = {"change": change, "delete": delete, "blank": blank}


@pytest.fixture(scope="module")
def tampered(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, str]]:
    """The shortest lesson, as it is and mutated; the run, and which cell was touched in each."""
    lessons = [nbformat.read(path, 4) for path in sorted((root / "notebooks").glob("*.ipynb"))]
    lesson = min(lessons, key=lambda book: len(book.cells))
    bench = Workbench(tmp_path_factory.mktemp("tampered"))
    bench.plant()
    bench.add("untouched", lesson)
    touched = {}
    for name, mutate in MUTATIONS.items():
        book = nbformat.from_dict(lesson)
        touched[name] = mutate(book)
        bench.add(name, book)
    return bench.compare(environ=PLANTED), touched


def test_an_untouched_copy_is_green_and_dials_nobody(tampered: tuple[Run, dict[str, str]]) -> None:
    run, _ = tampered
    assert run.red("untouched") == {}


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_a_mutation_is_red_from_its_cell_on(
    tampered: tuple[Run, dict[str, str]], name: str
) -> None:
    run, touched = tampered
    assert run.status == 1
    # What follows may be red as well, for want of what the cell would have defined.
    assert next(iter(run.red(name))) == touched[name]
