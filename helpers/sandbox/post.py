"""The post: plain texts on their way, which go it together.

Most texts wait for nobody on their way to a handset, only for the clock: no pictures to fetch, no
web site to tell, no service to choose a sender. They need no task of their own, which would cost
more than all the rest. On the wall's clock those that leave at about the same time are one batch:
the clock has one thing to remember instead of dozens, and the file gets their changes in one piece.
On the other clocks, where the order of things is exact, every text is a batch for itself.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from helpers.clock import Planned
from helpers.resources.message import Message
from helpers.sandbox.live_message import HOPS, Outbound

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine

#: What a plain text is found as, at first or after a restart.
PLAIN = ("queued", "sending", "sent")
#: How many texts a batch holds: they go on in one piece, in which nobody is answered.
MOST = 32
#: Real seconds that a batch waits for more; less than what the wall's clock may be late.
OPEN = 0.05


def is_plain(message: Message) -> bool:
    """Whether a text waits for nobody on its way."""
    return message.status in PLAIN and not (message.media_url or message.status_callback)


class PlainText(Outbound):
    """One of them."""

    task = None  # it has none of its own
    batch: Batch

    def forget(self) -> None:
        """Drop it without a word."""
        super().forget()
        self.batch.lose(self)


class Batch:
    """Texts of one status, which become the next one together."""

    __slots__ = ("status", "texts", "closes", "planned")

    def __init__(self, status: str) -> None:
        self.status = status
        self.texts: list[PlainText] = []
        self.closes = 0.0
        self.planned: Planned | asyncio.Handle | None = None

    def lose(self, text: PlainText) -> None:
        """Take one out; nobody waits for a batch that is empty."""
        self.texts.remove(text)
        if not self.texts and self.planned is not None:
            self.planned.cancel()


class Post:
    """Takes plain texts to their handsets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: dict[str, Batch] = {}  # the batches that take more texts, by their status

    def take(self, message: Message) -> None:
        """Set out, as soon as whoever sends it has their answer."""
        self._into_a_batch(PlainText(self._engine, message))

    def _into_a_batch(self, text: PlainText) -> None:
        batch = self._open.get(text.message.status)
        if batch is None or len(batch.texts) >= MOST or batch.closes < time.monotonic():
            batch = self._new_batch(text.message.status)
        batch.texts.append(text)
        text.batch = batch

    def _new_batch(self, status: str) -> Batch:
        batch, clock = Batch(status), self._engine.clock
        seconds = HOPS[status][1]
        go_on = partial(self._go_on, batch)
        if clock.kind != "real":
            batch.planned = clock.plan(seconds, go_on)
            return batch  # full
        self._open[status] = batch
        batch.closes = time.monotonic() + OPEN
        if seconds:
            batch.planned = clock.plan(seconds + OPEN, go_on)
        else:  # on the wall's clock now is now
            batch.planned = asyncio.get_running_loop().call_soon(go_on)
        return batch

    def _go_on(self, batch: Batch) -> None:
        if self._open.get(batch.status) is batch:
            del self._open[batch.status]
        status, _ = HOPS[batch.status]
        texts, batch.texts = batch.texts, []
        now = self._engine.clock.now()
        for text in texts:
            try:
                text.advance(status, now)
            except Exception as problem:
                text.failed(problem)  # and stays where it is
            else:
                if text.message.status in HOPS:
                    self._into_a_batch(text)
                    continue
            self._engine.messages.pop(text.message.sid, None)
