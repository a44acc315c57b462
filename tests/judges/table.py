"""The table of what is proven: `python -m tests.judges.table`, in Markdown.

A row for each operation of Twilio's document, then of the resources beside it. It is made by
running both tours now: nothing in it was written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.judges import node_tour, record, specification
from tests.judges.record import Tour
from tests.judges.specification import Operation

HEAD = "| operation | request | answers | validates | Python | Node |\n|---|---|---|---|---|---|"


def rows(operations: Iterable[Operation], tours: list[Tour]) -> list[str]:
    """A line for each operation: the statuses that were seen, and which client proved it."""
    lines = []
    for operation in operations:
        seen = [exchange for tour in tours for exchange in tour.of(operation)]
        statuses = ", ".join(str(status) for status in sorted({e.status for e in seen}))
        problems = {problem for e in seen for problem in e.problems}
        proven = {tour.client: "yes" if tour.proves(operation) else "no" for tour in tours}
        lines.append(
            f"| {operation.name} | `{operation.method} {operation.short}` | {statuses or 'never'} "
            f"| {'no' if problems or not seen else 'yes'} "
            f"| {proven['Python']} | {proven.get('Node', 'not here')} |"
        )
    return lines


def main() -> None:
    """Print the table."""
    tours = [record.python(), *(() if node_tour.missing() else (record.node(),))]
    inside, outside = specification.operations(), specification.wider()
    for title, operations in (
        ("Operations of the OpenAPI subset", inside),
        ("Operations of the resources beside it", outside),
    ):
        print(f"**{title}: {len(operations)}**\n\n{HEAD}")
        print("\n".join(rows(operations, tours)), end="\n\n")
    for tour in tours:
        done = sum(tour.proves(operation) for operation in (*inside, *outside))
        print(
            f"{tour.client}: {len(tour.exchanges)} requests in {len(tour.parts)} parts, "
            f"{done} of {len(inside) + len(outside)} operations proven."
        )


if __name__ == "__main__":
    main()
