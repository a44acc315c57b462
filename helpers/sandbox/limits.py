"""How much an account may ask for: requests a second, requests at once, messages a day.

Nothing is limited unless the sandbox was started with `--rate`, `--concurrency` or
`--daily-messages`. Twilio publishes no figures; what it answers beyond them is documented: 429 with
20429 for too many requests (https://www.twilio.com/docs/api/errors/20429), 429 with 63038 for too
many messages. A request that was refused so has done nothing, and may be repeated.

There is no ``Retry-After`` beside it: Twilio documents none for this API, and a program that waits
for the header here would wait in vain there. It should wait longer each time, as the page says.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from helpers.errors import Refusal

if TYPE_CHECKING:
    from helpers.sandbox.world import AccountWorld

SECOND = timedelta(seconds=1)
#: Real seconds that a request takes where their number is limited. Ours are over at once, so that
#: two would never meet; Twilio's take about as long as this.
LASTING = 0.08


@dataclass
class Limits:
    """What each account may do; None means as much as it likes.

    *rate* counts requests within a second of the sandbox's clock, *concurrency* requests that are
    being answered, *daily_messages* messages sent on one day (UTC) of the clock.
    """

    rate: int | None = None
    concurrency: int | None = None
    daily_messages: int | None = None
    _recent: dict[str, deque[datetime]] = field(default_factory=dict)
    _running: dict[str, int] = field(default_factory=dict)

    @property
    def unlimited(self) -> bool:
        """Whether requests need not be counted."""
        return self.rate is None and self.concurrency is None

    def request(self, account_sid: str, now: datetime) -> AbstractAsyncContextManager[None]:
        """Count a request, as long as the block lasts. Refusal (20429) if it is one too many."""
        return self._counted(account_sid, now)

    @asynccontextmanager
    async def _counted(self, account_sid: str, now: datetime) -> AsyncIterator[None]:
        running = self._running.get(account_sid, 0)
        if self.concurrency is not None and running >= self.concurrency:
            raise _too_many()
        if self.rate is not None:
            self._count(account_sid, now, self.rate)
        self._running[account_sid] = running + 1
        try:
            if self.concurrency is not None:
                await asyncio.sleep(LASTING)
            yield
        finally:
            self._running[account_sid] -= 1

    def forget(self, account_sid: str) -> None:
        """Begin an account's second anew: it is as it was at the start."""
        self._recent.pop(account_sid, None)

    def _count(self, account_sid: str, now: datetime, rate: int) -> None:
        recent = self._recent.setdefault(account_sid, deque())
        while recent and recent[0] <= now - SECOND:
            recent.popleft()
        if len(recent) >= rate:
            raise _too_many()
        recent.append(now)

    def message(self, world: AccountWorld) -> None:
        """Count a message that an account sends. Refusal (63038) if it is one too many today."""
        most = self.daily_messages
        if most is None:
            return
        today = f"messages {world.now().astimezone(UTC).date()}"
        if world.engine.store.counted(world.account.sid, today) >= most:
            raise Refusal(
                429, 63038, f"Account {world.account.sid} exceeded the {most} daily messages limit"
            )
        world.count(today)


def _too_many() -> Refusal:
    return Refusal(429, 20429, "Too Many Requests")
