"""How many requests a second the sandbox answers, beside what a server that does nothing answers.

    python -m benchmarks.server

Three servers take turns under the same load, each a process of its own:

* *sandbox*: ``python -m helpers.sandbox --data FILE``. Every acknowledged request is in the file,
  and every message goes on to its handset while the load runs.
* *uvicorn + Starlette*: the yardstick. It reads the form and answers JSON of the same size; it
  checks nothing and keeps nothing.
* *uvicorn alone*: the limit, a bare ASGI callable that answers the same bytes.

The load comes from another process over 16 kept connections (plain asyncio protocols, so that it
costs less than what it measures). Rounds are short and take turns, so that a busy machine slows
all alike: the ratios hold, the figures are this machine's. *CPU* is the server's own processor time
for one request. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ACCOUNT, TOKEN = "AC00000000000000000000000000000001", "0123456789abcdef0123456789abcdef"
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
SHOP, WORDS = "+15005550006", "Your table is ready at eight."
HANG_UP = "<Response><Hangup/></Response>"
CONNECTIONS = 16
PHONES = 2_000  # whom they text and call
ROUNDS = 7
SECONDS = 1.5  # of one round
MANY = 100_000  # messages, for the lists and the memory
DELIVERY = 4.0  # seconds until the last message of a round has arrived

STARLETTE, BARE, SANDBOX = "uvicorn + Starlette", "uvicorn alone", "sandbox"

#: What the bare servers answer, of the size of the sandbox's own replies.
MESSAGE = {
    "account_sid": ACCOUNT,
    "api_version": "2010-04-01",
    "body": WORDS + "." * 40,
    "date_created": "Mon, 05 Jan 2026 09:00:00 +0000",
    "date_sent": None,
    "date_updated": "Mon, 05 Jan 2026 09:00:00 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": SHOP,
    "messaging_service_sid": None,
    "num_media": "0",
    "num_segments": "1",
    "price": None,
    "price_unit": "USD",
    "sid": "SM" + "0" * 32,
    "status": "queued",
    "subresource_uris": {"media": f"{ROOT}/Messages/SM{'0' * 32}/Media.json"},
    "to": "+14155550100",
    "uri": f"{ROOT}/Messages/SM{'0' * 32}.json",
}
CALL = MESSAGE | {"subresource_uris": {f"resource_{n}": f"{ROOT}/Calls/{n:078}" for n in range(9)}}


# -- the bare servers ------------------------------------------------------------------------------


def starlette_app() -> Any:
    """The yardstick: reads the form, answers fixed JSON."""
    from urllib.parse import parse_qsl

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def message(request: Request) -> JSONResponse:
        parse_qsl((await request.body()).decode())
        return JSONResponse(MESSAGE, 201)

    async def call(request: Request) -> JSONResponse:
        parse_qsl((await request.body()).decode())
        return JSONResponse(CALL, 201)

    async def fetch(request: Request) -> JSONResponse:
        return JSONResponse(MESSAGE)

    below = "/2010-04-01/Accounts/{account}"
    return Starlette(
        routes=[
            Route(below + "/Messages.json", message, methods=["POST"]),
            Route(below + "/Calls.json", call, methods=["POST"]),
            Route(below + "/Messages/{sid}.json", fetch),
        ]
    )


def bare_app() -> Any:
    """The limit: the same bytes, whatever is asked."""
    replies = {}
    for path, value in (("Messages.json", MESSAGE), ("Calls.json", CALL)):
        body = json.dumps(value).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": 201, "headers": headers}
        replies[f"{ROOT}/{path}"] = start, {"type": "http.response.body", "body": body}
    usual = replies[f"{ROOT}/Messages.json"]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] == "POST":
            await receive()
        start, body = replies.get(scope["path"], usual)
        await send(start)
        await send(body)

    return app


def serve(app: Any) -> None:
    """Serve with the settings the sandbox has, on a free port that is told on stdout."""
    import socket

    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(f"ready at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        app, http="httptools", ws="none", access_log=False, log_config=None, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])


# -- the load --------------------------------------------------------------------------------------


class Connection(asyncio.Protocol):
    """One kept connection that asks again as soon as it has its answer."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.data = b""
        self.began = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.load.request())

    def data_received(self, data: bytes) -> None:
        data = self.data = self.data + data if self.data else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            return
        at = data.find(b"ontent-length: ", 0, head)
        if at < 0:
            at = data.find(b"ontent-Length: ", 0, head)
        length = int(data[at + 15 : data.index(b"\r", at)])
        if len(data) < head + 4 + length:
            return
        self.load.answered(data, head + 4, time.perf_counter() - self.began)
        self.data = b""
        if self.load.going:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, problem: Exception | None) -> None:
        self.load.left()


