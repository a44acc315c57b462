"""Run a web app on a port of this machine, in a thread, for as long as a block lasts.

    with Serving(app) as site:
        requests.get(site.url + "/voice")

The thread matters: a server on the notebook's own event loop could not answer while a cell
waits for a reply.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import importlib
import inspect
import logging
import os
import socket
import threading
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal

import uvicorn

from helpers.errors import SandboxError
from helpers.serving.pages import Pages, arguments

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]

# Seconds: a start that runs an app's own start-up code, and an end that waits for requests.
_START, _STOP = 15, 5
# How often uvicorn writes the date anew and looks for signals, in seconds (it counts in tenths).
_TICK = 0.1


class Serving:
    """A web app being served: *app* is ASGI (Starlette, FastAPI ...), WSGI (Flask ...), or a plain
    function of a request, or several by their paths (`helpers.serving.pages`).

    *port* 0 takes a free one. Start and stop are safe to repeat, and a stopped one can start
    again, on the same port. ``url`` is known once it has started. ``failures`` keeps the last
    exceptions that the app let through, one line each: nothing is printed into cells. With
    *sockets* an ASGI app may take WebSockets, too. *around* puts something around the app, once
    it is ASGI. *http* is uvicorn's setting of that name: its protocol, or a class in its place.
    """

    def __init__(
        self,
        app: Any,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        lifespan: str = "auto",
        sockets: bool = True,
        http: type[asyncio.Protocol] | Literal["httptools"] = "httptools",
        around: Callable[[AsgiApp], AsgiApp] | None = None,
    ) -> None:
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
            raise SandboxError(
                f"{port!r} is no port.", next_step="A port is 0 (any free one) to 65535."
            )
        self._app = app
        self.host = host
        self.port = port
        self.failures: deque[str] = deque(maxlen=20)
        self._lifespan = lifespan
        self._sockets = sockets
        self._http = http
        self._around = around
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._release: Callable[[], None] | None = None
        self._crash: BaseException | None = None

    @property
    def running(self) -> bool:
        """Whether it answers requests now."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> Serving:
        """Serve; SandboxError if the port is taken or the app does not start."""
        if self.running:
            return self
        app, self._release = as_asgi(self._app)
        if self._around is not None:
            app = self._around(app)
        try:
            listener = _listen(self.host, self.port)
        except BaseException:
            self._let_go()
            raise
        config = uvicorn.Config(
            _Watcher(app, self.failures),
            log_config=None,  # else its lines would land in the outputs of cells
            log_level=logging.CRITICAL,
            access_log=False,
            http=self._http,
            ws="websockets-sansio" if self._sockets else "none",
            lifespan=self._lifespan,  # type: ignore[arg-type]
            timeout_graceful_shutdown=2,
            # Longer than clients keep an idle connection: who closes first must not be the server,
            # or a request may be on its way when it does.
            timeout_keep_alive=75,
        )
        port = listener.getsockname()[1]
        self._crash = None
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._run, args=(self._server, listener), name="serving", daemon=True
        )
        self._thread.start()
        ready = self._server.decided.wait(_START)
        if not self._server.started:
            self._server.end()
            cause = str(self._crash or "") or next(iter(self.failures), "")
            self.stop()
            raise SandboxError(
                "The web app did not start."
                if ready
                else f"The web app was not ready within {_START} seconds.",
                why=cause,
                next_step="Look at what the app does before it takes requests (its lifespan).",
            )
        # From now on the port is ours, so that starting again means the same address.
        self.port = port
        return self

    def stop(self) -> None:
        """End it, giving requests under way two seconds."""
        if self._server is not None:
            self._server.end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP)
        self._server = self._thread = None
        self._let_go()

    def __enter__(self) -> Serving:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Serving {self.url}>" if self.running else "<Serving stopped>"

    def _run(self, server: _Server, listener: socket.socket) -> None:
        try:
            server.run(sockets=[listener])
        except BaseException as problem:  # SystemExit is how uvicorn tells of a failed start
            if not isinstance(problem, SystemExit):
                self._crash = problem
                self.failures.append(_line(problem, "start"))
        finally:
            listener.close()
            server.decided.set()

    def _let_go(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is known whether it has started, and ends at once.

    By itself it looks ten times a second whether it is to end, and then waits for another tenth.
    Every check of an exercise starts and ends two servers or more.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends = asyncio.Event()

    def end(self) -> None:
        """Have it end; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has ended
                self._loop.call_soon_threadsafe(self._ends.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.decided.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self.server_state.tasks:
            for server in self.servers:
                server.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(0)  # who has got all of an answer is gone after this
        if self.server_state.tasks or self.server_state.connections:
            await super().shutdown(sockets)
        elif not self.force_exit:
            await self.lifespan.shutdown()


class _Watcher:
    """Passes requests on and remembers what went wrong, instead of uvicorn printing it."""

    def __init__(self, app: AsgiApp, failures: deque[str]) -> None:
        self._app = app
        self._failures = failures

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, self._noting(send))
            return
        begun = ended = False

        async def watch(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as problem:
            self._failures.append(_line(problem, f"{scope['method']} {scope['path']}"))
            if not begun:
                await _apologise(send)
            elif not ended:
                raise  # only breaking the connection tells the client that half is missing

    async def _talk(self, scope: Message, receive: Receive, send: Send) -> None:
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as problem:
            self._failures.append(_line(problem, f"WebSocket {scope['path']}"))
            # Before it was accepted this refuses it; after, 1011 says that the server failed.
            await send({"type": "websocket.close", **({"code": 1011} if begun else {})})

    def _noting(self, send: Send) -> Send:
        async def note(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                last = message.get("message", "").strip().splitlines()
                self._failures.append(last[-1] if last else "its start-up failed")
            await send(message)

        return note


async def _apologise(send: Send) -> None:
    words = b"This web site's own code failed. See the site's list of failures."
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(words)).encode()),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _line(problem: BaseException, where: str) -> str:
    """Return one line: where, what, and the innermost line, of a cell if one is in it."""
    frames = traceback.extract_tb(problem.__traceback__)
    place = ""
    if frames:
        # A notebook's cell is a file with a number for its name, which tells nobody anything.
        cells = [frame for frame in frames if "ipykernel" in frame.filename]
        frame = (cells or frames)[-1]
        name = "its cell" if cells else os.path.basename(frame.filename)
        place = f" ({name}, line {frame.lineno})"
    return f"{where}: {type(problem).__name__}: {problem}{place}"


def _listen(host: str, port: int) -> socket.socket:
    """Return a bound socket.

    Binding it here, not in uvicorn, tells the port before the server runs. IPPROTO_TCP must be
    named: asyncio switches Nagle's algorithm off only for sockets that say they are TCP, and with
    it on every reply on a kept connection waits 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option lets two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, UnicodeError) as problem:
        listener.close()
        raise _no_port(host, port, problem) from None
    return listener


