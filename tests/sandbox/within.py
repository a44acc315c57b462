"""A sandbox in the test's own process and loop: no sockets, so that thousands of worlds are quick.

    async def story():
        async with Within("manual", answer) as world:
            await world.call(ALICE)
            await world.clock.turn(30)

    asyncio.run(story())

*answer* is the web site: called with a path and the parameters, it returns (status, type, body).
Requests go through the real app; only the network is left out.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from helpers.sandbox import Sandbox
from helpers.sandbox.web import inside
from tests.sandbox.town import ALICE, BOB, SHOP

SITE = "http://shop.test"
OVER = 20_000  # seconds after which everything has ended: a call lasts four hours at most

Answer = Callable[[str, dict[str, str]], tuple[int, str, bytes]]


class Within:
    """The sandbox, its web site, and what people and programs do."""

    def __init__(self, kind: str, answer: Answer, **options: Any) -> None:
        options = {"type": "trial", "verified": (ALICE, BOB)} | options
        self.answer = answer
        self.sandbox = Sandbox(clock=kind, sites={SITE: self._site}, **options)
        self.engine, self.clock = self.sandbox.engine, self.sandbox.clock
        self.store = self.sandbox.store
        token = f"{self.sandbox.account_sid}:{self.sandbox.auth_token}"
        self._login = "Basic " + base64.b64encode(token.encode()).decode()
        self._base = f"http://sandbox.test/2010-04-01/Accounts/{self.sandbox.account_sid}"

    async def __aenter__(self) -> Within:
        await self.engine.resume()
        [number] = (await self.ask("GET", "/IncomingPhoneNumbers.json"))["incoming_phone_numbers"]
        await self.ask(
            "POST",
            f"/IncomingPhoneNumbers/{number['sid']}.json",
            VoiceUrl=SITE + "/voice",
            SmsUrl=SITE + "/sms",
            StatusCallback=SITE + "/status",
        )
        return self

    async def __aexit__(self, *problem: Any) -> None:
        await self.engine.close()
        self.store.close()

    async def _site(self, scope: Any, receive: Any, send: Any) -> None:
        form = (await receive())["body"].decode()
        told = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        told += parse_qsl(form, keep_blank_values=True)
        status, kind, body = self.answer(scope["path"], dict(told))
        headers = [(b"content-type", kind.encode())] if kind else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def ask(self, method: str, path: str, **form: str) -> Any:
        """One request to the API, or to a full URL; returns what came back."""
        url = path if path.startswith("http") else self._base + path
        headers = {"authorization": self._login}
        if form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        data = urlencode(form).encode()
        status, _, body = await inside.ask(self.sandbox.app, method, url, data, headers, 10**7)
        assert status < 500, (method, path, body)
        return json.loads(body) if body[:1] in (b"{", b"[") else body

    async def call(self, to: str = ALICE, **options: str) -> Any:
        """A call that the API makes."""
        options.setdefault("Url", SITE + "/voice")
        return await self.ask("POST", "/Calls.json", To=to, From=SHOP, **options)

    async def phone(self, number: str, act: str = "", **form: str) -> Any:
        """Something that a person does."""
        path = f"http://sandbox.test/_sandbox/phones/{number}{'/' + act if act else ''}"
        return await self.ask("POST", path, **form)

    async def end(self) -> None:
        """Let time pass until everything must have ended."""
        if self.clock.kind == "manual":
            await self.clock.turn(OVER)
            assert self.clock.due() is None, "something is still to come"
        while not (self.clock.quiet and self.clock.due() is None):
            if self.clock.kind == "real":
                await self.engine.next_event(0.05)
            else:
                await asyncio.sleep(0)  # lets the others have their turn

    def events(self) -> list[dict[str, Any]]:
        """The log from its beginning."""
        return self.store.events(self.sandbox.account_sid, 0)
