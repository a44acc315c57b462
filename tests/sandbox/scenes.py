"""Calls and messages told as data: what a web site answers, what a person does, what happens.

    Scene(
        "a key goes to the action",
        {"/voice": '<Gather numDigits="1" action="/menu"/>', "/menu": "<Say>one</Say>"},
        does=["3 s", "press 1"],
        hears=["answer", "Gather", "press 1", "Say one"],
        asks=["POST /voice CallStatus=in-progress", "POST /menu Digits=1"],
    )

`hears` is the whole transcript, `asks` every request the web site got, in order; a request names
the parameters that matter (``~`` stands for anything), and with ``!`` those that must not be
there. `alerts` are all codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from helpers.serving import Serving
from tests.sandbox.town import ALICE, BOB, SHOP, Town

Answer = str | tuple[Any, ...]


@dataclass(frozen=True)
class Scene:
    """One call or message. *start* is "out" (the API calls Alice), "in" (she calls the shop) or
    "text" (she texts it). *options* are the call's or the number's, their URLs as paths.
    """

    name: str
    pages: Mapping[str, Answer | Sequence[Answer]]
    does: Sequence[str] = ()
    hears: Sequence[str] | None = None
    asks: Sequence[str] | None = None
    alerts: Sequence[int] | None = ()
    status: str | None = "completed"
    duration: int | None = None
    start: str = "out"
    options: Mapping[str, Any] = field(default_factory=dict)
    bob: Sequence[str] | None = None  # what Bob hears, if he is called
    inbox: Sequence[str] | None = None  # the texts that Alice has in the end
    also: Callable[[Stage], None] | None = None


def same(what: str, found: Any, expected: Any) -> None:
    """Compare in words: pytest explains only what stands in a test's own file."""
    assert found == expected, f"{what}\n  found    {found!r}\n  expected {expected!r}"


class Site:
    """A web site that answers each path with its page, or its pages in turn."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        path = request.url.path
        told = dict([*request.query_params.multi_items(), *form])
        self.asked.append((request.method, path, told, dict(request.headers)))
        answers = self.pages.get(path, [(404, "text/plain", "no such page")])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, str):
            answer = (200, "text/xml", f"<Response>{answer}</Response>")
        status, kind, body, *more = answer
        headers = dict(more[0]) if more else {}
        if kind:
            headers["content-type"] = kind
        await Response(body, status, headers)(scope, receive, send)


class Stage(Town):
    """A town in which one scene is played after the other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verified=(ALICE, BOB), **options)
        self.site = Site()
        self._serving = Serving(self.site)

    def play(self, scene: Scene) -> None:
        """Play a scene and hold what happened against what it says."""
        assert self.control("POST", "/reset").status_code == 200
        self.sandbox.engine.failures.clear()
        self.site.asked.clear()
        self.site.pages = {
            path: list(answer) if isinstance(answer, list) else [answer]
            for path, answer in scene.pages.items()
        }
        self.sid = self._start(scene)
        for act in scene.does:
            self._act(act)
        self.advance(20_000)
        if scene.hears is not None:
            same("Alice hears", self._heard(ALICE), list(scene.hears))
        if scene.bob is not None:
            same("Bob hears", self._heard(BOB), list(scene.bob))
        if scene.asks is not None:
            self._compare(scene.asks)
        if scene.alerts is not None:
            same("alerts", self.alerts(), list(scene.alerts))
        if scene.start != "text" and scene.status:
            call = self.client.calls(self.sid).fetch()
            same("status", call.status, scene.status)
            if scene.duration is not None:
                same("duration", int(call.duration), scene.duration)
        if scene.inbox is not None:
            inbox = [text["body"] for text in self.phone(ALICE)["inbox"]]
            same("inbox", inbox, list(scene.inbox))
        if scene.also is not None:
            scene.also(self)
        engine = self.sandbox.engine
        same("left over", (engine.failures, engine.calls, engine.messages), ([], {}, {}))

    def _start(self, scene: Scene) -> str:
        options = {
            name: self.url + value
            if name.endswith("url") and value.startswith("/") or name == "status_callback"
            else value
            for name, value in scene.options.items()
        }
        if scene.start == "out":
            if "twiml" not in options:
                options.setdefault("url", self.url + "/voice")
            return str(self.client.calls.create(to=ALICE, from_=SHOP, **options).sid)
        [number] = self.client.incoming_phone_numbers.list(phone_number=SHOP)
        first = "sms_url" if scene.start == "text" else "voice_url"
        options.setdefault(first, self.url + ("/sms" if scene.start == "text" else "/voice"))
        number.update(**options)
        if scene.start == "in":
            return str(self.phone(ALICE, "call", To=SHOP)["sid"])
        return str(self.phone(ALICE, "text", To=SHOP, Body="Hello")["sid"])

    def _act(self, act: str) -> None:
        who, word = (BOB, act[4:]) if act.startswith("Bob ") else (ALICE, act)
        name, _, rest = word.partition(" ")
        if rest == "s":
            self.advance(float(name))
        elif name == "press":
            self.phone(who, "press", Digits=rest)
        elif name == "say":
            self.phone(who, "speak", Speech=rest)
        elif name == "text":
            self.phone(who, "text", To=SHOP, Body=rest)
        elif name == "call":
            self.phone(who, "call", To=SHOP)
        elif name == "is":
            self.phone(who, Mode=rest)
        elif name == "update":
            key, _, value = rest.partition("=")
            value = self.url + value if key == "url" else value
            self.client.calls(self.sid).update(**{key: value})
        else:
            self.phone(who, name)

    def _heard(self, number: str) -> list[str]:
        entries = self.phone(number)["calls"][-1]["transcript"]
        told = [f"{e['verb']} {e['text']}".strip().replace(self.url, "") for e in entries]
        return told

    def _compare(self, asks: Sequence[str]) -> None:
        """Each request against its line: method, path, and the parameters the line names."""
        asked = [f"{method} {path}" for method, path, _, _ in self.site.asked]
        same("asked", asked, [" ".join(line.split()[:2]) for line in asks])
        for line, (_, _, told, _) in zip(asks, self.site.asked, strict=True):
            for word in line.split()[2:]:
                name, has, value = word.partition("=")
                if has:
                    found = told.get(name, "(missing)").replace(self.url, "")
                    wanted = re.escape(value).replace("\\~", ".*").replace("~", ".*")
                    assert re.fullmatch(wanted, found), (line, name, found)
                else:
                    assert name[0] == "!" and name[1:] not in told, (line, told)
