"""Live mode without Twilio: what is refused, left out, asked here, said, and tried again."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from twilio.rest import Client as Official
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from helpers import session as sessions
from helpers import wire as wires
from helpers.client import Client
from helpers.config import read_settings
from helpers.errors import ConnectionFailed, SettingsError
from helpers.live import Expected, LivePhone
from helpers.serving import Serving
from helpers.session import connect
from helpers.signing import RequestValidator
from helpers.widgets import side_by_side
from helpers.wire import Wire, is_private

SID, TOKEN = "AC" + "7" * 32, "8" * 32
CALL = {"sid": "CA" + "1" * 32, "status": "queued", "to": "+15558675310"}


class Line:
    """In the place of a wire: keeps what was sent, answers the same."""

    def __init__(self, values: Any = None) -> None:
        self.sent: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.values = CALL if values is None else values

    def send(self, method: str, url: str, *, form: Any = (), query: Any = ()) -> Any:
        self.sent.append((method, url, list(form or query)))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(self.values).encode()
        return answer

    def close(self) -> None: ...


def at_twilio(**options: Any) -> tuple[Client, Line]:
    client = Client(SID, TOKEN, live=True, **options)
    line = Line()
    client._wire = line  # type: ignore[assignment]
    return client, line


# --- where it goes ---------------------------------------------------------------------------


@pytest.mark.parametrize("region", [None, "ie1", "au1"])
@pytest.mark.parametrize("edge", [None, "dublin", "sydney"])
@pytest.mark.parametrize("product", ["api", "messaging", "verify", "monitor"])
def test_region_and_edge_make_the_official_address(region, edge, product):
    official = Official(SID, TOKEN, region=region, edge=edge)
    client, _ = at_twilio(region=region, edge=edge)
    assert client._host(product) == official.get_hostname(f"https://{product}.twilio.com")


def test_region_and_edge_are_settings(monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    client, line = at_twilio()
    client.verify.v2.services("VA1").verifications.create("+15558675310", "sms")
    assert line.sent[0][1] == ("https://verify.dublin.ie1.twilio.com/v2/Services/VA1/Verifications")
    settings = read_settings()
    assert (settings.region, settings.edge) == ("ie1", "dublin")


@pytest.mark.parametrize("bad", ["evil.example/", "a.b", "x@y", "a b"])
def test_a_region_cannot_lead_the_password_elsewhere(monkeypatch, bad):
    with pytest.raises(SettingsError, match="region"):
        at_twilio(region=bad)
    monkeypatch.setenv("TWILIO_EDGE", bad)
    with pytest.raises(SettingsError):
        read_settings()


def test_an_address_of_twilios_keeps_its_region():
    client, _ = at_twilio(base_url="https://api.dublin.ie1.twilio.com")
    assert client._host("messaging") == "https://messaging.dublin.ie1.twilio.com"
    assert client.base_url == "https://api.dublin.ie1.twilio.com"


# --- what is not sent ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/voice",
        "http://localhost:5000",
        "https://[::1]/x",
        "http://192.168.1.7/voice",
        "http://10.0.0.1/",
        "http://printer.local/",
        "http://myhost/voice",
        "ws://127.0.0.1/media",
        "<Response><Redirect>http://127.0.0.1:8000/next</Redirect></Response>",
    ],
)
def test_addresses_of_this_network_are_refused_before_anything_is_sent(url):
    said: list[Any] = []
    client, line = at_twilio(announce=lambda *what: said.append(what))
    name = "twiml" if url.startswith("<") else "url"
    for act in (
        lambda: client.calls.create("+15558675310", "+15017122661", **{name: url}),
        lambda: client.calls("CA1").update(**{name: url}),
    ):
        with pytest.raises(SettingsError) as refused:
            act()
        assert "Twilio cannot reach" in str(refused.value)
        assert "twiml=" in str(refused.value)
        assert "public address" in str(refused.value)
    assert line.sent == []
    assert said == []


@pytest.mark.parametrize(
    "url", ["https://example.com/voice", "http://demo.twilio.com/docs/voice.xml", "https://8.8.8.8"]
)
def test_public_addresses_are_sent(url):
    client, line = at_twilio()
    client.calls.create("+15558675310", "+15017122661", url=url)
    assert ("Url", url) in line.sent[0][2]
    assert not is_private(url)


def test_a_sandbox_takes_addresses_of_this_machine():
    client = Client(SID, TOKEN, base_url="http://127.0.0.1:1")
    line = client._wire = Line()  # type: ignore[assignment]
    client.calls.create("+15558675310", "+15017122661", url="http://127.0.0.1:8000/voice")
    assert line.sent


# --- what is said ----------------------------------------------------------------------------

NUMBER = "+15558675310"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda c: c.calls.create(NUMBER, "+1"), f"Calls for {NUMBER}: a call costs about 0.014"),
        (lambda c: c.messages.create(NUMBER, body="x"), f"Messages for {NUMBER}: a text costs"),
        (
            lambda c: c.incoming_phone_numbers.create(phone_number=NUMBER),
            f"IncomingPhoneNumbers for {NUMBER}: a number costs about 1.15 USD a month",
        ),
        (
            lambda c: c.incoming_phone_numbers.toll_free.create(NUMBER),
            f"TollFree for {NUMBER}: a number costs about 2.15 USD a month",
        ),
        (
            lambda c: c.conferences("CF1").participants.create("+1", NUMBER),
            f"Participants for {NUMBER}: a call costs",
        ),
        (
            lambda c: c.verify.v2.services("VA1").verifications.create(NUMBER, "sms"),
            f"Verifications for {NUMBER}: a verification that succeeds costs",
        ),
        (lambda c: c.validation_requests.create(NUMBER), f"OutgoingCallerIds for {NUMBER}: verif"),
        (lambda c: c.calls("CA1").recordings.create(), "Recordings: recording costs"),
        (lambda c: c.new_keys.create(), "Keys: it costs nothing"),
        (lambda c: c.queues.create("q"), "Queues: it costs nothing"),
        (lambda c: c.calls("CA1").streams.create("wss://a.example"), "Streams: see Twilio's price"),
    ],
)
def test_whom_and_what_it_costs_is_said_before_it_is_sent(capsys, act, said):
    client, line = at_twilio()
    heard: list[str] = []
    send = line.send
    line.send = lambda *a, **k: (heard.append(capsys.readouterr().out), send(*a, **k))[1]  # type: ignore[method-assign]
    act(client)
    [before] = heard
    assert before.startswith(f"live: {said}")
    assert len(line.sent) == 1


def test_looking_is_free_and_silent(capsys):
    client, _ = at_twilio()
    client.calls("CA1").fetch()
    client.calls("CA1").update(status="completed")
    assert capsys.readouterr().out == ""


# --- the session -----------------------------------------------------------------------------


@pytest.fixture
def live(monkeypatch):
    for name, value in {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": "+15017122661",
        "MY_PHONE_NUMBER": "+15558675310",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sessions, "LIVE_POLL", 0.01)
    monkeypatch.setattr(sessions, "LIVE_PATIENCE", 0.2)
    session = connect(lesson="05", mode="live")
    session.client._wire = Line()
    yield session
    session.close()


def site_of(session: Any, *pages: Any) -> tuple[Any, list[Any]]:
    """Serve pages that answer (status, text) in turn; the requests they got."""
    asked: list[Any] = []

    async def page(request: Any) -> Response:
        body = (await request.body()).decode()
        asked.append((request.method, str(request.url), body, dict(request.headers)))
        status, text = pages[len(asked) - 1]
        return Response(text, status, media_type="text/xml")

    route = Route("/{p:path}", page, methods=["GET", "POST"])
    return session.site(Starlette(routes=[route])), asked


def test_a_page_on_this_machine_is_asked_here_and_its_answer_sent(live, capsys):
    site, asked = site_of(live, (200, "<Response><Say>Hello</Say></Response>"))
    capsys.readouterr()
    live.client.calls.create(
        "+15558675310",
        "+15017122661",
        url=f"{site.url}/voice?a=1",
        status_callback=f"{site.url}/status",
        time_limit=60,
    )
    [(_, _, sent)] = live.client._wire.sent
    assert dict(sent) == {
        "To": "+15558675310",
        "From": "+15017122661",
        "TimeLimit": "60",
        "Twiml": "<Response><Say>Hello</Say></Response>",
    }
    method, url, body, headers = asked[0]
    assert (method, "From=%2B15017122661" in body) == ("POST", True)
    assert RequestValidator(TOKEN).validate(
        url, dict(parse_qsl(body)), headers["x-twilio-signature"]
    )
    said = capsys.readouterr().out
    assert "sent as twiml=" in said
    assert "StatusCallback is left out" in said
    assert "+15558675310" in said and "USD" in said
    assert TOKEN not in said and site.url not in said


def test_the_second_page_is_asked_if_the_first_is_out_of_order(live):
    site, asked = site_of(live, (500, "Sorry"), (200, "<Response/>"))
    live.client.calls.create(
        "+15558675310", "+15017122661", url=f"{site.url}/a", fallback_url=f"{site.url}/b"
    )
    assert dict(live.client._wire.sent[0][2])["Twiml"] == "<Response/>"
    assert "ErrorCode=11200" in asked[1][2]


def test_another_address_of_this_machine_is_still_refused(live):
    with pytest.raises(SettingsError, match="cannot reach"):
        live.client.calls.create("+15558675310", "+15017122661", url="http://127.0.0.1:9/x")
    other, asked = site_of(live, (200, "<Response/>"))
    with pytest.raises(SettingsError, match="cannot reach"):  # its port only begins alike
        live.client.calls.create("+15558675310", "+15017122661", url=f"{other.url}0/x")
    assert asked == []
    site, _ = site_of(live, (200, "<Response><Redirect>http://127.0.0.1:9/</Redirect></Response>"))
    with pytest.raises(SettingsError, match="cannot reach"):
        live.client.calls.create("+15558675310", "+15017122661", url=site.url)
    assert live.client._wire.sent == []


def test_what_needs_the_sandbox_says_so_in_a_sentence(live, capsys):
    assert "sandbox's log" in repr(live.story("CA1"))
    assert repr(live.phone).startswith("+15558675310 is your own phone")
    assert isinstance(live.handset("+15558675311"), LivePhone)
    assert live.handset("+15558675311").number == live.phone.number  # nobody else is reached
    capsys.readouterr()
    phone = live.phone
    for act in (
        phone.answer,
        phone.decline,
        phone.hangup,
        lambda: phone.press("1"),
        lambda: phone.speak("yes"),
        lambda: phone.set_mode("auto"),
        lambda: phone.plan(press="1"),
        lambda: phone.call("+15017122661"),
        lambda: phone.text("+15017122661", "hi"),
    ):
        act()
        assert capsys.readouterr().out.startswith("live: ")
    assert "your own phone" in phone.transcript[-1].text
    assert "your own phone" in phone.inbox[-1].body
    live.url("Calls")
    assert "USD" in capsys.readouterr().out
    assert live.shown(None) == ""
    assert live.shown(f"{live.base}/x") == "https://api.twilio.com/x"


def test_waits_end_without_an_error(live, capsys):
    live.client._wire.values = CALL | {"status": "ringing"}
    assert asyncio.run(live.ended("CA1")).status == "ringing"
    assert "look again later" in capsys.readouterr().out


def test_a_call_by_hand_is_waited_for(live):
    """What was there before is not it."""
    old, new = {"sid": "CA0", "status": "completed"}, {"sid": "CA9", "status": "completed"}
    pages = [{"calls": [one], "next_page_uri": None} for one in (old, old, new)]
    live.client._wire = SimpleNamespace(close=lambda: None)
    line = Line()
    live.client._wire.send = lambda *a, **k: (
        setattr(line, "values", pages.pop(0) if len(pages) > 1 else pages[0]),
        line.send(*a, **k),
    )[1]
    assert asyncio.run(live.ended(live.phone.call("+15017122661"))).sid == "CA9"


def test_what_never_comes_reads_not_yet(live):
    live.client._wire.values = {"messages": [], "next_page_uri": None}
    never = asyncio.run(live.delivered(Expected.of("text", "+1", "+2")))
    assert never.status == never.body == "not yet"


# --- tries -----------------------------------------------------------------------------------


@pytest.fixture
def slept(monkeypatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(wires.time, "sleep", pauses.append)
    return pauses


class Adapter:
    """In the place of what sends: fails or answers as told."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.sent = 0

    def send(self, prepared: Any, **more: Any) -> Any:
        self.sent += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        status, headers = outcome if isinstance(outcome, tuple) else (outcome, {})
        answer = requests.Response()
        answer.status_code, answer._content = status, b"{}"
        answer.headers.update(headers)
        return answer

    def close(self) -> None: ...


