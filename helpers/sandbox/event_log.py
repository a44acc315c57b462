"""One account's log: what happened, line by line, in words that hold no secret.

Thousands of lines come in a second, and few of them are ever read. So they are kept as they come,
put into words some dozens at a time, and taken apart again when somebody asks for them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

#: Number, moment, type, call, message, and the data that nobody changes any more.
LogLine = tuple[int, str, str, str | None, str | None, dict[str, Any]]
FIELDS = ("seq", "at", "type", "call_sid", "message_sid", "data")

#: Writes lines as JSON, a list of lists.
InWords = Callable[[Sequence[LogLine]], str]

to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class Page(NamedTuple):
    """Some lines that follow one another, as JSON. *last* and *at* are those of the last one."""

    last: int
    at: str
    text: str


class EventLog:
    """The lines that are kept of an account, oldest first; *pages* are those in the file."""

    def __init__(self, pages: list[Page], in_words: InWords) -> None:
        self._pages = pages
        self._in_words = in_words
        self._happened: list[LogLine] = []  # what is on no page yet
        self._written = pages[-1].last if pages else 0

    @property
    def last(self) -> int:
        """The number of the newest line, 0 if there is none."""
        if self._happened:
            return self._happened[-1][0]
        return self._pages[-1].last if self._pages else 0

    def add(self, line: LogLine) -> int:
        """Take in a line; returns how many are to be put into words."""
        self._happened.append(line)
        return len(self._happened)

    def put_into_words(self) -> None:
        """Make a page of what happened since the last one."""
        if self._happened:
            last, at, *_ = self._happened[-1]
            self._pages.append(Page(last, at, self._in_words(self._happened)))
            self._happened = []

    def unwritten(self, *, full: bool = False) -> list[Page]:
        """The pages that are not in the file yet; with *full* not the one that is still growing."""
        if not full:
            self.put_into_words()
        return self._pages[self._behind(self._written) :]

    def written(self) -> None:
        """They are now."""
        if self._pages:
            self._written = self._pages[-1].last

    def lines(self, since: int, sid: str | None) -> Iterator[LogLine]:
        """The lines after number *since*; those that do not name *sid* may be left out."""
        self.put_into_words()
        for page in self._pages[self._behind(since) :]:
            if sid is None or sid in page.text:
                yield from (line for line in json.loads(page.text) if line[0] > since)

    def keep(self, most: int) -> int:
        """Forget the oldest pages, but none of the newest *most* lines.

        Returns the number of the last line that went, 0 if none did.
        """
        self.put_into_words()
        gone = self._pages[: self._behind(self.last - most)]
        del self._pages[: len(gone)]
        return gone[-1].last if gone else 0

    def take_back(self, after: int) -> None:
        """Forget the lines with higher numbers, none of which is in the file."""
        self._happened = [line for line in self._happened if line[0] <= after]
        cut = self._pages[self._behind(after) :]
        del self._pages[len(self._pages) - len(cut) :]
        kept = [line for page in cut for line in json.loads(page.text) if line[0] <= after]
        if kept:
            self._pages.append(Page(kept[-1][0], kept[-1][1], to_json(kept)))

    def _behind(self, number: int) -> int:
        """Where the pages begin whose last line has a higher number."""
        return bisect_right(self._pages, number, key=attrgetter("last"))
