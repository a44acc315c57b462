"""The short way answers as uvicorn's usual way does, and leaves to it what it cannot do."""

import base64
import json
import re
import socket
import threading
from urllib.parse import urlencode

import pytest

from helpers.sandbox import Sandbox
from helpers.sandbox.direct import DirectProtocol
from tests.sandbox.town import ALICE, SHOP

FORM = {"To": ALICE, "From": SHOP, "Body": "Grüße"}


@pytest.fixture
def taken(monkeypatch):
    """The paths that went the short way."""
    paths, write = [], DirectProtocol._write

    def watch(self, reply):
        paths.append(self._asked.path)
        write(self, reply)

    monkeypatch.setattr(DirectProtocol, "_write", watch)
    return paths


@pytest.fixture
def sandbox():
    with Sandbox(clock="real", type="full") as sandbox:
        yield sandbox
        assert sandbox.engine.failures == []


class Line:
    """One connection to a sandbox, byte by byte."""

    def __init__(self, sandbox):
        host, port = sandbox.url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.account = sandbox.account_sid
        coded = base64.b64encode(f"{self.account}:{sandbox.auth_token}".encode()).decode()
        self.login = f"Authorization: Basic {coded}\r\n"
        self.read = b""

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.socket.close()

    def request(self, method, path, form=None, headers="", version="1.1", login=None):
        """The bytes of a request; *path* without a slash is below the account."""
        if not path.startswith("/"):
            path = f"/2010-04-01/Accounts/{self.account}/{path}"
        body = urlencode(form).encode() if form is not None else b""
        if form is not None:
            headers += "Content-Type: application/x-www-form-urlencoded\r\n"
            headers += f"Content-Length: {len(body)}\r\n"
        login = self.login if login is None else login
        head = f"{method} {path} HTTP/{version}\r\nHost: here\r\n{login}{headers}\r\n"
        return head.encode() + body

    def send(self, data):
        self.socket.sendall(data)

    def reply(self, method="GET"):
        """The next reply: its status line, its headers and its body."""
        while b"\r\n\r\n" not in self.read:
            self.more()
        head, self.read = self.read.split(b"\r\n\r\n", 1)
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        while len(self.read) < length:
            self.more()
        body, self.read = self.read[:length], self.read[length:]
        return status, headers, body

    def more(self):
        data = self.socket.recv(65_536)
        assert data, "the sandbox hung up"
        self.read += data


def lasting(reply):
    """A reply without what is different each time."""
    status, headers, body = reply
    for name in ("date", "twilio-request-id"):
        assert headers.pop(name)
    body = re.sub(rb"(SM|RQ)\w{32}|\w{3}, \d\d \w{3} \d{4} [\d:]{8}", b"~", body)
    return status, headers, body


REQUESTS = [
    ("GET", "Messages.json", None),
    ("GET", "Messages", None),
    ("GET", "Messages.json?PageSize=nonsense", None),
    ("HEAD", "IncomingPhoneNumbers.json", None),
    ("OPTIONS", "Calls.json", None),
    ("DELETE", "Calls.json", None),
    ("PATCH", "Calls.json", None),
    ("TRACE", "Calls.json", None),
    ("GET", "Nothing.json", None),
    ("GET", "/2010-04-01/%41ccounts.json", None),
    ("POST", "Messages.json", FORM),
    ("POST", "Messages.xml", FORM | {"To": "+1"}),
    ("POST", "Keys.json", {}),
]


@pytest.mark.parametrize(("method", "path", "form"), REQUESTS, ids=lambda v: str(v)[:24])
def test_both_ways_give_the_same_reply(sandbox, taken, method, path, form):
    replies = []
    for pieces in (1, 2):
        with Line(sandbox) as line:
            data = line.request(method, path, {} if form is None and pieces == 2 else form)
            if pieces == 2:
                # A body that is announced, and comes when the head has been looked at.
                data = data.replace(b"Content-Length: 0", b"Content-Length: 1")
                head, body = data.split(b"\r\n\r\n", 1)
                line.send(head + b"\r\n\r\n")
                let_it_read(sandbox)
                line.send(body or b"&")
            else:
                line.send(data)
            replies.append(lasting(line.reply(method)))
            assert len(taken) == 1, "the first goes the short way, the second does not"
    for reply in replies:
        reply[1].pop("twilio-concurrent-requests")
    if path == "Keys.json":
        replies = [(status, headers, "") for status, headers, _ in replies]
    assert replies[0] == replies[1]


def let_it_read(sandbox):
    """Return when the sandbox has read what was sent before, on whatever connection."""
    with Line(sandbox) as other:
        other.send(other.request("GET", "/_sandbox/health"))
        other.reply()