def wire_of(*outcomes: Any) -> tuple[Wire, Adapter]:
    wire, adapter = Wire(("AC1", "x")), Adapter(*outcomes)
    wire._out.mount("https://", adapter)  # type: ignore[arg-type]
    return wire, adapter


def failed(reason: Exception, kind: Any = requests.ConnectionError) -> Exception:
    return kind(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


REFUSED = failed(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
NOT_TAKEN = failed(wires.ConnectTimeoutError(None, "slow"), requests.exceptions.ConnectTimeout)
BROKEN = requests.ConnectionError("('Connection aborted.', ConnectionResetError(104))")
SLOW = requests.exceptions.ReadTimeout(ReadTimeoutError(None, "/", "slow"))  # type: ignore[arg-type]
HALF = requests.exceptions.ChunkedEncodingError("half")
CERTIFICATE = requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED")
URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json"


@pytest.mark.parametrize("outcome", [REFUSED, NOT_TAKEN, BROKEN, SLOW, HALF, 500, 503, 429])
def test_a_get_is_tried_again_with_growing_pauses(slept, outcome):
    wire, adapter = wire_of(outcome, outcome, 200)
    assert wire.send("GET", URL).status_code == 200
    assert adapter.sent == 3
    assert slept == [0.5, 1.0]


@pytest.mark.parametrize("outcome", [BROKEN, SLOW, HALF, CERTIFICATE])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_may_have_been_carried_out_is_never_repeated(slept, method, outcome):
    wire, adapter = wire_of(outcome, 200)
    with pytest.raises(ConnectionFailed):
        wire.send(method, URL, form=[("To", "+1")])
    assert (adapter.sent, slept) == (1, [])


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_answer_to_a_post_is_an_answer(slept, status):
    wire, adapter = wire_of(status, 201)
    assert wire.send("POST", URL).status_code == status
    assert (adapter.sent, slept) == (1, [])


@pytest.mark.parametrize("outcome", [REFUSED, NOT_TAKEN])
def test_a_post_that_never_left_is_tried_again(slept, outcome):
    wire, adapter = wire_of(outcome, 201)
    assert wire.send("POST", URL).status_code == 201
    assert (adapter.sent, slept) == (2, [0.5])


def test_tries_end(slept):
    wire, adapter = wire_of(*[REFUSED] * 9)
    with pytest.raises(ConnectionFailed):
        wire.send("GET", URL)
    assert (adapter.sent, slept) == (4, [0.5, 1.0, 2.0])
    wire, adapter = wire_of(*[503] * 9)
    assert wire.send("GET", URL).status_code == 503
    assert adapter.sent == 4


def test_a_server_may_ask_for_a_longer_pause_but_not_for_any(slept):
    wire, _ = wire_of((429, {"Retry-After": "3"}), 200)
    assert wire.send("GET", URL).status_code == 200
    assert slept == [3.0]
    wire, adapter = wire_of((429, {"Retry-After": "3600"}), 200)
    assert wire.send("GET", URL).status_code == 429
    assert adapter.sent == 1


def test_this_machine_is_asked_once(slept):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed):
        Wire(None).send("GET", f"http://127.0.0.1:{port}/")
    with Serving(Starlette()) as site:
        assert Wire(None).send("GET", f"{site.url}/none").status_code == 404
    assert slept == []


def test_a_refused_connection_is_told_from_a_broken_one(slept):
    """By the libraries' own errors: nothing listens; and a server takes the request and is gone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed, match="Nothing listens"):
        Wire(None, pauses=(0.25,)).send("POST", f"http://127.0.0.1:{port}/")
    assert slept == [0.25]
    slept.clear()
    taken = 0

    def take(listener: socket.socket) -> None:
        nonlocal taken
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            peer.recv(65536)
            taken += 1
            peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=take, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(ConnectionFailed, match="broke off"):
            Wire(None, pauses=(0.25,)).send("POST", url, form=[("To", "+1")])
        assert (taken, slept) == (1, [])
        with pytest.raises(ConnectionFailed, match="broke off"):
            Wire(None, pauses=(0.25,)).send("GET", url)
        assert (taken, slept) == (3, [0.25])
        listener.shutdown(socket.SHUT_RDWR)


# --- the way out -----------------------------------------------------------------------------


def ways(url: str, monkeypatch: Any) -> dict[str, Any]:
    """What is given to the libraries for the way to *url*."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/somewhere/company.pem")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    given: dict[str, Any] = {}

    class Looking(Adapter):
        def send(self, prepared: Any, **more: Any) -> Any:
            given.update(more)
            return super().send(prepared)

    wire = Wire(("AC1", "x"))
    for session in (wire._direct, wire._out):
        for scheme in ("https://", "http://"):
            session.mount(scheme, Looking(200))  # type: ignore[arg-type]
    wire.send("GET", url)
    return given


def test_proxies_and_certificates_are_for_the_way_out(monkeypatch):
    out = ways("https://api.twilio.com/x", monkeypatch)
    assert out["proxies"]["https"] == "http://proxy.example:3128"
    assert out["verify"] == "/somewhere/company.pem"
    assert out["timeout"] == (5.0, 35.0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://localhost:9/x"])
def test_this_machine_is_asked_directly(monkeypatch, url):
    direct = ways(url, monkeypatch)
    assert not direct["proxies"]
    assert direct["verify"] is True


def test_phones_of_your_own_side_by_side_are_told_of():
    shown = repr(side_by_side(LivePhone("+14155550100"), LivePhone("+14155550101")))
    assert shown.count("is your own phone") == 2


def test_a_text_with_a_picture_is_sent_by_hand(capsys):
    LivePhone("+14155550100").text("+15005550006", "Look", media_url="https://example.com/a.png")
    assert "text 'Look' with a picture to +15005550006" in capsys.readouterr().out
