"""The short way from the socket to the API and back, for the requests that come by the thousand.

uvicorn makes a task of each request, lets it ask for its body, and checks and writes its headers
one by one: about half of what a small request costs. Most requests of the API need none of it.
They come whole in one piece, and their answer is there as soon as they have been read, or as soon
as the store has committed what they changed. Those are answered here, on the spot.

Everything else goes uvicorn's usual way, through the same ASGI app: control, bodies in pieces,
requests in a pipeline, HTTP/1.0, ``Expect: 100-continue``, a client that does not read its answers,
and clocks that wait for requests (`pace`). What is answered is the same on both ways, for both ask
`Api.reply`. A uvicorn that had no `_start_asgi_task` any more would take its usual way always.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from functools import lru_cache, partial
from http import HTTPStatus
from types import coroutine
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from helpers.sandbox.app import Api
from helpers.sandbox.exchange import Message, Reply, Request, lines

_STATUS_LINES = {
    int(s): f"HTTP/1.1 {int(s)} {s.phrase}\r\n".encode() for s in HTTPStatus if s >= HTTPStatus.OK
}


_CLOSE = b"connection: close\r\n"  # the server is about to end
_lines = lru_cache(maxsize=16)(lines)


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with the short way. See the module."""

    #: The API of the sandbox that is served.
    api: Api

    _direct: RequestResponseCycle | None = None  # the request that is read, if it may go this way

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # Called when the headers are read, or when a request of a pipeline has its turn.
        if (
            app is self.app
            and cycle.more_body
            and cycle.keep_alive
            and not cycle.waiting_for_100_continue
            and not self.flow.write_paused
            and self.api.takes(cycle.scope["path"])
            and self.api.engine.clock.kind == "real"
        ):
            self._direct = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle, self._direct = self._direct, None
        if cycle is not None:  # it has not come whole
            super()._start_asgi_task(cycle, self.app)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        cycle, self._direct = self._direct, None
        if cycle is not None:
            self._answer(cycle)

    def _answer(self, cycle: RequestResponseCycle) -> None:
        scope = cast(Message, cycle.scope)
        answer = self.api.reply(Request(scope, _given(bytes(cycle.body))))
        try:
            awaited = answer.send(None)
        except StopIteration as done:
            self._write_committed(cycle, done.value)
        else:  # a recording's sound, or a request that is made to last: a task after all
            task = self.loop.create_task(self._answer_later(cycle, _rest(answer, awaited)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer_later(
        self, cycle: RequestResponseCycle, answer: Coroutine[Any, Any, Reply]
    ) -> None:
        self._write_committed(cycle, await answer)

    def _write_committed(self, cycle: RequestResponseCycle, reply: Reply) -> None:
        """Write *reply* once nothing is left that is not in the file."""
        store = self.api.engine.store
        if store.changed:
            store.when_committed(partial(self._committed, cycle, reply))
        else:
            self._write(cycle, reply)

    def _committed(
        self, cycle: RequestResponseCycle, reply: Reply, problem: BaseException | None
    ) -> None:
        if problem is not None:
            reply = self.api.mistake(cycle.scope["raw_path"].decode("latin-1"), problem)
        self._write(cycle, reply)

    def _write(self, cycle: RequestResponseCycle, reply: Reply) -> None:
        """Write the whole of *reply* at once, and go on to the next request."""
        cycle.response_started = cycle.response_complete = True
        if cycle.disconnected or self.transport.is_closing():
            return
        self.transport.write(
            b"%b%b%b%b%b\r\n%b"
            % (
                _STATUS_LINES[reply.status],
                _lines(tuple(cycle.default_headers)),  # a date and a name, the same for a second
                lines(reply.own()),
                reply.common.lines,
                b"" if cycle.keep_alive else _CLOSE,
                reply.body if cycle.scope["method"] != "HEAD" else b"",
            )
        )
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()


def protocol(api: Api) -> type[HttpToolsProtocol]:
    """The protocol class for a server of *api*, as uvicorn's setting ``http`` takes it."""
    return type("DirectProtocol", (DirectProtocol,), {"api": api})


def _given(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@coroutine
def _rest(
    answer: Coroutine[Any, Any, Reply], awaited: Any
) -> Generator[Any, Any, Reply]:  # what a coroutine does after what it *awaited* first
    while True:
        try:
            sent = yield awaited
        except BaseException as problem:
            step = partial(answer.throw, problem)
        else:
            step = partial(answer.send, sent)
        try:
            awaited = step()
        except StopIteration as done:
            reply: Reply = done.value
            return reply
