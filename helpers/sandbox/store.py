"""What the sandbox remembers: SQLite, a table for each kind of resource, a column for each field.

By itself every method writes at once: when it returns, the change is in the write-ahead log, and
killing the process loses nothing (``synchronous=NORMAL``: only a power cut may lose the last
moments). :meth:`Store.transaction` makes several changes one.

A server that answers many requests at a time has it write them together (:meth:`Store.gather`):
what one turn of the event loop changes is committed as one, and nobody is told of a change before
that (:meth:`Store.when_committed`). A commit costs as much as several changes, so this is where
most of the server's speed comes from. What is changed twice before it is written is written once.
The log of what happened follows page by page; its newest lines are put into words and written at
leisure, some hundredths of a second later.

The store belongs to the event loop: reads take about 5 microseconds and writes 10, so nothing
here is handed to a thread, and nothing is locked.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import sqlite3
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby, islice
from operator import add, itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from helpers import resources  # noqa: F401 - importing the folder declares every kind
from helpers.errors import SandboxError
from helpers.resources.base import Resource, iso8601, kinds
from helpers.sandbox.event_log import FIELDS, EventLog, LogLine, Page, to_json
from helpers.sandbox.tables import OTHER_TABLES, Change, Table, Where

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

_log = logging.getLogger(__name__)

#: How many events of an account are kept.
EVENTS_KEPT = 10_000
#: Real seconds until what no answer waits for (that a text arrived, say) is written, too.
AT_LEISURE = 0.05
#: How many events are put into words at a time: nobody should have to wait for hundreds of them.
AT_A_TIME = 64
#: The write-ahead log is worked into the file when nothing was written for so many real seconds, or
#: when it has so many pages (of 4 kB): that takes some hundredths of a second, in which nobody is
#: answered.
IDLE, CHECKPOINT = 1.0, 16_000
#: Kilobytes of the file that are kept in memory.
CACHED = 4_000
#: How many rows of a kind are looked through rather than to have indexes.
FEW = 250
#: How many answers of a kind are remembered between two writes.
REMEMBERED = 4_096

# Says that an SQLite file is a sandbox's ("SNDB"); the version of its tables is derived from them.
_APPLICATION = 0x534E4442


@cache
def _table_in(sql: str) -> str:
    """The table that a statement changes."""
    found = re.search(r'(?:INTO|UPDATE|FROM|ON) ("?\w+"?)', sql)
    assert found is not None, sql
    return found[1]


def _table_changed(change: Change) -> str:
    return _table_in(change[0])


class _Merged(NamedTuple):
    """A change that a block has added to one that is older, and has not been run."""

    at: int
    older: Change
    added: Change


_CHARGE = (
    "INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " count = count + excluded.count, usage = usage + excluded.usage,"
    " price = price + excluded.price"
)


def _summed(charges: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Charges for an account, a day and a category together: of many at once most are alike."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for account_sid, day, category, *amounts in charges:
        total = sums.setdefault((account_sid, day, category), [0, 0, 0])
        total[:] = map(add, total, amounts)
    return [(*key, *total) for key, total in sums.items()]


class _Block:
    """What :meth:`Store.transaction` gives: entered and left many times a second."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._store._begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store._end(well=kind is None)


