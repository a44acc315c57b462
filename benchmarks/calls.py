"""How many calls the sandbox carries, how long a long one takes, and what many weigh.

    python -m benchmarks.calls

A *complete signed call* here: the phone rings and is answered, the web site is asked for TwiML
(signed), a Gather speaks and reads a key, the action is asked (signed), something is said, the
call hangs up. Every request is signed; the site checks one in ten, for its own work is not what is
measured. Time is the hurried clock's: nothing waits.

Figures are printed beside a limit taken in the same run: what the bare parts of such a call cost
(reading two documents with lxml, making two signatures, one row of SQLite for each event and each
line of the transcript). Nothing is asserted: machines differ.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import requests
from lxml import etree

from helpers.resources.base import Params
from helpers.resources.call import Call
from helpers.sandbox import Sandbox
from helpers.sandbox.calls.live_call import LiveCall
from helpers.serving import Serving
from helpers.signing import RequestValidator

SHOP, SITE = "+15005550006", "http://shop.test"
PAGES = {
    "/voice": "<Response><Gather numDigits='1' action='/menu'><Say>Press 1 for the weather.</Say>"
    "</Gather><Say>Nobody there.</Say></Response>",
    "/menu": "<Response><Say>It will rain.</Say><Hangup/></Response>",
    "/long": "<Response>" + "<Say>Please hold the line.</Say><Pause length='58'/>" * 30
    + "</Response>",
    "/wait": "<Response><Gather timeout='3600'><Say>Press a key.</Say></Gather></Response>",
}  # fmt: skip
TOKEN = "0123456789abcdef0123456789abcdef"
ROUNDS = 5


class Site:
    """The web site of the shop: answers its pages, and checks the signature of some requests."""

    def __init__(self, token: str, url: str = SITE) -> None:
        self.url = url
        self.validator = RequestValidator(token)
        self.refused = 0
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"").decode()
        self.asked += 1
        good = self.asked % 10 > 0 or self._is_signed(scope, body)
        self.refused += not good
        page = PAGES[scope["path"]].encode() if good else b"no"
        kind = [(b"content-type", b"text/xml"), (b"content-length", str(len(page)).encode())]
        await send({"type": "http.response.start", "status": 200 if good else 403, "headers": kind})
        await send({"type": "http.response.body", "body": page})

    def _is_signed(self, scope: Any, body: str) -> bool:
        signature = dict(scope["headers"]).get(b"x-twilio-signature", b"").decode()
        params = dict(parse_qsl(body, keep_blank_values=True))
        return self.validator.validate(self.url + scope["path"], params, signature)


def phone(i: int) -> str:
    """The number of the i-th phone."""
    return f"+1415{2000000 + i}"


class Company:
    """A sandbox without a server: calls are started on its engine, sites live in this process."""

    def __init__(self, clock: str = "hurried") -> None:
        self.site = Site(TOKEN)
        self.sandbox = Sandbox(clock=clock, type="full", auth_token=TOKEN, sites={SITE: self.site})
        self.engine = self.sandbox.engine
        self.world = self.engine.world(self.engine.account(self.sandbox.account_sid))

    def call(self, i: int, path: str, key: str = "") -> LiveCall:
        """Start a call to the i-th phone, as the API would."""
        if key:
            self.engine.handset(self.sandbox.account_sid, phone(i)).press(key, told=False)
        params = Params([("To", phone(i)), ("From", SHOP), ("Url", SITE + path)])
        call = Call.create(params, self.world)
        call.sid, call.account_sid = self.world.sid("CA"), self.sandbox.account_sid
        call.date_created = call.date_updated = self.world.now()
        self.world.save(call)
        return self.engine.start_call(call)

    async def end(self) -> None:
        """Let go of everything; every call must have gone well."""
        await self.engine.close()
        assert not self.engine.failures and not self.site.refused
        self.sandbox.store.close()


async def in_process(calls: int, at_once: int) -> float:
    """Complete calls a second, sites answered in process."""
    company = Company()
    began = time.perf_counter()
    for first in range(0, calls, at_once):
        # A few hundred phones, each called a few times.
        live = [company.call((first + i) % 200, "/voice", "1") for i in range(at_once)]
        await asyncio.gather(*(one.task for one in live if one.task))
    seconds = time.perf_counter() - began
    ended = company.world.find(Call, status="completed")
    assert len(ended) == calls, f"{len(ended)} of {calls} calls went well"
    entries = company.engine.store.entries(company.sandbox.account_sid, ended[-1].sid)
    assert [entry["verb"] for entry in entries][-2:] == ["Say", "Hangup"]
    await company.end()
    return calls / seconds


async def long_call() -> tuple[float, float]:
    """Wall milliseconds that a call of thirty minutes takes, and how many minutes it lasted."""
    company = Company()
    live = company.call(0, "/long")
    began = time.perf_counter()
    assert live.task is not None
    await live.task
    taken = (time.perf_counter() - began) * 1000
    minutes = (live.call.duration or 0) / 60
    await company.end()
    return taken, minutes


async def many_live(calls: int) -> float:
    """Megabytes of this process, at the highest, with so many calls under way."""
    company = Company("manual")
    live = [company.call(i, "/wait") for i in range(calls)]
    await company.engine.clock.turn(10)
    talking = sum(one.call.status == "in-progress" for one in live)
    assert talking == calls, f"{talking} of {calls} calls are live"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await company.end()
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def bare(calls: int) -> float:
    """How often a second the bare parts of such a call could be done."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE rows (account TEXT, at TEXT, kind TEXT, call TEXT, data TEXT)")
    documents = [PAGES["/voice"].encode(), PAGES["/menu"].encode()]
    form = "".join(f"Name{i}+14155550100" for i in range(30)).encode()
    row = ("AC" + "0" * 32, "2026-01-05T09:00:00+00:00", "verb", "CA" + "0" * 32)
    began = time.perf_counter()
    for _ in range(calls):
        for document in documents:
            etree.fromstring(document)
            hmac.new(b"token", form, "sha1").digest()
        for _row in range(18):
            db.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", (*row, json.dumps({"text": ""})))
    return calls / (time.perf_counter() - began)


