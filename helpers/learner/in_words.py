"""Two errors of Python that lessons say in words: a name that is missing, and an interrupted wait.

    NameError: name 'form' is not defined
    `form` is made in the cell under "Send a text by hand": run that first, ...

An IPython extension. `make lab` has every kernel load it (scripts/kernel-config.py); elsewhere
`connect` does. It speaks up only in a lesson, and changes no other error.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

from helpers.errors import HelperError
from helpers.learner.order import advice
from helpers.lessons import Lesson, read

INTERRUPTED = "Interrupted: the cell waits no longer. Run it again to go on waiting."
_LESSON = re.compile(r"\d\d-[\w-]+\.ipynb")


def load_ipython_extension(shell: Any) -> None:
    """Have *shell* (IPython's) say these errors in words; safe to repeat."""
    shell.set_custom_exc((NameError, asyncio.CancelledError), _explain)


def _explain(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:
    lesson = _lesson_here()
    if lesson is not None and isinstance(error, asyncio.CancelledError):
        # In place of the forty lines of what was waiting for what.
        error._render_traceback_ = lambda: [INTERRUPTED]  # type: ignore[attr-defined]
    elif lesson is not None and error.name and (said := advice(error.name, lesson)):
        error.add_note(said)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


def _lesson_here() -> Lesson | None:
    """The lesson that this kernel belongs to, by the name JupyterLab gives it; None in others."""
    file = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if not _LESSON.fullmatch(file.name):
        return None
    try:
        return read(file if file.is_file() else Path.cwd() / file.name)
    except (HelperError, OSError):
        return None  # a copy that is no lesson any more: its error is as it always was
