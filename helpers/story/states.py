"""The states of a call or a text: every way it could go, and the one it went, with times.

The two tables are Twilio's: its pages on the statuses of calls and of messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from helpers.story.words import Events, seconds_between

Table = Mapping[str, tuple[str, ...]]

CALL: Table = {
    "queued": ("ringing", "busy", "failed", "canceled"),
    "ringing": ("in-progress", "busy", "no-answer", "failed", "canceled"),
    "in-progress": ("completed", "failed"),
}
SENT: Table = {
    "scheduled": ("accepted", "queued", "canceled", "failed"),
    "accepted": ("queued", "sending", "failed"),
    "queued": ("sending", "failed"),
    "sending": ("sent", "failed"),
    "sent": ("delivered", "undelivered"),
    "delivered": ("read",),
}
RECEIVED: Table = {"receiving": ("received",)}

#: Where a picture of a text begins if nothing says that it was planned or left to a service.
_ONLY_SOMETIMES = ("scheduled", "accepted")
_READ = "read"  # WhatsApp's only


class Reached(NamedTuple):
    """A state, and when it was reached: seconds since the first."""

    at: float
    status: str


class States:
    """The path of one call or text. *events* are those of the log about it, *sid* is its SID.

    *first* is the state it began in, which the log does not tell: "queued" for what goes out,
    "ringing" or "receiving" for what comes in.
    """

    def __init__(self, events: Events, sid: str, first: str) -> None:
        mine = [event for event in events if sid in (event["call_sid"], event["message_sid"])]
        self.path: list[Reached] = [Reached(0.0, first)] if mine else []
        for event in mine:
            # A conference and a queue have events of this type, too.
            status = event["data"].get("status") if event["type"] == "state" else None
            if status and status != self.path[-1].status:
                self.path.append(Reached(seconds_between(mine[0], event), status))
        self.table = _table(sid, [reached.status for reached in self.path], first)

    @property
    def taken(self) -> list[tuple[str, str]]:
        """The steps from state to state that were taken."""
        names = [reached.status for reached in self.path]
        return list(pairwise(names))

    @property
    def mermaid(self) -> str:
        """The state diagram as Mermaid text: the path lit, with the time of each step."""
        lines = ["stateDiagram-v2", "  accTitle: The states it could have, and those it had"]
        lines += [f'  state "{status}" as {_mark(status)}' for status in self._states()]
        if self.path:
            lines.append(f"  [*] --> {_mark(self.path[0].status)} : {self.path[0].at:.1f} s")
        for left, rights in self.table.items():
            for right in rights:
                times = self._times(left, right)
                label = " : " + ", ".join(f"{at:.1f} s" for at in times) if times else ""
                lines.append(f"  {_mark(left)} --> {_mark(right)}{label}")
        lit = [_mark(status) for status in self._states() if self._was(status)]
        dim = [_mark(status) for status in self._states() if not self._was(status)]
        # A thick edge and bold letters rather than a colour: both are seen on any page.
        lines.append("  classDef lit stroke-width:4px,font-weight:bold")
        lines.append("  classDef dim stroke-dasharray:3 3")
        lines += [f"  class {','.join(marks)} {name}" for marks, name in _named(lit, dim)]
        return "\n".join(lines)

    def _states(self) -> list[str]:
        every = [s for left, rights in self.table.items() for s in (left, *rights)]
        return list(dict.fromkeys(every))

    def _was(self, status: str) -> bool:
        return any(reached.status == status for reached in self.path)

    def _times(self, left: str, right: str) -> list[float]:
        return [b.at for a, b in pairwise(self.path) if (a.status, b.status) == (left, right)]

    def __str__(self) -> str:
        if not self.path:
            return "Nothing is known of its states: the log does not have it."
        lines = [
            f"{at:6.1f} s  {'→ ' if number else ''}{status}"
            for number, (at, status) in enumerate(self.path)
        ]
        for left, rights in self.table.items():
            missed = [right for right in rights if (left, right) not in self.taken]
            if self._was(left) and missed:
                lines.append(f"          {left} could have become {_listed(missed)}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = {"text/plain": str(self)}
        return text | ({"text/vnd.mermaid": self.mermaid} if self.path else {})


def _table(sid: str, path: list[str], first: str) -> Table:
    """What the picture shows: the states of its kind, and whatever else the log tells of."""
    if sid.startswith("CA"):
        table = dict(CALL)
    else:
        table = dict(RECEIVED if first == "receiving" else SENT)
        for status in _ONLY_SOMETIMES:
            if status not in path:
                table.pop(status, None)
        if _READ not in path:
            table.pop("delivered", None)
    for left, right in pairwise(path):
        if right not in table.get(left, ()):  # what happened is shown, whatever was expected
            table[left] = (*table.get(left, ()), right)
    if first == "ringing":
        table.pop("queued", None)
    return table


def _mark(status: str) -> str:
    """A state's name as Mermaid takes it."""
    return status.replace("-", "_")


def _named(lit: list[str], dim: list[str]) -> list[tuple[list[str], str]]:
    return [(marks, name) for marks, name in ((lit, "lit"), (dim, "dim")) if marks]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