def over_http(calls: int, at_once: int) -> float:
    """Complete calls a second with everything over loopback: the sandbox in a process of its own,
    calls made by *at_once* clients, the site asked over a socket."""
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.sandbox", "--clock", "hurried", "--type", "full"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    _, _, _, url, _, account, _, token = process.stdout.readline().split()
    site = Site(token)
    local = threading.local()

    def session() -> requests.Session:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env, local.session.auth = False, (account, token)
        return local.session

    try:
        with Serving(site) as served, ThreadPoolExecutor(at_once) as clients:
            site.url = served.url

            def begin(i: int) -> str:
                http, to = session(), phone(i)
                http.post(f"{url}/_sandbox/phones/{to}/press", data={"Digits": "1"})
                form = {"To": to, "From": SHOP, "Url": served.url + "/voice"}
                made = http.post(f"{url}/2010-04-01/Accounts/{account}/Calls.json", data=form)
                return str(made.json()["sid"])

            began = time.perf_counter()
            starting = clients.map(begin, range(calls))
            ended, since = 0, 0
            while ended < calls:
                query = {"since": since, "wait": 10}
                page = session().get(f"{url}/_sandbox/events", params=query).json()
                since = page["next"]
                ended += sum(e["data"].get("status") == "completed" for e in page["events"])
            seconds = time.perf_counter() - began
            assert len(set(starting)) == calls
        assert not site.refused
        return calls / seconds
    finally:
        process.terminate()
        process.wait(10)


def median(measure: Callable[[], float]) -> float:
    """The median of a few rounds."""
    return statistics.median(measure() for _ in range(ROUNDS))


def alone(name: str) -> float:
    """A figure from a process of its own, so that nothing else is in its memory."""
    command = [sys.executable, "-m", "benchmarks.calls", name]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print the table, or the one figure that is named."""
    if sys.argv[1:] == ["memory"]:
        print(asyncio.run(many_live(1000)))
        return
    limit = median(lambda: bare(1000))
    rows = [("bare parts of a call (the limit)", f"{limit:,.0f} a second", "1.00")]
    for at_once in (1, 50):
        rate = median(lambda n=at_once: asyncio.run(in_process(1000, n)))  # type: ignore[misc]
        name = f"complete signed calls in process, {at_once} at once (goal: 1,000 a second)"
        rows.append((name, f"{rate:,.0f} a second", f"{rate / limit:.2f}"))
    rate = over_http(400, 8)
    name = "the same over loopback HTTP, 8 clients"
    rows.append((name, f"{rate:,.0f} a second", f"{rate / limit:.2f}"))
    asyncio.run(long_call())  # the first one reads the classes in
    long = [asyncio.run(long_call()) for _ in range(ROUNDS)]
    taken, minutes = statistics.median(ms for ms, _ in long), long[0][1]
    rows.append((f"a call of {minutes:.0f} minutes (goal: 10 ms)", f"{taken:.1f} ms", ""))
    name = "1,000 live calls, the whole process (goal: 300 MB)"
    rows.append((name, f"{alone('memory'):.0f} MB", ""))
    print("| what | measured | of the limit |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
