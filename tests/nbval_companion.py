"""A pytest plugin that makes nbval's strict comparison of notebooks honest.

By itself nbval is green for a notebook that was never run, for cells tagged away, for pictures it
does not look at, and for cells after a time-out; it waits minutes for a kernel that is gone, shows
what a semicolon mutes, and runs in whatever environment it finds. Here:

- kernels get the environment of `make notebooks` (scripts/surroundings.py), history included, so
  that a trailing semicolon mutes;
- a kernel that dies is noticed within a second, a cell gets 60 seconds and then it is a failure;
- a cell is red unless it was stored run, in order, and all of what it shows can be compared;
- the number of compared cells is printed and may not fall below `compared_cells_floor`.

The tests of this file are in tests/notebooks/.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any

import nbval.kernel
import pytest
from nbval.plugin import IPyNbCell

from scripts.offline import install as stay_on_this_machine
from scripts.surroundings import for_kernels, quiet

CELL_SECONDS = 60
OUTPUT_SECONDS = 30
NBVAL_DEFAULT_SECONDS = 2000

# What nbval skips when it compares, so that nothing else may be all that a cell shows.
NOT_COMPARED = {"image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"}
CELL = "notebook cell"  # the property by which a report says which cell it is about
MARKER = re.compile(r"^\s*#+\s*(NBVAL_|PYTEST_VALIDATE_)\w+", re.MULTILINE)


def why_not_comparable(cell: Any, number: int) -> str:
    """Say why a comparison of *cell* would prove nothing, or "" when it would.

    cell: a code cell as stored; number: how manieth code cell of its notebook it is, from 1.
    """
    tags = set(cell.metadata.get("tags", []))
    errors = [output for output in cell.outputs if output.output_type == "error"]
    shown = [set(output.data) for output in cell.outputs if "data" in output]
    if cell.execution_count is None:
        return "the stored notebook was never run here; `make notebooks` runs it"
    if cell.execution_count != number:
        return f"stored as run number {cell.execution_count}, but it is code cell {number}"
    if not cell.source.strip():
        return "the cell is empty"
    if any("nbval" in tag for tag in tags) or MARKER.search(cell.source):
        return "it asks not to be compared; every cell is"
    if "raises-exception" in tags and not errors:
        return "it is tagged raises-exception, but no error is stored"
    if any(kinds & NOT_COMPARED and not kinds - NOT_COMPARED - {"text/plain"} for kinds in shown):
        # A widget beside its text form is normalised away before storing, a picture is not.
        return "it shows a picture or a bare widget, which is not compared; show text or SVG"
    if any(output.get("name") == "stderr" for output in cell.outputs):
        return "warnings are stored in it; mute or mend them where they arise"
    return ""


class Companion:
    """The hooks, and what they remember of one run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.compared: set[str] = set()
        self.problem = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the cells that were run and found equal."""
        if report.when == "call" and report.passed:
            self.compared.update(value for name, value in report.user_properties if name == CELL)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run red when all lessons were run and fewer cells compared than agreed."""
        if hasattr(self.config, "workerinput"):  # of xdist: the main process has the whole
            return
        lessons = {path.name for path in (self.config.rootpath / "notebooks").glob("*.ipynb")}
        seen = {Path(cell.partition("::")[0]).name for cell in self.compared}
        floor = int(self.config.getini("compared_cells_floor"))
        if self.config.option.nbval and lessons <= seen and len(self.compared) < floor:
            self.problem = f"at least {floor} are expected (compared_cells_floor)"
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how many cells were compared."""
        if not self.config.option.nbval or hasattr(self.config, "workerinput"):
            return
        books = len({cell.partition("::")[0] for cell in self.compared})
        line = f"{len(self.compared)} cells of {books} notebooks run and found equal"
        if self.problem:
            terminalreporter.write_line(f"{line}; {self.problem}", red=True)
        else:
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting that keeps lessons from shrinking unnoticed."""
    parser.addini(
        "compared_cells_floor", "fewest notebook cells that must be compared", default="0"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Clean this process's environment, then settle how nbval runs its kernels."""
    scrubbed = quiet(os.environ)
    # What pytest told its own children stays: xdist reads it.
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    os.environ.clear()
    os.environ.update({**scrubbed, **kept})
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
    stay_on_this_machine()

    config.pluginmanager.register(Companion(config), "compared-cells")
    sanitizer = config.option.nbval_sanitize_with or config.option.sanitize_with
    if sanitizer or config.option.nbval_lax:
        raise pytest.UsageError("notebooks are compared as they are: no sanitizer, no --nbval-lax")
    config.option.nbval_current_env = True
    if config.option.nbval_cell_timeout == NBVAL_DEFAULT_SECONDS:
        config.option.nbval_cell_timeout = CELL_SECONDS
    if config.option.nbval:
        teach_nbval(config)


def teach_nbval(config: pytest.Config) -> None:
    """Replace the parts of nbval that decide how a kernel starts, listens and is judged."""
    scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    config.add_cleanup(scratch.cleanup)
    environment = for_kernels(os.environ, Path(scratch.name))
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)

    kernel = nbval.kernel.RunningKernel
    start, listen = nbval.kernel.start_new_kernel, kernel.get_message
    begin, run = IPyNbCell.__init__, IPyNbCell.runtest

    def start_new_kernel(*args: Any, stderr: Any = None, **options: Any) -> Any:
        if stderr is not None:
            stderr.close()  # opened for us, and never closed by its owner
        options.update(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return start(*args, **options)

    def get_message(self: Any, stream: str, timeout: float | None = None) -> Any:
        """Wait as long as asked, but look once a second whether anybody is there to answer."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = 1.0 if deadline is None else min(1.0, max(0.0, deadline - time.monotonic()))
            try:
                return listen(self, stream, left)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died in this cell") from None
                if deadline is not None and time.monotonic() >= deadline:
                    raise

    def execute_cell_input(self: Any, source: str, allow_stdin: bool | None = None) -> Any:
        return self.kc.execute(
            source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
        )

    def cell_init(self: Any, *args: Any, **options: Any) -> None:
        options["name"] = options["cell"].get("id", options["name"])  # a failure names its cell
        begin(self, *args, **options)
        self.output_timeout = OUTPUT_SECONDS
        self.user_properties.append((CELL, f"{self.path}::{self.name}"))

    def setup(self: Any) -> None:
        # Where nbval would expect a failure and call it neither red nor green.
        if self.parent.timed_out:
            pytest.fail("an earlier cell of this notebook took too long", pytrace=False)

    def runtest(self: Any) -> None:
        reason = why_not_comparable(self.cell, self.cell_num + 1)
        if reason:
            pytest.fail(f"{self.parent.path.name}, cell {self.cell.id}: {reason}", pytrace=False)
        run(self)
        if self.parent.timed_out:
            pytest.fail(f"the cell {self.cell.id} took too long", pytrace=False)

    patch.setattr(nbval.kernel, "start_new_kernel", start_new_kernel)
    patch.setattr(kernel, "get_message", get_message)
    patch.setattr(kernel, "execute_cell_input", execute_cell_input)
    patch.setattr(IPyNbCell, "__init__", cell_init)
    patch.setattr(IPyNbCell, "setup", setup)
    patch.setattr(IPyNbCell, "runtest", runtest)
