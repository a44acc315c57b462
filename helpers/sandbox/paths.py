"""What a path of the API names: a place where resources stand, and perhaps one thing in it.

The places are those that the resources themselves declare (`helpers.resources`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from helpers import resources  # noqa: F401 - importing the folder declares every kind
from helpers.resources.base import VERSION, Resource, View, kinds

SUFFIXES = ("json", "xml", "csv", "wav", "mp3")

Uses = tuple[tuple[type[Resource], View], ...]


class Found(NamedTuple):
    """A place, by the kinds that share it and the values that its fields have there.

    *name* is what the path calls one thing in it, "" for the place itself. *above* is what is
    named on the way, by kind and the field of the place: in ``Calls/CA.../Recordings`` a call.
    """

    uses: Uses
    place: dict[str, str]
    name: str
    above: tuple[tuple[type[Resource], str], ...] = ()  # (kind, field)

    def able(self, operation: str) -> tuple[type[Resource], View] | None:
        """The kind that can do this here, in the place where it can."""
        return next((use for use in self.uses if operation in use[1].operations), None)


class Paths:
    """Every place of one version of the API: in the oldest, of those below an account."""

    def __init__(self, version: str) -> None:
        uses: dict[str, list[tuple[type[Resource], View]]] = {}
        among = [kind for kind in kinds().values() if kind.version == version]
        for kind in among:
            for view in kind.views():
                if view.path:
                    uses.setdefault(view.path, []).append((kind, view))
        self._places = [(path.split("/"), tuple(found)) for path, found in uses.items()]
        self._kinds = {kind.path: kind for kind in among if "fetch" in kind.operations}

    def find(self, parts: Sequence[str]) -> Found | None:
        """What the parts of a path name, those behind version and account.

        A place comes before a thing.
        """
        for length, name in ((len(parts), ""), (len(parts) - 1, parts[-1])):
            for pattern, uses in self._places:
                place = _values(pattern, parts[:length])
                if place is not None:
                    return Found(uses, place, name, self._above(pattern))
        return None

    def _above(self, pattern: Sequence[str]) -> tuple[tuple[type[Resource], str], ...]:
        return tuple(
            (self._kinds["/".join(pattern[:i])], wanted[1:-1])
            for i, wanted in enumerate(pattern)
            if wanted.startswith("{")
        )


def versions() -> list[str]:
    """Every version of the API that a resource belongs to."""
    return sorted({kind.version for kind in kinds().values()})


def is_newer(path: str) -> bool:
    """Whether *path* belongs to one of the newer APIs, which speak JSON without a suffix."""
    return path.strip("/").partition("/")[0] in set(versions()) - {VERSION}


def split(path: str) -> tuple[list[str], str]:
    """The parts of a path as it came, unescaped, and the suffix that says how to answer."""
    match = re.fullmatch(rf"(.+)\.({'|'.join(SUFFIXES)})", path)
    path, suffix = (match[1], match[2]) if match else (path, "")
    return [unquote(part) for part in path.strip("/").split("/")], suffix


def _values(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """The values that *parts* give to the fields of *pattern*, None if they do not fit."""
    if len(pattern) != len(parts):
        return None
    values: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            values[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return values
