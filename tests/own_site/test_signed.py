"""Pages that turn away what Twilio did not send, in each framework; the official code signs."""

from __future__ import annotations

import logging

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from helpers.errors import SettingsError
from helpers.serving import Serving, requires_signature
from helpers.serving.request import WebRequest
from helpers.serving.signed import UNSIGNED, WRONG

TOKEN = "a-token-that-is-good-for-nothing"
signed = requires_signature(TOKEN)


def plain():
    @signed
    def hello(request):
        return f"{request.path} {request['A']}"

    @signed
    async def later(request):
        return f"{request.path} {request['A']}"

    @signed
    def nobody():
        return "seen"

    return {"/hello": hello, "/later": later, "/nobody": nobody, "/two%20words": hello}


def starlette():
    @signed
    def hello(request):  # Starlette runs it in a thread
        return PlainTextResponse(f"{request.url.path} {request.query_params.get('A', '')}")

    @signed
    async def later(request):
        form = (await request.body()).decode()
        return PlainTextResponse(f"{request.url.path} {form.partition('=')[2]}")

    @signed
    async def nobody(request):
        return PlainTextResponse("seen")

    routes = [
        Route(path, page, methods=["GET", "POST"])
        for path, page in {"/later": later, "/nobody": nobody, "/hello": hello}.items()
    ]
    return Starlette(routes=routes)


def flask():
    module = pytest.importorskip("flask", reason="Flask is not installed")
    app = module.Flask("site")

    @app.route("/later", methods=["GET", "POST"])
    @signed
    def later():
        return f"{module.request.path} {module.request.values['A']}"

    @app.route("/<name>", methods=["GET", "POST"])
    @signed
    def nobody(name):
        return "seen"

    return app


def fastapi():
    module = pytest.importorskip("fastapi", reason="FastAPI is not installed")
    pytest.importorskip("python_multipart", reason="FastAPI reads no forms without it")
    app = module.FastAPI()

    @app.post("/later")
    @signed
    async def later(A: str = module.Form()):
        return PlainTextResponse(f"/later {A}")

    @app.post("/nobody")
    @signed
    def nobody(request: Request):
        return PlainTextResponse("seen")

    return app


APPS = [plain, starlette, flask, fastapi]


def post(address, form, signature, **headers):
    headers = {"X-Twilio-Signature": signature, **headers} if signature else headers
    return requests.post(address, form, headers=headers, timeout=10)


def signature(address, form=None, token=TOKEN):
    return RequestValidator(token).compute_signature(address, form or {})


@pytest.mark.parametrize("make", APPS)
def test_a_request_that_is_signed_gets_its_page(make):
    form = {"A": "1"}
    with Serving(make()) as site:
        there = site.url + "/later"
        answer = post(there, form, signature(there, form))
        assert (answer.status_code, answer.text) == (200, "/later 1"), site.failures


@pytest.mark.parametrize("make", APPS)
def test_a_forgery_gets_403_and_a_sentence(make):
    with Serving(make()) as site:
        there, form = site.url + "/nobody", {"A": "1"}
        good = signature(there, form)
        for forged, told in [
            (None, UNSIGNED),
            ("", UNSIGNED),
            ("AAAA", WRONG),
            (signature(there, {"A": "2"}), WRONG),
            (signature(site.url + "/other", form), WRONG),
            (signature(there, form, "another token"), WRONG),
        ]:
            answer = post(there, form, forged)
            assert (answer.status_code, answer.text) == (403, told)
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert post(there, form, good).text == "seen"


@pytest.mark.parametrize("make", [plain, starlette])
def test_a_get_is_signed_with_its_query(make):
    with Serving(make()) as site:
        there = site.url + "/hello?A=x%20y"
        for page, status in [(there, 200), (there + "&B=2", 403)]:
            headers = {"X-Twilio-Signature": signature(there)}
            assert requests.get(page, headers=headers, timeout=10).status_code == status


def test_a_path_is_checked_as_it_was_sent():
    with Serving(plain()) as site:
        there = site.url + "/two%20words"
        assert post(there, {"A": "1"}, signature(there, {"A": "1"})).text == "/two%20words 1"


