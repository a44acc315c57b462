"""The handset, against a small stand-in for the sandbox's control paths."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from helpers.errors import ConnectionFailed, HandsetError
from helpers.phone import Entry, Phone, PhoneCall, PhoneState, Plan, Text, describe
from helpers.serving import Serving

ME, SHOP = "+14155550100", "+15005550006"
AUTH = ("AC" + "0" * 31 + "1", "s3cret")


class Control:
    """Remembers what was asked of it and answers what the test put there."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.handset: dict[str, Any] = {"number": ME, "mode": "auto", "calls": [], "inbox": []}
        self.refusal: tuple[int, str] | None = None
        self.headers: dict[str, str] = {}

    def ring(self, status: str = "ringing", transcript: list[dict[str, Any]] | None = None) -> None:
        call = {"sid": "CA1", "direction": "outbound-api", "from": SHOP, "to": ME}
        self.handset["calls"] = [call | {"status": status, "transcript": transcript or []}]

    async def handle(self, request: Request) -> Any:
        self.headers = dict(request.headers)
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        path = request.scope["raw_path"].decode()
        self.asked.append((request.method, path, form or list(request.query_params.items())))
        if self.refusal is not None and request.method == "POST":
            status, message = self.refusal
            return JSONResponse({"status": status, "message": message}, status)
        if path.endswith("/call"):
            return JSONResponse({"sid": "CA2"}, 201)
        if path.endswith("/text"):
            return JSONResponse({"sid": "SM2"}, 201)
        if path.endswith("/events"):
            return JSONResponse({"events": [{"seq": 8, "type": "state"}], "next": 8})
        if path.endswith("/phones/page"):
            return PlainTextResponse("no sandbox")
        if dict(form).get("Mode"):
            self.handset["mode"] = dict(form)["Mode"]
        return JSONResponse(self.handset)


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def phone(control: Control) -> Iterator[Phone]:
    every = Route("/{path:path}", control.handle, methods=["GET", "POST"])
    with Serving(Starlette(routes=[every])) as site:
        yield Phone(ME, site.url + "/", AUTH)


def test_the_state_is_read_as_it_was_told(control, phone):
    control.ring("in-progress", [{"at": 0.0, "verb": "Say", "text": "Hello world."}])
    control.handset["inbox"] = [{"sid": "SM1", "from": SHOP, "body": "Hi", "media": []}]
    state = phone.state()
    assert state == PhoneState(
        ME,
        "auto",
        [
            PhoneCall(
                "CA1",
                "outbound-api",
                SHOP,
                ME,
                "in-progress",
                [Entry(0.0, "Say", "Hello world.")],
            )
        ],
        [Text("SM1", SHOP, "Hi", [])],
    )
    assert phone.call_now == state.calls[0]
    assert phone.transcript == state.calls[0].transcript
    assert phone.inbox == state.inbox
    assert phone.mode == "auto"


def test_requests_carry_the_credentials_and_the_number_escaped(control, phone):
    phone.state()
    assert control.asked == [("GET", "/_sandbox/phones/%2B14155550100", [])]
    scheme, _, value = control.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", ":".join(AUTH))


def test_a_persons_acts(control, phone):
    home = "/_sandbox/phones/%2B14155550100"
    phone.answer()
    phone.decline()
    phone.hangup()
    phone.press("12#")
    phone.speak("hello there")
    phone.set_mode("manual")
    phone.mode = "off"
    assert control.asked == [
        ("POST", home + "/answer", []),
        ("POST", home + "/decline", []),
        ("POST", home + "/hangup", []),
        ("POST", home + "/press", [("Digits", "12#")]),
        ("POST", home + "/speak", [("Speech", "hello there")]),
        ("POST", home, [("Mode", "manual")]),
        ("POST", home, [("Mode", "off")]),
    ]


def test_calling_and_texting_give_the_sid(control, phone):
    assert phone.call(SHOP) == "CA2"
    assert phone.text(SHOP, "Grüße & mehr", media_url="http://127.0.0.1/cat.png") == "SM2"
    assert phone.text(SHOP, media_url=["http://a/1", "http://a/2"]) == "SM2"
    assert [form for _, _, form in control.asked] == [
        [("To", SHOP)],
        [("To", SHOP), ("Body", "Grüße & mehr"), ("MediaUrl", "http://127.0.0.1/cat.png")],
        [("To", SHOP), ("Body", ""), ("MediaUrl", "http://a/1"), ("MediaUrl", "http://a/2")],
    ]


def test_a_refusal_is_the_sandboxs_own_sentence(control, phone):
    control.refusal = (409, "Nothing rings at +14155550100.")
    with pytest.raises(HandsetError, match=r"^Nothing rings at \+14155550100\.$"):
        phone.answer()


def test_something_that_is_no_sandbox(phone):
    phone.number = "page"
    with pytest.raises(HandsetError, match="no sandbox"):
        phone.state()


