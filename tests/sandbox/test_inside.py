"""Web sites of the sandbox's own process: asked as any other, only without a socket."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from helpers.errors import SandboxError
from helpers.sandbox import Sandbox
from helpers.sandbox.web.cookies import Cookies
from helpers.sandbox.web.inside import Inside
from helpers.sandbox.web.webhooks import Webhooks
from tests.sandbox.town import ALICE, SHOP

TOKEN = "0123456789abcdef0123456789abcdef"
SHOP_SITE = "http://shop.test"


class Shop:
    """A web site that keeps what it was asked."""

    def __init__(self):
        self.requests = []
        self.after = []
        every = {"methods": ["GET", "POST"]}
        self.app = Starlette(
            routes=[
                Route("/voice", self.voice, **every),
                Route("/moved", lambda r: RedirectResponse("/voice?x=1", 302), **every),
                Route("/away", lambda r: RedirectResponse("http://example.com/", 302), **every),
                Route("/later", self.later, **every),
                Route("/broken", self.broken, **every),
                Route("/endless", self.endless, **every),
                Route("/slow", self.slow, **every),
            ]
        )

    async def voice(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.requests.append((request.method, str(request.url), dict(request.headers), body))
        response = Response("<Response><Say>hi</Say></Response>", media_type="text/xml")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    async def later(self, request: Request) -> Response:
        return Response("<Response/>", background=BackgroundTask(self.after.append, "done"))

    async def broken(self, request: Request) -> Response:
        raise KeyError("a mistake")

    async def endless(self, request: Request) -> Response:
        async def more():
            while True:
                self.after.append("piece")
                yield b" " * 10_000

        return StreamingResponse(more(), media_type="text/xml")

    async def slow(self, request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError("never")


@pytest.fixture
def shop():
    return Shop()


def ask(app, path, method="POST", params=(), cookies=None, times=1):
    async def once():
        webhooks = Webhooks(timeout=0.2, sites={SHOP_SITE: app})
        replies = [
            await webhooks.ask(SHOP_SITE + path, method, params, token=TOKEN, cookies=cookies)
            for _ in range(times)
        ]
        await webhooks.close()
        return replies[-1]

    return asyncio.run(once())


def test_a_site_inside_gets_the_form_and_a_good_signature(shop):
    params = [("Body", "Grüße & more"), ("To", SHOP)]
    reply = ask(shop.app, "/voice?a=%20b", params=params)
    assert (reply.status, reply.content_type) == (200, "text/xml")
    assert reply.body == b"<Response><Say>hi</Say></Response>"
    [(method, url, headers, body)] = shop.requests
    assert (method, url) == ("POST", SHOP_SITE + "/voice?a=%20b")
    assert body == "Body=Gr%C3%BC%C3%9Fe+%26+more&To=%2B15005550006"
    assert headers["host"] == "shop.test"
    assert RequestValidator(TOKEN).validate(url, dict(params), headers["x-twilio-signature"])


def test_a_get_carries_its_parameters_in_the_query(shop):
    ask(shop.app, "/voice?a=1", "GET", [("To", SHOP)])
    assert shop.requests[0][1] == SHOP_SITE + "/voice?a=1&To=%2B15005550006"


def test_its_redirects_are_followed_and_its_cookies_come_back(shop):
    cookies = Cookies()
    reply = ask(shop.app, "/moved", params=[("a", "b")], cookies=cookies, times=2)
    assert reply.url == SHOP_SITE + "/voice?x=1"
    assert [(m, b) for m, _, _, b in shop.requests] == [("GET", "")] * 2
    assert shop.requests[1][2]["cookie"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/away", 11205),  # inside or not, it leads to no other machine
        ("/broken", 11200),
        ("/nowhere", 11200),
        ("/endless", 11750),
        ("/slow", 11200),
    ],
)
def test_what_a_site_inside_does_wrong_has_the_same_codes(shop, path, code):
    assert ask(shop.app, path).failed[0] == code
    assert len(shop.after) < 20  # and an endless answer is stopped


def test_what_it_does_after_its_answer_is_waited_for(shop):
    assert ask(shop.app, "/later").status == 200
    assert shop.after == ["done"]


def test_an_app_that_answers_nothing_has_answered_500():
    async def mute(scope, receive, send):
        await receive()

    assert ask(mute, "/").failed == (11200, "http://shop.test/ answered 500")


def test_an_app_may_wait_for_the_end_of_the_request():
    heard = []

    async def patient(scope, receive, send):
        heard.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})
        heard.append((await receive())["type"])

    assert ask(patient, "/").body == b"x"
    assert heard == ["http.request", "http.disconnect"]


def test_an_origin_is_scheme_host_and_port():
    app = object()
    sites = Inside({"http://shop.test": app, "https://Shop.test:8443/": app})
    assert sites.find("http", "shop.test", None) is app
    assert sites.find("http", "shop.test", 80) is app
    assert sites.find("https", "shop.test", 8443) is app
    assert sites.find("https", "shop.test", None) is None
    assert sites.find("http", "a.shop.test", None) is None


@pytest.mark.parametrize(
    "origin", ["shop.test", "http://shop.test/voice", "ftp://x", "http://[", ""]
)
def test_an_origin_that_is_none_is_refused(origin):
    with pytest.raises(SandboxError, match="no address of a web site inside"):
        Sandbox(sites={origin: object()})


def test_a_whole_call_with_a_site_inside(shop):
    with Sandbox(sites={SHOP_SITE: shop.app}, clock="hurried", type="full") as sandbox:
        client = Client(sandbox.account_sid, sandbox.auth_token)
        client.api.base_url = sandbox.url
        call = client.calls.create(to=ALICE, from_=SHOP, url=SHOP_SITE + "/voice")
        for _ in range(200):
            if client.calls(call.sid).fetch().status == "completed":
                break
        assert client.calls(call.sid).fetch().status == "completed"
        client.http_client.session.close()
    assert "CallSid=" + call.sid in shop.requests[0][3]
