"""``python -m helpers.sandbox``: the ready line, the end, the data file, plain refusals."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
import requests
from twilio.rest import Client

from tests.sandbox.town import ALICE, SHOP

READY = re.compile(
    r"sandbox ready at (http://127\.0\.0\.1:\d+) account (AC0{31}1) token ([0-9a-f]{32})\n"
)
ENDED_WITHIN = 5


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


def test_it_ends_in_time_whatever_is_under_way(start):
    one = start("--clock", "manual").ready()
    polled = []

    def poll():
        try:
            polled.append(one.control("GET", "/events?since=99&wait=30").status_code)
        except requests.RequestException as problem:
            polled.append(problem)

    poll = threading.Thread(target=poll)
    poll.start()
    one.client.calls.create(to=ALICE, from_=SHOP, twiml="<Response><Pause length='99'/></Response>")
    one.control("POST", "/clock", Advance=5)
    began = time.monotonic()
    assert one.end()[0] == 0
    assert time.monotonic() - began < ENDED_WITHIN
    poll.join(10)
    assert polled


def test_what_was_acknowledged_survives_being_killed(start, tmp_path):
    data = str(tmp_path / "world.sqlite")
    one = start("--data", data, "--clock", "manual").ready()
    call = one.client.calls.create(
        to=ALICE, from_=SHOP, twiml="<Response><Pause length='99'/></Response>"
    )
    message = one.client.messages.create(to=ALICE, from_=SHOP, body="still there?")
    one.control("POST", f"/phones/{ALICE}", Mode="decline")
    one.control("POST", "/clock", Advance=0)
    seq = one.control("GET", "/events").json()["next"]
    one.end(signal.SIGKILL)

    two = start("--data", data, "--clock", "manual").ready()
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
        ["--start", "yesterday"],
        ["--webhook-timeout", "-1"],
        ["--webhook-timeout", "nan"],
        ["--auth-token", "a:b"],
        ["--nonsense"],
    ],
)
def test_a_bad_option_is_a_sentence(start, arguments):
    refusal(start, *arguments)


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
