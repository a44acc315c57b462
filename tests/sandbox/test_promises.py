"""What no web site, document or person can do to the sandbox: stop it, hang it, make it fail."""

import random
import threading
import time

import pytest

from helpers.resources.call import FINAL
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LONG = "<Pause length='100'/>"
APOLOGY = "We are sorry, an application error has occurred. Goodbye."


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


@pytest.fixture
def hung():
    """A page that answers when the test is over."""
    over = threading.Event()

    def page(_params):
        over.wait(20)
        return twiml("<Say>late</Say>")

    yield page
    over.set()


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


# -- documents -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ((200, "application/json", "{}"), 12300),
        ((200, "image/png", "x"), 12300),
        ((200, None, "<Response/>"), 11200),
        ((200, "text/xml", ""), 12100),
        ((200, "text/xml", "<Response><Say>hi</Response>"), 12100),
        ((200, "text/xml", "<html/>"), 12102),
        ((200, "text/xml", '<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>'), 12100),
        ((200, "text/xml", b"\xff\xfe\x00"), 12100),
        ((200, "text/xml", "<Response>" + "<Say>x</Say>" * 6000 + "</Response>"), 11750),
        ((404, "text/xml", "<Response/>"), 11200),
        ((500, "text/plain", "no"), 11200),
        ((200, "text/xml", twiml("<Redirect>http://[</Redirect>")), 11100),
        ((200, "text/xml", twiml("<Redirect>ftp://127.0.0.1/x</Redirect>")), 11100),
        ((200, "text/xml", twiml('<Gather action="http://[" timeout="1"/>')), 11100),
    ],
)
def test_a_document_that_cannot_be_used_has_a_code_and_an_apology(town, page, code):
    town.site.pages["/voice"] = page
    town.phone(ALICE, "press", Digits="1#")
    call = town.call()
    town.advance(30)
    assert town.alerts() == [code]
    assert town.transcript()[-1] == ("notice", APOLOGY)
    assert town.status(call) == "completed"


@pytest.mark.parametrize(
    ("page", "heard"),
    [
        ((200, "text/plain", "plain words"), ("Say", "plain words")),
        ((200, "text/plain", twiml("<Say>hi</Say>")), ("Say", "hi")),
        ((200, "text/html; charset=utf-8", twiml("<Say>hi</Say>")), ("Say", "hi")),
        ((200, "application/xml", "<Response/>"), ("answer", "")),
        ((200, "audio/wav", b"RIFF"), ("Play", "$/voice")),
    ],
)
def test_kinds_of_document_that_can_be_used(town, page, heard):
    town.site.pages["/voice"] = page
    call = town.call()
    town.advance(30)
    verb, text = town.transcript()[-1]
    assert (verb, text.replace(town.url, "$")) == heard
    assert (town.alerts(), town.status(call)) == ([], "completed")


def test_what_is_wrong_inside_a_document_is_told_and_passed_over(town):
    town.call(
        '<Say volume="9">one</Say><Bogus/><Pause length="many"/><Play>http://[</Play>'
        "<Play>nowhere</Play><Dial>nobody</Dial><Say>two</Say>"
    )
    town.advance(30)
    assert town.transcript()[-1] == ("Say", "two")
    assert {12200, 13910, 13223, 11100} <= set(town.alerts())


def test_a_broken_redirect_header_is_an_alert(town):
    town.site.headers = {"location": "http://["}
    town.site.pages["/voice"] = (302, "text/plain", "")
    call = town.call()
    town.advance(9)
    assert town.alerts() == [11100]
    assert town.status(call) == "completed"


def test_a_redirect_changes_what_relative_addresses_mean(town):
    town.site.headers = {"location": "/deep/two"}
    town.site.pages |= {
        "/voice": (302, "text/plain", ""),
        "/deep/two": twiml("<Redirect>three</Redirect>"),
        "/deep/three": twiml('<Gather action="?x=1" method="GET" numDigits="1"/>'),
    }
    town.phone(ALICE, "press", Digits="1")
    town.call()
    town.advance(9)
    assert [path for path, _, _ in town.site.requests] == [
        *("/voice", "/deep/two", "/deep/three", "/deep/three")
    ]
    last = town.site.requests[-1][1]
    assert (last["x"], last["Digits"]) == ("1", "1")


def test_cookies_stay_with_their_call(town):
    town.site.headers = {"set-cookie": "seen=yes; Path=/"}
    town.site.pages |= {"/voice": twiml("<Redirect>/two</Redirect>"), "/two": twiml("")}
    for _ in range(2):
        town.call()
        town.advance(5)
    cookies = [headers.get("cookie") for _, _, headers in town.site.requests]
    assert cookies == [None, "seen=yes", None, "seen=yes"]


