"""A server that stays while apps come and go: what makes a sandbox for each test cheap.

A thread with a server takes 5 ms to start and 200 ms to end; to put another app into one that runs
takes neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, MutableMapping
from contextlib import suppress
from typing import Any, TypeVar

from helpers.errors import SandboxError
from helpers.serving import AsgiApp, Serving

Message = MutableMapping[str, Any]
T = TypeVar("T")

PATIENCE = 30  # real seconds in which an app starts or ends, or a web site answers
OVER = b"The test that this belonged to is over."


class Stage:
    """One address on this machine; `put` says which app answers there, `take` that none does."""

    def __init__(self) -> None:
        self._app: AsgiApp | None = None
        self._life: _Life | None = None
        self._serving = Serving(self.answer, lifespan="on")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving.start()
        self.failures = self._serving.failures

    @property
    def url(self) -> str:
        """The address, the same for every app."""
        return self._serving.url

    def put(self, app: AsgiApp) -> None:
        """Start *app* and have it answer; SandboxError if it does not start."""
        self.failures.clear()
        life = _Life(app)
        self.run(life.start())
        self._life, self._app = life, app

    def take(self) -> None:
        """End the app that answers; safe to repeat."""
        life, self._life, self._app = self._life, None, None
        if life is not None:
            self.run(life.end())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's own loop, and wait for what it returns."""
        assert self._loop is not None, "a server that has started has a loop"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def from_elsewhere(self, app: AsgiApp) -> AsgiApp:
        """*app* as another loop can ask it: it runs on this server's loop, where it may block."""

        async def ask(scope: Message, receive: Any, send: Any) -> None:
            here, there = asyncio.get_running_loop(), self._loop
            assert there is not None

            def bring(act: Callable[..., Any]) -> Callable[..., Any]:
                async def across(*given: Any) -> Any:
                    done = asyncio.run_coroutine_threadsafe(act(*given), here)
                    return await asyncio.wrap_future(done)

                return across

            work = app(scope, bring(receive), bring(send))
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_awaited(work), there))

        return ask

    def close(self) -> None:
        """End the app and the server."""
        self.take()
        self._serving.stop()

    async def answer(self, scope: Message, receive: Any, send: Any) -> None:
        """The ASGI app that the server runs: whichever was put here."""
        if scope["type"] == "lifespan":
            self._loop = asyncio.get_running_loop()
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        app, life = self._app, self._life
        if app is not None and life is not None:
            await app({**scope, "state": dict(life.state)}, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(OVER))]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": OVER})


async def _awaited(work: Any) -> None:
    await work


class _Life:
    """The start and the end of one ASGI app: its lifespan, which a server would run."""

    def __init__(self, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self._task = asyncio.ensure_future(_awaited(self._app(scope, self._told.get, self._say)))
        said = await self._tell("lifespan.startup")
        if said is not None and said["type"] == "lifespan.startup.failed":
            last = str(said.get("message", "")).strip().splitlines()
            raise SandboxError(
                "The web app did not start.",
                why=last[-1] if last else "",
                next_step="Look at what the app does before it takes requests (its lifespan).",
            )

    async def end(self) -> None:
        await self._tell("lifespan.shutdown")
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([self._task])
        self._task = None

    async def _say(self, message: Message) -> None:
        await self._said.put(message)

    async def _tell(self, kind: str) -> Message | None:
        """Say something to the app; its answer, or None from an app that has no lifespan."""
        if self._task is None or self._task.done():
            return None
        await self._told.put({"type": kind})
        answer = asyncio.ensure_future(self._said.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        # What an app raises at a lifespan it does not know means no more than that (ASGI's own
        # rule); looked at here, so that nobody complains of an exception never retrieved.
        if not self._task.cancelled():
            self._task.exception()
        return None