def test_requests_in_a_pipeline_are_answered_in_their_order(sandbox):
    with Line(sandbox) as line:
        bodies = [f"text {n}" for n in range(5)]
        texts = [line.request("POST", "Messages.json", FORM | {"Body": body}) for body in bodies]
        line.send(b"".join([*texts, line.request("GET", "/_sandbox/health")]))
        replies = [line.reply() for _ in range(6)]
    assert [status for status, _, _ in replies] == ["HTTP/1.1 201 Created"] * 5 + [
        "HTTP/1.1 200 OK"
    ]
    for body, (_, _, said) in zip(bodies, replies, strict=False):
        assert f'"body": "{body}"'.encode() in said


def test_one_connection_takes_both_ways_in_turn(sandbox, taken):
    with Line(sandbox) as line:
        for n in range(3):
            line.send(line.request("GET", "Messages.json"))
            assert line.reply()[0] == "HTTP/1.1 200 OK"
            line.send(line.request("GET", "/_sandbox/clock"))
            assert line.reply()[0] == "HTTP/1.1 200 OK"
            assert len(taken) == n + 1


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ({"headers": "Expect: 100-continue\r\n"}, "HTTP/1.1 100 Continue"),
        ({"headers": "Connection: close\r\n"}, "HTTP/1.1 201 Created"),
        ({"version": "1.0"}, "HTTP/1.1 201 Created"),
    ],
)
def test_what_is_not_plain_goes_the_usual_way(sandbox, taken, options, begins):
    with Line(sandbox) as line:
        line.send(line.request("POST", "Messages.json", FORM, **options))
        status = line.reply()[0]
        assert status == begins
        if "100" in begins:
            assert line.reply()[0] == "HTTP/1.1 201 Created"
    assert taken == []


@pytest.mark.parametrize("clock", ["manual", "hurried"])
def test_clocks_that_wait_for_requests_are_waited_for(taken, clock):
    with Sandbox(clock=clock, type="full") as sandbox, Line(sandbox) as line:
        line.send(line.request("POST", "Messages.json", FORM))
        assert line.reply()[0] == "HTTP/1.1 201 Created"
    assert taken == []


def test_an_answer_that_takes_time_is_a_task_and_others_go_on(taken):
    """With a limit on requests at once each lasts a while."""
    with Sandbox(clock="real", type="full", concurrency=2) as sandbox:
        with Line(sandbox) as one, Line(sandbox) as two, Line(sandbox) as three:
            for line in (one, two, three):
                line.send(line.request("GET", "Messages.json"))
                let_it_read(sandbox)
            statuses = [line.reply()[0] for line in (three, one, two)]
        assert sandbox.engine.failures == []
    assert statuses == ["HTTP/1.1 429 Too Many Requests", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]
    assert len(taken) == 3


def test_who_leaves_before_the_answer_does_no_harm(sandbox):
    for _ in range(20):
        with Line(sandbox) as line:
            line.send(line.request("POST", "Messages.json", FORM))
    let_it_read(sandbox)
    with Line(sandbox) as line:
        line.send(line.request("GET", "Messages.json?PageSize=100"))
        assert line.reply()[2].count(b'"sid"') == 20


@pytest.fixture
def narrow(monkeypatch):
    """The protocols of the connections; the system keeps little of what one sends on them."""
    protocols, made = [], DirectProtocol.connection_made

    def connected(self, transport):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        made(self, transport)
        self.paused = threading.Event()
        pause = self.flow.pause_reading

        def pause_reading():
            pause()
            self.paused.set()

        self.flow.pause_reading = pause_reading
        protocols.append(self)

    monkeypatch.setattr(DirectProtocol, "connection_made", connected)
    return protocols


def test_who_does_not_read_answers_is_not_read_from_and_holds_nobody_else_up(
    sandbox, narrow, taken
):
    asked = 150
    with Line(sandbox) as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        request = deaf.request("GET", "AvailablePhoneNumbers.json")
        deaf.send(request)
        length = len(deaf.reply()[2])
        deaf.send(request * asked)
        [protocol] = narrow
        assert protocol.paused.wait(20), "the sandbox reads on"
        assert len(taken) < asked
        # What it holds is what its transport holds before it says so, and the answer that was one
        # too many; a request that is read meanwhile is not answered.
        most = protocol.transport.get_write_buffer_limits()[1] + 2 * length
        assert most / 2 < protocol.transport.get_write_buffer_size() < most
        with Line(sandbox) as line:
            line.send(line.request("POST", "Messages.json", FORM))
            assert line.reply()[0] == "HTTP/1.1 201 Created"
        # Once it listens, all is there.
        for end in (deaf.socket, protocol.transport.get_extra_info("socket")):
            for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                end.setsockopt(socket.SOL_SOCKET, buffer, 1 << 20)
        assert {deaf.reply()[0] for _ in range(asked)} == {"HTTP/1.1 200 OK"}


