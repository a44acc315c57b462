"""Things that live on the clock: tasks that wait for time, or for something to happen to them.

An actor is *at work* from the moment it is started until it waits, and again from the moment it
is woken; the clock does not jump while any actor works. That is all it takes for calls, messages
and callbacks to run in the same order on every kind of clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from helpers.clock import Clock

T = TypeVar("T")

NOTICED = 0.01  # seconds; what the wall's clock needs for "at once" is shorter


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that happened to an actor: *kind* names it, *value* says the rest."""

    kind: str
    value: Any = None


class Interrupted(Exception):
    """A signal that ends whatever the actor was doing."""

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal.kind)
        self.signal = signal


def spawn(clock: Clock, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run *work* as a task that the clock waits for."""

    def ended(task: asyncio.Task[None]) -> None:
        # Here and not inside the task: one that is cancelled before its first step runs nothing.
        work.close()
        clock.end_work()

    clock.begin_work()
    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(ended)
    return task


class Actor:
    """One task on the clock. *interrupts* are the kinds of signal that break off every wait."""

    interrupts: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.task: asyncio.Task[None] | None = None
        self._kept: list[Signal] = []
        self._future: asyncio.Future[Signal | None] | None = None
        self._kinds: tuple[str, ...] = ()
        self._resting = False
        self._next: list[Callable[[], None]] = []  # what happens when it rests
        self._rested = 0.0

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run *work* as this actor's task, at work at once."""
        self.task = spawn(self.clock, self._run(work))
        self.task.add_done_callback(lambda _: work.close())
        self.task.add_done_callback(lambda _: self._let_others())

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as problem:
            # A mistake of ours must not leave a call hanging for ever: it fails, and says so.
            self.failed(problem)

    def failed(self, problem: Exception) -> None:
        """The actor's own code went wrong: end what it carries, and leave a trace."""
        raise problem

    def then(self, what: Callable[[], None]) -> None:
        """Do something as soon as this actor waits or has ended, and time still stands still.

        So those whom one event wakes ask their web sites one after the other, in an order that is
        always the same. On the wall's clock nobody waits for another's web site: it is done now.
        """
        if self._resting or self.clock.kind == "real" or self.task is None or self.task.done():
            what()
        else:
            self._next.append(what)

    def _let_others(self) -> None:
        others, self._next = self._next, []
        for what in others:
            what()

    # -- being told ------------------------------------------------------------------------

    def tell(self, kind: str, value: Any = None, *, keep: bool = True) -> None:
        """Let the actor know; kept for a later wait unless *keep* is false."""
        signal = Signal(kind, value)
        if self._future is not None and kind in (*self._kinds, *self.interrupts):
            self._wake(signal)
        elif keep:
            self._kept.append(signal)

    def untold(self, kind: str) -> list[Any]:
        """Take back the signals of a kind that nobody waited for; returns their values."""
        found = [signal for signal in self._kept if signal.kind == kind]
        for signal in found:
            self._kept.remove(signal)
        return [signal.value for signal in found]

    def _wake(self, signal: Signal | None) -> None:
        if self._future is not None and not self._future.done():
            if self._resting:
                self.clock.begin_work()
                self._resting = False
            self._future.set_result(signal)
            self._future = None

    # -- waiting ---------------------------------------------------------------------------

    async def wait(self, seconds: float | None, *kinds: str) -> Signal | None:
        """Wait for a signal of one of *kinds*; None when *seconds* of the clock have passed.

        Raises :class:`Interrupted` for a signal of :attr:`interrupts`.
        """
        signal = self._take(kinds)
        if signal is None:
            future = self._listen(kinds)
            planned, began = None, self.clock.now()
            if seconds is not None:
                planned = self.clock.plan(seconds, lambda: self._wake(None))
            self._resting = True
            self._let_others()
            self.clock.end_work()
            try:
                signal = await future
            except asyncio.CancelledError:
                if self._resting:
                    self._resting = False
                    self.clock.begin_work()
                raise
            finally:
                self._future = None
                if signal is None and seconds is not None:  # it waited to the end
                    rested = seconds
                else:
                    rested = (self.clock.now() - began).total_seconds()
                self._rested += rested if rested >= NOTICED else 0.0
                if planned is not None:
                    planned.cancel()
        if signal is not None and signal.kind in self.interrupts:
            raise Interrupted(signal)
        return signal

    def rested(self) -> float:
        """How many seconds it has waited in all.

        What a web site takes is not among them: on the wall's clock, too, documents that only lead
        to one another come to an end.
        """
        return self._rested

    @contextmanager
    def broken_off_by(self, *kinds: str) -> Iterator[None]:
        """Let signals of these kinds, too, break off every wait while the block runs."""
        before = self.interrupts
        self.interrupts = (*before, *kinds)
        try:
            yield
        finally:
            self.interrupts = before

    def check(self) -> None:
        """Raise :class:`Interrupted` if such a signal came while nobody waited."""
        signal = self._take(())
        if signal is not None:
            raise Interrupted(signal)

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Await real work (a web site); an interrupt breaks it off."""
        try:
            self.check()
        except Interrupted:
            work.close()
            raise
        future = self._listen(())
        task = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, future}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._future = None
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if future.done() and (signal := future.result()) is not None:
            raise Interrupted(signal)
        future.cancel()
        return task.result()

    def _take(self, kinds: tuple[str, ...]) -> Signal | None:
        for signal in self._kept:
            if signal.kind in kinds or signal.kind in self.interrupts:
                self._kept.remove(signal)
                return signal
        return None

    def _listen(self, kinds: tuple[str, ...]) -> asyncio.Future[Signal | None]:
        self._kinds = kinds
        self._future = asyncio.get_running_loop().create_future()
        return self._future
