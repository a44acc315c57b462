"""``python -m helpers.sandbox``: the ready line, the end, the data file, plain refusals."""

import contextlib
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
import requests
from twilio.rest import Client

from helpers.sandbox.__main__ import main
from helpers.serving import Serving
from tests.sandbox.town import ALICE, SHOP, WebSite, twiml

READY = re.compile(
    r"sandbox ready at (http://127\.0\.0\.1:\d+) account (AC0{31}1) token ([0-9a-f]{32})\n"
)
ENDED_WITHIN = 5
OTHER = "+14155550155"


class Process:
    """A sandbox in a process of its own."""

    def __init__(self, *arguments, environ=None):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpers.sandbox", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environ or {})},
        )

    def ready(self):
        guard = threading.Timer(30, self.process.kill)
        guard.start()
        line = self.process.stdout.readline()
        guard.cancel()
        match = READY.fullmatch(line)
        assert match, (line, self.process.stderr.read() if not line else "")
        self.url, self.sid, self.token = match.groups()
        self.auth = (self.sid, self.token)
        self.client = Client(*self.auth)
        self.client.api.base_url = self.url
        return self

    def control(self, method, path, **form):
        return requests.request(
            method, f"{self.url}/_sandbox{path}", data=form, auth=self.auth, timeout=30
        )

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def start():
    processes = []

    def start(*arguments, **options):
        processes.append(Process(*arguments, **options))
        return processes[-1]

    yield start
    for one in processes:
        if hasattr(one, "client"):
            one.client.http_client.session.close()
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate(timeout=30)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_that_it_is_ready_and_ends_when_told(start, how):
    one = start().ready()
    assert requests.get(one.url + "/_sandbox/health", timeout=5).json() == {"status": "ok"}
    assert one.end(how) == (0, "", "")


class Silent:
    """A web site that takes a request and never answers."""

    def __enter__(self):
        self.asked = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/"
        self.kept = []
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()
        return self

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                self.kept.append(self.server.accept()[0])
                self.asked.set()

    def __exit__(self, *problem):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(5)
        for connection in self.kept:
            connection.close()


@pytest.mark.parametrize("clock", ["real", "manual"])
def test_it_ends_in_time_whatever_is_under_way(start, clock):
    one = start("--clock", clock, "--type", "full").ready()
    answers = []

    def ask(method, path, **form):
        try:
            answers.append(one.control(method, path, **form).status_code)
        except requests.RequestException as problem:
            answers.append(problem)

    with Silent() as silent:
        own = one.client.incoming_phone_numbers.list()[0]
        own.update(voice_url=silent.url)
        one.client.calls.create(
            to=ALICE, from_=SHOP, url=silent.url, status_callback=silent.url,
            status_callback_event=["ringing"],
        )  # fmt: skip
        one.control("POST", f"/phones/{OTHER}/call", To=SHOP)
        waiting = [
            threading.Thread(target=ask, args=("GET", "/events?since=9999&wait=30")),
            threading.Thread(target=ask, args=("POST", "/clock"), kwargs={"Advance": 5}),
        ]
        for thread in waiting:
            thread.start()
        assert silent.asked.wait(10)
        began = time.monotonic()
        assert one.end() == (0, "", "")
        assert time.monotonic() - began < ENDED_WITHIN
        for thread in waiting:
            thread.join(10)
    assert len(answers) == 2


def test_killed_at_any_moment_it_has_lost_nothing_it_acknowledged(start, tmp_path):
    """Texts, modes, keys and turns of the clock, sent as fast as they go, until it is dead."""
    data, chance = str(tmp_path / "world.sqlite"), random.Random(20)
    options = ("--data", data, "--clock", "manual", "--type", "full")
    sids, keys, now, seq = [], 0, "", 0
    one = start(*options).ready()
    for _ in range(3):
        guard = threading.Timer(chance.uniform(0.05, 0.4), one.process.kill)
        guard.start()
        with contextlib.suppress(requests.RequestException):
            while True:
                sids.append(one.client.messages.create(to=ALICE, from_=SHOP, body="hi").sid)
                if one.control("POST", f"/phones/{ALICE}/press", Digits="1").ok:
                    keys += 1
                now = one.control("POST", "/clock", Advance=0.25).json()["now"]
                seq = one.control("GET", f"/events?since={seq}").json()["next"]
        guard.join()
        one.process.wait(10)
        one.client.http_client.session.close()
        one = start(*options).ready()
        assert one.control("GET", "/clock").json()["now"] >= now
        assert one.control("GET", "/events").json()["events"][-1]["seq"] >= seq
        kept = [m.sid for m in one.client.messages.list()]
        assert set(sids) <= set(kept)
        assert len(kept) == len(set(kept))
    one.control("POST", "/clock", Advance=60)
    assert {m.status for m in one.client.messages.list()} == {"delivered"}
    one.client.calls.create(
        to=ALICE, from_=SHOP, twiml="<Response><Gather finishOnKey='' timeout='1'/></Response>"
    )
    one.control("POST", "/clock", Advance=5)
    [call] = one.control("GET", f"/phones/{ALICE}").json()["calls"]
    pressed = next(e["text"] for e in call["transcript"] if e["verb"] == "press")
    assert len(pressed) >= keys