class Load:
    """So many connections for so many seconds (or requests), each with one kind of request."""

    def __init__(self, url: str, kind: str, start: int, sids: list[str]) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.kind, self.number, self.sids = kind, start, sids
        self.going = True
        self.times: list[float] = []
        self.made: list[str] = []
        self.wrong: list[str] = []
        coded = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        self.headers = f"Host: {self.host}:{port}\r\nAuthorization: Basic {coded}\r\n"
        self.headers += "Accept: application/json\r\nUser-Agent: benchmark\r\n"

    def request(self) -> bytes:
        self.number += 1
        if self.kind == "fetch":
            sid = self.sids[self.number % len(self.sids)]
            return f"GET {ROOT}/Messages/{sid}.json HTTP/1.1\r\n{self.headers}\r\n".encode()
        to = f"+1415{2_000_000 + self.number % PHONES}"
        if self.kind == "message":
            path, form = "Messages", {"To": to, "From": SHOP, "Body": WORDS}
        else:
            path, form = "Calls", {"To": to, "From": SHOP, "Twiml": HANG_UP}
        body = urlencode(form)
        headers = f"{self.headers}Content-Type: application/x-www-form-urlencoded\r\n"
        headers += f"Content-Length: {len(body)}\r\n"
        return f"POST {ROOT}/{path}.json HTTP/1.1\r\n{headers}\r\n{body}".encode()

    def answered(self, data: bytes, begins: int, seconds: float) -> None:
        self.times.append(seconds)
        if not data.startswith((b"HTTP/1.1 201", b"HTTP/1.1 200")):
            self.wrong.append(data[:400].decode())
        elif self.kind == "message":
            found = re.search(rb'"sid": ?"(SM\w{32})"', data[begins:])
            if found:
                self.made.append(found[1].decode())

    def left(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.over.set()

    async def run(self, seconds: float, most: int) -> dict[str, Any]:
        """Ask for *seconds*, or until *most* requests are answered."""
        loop = asyncio.get_running_loop()
        self.over, self.open = asyncio.Event(), CONNECTIONS
        began = time.perf_counter()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: Connection(self), self.host, self.port)
        while time.perf_counter() - began < seconds and (not most or len(self.times) < most):
            await asyncio.sleep(0.01)
        self.going = False
        taken = time.perf_counter() - began
        answered = len(self.times)
        await self.over.wait()
        times = sorted(self.times)
        return {
            "rate": answered / taken,
            "p50": times[len(times) // 2] * 1000,
            "p99": times[int(len(times) * 0.99)] * 1000,
            "requests": answered,
            "number": self.number,
            "wrong": self.wrong[:3],
            "cpu": time.process_time(),
            "sids": self.made[-2000:],
        }


# -- rounds ----------------------------------------------------------------------------------------


@dataclass
class Server:
    """A server under test, in a process of its own."""

    name: str
    process: subprocess.Popen[str]
    url: str
    number: int = 0
    sids: tuple[str, ...] = ("SM" + "0" * 32,)

    def cpu(self) -> float:
        """Seconds of processor time it has had."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Megabytes it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    def load(self, kind: str, seconds: float = SECONDS, most: int = 0) -> dict[str, Any]:
        """One round; what it measured."""
        asked = json.dumps([self.url, kind, self.number, list(self.sids), seconds, most])
        before = self.cpu()
        command = [sys.executable, "-m", "benchmarks.server", "load"]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        if found["wrong"]:
            raise SystemExit(f"{self.name} refused: {found['wrong'][0]}")
        self.number = found["number"]
        if kind == "message" and found["sids"]:
            self.sids = tuple(found["sids"])
        if self.name == SANDBOX and kind != "fetch":
            time.sleep(DELIVERY)  # noqa: TID251 - on the wall's clock
        found["cpu"] = (self.cpu() - before) / found["requests"] * 1e6
        return found


@contextmanager
def started(name: str, folder: str) -> Iterator[Server]:
    """One of the servers, running."""
    command = [sys.executable, "-m", "benchmarks.server", name]
    if name == SANDBOX:
        data = tempfile.mktemp(".sqlite", dir=folder)
        command = [sys.executable, "-m", "helpers.sandbox", "--data", data, "--type", "full"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = re.search(r"http://\S+", process.stdout.readline())
        assert url is not None, f"{name} did not start"
        yield Server(name, process, url[0])
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def spread(values: list[float], form: str = "{:.2f}") -> str:
    """The median, and the quartiles around it."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{form.format(middle)} ({form.format(low)}-{form.format(high)})"


def compare(folder: str, kinds: list[str]) -> None:
    """Print, for each kind of request, each server beside the yardstick."""
    columns = ["request", "server", "requests/s", "x", "p50 ms", "p99 ms", "p99 x", "CPU us"]
    columns.append("CPU x")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    with (
        started(STARLETTE, folder) as yardstick,
        started(BARE, folder) as bare,
        started(SANDBOX, folder) as sandbox,
    ):
        sandbox.load("message", 0.5)  # warms it up, and makes what is fetched
        for kind in kinds:
            rounds: dict[str, list[dict[str, Any]]] = {}
            for _ in range(ROUNDS):
                for server in (yardstick, bare, sandbox):
                    rounds.setdefault(server.name, []).append(server.load(kind))
            for name, found in rounds.items():
                beside = rounds[STARLETTE]

                def ratio(key: str, found: Any = found, beside: Any = beside) -> str:
                    return spread([a[key] / b[key] for a, b in zip(found, beside, strict=True)])

                def median(key: str, found: Any = found) -> float:
                    return statistics.median(one[key] for one in found)

                print(
                    f"| {kind} | {name} | {median('rate'):,.0f} | {ratio('rate')} | "
                    f"{median('p50'):.2f} | {median('p99'):.2f} | {ratio('p99')} | "
                    f"{median('cpu'):.0f} | {ratio('cpu')} |",
                    flush=True,
                )


def many(folder: str) -> None:
    """Print what 100,000 messages weigh, and how long the first page of a list takes."""
    import requests

    def first_page(server: Server) -> float:
        times = []
        with requests.Session() as http:
            http.trust_env, http.auth = False, (ACCOUNT, TOKEN)
            for _ in range(60):
                began = time.perf_counter()
                page = http.get(f"{server.url}{ROOT}/Messages.json").json()
                times.append(time.perf_counter() - began)
                assert len(page["messages"]) == 50
        return statistics.median(times) * 1000

    with started(SANDBOX, folder) as few, started(SANDBOX, folder) as lots:
        few.load("message", 60, 100)
        empty = few.memory()
        lots.load("message", 600, MANY)
        time.sleep(DELIVERY)  # noqa: TID251 - on the wall's clock
        weight = lots.memory()
        pairs = [(first_page(few), first_page(lots)) for _ in range(ROUNDS)]
    print(f"\nfirst page of 100 messages: {statistics.median(a for a, _ in pairs):.2f} ms")
    ratio = spread([b / a for a, b in pairs])
    print(f"first page of {MANY:,}: {ratio} times as long (goal: 2)")
    print(f"memory with {MANY:,} messages: {weight:.0f} MB (goal: 150), with 100: {empty:.0f} MB")


def main() -> None:
    """Print the tables; or be one of the servers, or the load."""
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "load":
        url, kind, number, sids, seconds, most = json.load(sys.stdin)
        json.dump(asyncio.run(Load(url, kind, number, sids).run(seconds, most)), sys.stdout)
    elif what == STARLETTE:
        serve(starlette_app())
    elif what == BARE:
        serve(bare_app())
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(folder, sys.argv[1:] or ["message", "fetch", "call"])
            if not sys.argv[1:]:
                many(folder)


if __name__ == "__main__":
    main()