def test_a_mistake_of_ours_is_told_in_words(sandbox, monkeypatch, taken):
    def wrong(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(type(sandbox.store), "known", wrong)
    with Line(sandbox) as line:
        line.send(line.request("GET", "Messages.json"))
        status, _, body = line.reply()
    assert status == "HTTP/1.1 500 Internal Server Error"
    assert b'"code": 20500' in body
    assert len(taken) == len(sandbox.engine.failures) == 1
    sandbox.engine.failures.clear()


def test_what_was_answered_before_is_answered_anew_when_it_has_changed(sandbox):
    with Line(sandbox) as line:
        line.send(line.request("POST", "Applications.json", {"FriendlyName": "one"}))
        path = f"Applications/{json.loads(line.reply()[2])['sid']}.json"

        def name():
            line.send(line.request("GET", path))
            return json.loads(line.reply()[2]).get("friendly_name")

        assert [name(), name()] == ["one", "one"]
        line.send(line.request("POST", path, {"FriendlyName": "two"}))
        line.reply()
        assert name() == "two"
        line.send(line.request("DELETE", path))
        line.reply()
        assert name() is None


def test_credentials_that_were_good_are_refused_when_the_account_is_closed(sandbox):
    with Line(sandbox) as line:
        line.send(line.request("POST", "/2010-04-01/Accounts.json", {}))
        made = json.loads(line.reply()[2])
        coded = base64.b64encode(f"{made['sid']}:{made['auth_token']}".encode()).decode()
        path, login = f"/2010-04-01/Accounts/{made['sid']}", f"Authorization: Basic {coded}\r\n"
        for _ in range(2):
            line.send(line.request("GET", f"{path}/Messages.json", login=login))
            assert line.reply()[0] == "HTTP/1.1 200 OK"
        line.send(line.request("POST", f"{path}.json", {"Status": "closed"}))
        line.reply()
        line.send(line.request("GET", f"{path}/Messages.json", login=login))
        assert line.reply()[0] == "HTTP/1.1 401 Unauthorized"


@pytest.mark.parametrize(
    ("headers", "direct"),
    [
        ("Connection: keep-alive\r\n", True),
        ("X-Odd: \xe9t\xe9  \r\n", True),
        ("X-Twice: 1\r\nX-Twice: 2\r\n", False),
        ("X-Long: " + "x" * 3_000 + "\r\n", False),
        ("TE: trailers\r\n", False),
    ],
)
def test_headers_are_plain_or_go_the_usual_way(sandbox, taken, headers, direct):
    with Line(sandbox) as line:
        line.send(
            line.request("GET", "Messages.json", headers="@@").replace(
                b"@@", headers.encode("latin-1")
            )
        )
        assert line.reply()[0] == "HTTP/1.1 200 OK"
    assert len(taken) == direct


@pytest.mark.parametrize(
    "wrong", [b"Bad Header: 1", b"No-Colon", b"X: \x01", b"Content-Length: -1"]
)
def test_headers_that_are_wrong_are_refused_as_usual(sandbox, taken, wrong):
    with Line(sandbox) as line:
        line.send(line.request("GET", "Messages.json", headers="@@\r\n").replace(b"@@", wrong))
        assert line.reply()[0] == "HTTP/1.1 400 Bad Request"
    assert taken == []


def test_a_request_behind_one_that_takes_time_waits_for_it(taken):
    with Sandbox(clock="real", type="full", concurrency=5) as sandbox, Line(sandbox) as line:
        paths = ["Messages.json", "Nothing.json", "/_sandbox/clock"]
        for path in paths:
            line.send(line.request("GET", path))
            let_it_read(sandbox)
        assert [line.reply()[0].split()[1] for _ in paths] == ["200", "404", "200"]
    assert len(taken) == 2


def test_a_connection_that_is_not_used_any_more_ends(sandbox, monkeypatch):
    """Whichever way it was used last, and not while an answer is on its way."""
    made = DirectProtocol.connection_made

    def soon(self, transport):
        made(self, transport)
        self.timeout_keep_alive = 0.3

    monkeypatch.setattr(DirectProtocol, "connection_made", soon)
    for last in ("Messages.json", "/_sandbox/clock"):
        with Line(sandbox) as line:
            for path in ("/_sandbox/clock", "Messages.json", last):
                line.send(line.request("GET", path))
                assert line.reply()[0] == "HTTP/1.1 200 OK"
            assert line.socket.recv(1) == b""
