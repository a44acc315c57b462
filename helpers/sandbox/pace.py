"""The seam between requests and the clock: when time may jump, and when a reply may go.

* On a hurried clock time must not jump while a reply is being made, or a script could miss what
  its own request set off. Who only reads sets nothing off: many who look would stop the clock.
* On a manual clock a reply goes when what the request set off has run, so that a script which
  reads after it writes sees the outcome. A web site that asks while it is being asked is
  answered at once, or both would wait for each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from helpers.sandbox.engine import Engine

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Pace:
    """ASGI middleware around the whole app."""

    def __init__(self, app: Callable[..., Awaitable[None]], engine: Engine) -> None:
        self.app = app
        self.engine = engine

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        clock, asking = self.engine.clock, self.engine.webhooks.asking
        if scope["type"] != "http" or scope["path"] in ("/_sandbox/events", "/_sandbox/clock"):
            await self.app(scope, receive, send)
        elif clock.kind == "hurried" and scope["method"] not in ("GET", "HEAD"):
            with clock.work():
                await self.app(scope, receive, send)
        elif clock.kind == "manual" and scope["method"] != "GET" and not asking:

            async def settled(message: Message) -> None:
                if message["type"] == "http.response.start" and not clock.turning:
                    await clock.settled()
                await send(message)

            await self.app(scope, receive, settled)
        else:
            await self.app(scope, receive, send)
