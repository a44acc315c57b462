"""Whatever documents say and people do: every call ends, nothing is left over, nothing raises.

A sandbox of its own for each example, in this process: the web site is one of `sites`, requests go
to the app without a socket, and the clock is turned by hand or hurries. A long run:
``EXAMPLES=3000 python -m pytest tests/sandbox/test_properties.py``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import math
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from helpers.resources.call import FINAL, Call
from helpers.resources.message import Message
from helpers.resources.recording import RUNNING, Recording
from helpers.sandbox import Sandbox, inside
from tests.sandbox.town import ALICE, BOB, SHOP
from tests.twiml.chance import documents, profile

SITE = "http://shop.test"
URLS = ["/p0", "/p1", "p2", "/sound", "", "?a=1", "/gone", "http://127.0.0.1:9/x", "http://["]
OVER = 4_000  # seconds after which everything has ended: a trial's calls last ten minutes
PATIENCE = 60  # real seconds
SOUND = b"RIFF$\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00"
SOUND += b"\x02\x00\x10\x00data" + (16_000).to_bytes(4, "little") + bytes(16_000)

pages = st.one_of(
    *[documents(URLS).map(lambda text: ("text/xml", text.encode("utf-8", "replace")))] * 8,
    st.sampled_from([("text/plain", b"Good morning"), ("image/png", b"x"), ("", b"<Response/>")]),
)
replies = documents(URLS, "MessagingResponse").map(
    lambda text: ("text/xml", text.encode("utf-8", "replace"))
)
moments = st.sampled_from([0, 0, 0.4, 1, 2, 2.5, 5, 12, 31])
numbers = st.sampled_from([ALICE, ALICE, BOB])

# An act is (kind, arguments ...): see `World.act`.
acts = st.one_of(
    st.tuples(st.just("create"), st.sampled_from([ALICE, BOB, SHOP, "+14155550123"])),
    st.tuples(st.just("ring"), numbers),
    st.tuples(st.just("text"), numbers),
    st.tuples(st.just("answer"), numbers),
    st.tuples(st.just("hangup"), numbers),
    st.tuples(st.just("decline"), numbers),
    st.tuples(st.just("press"), numbers, st.sampled_from(["1", "12#", "*", "#"])),
    st.tuples(st.just("speak"), numbers, st.sampled_from(["yes", "one two three four"])),
    st.tuples(
        st.just("mode"),
        numbers,
        st.sampled_from(["auto", "manual", "busy", "no-answer", "decline", "off"]),
    ),
    st.tuples(
        st.just("update"),
        st.integers(0, 5),
        st.sampled_from(
            [
                ("Status", "completed"),
                ("Status", "canceled"),
                ("Url", SITE + "/p1"),
                ("Twiml", "<Response><Say>New</Say><Redirect>/p0</Redirect></Response>"),
            ]
        ),
    ),
    st.tuples(
        st.just("change"),
        st.sampled_from(["Conferences", "Queues", "Recordings"]),
        st.integers(0, 3),
        st.sampled_from([("Status", "completed"), ("Muted", "true"), ("Hold", "true"),
                         ("Url", SITE + "/p1"), ("Status", "paused"), ("Status", "stopped"),
                         ("AnnounceUrl", SITE + "/p2"), ("MaxSize", "1")]),
    ),
)  # fmt: skip


class World:
    """A sandbox in this process, its web site, and what people and programs do."""

    def __init__(self, kind: str, site: list[Any], reply: Any) -> None:
        self.site, self.reply = site, reply
        self.sandbox = Sandbox(
            clock=kind, type="trial", verified=(ALICE, BOB), sites={SITE: self.answer}
        )
        self.engine, self.clock = self.sandbox.engine, self.sandbox.clock
        token = f"{self.sandbox.account_sid}:{self.sandbox.auth_token}"
        self.login = "Basic " + base64.b64encode(token.encode()).decode()
        self.base = f"http://sandbox.test/2010-04-01/Accounts/{self.sandbox.account_sid}"

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        """What the web site says: a page for each of a few paths."""
        path = scope["path"]
        status, (kind, body) = 200, ("text/xml", b"<Response/>")
        if path.startswith("/p"):
            kind, body = self.site[int(path[2:3] or 0) % len(self.site)]
        elif path == "/sms":
            kind, body = self.reply
        elif path == "/sound":
            kind, body = "audio/wav", SOUND
        elif path != "/status":
            status = 404
        headers = [(b"content-type", kind.encode())] if kind else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def ask(self, method: str, path: str, **form: str) -> Any:
        """One request to the API or to control; returns what came back."""
        url = path if path.startswith("http") else self.base + path
        headers = {"authorization": self.login}
        if form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        data = urlencode(form).encode()
        status, _, body = await inside.ask(self.sandbox.app, method, url, data, headers, 10**7)
        assert status < 500, (method, path, body)
        return json.loads(body) if body[:1] in (b"{", b"[") else body

    async def phone(self, number: str, act: str, **form: str) -> Any:
        """Something that a person does."""
        path = f"http://sandbox.test/_sandbox/phones/{number}{act}"
        return await self.ask("POST", path, **form)

    async def act(self, kind: str, *what: Any) -> None:
        """Do one thing of a plan."""
        match kind, what:
            case "create", (to,):
                told = {"Url": SITE + "/p0", "StatusCallback": SITE + "/status"}
                events = {"StatusCallbackEvent": "answered completed"}
                await self.ask("POST", "/Calls.json", To=to, From=SHOP, **told, **events)
            case "ring", (number,):
                await self.phone(number, "/call", To=SHOP)
            case "text", (number,):
                await self.phone(number, "/text", To=SHOP, Body="Hello")
            case "press", (number, digits):
                await self.phone(number, "/press", Digits=digits)
            case "speak", (number, words):
                await self.phone(number, "/speak", Speech=words)
            case "mode", (number, mode):
                await self.phone(number, "", Mode=mode)
            case "update", (which, (name, value)):
                calls = (await self.ask("GET", "/Calls.json"))["calls"]
                if calls:
                    sid = calls[which % len(calls)]["sid"]
                    await self.ask("POST", f"/Calls/{sid}.json", **{name: value})
            case "change", (kinds, which, (name, value)):
                await self.change(kinds, which, name, value)
            case _, (number,):
                await self.phone(number, "/" + kind)

    async def change(self, kinds: str, which: int, name: str, value: str) -> None:
        """Change a conference, a queue or a recording, or someone who is in it."""
        found = await self.ask("GET", f"/{kinds}.json")
        rows = found.get(kinds.lower(), []) if isinstance(found, dict) else []
        if not rows:
            return
        sid = rows[which % len(rows)]["sid"]
        await self.ask("POST", f"/{kinds}/{sid}.json", **{name: value})
        people = {"Conferences": "Participants", "Queues": "Members"}.get(kinds)
        if people:
            found = await self.ask("GET", f"/{kinds}/{sid}/{people}.json")
            for row in next((v for v in found.values() if isinstance(v, list)), []):
                path = f"/{kinds}/{sid}/{people}/{row['call_sid']}.json"
                await self.ask("POST", path, **{name: value})

    async def end(self) -> None:
        """Let time pass until everything must have ended."""
        if self.clock.kind == "manual":
            await self.clock.turn(OVER)
            return
        while not (self.clock.quiet and self.clock.due() is None):
            await asyncio.sleep(0)

    def look(self) -> None:
        """Hold what is left against what must be."""
        engine, store = self.engine, self.sandbox.store
        assert engine.failures == []
        assert engine.calls == {}
        assert engine.messages == {}
        assert engine._background == {}
        assert self.clock.quiet
        for call in store.find(Call, None):
            assert call.status in FINAL, call
            assert call.end_time is not None
            began = call.answer_time
            seconds = (call.end_time - began).total_seconds() if began else 0
            assert call.duration == math.ceil(round(seconds, 3)), call
            assert call.duration <= 600
        for message in store.find(Message, None):
            assert message.status in ("delivered", "undelivered", "failed", "received"), message
        for recording in store.find(Recording, None):
            assert recording.status not in RUNNING, recording
        self.look_at_the_log()

    def look_at_the_log(self) -> None:
        """The log tells of each call's end once, with times that only grow, and no secrets."""
        events = self.sandbox.store.events(self.sandbox.account_sid, 0)
        assert [e["seq"] for e in events] == sorted({e["seq"] for e in events})
        assert [e["at"] for e in events] == sorted(e["at"] for e in events)
        assert self.sandbox.auth_token not in json.dumps(events)
        ends: dict[str, int] = {}
        heard: dict[str, float] = {}
        for event in events:
            sid, data = event["call_sid"], event["data"]
            if event["type"] == "state" and data.get("status") in FINAL:
                ends[sid] = ends.get(sid, 0) + 1
            if event["type"] == "verb" and sid:
                assert data["seconds"] >= heard.get(sid, 0.0)
                heard[sid] = data["seconds"]
        assert set(ends.values()) <= {1}


