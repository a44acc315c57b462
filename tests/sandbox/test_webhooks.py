"""Asking web sites: signed as Twilio signs, never off this machine, never for ever."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from helpers.errors import SandboxError
from helpers.sandbox import twimlets
from helpers.sandbox.web.machines import is_loopback
from helpers.sandbox.web.urls import with_query
from helpers.sandbox.web.webhooks import Cookies, Webhooks
from helpers.serving import Serving

TOKEN = "0123456789abcdef0123456789abcdef"


class Site:
    """A web site that keeps what it was asked."""

    def __init__(self):
        self.requests = []
        routes = [
            Route("/twiml", self.twiml, methods=["GET", "POST"]),
            Route("/away", lambda r: RedirectResponse("http://192.0.2.1/x")),
            Route("/there", lambda r: RedirectResponse("/twiml", 302), methods=["GET", "POST"]),
            Route("/round", lambda r: RedirectResponse("/round"), methods=["GET", "POST"]),
            Route("/broken", lambda r: PlainTextResponse("no", 500), methods=["POST"]),
            Route("/large", lambda r: PlainTextResponse("x" * 70_000), methods=["POST"]),
            Route("/cookie", self.cookie, methods=["POST"]),
            Route("/locked", self.locked, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    async def twiml(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.requests.append((request.method, str(request.url), dict(request.headers), body))
        return Response("<Response/>", media_type="text/xml")

    async def cookie(self, request: Request) -> Response:
        self.requests.append(request.headers.get("cookie"))
        response = PlainTextResponse("ok")
        response.set_cookie("visits", "1")
        return response

    async def locked(self, request: Request) -> Response:
        given = request.headers.get("authorization")
        self.requests.append(given)
        return PlainTextResponse("ok", 200 if given else 401)


@pytest.fixture
def site():
    site = Site()
    with Serving(site.app) as serving:
        site.url = serving.url
        yield site


def ask(url, method="POST", params=(), **options):
    cookies = options.pop("cookies", None)

    async def once():
        webhooks = Webhooks(**options)
        try:
            return await webhooks.ask(url, method, params, token=TOKEN, cookies=cookies)
        finally:
            await webhooks.close()

    return asyncio.run(once())


def test_a_post_carries_a_form_and_a_signature_that_the_official_validator_accepts(site):
    params = [("CallSid", "CA1"), ("Body", "Привет & more"), ("To", "+15005550006")]
    reply = ask(site.url + "/twiml?a=1&b=%20", params=params)
    assert (reply.status, reply.body, reply.failed) == (200, b"<Response/>", None)
    method, url, headers, body = site.requests[0]
    assert method == "POST"
    assert body.startswith("CallSid=CA1&Body=%D0%9F")
    assert headers["content-type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert headers["user-agent"] == "TwilioProxy/1.1"
    assert RequestValidator(TOKEN).validate(url, dict(params), headers["x-twilio-signature"])


def test_a_get_carries_its_parameters_in_the_query_and_signs_the_whole_url(site):
    ask(site.url + "/twiml?a=1", "GET", [("To", "+1"), ("Body", "a b")])
    _, url, headers, body = site.requests[0]
    assert url.endswith("/twiml?a=1&To=%2B1&Body=a+b")
    assert body == ""
    assert RequestValidator(TOKEN).validate(url, {}, headers["x-twilio-signature"])


def test_a_url_with_blanks_and_accents_is_quoted_before_it_is_signed(site):
    ask(site.url + "/twiml?Message=Grüß Gott#rc=2")
    _, url, headers, _ = site.requests[0]
    assert url.endswith("/twiml?Message=Gr%C3%BC%C3%9F%20Gott")
    assert RequestValidator(TOKEN).validate(url, {}, headers["x-twilio-signature"])


def test_a_redirect_is_followed_with_get_and_without_the_form(site):
    reply = ask(site.url + "/there", params=[("Digits", "1")])
    assert reply.url == site.url + "/twiml"
    assert [(m, b) for m, _, _, b in site.requests] == [("GET", "")]


@pytest.mark.parametrize(
    ("path", "code"), [("/broken", 11200), ("/large", 11750), ("/round", 11215), ("/away", 11205)]
)
def test_what_a_site_does_wrong_has_a_code(site, path, code):
    method = "GET" if path in ("/away", "/round") else "POST"
    assert ask(site.url + path, method).failed[0] == code


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/voice",
        "http://0.0.0.0:80/voice",
        "http://2130706433/voice",
        "http://0x7f000001/voice",
        "http://127.1/voice",
        "http://0177.0.0.1/voice",
        "http://127.0.0.1./voice",
        "http://[::ffff:127.0.0.1]/voice",
        "http://[0:0:0:0:0:0:0:1]/voice",
        "http://[::1%25lo]/voice",
        "http://[::]/voice",
        "http://example.com/voice",
        "https://nobody.invalid/voice",
    ],
)
def test_another_machine_is_never_asked(url):
    reply = ask(url)
    assert reply.failed[0] == 11205
    assert "--allow-host" in reply.failed[1]


def test_a_name_that_resolves_to_loopback_may_be_asked(site):
    assert ask(site.url.replace("127.0.0.1", "localhost") + "/twiml").status == 200


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense", "http://[::1", "http://a/\ud800"],
)
def test_only_web_addresses_are_asked(url):
    assert ask(url).failed[0] == 11100


def test_nobody_listening_is_said_in_plain_words():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reply = ask(f"http://127.0.0.1:{port}/voice")
    assert reply.failed[0] == 11202
    assert "is your web site running" in reply.failed[1]


@contextlib.contextmanager
def listener(answer):
    """A TCP server that sends *answer* and then says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve():
            with contextlib.suppress(OSError):
                while not over.is_set():
                    connection, _ = server.accept()
                    connection.sendall(answer)
                    connections.append(connection)

        connections = []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(2)
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Resp"])
def test_a_site_that_never_finishes_is_given_up_in_time(answer):
    with listener(answer) as url:
        assert ask(url, timeout=0.2).failed[0] == 11200


