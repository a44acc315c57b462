"""What is said when no answer comes."""

from __future__ import annotations

import datetime
import socket
import ssl

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from helpers.errors import ConnectionFailed
from helpers.serving import Serving
from helpers.wire import Wire, explain, is_loopback

SECRET = "s3cret-token"


def wire(**options) -> Wire:
    return Wire(("AC1", SECRET), **options)


def test_this_machine_is_recognised():
    for url in (
        "http://127.0.0.1:1/x",
        "http://[::1]/",
        "http://localhost:8000",
        "http://127.9.9.9",
    ):
        assert is_loopback(url), url
    for url in ("https://api.twilio.com", "http://192.168.0.1", "http://0.0.0.0", "", "http://1"):
        assert not is_loopback(url), url


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed) as caught:
        wire().send("GET", f"http://127.0.0.1:{port}/x?q=1")
    assert caught.value.what == f"Nothing listens at 127.0.0.1:{port}."
    assert "from the top" in caught.value.next_step


def test_a_silent_server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ConnectionFailed, match="did not answer in time"):
            wire(read=0.05).send("POST", url)


def test_a_server_that_does_not_speak_https():
    with Serving(Starlette()) as site, pytest.raises(ConnectionFailed, match="not speak HTTPS"):
        wire().send("GET", site.url.replace("http:", "https:"))


@pytest.mark.parametrize(
    "url", ["127.0.0.1/x", "ftp://127.0.0.1/", "http://", "http://[", "http://a:b/"]
)
def test_what_is_no_address(url):
    with pytest.raises(ConnectionFailed) as caught:
        wire().send("GET", url)
    assert "cannot be asked" in caught.value.what
    assert SECRET not in str(caught.value)


def test_a_password_in_the_address_is_not_shown():
    problem = requests.ConnectionError(f"refused http://me:{SECRET}@example.com/")
    shown = str(explain(problem, f"http://me:{SECRET}@example.com/"))
    assert "example.com refuses" in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("certificate verify failed: unable to get local issuer certificate", "certifi"),
        ("certificate verify failed: self-signed certificate in certificate chain", "company"),
        ("certificate verify failed: certificate has expired", "clock"),
        ("certificate verify failed: certificate is not yet valid", "clock"),
        (
            "certificate verify failed: Hostname mismatch, certificate is not valid for",
            "another name",
        ),
    ],
)
def test_certificates_are_explained_and_never_switched_off(text, words):
    problem = requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, text))
    said = explain(problem, "https://api.twilio.com/2010-04-01")
    assert said.what == "The certificate of api.twilio.com could not be verified."
    assert words in said.why + said.next_step
    assert "verify=False" in said.next_step


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (requests.exceptions.ConnectTimeout("slow"), "within 5 seconds"),
        (requests.exceptions.ReadTimeout("slow"), "did not answer"),
        (requests.exceptions.ProxyError("no"), "proxy"),
        (requests.exceptions.ConnectionError("NameResolutionError(x)"), "no machine called"),
        (requests.exceptions.ConnectionError("reset by peer"), "broke off"),
        (requests.exceptions.ChunkedEncodingError("half"), "broke off"),
    ],
)
def test_other_ways_to_fail(problem, words):
    assert words in str(explain(problem, "https://api.twilio.com"))


def test_redirects_are_not_followed_and_proxies_not_asked_for_this_machine(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    app = Starlette(routes=[Route("/", lambda request: RedirectResponse("http://example.com"))])
    with Serving(app) as site:
        assert wire().send("GET", site.url).status_code == 307


def test_form_and_query_are_sent_as_given():
    async def echo(request: Request):
        return JSONResponse([request.url.query, (await request.body()).decode()])

    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    pairs = [("To", "+1415"), ("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "é")]
    with Serving(app) as site:
        answer = wire().send("POST", site.url, form=pairs)
        assert answer.elapsed < datetime.timedelta(seconds=5)
        assert answer.json() == [
            "",
            "To=%2B1415&StatusCallbackEvent=ringing&StatusCallbackEvent=%C3%A9",
        ]
        assert wire().send("GET", site.url, query=[("StartTime>", "2026-01-05")]).json() == [
            "StartTime%3E=2026-01-05",
            "",
        ]
