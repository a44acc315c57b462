"""A button that takes a call one step further, and where the call is then."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Protocol

import ipywidgets

from helpers.errors import HelperError

BEFORE = "Nothing has been done yet. Each press runs the call to its next verb, never back."


class Moment(Protocol):
    """Where a call is: see `helpers.story.stepping`."""

    @property
    def over(self) -> bool:
        """Whether the call has ended."""

    @property
    def html(self) -> str:
        """How it is drawn."""


class Stepper(ipywidgets.VBox):
    """*step* takes the call one step further and gives the moment it has come to."""

    def __init__(self, step: Callable[[], Moment]) -> None:
        self._step = step
        self.moment: Moment | None = None
        self.button = ipywidgets.Button(
            description="Next step", tooltip="Run the call to its next verb", icon="step-forward"
        )
        self.place = ipywidgets.HTML(f"<div>{BEFORE}</div>")
        self.button.on_click(lambda _: self.go())
        super().__init__([self.button, self.place])

    def go(self) -> None:
        """One step; what does not work is said in a sentence."""
        try:
            self.moment = self._step()
        except HelperError as error:
            self.place.value = f'<div role="status">{escape(error.what)}</div>'
            return
        self.place.value = f'<div role="status">{self.moment.html}</div>'
        self.button.disabled = self.moment.over

    def __repr__(self) -> str:
        return str(self.moment) if self.moment is not None else BEFORE

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = dict(super()._repr_mimebundle_(**kwargs))
        html = self.moment.html if self.moment is not None else f"<div>{BEFORE}</div>"
        return bundle | {"text/plain": repr(self), "text/html": html}
