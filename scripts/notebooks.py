"""Run the notebooks and store what they print, so that two runs give the same bytes.

    python -m scripts.notebooks              run each twice, side by side; store if both agree
    python -m scripts.notebooks --check      run each once; fail if the stored file would change
    python -m scripts.notebooks --once FILE  store after one run, while writing a lesson

A stored notebook keeps what teaches (text, HTML, drawings) and loses what differs from run to run:
execution times, widget models, the version of Python, paths in tracebacks.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from scripts.solutions import fill
from scripts.surroundings import for_kernels

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "notebooks"
CELL_SECONDS = 60
KERNELS_AT_ONCE = 2
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Refused(Exception):
    """A notebook cannot be stored as it is; the text says which cell and why."""


def check_source(notebook: Any) -> None:
    """Refuse what could not be told apart later: cells without an id or without code."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        raise Refused("the format is older than 4.5, so its cells have no ids; save it anew")
    seen: set[str] = set()
    for cell in notebook.cells:
        if cell.id in seen:
            raise Refused(f"two cells have the id {cell.id!r}")
        seen.add(cell.id)
        if cell.cell_type == "code" and not cell.source.strip():
            raise Refused(f"the code cell {cell.id!r} is empty")


def join_streams(outputs: list[Any]) -> list[Any]:
    """Join neighbouring pieces of one stream: how text is cut into pieces is a matter of timing."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        is_stream = output.output_type == "stream"
        if is_stream and last and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def own_lines(traceback: list[str]) -> list[str]:
    """Keep of a traceback what belongs to the notebook: not the frames in files of this machine."""
    return [entry for entry in traceback if not COLOURS.sub("", entry).startswith("File ")]


def normalise(notebook: Any) -> str:
    """Return the text of *notebook* as it is stored: LF, sorted, ended by a newline.

    Raises Refused for a cell that shows only a widget: readers without a kernel would see nothing,
    and no comparison could tell it from any other.
    """
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.update(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = join_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = own_lines(output.traceback)
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)
                if not output.data:
                    raise Refused(f"the cell {cell.id!r} shows a widget that has no text form")
    text: str = nbformat.writes(notebook, version=4)
    for place in (str(ROOT), str(Path.home())):
        if place + os.sep in text.replace("\\\\", "\\"):
            raise Refused(f"the notebook names a folder of this machine: {place}")
    return text.rstrip("\n") + "\n"


async def run(path: Path, environment: dict[str, str]) -> str:
    """Run the notebook at *path* in a kernel of this interpreter; return its normalised text.

    Raises Refused with the cell and its error: it failed, took too long or ended its kernel.
    """
    notebook = nbformat.read(path, as_version=4)
    check_source(notebook)
    if path.parent == LESSONS:
        fill(notebook, path.name[:2])
    # With no folder of kernels to look in, `python3` is this interpreter and no other.
    specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        record_timing=False,
        store_widget_state=False,
    )
    client.resources = {"metadata": {"path": str(path.parent)}}
    try:
        # A kernel's own chatter (about ports, encryption, its parent) is no output of a cell.
        quiet = subprocess.DEVNULL
        await client.async_execute(env=environment, stdout=quiet, stderr=quiet)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise Refused(str(error)) from error
    finally:
        await manager.shutdown_kernel(now=True)
    return normalise(notebook)


def difference(before: str, after: str, name: str, labels: tuple[str, str]) -> str:
    """Return a unified diff of two texts of the notebook *name*."""
    lines = difflib.unified_diff(
        before.splitlines(),
        after.splitlines(),
        f"{name} ({labels[0]})",
        f"{name} ({labels[1]})",
        n=2,
        lineterm="",
    )
    return "\n".join(lines)


async def treat(
    path: Path, mode: str, environment: dict[str, str], turns: asyncio.Semaphore
) -> str:
    """Run one notebook as *mode* ("twice", "once", "check") says; return what is wrong, or ""."""

    async def turn() -> str:
        async with turns:
            return await run(path, environment)

    begun = time.monotonic()
    runs = [turn() for _ in range(2 if mode == "twice" else 1)]
    texts: list[str] = []
    # Both runs end before anything is said: a run left behind would speak up later.
    for outcome in await asyncio.gather(*runs, return_exceptions=True):
        if isinstance(outcome, Refused):
            return f"{path.name}: {outcome}"
        if isinstance(outcome, BaseException):
            raise outcome
        texts.append(outcome)
    stored = path.read_text(encoding="utf-8") if mode == "check" else ""
    if mode == "check" and texts[0] != stored:
        shown = difference(stored, texts[0], path.name, ("stored", "run again"))
        return f"{path.name} changes when run again; `make notebooks` stores it anew\n{shown}"
    if texts[0] != texts[-1]:
        shown = difference(texts[0], texts[1], path.name, ("one run", "another"))
        return f"{path.name} differs from run to run and was not stored\n{shown}"
    if mode != "check":
        path.write_text(texts[0], encoding="utf-8", newline="\n")
    print(f"{path.name}: {'unchanged' if mode == 'check' else 'stored'}", end="")
    print(f" ({time.monotonic() - begun:.1f} s)", flush=True)
    return ""


async def treat_all(paths: list[Path], mode: str) -> list[str]:
    """Treat every notebook, two kernels at a time; return what was wrong."""
    turns = asyncio.Semaphore(KERNELS_AT_ONCE)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        environment = for_kernels(os.environ, Path(scratch))
        found = await asyncio.gather(*(treat(path, mode, environment, turns) for path in paths))
    return [problem for problem in found if problem]


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, treat the notebooks, say what was wrong; return the exit status."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m scripts.notebooks", description=summary)
    parser.add_argument("files", nargs="*", type=Path, help="default: every lesson")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="change nothing, fail on a difference")
    how.add_argument("--once", action="store_true", help="store after a single run")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.files] or sorted(LESSONS.glob("*.ipynb"))
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        parser.error(f"no such notebook: {', '.join(missing)}" if missing else "no notebooks")
    mode = "check" if options.check else "once" if options.once else "twice"
    problems = asyncio.run(treat_all(paths, mode))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
