"""A WebSocket to a program of the reader's, and how a call's clock gets on with it.

A program answers in its own, real time, and nobody can know when it is done with a message. On a
clock that is not the wall's, time therefore stands still after each message of ours until the
program has had its turn: until it has answered a ping sent after the message and has been silent
for a moment, or, where an answer is expected, until that has come; and never longer than a bound.
An open WebSocket that nobody uses is no work: the clock goes on.

Everything is bounded: the size of a message, how many of ours may wait, how many of theirs may
make no sense.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp

from helpers.sandbox.web.webhooks import CLOSING, NoSocket

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

GRACE = 1.0  # real seconds a clock stands still for a program that answers nothing, once
IMPATIENT = 0.02  # and from then on, until it has had its turn in time again
QUIET = 0.01  # real seconds without a message after which a program has had its turn
MOST_WAITING = 5_000  # messages of ours that a program has not taken yet
MOST_NONSENSE = 100  # messages of theirs that make no sense
NORMAL = (1000, 1001)  # closing codes of a WebSocket that just ends
# How aiohttp says that a connection is no more.
LOST = (ConnectionError, aiohttp.ClientError, RuntimeError)


class Ending(NamedTuple):
    """How a WebSocket ended: by *whom* ("us", "them"), the closing code, and why in a sentence."""

    whom: str
    code: int
    text: str


class Socket:
    """One open WebSocket of a call.

    *heard* is called with each message that is a JSON object, *nonsense* with a sentence for each
    that is not, *ended* once, when the other side has closed it or it is lost. None of them is
    called after `close`.
    """

    def __init__(
        self,
        live: LiveCall,
        socket: aiohttp.ClientWebSocketResponse,
        *,
        heard: Callable[[dict[str, Any]], None],
        nonsense: Callable[[str], None],
        ended: Callable[[Ending], None],
    ) -> None:
        self.live = live
        self.ending: Ending | None = None
        self._socket = socket
        self._heard, self._nonsense, self._ended = heard, nonsense, ended
        self._bad = 0
        self._waiting: deque[str] = deque()
        self._more = asyncio.Event()  # something is to be sent
        self._sent = asyncio.Event()  # nothing is
        self._sent.set()
        self._stirred = asyncio.Event()  # a message came
        self._pong = asyncio.Event()
        self._answer: asyncio.Event | None = None  # an answer is expected, and has not come
        self._unsettled = False
        self._grace = GRACE
        self._settling: asyncio.Task[None] | None = None
        account = live.call.account_sid
        self._tasks = [
            live.engine.aside(account, self._read()),
            live.engine.aside(account, self._write()),
        ]

    # -- sending ---------------------------------------------------------------------------

    def send(self, message: dict[str, Any]) -> None:
        """Send a message as JSON, in its turn; a clock that is not real lets the program react."""
        if self.ending is not None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._over(Ending("them", 1006, f"it has not taken {MOST_WAITING} messages of ours"))
            self._abandon()
            return
        self._waiting.append(json.dumps(message))
        self._sent.clear()
        self._more.set()
        self._settle()

    def expect(self) -> None:
        """Hold such a clock until the program has answered, or has had the time of a web site."""
        self._answer = asyncio.Event()
        self._settle()

    def answered(self) -> None:
        """The answer is there."""
        if self._answer is not None:
            self._answer.set()
            self._answer = None

    async def close(self) -> None:
        """End it from our side, when what was to be sent is sent; within moments."""
        if self.ending is None:
            self.ending = Ending("us", 1000, "the call has closed it")
            with suppress(TimeoutError):  # a program that does not read needs no farewell
                async with asyncio.timeout(GRACE):
                    await self._sent.wait()
        self._abandon()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _abandon(self) -> None:
        self.answered()
        self._stirred.set()
        self._pong.set()
        for task in self._tasks:
            task.cancel()

    # -- the two directions ------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                try:
                    await self._socket.send_str(self._waiting[0])
                except LOST:
                    self._waiting.clear()  # reading tells how it ended
                else:
                    self._waiting.popleft()
            self._sent.set()

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                self._stirred.set()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
                elif message.type is aiohttp.WSMsgType.BINARY:
                    self.puzzled("it sent bytes where JSON text is expected")
                elif message.type is aiohttp.WSMsgType.PONG:
                    self._pong.set()
                elif message.type is aiohttp.WSMsgType.PING:
                    await self._socket.pong(message.data)
                else:
                    self._over(self._how(message))
                    return
                # Messages that are there already would come without a pause: others live too.
                await asyncio.sleep(0)
        except LOST as problem:
            self._over(Ending("them", 1006, f"the connection was lost ({type(problem).__name__})"))
        except Exception as problem:
            self.live.engine.failure(problem)
            self._over(Ending("them", 1006, "the sandbox itself went wrong"))
        finally:
            if self.ending is None:  # all that belongs to the account is dropped
                self.ending = Ending("us", 1001, "the sandbox has closed it")
                self._sent.set()
                self._pong.set()
            await self._hang_up()

    async def _hang_up(self) -> None:
        """Let go of the connection: politely, or, if that takes too long, at once."""
        with suppress(TimeoutError, *LOST):  # it is gone either way
            async with asyncio.timeout(CLOSING):
                await self._socket.close()

    def _take(self, text: str) -> None:
        if self.ending is not None:
            return
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if isinstance(message, dict):
            self._heard(message)
        else:
            shown = " ".join(text[:80].split())
            self.puzzled(f"it sent something that is no JSON object: {shown}")

    def puzzled(self, text: str) -> None:
        """A message made no sense: tell, and end it all when there are too many of them."""
        self._bad += 1
        if self.ending is None:
            self._nonsense(text)
        if self._bad >= MOST_NONSENSE:
            self._over(Ending("them", 1007, f"it sent {MOST_NONSENSE} messages without sense"))
            self._abandon()

    def _how(self, message: aiohttp.WSMessage) -> Ending:
        if message.type is aiohttp.WSMsgType.ERROR:
            return Ending("them", 1002, f"it broke the rules of a WebSocket: {message.data}")
        code = self._socket.close_code or 1006
        if code == 1006:
            return Ending("them", code, "the connection was lost")
        return Ending("them", code, f"it closed the WebSocket with code {code}")

    def _over(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self.answered()
            self._sent.set()
            self._pong.set()
            self._ended(ending)

    # -- the clock ---------------------------------------------------------------------------

    def _settle(self) -> None:
        self._unsettled = True
        if self.live.clock.kind != "real" and self._settling is None and self.ending is None:
            self._settling = self.live.engine.background(
                self.live.call.account_sid, self._until_quiet()
            )

    async def _until_quiet(self) -> None:
        """Hold the clock until the program has had its turn."""
        webhooks = self.live.engine.webhooks
        webhooks.asking += 1  # what the program asks the sandbox meanwhile is answered at once
        try:
            while self._unsettled and self.ending is None:
                self._unsettled = False
                await self._its_turn(webhooks.timeout)
        finally:
            webhooks.asking -= 1
            self._settling = None

    async def _its_turn(self, patience: float) -> None:
        try:
            async with asyncio.timeout(self._grace):
                await self._sent.wait()
                self._pong.clear()
                await self._socket.ping()
                await self._pong.wait()
            answer = self._answer
            if answer is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience):
                        await answer.wait()
                if self._answer is answer:
                    self._answer = None
            async with asyncio.timeout(self._grace):
                await self._silence()
        except TimeoutError:
            self._grace = IMPATIENT  # it reads nothing, or talks without end
        except LOST:
            return
        else:
            self._grace = GRACE

    async def _silence(self) -> None:
        """Return when no message has come for a moment."""
        while True:
            self._stirred.clear()
            try:
                async with asyncio.timeout(QUIET):
                    await self._stirred.wait()
            except TimeoutError:
                return


async def open_socket(
    live: LiveCall, url: str, parameters: Sequence[tuple[str, str]]
) -> aiohttp.ClientWebSocketResponse:
    """Open a WebSocket for a call, and write that into the log. Raises `NoSocket`."""
    status, error, began = 101, None, live.clock.now()
    headers: dict[str, str] = {}
    try:
        with live.clock.work():
            return await live.engine.webhooks.open_socket(
                url, token=live.account.auth_token, sent=headers
            )
    except NoSocket as problem:
        status, error = problem.status, problem.text
        raise
    finally:
        data = {
            "method": "GET",
            "url": url,
            "purpose": "socket",
            "headers": headers,
            "parameters": dict(parameters),
            "status": status,
            "body": "",
            "error": error,
            "content_type": "",
            "milliseconds": round((live.clock.now() - began).total_seconds() * 1000),
        }
        live.engine.event(live.call.account_sid, "webhook", data, call_sid=live.call.sid)