def test_killed_while_many_ask_at_once_it_has_lost_nothing_it_acknowledged(start, tmp_path):
    """What several requests changed is committed together: each is answered after that."""
    options = ("--data", str(tmp_path / "world.sqlite"), "--clock", "real", "--type", "full")
    acknowledged, kept = set(), set()
    one = start(*options).ready()
    for _ in range(2):
        enough = threading.Event()

        def ask(one=one, enough=enough):
            form = {"To": ALICE, "From": SHOP, "Body": "hi"}
            with requests.Session() as http, contextlib.suppress(requests.RequestException):
                http.trust_env, http.auth = False, one.auth
                while True:
                    url = f"{one.url}/2010-04-01/Accounts/{one.sid}/Messages.json"
                    acknowledged.add(http.post(url, data=form, timeout=30).json()["sid"])
                    if len(acknowledged) % 200 == 150:
                        enough.set()

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        one.end(signal.SIGKILL)
        for thread in threads:
            thread.join(30)
        one.client.http_client.session.close()
        one = start(*options).ready()
        kept = [m.sid for m in one.client.messages.list(page_size=1000)]
        assert acknowledged <= set(kept)
        assert len(kept) == len(set(kept))
        events = one.control("GET", "/events").json()["events"]
        assert [e["seq"] for e in events] == list(range(1, len(events) + 1))


def test_a_live_call_fails_at_the_next_start_with_callback_and_alert(start, tmp_path):
    site = WebSite({"/status": twiml("")})
    data = str(tmp_path / "world.sqlite")
    with Serving(site) as serving:
        one = start("--data", data, "--clock", "manual").ready()
        call = one.client.calls.create(
            to=ALICE,
            from_=SHOP,
            twiml="<Response><Record/></Response>",
            status_callback=serving.url + "/status",
        )
        one.control("POST", f"/phones/{ALICE}/press", Digits="1")
        one.control("POST", "/clock", Advance=3)
        assert one.client.calls(call.sid).fetch().status == "in-progress"
        one.end(signal.SIGKILL)
        two = start("--data", data, "--clock", "hurried").ready()
        deadline = time.monotonic() + 30
        while not site.asked("/status") and time.monotonic() < deadline:
            two.control("GET", "/events?since=9999&wait=0.05")
    [told] = site.asked("/status")
    assert (told["CallStatus"], told["CallSid"]) == ("failed", call.sid)
    [note] = two.client.calls(call.sid).notifications.list()
    assert note.error_code == "12400"
    assert [r.status for r in two.client.recordings.list()] == ["absent"]
    assert two.control("GET", f"/phones/{ALICE}").json()["calls"][0]["status"] == "failed"


def test_the_same_command_starts_again_on_its_file(start, tmp_path):
    options = ("--data", str(tmp_path / "world.sqlite"), "--clock", "manual", "--start", "now")
    first = start(*options).ready()
    now = first.control("GET", "/clock").json()["now"]
    assert first.end()[0] == 0
    assert start(*options).ready().control("GET", "/clock").json()["now"] == now