def _no_port(host: str, port: int, problem: OSError | UnicodeError) -> SandboxError:
    number = getattr(problem, "errno", None)
    if number == errno.EADDRINUSE:
        return SandboxError(
            f"Port {port} on {host} is taken by another program.",
            next_step="End that program, or use port 0, which finds a free one.",
        )
    if number in (errno.EACCES, errno.EPERM):
        return SandboxError(
            f"This user may not listen on port {port}.",
            why="Ports below 1024 are for the system.",
            next_step="Use port 0, which finds a free one.",
        )
    return SandboxError(
        f"Cannot listen on {host} port {port}: {getattr(problem, 'strerror', None) or problem}.",
        next_step="Use 127.0.0.1, this machine's own address.",
    )


def as_asgi(app: Any) -> tuple[AsgiApp, Callable[[], None] | None]:
    """Return *app* as ASGI, and what to call when it is served no more.

    SandboxError for what is no web app, and for a WSGI app where a2wsgi is missing.
    """
    if isinstance(app, Mapping):
        return Pages(app), None
    if not callable(app):
        raise SandboxError(
            f"A {type(app).__name__} is no web app: it cannot be called.",
            next_step="Pass the app object itself, such as Starlette(...) or Flask(__name__).",
        )
    # A page takes a request, or nothing; WSGI environ and start_response; ASGI scope, receive, send
    # (or, before version 3, scope alone: nobody writes such today).
    taken = arguments(app)
    if taken is not None and taken < 2 and not isinstance(app, type):
        return Pages(app), None
    if taken is None or taken > 2 or _is_async(app):
        return app, None
    try:
        a2wsgi = importlib.import_module("a2wsgi")
    except ModuleNotFoundError:
        raise SandboxError(
            f"{type(app).__name__} is a WSGI app (Flask and Django make such), which needs one"
            " more package.",
            next_step="pip install a2wsgi, or write the app with Starlette.",
        ) from None
    bridge = a2wsgi.WSGIMiddleware(app)
    return bridge, functools.partial(bridge.executor.shutdown, wait=False)


def _is_async(app: Any) -> bool:
    target = app
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.iscoroutinefunction(target):
        return True
    return inspect.iscoroutinefunction(getattr(target, "__call__", None))  # noqa: B004 - no test