def test_events_are_asked_for_with_a_wait(control, phone):
    assert phone.wait_events(7, 0.5) == ([{"seq": 8, "type": "state"}], 8)
    assert phone.wait_events(since=8, seconds=99)[1] == 8
    assert [form for _, _, form in control.asked] == [
        [("since", "7"), ("wait", "0.500")],
        [("since", "8"), ("wait", "30.000")],
    ]


def acts(control: Control) -> list[tuple[str, dict[str, str]]]:
    return [
        (path.rpartition("%2B14155550100")[2], dict(form))
        for method, path, form in control.asked
        if method == "POST"
    ]


def test_a_plan_is_only_remembered_until_it_is_followed(control, phone):
    assert phone.planned == Plan(answer=True, press=None, speak=None)
    assert phone.plan(press="1#", speak="yes") == Plan(True, "1#", "yes")
    assert control.asked == []
    phone.follow_plan()
    assert acts(control) == [("/press", {"Digits": "1#"}), ("/speak", {"Speech": "yes"})]


def test_following_the_plan_answers_what_rings(control, phone):
    control.handset["mode"] = "manual"
    control.ring()
    phone.plan(press="1")
    phone.follow_plan()
    assert acts(control) == [("/press", {"Digits": "1"}), ("", {"Mode": "auto"}), ("/answer", {})]


def test_a_plan_not_to_answer_lets_it_ring(control, phone):
    control.handset["mode"] = "manual"
    control.ring()
    phone.plan(answer=False)
    phone.follow_plan()
    assert acts(control) == [("", {"Mode": "no-answer"})]


def test_repr_says_what_it_does_and_neither_address_nor_secret(control, phone):
    assert repr(phone) == "<Phone +14155550100 idle>"
    control.ring()
    assert repr(phone) == "<Phone +14155550100 ringing>"


def test_a_sandbox_that_has_ended_is_said_in_plain_words():
    with Serving(Starlette()) as gone:
        phone = Phone(ME, gone.url, AUTH)
    with pytest.raises(ConnectionFailed, match="Nothing listens at 127"):
        phone.state()
    assert repr(phone) == "<Phone +14155550100 out of reach>"


def call(status: str, *entries: Entry, caller: str = SHOP, called: str = ME) -> PhoneCall:
    return PhoneCall("CA1", "outbound-api", caller, called, status, list(entries))


def test_the_text_form_of_a_call():
    state = PhoneState(
        ME,
        "auto",
        [
            call(
                "in-progress",
                Entry(0, "answer", ""),
                Entry(0, "Say", "Hello\n  world."),
                Entry(12.34, "Redirect", "$SITE/next"),
            )
        ],
        [Text("SM1", SHOP, "Sent from your Twilio trial account - Hello", ["$SITE/cat.png"])],
    )
    assert describe(state) == (
        "+14155550100  in a call with +15005550006\n"
        "  0.0 s  answer\n"
        "  0.0 s  Say     Hello world.\n"
        " 12.3 s  Redirect $SITE/next\n"
        "inbox\n"
        "  +15005550006  Sent from your Twilio trial account - Hello $SITE/cat.png"
    )


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([], "idle"),
        ([call("ringing")], "ringing: +15005550006 calls"),
        ([call("ringing", caller=ME, called=SHOP)], "calling +15005550006"),
        ([call("completed")], "idle, last call with +15005550006: completed"),
        ([call("in-progress"), call("busy")], "in a call with +15005550006"),
    ],
)
def test_the_first_line_says_what_goes_on(calls, words):
    assert describe(PhoneState(ME, "auto", calls, [])) == f"+14155550100  {words}"


def test_a_call_through_the_real_sandbox():
    """Rung by hand: it rings, is answered, speaks, hears a key, and is over."""
    from helpers.client import Client
    from helpers.sandbox import Sandbox

    document = (
        "<Response><Gather numDigits='1'><Say>Press a key.</Say></Gather>"
        "<Say>Nobody pressed.</Say></Response>"
    )
    with Sandbox(clock="manual") as sandbox:
        auth = (sandbox.account_sid, sandbox.auth_token)
        phone = Phone(ME, sandbox.url, auth)
        client = Client(*auth, base_url=sandbox.url)

        def turn(seconds: float) -> None:
            answer = requests.post(
                f"{sandbox.url}/_sandbox/clock", {"Advance": seconds}, auth=auth, timeout=10
            )
            assert answer.status_code == 200

        phone.mode = "manual"
        with pytest.raises(HandsetError):
            phone.answer()
        call = client.calls.create(to=ME, from_=SHOP, twiml=document)
        turn(3)
        assert repr(phone) == "<Phone +14155550100 ringing>"
        phone.plan(speak="hello")
        phone.follow_plan()
        assert phone.mode == "auto"
        turn(30)
        assert client.calls(call.sid).fetch().status == "completed"
        assert ("Say", "Press a key.") in [(entry.verb, entry.text) for entry in phone.transcript]
        assert phone.call_now is None
        assert phone.wait_events()[1] > 0
        client.close()
