"""Small notebooks made on the spot, and runs of them as `make test` would run them."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent.parent

# What would let a careless test ring somebody, and what else differs from person to person.
TOKEN = "fedcba9876543210fedcba9876543210"
PLANTED = {
    "TWILIO_MODE": "live",
    "TWILIO_ACCOUNT_SID": "AC" + "12" * 16,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM_NUMBER": "+15005550006",
    "TWILIO_WATCHED": "yes",
    "MY_PHONE_NUMBER": "+14155550100",
    "JPY_SESSION_NAME": "notebooks/03-make-a-call.ipynb",
    "HTTP_PROXY": "http://192.0.2.1:3128",
    "https_proxy": "http://192.0.2.1:3128",
    "TZ": "Pacific/Auckland",
    "COLUMNS": "40",
    "PYTHONHASHSEED": "7",
    "PYTEST_CURRENT_TEST": "here",
}


def printed(text: str) -> Any:
    """The output of a print."""
    return new_output("stream", name="stdout", text=text)


def result(text: str, count: int = 1) -> Any:
    """The output of a cell's last value."""
    return new_output("execute_result", data={"text/plain": text}, execution_count=count)


def error(name: str, text: str) -> Any:
    """The output of a cell that raises."""
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def notebook(*cells: tuple[str, list[Any]], tags: dict[int, list[str]] | None = None) -> Any:
    """A notebook of code cells, each given as source and stored outputs, as if it had been run.

    tags: of the cells with these numbers, from 1.
    """
    made = []
    for number, (source, outputs) in enumerate(cells, start=1):
        cell = new_code_cell(source, id=f"cell-{number}", execution_count=number)
        cell.outputs = copy.deepcopy(outputs)
        cell.metadata["tags"] = (tags or {}).get(number, [])
        made.append(cell)
    return new_notebook(cells=made)


@dataclass
class Run:
    """How a run of pytest ended.

    status: its exit status. said: what it printed. cells: per notebook and cell id, "passed" or
    what was wrong. seconds: how long each cell took.
    """

    status: int
    said: str
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)

    def red(self, name: str) -> dict[str, str]:
        """The cells of the notebook *name* that did not pass, and why."""
        return {cell: why for cell, why in self.cells[name].items() if why != "passed"}


@dataclass
class Workbench:
    """A folder with the project's settings and notebooks of its own."""

    folder: Path

    def add(self, name: str, book: Any) -> Path:
        """Store a notebook; return its path."""
        path = self.folder / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(book, path)
        return path

    def plant(self) -> None:
        """Write live settings into the folder's .env; PLANTED is for the environment of a run."""
        file = self.folder / ".env"
        lines = (f"{name}={value}\n" for name, value in PLANTED.items())
        file.write_text("".join(lines), encoding="utf-8")
        file.chmod(0o600)

    def compare(self, *options: str, floor: int = 0, environ: dict[str, str] | None = None) -> Run:
        """Run `pytest --nbval notebooks` in the folder, with the project's own settings."""
        settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        settings = re.sub(r"(?m)^(compared_cells_floor = ).*$", rf'\g<1>"{floor}"', settings)
        (self.folder / "pyproject.toml").write_text(settings, encoding="utf-8")
        report = self.folder / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", f"--junitxml={report}", *options]
            + (
                []
                if any(option.endswith((".ipynb", ".py")) for option in options)
                else ["notebooks"]
            ),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
            capture_output=True,
            text=True,
            timeout=120,
        )
        run = Run(done.returncode, done.stdout + done.stderr)
        if report.exists():
            for case in ElementTree.parse(report).getroot().iter("testcase"):
                book = case.attrib["classname"].removeprefix("notebooks.").removesuffix(".ipynb")
                wrong = [child for child in case if child.tag in {"failure", "error", "skipped"}]
                outcome = f"{wrong[0].tag}: {wrong[0].text}" if wrong else "passed"
                run.cells.setdefault(book, {})[case.attrib["name"]] = outcome
                run.seconds.setdefault(book, {})[case.attrib["name"]] = float(case.attrib["time"])
        return run
