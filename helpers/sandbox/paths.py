"""What a path of the API names: a place where resources stand, and perhaps one thing in it.

The places are those that the resources themselves declare (`helpers.resources`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from helpers import resources  # noqa: F401 - importing the folder declares every kind
from helpers.resources.base import VERSION, Resource, View, kinds

SUFFIXES = ("json", "xml", "csv", "wav", "mp3")

Use = tuple[type[Resource], View]


class Found(NamedTuple):
    """A place, by the kinds that share it and the values that its fields have there.

    *kind* is the first of them; *able* says which can do an operation here, and in which view.
    *name* is what the path calls one thing in the place, "" for the place itself. *above* is what
    is named on the way, by kind and the field of the place: in ``Calls/CA.../Recordings`` a call.
    """

    kind: type[Resource]
    able: dict[str, Use]
    place: dict[str, str]
    name: str
    above: tuple[tuple[type[Resource], str], ...] = ()  # (kind, field)


class _Place(NamedTuple):
    """A path that resources declared: its parts, who stands there, what it names on the way."""

    pattern: list[str]
    kind: type[Resource]
    able: dict[str, Use]
    above: tuple[tuple[type[Resource], str], ...]


def able(uses: Sequence[Use]) -> dict[str, Use]:
    """Which of those that share a place does an operation: the first that can."""
    found: dict[str, Use] = {}
    for use in uses:
        for operation in use[1].operations:
            found.setdefault(operation, use)
    return found


class Paths:
    """Every place of one version of the API: in the oldest, of those below an account."""

    def __init__(self, version: str) -> None:
        uses: dict[str, list[tuple[type[Resource], View]]] = {}
        among = [kind for kind in kinds().values() if kind.version == version]
        for kind in among:
            for view in kind.views():
                if view.path:
                    uses.setdefault(view.path, []).append((kind, view))
        self._kinds = {kind.path: kind for kind in among if "fetch" in kind.operations}
        # By length and first part, which no place leaves open: few are left to compare.
        self._places: dict[tuple[int, str], list[_Place]] = {}
        for path, found in uses.items():
            pattern = path.split("/")
            place = _Place(pattern, found[0][0], able(found), self._above(pattern))
            self._places.setdefault((len(pattern), pattern[0]), []).append(place)

    def find(self, parts: Sequence[str]) -> Found | None:
        """What the parts of a path name, those behind version and account.

        A place comes before a thing.
        """
        for length, name in ((len(parts), ""), (len(parts) - 1, parts[-1])):
            for place in self._places.get((length, parts[0]), ()):
                values = _values(place.pattern, parts)
                if values is not None:
                    return Found(place.kind, place.able, values, name, place.above)
        return None

    def _above(self, pattern: Sequence[str]) -> tuple[tuple[type[Resource], str], ...]:
        return tuple(
            (self._kinds["/".join(pattern[:i])], wanted[1:-1])
            for i, wanted in enumerate(pattern)
            if wanted.startswith("{")
        )


@cache  # every request asks
def versions() -> tuple[str, ...]:
    """Every version of the API that a resource belongs to."""
    return tuple(sorted({kind.version for kind in kinds().values()}))


def is_newer(path: str) -> bool:
    """Whether *path* belongs to one of the newer APIs, which speak JSON without a suffix."""
    version = path.strip("/").partition("/")[0]
    return version != VERSION and version in versions()


def split(path: str) -> tuple[list[str], str]:
    """The parts of a path as it came, unescaped, and the suffix that says how to answer."""
    stem, _, suffix = path.rpartition(".")
    if not stem or suffix not in SUFFIXES:
        stem, suffix = path, ""
    parts = stem.strip("/").split("/")
    return [unquote(part) for part in parts] if "%" in stem else parts, suffix


def _values(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """The values that *parts* give to the fields of *pattern*, None if they do not fit.

    They may be one more than the pattern's: the last is then a name.
    """
    values: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=False):
        if wanted.startswith("{"):
            values[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return values
