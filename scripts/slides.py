"""Slides of the lessons, for the wall: nbconvert makes them, reveal.js shows them.

Each code cell is a slide, with the sentences that lead to it; what it printed comes with the next
key, so that people guess before. All of the prose stands in the speaker's notes (press S).
Solutions and checks are left out. With npm the slides need no network; without it they fetch
reveal.js where nbconvert does.
"""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_markdown_cell

from helpers.lessons import Lesson

REVEAL = Path(__file__).resolve().parent / "reveal"
#: What of the packages is put beside the slides, and as what.
BESIDE = {
    "reveal.js/dist": "reveal/dist",
    "reveal.js/plugin/notes": "reveal/plugin/notes",
    "reveal.js/LICENSE": "reveal/LICENSE",
    "requirejs/require.js": "reveal/require.js",
}
#: nbconvert's page without what it loads from elsewhere and slides do not need.
PAGE = """\
{%- extends 'reveal/index.html.j2' -%}
{%- block html_head_js_jquery -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
"""
LEFT_OUT = re.compile(r"^(ex\d+-(check|more)|before|go-live|next|.*-live)$")
MERMAID = "text/vnd.mermaid"


def has_reveal() -> bool:
    """Whether reveal.js is in scripts/reveal."""
    return (REVEAL / "node_modules" / "reveal.js").is_dir()


def fetch_reveal() -> bool:
    """Have npm put reveal.js into scripts/reveal; False where there is no npm, or it cannot."""
    if has_reveal():
        return True
    npm = shutil.which("npm")  # a file npm.cmd on Windows, which is not found by its name alone
    return npm is not None and subprocess.run([npm, "ci", "--silent"], cwd=REVEAL).returncode == 0


def make(taught: Sequence[Lesson], out: Path) -> list[str]:
    """Write the slides of each lesson into *out*; returns the files' names."""
    out.mkdir(parents=True, exist_ok=True)
    local = has_reveal()
    if local:
        for source, target in BESIDE.items():
            _copy(REVEAL / "node_modules" / source, out / target)
    exporter = _exporter(local)
    names = []
    for lesson in taught:
        book = nbformat.read(lesson.path, as_version=4)
        book.cells = list(slides(book.cells))
        book.metadata["title"] = f"{lesson.number} {lesson.title}"
        text, _ = exporter.from_notebook_node(book)
        names.append(f"slides-{lesson.number}.html")
        (out / names[-1]).write_text(text, encoding="utf-8", newline="\n")
    return names


def slides(cells: Sequence[Any]) -> Iterator[Any]:
    """The cells of a lesson as cells of slides, each with the part that nbconvert is to give it."""
    for cell in cells:
        if LEFT_OUT.match(cell.id):
            continue
        if cell.cell_type == "code":
            yield from _code(cell)
            continue
        yield _as(new_markdown_cell(_on_the_wall(cell)), "slide" if _heading(cell) else "subslide")
        yield _as(new_markdown_cell(cell.source), "notes")


def _code(cell: Any) -> Iterator[Any]:
    """The code, and behind the next key what it prints: people are to guess before."""
    printed = copy.deepcopy(cell)
    cell.outputs = []
    yield _as(cell, "-")
    if printed.outputs:
        for output in printed.outputs:
            output.get("data", {}).pop(MERMAID, None)
        printed.id += "-printed"
        printed.metadata["transient"] = {"remove_source": True}
        yield _as(printed, "fragment")


def _on_the_wall(cell: Any) -> str:
    """What of a cell's prose is shown: its title and, of what follows, the last that it says."""
    if cell.id == "title":
        return re.sub(r"\*\*Questions answered here\*\*.*?(?=\*\*By)", "", cell.source, flags=re.S)
    if cell.id == "learned" or cell.id.endswith("-task") or "\n|" in cell.source:
        return str(cell.source)
    *_, last = re.split(r"\n\n+", cell.source.strip())
    heading = _heading(cell)
    return last if not heading or last.startswith("#") else f"{heading}\n\n{last}"


def _heading(cell: Any) -> str:
    found = re.findall(r"^#+ .+$", cell.source, re.MULTILINE)
    return found[-1] if found else ""


def _as(cell: Any, kind: str) -> Any:
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def _exporter(local: bool) -> Any:
    exporter = SlidesExporter(raw_template=PAGE)
    exporter.reveal_theme = "white"  # whose letters come with it
    exporter.reveal_scroll = True
    exporter.reveal_transition = "none"
    exporter.reveal_number = "c/t"
    exporter.reveal_width, exporter.reveal_height = "1280", "760"
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    if local:
        exporter.reveal_url_prefix = "reveal"
        exporter.require_js_url = "reveal/require.js"
    return exporter


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
