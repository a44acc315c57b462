"""What is being waited for, shown while it takes long: a line that goes away again.

Only in a notebook, and only where a person watches: what a run leaves behind is the same whether a
wait was long or short.
"""

from __future__ import annotations

import contextvars
import threading
import time
from html import escape
from types import TracebackType
from typing import Any

SOON = 1.0  # seconds after which it is shown, and between two changes of it


class Progress:
    """A context manager: while its block runs, *what* is shown with the seconds that went by.

    *most* are the seconds it may take, if that is known; *shown* whether a person watches. Outside
    a notebook nothing is shown.
    """

    def __init__(self, what: str, most: float = 0, *, shown: bool = True) -> None:
        self.what = what
        self.most = most
        self._over = threading.Event()
        self._line = _Line() if shown and _in_a_notebook() else None
        self._thread: threading.Thread | None = None

    def text(self, seconds: float) -> str:
        """The line after so many seconds."""
        most = f" of at most {self.most:.0f}" if self.most else ""
        return f"{self.what}: {seconds:.0f}{most} s"

    def __enter__(self) -> Progress:
        if self._line is not None:
            # What a thread shows belongs to the cell in whose context it runs.
            context = contextvars.copy_context()
            self._thread = threading.Thread(
                target=context.run, args=(self._show, self._line), name="progress", daemon=True
            )
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(SOON)

    def _show(self, line: _Line) -> None:
        began = time.monotonic()
        while not self._over.wait(SOON):
            line.put(self.text(time.monotonic() - began))
        line.clear()


class _Line:
    """One line in a cell's output that can be changed and taken away."""

    def __init__(self) -> None:
        self._display: Any = None

    def put(self, text: str) -> None:
        """Show *text* in place of what stood there."""
        from IPython.display import display

        bundle = {"text/plain": text, "text/html": f"<div><em>⏳ {escape(text)}</em></div>"}
        if self._display is None:
            self._display = display(bundle, raw=True, display_id=True)
        else:
            self._display.update(bundle, raw=True)

    def clear(self) -> None:
        """Take it away; nothing is left to see."""
        if self._display is not None:
            self._display.update({"text/plain": "", "text/html": ""}, raw=True)


def _in_a_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
