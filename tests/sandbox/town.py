"""A small town for tests: a sandbox, the official client, a web site and some handsets."""

import asyncio
import json
import threading
import time
from datetime import datetime
from urllib.parse import parse_qsl

import pytest
import requests
from starlette.requests import Request
from starlette.responses import Response
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from helpers.sandbox import Sandbox
from helpers.serving import Serving

SHOP, ALICE, BOB = "+15005550006", "+14155550100", "+14155550101"


# What the wall's clock has of its own: moments, and durations that it is a little late for.
TIMES = {"at", "seconds", "duration", "Timestamp", "RecordingStartTime", "QueueTime", "Duration"}
TIMES |= {"milliseconds", "CallDuration", "DialCallDuration", "RecordingDuration", "RawDlrDoneDate"}
# A signature is of the address too, and what is in the parameters is in the query of a GET.
TIMES |= {"headers", "requested"}


def timeless(data):
    """*data* of an event without moments and durations, within its parameters too."""
    return {
        name: timeless(value) if isinstance(value, dict) else value
        for name, value in data.items()
        if name not in TIMES
    }


class WebSite:
    """A web site whose pages a test writes: path -> TwiML, or (status, type, body)."""

    def __init__(self, pages=None):
        self.pages = dict(pages or {})
        self.headers = {}  # what every answer has beside its type
        self.requests = []  # (path, parameters, headers), oldest first

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        body = (await request.body()).decode()
        pairs = [*request.query_params.multi_items(), *parse_qsl(body, keep_blank_values=True)]
        self.requests.append((request.url.path, dict(pairs), dict(request.headers)))
        page = self.pages.get(request.url.path, (404, "text/plain", "not here"))
        if callable(page):
            page = await asyncio.to_thread(page, dict(pairs))
        if isinstance(page, str):
            page = (200, "text/xml", page)
        status, content_type, text = page
        headers = self.headers | ({"content-type": content_type} if content_type else {})
        await Response(text, status, headers)(scope, receive, send)

    def asked(self, path):
        """The parameters of each request for *path*."""
        return [params for asked, params, _ in self.requests if asked == path]


class Town:
    """Everything a test needs, torn down when the block ends."""

    def __init__(self, pages=None, **options):
        options.setdefault("clock", "manual")
        options.setdefault("type", "full")
        self.sandbox = Sandbox(**options)
        self.site = WebSite(pages)
        self._serving = Serving(self.site)
        self._clients = []

    def __enter__(self):
        self.sandbox.start()
        self._serving.start()
        self.url = self._serving.url
        self.auth = (self.sandbox.account_sid, self.sandbox.auth_token)
        self.client = self.log_in(*self.auth)
        self.http = requests.Session()
        self.http.trust_env = False
        return self

    def __exit__(self, *problem):
        self.http.close()
        for client in self._clients:
            client.http_client.session.close()
        assert self.sandbox.engine.failures == []
        # Beside the next test: each server takes a fifth of a second to notice that it is to end.
        threading.Thread(target=self._stop).start()

    def _stop(self):
        self._serving.stop()
        self.sandbox.stop()

    def log_in(self, *credentials, account=None):
        """Twilio's own client with these credentials."""
        client = Client(*credentials, account)
        client.api.base_url = self.sandbox.url
        self._clients.append(client)
        return client

    def control(self, method, path, **form):
        """One control request; returns the reply."""
        return self.http.request(
            method, f"{self.sandbox.url}/_sandbox{path}", data=form, auth=self.auth, timeout=30
        )

    def phone(self, number, act="", **form):
        """Act on a handset (POST), or look at it when neither act nor form is given."""
        path = f"/phones/{number}{'/' + act if act else ''}"
        reply = self.control("POST" if act or form else "GET", path, **form)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    def transcript(self, number=ALICE):
        """What was heard and done in the handset's newest call, without times."""
        return [(e["verb"], e["text"]) for e in self.phone(number)["calls"][-1]["transcript"]]

    def times(self, number=ALICE):
        return [(e["at"], e["verb"]) for e in self.phone(number)["calls"][-1]["transcript"]]

    def advance(self, seconds):
        reply = self.control("POST", "/clock", Advance=seconds)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def now(self):
        return datetime.fromisoformat(self.control("GET", "/clock").json()["now"])

    def events(self, **query):
        path = "/events?" + "&".join(f"{k}={v}" for k, v in query.items())
        return self.control("GET", path).json()["events"]

    def alerts(self):
        return [e["data"]["code"] for e in self.events() if e["type"] == "alert"]

    def call(self, twiml=None, to=ALICE, **options):
        """Start a call from the shop; with *twiml* that document, else the site's /voice."""
        if twiml is None:
            options.setdefault("url", self.url + "/voice")
        else:
            options["twiml"] = f"<Response>{twiml}</Response>"
        return self.client.calls.create(to=to, from_=SHOP, **options)

    def until(self, true, seconds=60):
        """Follow the log until it is so; a test that waits in vain fails."""
        deadline, seen = time.monotonic() + seconds, 0
        while not true():
            assert time.monotonic() < deadline, "it never came to that"
            seen = self.control("GET", f"/events?since={seen}&wait=1").json()["next"]

    def until_completed(self, call, seconds=60):
        """Follow the log until a call is completed."""
        self.until(lambda: self.status(call) == "completed", seconds)

    def status(self, call):
        return self.client.calls(call.sid).fetch().status


def refusal(call, *args, **kwargs):
    """The error with which Twilio's client tells that a request is refused."""
    with pytest.raises(TwilioRestException) as caught:
        call(*args, **kwargs)
    return caught.value


def refused(call, *args, **kwargs):
    """Status and code of a refusal."""
    error = refusal(call, *args, **kwargs)
    return error.status, error.code


def arrived(town, message):
    """A message as it is when it has had its time."""
    town.advance(5)
    return town.client.messages(message.sid).fetch()


def press(town, digits, after=0.0):
    """Alice presses keys, some seconds from now."""
    town.advance(after)
    town.phone(ALICE, "press", Digits=digits)


def speak(town, words, after=0.0):
    """Alice says something, some seconds from now."""
    town.advance(after)
    town.phone(ALICE, "speak", Speech=words)


def twiml(inside):
    """A document with *inside* in it."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


def pretty(value):
    return json.dumps(value, indent=2)
