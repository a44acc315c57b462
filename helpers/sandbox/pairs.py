"""What is remembered of two numbers that text each other: cookies, and how fast replies follow.

Sources: Twilio's pages on cookies (four hours) and error page 14107 (replies in a loop). It is kept
in memory, as long as the sandbox runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpers.sandbox.web.cookies import Cookies

COOKIES_LAST = timedelta(hours=4)  # from message to message
MOST_REPLIES = 15  # each soon after the one before
SOON = timedelta(seconds=30)
PAUSE = timedelta(seconds=30)  # during which further replies fail
MOST_PAIRS = 10_000  # the oldest are forgotten


@dataclass
class Pair:
    """One of our numbers and whom it texts with."""

    cookies: Cookies
    seen: datetime
    replies: int = 0
    replied: datetime | None = None
    barred: datetime | None = None  # until when replies fail

    def may_reply(self, now: datetime) -> bool:
        """Count one more reply; whether it may be sent or is one too many."""
        if self.barred is not None:
            if now < self.barred:
                return False
            self.barred, self.replied = None, None
        soon = self.replied is not None and now - self.replied < SOON
        self.replies = self.replies + 1 if soon else 1
        self.replied = now
        if self.replies > MOST_REPLIES:
            self.barred = now + PAUSE
        return self.barred is None


class Pairs:
    """The pairs of every account."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str, str], Pair] = {}

    def of(self, account_sid: str, us: str, them: str, now: Callable[[], datetime]) -> Pair:
        """What is known of two numbers; *now* is the clock."""
        key = account_sid, us, them
        pair = self._pairs.pop(key, None) or Pair(Cookies(now), now())
        if now() - pair.seen >= COOKIES_LAST:
            pair.cookies = Cookies(now)
        pair.seen = now()
        self._pairs[key] = pair  # the newest stands last
        if len(self._pairs) > MOST_PAIRS:
            del self._pairs[next(iter(self._pairs))]
        return pair

    def forget(self, account_sid: str | None) -> None:
        """Forget those of one account, or all."""
        self._pairs = {
            key: pair for key, pair in self._pairs.items() if account_sid not in (None, key[0])
        }
