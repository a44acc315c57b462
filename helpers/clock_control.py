"""A sandbox's clock in one's hand, over HTTP: read it, let time pass, go to the next thing due.

What it asks is ``/_sandbox/clock``; a turn is answered when everything due has happened, the web
sites that it led to included.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpers.errors import HandsetError
from helpers.wire import Wire

LONGEST_TURN = 86_400.0  # seconds, of one request
PATIENCE = 60  # real seconds that a turn may take


class ClockControl:
    """The clock of the sandbox at *url*; *wire* has the credentials of its first account.

    HandsetError, with the sandbox's sentence, where it does not turn.
    """

    def __init__(self, url: str, wire: Wire) -> None:
        self._url = f"{url}/_sandbox/clock"
        self._wire = wire

    def read(self) -> dict[str, Any]:
        """Its *kind*, the time *now*, and when the next thing is *due* (None: nothing is)."""
        return self._ask("GET")

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass."""
        left = seconds
        while left > 0:
            self._ask("POST", ("Advance", f"{min(left, LONGEST_TURN):.6f}"))
            left -= LONGEST_TURN

    def turn(self) -> dict[str, Any]:
        """Go to the next thing due, if there is one, and let it happen; the clock then."""
        return self._ask("POST", ("Next", "1"))

    def next(self) -> float | None:
        """The same; the seconds that this took of the clock, None if nothing was due."""
        before = self.read()
        if before["due"] is None:
            return None
        after = self.turn()
        gone = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"])
        return gone.total_seconds()

    def _ask(self, method: str, *form: tuple[str, str]) -> dict[str, Any]:
        answer = self._wire.send(method, self._url, form=form, wait=PATIENCE)
        told: dict[str, Any] = answer.json()
        if not answer.ok:
            raise HandsetError(str(told.get("message", "The clock does not turn.")))
        return told
