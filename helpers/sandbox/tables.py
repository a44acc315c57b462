"""The tables of the data file, one for each kind of resource, and the statements they are asked in.

A column for each field that the resource declares; nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from helpers.resources.base import TO_COLUMN, Resource, from_column, to_column

_COMPARISONS = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "like": "GLOB"}

_AFFINITIES = {"integer": "INTEGER", "boolean": "INTEGER", "number": ""}  # others are TEXT

#: What is kept beside resources.
OTHER_TABLES = (
    """CREATE TABLE counters (account_sid TEXT, name TEXT, value INTEGER,
           PRIMARY KEY (account_sid, name)) WITHOUT ROWID""",
    # A row for all that an account's log got between two commits: JSON, a list of lines, each of
    # which is a list of what an event says.
    """CREATE TABLE events (account_sid TEXT, last INTEGER, at TEXT, lines TEXT,
           PRIMARY KEY (account_sid, last)) WITHOUT ROWID""",
    """CREATE TABLE handsets (account_sid TEXT, number TEXT, mode TEXT, keys TEXT, speech TEXT,
           PRIMARY KEY (account_sid, number)) WITHOUT ROWID""",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    """CREATE TABLE optouts (account_sid TEXT, sender TEXT, recipient TEXT,
           PRIMARY KEY (account_sid, sender, recipient)) WITHOUT ROWID""",
    """CREATE TABLE charges (account_sid TEXT, day TEXT, category TEXT, count INTEGER,
           usage INTEGER, price INTEGER, PRIMARY KEY (account_sid, day, category))
           WITHOUT ROWID""",
    """CREATE TABLE blobs (sid TEXT PRIMARY KEY, account_sid TEXT, content_type TEXT,
           content BLOB)""",
    """CREATE TABLE entries (position INTEGER PRIMARY KEY, account_sid TEXT, call_sid TEXT,
           at REAL, verb TEXT, text TEXT)""",
    'CREATE INDEX "entries call" ON entries (call_sid)',
    # Where a removed row stood, so that a reader in the middle of a list can go on from there.
    """CREATE TABLE removed (account_sid TEXT, sid TEXT, position INTEGER,
           PRIMARY KEY (account_sid, sid)) WITHOUT ROWID""",
)


class Where(NamedTuple):
    """One condition on a row: a field, a comparison (``= != < <= > >= like``) and a value.

    ``like`` takes a pattern in which ``*`` stands for any characters.
    """

    field: str
    comparison: str
    value: Any


class Table:
    """The statements for one kind of resource, written once."""

    def __init__(self, kind: type[Resource]) -> None:
        self.kind = kind
        self.kinds = {name: f.metadata["kind"] for name, f in kind.declared().items()}
        self.name = f'"{kind.__name__}"'
        self._get = attrgetter(*self.kinds)
        columns_of = list(enumerate(self.kinds.values()))
        self._to_write = [(i, TO_COLUMN[k]) for i, k in columns_of if k in TO_COLUMN]
        self._to_read = [(i, k) for i, k in columns_of if k in (*TO_COLUMN, "boolean")]
        columns = ", ".join(f'"{name}"' for name in self.kinds)
        marks = ", ".join("?" * (len(self.kinds) + 1))
        self.insert = f"INSERT INTO {self.name} (place, {columns}) VALUES ({marks})"
        self.fetch = f"SELECT {columns} FROM {self.name} WHERE place = ?"
        self.update = cache(self._update)
        self.select_with_position = f"SELECT place, {columns} FROM {self.name}"

    def schema(self) -> list[str]:
        columns = ", ".join(
            f'"{name}" {_AFFINITIES.get(kind, "TEXT")}'.rstrip()
            for name, kind in self.kinds.items()
        )
        plain = self.kind.__name__
        # No index of SIDs: they are in no order, so that each would change a page of its own, which
        # takes longer than all the rest. `Store._places` has them in memory.
        return [
            f"CREATE TABLE {self.name} (place INTEGER PRIMARY KEY, {columns})",
            f'CREATE INDEX "{plain} account" ON {self.name} (account_sid)',
        ]

    def index(self, field: str) -> str:
        """Makes the index of a field, where there is none. See `Store._select`."""
        name = f'"{self.kind.__name__} {field}"'
        return f'CREATE INDEX IF NOT EXISTS {name} ON {self.name} ("{field}")'

    def _update(self, names: tuple[str, ...]) -> str:
        sets = ", ".join(f'"{name}" = ?' for name in names)
        return f"UPDATE {self.name} SET {sets} WHERE place = ?"

    def values(self, resource: Resource) -> list[Any]:
        values = list(self._get(resource))
        for i, write in self._to_write:
            if values[i] is not None:
                values[i] = write(values[i])
        return values

    def read(self, row: Sequence[Any]) -> Any:
        values = list(row)
        for i, kind in self._to_read:
            values[i] = from_column(kind, values[i])
        return self.kind(**dict(zip(self.kinds, values, strict=True)))

    def condition(self, where: Where) -> tuple[str, Any]:
        value = to_column(self.kinds[where.field], where.value)
        if where.comparison == "like":
            value = _glob(str(value))
        if where.comparison == "=" and value is None:
            return f'"{where.field}" IS ?', None
        return f'"{where.field}" {_COMPARISONS[where.comparison]} ?', value


def _glob(pattern: str) -> str:
    """*pattern* for SQLite's GLOB: only ``*`` is special, everything else stands for itself."""
    return "".join(f"[{c}]" if c in "?[" else c for c in pattern)
