"""The clock the sandbox lives by: the wall's, a hurried one, or one turned by hand.

Whatever takes time in the sandbox (ringing, speech, deliveries, time-outs) is *planned* on a
clock, and whatever must not be overtaken (a web site being asked, a reply being written) is
*work* that the clock waits for. From these two facts the three kinds follow:

* ``real``: planned things happen when the wall's clock says so.
* ``hurried``: as soon as no work is under way, time jumps to the next planned thing.
* ``manual``: time stands still until :meth:`Clock.turn` is called.

Everything here runs on one event loop; nothing is safe to call from another thread.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

#: Seconds by which the wall's clock may be late: a task is woken when there is time for it.
LATE = 0.1

#: How many planned things the wall's clock runs before requests have their turn again, and how many
#: more for each second that they are late: when much comes at once, a text is late rather than an
#: answer, but not by more and more.
AT_ONCE, WHEN_LATE = 8, 32

KINDS = ("real", "hurried", "manual")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def begun(seconds: float) -> int:
    """Whole seconds as Twilio counts them: one that has begun counts, lateness does not."""
    return max(0, math.ceil(round(seconds - LATE, 3)))


class Planned:
    """One thing that is due at a time; :meth:`cancel` takes it back."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """Time as the sandbox sees it.

    *kind* is one of :data:`KINDS`; *start* is where a hurried or manual clock begins (a real
    clock shows the wall's time). Times are aware datetimes in UTC.
    """

    def __init__(self, kind: str = "manual", start: datetime = START) -> None:
        if kind not in KINDS:
            raise ValueError(f"a clock is one of {', '.join(KINDS)}, not {kind!r}")
        self.kind = kind
        self._now = start
        self._moment: datetime | None = None  # the wall's, in this turn of ...
        self._turning_loop: asyncio.AbstractEventLoop | None = None  # ... this loop
        # By moment; things due at the same one run in the order they were planned.
        self._plans: list[tuple[datetime, int, Planned]] = []
        self._orders = itertools.count()
        self._work = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._wake: asyncio.TimerHandle | asyncio.Handle | None = None
        self._wake_at: datetime | None = None  # on the wall's clock: when that will be
        self._turning = asyncio.Lock()

    # -- reading ---------------------------------------------------------------------------

    def now(self) -> datetime:
        """The moment it is, UTC.

        On the wall's clock what happens in one turn of the event loop happens at one moment: it is
        written many times, into rows, events and replies, and put into words once.
        """
        if self.kind != "real":
            return self._now
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no turns: another thread, or before the start
            return datetime.now(UTC)
        if self._moment is None or loop is not self._turning_loop:
            self._moment, self._turning_loop = datetime.now(UTC), loop
            loop.call_soon(self._end_turn)
        return self._moment

    def _end_turn(self) -> None:
        self._moment = None

    def due(self) -> datetime | None:
        """When the next planned thing happens, or None when nothing is planned."""
        self._drop_cancelled()
        return self._plans[0][0] if self._plans else None

    @property
    def quiet(self) -> bool:
        """Whether no work is under way."""
        return self._work == 0

    # -- planning --------------------------------------------------------------------------

    def plan(self, seconds: float, call: Callable[[], None]) -> Planned:
        """Run *call* when *seconds* have passed; returns a handle to cancel it."""
        at = self.now() + timedelta(seconds=max(0.0, seconds))
        planned = Planned(call)
        heapq.heappush(self._plans, (at, next(self._orders), planned))
        self._arrange()
        return planned

    def begin_work(self) -> None:
        """Time must not jump from now on, until :meth:`end_work`."""
        self._work += 1
        self._quiet.clear()

    def end_work(self) -> None:
        self._work -= 1
        if self._work == 0:
            self._quiet.set()
            if self.kind == "hurried":  # the others' next moment does not depend on work
                self._arrange()

    @contextmanager
    def work(self) -> Iterator[None]:
        """Hold time for as long as the block runs."""
        self.begin_work()
        try:
            yield
        finally:
            self.end_work()

    async def settled(self) -> None:
        """Return when no work is under way."""
        while self._work:
            await self._quiet.wait()

    # -- turning by hand -------------------------------------------------------------------

    @property
    def turning(self) -> bool:
        """Whether somebody is turning a manual clock right now."""
        return self._turning.locked()

    async def turn(self, seconds: float | None = None) -> None:
        """Turn a manual clock on by *seconds*, or (None) to the next thing due.

        Each thing due runs, its web sites included, before the next one starts. Returns when
        all of it is done. With nothing due, "to the next thing" leaves the clock as it is.
        """
        async with self._turning:
            await self.settled()
            if seconds is None:
                goal = self.due()
                if goal is None:
                    return
            else:
                goal = self._now + timedelta(seconds=seconds)
            while (at := self.due()) is not None and at <= goal:
                self._now = max(self._now, at)
                self._run_next()
                await self.settled()
            self._now = max(self._now, goal)

    def set(self, now: datetime) -> None:
        """Put a hurried or manual clock to *now* (a data file remembers where it was)."""
        self._now = now

    # -- inside ----------------------------------------------------------------------------

    def _drop_cancelled(self) -> None:
        while self._plans and self._plans[0][2].call is None:
            heapq.heappop(self._plans)

    def _run_next(self) -> None:
        call = heapq.heappop(self._plans)[2].call
        if call is not None:
            call()

    def _arrange(self) -> None:
        """See to it that the next planned thing will happen, as this kind of clock does it."""
        if self.kind == "manual":
            return
        self._drop_cancelled()
        if self.kind == "real":
            self._arrange_real()
            return
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self._plans and self._work == 0:
            self._wake = asyncio.get_running_loop().call_soon(self._ring)

    def _arrange_real(self) -> None:
        at = self._plans[0][0] if self._plans else None
        if self._wake is not None:
            if at is not None and self._wake_at is not None and self._wake_at <= at:
                return  # early enough: most plans are made behind others
            self._wake.cancel()
            self._wake = None
        if at is not None:
            wait = (at - self.now()).total_seconds()
            self._wake = asyncio.get_running_loop().call_later(max(0.0, wait), self._ring)
            self._wake_at = at

    def _ring(self) -> None:
        self._wake = None
        self._drop_cancelled()
        try:
            if self.kind == "real":
                self._run_due()
            elif self._plans and self._work == 0:
                self._now = max(self._now, self._plans[0][0])
                self._run_next()
        finally:  # one thing that goes wrong must not stop the clock for the others
            self._arrange()

    def _run_due(self) -> None:
        now = self.now()
        if not self._plans:
            return
        late = max(0.0, (now - self._plans[0][0]).total_seconds())
        for _ in range(AT_ONCE + int(late * WHEN_LATE)):
            if not self._plans or self._plans[0][0] > now:
                return
            self._run_next()
