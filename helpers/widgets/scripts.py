"""The files that a widget's page is made of, put together for the browser."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def script(*names: str) -> str:
    """The files *names*, one after the other: the browser loads a widget's script as one piece."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
