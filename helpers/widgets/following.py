"""A picture that follows what happens: drawn anew with each event until no more is to come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets

from helpers.errors import HelperError

PATIENCE = 20.0  # seconds of one long poll
BREATH = 0.1  # seconds between two drawings at least: a burst of events is one change
ENDED = "What is shown is the last that was known: the sandbox does not answer any more."


class Picture(Protocol):
    """What can be followed: *over* says that nothing more is to come."""

    @property
    def over(self) -> bool:
        """Whether it stays as it is now."""

    @property
    def html(self) -> str:
        """How it is drawn."""


class Following(ipywidgets.HTML):
    """*draw* gives the picture as it is now; *changed* waits for an event after a number, up to so
    many seconds, and gives the number of the last.

    As text, and in a notebook that is not run, it is the picture as it was when the cell ended.
    """

    def __init__(self, draw: Callable[[], Picture], changed: Callable[[int, float], int]) -> None:
        self._draw = draw
        self._changed = changed
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.picture = draw()
        super().__init__(value=self.picture.html)

    def refresh(self) -> bool:
        """Draw it as it is now; gives whether there is more to come."""
        self.picture = self._draw()
        self.value = self.picture.html
        return not self.picture.over

    def follow(self) -> None:
        """Draw until it is over; on a thread of its own once it is shown."""
        since = 0
        try:
            while not self._over.is_set() and self.refresh():
                since = self._changed(since, PATIENCE)
                self._over.wait(BREATH)
        except HelperError:
            # The session was closed: what happened until then stays on the page.
            self.value = f"{self.picture.html}<div>{ENDED}</div>"

    def close(self) -> None:
        """Take it off the page."""
        self._over.set()
        super().close()

    def __repr__(self) -> str:
        return str(self.picture)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if self._thread is None:
            self._thread = threading.Thread(target=self.follow, name="picture", daemon=True)
            self._thread.start()
        bundle: dict[str, Any] = dict(super()._repr_mimebundle_(**kwargs))
        return bundle | {"text/plain": str(self.picture), "text/html": self.picture.html}
