"""A site shows what it was asked: readable, and the same on every machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
import requests

from helpers import VoiceResponse, connect
from helpers.serving import Site
from helpers.signing import sign

TOKEN = "a-token-that-is-good-for-nothing"


def voice(request):
    response = VoiceResponse()
    response.say("Hello")
    return response


def signed(site, path, form):
    headers = {"X-Twilio-Signature": sign(TOKEN, site.url + path, form)}
    return requests.post(site.url + path, form, headers=headers, timeout=10)


def test_requests_are_shown_a_line_each():
    with Site(voice, tokens=[TOKEN]) as site:
        assert repr(site.requests) == "nothing was asked yet"
        signed(site, "/voice?a=1", {"Digits": "4"})
        requests.post(site.url + "/voice", headers={"X-Twilio-Signature": "AA"}, timeout=10)
        requests.get(site.url + "/", timeout=10)
        said = (
            '200 text/xml <?xml version="1.0" encoding="UTF-8"?>'
            "<Response><Say>Hello</Say></Response>"
        )
        assert str(site.requests).splitlines() == [
            line if len(line) <= 120 else line[:119] + "…"
            for line in (
                f"POST /voice?a=1  signature right  → {said}",
                f"POST /voice  signature wrong  → {said}",
                f"GET /  signature missing  → {said}",
            )
        ]
        assert [visit.signature for visit in site.requests.to("/voice")] == ["right", "wrong"]
        assert repr(site) == "<Site $SITE>" and str(site) == "$SITE"


def test_one_request_is_shown_in_full_with_names_for_addresses():
    def page(request):
        return f"<Response><Redirect>{site.url}/more</Redirect></Response>"

    with Site(page, tokens=[TOKEN], names={"http://127.0.0.1:1": "$SANDBOX"}) as site:
        form = {"CallSid": "CA1", "RecordingUrl": "http://127.0.0.1:1/x", "To": ""}
        signed(site, "/voice", form)
        assert repr(site.requests[0]) == (
            "POST /voice\n"
            "signature right\n"
            "  CallSid       CA1\n"
            "  RecordingUrl  $SANDBOX/x\n"
            "  To            \n"
            "answered 200 text/xml\n"
            "  <Response><Redirect>$SITE/more</Redirect></Response>"
        )
        [visit] = site.requests
        assert (visit.method, visit.path, visit.params) == ("POST", "/voice", form)


def test_without_a_token_no_signature_is_judged():
    with Site(voice) as site:
        signed(site, "/voice", {})
        assert site.requests[0].signature == "unchecked"


def test_a_body_that_is_no_form_is_shown_as_it_is():
    with Site(lambda request: None) as site:
        requests.post(site.url + "/", data='{"a": 1}', timeout=10)
        assert repr(site.requests[0]) == ('POST /\nsignature missing\n  {"a": 1}\nanswered 204')


def test_a_page_that_raises_has_answered_500():
    with Site(lambda: 1 // 0) as site:
        assert requests.get(site.url + "/x", timeout=10).status_code == 500
        assert str(site.requests) == "GET /x  signature missing  → 500"
        assert "ZeroDivisionError" in site.failures[0]


def test_only_the_newest_are_kept():
    with Site(lambda: "x") as site, requests.Session() as session:
        for index in range(205):
            session.get(f"{site.url}/{index}", timeout=10)
        assert (len(site.requests), site.requests[0].path) == (200, "/5")


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_the_app_gets_the_whole_request_and_its_answer_goes_out_whole(size):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            piece = message.get("body", b"")
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    body = bytes(range(256)) * (size // 256 + 1)
    with Site(app) as site:
        assert requests.post(site.url, body, timeout=20).content == body
        assert len(site.requests[0].request.body) == min(len(body), 1_000_000)


def test_a_lessons_site_shows_requests_of_its_sandbox():
    session = connect(clock="manual")
    try:
        site = session.site(voice)
        call = session.client.calls.create(
            to=session.phone.number, from_=session.number, url=site.url + "/voice"
        )
        asyncio.run(session.ended(call))
        [visit] = site.requests
        assert (visit.signature, visit.params["CallSid"], visit.status) == ("right", call.sid, 200)
        assert site.url not in repr(site.requests) + repr(visit)
    finally:
        session.close()


QUIET = """
import requests
from helpers.serving import Site, requires_signature

with Site(requires_signature("a token")(lambda request: "in"), tokens=["a token"]) as site:
    answer = requests.post(site.url, {"a": "b"}, headers={"X-Twilio-Signature": "AAAA"}, timeout=10)
    print(answer.status_code, site.requests[0].signature)
"""


def test_a_wrong_signature_is_in_its_record_and_not_printed_into_a_cell():
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("403 wrong\n", "")
