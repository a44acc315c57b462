"""Plain functions as a web site: each takes a request and returns what is to be answered.

    def voice(request):
        return f"<Response><Say>You pressed {request['Digits']}</Say></Response>"

    Pages(voice)                                    # answers every path
    Pages({"/voice": voice, "/menu": menu})         # each its own, another path is 404

A function may take no argument, and may be ``async``. What it may return:

* TwiML: a ``VoiceResponse`` or ``MessagingResponse`` (ours or the official one), or text that
  begins with ``<``: sent as ``text/xml``;
* other text (``text/plain``), a dict or a list (JSON), or None (204: nothing to say);
* two or three of these together: ``(text, status)`` or ``(text, status, headers)``.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from helpers.errors import SandboxError
from helpers.serving.request import WebRequest, current, of_scope

MOST = 1_000_000  # bytes of a request; Twilio's own are a few thousand

Function = Callable[..., Any]
Answer = tuple[int, dict[str, str], bytes]


class Pages:
    """An ASGI app of plain functions, its *functions*: one for every path, or one for each."""

    def __init__(self, functions: Function | Mapping[str, Function]) -> None:
        if isinstance(functions, Mapping):
            wrong = [path for path in functions if not str(path).startswith("/")]
            if wrong:
                raise SandboxError(
                    f"{wrong[0]!r} is no path of a web site.", next_step="A path begins with /."
                )
        self.functions = functions

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        body = await read(receive, MOST)
        if body is None:
            status, headers, words = written((f"More than {MOST} bytes are too many.", 413))
        else:
            status, headers, words = await self._answer(of_scope(scope, body))
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in headers.items()
                ],
            }
        )
        await send({"type": "http.response.body", "body": words})

    async def _answer(self, request: WebRequest) -> Answer:
        function = self.functions
        if isinstance(function, Mapping):
            if request.path not in function:
                return written((f"There is no page {request.path} here.", 404))
            function = function[request.path]
        call = functools.partial(function, *([request] if arguments(function) else []))
        token = current.set(request)
        try:
            # In a thread, since it may well ask the sandbox for something and wait.
            returned = await asyncio.to_thread(call)
            if inspect.isawaitable(returned):
                returned = await returned
        finally:
            current.reset(token)
        return written(returned)


def arguments(function: Function) -> int | None:
    """How many arguments must be given to *function* by their place; None if it takes any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len([p for p in plain if p.default is p.empty])


def written(returned: Any) -> Answer:
    """Status, headers and body of what a function returned; TypeError for what is no answer."""
    status, headers = 0, {}
    if isinstance(returned, tuple):
        if not 2 <= len(returned) <= 3 or not isinstance(returned[1], int):
            raise TypeError("a page returns (text, status) or (text, status, headers)")
        status, headers = returned[1], dict(returned[2]) if len(returned) == 3 else {}
        returned = returned[0]
    if returned is None:
        return status or 204, headers, b""
    if hasattr(returned, "to_xml"):  # ours and the official builder's
        kind, text = "text/xml", str(returned)
    elif isinstance(returned, str):
        kind, text = "text/xml" if returned.lstrip().startswith("<") else "text/plain", returned
    elif isinstance(returned, dict | list):
        kind, text = "application/json", json.dumps(returned)
    else:
        raise TypeError(
            f"a page returned a {type(returned).__name__}; it returns TwiML, text, a dict or None"
        )
    body = text.encode()
    given = {name.lower() for name in headers}
    if "content-type" not in given:
        headers["content-type"] = f"{kind}; charset=utf-8"
    headers["content-length"] = str(len(body))
    return status or 200, headers, body


async def read(receive: Callable[[], Awaitable[Any]], most: int) -> bytes | None:
    """The whole body of a request; None if it is longer than *most*."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _live(
    receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