def test_a_body_that_is_no_form_is_held_to_its_hash():
    body = '{"a": 1}'
    with Serving(plain()) as site:
        there = site.url + "/nobody?bodySHA256=" + RequestValidator(TOKEN).compute_hash(body)
        kind = {"Content-Type": "application/json"}
        assert post(there, body, signature(there), **kind).status_code == 200
        assert post(there, body + " ", signature(there), **kind).status_code == 403
        bare = site.url + "/nobody"
        assert post(bare, body, signature(bare), **kind).status_code == 403


# --- behind a proxy ---------------------------------------------------------------------------

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
PUBLIC = "https://shop.example/voice"


@pytest.mark.parametrize(
    ("options", "address", "headers", "status"),
    [
        # What a proxy says is not believed unless somebody said that there is one.
        ({}, PUBLIC, FORWARDED, 403),
        ({"trust_proxy": True}, PUBLIC, FORWARDED, 200),
        ({"trust_proxy": True}, PUBLIC, {}, 403),
        # A chain: the outermost proxy, whom Twilio asked, stands first.
        (
            {"trust_proxy": True},
            PUBLIC,
            {"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "shop.example, inner:8000"},
            200,
        ),
        (
            {"trust_proxy": True},
            "https://shop.example:8443/voice",
            FORWARDED | {"X-Forwarded-Port": "8443"},
            200,
        ),
        ({"trust_proxy": True}, PUBLIC, FORWARDED | {"X-Forwarded-Port": "443"}, 200),
        ({"public": "https://shop.example"}, PUBLIC, {}, 200),
        ({"public": "https://shop.example/"}, PUBLIC, {"X-Forwarded-Host": "evil.example"}, 200),
        ({"public": "https://shop.example/app"}, "https://shop.example/app/voice", {}, 200),
    ],
)
def test_behind_a_proxy(options, address, headers, status):
    page = requires_signature(TOKEN, **options)(lambda request: "seen")
    with Serving(page) as site:
        answer = post(site.url + "/voice", {}, signature(address), **headers)
        assert answer.status_code == status


def test_a_wrong_address_is_told_in_the_log_and_nowhere_else(caplog):
    with Serving(signed(lambda: "seen")) as site, caplog.at_level(logging.WARNING):
        answer = post(site.url + "/voice?secret=1", {}, signature(PUBLIC))
    [record] = caplog.records
    assert f"{site.url}/voice. " in record.getMessage()
    assert "secret" not in record.getMessage() and TOKEN not in record.getMessage()
    assert site.url not in answer.text


# --- the token --------------------------------------------------------------------------------


def check(page, token):
    url = "http://shop.test/voice"
    headers = {"host": "shop.test", "x-twilio-signature": signature(url, {}, token)}
    answer = page(WebRequest("POST", "/voice", headers))
    return answer if isinstance(answer, str) else answer[1]


def test_the_token_is_that_of_the_environment_at_the_time(monkeypatch):
    page = requires_signature()(lambda request: "seen")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "first")
    assert check(page, "first") == "seen"
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "second")
    assert (check(page, "first"), check(page, "second")) == (403, "seen")


def test_two_tokens_are_good_while_one_replaces_the_other():
    page = requires_signature(["old", "new"])(lambda request: "seen")
    assert [check(page, token) for token in ("old", "new", "other")] == ["seen", "seen", 403]


@pytest.mark.parametrize("token", ["", [], ["good", ""]])
def test_no_token_lets_nobody_in(token):
    with pytest.raises(SettingsError, match="no auth token"):
        requires_signature(token)


def test_no_token_in_the_environment_lets_nobody_in(monkeypatch):
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    page = requires_signature()(lambda request: "seen")
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        check(page, "")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "")
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        check(page, "")


def test_forgotten_brackets_are_said():
    with pytest.raises(SettingsError, match="without brackets"):

        @requires_signature
        def page(request):
            return "seen"


def test_a_function_that_no_site_calls_is_told_where_the_decorator_belongs():
    with pytest.raises(TypeError, match="found no request"):
        signed(lambda: "seen")()
