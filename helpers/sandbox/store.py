"""What the sandbox remembers: SQLite, a table for each kind of resource, a column for each field.

Every method writes at once: when it returns, the change is in the write-ahead log, and killing
the process loses nothing (``synchronous=NORMAL``: only a power cut may lose the last moments).
:meth:`Store.transaction` makes several changes one.

The store belongs to the event loop: reads take about 5 microseconds and writes 30, so nothing
here is handed to a thread, and nothing is locked.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from helpers import resources  # noqa: F401 - importing the folder declares every kind
from helpers.errors import SandboxError
from helpers.resources.base import Resource, from_column, kinds, to_column

R = TypeVar("R", bound=Resource)

#: How many events of an account are kept.
EVENTS_KEPT = 10_000
EVENTS_SWEPT = 256  # how many go at a time: sweeping at each event would take as long as writing it
#: How many answers of a kind are remembered between two writes.
REMEMBERED = 4_096

# Says that an SQLite file is a sandbox's ("SNDB"); the version of its tables is derived from them.
_APPLICATION = 0x534E4442

_COMPARISONS = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "like": "GLOB"}

_AFFINITIES = {"integer": "INTEGER", "boolean": "INTEGER", "number": ""}  # others are TEXT

_OTHER_TABLES = (
    """CREATE TABLE counters (account_sid TEXT, name TEXT, value INTEGER,
           PRIMARY KEY (account_sid, name)) WITHOUT ROWID""",
    """CREATE TABLE events (account_sid TEXT, seq INTEGER, at TEXT, type TEXT, call_sid TEXT,
           message_sid TEXT, data TEXT, PRIMARY KEY (account_sid, seq)) WITHOUT ROWID""",
    """CREATE TABLE handsets (account_sid TEXT, number TEXT, mode TEXT, keys TEXT, speech TEXT,
           PRIMARY KEY (account_sid, number)) WITHOUT ROWID""",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    """CREATE TABLE optouts (account_sid TEXT, sender TEXT, recipient TEXT,
           PRIMARY KEY (account_sid, sender, recipient)) WITHOUT ROWID""",
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


class _Table:
    """The statements for one kind of resource, written once."""

    def __init__(self, kind: type[Resource]) -> None:
        self.kind = kind
        self.kinds = {name: f.metadata["kind"] for name, f in kind.declared().items()}
        self.name = f'"{kind.__name__}"'
        columns = ", ".join(f'"{name}"' for name in self.kinds)
        marks = ", ".join("?" * len(self.kinds))
        self.insert = f"INSERT INTO {self.name} ({columns}) VALUES ({marks})"
        self.select = f"SELECT {columns} FROM {self.name}"
        self.select_with_position = f"SELECT place, {columns} FROM {self.name}"

    def schema(self) -> list[str]:
        columns = ", ".join(
            f'"{name}" {_AFFINITIES.get(kind, "TEXT")}'.rstrip()
            for name, kind in self.kinds.items()
        )
        plain = self.kind.__name__
        # AUTOINCREMENT: the place of a removed row is never given to another.
        return [
            f"CREATE TABLE {self.name} (place INTEGER PRIMARY KEY AUTOINCREMENT, {columns})",
            f'CREATE UNIQUE INDEX "{plain} sid" ON {self.name} (sid)',
            f'CREATE INDEX "{plain} account" ON {self.name} (account_sid)',
            *(
                f'CREATE INDEX "{plain} {field}" ON {self.name} ("{field}")'
                for field in self.kind.indexed
            ),
        ]

    def values(self, resource: Resource) -> list[Any]:
        return [to_column(kind, getattr(resource, name)) for name, kind in self.kinds.items()]

    def read(self, row: Sequence[Any]) -> Any:
        pairs = zip(self.kinds.items(), row, strict=True)
        return self.kind(**{name: from_column(kind, value) for (name, kind), value in pairs})

    def condition(self, where: Where) -> tuple[str, Any]:
        value = to_column(self.kinds[where.field], where.value)
        if where.comparison == "like":
            value = _glob(str(value))
        if where.comparison == "=" and value is None:
            return f'"{where.field}" IS ?', None
        return f'"{where.field}" {_COMPARISONS[where.comparison]} ?', value


class Store:
    """Everything one sandbox keeps, in the file *path* or (``:memory:``) in memory.

    SandboxError, in one sentence, for a file that cannot be opened, read or written, is no data
    file of this version, is damaged, or is in use by another process.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.path = str(path)
        self._depth = 0
        self._counters: dict[tuple[str, str], int] = {}
        # What `lookup` and `handset` have read, until something of the kind is written.
        self._known: dict[type[Resource], dict[Any, list[Any]]] = {}
        self._handsets: dict[tuple[str, str], dict[str, str] | None] = {}
        self._tables = {kind: _Table(kind) for kind in kinds().values() if kind.kept}
        self._schema = [line for t in self._tables.values() for line in t.schema()]
        self._schema += _OTHER_TABLES
        # A column more or less is another version: derived, so that nobody has to remember it.
        self._version = zlib.crc32("\n".join(self._schema).encode()) & 0x7FFFFFFF
        try:
            self._db = sqlite3.connect(
                self.path,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
        except sqlite3.Error as problem:
            raise self._unusable(problem) from None
        try:
            self._open()
        except sqlite3.Error as problem:
            self._db.close()
            raise self._unusable(problem) from None
        except SandboxError:
            self._db.close()
            raise

    def _open(self) -> None:
        run = self._db.execute
        if self.path != ":memory:":
            # Exclusive before anything else: the first access takes the lock and keeps it.
            run("PRAGMA locking_mode=EXCLUSIVE")
        empty = run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if not empty:
            self._check()  # before the first write: what is not ours stays as it is
        if self.path != ":memory:":
            run("PRAGMA journal_mode=WAL")
            run("PRAGMA synchronous=NORMAL")
        with self.transaction():
            if empty:
                for line in self._schema:
                    run(line)
                run(f"PRAGMA application_id={_APPLICATION}")
            run(f"PRAGMA user_version={self._version}")  # a write, to know that it can be written

    def _check(self) -> None:
        def pragma(name: str) -> Any:
            return self._db.execute(f"PRAGMA {name}").fetchone()[0]

        if pragma("application_id") != _APPLICATION:
            raise SandboxError(
                f"{self.path} holds another program's data.",
                next_step="Name a file that does not exist yet; the sandbox makes it.",
            )
        if pragma("user_version") != self._version:
            raise SandboxError(
                f"{self.path} was made by another version of the sandbox.",
                next_step="Start with a new file, or use the version that made it.",
            )
        if (state := pragma("quick_check(1)")) != "ok":
            raise sqlite3.DatabaseError(f"malformed: {state}")

    def _unusable(self, problem: sqlite3.Error) -> SandboxError:
        said = str(problem)
        if "locked" in said:
            what, step = "is in use by another sandbox", "End that one, or name another file."
        elif "not a database" in said:
            what, step = "is no data file of a sandbox", "Name a file that does not exist yet."
        elif "malformed" in said or "corrupt" in said:
            what, step = "is damaged", "Take a copy of it that is whole, or start with a new file."
        elif "readonly" in said:
            what, step = "may not be written", "Change its permissions, or name another file."
        elif "unable to open" in said:
            what = "cannot be opened"
            step = "Look whether its folder exists and whether you may write there."
        else:
            what, step = f"cannot be used ({said})", "Name another file."
        return SandboxError(f"The data file {self.path} {what}.", next_step=step)

    def close(self) -> None:
        """Close the file; safe to repeat."""
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the block's changes one: all of them, or none if it raises.

        Blocks may stand inside one another; the outermost counts. A block must not wait for
        anything (``await``), or others' changes would slip into it.
        """
        if self._depth == 0:
            self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self._db.execute("COMMIT")
        except BaseException:
            if self._depth == 1:
                self._forget()
                if self._db.in_transaction:  # some failures end it by themselves
                    self._db.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    # -- resources -------------------------------------------------------------------------

    def add(self, resource: Resource) -> None:
        """Keep a new resource; its ``sid`` and ``account_sid`` must be set."""
        table = self._tables[type(resource)]
        self._known.pop(type(resource), None)
        self._db.execute(table.insert, table.values(resource))

    def update(self, resource: Resource, *names: str) -> None:
        """Keep the named fields of a resource, and no others (a late writer undoes nothing)."""
        if not names:
            return
        table = self._tables[type(resource)]
        self._known.pop(type(resource), None)
        sets = ", ".join(f'"{name}" = ?' for name in names)
        values = [to_column(table.kinds[name], getattr(resource, name)) for name in names]
        self._db.execute(f"UPDATE {table.name} SET {sets} WHERE sid = ?", [*values, resource.sid])

    def remove(self, resource: Resource) -> None:
        """Forget a resource and what bytes it had."""
        table = self._tables[type(resource)]
        self._known.pop(type(resource), None)
        with self.transaction():
            position = self.position(resource)
            self._db.execute(
                "INSERT OR REPLACE INTO removed VALUES (?, ?, ?)",
                (resource.account_sid, resource.sid, position),
            )
            self._db.execute(f"DELETE FROM {table.name} WHERE sid = ?", (resource.sid,))
            self._db.execute("DELETE FROM blobs WHERE sid = ?", (resource.sid,))

    def get(self, kind: type[R], account_sid: str | None, sid: str) -> R | None:
        """The resource of that kind and SID if it is *account_sid*'s (None: anybody's)."""
        table = self._tables[kind]
        sql, values = f"{table.select} WHERE sid = ?", [sid]
        if account_sid is not None:
            sql, values = f"{sql} AND account_sid = ?", [sid, account_sid]
        row = self._db.execute(sql, values).fetchone()
        return table.read(row) if row else None

    def find(self, kind: type[R], account_sid: str | None, **equal: Any) -> list[R]:
        """Those of an account (None: of all) whose fields equal these, oldest first."""
        where = [Where(name, "=", value) for name, value in equal.items()]
        return [found for _, found in self._select(kind, account_sid, where, "place")]

    def lookup(self, kind: type[R], account_sid: str | None, **equal: Any) -> list[R]:
        """The same rows as `find`, to be read only: they are kept until one of the kind changes.

        For what every event and every call asks for, and hardly anything changes: accounts, keys,
        owned numbers.
        """
        known = self._known.setdefault(kind, {})
        key = (account_sid, *equal.items())
        if key not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = self.find(kind, account_sid, **equal)
        return known[key]

    def known(self, kind: type[R], sid: str) -> R | None:
        """The one with this SID, of whichever account, to be read only as with `lookup`."""
        found = self.lookup(kind, None, sid=sid)
        return found[0] if found else None

    def page(
        self,
        kind: type[R],
        account_sid: str | None,
        where: Sequence[Where] = (),
        *,
        limit: int,
        skip: int = 0,
        after: int | None = None,
        before: int | None = None,
        newest_first: bool = True,
    ) -> list[tuple[int, R]]:
        """At most *limit* rows in list order after the first *skip*, each with its position.

        *after*, *before*: only those that come behind, or in front of, that position in the list;
        with *before* the *limit* nearest to it. Positions are those of :meth:`place`.
        """
        descending = newest_first
        bounds = []
        if after is not None:
            bounds.append(("<" if newest_first else ">", after))
        if before is not None:
            bounds.append((">" if newest_first else "<", before))
            descending = not newest_first  # nearest first; turned round below
        order = f"place {'DESC' if descending else 'ASC'} LIMIT {int(limit)} OFFSET {int(skip)}"
        rows = self._select(kind, account_sid, where, order, bounds)
        return rows if before is None else rows[::-1]

    def position(self, resource: Resource) -> int:
        """Where a row stands in its table: later ones have higher positions."""
        found = self.place(type(resource), resource.account_sid, resource.sid)
        if found is None:
            raise KeyError(resource.sid)
        return found

    def place(self, kind: type[Resource], account_sid: str, sid: str) -> int | None:
        """The position of a row, or the one it had until it was removed; None if it never was."""
        row = self._db.execute(
            f"SELECT place FROM {self._tables[kind].name} WHERE sid = ? AND account_sid = ?",
            (sid, account_sid),
        ).fetchone()
        row = (
            row
            or self._db.execute(
                "SELECT position FROM removed WHERE sid = ? AND account_sid = ?", (sid, account_sid)
            ).fetchone()
        )
        return row[0] if row else None

    def _select(
        self,
        kind: type[R],
        account_sid: str | None,
        where: Sequence[Where],
        order: str,
        bounds: Sequence[tuple[str, int]] = (),
    ) -> list[tuple[int, R]]:
        table = self._tables[kind]
        parts = [f"place {comparison} ?" for comparison, _ in bounds]
        values: list[Any] = [position for _, position in bounds]
        if account_sid is not None:
            parts.append("account_sid = ?")
            values.append(account_sid)
        for condition in where:
            text, value = table.condition(condition)
            parts.append(text)
            values.append(value)
        sql = table.select_with_position
        if parts:
            sql += " WHERE " + " AND ".join(parts)
        rows = self._db.execute(f"{sql} ORDER BY {order}", values).fetchall()
        return [(row[0], table.read(row[1:])) for row in rows]

    # -- transcripts -----------------------------------------------------------------------

    def add_entry(self, account_sid: str, call_sid: str, at: float, verb: str, text: str) -> None:
        """Write a line of a call's transcript; *at* is seconds since the call was answered."""
        self._db.execute(
            "INSERT INTO entries (account_sid, call_sid, at, verb, text) VALUES (?, ?, ?, ?, ?)",
            (account_sid, call_sid, at, verb, text),
        )

    def entries(self, account_sid: str, call_sid: str) -> list[dict[str, Any]]:
        """A call's transcript, in order: ``at``, ``verb`` and ``text`` of each entry."""
        rows = self._db.execute(
            "SELECT at, verb, text FROM entries WHERE call_sid = ? AND account_sid = ?"
            " ORDER BY position",
            (call_sid, account_sid),
        )
        return [{"at": at, "verb": verb, "text": text} for at, verb, text in rows]

    # -- counting --------------------------------------------------------------------------

    def next(self, account_sid: str, name: str) -> int:
        """The next number of a counter of that account: 1, 2, 3 ..."""
        # The file is this process's alone, so the last value is read once and remembered.
        key = (account_sid, name)
        value = (self._counters[key] if key in self._counters else self._count(*key)) + 1
        self._db.execute("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", (*key, value))
        self._counters[key] = value
        return value

    def next_sid(self, seed: str, account_sid: str, prefix: str) -> str:
        """The next SID with *prefix* of that account, derived from *seed*: prefix, 32 digits."""
        n = self.next(account_sid, prefix)
        digest = hashlib.sha256(f"{seed}/{account_sid}/{prefix}/{n}".encode()).hexdigest()
        return prefix + digest[:32]

    def _count(self, account_sid: str, name: str) -> int:
        row = self._db.execute(
            "SELECT value FROM counters WHERE account_sid = ? AND name = ?", (account_sid, name)
        ).fetchone()
        return row[0] if row else 0

    # -- events ----------------------------------------------------------------------------

    def add_event(
        self,
        account_sid: str,
        at: datetime,
        type: str,
        call_sid: str | None = None,
        message_sid: str | None = None,
        data: dict[str, Any] | str | None = None,
    ) -> int:
        """Write an event into the account's log; returns its number. *data* may be JSON already."""
        moment = at.astimezone(UTC).isoformat()
        text = data if isinstance(data, str) else json.dumps(data or {}, ensure_ascii=False)
        seq = self.last_seq(account_sid) + 1
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
            (account_sid, seq, moment, type, call_sid, message_sid, text),
        )
        self._counters[account_sid, "seq"] = seq
        if seq % EVENTS_SWEPT == 0:
            self._db.execute(
                "DELETE FROM events WHERE account_sid = ? AND seq <= ?",
                (account_sid, seq - EVENTS_KEPT),
            )
        return seq

    def events(
        self,
        account_sid: str,
        since: int = 0,
        call_sid: str | None = None,
        message_sid: str | None = None,
        limit: int = EVENTS_KEPT,
    ) -> list[dict[str, Any]]:
        """The account's events after number *since*, oldest first, at most *limit* of them."""
        sql = (
            "SELECT seq, at, type, call_sid, message_sid, data FROM events"
            " WHERE account_sid = ? AND seq > ?"
        )
        # Older ones may be there still: they are swept away in heaps.
        values: list[Any] = [account_sid, max(since, self.last_seq(account_sid) - EVENTS_KEPT)]
        if call_sid is not None:
            sql += " AND call_sid = ?"
            values.append(call_sid)
        if message_sid is not None:
            sql += " AND message_sid = ?"
            values.append(message_sid)
        rows = self._db.execute(f"{sql} ORDER BY seq LIMIT ?", [*values, limit]).fetchall()
        return [_event(row) for row in rows]

    def last_seq(self, account_sid: str) -> int:
        """The number of the account's newest event, 0 before the first."""
        key = (account_sid, "seq")
        if key not in self._counters:
            # The events themselves tell it; the counter only what went with a reset (`wipe`).
            newest = self._db.execute(
                "SELECT max(seq) FROM events WHERE account_sid = ?", (account_sid,)
            ).fetchone()
            self._counters[key] = max(newest[0] or 0, self._count(*key))
        return self._counters[key]

    def last_moment(self) -> datetime | None:
        """The latest moment that any account's log tells of."""
        row = self._db.execute("SELECT max(at) FROM events").fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    # -- handsets, opt-outs, settings, bytes -----------------------------------------------

    def handset(self, account_sid: str, number: str) -> dict[str, str] | None:
        """What is kept of that handset (``mode``, ``keys``, ``speech``), None if nothing is."""
        key = (account_sid, number)
        if key not in self._handsets:
            if len(self._handsets) >= REMEMBERED:
                self._handsets.clear()
            self._handsets[key] = self._handset(*key)
        return self._handsets[key]

    def _handset(self, account_sid: str, number: str) -> dict[str, str] | None:
        row = self._db.execute(
            "SELECT mode, keys, speech FROM handsets WHERE account_sid = ? AND number = ?",
            (account_sid, number),
        ).fetchone()
        return dict(zip(("mode", "keys", "speech"), row, strict=True)) if row else None

    def save_handset(
        self, account_sid: str, number: str, mode: str, keys: str, speech: str
    ) -> None:
        """Keep a handset as it is now: its mode, and the keys and words nobody has read yet."""
        self._handsets.pop((account_sid, number), None)
        self._db.execute(
            "INSERT OR REPLACE INTO handsets VALUES (?, ?, ?, ?, ?)",
            (account_sid, number, mode, keys, speech),
        )

    def block(self, account_sid: str, sender: str, recipient: str) -> None:
        """Note that *recipient* wants no more texts from *sender*."""
        self._db.execute(
            "INSERT OR IGNORE INTO optouts VALUES (?, ?, ?)", (account_sid, sender, recipient)
        )

    def unblock(self, account_sid: str, sender: str, recipient: str) -> None:
        """Take that back."""
        self._db.execute(
            "DELETE FROM optouts WHERE account_sid = ? AND sender = ? AND recipient = ?",
            (account_sid, sender, recipient),
        )

    def opted_out(self, account_sid: str, sender: str, recipient: str) -> bool:
        """Whether *recipient* wants no more texts from *sender*."""
        found = self._db.execute(
            "SELECT 1 FROM optouts WHERE account_sid = ? AND sender = ? AND recipient = ?",
            (account_sid, sender, recipient),
        )
        return found.fetchone() is not None

    def setting(self, name: str) -> str | None:
        """A setting of the whole sandbox (clock, seed, options), None if it was never made."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def save_setting(self, name: str, value: str) -> None:
        """Keep a setting of the whole sandbox."""
        self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def blob(self, sid: str) -> tuple[str, bytes] | None:
        """The bytes that belong to a resource, with their content type."""
        row = self._db.execute(
            "SELECT content_type, content FROM blobs WHERE sid = ?", (sid,)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def save_blob(self, sid: str, account_sid: str, content_type: str, content: bytes) -> None:
        """Keep the bytes of a recording or a picture; they go when their resource goes."""
        self._db.execute(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)",
            (sid, account_sid, content_type, content),
        )

    # -- starting again --------------------------------------------------------------------

    def wipe(self, account_sid: str) -> None:
        """Forget everything of an account and its sub-accounts, the account itself included.

        Only the numbers of its events go on: whoever follows the log must not meet one twice.
        """
        others = ("events", "entries", "handsets", "optouts", "blobs", "removed")
        tables = [*(table.name for table in self._tables.values()), *others]
        accounts = self._tables[kinds()["Account"]]
        with self.transaction():
            owned = [account.sid for account in self.find(accounts.kind, account_sid)]
            for sid in {account_sid, *owned}:
                seq = (sid, "seq", self.last_seq(sid))
                self._db.execute("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", seq)
                for table in tables:
                    self._db.execute(f"DELETE FROM {table} WHERE account_sid = ?", (sid,))
                # A sub-account's row is its owner's.
                self._db.execute(f"DELETE FROM {accounts.name} WHERE sid = ?", (sid,))
                self._db.execute(
                    "DELETE FROM counters WHERE account_sid = ? AND name != 'seq'", (sid,)
                )
            self._forget()

    def _forget(self) -> None:
        """What was read is not so any more."""
        self._counters.clear()
        self._known.clear()
        self._handsets.clear()


def _event(row: Sequence[Any]) -> dict[str, Any]:
    seq, at, type, call_sid, message_sid, data = row
    return {
        "seq": seq,
        "at": at,
        "type": type,
        "call_sid": call_sid,
        "message_sid": message_sid,
        "data": json.loads(data),
    }


def _glob(pattern: str) -> str:
    """*pattern* for SQLite's GLOB: only ``*`` is special, everything else stands for itself."""
    return "".join(f"[{c}]" if c in "?[" else c for c in pattern)
