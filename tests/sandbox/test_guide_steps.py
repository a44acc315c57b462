"""The guide's own steps, from another process: the command, the official client, HTTP."""

import time
from urllib.parse import quote

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from helpers.serving import Serving
from tests.sandbox.test_process import Process
from tests.sandbox.town import SHOP, WebSite, twiml

MINE = "+14155550123"  # the learner's own telephone
HELLO = "http://twimlets.com/message?Message%5B0%5D=" + quote("Hello world.")


@pytest.fixture
def sandbox(request):
    process = Process("--clock", request.param).ready()
    yield process
    process.client.http_client.session.close()
    process.process.kill()
    process.process.communicate(timeout=30)


def phone(sandbox, act="", **form):
    """What a person does with the telephone; returns it as it is then."""
    path = f"/phones/{MINE}" + (f"/{act}" if act else "")
    reply = sandbox.control("POST" if act or form else "GET", path, **form)
    assert reply.ok, reply.text
    return reply.json()


def until(sandbox, so):
    """Follow the event log until it is so; returns what *so* found."""
    deadline, seen = time.monotonic() + 20, 0
    while time.monotonic() < deadline:
        if found := so():
            return found
        seen = sandbox.control("GET", f"/events?since={seen}&wait=1").json()["next"]
    raise AssertionError("it never came to be")


def heard(sandbox, words):
    """Wait until the telephone has heard *words*."""

    def so():
        calls = phone(sandbox)["calls"]
        return calls and [e for e in calls[-1]["transcript"] if words in e["text"]]

    return until(sandbox, so)


def verify(sandbox):
    """Have the telephone verified: a call comes, and the code is pressed."""
    client = sandbox.client
    phone(sandbox, Mode="manual")
    request = client.validation_requests.create(phone_number=MINE, friendly_name="My phone")
    until(sandbox, lambda: [c for c in phone(sandbox)["calls"] if c["status"] == "ringing"])
    phone(sandbox, "press", Digits=request.validation_code)
    phone(sandbox, "answer")
    heard(sandbox, "Your number is verified")
    until(sandbox, lambda: client.outgoing_caller_ids.list(phone_number=MINE))
    until(sandbox, lambda: phone(sandbox)["calls"][-1]["status"] == "completed")
    phone(sandbox, Mode="auto")


# A person who reads a code and presses it needs time that passes as on the wall.
@pytest.mark.parametrize("sandbox", ["real"], indirect=True)
def test_verify_then_call_then_text(sandbox):
    client = sandbox.client
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(to=MINE, from_=SHOP, url=HELLO)
    assert refused.value.code == 21219
    verify(sandbox)
    call = client.calls.create(to=MINE, from_=SHOP, url=HELLO)
    [entry] = heard(sandbox, "Hello world.")
    assert entry["verb"] == "Say"
    assert entry["at"] < 1
    until(sandbox, lambda: client.calls(call.sid).fetch().status == "completed")
    message = client.messages.create(to=MINE, from_=SHOP, body="Hello there!")
    [text] = until(sandbox, lambda: phone(sandbox)["inbox"])
    assert (text["sid"], text["from"]) == (message.sid, SHOP)
    assert text["body"] == "Sent from your Twilio trial account - Hello there!"


@pytest.mark.parametrize("sandbox", ["hurried"], indirect=True)
def test_the_older_place_for_texts_works_too(sandbox):
    url = f"{sandbox.url}/2010-04-01/Accounts/{sandbox.sid}/SMS/Messages.json"
    form = {"To": "+14155550100", "From": SHOP, "Body": "Hello"}
    reply = requests.post(url, data=form, auth=sandbox.auth, timeout=10)
    assert reply.status_code == 201
    shown = until(sandbox, lambda: sandbox.control("GET", "/phones/+14155550100").json()["inbox"])
    assert shown[0]["body"].endswith("- Hello")


@pytest.mark.parametrize("sandbox", ["hurried", "real"], indirect=True)
def test_your_own_twiml_is_heard(sandbox):
    """A page on this machine, asked for signed, that says what its query names."""
    site = WebSite({"/hello": lambda params: twiml(f"<Say>{params['Message']}</Say>")})
    with Serving(site) as serving:
        phone_number = "+14155550100"
        call = sandbox.client.calls.create(
            to=phone_number, from_=SHOP, url=serving.url + "/hello?Message=Hello%20world."
        )

        def so():
            [shown] = sandbox.control("GET", f"/phones/{phone_number}").json()["calls"]
            return shown["status"] == "completed" and shown

        shown = until(sandbox, so)
    assert shown["sid"] == call.sid
    assert [(e["verb"], e["text"]) for e in shown["transcript"]] == [
        ("answer", ""),
        ("notice", "A trial account: a real call says so here and waits for a key."),
        ("Say", "Hello world."),
    ]
    assert site.asked("/hello")[0]["CallSid"] == call.sid
