"""What our client costs: its import, a request, a check of a signature, beside its peers.

    python -m benchmarks.client

Every figure is a ratio of times taken in one run, in turns, so that a busy machine counts for all.
*Import* is the CPU time of fresh interpreters above a bare one. *A request* is the wall time of
``messages.create`` against a local server in a process of its own that answers fixed JSON, beside
a bare ``requests.Session().post`` of the same form. *A check* is that of one signed webhook.
"""

from __future__ import annotations

import base64
import hmac
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.request_validator import RequestValidator as OfficialValidator
from twilio.rest import Client as Official

from helpers import Client, RequestValidator
from helpers.signing import sign

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "0123456789abcdef0123456789abcdef"
FORM = {"To": "+14155550100", "From": "+15005550006", "Body": "Hello from a notebook"}
IMPORTS = {
    "requests and lxml.etree (the yardstick)": "import requests, lxml.etree",
    "helpers: Client, VoiceResponse (goal: 1.15)": "from helpers import Client, VoiceResponse",
    "twilio: Client, VoiceResponse": "from twilio.rest import Client\n"
    "from twilio.twiml.voice_response import VoiceResponse",
}

#: A server that reads a request and answers the same text, on sockets alone: little of its own.
SERVER = """
import json, socket, sys, threading
body = sys.argv[1].encode()
reply = (b"HTTP/1.1 201 Created\\r\\nContent-Type: application/json\\r\\nContent-Length: "
         + str(len(body)).encode() + b"\\r\\n\\r\\n" + body)
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print(listener.getsockname()[1], flush=True)
def serve(peer):
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    seen = b""
    while True:
        while b"\\r\\n\\r\\n" not in seen:
            more = peer.recv(65536)
            if not more:
                return
            seen += more
        head, _, rest = seen.partition(b"\\r\\n\\r\\n")
        length = 0
        for line in head.split(b"\\r\\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line[15:])
        while len(rest) < length:
            rest += peer.recv(65536)
        seen = rest[length:]
        peer.sendall(reply)
while True:
    peer, _ = listener.accept()
    threading.Thread(target=serve, args=(peer,), daemon=True).start()
"""
MESSAGE: dict[str, Any] = {
    "account_sid": ACCOUNT,
    "api_version": "2010-04-01",
    "body": FORM["Body"],
    "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
    "date_sent": "Thu, 24 Aug 2023 05:01:45 +0000",
    "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
    "direction": "outbound-api",
    "error_code": None,
    "error_message": None,
    "from": FORM["From"],
    "num_media": "0",
    "num_segments": "1",
    "price": None,
    "price_unit": None,
    "messaging_service_sid": None,
    "sid": "SM" + "2" * 32,
    "status": "queued",
    "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM2/Media.json"},
    "to": FORM["To"],
    "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM2.json",
}


def cpu_of(code: str) -> float:
    """CPU seconds of a fresh interpreter that runs *code*."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def imports(rounds: int = 15) -> dict[str, float]:
    """CPU seconds above a bare interpreter, the best of a few rounds."""
    taken: dict[str, list[float]] = {name: [] for name in ("bare", *IMPORTS)}
    for _ in range(rounds):
        for name in taken:
            taken[name].append(cpu_of(IMPORTS.get(name, "pass")))
    bare = min(taken.pop("bare"))
    return {name: min(times) - bare for name, times in taken.items()}


def in_turns(acts: dict[str, Callable[[], object]], rounds: int, times: int) -> dict[str, float]:
    """Seconds that each act takes, the median of rounds in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            began = time.perf_counter()
            for _ in range(times):
                act()
            taken[name].append((time.perf_counter() - began) / times)
    return {name: statistics.median(each) for name, each in taken.items()}


def creating(rounds: int = 21, times: int = 100) -> dict[str, float]:
    """Seconds for one message created over loopback, by several clients."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, json.dumps(MESSAGE)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        url = f"{base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        session = requests.Session()
        adapter = HTTPAdapter()
        prepared = session.prepare_request(
            requests.Request("POST", url, data=FORM, auth=(ACCOUNT, TOKEN))
        )
        ours, official = Client(ACCOUNT, TOKEN, base_url=base), Official(ACCOUNT, TOKEN)
        official.api.base_url = base
        text = {"to": FORM["To"], "from_": FORM["From"], "body": FORM["Body"]}
        acts: dict[str, Callable[[], object]] = {
            "requests.Session().post (the yardstick)": lambda: session.post(
                url, data=FORM, auth=(ACCOUNT, TOKEN)
            ),
            "helpers: messages.create (goal: 0.7, at most 1)": lambda: ours.messages.create(**text),
            "twilio: messages.create": lambda: official.messages.create(**text),
            "requests' adapter.send, prepared (the limit)": lambda: adapter.send(prepared).content,
        }
        in_turns(acts, 2, times)
        return in_turns(acts, rounds, times)
    finally:
        server.terminate()
        server.wait(10)


def checking(rounds: int = 21, times: int = 500) -> dict[str, float]:
    """Seconds for one check of a webhook's signature."""
    url = "https://example.com/voice?lesson=5"
    form = {f"Parameter{i}": f"+1415555{i:04d}" for i in range(20)}
    signature = sign(TOKEN, url, form)
    text = (url + "".join(k + v for k, v in sorted(form.items()))).encode()
    official, ours = OfficialValidator(TOKEN), RequestValidator(TOKEN)
    assert official.validate(url, form, signature) and ours.validate(url, form, signature)
    return in_turns(
        {
            "twilio: validate (the yardstick)": lambda: official.validate(url, form, signature),
            "helpers: validate (goal: 8 times as fast)": lambda: ours.validate(
                url, form, signature
            ),
            "plain hmac of the joined text (the limit)": lambda: base64.b64encode(
                hmac.digest(TOKEN.encode(), text, "sha1")
            ),
        },
        rounds,
        times,
    )


def main() -> None:
    """Print the tables."""
    for title, figures, unit, scale, faster in (
        ("import, CPU", imports(), "ms", 1e3, False),
        ("a message created", creating(), "µs", 1e6, False),
        ("a signature checked", checking(), "µs", 1e6, True),
    ):
        yardstick = next(iter(figures.values()))
        print(f"| {title} | {unit} | {'times as fast' if faster else 'times its time'} |")
        print("|---|---|---|")
        for name, seconds in figures.items():
            ratio = yardstick / seconds if faster else seconds / yardstick
            print(f"| {name} | {seconds * scale:.1f} | {ratio:.2f} |")
        print()


if __name__ == "__main__":
    main()