def test_the_fallback_of_a_later_document(town):
    town.site.pages |= {
        "/voice": twiml("<Say>one</Say><Redirect>/gone</Redirect>"),
        "/sorry": twiml("<Say>sorry</Say>"),
    }
    own(town, voice_url=town.url + "/voice", voice_fallback_url=town.url + "/sorry")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(5)
    assert town.transcript()[-1] == ("Say", "sorry")
    assert town.site.asked("/sorry")[0]["ErrorUrl"] == town.url + "/gone"


# -- slow web sites --------------------------------------------------------------------------


def test_a_site_that_hangs_is_given_up_and_the_fallback_asked(hung):
    with Town(webhook_timeout=0.3) as town:
        town.site.pages["/voice"] = hung
        call = town.call(
            url=town.url + "/voice", fallback_url="http://twimlets.com/message?Message=hi"
        )
        town.advance(9)
        assert town.alerts() == [11200]
        assert town.transcript()[-1] == ("Say", "hi")
        assert town.status(call) == "completed"


def test_a_person_hangs_up_on_a_slow_site(hung):
    with Town(clock="real", verified=(ALICE,)) as town:
        town.phone(ALICE, Mode="manual")
        town.site.pages["/voice"] = hung
        call = town.call()
        town.until(lambda: town.status(call) == "ringing")
        town.phone(ALICE, "answer")
        town.until(lambda: town.site.requests)
        assert town.phone(ALICE, "hangup")["calls"][0]["status"] == "completed"
        town.until(lambda: [e for e in town.events() if e["type"] == "webhook"])
        [webhook] = [e for e in town.events() if e["type"] == "webhook"]
        assert webhook["data"]["status"] == 0
        assert webhook["data"]["error"]


def test_a_callback_that_hangs_holds_nobody_up(hung):
    with Town(clock="real", verified=(ALICE,), webhook_timeout=10) as town:
        town.phone(ALICE, Mode="manual")
        town.site.pages["/status"] = hung
        began = time.monotonic()
        call = town.call(
            LONG, status_callback=town.url + "/status", status_callback_event=["ringing"]
        )
        town.until(lambda: town.status(call) == "ringing")
        town.phone(ALICE, "answer")
        town.until(lambda: ("Pause", "100") in town.transcript())
        assert time.monotonic() - began < 3


def test_a_failing_callback_is_told_and_changes_nothing(town):
    town.site.pages |= {"/status": (500, "text/plain", "no"), "/voice": twiml("<Say>hi</Say>")}
    events = ["initiated", "ringing", "answered", "completed"]
    call = town.call(status_callback=town.url + "/status", status_callback_event=events)
    town.advance(9)
    assert town.alerts() == [15003] * 4
    [*_, note] = town.client.notifications.list()
    assert (note.log, note.error_code) == ("1", "15003")
    assert (town.status(call), town.transcript()[-1]) == ("completed", ("Say", "hi"))


def test_a_caller_who_is_gone_gets_no_second_document(town):
    town.site.pages |= {"/voice": twiml('<Gather action="/key"/>'), "/key": twiml("")}
    town.call()
    town.advance(4)
    town.phone(ALICE, "press", Digits="12")
    town.phone(ALICE, "hangup")
    town.advance(60)
    assert town.site.asked("/key") == []


# -- callers of the sandbox ------------------------------------------------------------------