def test_what_was_acknowledged_survives_being_killed(start, tmp_path):
    data = str(tmp_path / "world.sqlite")
    one = start("--data", data, "--clock", "manual").ready()
    call = one.client.calls.create(
        to=ALICE, from_=SHOP, twiml="<Response><Pause length='99'/></Response>"
    )
    message = one.client.messages.create(to=ALICE, from_=SHOP, body="still there?")
    one.control("POST", f"/phones/{ALICE}", Mode="decline")
    one.control("POST", "/clock", Advance=0)
    one.control("POST", "/clock", Advance=0.5)
    seq = one.control("GET", "/events").json()["next"]
    now = one.control("GET", "/clock").json()["now"]
    one.end(signal.SIGKILL)

    two = start("--data", data, "--clock", "manual").ready()
    assert two.control("GET", "/clock").json()["now"] >= now
    assert two.client.messages(message.sid).fetch().body.endswith("still there?")
    assert two.control("GET", f"/phones/{ALICE}").json()["mode"] == "decline"
    two.control("POST", "/clock", Advance=5)
    assert two.client.messages(message.sid).fetch().status == "delivered"
    assert two.client.calls(call.sid).fetch().status == "failed"
    again = two.client.messages.create(to=ALICE, from_=SHOP, body="another")
    assert again.sid != message.sid
    events = two.control("GET", f"/events?since={seq}").json()["events"]
    assert events[0]["seq"] == seq + 1
    assert 12400 in [e["data"].get("code") for e in events if e["type"] == "alert"]


def test_a_bad_option_ends_the_process_with_2(start):
    refusal(start, "--nonsense")


def test_a_second_process_on_the_same_file_is_refused(start, tmp_path):
    data = str(tmp_path / "world.sqlite")
    start("--data", data).ready()
    code, out, err = start("--data", data).end(signal.SIGCONT)
    assert (code, out) == (2, "")
    assert "in use by another sandbox" in err


def refusal(start, *arguments):
    process = start(*arguments).process
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "Traceback" not in err
    assert err.count("\n") == 1
    return err


def test_a_port_in_use_is_a_sentence(start):
    port = start().ready().url.rsplit(":", 1)[1]
    assert "taken" in refusal(start, "--port", port)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "99999"],
        ["--port", "abc"],
        ["--clock", "sundial"],
        ["--number", "12"],
        ["--account", "AC1:x"],
        ["--account", "ACxyz:tokentoken:trial"],
        ["--type", "rich"],
        ["--type", "test"],
        ["--account", "AC" + "b" * 32 + ":tokentoken:rich"],
        ["--rate", "0"],
        ["--rate", "often"],
        ["--concurrency", "-1"],
        ["--daily-messages", "1.5"],
        ["--start", "yesterday"],
        ["--webhook-timeout", "-1"],
        ["--webhook-timeout", "nan"],
        ["--auth-token", "a:b"],
        ["--auth-token", ""],
        ["--account-sid", ""],
        ["--account", "AC" + "0" * 31 + "1:tokentoken:trial"],
        ["--number", "+15005550006", "--number", "+15005550006"],
        ["--start", "9999-12-31T23:59:59Z"],
        ["--host", ""],
        ["--host", "no such host"],
        ["--data", ""],
        ["--data", "."],
        ["--data", "/dev/full"],
        ["--data", "/proc/version"],
        ["--nonsense"],
    ],
)
def test_a_bad_option_is_a_sentence(arguments, capsys, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its own
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_a_damaged_file_is_a_sentence_and_stays_as_it_is(start, tmp_path):
    data = tmp_path / "world.sqlite"
    start("--data", str(data)).ready().end()
    whole = data.read_bytes()
    for damage in (whole[:5000], whole[:3000] + b"\0" * 4000 + whole[7000:], b"x" + whole):
        data.write_bytes(damage)
        assert str(data) in refusal(start, "--data", str(data))
        assert data.read_bytes() == damage


def test_a_file_that_is_no_data_file_is_a_sentence(start, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, " * 100)
    assert "no data file" in refusal(start, "--data", str(text))
    assert text.read_text().startswith("not a database")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    assert "another program" in refusal(start, "--data", str(other))
    assert "cannot be opened" in refusal(start, "--data", str(tmp_path / "no" / "folder.sqlite"))


def test_options_that_contradict_the_data_file_are_refused(start, tmp_path):
    data = str(tmp_path / "world.sqlite")
    start("--data", data, "--seed", "one").ready().end()
    assert "--seed" in refusal(start, "--data", data, "--seed", "two")
    start("--data", data, "--seed", "one").ready()


def test_its_world_comes_from_its_options_alone(start, tmp_path):
    one = start(environ={"TWILIO_ACCOUNT_SID": "AC" + "9" * 32, "TWILIO_MODE": "live"}).ready()
    assert one.sid == "AC00000000000000000000000000000001"
