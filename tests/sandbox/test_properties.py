"""Whatever documents say and people do: every call ends, nothing is left over, nothing raises.

A sandbox of its own for each example, in this process: the web site is one of `sites`, requests go
to the app without a socket, and the clock is turned by hand or hurries. A long run:
``EXAMPLES=3000 python -m pytest tests/sandbox/test_properties.py``.
"""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.resources.call import FINAL, Call
from helpers.resources.message import Message
from helpers.resources.recording import RUNNING, Recording
from tests.sandbox.town import ALICE, BOB, SHOP
from tests.sandbox.within import SITE, Within
from tests.twiml.chance import documents, profile

URLS = ["/p0", "/p1", "p2", "/sound", "", "?a=1", "/gone", "http://127.0.0.1:9/x", "http://["]
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


class World(Within):
    """A world in which things are done by plan, and looked at when all is over."""

    def __init__(self, kind: str, site: list[Any], reply: Any) -> None:
        super().__init__(kind, self.page)
        self.site, self.reply = site, reply

    def page(self, path: str, told: dict[str, str]) -> tuple[int, str, bytes]:
        """What the web site says: a page for each of a few paths."""
        if path.startswith("/p") or path == "/voice":
            return 200, *self.site[int(path[2:3]) % len(self.site) if path[2:3].isdigit() else 0]
        if path == "/sms":
            return 200, *self.reply
        if path == "/sound":
            return 200, "audio/wav", SOUND
        return 200 if path == "/status" else 404, "text/xml", b"<Response/>"

    async def act(self, kind: str, *what: Any) -> None:
        """Do one thing of a plan."""
        match kind, what:
            case "create", (to,):
                told = {"StatusCallback": SITE + "/status"}
                await self.call(to, StatusCallbackEvent="answered completed", **told)
            case "ring", (number,):
                await self.phone(number, "call", To=SHOP)
            case "text", (number,):
                await self.phone(number, "text", To=SHOP, Body="Hello")
            case "press", (number, digits):
                await self.phone(number, "press", Digits=digits)
            case "speak", (number, words):
                await self.phone(number, "speak", Speech=words)
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
                await self.phone(number, kind)

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

    def look(self) -> None:
        """Hold what is left against what must be."""
        engine, store = self.engine, self.store
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
        events = self.events()
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


async def play(world: World, plan: list[tuple[float, Any]]) -> list[dict[str, Any]]:
    """Carry out a plan, look at what is left, and return the log."""
    async with world:
        for seconds, act in plan:
            await world.act(*act)
            if world.clock.kind == "manual":
                await world.clock.turn(seconds)
        await world.end()
        world.look()
        return world.events()


def played(kind: str, site: Any, reply: Any, plan: list[tuple[float, Any]]) -> Any:
    """The log of a world of its own, within real time that is always enough."""
    return asyncio.run(asyncio.wait_for(play(World(kind, site, reply), plan), PATIENCE))


plans = st.lists(st.tuples(moments, acts), min_size=1, max_size=8)
starts = st.tuples(moments, st.sampled_from([("create", ALICE), ("ring", ALICE), ("text", BOB)]))


sites = st.lists(pages, min_size=1, max_size=3)


@profile(50)
@given(sites, replies, starts, plans)
def test_turned_by_hand_everything_comes_to_an_end(site, reply, start, plan):
    assert played("manual", site, reply, [start, *plan])


@profile(25)
@given(sites, replies, starts, plans)
def test_in_a_hurry_everything_comes_to_an_end(site, reply, start, plan):
    assert played("hurried", site, reply, [start, *plan])


@profile(10)
@given(sites, replies, starts, plans)
def test_the_same_again_is_the_same(site, reply, start, plan):
    plan = [start, *plan]
    assert played("manual", site, reply, plan) == played("manual", site, reply, plan)


@pytest.mark.parametrize(
    "document",
    [
        f'<Dial action="/p0">{SHOP}</Dial>',
        f'<Dial answerOnBridge="true" action="/p0">{SHOP}</Dial>',
        "<Dial>" + f"<Number>{SHOP}</Number>" * 10 + "</Dial>",
        '<Dial action="/p0" sequential="true">' + f"<Number>{SHOP}</Number>" * 10 + "</Dial>",
    ],
)
def test_a_number_that_dials_itself_again_and_again_comes_to_an_end(document):
    """Ten legs each of which makes ten more: the family of a call does not grow for ever."""
    page = ("text/xml", f"<Response>{document}</Response>".encode())
    for kind in ("manual", "hurried"):
        log = played(kind, [page], page, [(0, ("ring", ALICE))])
        codes = [event["data"]["code"] for event in log if event["type"] == "alert"]
        assert codes.count(13224) >= 1
        assert len({event["call_sid"] for event in log}) <= 110