class Store:
    """Everything one sandbox keeps, in the file *path* or (``:memory:``) in memory.

    SandboxError, in one sentence, for a file that cannot be opened, read or written, is no data
    file of this version, is damaged, or is in use by another process.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.path = str(path)
        self._closed = False
        self._depth = 0
        self._loop: asyncio.AbstractEventLoop | None = None  # whose turns are gathered
        self._thread = 0  # where that loop runs
        self._soon: asyncio.Handle | None = None  # the commit that somebody waits for
        self._leisure: asyncio.Handle | None = None  # the one that writes all, the log too
        self._commits = 0
        self._resting: asyncio.Handle | None = None  # looks whether there were any
        self._queue: list[Change] = []  # changes that have not been run yet
        self._queued: dict[tuple[type[Resource], str], int] = {}  # where there a row is written
        self._merged: list[_Merged] = []  # what the block that runs has made of older ones
        self._block = _Block(self)
        self._begun = 0  # how many of them are older than the block that runs
        self._log_too = False  # whether somebody waits for the log as well
        self._waiting: list[Callable[[BaseException | None], None]] = []
        # Numbers and events are kept here and written by the commit.
        self._counters: dict[tuple[str, str], int] = {}
        self._counted: set[tuple[str, str]] = set()
        self._logs: dict[str, EventLog] = {}
        self._logged: set[str] = set()  # whose logs are not in the file
        self._in_words: Callable[[str, Sequence[LogLine]], str] = lambda _, lines: to_json(lines)
        self._guarded: frozenset[type[Resource]] = frozenset()
        # Counters as they were before the transaction that runs.
        self._before: dict[tuple[str, str], int] = {}
        self._savepoint = False  # whether changes of the block have been run
        self._wiped = False  # whether it has wiped an account
        # What `lookup` and `handset` have read, until something of the kind is written.
        self._known: dict[type[Resource], dict[Any, Any]] = {}
        # Where each row stands, by its SID; read once for each kind.
        self._places: dict[type[Resource], dict[str, int]] = {}
        self._last: dict[type[Resource], int] = {}  # the highest place a kind ever had
        self._moved: list[tuple[dict[str, int], str, int | None]] = []  # by the block that runs
        self._indexed: set[tuple[str, str]] = set()
        self._committing = False
        # What was made of single rows, until they change.
        self._made: dict[tuple[type[Resource], str], dict[Any, Any]] = {}
        self._handsets: dict[tuple[str, str], dict[str, str]] | None = None
        self._optouts: set[tuple[str, str, str]] | None = None
        self._tables = {kind: Table(kind) for kind in kinds().values() if kind.kept}
        self._schema = [table.schema() for table in self._tables.values()]
        self._schema += OTHER_TABLES
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
            run(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
            run(f"PRAGMA cache_size={-CACHED}")
        run("BEGIN IMMEDIATE")
        if empty:
            for line in self._schema:
                run(line)
            run(f"PRAGMA application_id={_APPLICATION}")
        run(f"PRAGMA user_version={self._version}")  # a write, to know that it can be written
        run("COMMIT")

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
        if not self._closed:
            try:
                self.commit()
            finally:
                self._closed = True
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

    # -- commits ---------------------------------------------------------------------------

    def gather(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Commit the changes of each turn of *loop* together from now on; None: each at once."""
        self.commit()
        self._loop, self._thread = loop, threading.get_ident()
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    @property
    def changed(self) -> bool:
        """Whether there are changes that are not in the file yet, log and counters left aside."""
        return not self._closed and (bool(self._queue) or self._db.in_transaction)

    async def committed(self) -> None:
        """Return when all is in the file, the log too; raises what prevented it."""
        if self._loop is None or not (self._unwritten or self._counted or self.changed):
            return
        waiting = self._loop.create_future()

        def tell(problem: BaseException | None) -> None:
            if waiting.done():  # nobody waits any more
                return
            if problem is None:
                waiting.set_result(None)
            else:
                waiting.set_exception(problem)

        self._log_too = True
        self.when_committed(tell)
        await waiting

    def when_committed(self, tell: Callable[[BaseException | None], None]) -> None:
        """Call *tell* when all changes are in the file, or with what prevented it.

        The log of them may still be on its way. *tell* must not raise.
        """
        if self._loop is None:
            tell(None)  # each change was committed at once
            return
        if self._soon is None:  # others in this turn come with the first who waits
            self._soon = self._loop.call_soon(self._commit_soon)
        self._waiting.append(tell)

    def commit(self) -> None:
        """Write down what was gathered, now."""
        problem = self._commit_if_needed(log=True)
        if problem is not None:
            raise problem

    @property
    def _unwritten(self) -> bool:
        """Whether events are not in the file yet."""
        return bool(self._logged)

    def _commit_if_needed(self, *, log: bool) -> Exception | None:
        """Write changes and counters, and all of the log if it is wanted."""
        for handle in (self._soon, self._leisure if log else None):
            if handle is not None:
                handle.cancel()
        self._soon = None
        if log:
            self._leisure = None
        try:
            if self._counted or self.changed or (log and self._unwritten):
                self._committing = True
                self._commit(log=log)
        except Exception as problem:
            return problem
        finally:
            self._committing = False
        self._tell_waiting(None)
        return None

    def _commit_soon(self) -> None:
        log, self._log_too = self._log_too, False
        self._report(self._commit_if_needed(log=log))

    def _commit_at_leisure(self) -> None:
        self._report(self._commit_if_needed(log=True))

    def _report(self, problem: Exception | None) -> None:
        if problem is not None:
            _log.error("the data file cannot be written", exc_info=problem)

    def _commit(self, *, log: bool) -> None:
        pages = []
        run = self._db.execute
        try:
            if log:
                for account_sid in self._logged:
                    self._sweep(account_sid)
            for account_sid in self._logged:  # full pages go with every commit: a few each time
                log_of = self._logs[account_sid]
                pages += [(account_sid, *page) for page in log_of.unwritten(full=not log)]
            self._flush()
            if not self._db.in_transaction:
                run("BEGIN IMMEDIATE")
            for key in self._counted:
                run("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", (*key, self._counters[key]))
            self._db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", pages)
            run("COMMIT")
        except BaseException as problem:
            self._lose(problem)
            raise
        self._commits += 1
        if self._resting is None and self._loop is not None:
            self._resting = self._loop.call_later(IDLE, self._rest, self._commits)
        self._counted.clear()
        for account_sid in self._logged:
            self._logs[account_sid].written()
        if log:
            self._logged.clear()

    def _rest(self, commits: int) -> None:
        """Empty the write-ahead log if nothing was committed lately."""
        self._resting = None
        if self._loop is None or self._closed:
            return
        if commits != self._commits:
            self._resting = self._loop.call_later(IDLE, self._rest, self._commits)
        elif not self._db.in_transaction:
            try:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except sqlite3.Error as problem:  # the log keeps it all, and is tried again later
                _log.error("the data file cannot be written", exc_info=problem)

    def _lose(self, problem: BaseException) -> None:
        """Nothing since the last commit is in the file, and whoever waits for it is told."""
        if self._db.in_transaction:  # some failures end it by themselves
            self._db.execute("ROLLBACK")
        self._forget()
        self._tell_waiting(problem)

    def _tell_waiting(self, problem: BaseException | None) -> None:
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell(problem)

    def _change(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Have a statement run that changes something: with the commit, or before a read."""
        self._queue.append((sql, values))
        self._note()

    def _flush(self) -> None:
        """Run what is queued. What a block has queued can still be taken back alone."""
        self._take_apart()
        queue, self._queue = self._queue, []
        if not queue:
            return
        self._queued.clear()
        older = self._begun if self._depth and not self._savepoint else len(queue)
        try:
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._run(queue[:older])
            if older < len(queue):
                self._db.execute("SAVEPOINT block")
                self._savepoint = True
                self._run(queue[older:])
        except BaseException as problem:
            self._lose(problem)
            raise
        self._begun = 0

    def _run(self, changes: Sequence[Change]) -> None:
        """Run changes, those of each table in their order.

        Tables know nothing of one another, and changes with the same statement take half the time
        together.
        """
        for sql, group in groupby(sorted(changes, key=_table_changed), itemgetter(0)):
            rows = [values for _, values in group]
            self._db.executemany(sql, _summed(rows) if sql == _CHARGE else rows)

    def _read(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Ask the database, which first gets what is queued."""
        if self._queue:
            self._flush()
        return self._db.execute(sql, values)

    def _note(self) -> None:
        """Something was changed: write it at once, or see to it that it will be written."""
        if self._loop is None:
            if self._depth == 0:
                self.commit()
        elif threading.get_ident() != self._thread:  # a test's, say: only this call is safe there
            self._loop.call_soon_threadsafe(self._commit_at_leisure)
        elif self._leisure is None:
            self._leisure = self._loop.call_later(AT_LEISURE, self._commit_at_leisure)

    def transaction(self) -> _Block:
        """Make the block's changes one: all of them, or none if it raises.

        Blocks may stand inside one another; the outermost counts. A block must not wait for
        anything (``await``), or others' changes would slip into it.
        """
        return self._block

    def _begin(self) -> None:
        if self._depth == 0:
            self._before.clear()
            self._moved.clear()
            self._merged.clear()
            self._savepoint = self._wiped = False
            self._begun = len(self._queue)
        self._depth += 1

    def _end(self, well: bool) -> None:
        try:
            if self._depth == 1:
                if not well:
                    self._undo()
                elif self._savepoint:
                    self._db.execute("RELEASE block")
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._merged.clear()
                self._begun = 0
        if well and self._depth == 0 and self._loop is None:
            self.commit()

    def _take_apart(self, *, keep: bool = True) -> None:
        """Take out of older changes what the block has added: it stands by itself, or is lost."""
        for at, older, _ in reversed(self._merged):
            self._queue[at] = older
        if keep:
            self._queue += [added for _, _, added in self._merged]
        self._merged.clear()

    def _undo(self) -> None:
        """Take back what a block has done, and nothing of what was there before."""
        self._take_apart(keep=False)
        del self._queue[self._begun :]
        self._queued.clear()
        if self._savepoint and self._db.in_transaction:  # some failures end it by themselves
            self._db.execute("ROLLBACK TO block")
            self._db.execute("RELEASE block")
        self._known.clear()
        self._made.clear()
        self._handsets = None
        self._optouts = None
        if self._wiped:
            self._forget()
            return
        for places, sid, place in reversed(self._moved):
            if place is None:
                del places[sid]
            else:
                places[sid] = place
        self._counters.update(self._before)
        for (account_sid, name), before in self._before.items():
            if name == "seq":
                self._log(account_sid).take_back(before)

    # -- resources -------------------------------------------------------------------------

    def add(self, resource: Resource) -> None:
        """Keep a new resource; its ``sid`` and ``account_sid`` must be set."""
        kind = type(resource)
        table, places, sid = self._tables[kind], self._where(kind), resource.sid
        if sid in places:
            raise ValueError(f"{sid} is there already")
        if self._depth:
            self._moved.append((places, sid, None))
        self._touch(kind)
        self._last[kind] = places[sid] = place = self._last[kind] + 1
        self._queued[kind, sid] = len(self._queue)
        insert, values = table.insert(resource)
        self._change(insert, [*values, place])

    def update(self, resource: Resource, *names: str) -> None:
        """Keep the named fields of a resource, and no others (a late writer undoes nothing)."""
        kind = type(resource)
        place = self._where(kind).get(resource.sid)
        if not names or place is None:
            return
        table = self._tables[kind]
        self._touch(kind)
        self._made.pop((kind, resource.sid), None)
        update, values_of = table.update(names)
        change = (update, [*values_of(resource), place])
        at = self._queued.setdefault((kind, resource.sid), len(self._queue))
        if at == len(self._queue):
            self._change(*change)
        else:  # it is not written yet, and need not be written twice
            if at < self._begun:
                self._merged.append(_Merged(at, self._queue[at], change))
            self._queue[at] = table.merged(self._queue[at], change)

    def remove(self, resource: Resource) -> None:
        """Forget a resource and what bytes it had."""
        kind, sid = type(resource), resource.sid
        places = self._where(kind)
        place = places.pop(sid, None)
        if place is None:
            raise KeyError(sid)
        self._made.pop((kind, sid), None)
        if self._depth:
            self._moved.append((places, sid, place))
        self._touch(kind)
        with self.transaction():
            self._change(
                "INSERT OR REPLACE INTO removed VALUES (?, ?, ?)",
                (resource.account_sid, sid, place),
            )
            self._change(f"DELETE FROM {self._tables[kind].name} WHERE place = ?", (place,))
            self._change("DELETE FROM blobs WHERE sid = ?", (sid,))

    def _touch(self, kind: type[Resource]) -> None:
        """A row of that kind changes: what was read of them is not so any more."""
        if kind in self._guarded:  # first, for that reads them
            for account_sid in list(self._logged):
                self._logs[account_sid].put_into_words()
        self._known.pop(kind, None)

    def _where(self, kind: type[Resource]) -> dict[str, int]:
        """The places of all rows of a kind, by SID."""
        places = self._places.get(kind)
        if places is None:
            name = self._tables[kind].name
            places = self._places[kind] = dict(self._read(f"SELECT sid, place FROM {name}"))
            # The place of a removed row is never given to another: lists go on from there.
            last = self._read("SELECT max(position) FROM removed").fetchone()[0] or 0
            self._last[kind] = max(last, max(places.values(), default=0))
        return places

    def get(self, kind: type[R], account_sid: str | None, sid: str) -> R | None:
        """The resource of that kind and SID if it is *account_sid*'s (None: anybody's)."""
        place = self._where(kind).get(sid)
        if place is None:
            return None
        table = self._tables[kind]
        row = self._read(table.fetch, (place,)).fetchone()
        found: R = table.read(row)
        return found if account_sid in (None, found.account_sid) else None

    def find(self, kind: type[R], account_sid: str | None, **equal: Any) -> list[R]:
        """Those of an account (None: of all) whose fields equal these, oldest first."""
        where = [Where(name, "=", value) for name, value in equal.items()]
        return [found for _, found in self._select(kind, account_sid, where, "place")]

    def lookup(self, kind: type[R], account_sid: str | None, **equal: Any) -> list[R]:
        """The same rows as `find`, to be read only: they are kept until one of the kind changes.

        For what every event and every call asks for, and hardly anything changes: accounts, keys,
        owned numbers.
        """
        key = (account_sid, *equal.items())
        try:
            found: list[R] = self._known[kind][key]
        except KeyError:
            found = self.remember(kind, key, self.find(kind, account_sid, **equal))
        return found

    def lookup_by(self, kind: type[R], account_sid: str | None, field: str) -> Mapping[Any, R]:
        """The same rows by the value of a field; the oldest where several have the same.

        What is not among them is known without a question to the file: most numbers that are
        called or texted are nobody's.
        """
        key = (account_sid, "by", field)
        try:
            by: Mapping[Any, R] = self._known[kind][key]
        except KeyError:
            rows = self.find(kind, account_sid)
            by = self.remember(kind, key, {getattr(row, field): row for row in reversed(rows)})
        return by

    def remember(self, kind: type[Resource], key: Any, found: T) -> T:
        """Keep what was found out of the rows of a kind until one of them changes; returns it."""
        known = self._known.setdefault(kind, {})
        if len(known) >= REMEMBERED:
            known.clear()
        known[key] = found
        return found

    def recall(self, kind: type[Resource], key: Any) -> Any:
        """What was remembered so, or None."""
        known = self._known.get(kind)
        return known.get(key) if known is not None else None

    def known(self, kind: type[R], sid: str) -> R | None:
        """The one with this SID, of whichever account, to be read only as with `lookup`."""
        try:
            found: list[R] = self._known[kind][sid]
        except KeyError:
            found = self.remember(kind, sid, self.find(kind, None, sid=sid))
        return found[0] if found else None

    def made_of(self, kind: type[Resource], sid: str, key: Any) -> Any:
        """What `keep_made` keeps of a row, None if there is nothing, or it has changed since."""
        made = self._made.get((kind, sid))
        return made.get(key) if made is not None else None

    def keep_made(self, resource: Resource, key: Any, made: Any) -> None:
        """Keep something that was made of a row as it is in the file, such as a reply."""
        if len(self._made) >= REMEMBERED:
            self._made.clear()
        self._made.setdefault((type(resource), resource.sid), {})[key] = made

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

        A *limit* of -1 takes them all.

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
        thing = self.get(kind, account_sid, sid)
        if thing is not None:
            return self._where(kind)[sid]
        row = self._read(
            "SELECT position FROM removed WHERE sid = ? AND account_sid = ?", (sid, account_sid)
        ).fetchone()
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
            self._index(table, "account_sid")
            parts.append("account_sid = ?")
            values.append(account_sid)
        for condition in where:
            if condition.field == "sid" and condition.comparison == "=":
                text, value = "place = ?", self._where(kind).get(condition.value, -1)
            else:
                self._index(table, condition.field)
                text, value = table.condition(condition)
            parts.append(text)
            values.append(value)
        sql = table.select_with_position
        if parts:
            sql += " WHERE " + " AND ".join(parts)
        rows = self._read(f"{sql} ORDER BY {order}", values).fetchall()
        return [(row[0], table.read(row[1:])) for row in rows]

    def _index(self, table: Table, field: str) -> None:
        """Make the index of a field when rows are first looked up by it.

        Its entries come in no order, so that each row would cost a page more from the start: half
        of what a text costs the file. Many servers are never asked who got which texts.
        """
        key = (table.name, field)
        if (
            key not in self._indexed
            and field in table.indexed
            and len(self._where(table.kind)) > FEW
            and not (self._depth or self._committing)
        ):
            self._indexed.add(key)
            self.commit()  # so that nothing is lost with it
            try:
                self._db.execute(table.index(field))
            except sqlite3.OperationalError as problem:  # the disk is full: it takes longer, then
                _log.warning("rows are looked up without an index", exc_info=problem)

    # -- transcripts -----------------------------------------------------------------------

    def add_entry(self, account_sid: str, call_sid: str, at: float, verb: str, text: str) -> None:
        """Write a line of a call's transcript; *at* is seconds since the call was answered."""
        self._change(
            "INSERT INTO entries (account_sid, call_sid, at, verb, text) VALUES (?, ?, ?, ?, ?)",
            (account_sid, call_sid, at, verb, text),
        )

    def entries(self, account_sid: str, call_sid: str) -> list[dict[str, Any]]:
        """A call's transcript, in order: ``at``, ``verb`` and ``text`` of each entry."""
        rows = self._read(
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
        value = self._counters.get(key)
        if value is None:
            value = self._counters[key] = self._count(*key)
        if self._depth:
            self._before.setdefault(key, value)
        self._counters[key] = value + 1
        self._counted.add(key)
        self._note()
        return value + 1

    def counted(self, account_sid: str, name: str) -> int:
        """How far a counter of that account has come, 0 before the first."""
        key = (account_sid, name)
        return self._counters[key] if key in self._counters else self._count(*key)

    def next_sid(self, seed: str, account_sid: str, prefix: str) -> str:
        """The next SID with *prefix* of that account, derived from *seed*: prefix, 32 digits."""
        n = self.next(account_sid, prefix)
        digest = hashlib.sha256(f"{seed}/{account_sid}/{prefix}/{n}".encode()).hexdigest()
        return prefix + digest[:32]

    def _count(self, account_sid: str, name: str) -> int:
        row = self._read(
            "SELECT value FROM counters WHERE account_sid = ? AND name = ?", (account_sid, name)
        ).fetchone()
        return row[0] if row else 0

    # -- events ----------------------------------------------------------------------------

    def put_events_into_words(
        self, in_words: Callable[[str, Sequence[LogLine]], str], *guarded: type[Resource]
    ) -> None:
        """Have *in_words* write lines of an account's log as JSON, without what nobody may read.

        That is done when they are read or written, in any case before a row of the *guarded* kinds
        changes, which hold what is to be left out.
        """
        self._in_words, self._guarded = in_words, frozenset(guarded)

    def add_event(
        self,
        account_sid: str,
        at: datetime,
        type: str,
        call_sid: str | None = None,
        message_sid: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> int:
        """Note an event for the account's log; returns its number.

        *data* becomes JSON later: it must not be changed any more.
        """
        key = (account_sid, "seq")
        before = self._counters.get(key)
        if before is None:
            before = self.last_seq(account_sid)
        if self._depth:
            self._before.setdefault(key, before)
        self._counters[key] = seq = before + 1
        line = (seq, iso8601(at), type, call_sid, message_sid, data or {})
        log = self._log(account_sid)
        if log.add(line) >= AT_A_TIME and not self._depth:
            log.put_into_words()
        self._logged.add(account_sid)
        if self._leisure is None:
            self._note()
        return seq

    def _log(self, account_sid: str) -> EventLog:
        log = self._logs.get(account_sid)
        if log is None:
            rows = self._read(
                "SELECT last, at, lines FROM events WHERE account_sid = ? ORDER BY last",
                (account_sid,),
            )
            pages = [Page(*row) for row in rows]
            log = EventLog(pages, lambda lines: self._in_words(account_sid, lines))
            self._logs[account_sid] = log
        return log

    def _sweep(self, account_sid: str) -> None:
        """Forget the oldest events, with the commit that runs."""
        gone = self._logs[account_sid].keep(EVENTS_KEPT)
        if gone:
            sql = "DELETE FROM events WHERE account_sid = ? AND last <= ?"
            self._queue.append((sql, (account_sid, gone)))

    def events(
        self,
        account_sid: str,
        since: int = 0,
        call_sid: str | None = None,
        message_sid: str | None = None,
        limit: int = EVENTS_KEPT,
    ) -> list[dict[str, Any]]:
        """The account's events after number *since*, oldest first, at most *limit* of them."""
        log = self._log(account_sid)
        lines = log.lines(max(since, log.last - EVENTS_KEPT), call_sid or message_sid)
        found = (
            dict(zip(FIELDS, line, strict=True))
            for line in lines
            if call_sid in (None, line[3]) and message_sid in (None, line[4])
        )
        return list(islice(found, limit))

    def last_seq(self, account_sid: str) -> int:
        """The number of the account's newest event, 0 before the first."""
        key = (account_sid, "seq")
        if key not in self._counters:
            # The events themselves tell it; the counter only what went with a reset (`wipe`).
            self._counters[key] = max(self._log(account_sid).last, self._count(*key))
        return self._counters[key]

    def last_moment(self) -> datetime | None:
        """The latest moment that any account's log tells of."""
        row = self._read("SELECT max(at) FROM events").fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None

    # -- handsets, opt-outs, settings, bytes -----------------------------------------------

    def handset(self, account_sid: str, number: str) -> dict[str, str] | None:
        """What is kept of that handset (``mode``, ``keys``, ``speech``), None if nothing is."""
        return self._kept_handsets().get((account_sid, number))

    def _kept_handsets(self) -> dict[tuple[str, str], dict[str, str]]:
        """Every handset that is kept, read once: each call and text asks, mostly for others."""
        if self._handsets is None:
            rows = self._read("SELECT account_sid, number, mode, keys, speech FROM handsets")
            names = ("mode", "keys", "speech")
            self._handsets = {
                tuple(row[:2]): dict(zip(names, row[2:], strict=True)) for row in rows
            }
        return self._handsets

    def save_handset(
        self, account_sid: str, number: str, mode: str, keys: str, speech: str
    ) -> None:
        """Keep a handset as it is now: its mode, and the keys and words nobody has read yet."""
        kept = {"mode": mode, "keys": keys, "speech": speech}
        self._kept_handsets()[account_sid, number] = kept
        self._change(
            "INSERT OR REPLACE INTO handsets VALUES (?, ?, ?, ?, ?)",
            (account_sid, number, mode, keys, speech),
        )

    def block(self, account_sid: str, sender: str, recipient: str) -> None:
        """Note that *recipient* wants no more texts from *sender*."""
        row = (account_sid, sender, recipient)
        self._blocked().add(row)
        self._change("INSERT OR IGNORE INTO optouts VALUES (?, ?, ?)", row)

    def unblock(self, account_sid: str, sender: str, recipient: str) -> None:
        """Take that back."""
        row = (account_sid, sender, recipient)
        self._blocked().discard(row)
        self._change(
            "DELETE FROM optouts WHERE account_sid = ? AND sender = ? AND recipient = ?", row
        )

    def opted_out(self, account_sid: str, sender: str, recipient: str) -> bool:
        """Whether *recipient* wants no more texts from *sender*."""
        return (account_sid, sender, recipient) in self._blocked()

    def _blocked(self) -> set[tuple[str, str, str]]:
        """Every opt-out, read once: each text that is sent asks."""
        if self._optouts is None:
            self._optouts = set(self._read("SELECT account_sid, sender, recipient FROM optouts"))
        return self._optouts

    def charge(self, account_sid: str, day: str, category: str, usage: int, price: int) -> None:
        """Add one thing to what an account was charged on a day (``YYYY-MM-DD``) in a category."""
        self._change(
            _CHARGE,
            (account_sid, day, category, 1, usage, price),
        )

    def charges(
        self, accounts: Sequence[str], first: str, last: str
    ) -> list[tuple[str, str, int, int, int]]:
        """What accounts were charged from one day to another, together.

        Each row is a day and a category with how many things, how much usage and which price.
        """
        marks = ", ".join("?" * len(accounts))
        rows = self._read(
            "SELECT day, category, sum(count), sum(usage), sum(price) FROM charges"
            f" WHERE account_sid IN ({marks}) AND day BETWEEN ? AND ?"
            " GROUP BY day, category ORDER BY day, category",
            (*accounts, first, last),
        )
        return rows.fetchall()

    def setting(self, name: str) -> str | None:
        """A setting of the whole sandbox (clock, seed, options), None if it was never made."""
        row = self._read("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def save_setting(self, name: str, value: str) -> None:
        """Keep a setting of the whole sandbox."""
        self._change("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def blob(self, sid: str) -> tuple[str, bytes] | None:
        """The bytes that belong to a resource, with their content type."""
        row = self._read("SELECT content_type, content FROM blobs WHERE sid = ?", (sid,)).fetchone()
        return (row[0], row[1]) if row else None

    def save_blob(self, sid: str, account_sid: str, content_type: str, content: bytes) -> None:
        """Keep the bytes of a recording or a picture; they go when their resource goes."""
        self._change(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)",
            (sid, account_sid, content_type, content),
        )

    def remove_blob(self, sid: str) -> None:
        """Forget bytes that were kept."""
        self._change("DELETE FROM blobs WHERE sid = ?", (sid,))

    # -- starting again --------------------------------------------------------------------

    def wipe(self, account_sid: str) -> None:
        """Forget everything of an account and its sub-accounts, the account itself included.

        Only the numbers of its events go on: whoever follows the log must not meet one twice.
        Within a transaction, :meth:`commit` comes before it.
        """
        others = ("events", "entries", "handsets", "optouts", "charges", "blobs", "removed")
        tables = [*(table.name for table in self._tables.values()), *others]
        accounts = self._tables[kinds()["Account"]]
        if self._depth == 0:
            self.commit()  # so that nothing is left to be written of what goes
        with self.transaction():
            owned = [account.sid for account in self.find(accounts.kind, account_sid)]
            for sid in {account_sid, *owned}:
                seq = (sid, "seq", self.last_seq(sid))
                self._change("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", seq)
                for table in tables:
                    self._change(f"DELETE FROM {table} WHERE account_sid = ?", (sid,))
                # A sub-account's row is its owner's.
                self._change(f"DELETE FROM {accounts.name} WHERE sid = ?", (sid,))
                self._change("DELETE FROM counters WHERE account_sid = ? AND name != 'seq'", (sid,))
            self._flush()
            self._wiped = True
            self._forget()

    def _forget(self) -> None:
        """What was read is not so any more."""
        self._queue.clear()
        self._queued.clear()
        self._merged.clear()
        self._begun = 0
        self._indexed.clear()
        self._places.clear()
        self._optouts = None
        self._counters.clear()
        self._counted.clear()
        self._logs.clear()
        self._logged.clear()
        self._known.clear()
        self._made.clear()
        self._handsets = None
