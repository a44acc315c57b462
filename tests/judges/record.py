"""What the two tours proved, operation by operation, as it was seen on the wire.

    assert record.python().proves(operation)

Each tour has a world of its own. `tests/judges/test_tours.py` holds the record against the
specification, `python -m tests.judges.table` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.judges import node_tour, python_tour
from tests.judges.specification import Operation
from tests.judges.witness import Exchange


@dataclass(frozen=True)
class Tour:
    """One client's tour: its parts, what went wrong in which, and all that was exchanged.

    *unknown* are requests for what Twilio's papers do not know.
    """

    client: str
    parts: tuple[str, ...]
    wrong: dict[str, str]
    exchanges: tuple[Exchange, ...]
    unknown: tuple[str, ...]

    def problems(self) -> list[str]:
        """What was wrong with the answers, each thing once."""
        return sorted(
            {
                f"{e.operation.name} ({e.operation.method} {e.operation.path}), {e.status}: {told}"
                for e in self.exchanges
                for told in e.problems
            }
        )

    def of(self, operation: Operation) -> list[Exchange]:
        """What was exchanged about one operation."""
        return [
            e
            for e in self.exchanges
            if e.client == self.client
            and (e.operation.method, e.operation.path) == (operation.method, operation.path)
        ]

    def proves(self, operation: Operation) -> bool:
        """Whether it was done with success, and every answer to it was right."""
        seen = self.of(operation)
        return any(e.status in operation.replies and e.status < 400 for e in seen) and not any(
            e.problems for e in seen
        )


@cache
def python() -> Tour:
    """The tour of the Python package, once a process."""
    with python_tour.scene() as (town, witness):
        wrong = python_tour.go_round(town)
    parts = tuple(part.__name__ for part in python_tour.PARTS)
    return Tour("Python", parts, wrong, tuple(witness.exchanges), tuple(witness.unknown))


@cache
def node() -> Tour:
    """The tour of the Node package, once a process; `node_tour.missing` says whether it can be."""
    with python_tour.scene() as (town, witness):
        parts, wrong = node_tour.go_round(town)
    return Tour("Node", tuple(parts), wrong, tuple(witness.exchanges), tuple(witness.unknown))
