"""The tables of the data file, one for each kind of resource, and the statements they are asked in.

A column for each field that the resource declares; nothing here opens a file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
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


#: A statement that changes something, and its values.
Change = tuple[str, Sequence[Any]]
#: Makes the values that SQLite keeps of a resource.
Writer = Callable[[Resource], list[Any]]


#: How many ways of filling in a kind's fields are remembered, the first ones that come.
MOST_USUAL = 8


class _Usual(NamedTuple):
    """How rows are inserted whose other fields (*rest*) are as they are declared."""

    rest: Callable[[Resource], tuple[Any, ...]]
    defaults: tuple[Any, ...]
    statement: str
    values: Writer


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
        self.indexed = ("account_sid", *kind.indexed)
        self._defaults = {name: _default(f) for name, f in kind.declared().items()}
        self._usual: list[_Usual] = []
        self._set_by: dict[str, tuple[str, ...]] = {}  # what a statement sets
        self._to_read = [
            (i, k) for i, k in enumerate(self.kinds.values()) if k in (*TO_COLUMN, "boolean")
        ]
        columns = ", ".join(f'"{name}"' for name in self.kinds)
        self.fetch = f"SELECT {columns} FROM {self.name} WHERE place = ?"
        self.update = cache(self._update)
        self.select_with_position = f"SELECT place, {columns} FROM {self.name}"

    def schema(self) -> str:
        columns = ", ".join(
            f'"{name}" {_AFFINITIES.get(kind, "TEXT")} {self._default(name)}'.rstrip()
            for name, kind in self.kinds.items()
        )
        # No index of SIDs: they are in no order, so that each would change a page of its own, which
        # takes longer than all the rest. `Store._places` has them in memory.
        return f"CREATE TABLE {self.name} (place INTEGER PRIMARY KEY, {columns})"

    def _default(self, name: str) -> str:
        value = to_column(self.kinds[name], self._defaults[name])
        if value is None:
            return ""
        return "DEFAULT " + (f"'{value}'" if isinstance(value, str) else str(int(value)))

    def insert(self, resource: Resource) -> Change:
        """Inserts a row; its place is to be added to the values.

        Most fields of most rows are as they are declared, of a call sixty. The file knows what that
        is, and handing it over would take longer than writing it: only the others are.
        """
        for usual in self._usual:
            if usual.rest(resource) == usual.defaults:
                return usual.statement, usual.values(resource)
        names = tuple(n for n in self.kinds if getattr(resource, n) != self._defaults[n])
        rest = [name for name in self.kinds if name not in names]
        if len(self._usual) == MOST_USUAL or len(rest) < 2:
            names = tuple(self.kinds)
        statement, values = self._insert(names), self._writer(names)
        if len(names) < len(self.kinds):
            defaults = tuple(self._defaults[name] for name in rest)
            self._usual.append(_Usual(attrgetter(*rest), defaults, statement, values))
        return statement, values(resource)

    def _insert(self, names: tuple[str, ...]) -> str:
        columns = "".join(f'"{name}", ' for name in names)
        marks = "?, " * len(names)
        statement = f"INSERT INTO {self.name} ({columns}place) VALUES ({marks}?)"
        self._set_by[statement] = names
        return statement

    def index(self, field: str) -> str:
        """Makes the index of a field, where there is none. See `Store._select`."""
        name = f'"{self.kind.__name__} {field}"'
        return f'CREATE INDEX IF NOT EXISTS {name} ON {self.name} ("{field}")'

    def _update(self, names: tuple[str, ...]) -> tuple[str, Writer]:
        """How fields are updated: the statement, and what makes its values."""
        sets = ", ".join(f'"{name}" = ?' for name in names)
        update = f"UPDATE {self.name} SET {sets} WHERE place = ?"
        self._set_by[update] = names
        return update, self._writer(names)

    def merged(self, older: Change, update: Change) -> Change:
        """One change instead of two that follow one another: of a row that is new, or is not."""
        (sql, values), names = older, self._set_by[update[0]]
        before = self._set_by[sql]
        now = dict(zip(before, values, strict=False)) | dict(zip(names, update[1], strict=False))
        if len(now) > len(before):  # neither has the place, which comes last
            if sql.startswith("INSERT"):
                sql = self._insert(tuple(now))
            else:
                sql, _ = self.update(tuple(now))
        return sql, [*now.values(), values[-1]]

    def _writer(self, names: tuple[str, ...]) -> Writer:
        """What makes a list of values, as SQLite keeps them, of these fields of a resource."""
        get: Callable[[Resource], tuple[Any, ...]] = attrgetter(*names, "sid")
        to_write = [
            (i, TO_COLUMN[self.kinds[name]])
            for i, name in enumerate(names)
            if self.kinds[name] in TO_COLUMN
        ]

        def values(resource: Resource) -> list[Any]:
            found = list(get(resource))
            del found[-1]  # which is there because of one field alone `attrgetter` makes no tuple
            for i, write in to_write:
                if found[i] is not None:
                    found[i] = write(found[i])
            return found

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


def _default(declared: dataclasses.Field[Any]) -> Any:
    if declared.default_factory is not dataclasses.MISSING:
        return declared.default_factory()
    return declared.default


def _glob(pattern: str) -> str:
    """*pattern* for SQLite's GLOB: only ``*`` is special, everything else stands for itself."""
    return "".join(f"[{c}]" if c in "?[" else c for c in pattern)
