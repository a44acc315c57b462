"""The short way from the socket to the API and back, for the requests that come by the thousand.

uvicorn has each header handed to it alone, makes a task of each request, lets it ask for its body,
sets a timer, and checks and writes its headers one by one: more than half of what a small request
costs. Most requests of the API need none of it. They come whole in one piece, their headers are
those of the one before, and their answer is there as soon as they have been read, or as soon as the
store has committed what they changed. Those are answered here, on the spot.

Everything else goes uvicorn's usual way, through the same ASGI app: control, requests in pieces,
HTTP/1.0, headers that ask for something of the connection (``Expect``, ``Connection:
close`` ...) or are not quite right, a client that does not read its answers, and clocks that wait
for requests (`pace`). What is answered is the same on both ways, for both ask `Api.reply`.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine, Generator
from functools import lru_cache, partial
from http import HTTPStatus
from types import coroutine
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from helpers.sandbox.app import Api
from helpers.sandbox.exchange import Reply, WholeRequest, lines

_STATUS_LINES = {
    int(s): f"HTTP/1.1 {int(s)} {s.phrase}\r\n".encode() for s in HTTPStatus if s >= HTTPStatus.OK
}
_CLOSE = b"connection: close\r\n"  # the server is about to end

# Narrower than HTTP allows: what does not fit is judged by the parser of the usual way.
_LINE = re.compile(
    rb"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (/[!\"$->@-~]*)(?:\?([!\"$-~]*))? HTTP/1\.1"
)
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)")
_LENGTH = re.compile(rb"[0-9]{1,7}")
_FOR_THE_CONNECTION = (
    b"expect",
    b"keep-alive",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)
_LONGEST_HEAD = 2_048  # bytes

_lines = lru_cache(maxsize=16)(lines)


class _Head(NamedTuple):
    """What the headers of a request say: by name in lower case, and how long the body is."""

    headers: dict[bytes, bytes]
    length: int


@lru_cache(maxsize=512)  # a client's requests differ in their length, if at all
def _head(block: bytes) -> _Head | None:
    """Headers as they came, read; None if they are not plain."""
    headers: dict[bytes, bytes] = {}
    for line in block.split(b"\r\n"):
        found = _HEADER.fullmatch(line)
        if found is None:
            return None
        name, value = found[1].lower(), found[2].strip(b" \t")
        if name in headers or name in _FOR_THE_CONNECTION:
            return None
        headers[name] = value
    length = headers.get(b"content-length", b"0")
    if headers.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    return _Head(headers, int(length)) if _LENGTH.fullmatch(length) else None


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with the short way. See the module."""

    #: The API of the sandbox that is served.
    api: Api

    _inside = False  # whether the parser of the usual way is in the middle of a request
    _asked: WholeRequest | None = None  # what is to be answered here
    _held = b""  # what came before that was done
    _ending = False  # whether the connection ends with it
    _answered = 0.0  # when something was answered here last

    def data_received(self, data: bytes) -> None:
        at = 0
        while at < len(data):  # mostly once: few clients ask before they are answered
            if self._asked is not None:
                self._held += data[at:]
                self.flow.pause_reading()
                return
            found = self._plain(data, at)
            if found is None:
                super().data_received(data[at:])
                return
            self._asked, at = found
            self._answer(self._asked)

    def _plain(self, data: bytes, at: int) -> tuple[WholeRequest, int] | None:
        """The request that stands there in *data*, if it may go the short way, and its end."""
        if (
            self._inside
            or self.pipeline
            or (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused
            or self.api.engine.clock.kind != "real"
        ):
            return None
        line_end, head_end = data.find(b"\r\n", at), data.find(b"\r\n\r\n", at)
        if not line_end < head_end < at + _LONGEST_HEAD:
            return None
        line, head = _LINE.fullmatch(data, at, line_end), _head(data[line_end + 2 : head_end])
        if line is None or head is None:
            return None
        method, path, query = line.groups()
        begin = head_end + 4
        end = begin + head.length
        if end > len(data) or not self.api.takes(path.decode()):
            return None
        body = data[begin:end]
        return WholeRequest(method.decode(), path.decode(), query, head.headers, body), end

    def on_message_begin(self) -> None:
        self._inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._inside = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.pipeline:  # uvicorn reads on, thousands of requests for one answer
            self.flow.pause_reading()

    # -- answering -----------------------------------------------------------------------------

    def _answer(self, request: WholeRequest) -> None:
        answer = self.api.reply(request)
        try:
            awaited = answer.send(None)
        except StopIteration as done:
            self._write_committed(done.value)
        else:  # a recording's sound, or a request that is made to last: a task after all
            task = self.loop.create_task(self._answer_later(_rest(answer, awaited)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer_later(self, answer: Coroutine[Any, Any, Reply]) -> None:
        self._write_committed(await answer)

    def _write_committed(self, reply: Reply) -> None:
        """Write *reply* once nothing is left that is not in the file."""
        store = self.api.engine.store
        if store.changed:
            store.when_committed(partial(self._committed, reply))
        else:
            self._write(reply)

    def _committed(self, reply: Reply, problem: BaseException | None) -> None:
        if problem is not None:
            assert self._asked is not None
            reply = self.api.mistake(self._asked.path, problem)
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        """Write the whole of *reply* at once, and go on to the next request."""
        asked, self._asked = self._asked, None
        assert asked is not None
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.transport.write(
            b"%b%b%b%b%b\r\n%b"
            % (
                _STATUS_LINES[reply.status],
                # A date and a name, the same for a second.
                _lines(tuple(self.server_state.default_headers)),
                lines(reply.own()),
                reply.common.lines,
                _CLOSE if self._ending else b"",
                reply.body if asked.method != "HEAD" else b"",
            )
        )
        if self._ending:
            self.transport.close()
            return
        self._answered = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._keep_alive(self.timeout_keep_alive)
        if self._held:
            data, self._held = self._held, b""
            self.flow.resume_reading()
            self.data_received(data)

    # -- the connection's end --------------------------------------------------------------------

    def _keep_alive(self, seconds: float) -> None:
        """Look after so many seconds whether anything came meanwhile.

        A timer for each request would cost more than reading it.
        """
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def timeout_keep_alive_handler(self) -> None:
        left = self._answered + self.timeout_keep_alive - self.loop.time()
        if self._asked is not None:
            left = self.timeout_keep_alive
        if left > 0:
            self._keep_alive(left)
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        if self._asked is not None:
            self._ending = True
        else:
            super().shutdown()


def protocol(api: Api) -> type[HttpToolsProtocol]:
    """The protocol class for a server of *api*, as uvicorn's setting ``http`` takes it."""
    return type("DirectProtocol", (DirectProtocol,), {"api": api})


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