async def play(world: World, plan: list[tuple[float, Any]]) -> None:
    """Carry out a plan in an engine of its own, and look at what is left."""
    await world.engine.resume()
    try:
        number = (await world.ask("GET", "/IncomingPhoneNumbers.json"))["incoming_phone_numbers"][0]
        await world.ask(
            "POST",
            f"/IncomingPhoneNumbers/{number['sid']}.json",
            VoiceUrl=SITE + "/p0",
            SmsUrl=SITE + "/sms",
            StatusCallback=SITE + "/status",
        )
        for seconds, act in plan:
            await world.act(*act)
            if world.clock.kind == "manual":
                await world.clock.turn(seconds)
        await world.end()
        world.look()
    finally:
        await world.engine.close()
        world.sandbox.store.close()


plans = st.lists(st.tuples(moments, acts), min_size=1, max_size=8)
starts = st.tuples(moments, st.sampled_from([("create", ALICE), ("ring", ALICE), ("text", BOB)]))


@profile(50)
@given(st.lists(pages, min_size=1, max_size=3), replies, starts, plans)
def test_turned_by_hand_everything_comes_to_an_end(site, reply, start, plan):
    world = World("manual", site, reply)
    asyncio.run(asyncio.wait_for(play(world, [start, *plan]), PATIENCE))


@profile(25)
@given(st.lists(pages, min_size=1, max_size=3), replies, starts, plans)
def test_in_a_hurry_everything_comes_to_an_end(site, reply, start, plan):
    world = World("hurried", site, reply)
    asyncio.run(asyncio.wait_for(play(world, [start, *plan]), PATIENCE))


@profile(10)
@given(st.lists(pages, min_size=1, max_size=3), replies, starts, plans)
def test_the_same_again_is_the_same(site, reply, start, plan):
    logs = []
    for _ in range(2):
        world = World("manual", site, reply)
        store_close, world.sandbox.store.close = world.sandbox.store.close, lambda: None
        asyncio.run(asyncio.wait_for(play(world, [start, *plan]), PATIENCE))
        logs.append(world.sandbox.store.events(world.sandbox.account_sid, 0))
        store_close()
    assert logs[0] == logs[1]
