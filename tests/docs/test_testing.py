"""The page on testing is a project: it is laid out as it says, and its tests pass."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.docs.pages import blocks, files

PAGE = "testing.md"


def run(folder, *command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=dict(os.environ) | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def test_the_pages_project_passes_its_tests(tmp_path):
    written = files(PAGE)
    assert set(written) == {"conftest.py", "shop.py", "test_shop.py", "pytest.ini"}
    for name, text in written.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:nbval")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_the_plugin_can_be_named_on_the_command_line(tmp_path):
    written = files(PAGE)
    for name in ("shop.py", "test_shop.py"):
        (tmp_path / name).write_text(written[name], encoding="utf-8")
    more = ("-p", "no:cacheprovider", "-p", "no:nbval", "-p", "helpers.testing")
    done = run(tmp_path, "-m", "pytest", "-q", *more)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_without_pytest_runs(tmp_path):
    [block] = [b for b in blocks(PAGE) if "open_sandbox" in b.text]
    done = run(tmp_path, "-c", block.text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