def test_bodies_that_are_no_forms_are_refused_in_words(town):
    url = f"{town.sandbox.url}/_sandbox/phones/{ALICE}/press"
    for body, kind, status in (
        (b'{"Digits": "1"}', "application/json", 415),
        (b"Digits=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"x" * 1_000_001, "application/x-www-form-urlencoded", 413),
    ):
        headers = {"content-type": kind}
        reply = town.http.post(url, data=body, headers=headers, auth=town.auth, timeout=9)
        assert (reply.status_code, reply.json()["status"]) == (status, status)


def test_other_methods_are_refused_in_words(town):
    for method, path in (("DELETE", "/clock"), ("PUT", f"/phones/{ALICE}"), ("GET", "/reset")):
        reply = town.control(method, path)
        assert (reply.status_code, sorted(reply.json())) == (405, ["message", "status"])


def test_strange_words_do_no_harm(town):
    words = "\N{GRINNING FACE} ' ; -- <Say> & \x07 \u2028 end"
    town.site.pages |= {"/voice": twiml('<Gather input="speech" action="/a"/>'), "/a": twiml("")}
    own(town, sms_url=town.url + "/a")
    town.phone(ALICE, "speak", Speech=words)
    town.phone(ALICE, "text", To=SHOP, Body=words)
    town.call()
    town.advance(30)
    said = [told.get("SpeechResult") or told["Body"] for told in town.site.asked("/a")]
    assert said == [words, " ".join(words.split())]


def test_who_is_told_that_a_call_begins_may_end_it(town):
    def page(params):
        if params["CallStatus"] != "canceled":
            town.client.calls(params["CallSid"]).update(status="canceled")
        return twiml("")

    town.site.pages["/status"] = page
    for event in ("initiated", "ringing"):
        call = town.call(
            LONG, status_callback=town.url + "/status", status_callback_event=[event, "completed"]
        )
        town.advance(9)
        assert town.status(call) == "canceled"
        assert town.site.asked("/status")[-1]["CallStatus"] == "canceled"
    assert town.phone(ALICE)["calls"][-1]["transcript"] == []


# -- a crowd ---------------------------------------------------------------------------------

LINE, CAROL = "+15005550009", "+14155550102"
VERBS = (
    "<Say>one two</Say>",
    "<Pause/>",
    "<Hangup/>",
    "<Reject/>",
    "<Bogus/>",
    "<Sms>hi</Sms>",
    "<Play digits='1w2'/>",
    "<Play>/nothing.wav</Play>",
    "<Redirect>/voice</Redirect>",
    '<Gather numDigits="1" timeout="2"><Say>x y</Say></Gather>',
    '<Gather input="dtmf speech" timeout="1" actionOnEmptyResult="true"/>',
    '<Record maxLength="3"/>',
    '<Record timeout="1" recordingStatusCallback="/status"/>',
    f'<Dial timeout="5">{BOB}</Dial>',
    f'<Dial action="/voice" hangupOnStar="true" record="true">{CAROL}</Dial>',
    f'<Dial sequential="true"><Number url="/voice">{BOB}</Number><Number>{LINE}</Number></Dial>',
    f'<Dial answerOnBridge="true" timeLimit="3">{SHOP}</Dial>',
)


@pytest.mark.parametrize("seed", range(6))
def test_a_crowd_does_everything_at_once_and_every_call_ends(seed):
    chance = random.Random(seed)
    one = chance.choice
    clock = "hurried" if seed % 2 else "manual"

    def document(_params=None):
        return twiml("".join(chance.choices(VERBS, k=chance.randint(0, 4))))

    def call():
        to = one((ALICE, BOB, CAROL, SHOP, LINE))
        town.call(to=to, status_callback=town.url + "/status", record=one((True, False)))

    def change():
        live = [c for c in town.client.calls.list(limit=20) if c.status not in FINAL]
        changes = ({"Status": "completed"}, {"Status": "canceled"}, {"Twiml": document()})
        for running in live[:1]:
            url = f"{town.sandbox.url}{running.uri}"
            reply = town.http.post(url, data=one(changes), auth=town.auth, timeout=30)
            assert reply.status_code in (200, 400)

    def act():
        what, form = one(
            (
                ("", {"Mode": one(("auto", "manual", "busy", "decline", "no-answer"))}),
                ("/answer", {}),
                ("/decline", {}),
                ("/hangup", {}),
                ("/press", {"Digits": one(("1", "2#", "*", "123"))}),
                ("/speak", {"Speech": "some words"}),
                ("/call", {"To": one((SHOP, LINE))}),
            )
        )
        reply = town.control("POST", f"/phones/{one((ALICE, BOB, CAROL))}{what}", **form)
        assert reply.status_code in (200, 201, 409)

    def turn():
        if clock == "manual":
            town.advance(one((0, 0.5, 1, 2, 5)))

    with Town(clock=clock, numbers=(SHOP, LINE), verified=(ALICE, BOB)) as town:
        town.site.pages |= {"/voice": document, "/status": twiml("")}
        for number in town.client.incoming_phone_numbers.list():
            number.update(voice_url=town.url + "/voice", status_callback=town.url + "/status")
        for _ in range(60):
            one((call, change, act, act, turn, turn))()
        if clock == "manual":
            town.advance(86_400)
        town.until(lambda: not town.sandbox.engine.calls)
        assert {c.status for c in town.client.calls.list(page_size=1000)} <= set(FINAL)
        assert not [e for e in town.events() if e["data"].get("code") == 12400]
