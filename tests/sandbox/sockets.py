"""A program with a WebSocket for tests, on a loopback port, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

Script = Callable[["Talk", dict[str, Any]], Awaitable[None]]


class Talk:
    """One WebSocket that was opened: what came over it, and what may be sent back."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.path = request.path_qs
        self.headers = dict(request.headers)
        self.socket = socket
        self.got: list[dict[str, Any]] = []  # oldest first
        self.closed: int | None = None  # the code it was closed with
        self.pong = asyncio.Event()

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one kind."""
        return [m for m in self.got if kind in (m.get("event"), m.get("type"))]


class Program:
    """Answers each message as *script* says; *handler* replaces everything for odd servers."""

    def __init__(self, script: Script | None = None, handler: Any = None) -> None:
        self.script = script
        self.handler = handler
        self.talks: list[Talk] = []
        self.stop = threading.Event()
        self._ready = threading.Event()
        self._ended = threading.Semaphore(0)

    def __enter__(self) -> Program:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *problem: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    @property
    def talk(self) -> Talk:
        """The newest."""
        return self.talks[-1]

    def ended(self) -> Talk:
        """Wait until a WebSocket is closed; returns the newest talk."""
        assert self._ended.acquire(timeout=10)
        return self.talk

    def say(self, **message: Any) -> None:
        """Send a message of its own accord, and return when the sandbox has taken it."""
        asyncio.run_coroutine_threadsafe(self._say(message), self._loop).result(10)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.talk.send(**message)
        self.talk.pong.clear()
        await self.talk.socket.ping()  # answered in its turn
        await self.talk.pong.wait()

    def close(self) -> None:
        """Close the WebSocket of its own accord."""
        asyncio.run_coroutine_threadsafe(self.talk.socket.close(), self._loop).result(10)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_get("/{path:.*}", self.handler or self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.http = f"http://127.0.0.1:{port}"
        self.url = f"ws://127.0.0.1:{port}"
        self._ready.set()
        await self._over.wait()
        for talk in self.talks:
            await talk.socket.close()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.1, autoping=False)
        await socket.prepare(request)
        talk = Talk(request, socket)
        self.talks.append(talk)
        try:
            async for message in socket:
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.PONG:
                    talk.pong.set()
                elif message.type is WSMsgType.TEXT:
                    talk.got.append(json.loads(message.data))
                    if self.script is not None:
                        await self.script(talk, talk.got[-1])
        finally:
            talk.closed = socket.close_code
            talk.pong.set()
            self._ended.release()
        return socket