def test_what_speaks_no_http_is_told_so():
    with listener(b"220 smtp ready\r\n\r\n") as url:
        assert ask(url, timeout=2).failed[0] in (11205, 11206)


def test_cookies_come_back_within_a_conversation(site):
    cookies = Cookies()
    ask(site.url + "/cookie", cookies=cookies)
    ask(site.url + "/cookie", cookies=cookies)
    assert site.requests == [None, "visits=1"]


def test_credentials_in_a_url_are_sent_only_after_the_site_asked(site):
    url = site.url.replace("//", "//ann:secret@") + "/locked"
    assert ask(url).status == 200
    assert site.requests == [None, "Basic YW5uOnNlY3JldA=="]


def test_the_guides_twimlet_is_answered_inside():
    address = "http://twimlets.com/message?Message%5B0%5D=Hello%20World"
    reply = ask(address, sites=twimlets.SITES)
    assert reply.body.endswith(b"<Response><Say>Hello World</Say></Response>")


def test_loopback_is_127_8_and_1_only():
    assert [is_loopback(a) for a in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_query_that_is_there_stays_as_it_is():
    assert with_query("http://h/p?a=%7E", [("b", "c d")]) == "http://h/p?a=%7E&b=c+d"


def test_a_site_on_the_other_loopback_address_may_be_asked():
    try:
        serving = Serving(Site().app, host="::1").start()
    except SandboxError:
        pytest.skip("this machine has no IPv6")
    with serving:
        assert ask(serving.url + "/twiml").status == 200


def test_a_login_may_hold_any_sign(site):
    url = site.url.replace("//", "//ann%40shop:s%3Aecret%2F@") + "/locked"
    assert ask(url).status == 200
    assert site.requests[1] == "Basic YW5uQHNob3A6czplY3JldC8="


def test_an_allowed_host_that_has_no_address_is_11210():
    assert ask("http://nobody.invalid/", allow_hosts=["nobody.invalid"]).failed == (
        11210,
        "the host name nobody.invalid is not known",
    )


# -- TLS -----------------------------------------------------------------------------------------


def test_http_on_the_other_side_is_no_tls():
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        assert ask(url.replace("http:", "https:")).failed[0] == 11220


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody vouches for, for localhost."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=x -days 2"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "cert", folder / "key"


def test_a_certificate_that_nobody_vouches_for_is_11237(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        code, why = ask(f"https://127.0.0.1:{server.getsockname()[1]}/").failed
        thread.join(5)
    assert code == 11237
    assert "self-signed certificate" in why.replace("self signed", "self-signed")
