"""The calls that come of one: a Dial makes legs, a leg to an owned number makes another call.

Numbers that dial one another, ten at a time or again and again by way of an action, would make
more calls than any machine carries. Twilio's limits here are not documented; these are wide
enough for ten phones that ring at once and each forward to a few more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST = 100  # calls of one family at a time
MOST_IN_A_SECOND = 50  # legs that one family may make

_SECOND = timedelta(seconds=1)


@dataclass(eq=False)
class Family:
    """All calls that one call led to, itself included."""

    members: set[str] = field(default_factory=set)
    warned: bool = False  # of the limit, once is enough
    _since: datetime | None = None
    _made: int = 0

    def may_grow(self, now: datetime) -> bool:
        """Whether another leg may be made now; it is counted if so."""
        if self._since is None or now - self._since >= _SECOND:
            self._since, self._made = now, 0
        if self._made >= MOST_IN_A_SECOND or len(self.members) >= MOST:
            return False
        self._made += 1
        return True
