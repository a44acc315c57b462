"""The spelling that `make check` looks after: mistakes in what people read are found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# In pieces, so that nobody who looks for mistakes finds this file.
WRONG = "recie" + "ved"


def spelling(root: Path, *places: Path) -> subprocess.CompletedProcess[str]:
    """What codespell says of these places, with the project's settings."""
    return subprocess.run(
        [sys.executable, "-m", "codespell_lib", *map(str, places)],
        cwd=root,  # where the settings are
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_mistake_is_found_in_text_code_and_notebook(root, tmp_path):
    (tmp_path / "page.md").write_text(f"A call is {WRONG}.\n", encoding="utf-8")
    (tmp_path / "code.py").write_text(f'"""A call is {WRONG}."""\n', encoding="utf-8")
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [f"It is {WRONG}\n"]}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "lesson.ipynb").write_text(json.dumps(book, indent=1), encoding="utf-8")
    said = spelling(root, tmp_path)
    assert said.returncode != 0
    for name in ("page.md", "code.py", "lesson.ipynb"):
        assert f"{name}:" in said.stdout


def test_what_only_looks_like_a_mistake_is_not(root, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("The 2nd of alltime, a neighbour's colour, a reques… cut\n", encoding="utf-8")
    assert spelling(root, page).stdout == ""


def test_make_check_looks_at_all_that_people_read(root):
    recipe = (root / "Makefile").read_text(encoding="utf-8")
    [line] = [line for line in recipe.splitlines() if "codespell_lib" in line]
    for place in ("notebooks", "docs", "helpers", "scripts", "*.md"):
        assert f" {place}" in line
