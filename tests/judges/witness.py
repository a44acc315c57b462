"""Who asked what, and whether the answer was right: an ASGI app around the sandbox's own.

The witness sees each exchange as it goes over the wire, whichever client speaks, and judges it by
`specification`. Clients are told apart by their User-Agent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from tests.judges import specification
from tests.judges.specification import Operation

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: What the official clients call themselves -> a word for tables.
CLIENTS = {"twilio-python": "Python", "twilio-node": "Node"}


@dataclass(frozen=True)
class Exchange:
    """One request for an operation, and what was wrong with the answer."""

    client: str
    operation: Operation
    status: int
    problems: tuple[str, ...]


@dataclass
class Witness:
    """An ASGI app that passes everything on to *app* and remembers what API clients were told.

    *exchanges* are those of operations that Twilio's papers know, *unknown* other requests.
    """

    app: Callable[[Message, Receive, Send], Awaitable[None]]
    exchanges: list[Exchange] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what was answered."""
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self.app(scope, receive, send)
            return
        status, headers, body = 0, {}, bytearray()

        async def noted(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    # Before the client has it all: who reads the notes afterwards finds this one.
                    self._note(scope, status, headers, bytes(body))
            await send(message)

        await self.app(scope, receive, noted)

    def _note(self, scope: Message, status: int, headers: dict[str, str], body: bytes) -> None:
        agent = dict(scope["headers"]).get(b"user-agent", b"").decode().partition("/")[0]
        method, path = scope["method"], scope["path"]
        operation = specification.named(method, path)
        if operation is None:
            self.unknown.append(f"{method} {path} -> {status}")
            return
        found = tuple(judged(operation, status, headers, body))
        self.exchanges.append(Exchange(CLIENTS.get(agent, agent), operation, status, found))


def judged(operation: Operation, status: int, headers: dict[str, str], body: bytes) -> list[str]:
    """What is wrong with an answer to *operation*."""
    problems = []
    if not re.fullmatch("RQ[0-9a-f]{32}", headers.get("twilio-request-id", "")):
        problems.append("there is no Twilio-Request-Id")
    refused = 400 <= status < 500
    if status not in operation.replies and not refused:
        return [*problems, f"{status} is not among its statuses {sorted(operation.replies)}"]
    schema = specification.REFUSAL if refused else operation.replies[status]
    if schema is None:
        return [*problems, *(["there is a body, and should be none"] if body else [])]
    if headers.get("content-type") != "application/json":
        problems.append(f"its type is {headers.get('content-type')}")
    try:
        value = json.loads(body)
    except ValueError as error:
        return [*problems, f"its body is no JSON: {error}"]
    if refused and value.get("status") != status:
        problems.append(f"its body says {value.get('status')}")
    return problems + specification.mistakes(schema, value)
