"""The Makefile: its targets, and what it says on a machine that lacks something."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.learner.record import HOME
from helpers.learner.shipped import ASIDE

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")

TARGETS = {
    *("help", "lab", "test", "check", "bench"),
    *("notebooks", "kit", "site", "sandbox", "update", "doctor", "lock", "clean"),
}


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in *folder*, as somebody would who calls it directly and has no uv."""
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    return subprocess.run(
        ["make", "UV=", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def fresh(root: Path, tmp_path: Path) -> Path:
    """A folder like a fresh clone, as far as make looks."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(root / name, tmp_path)
    left_out = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(root / "scripts", tmp_path / "scripts", ignore=left_out)
    return tmp_path


def stub(folder: Path, script: str) -> str:
    """Write a program that stands for python3; return its path."""
    program = folder / "python-stub"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_make_alone_lists_every_target(root: Path) -> None:
    said = make(root).stdout
    assert set(re.findall(r"^make (\w+)", said, re.MULTILINE)) == TARGETS - {"help"}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_exists(root: Path, target: str) -> None:
    """A dry run: nothing is installed, opened or removed."""
    done = make(root, "--dry-run", target)
    assert done.returncode == 0, done.stderr


def test_lab_opens_the_first_lesson(root: Path) -> None:
    said = make(root, "--dry-run", "lab", "LAB_ARGS=--no-browser --port 8899").stdout
    line = said.splitlines()[-1]
    assert "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb" in line
    assert line.endswith("--no-browser --port 8899")
    # JupyterLab refuses the root user otherwise; nobody else needs the option.
    assert ("--allow-root" in line) == (os.name == "posix" and os.getuid() == 0)


def test_lab_installs_nothing_that_only_tests_need(fresh: Path) -> None:
    said = make(fresh, "--dry-run", "lab").stdout
    assert "-r .venv/learn.lock" in said
    assert "-r requirements.lock" not in said


def test_an_old_python_is_refused_in_words(fresh: Path) -> None:
    old = "import sys; sys.version_info = (3, 9, 2); exec(open(sys.argv[1]).read())"
    done = make(fresh, "lab", "PYTHON=" + stub(fresh, f'exec "{sys.executable}" -c "{old}" "$@"'))
    assert done.returncode != 0
    assert "This is Python 3.9, and the notebooks need 3.11 or newer." in done.stderr
    assert "make PYTHON=python3.12" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (fresh / ".venv").exists()


def test_a_python_without_venv_is_refused_in_words(fresh: Path) -> None:
    script = f'[ "$1" = -c ] && exit 1\nexec "{sys.executable}" "$@"'
    done = make(fresh, "test", "PYTHON=" + stub(fresh, script))
    assert done.returncode != 0
    assert "lacks its venv module" in done.stdout
    assert "sudo apt install python3-venv" in done.stdout
    assert not (fresh / ".venv").exists()


def test_no_python_at_all_is_said_in_words(fresh: Path) -> None:
    done = make(fresh, "lab", "PYTHON=python-that-is-not-there")
    assert done.returncode != 0
    assert "There is no python-that-is-not-there here. Install Python 3.11 or newer" in done.stdout


def test_clean_leaves_what_is_the_readers(fresh: Path) -> None:
    """And the lessons as they came, without which nobody could tell what a reader wrote."""
    kept = ["notebooks", "yours", ASIDE.name, ".env", HOME.name]
    made = [".venv", "build", "tests/node/node_modules", "scripts/reveal/node_modules"]
    for name in (*kept, *made):
        (fresh / name).mkdir(parents=True, exist_ok=True)
    assert make(fresh, "clean").returncode == 0
    assert [name for name in (*kept, *made) if (fresh / name).exists()] == kept
