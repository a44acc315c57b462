"""The pages of `docs/`, taken apart: what stands in their fences, by language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fence: the heading above it, its language, its text, and which one of these it is."""

    heading: str
    language: str
    text: str
    number: int

    def __str__(self) -> str:
        return f"{self.heading} {self.number}"


def blocks(page: str) -> list[Block]:
    """Every fence of a page of `docs/`, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found: list[Block] = []
    for match in FENCE.finditer(text):
        heading = re.findall(r"^##? (.+)$", text[: match.start()], re.MULTILINE)[-1]
        number = sum(block.heading == heading for block in found) + 1
        found.append(Block(heading, match[1], match[2], number))
    return found


def files(page: str) -> dict[str, str]:
    """The files that a page shows: each fence whose first line names one in a comment."""
    named: dict[str, str] = {}
    for block in blocks(page):
        match = re.match(r"(?:#|//) ([\w./-]+\.\w+)\n", block.text)
        if match:
            named[match[1]] = block.text
    return named
