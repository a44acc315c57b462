"""Web sites and documents that misbehave: the right alert, and a sandbox that stays well.

What each code means stands in Twilio's error catalogue; which one comes is compared here case by
case, through whole calls and texts.
"""

import gc
import gzip
import os
import socket
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sandbox.twimlets.music import tune
from tests.sandbox.raw_site import (
    RawSite,
    answer,
    closing,
    endless,
    redirect,
    silent,
    trickling,
    trickling_head,
    waiting,
)
from tests.sandbox.town import ALICE, SHOP, Town, twiml

APOLOGY = ("notice", "We are sorry, an application error has occurred. Goodbye.")
GOOD = twiml("<Say>hi</Say>").encode()


@pytest.fixture(scope="module")
def town():
    with Town(webhook_timeout=0.4) as town:
        yield town


@pytest.fixture(scope="module")
def raw():
    with RawSite() as raw:
        yield raw


def well(town):
    """Whether the sandbox answers and nothing of its own went wrong."""
    health = town.http.get(town.sandbox.url + "/_sandbox/health", timeout=5)
    assert health.json() == {"status": "ok"}
    assert town.sandbox.engine.failures == []


def call(town, url, **options):
    """Make a call with instructions at *url*; returns its alerts and what was heard."""
    made = town.call(None, url=url, **options)
    town.advance(60)
    assert town.status(made) == "completed"
    well(town)
    return alerts(town, call_sid=made.sid), town.transcript()[1:]


def text(town, url):
    """Text a number with a web site at *url*; returns the alerts."""
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(sms_url=url)
    sid = town.phone(ALICE, "text", To=SHOP, Body="hi")["sid"]
    town.advance(60)
    assert town.client.messages(sid).fetch().status == "received"
    well(town)
    return alerts(town, message_sid=sid)


def alerts(town, **whose):
    return [e["data"]["code"] for e in town.events(**whose) if e["type"] == "alert"]


# -- what a web site answers -------------------------------------------------------------------

BAD_STATUS = [f"{status} Whatever" for status in (400, 401, 403, 404, 410, 418, 429, 500, 502, 503)]
DEAD_END = [f"{status} Whatever" for status in (300, 304, 305, 308, 399)]

FAILING = {
    **{status: (answer(GOOD, status=status), 11200) for status in BAD_STATUS},
    **{status: (redirect("/good", status), 11216) for status in DEAD_END},
    "redirect to nowhere": (answer(b"", None, "302 Found"), 11216),
    "redirect to a file": (redirect("file:///etc/passwd"), 11100),
    "redirect to a script": (redirect("javascript:alert(1)"), 11100),
    "redirect to a broken address": (redirect("http://[::1"), 11100),
    "redirect to a bad port": (redirect("http://127.0.0.1:99999/"), 11100),
    "redirect to another machine": (redirect("http://192.0.2.1/"), 11205),
    "redirect without a scheme": (redirect("//example.com/x"), 11205),
    "redirect to every machine": (redirect("http://0.0.0.0:80/"), 11205),
    "redirect to a short spelling": (redirect("http://127.1/"), 11205),
    "redirect to a decimal spelling": (redirect("http://2130706433/"), 11205),
    "redirect to a hex spelling": (redirect("http://0x7f.0x0.0x0.0x1/"), 11205),
    "redirect to an octal spelling": (redirect("http://0177.0.0.1/"), 11205),
    "redirect to a mapped address": (redirect("http://[::ffff:127.0.0.1]/"), 11205),
    "redirect to the unspecified address": (redirect("http://[::]/"), 11205),
    "redirect to a long spelling": (redirect("http://[0:0:0:0:0:0:0:1]/"), 11205),
    "redirect behind a login": (redirect("http://127.0.0.1@example.com/"), 11205),
    "redirect behind a fragment": (redirect("http://example.com#@127.0.0.1/"), 11205),
    "redirect to a name in disguise": (redirect("http://127.0.0.1%0d%0aX:1/"), 11205),
    "no type": (answer(GOOD, None), 11200),
    "JSON": (answer(b"{}", "application/json"), 12300),
    "a picture": (answer(b"\x89PNG", "image/png"), 12300),
    "a type that is none": (answer(GOOD, "nonsense"), 12300),
    "a type that is no text": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/\xff\xfe\r\nContent-Length: 1\r\n\r\nx",
        12300,
    ),
    "nothing": (answer(b""), 12100),
    "nothing, in chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        11770,
    ),
    "one byte too many": (answer(b" " * 65_537), 11750),
    "ten megabytes": (answer(b"<Response>" + b" " * 10_000_000 + b"</Response>"), 11750),
    "more than it said": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Type: text/xml\r\n\r\n" + GOOD,
        11206,
    ),
    "less than it said": (answer(GOOD)[:-3], 11206),
    "a bad chunk": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        11206,
    ),
    "a bomb": (
        answer(gzip.compress(b"\0" * 20_000_000), headers=["Content-Encoding: gzip"]),
        11750,
    ),
    "a bomb in zlib": (
        answer(zlib.compress(b"\0" * 20_000_000), headers=["Content-Encoding: deflate"]),
        11750,
    ),
    "broken gzip": (answer(b"\x1f\x8bnonsense", headers=["Content-Encoding: gzip"]), 11206),
    "half of gzip": (answer(gzip.compress(GOOD)[:-9], headers=["Content-Encoding: gzip"]), 11206),
    "what nobody asked for": (answer(GOOD, headers=["Content-Encoding: br"]), 11206),
    "mail": (b"220 smtp.example.com ESMTP ready\r\n", 11206),
    "noise": (bytes(range(256)) * 4, 11206),
    "a head that is too long": (answer(GOOD, headers=["X-Long: " + "x" * 100_000]), 11206),
    "a thousand heads": (answer(GOOD, headers=[f"X-{i}: x" for i in range(1_000)]), 11206),
    "a thousand cookies": (answer(GOOD, headers=["Set-Cookie: a=b"] * 1_000), 11206),
    "a status that is none": (b"HTTP/1.1 OK\r\n\r\n", 11206),
    "a length that is none": (
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\nContent-Type: text/xml\r\n\r\n<Response/>",
        11206,
    ),
    "two lengths": (answer(GOOD, headers=["Content-Length: 5"]), 11206),
    "a NUL in its head": (answer(GOOD, headers=["X-Nul: a\0b"]), 11206),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        11200,
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 11200),
    "wait and wait": (waiting, 11200),
    "a closed line": (closing, 11205),
    "silence": (silent, 11200),
    "a trickle": (trickling, 11200),
    "a trickling head": (trickling_head, 11200),
    "no end": (endless("text/xml"), 11750),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_call_ends_with_an_apology_when_its_web_site_answers(town, raw, case):
    raw.pages["/voice"], code = FAILING[case]
    assert call(town, raw.url + "/voice") == ([code], [APOLOGY])


@pytest.mark.parametrize("case", FAILING)
def test_a_text_gets_no_reply_when_its_web_site_answers(town, raw, case):
    raw.pages["/sms"], code = FAILING[case]
    before = len(town.phone(ALICE)["inbox"])
    assert text(town, raw.url + "/sms") == [code]
    assert len(town.phone(ALICE)["inbox"]) == before


def test_of_an_endless_answer_no_more_is_taken_than_is_wanted(town, raw):
    raw.pages["/voice"] = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + b" " * 50_000_000
    raw.sent = 0
    assert call(town, raw.url + "/voice")[0] == [11750]
    assert raw.sent < 10_000_000  # what the system keeps on its way included


FINE = {
    "xml": answer(GOOD, "application/xml; charset=utf-8"),
    "html": answer(GOOD, "text/HTML"),
    "plain": answer(GOOD, "text/plain"),
    "words": answer(b"hi", "text/plain"),
    "gzip": answer(gzip.compress(GOOD), headers=["Content-Encoding: gzip"]),
    "no length": b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + GOOD,
    "chunks": b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"".join(b"1\r\n%c\r\n" % byte for byte in GOOD)
    + b"0\r\n\r\n",
    "64 kB": answer(GOOD + b" " * (65_536 - len(GOOD))),
    "201": answer(GOOD, status="201 Created"),
    "a type with a long tail": answer(GOOD, 'Text/XML ; charset="UTF-8"; x=y'),
}


@pytest.mark.parametrize("case", FINE)
def test_a_call_goes_on_when_its_web_site_answers(town, raw, case):
    raw.pages["/voice"] = FINE[case]
    assert call(town, raw.url + "/voice") == ([], [("Say", "hi")])


def test_sound_instead_of_a_document_is_played(town, raw):
    raw.pages["/voice"] = answer(tune("music/rock-1.wav"), "audio/x-wav")
    assert call(town, raw.url + "/voice") == ([], [("Play", raw.url + "/voice")])
    assert text(town, raw.url + "/voice") == [12300]


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (answer(b"x" * 5_000_001, "image/png"), 11751),
        (endless("image/png"), 11751),
        (answer(b"", "image/png", "404 No"), 11200),
        (silent, 11200),
        (closing, 11205),
    ],
)
def test_without_its_picture_a_text_is_not_sent(town, raw, page, code):
    raw.pages["/cat.png"] = page
    message = town.client.messages.create(
        to=ALICE, from_=SHOP, body="look", media_url=[raw.url + "/cat.png"]
    )
    town.advance(5)
    assert alerts(town, message_sid=message.sid) == [code]
    now = town.client.messages(message.sid).fetch()
    assert (now.status, now.error_code) == ("failed", code)
    well(town)


def test_nobody_listening_is_tried_twice(town):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert call(town, f"http://127.0.0.1:{port}/voice") == ([11202], [APOLOGY])


@pytest.mark.parametrize("status", [301, 302, 303, 307])
def test_a_redirect_is_followed_without_the_form(town, raw, status):
    raw.pages |= {"/from": redirect("/to?x=1", f"{status} Elsewhere"), "/to": answer(GOOD)}
    raw.requests.clear()
    assert call(town, raw.url + "/from") == ([], [("Say", "hi")])
    [first], [second] = raw.asked("/from"), raw.asked("/to")
    assert first.startswith(b"POST /from HTTP/1.1\r\n")
    assert second.startswith(b"GET /to?x=1 HTTP/1.1\r\n")
    assert b"CallSid" not in second


def test_ten_redirects_are_followed_and_an_eleventh_is_not(town, raw):
    raw.pages |= {f"/hop{i}": redirect(f"/hop{i + 1}") for i in range(20)}
    raw.pages["/hop11"] = answer(GOOD)
    assert call(town, raw.url + "/hop1")[0] == []
    assert call(town, raw.url + "/hop0") == ([11215], [APOLOGY])


def test_a_redirect_makes_its_target_the_current_document(town, raw):
    raw.pages |= {
        "/old": redirect("/new/page"),
        "/new/page": answer(twiml("<Redirect>next</Redirect>").encode()),
        "/new/next": answer(GOOD),
    }
    assert call(town, raw.url + "/old") == (
        [],
        [("Redirect", raw.url + "/new/next"), ("Say", "hi")],
    )


@pytest.mark.parametrize(
    ("path", "code"), [("/_sandbox/health", 12300), ("/2010-04-01/Accounts.json", 11200)]
)
def test_a_redirect_to_the_sandbox_itself_gets_what_anybody_gets(town, raw, path, code):
    raw.pages["/voice"] = redirect(town.sandbox.url + path)
    assert call(town, raw.url + "/voice") == ([code], [APOLOGY])


# -- what stands in addresses and parameters ---------------------------------------------------


def test_nothing_can_be_put_into_a_request_by_its_parameters(town, raw):
    raw.pages |= {
        "/voice": answer(
            twiml(
                "<Redirect method='GET'>/x?a=1&#13;&#10;Evil: yes&#13;&#10;&#13;&#10;</Redirect>"
            ).encode()
        ),
        "/x": answer(GOOD),
    }
    raw.requests.clear()
    call(town, raw.url + "/voice?b=%0d%0aEvil:%20yes")
    assert all(b"\r\nEvil" not in request for request in raw.requests)
    raw.pages["/voice"] = answer(GOOD, headers=["Set-Cookie: a=\x01b\tc"])
    assert call(town, raw.url + "/voice") == ([], [("Say", "hi")])


def test_a_login_in_an_address_serves_the_whole_site_and_is_never_written_down(town, raw):
    def locked(connection, over):
        if b"\r\nAuthorization: Basic YW5uOnM6ZWNyZXQ=" in raw.requests[-1]:
            page = twiml("<Redirect>/more</Redirect>") if b"/voice" in raw.requests[-1] else GOOD
            connection.sendall(answer(page.encode() if isinstance(page, str) else page))
        else:
            connection.sendall(
                answer(b"", None, "401 No", ['WWW-Authenticate: Basic realm="shop"'])
            )

    raw.pages |= {"/voice": locked, "/more": locked}
    raw.requests.clear()
    with_login = raw.url.replace("//", "//ann:s%3Aecret@")
    assert call(town, with_login + "/voice")[0] == []
    assert len(raw.asked("/voice")) == len(raw.asked("/more")) == 2
    raw.pages["/voice"] = answer(
        twiml(f"<Redirect>{with_login}/more</Redirect><Say>never</Say>").encode()
    )
    assert call(town, raw.url + "/voice")[1][0] == ("Redirect", raw.url + "/more")
    raw.pages["/fallback"] = answer(GOOD)
    call(town, "http://ann:s%3Aecret@example.com/", fallback_url=raw.url + "/fallback")
    assert b"ErrorUrl=http%3A%2F%2Fexample.com%2F&" in raw.requests[-1] + b"&"
    log = town.control("GET", "/events").text
    told = str(town.phone(ALICE)["calls"][-3:])
    assert "ecret" not in log + told


def test_digest_logins_are_understood(town, raw):
    def locked(connection, over):
        if b'Authorization: Digest username="ann"' in raw.requests[-1]:
            connection.sendall(answer(GOOD))
        else:
            challenge = 'WWW-Authenticate: Digest realm="shop", nonce="1", qop="auth"'
            connection.sendall(answer(b"", None, "401 No", [challenge]))

    raw.pages["/voice"] = locked
    assert call(town, raw.url.replace("//", "//ann:secret@") + "/voice")[0] == []


@pytest.mark.parametrize(
    ("settings", "page", "code", "asked"),
    [
        ("rp=bogus", answer(GOOD), 11243, 0),
        ("rp=", answer(GOOD), 11243, 0),
        ("e=mars", answer(GOOD), 11240, 0),
        ("e=ashburn,mars", answer(GOOD), 11240, 0),
        ("e=ashburn-ix", answer(GOOD), 11242, 0),
        ("tt=150", silent, 11203, 1),
        ("rt=100&rc=0", silent, 11200, 1),
        ("rt=100&rc=1&rp=rt", silent, 11200, 2),
        ("rc=2&rp=5xx", answer(b"", status="500 No"), 11200, 3),
        ("rc=2&rp=4xx", answer(b"", status="500 No"), 11200, 1),
        ("rc=3&rp=all", answer(b"", status="404 No"), 11200, 4),
        ("rc=9&rp=5xx", answer(b"", status="500 No"), 11200, 2),
    ],
)
def test_settings_in_an_address(town, raw, settings, page, code, asked):
    raw.pages["/voice"] = page
    raw.requests.clear()
    assert call(town, f"{raw.url}/voice#{settings}") == ([code], [APOLOGY])
    assert len(raw.asked("/voice")) == asked
    tokens = {
        line
        for request in raw.requests
        for line in request.split(b"\r\n")
        if line.startswith(b"I-Twilio-Idempotency-Token")
    }
    assert len(tokens) == min(asked, 1)  # a try again is known by it


@pytest.mark.parametrize("settings", ["e=ashburn,dublin&sni=y&ct=2000&tt=9000", "top", "tt=5"])
def test_good_settings_and_other_fragments_change_nothing(town, raw, settings):
    raw.pages["/voice"] = answer(GOOD)
    assert call(town, f"{raw.url}/voice#{settings}")[0] == []


# -- the way back to something usable ----------------------------------------------------------


def test_the_fallback_is_told_and_takes_over(town, raw):
    raw.pages |= {"/voice": answer(b"", status="500 No"), "/fallback": answer(GOOD)}
    raw.requests.clear()
    found = call(town, raw.url + "/voice", fallback_url=raw.url + "/fallback")
    assert found == ([11200], [("Say", "hi")])
    [request] = raw.asked("/fallback")
    assert b"ErrorCode=11200" in request
    assert b"ErrorUrl=" + quote(raw.url + "/voice", safe="").encode() in request


def test_a_fallback_that_fails_too_is_the_end(town, raw):
    raw.pages |= {"/voice": closing, "/fallback": answer(b"{}", "application/json")}
    found = call(town, raw.url + "/voice", fallback_url=raw.url + "/fallback")
    assert found == ([11205, 12300], [APOLOGY])


def test_the_fallback_serves_later_documents_too(town, raw):
    raw.pages |= {
        "/voice": answer(twiml("<Redirect>/gone</Redirect>").encode()),
        "/gone": answer(b"", status="404 No"),
        "/fallback": answer(GOOD),
    }
    found = call(town, raw.url + "/voice", fallback_url=raw.url + "/fallback")
    assert found == ([11200], [("Redirect", raw.url + "/gone"), ("Say", "hi")])


def test_a_status_callback_that_fails_is_only_told(town, raw):
    raw.pages |= {"/voice": answer(GOOD), "/status": answer(b"", status="500 No")}
    events = ["initiated", "ringing", "answered", "completed"]
    found = call(
        town, raw.url + "/voice", status_callback=raw.url + "/status", status_callback_event=events
    )
    assert found == ([15003] * 4, [("Say", "hi")])
    warnings = [e["data"]["level"] for e in town.events() if e["data"].get("code") == 15003]
    assert set(warnings) == {"warning"}


def test_a_status_callback_may_answer_with_nothing(town, raw):
    raw.pages |= {"/voice": answer(GOOD), "/status": b"HTTP/1.1 204 No Content\r\n\r\n"}
    assert call(town, raw.url + "/voice", status_callback=raw.url + "/status")[0] == []


def test_documents_that_only_lead_on_end_after_a_hundred(town, raw):
    raw.pages["/voice"] = answer(twiml("<Redirect/>").encode())
    raw.requests.clear()
    found, heard = call(town, raw.url + "/voice")
    assert found == [11215]
    assert len(raw.requests) == 100
    assert {verb for verb, _ in heard} == {"Redirect"}


@pytest.mark.parametrize(
    ("verb", "code"),
    [("<Redirect>/more</Redirect>", 11100), ("<Redirect/>", 11100), ("<Record/>", 11100)],
)
def test_a_relative_address_in_a_document_without_one_leads_nowhere(town, verb, code):
    made = town.call(verb)
    town.advance(3)
    town.phone(ALICE, "speak", Speech="hello")
    town.advance(60)
    assert alerts(town, call_sid=made.sid) == [code]
    assert APOLOGY in town.transcript()


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("<Gather action='/more' numDigits='1'/>", 15004),
        ("<Record action='more'/>", 15004),
        ("<Record/>", 11100),
    ],
)
def test_a_relative_action_in_a_live_update_has_a_code_of_its_own(town, verb, code):
    made = town.call("<Pause length='100'/>")
    town.advance(5)
    town.phone(ALICE, "press", Digits="1")
    town.client.calls(made.sid).update(twiml=f"<Response>{verb}</Response>")
    town.phone(ALICE, "speak", Speech="hello")
    town.advance(60)
    assert alerts(town, call_sid=made.sid) == [code]
    assert APOLOGY in town.transcript()


# -- cookies and caches, as a browser has them ---------------------------------------------------


def test_cookies_keep_to_their_path_and_their_time(town, raw):
    raw.pages |= {
        "/a/one": answer(
            twiml("<Pause length='10'/><Redirect>two</Redirect>").encode(),
            headers=[
                "Set-Cookie: whole=1; Path=/",
                "Set-Cookie: here=2",
                "Set-Cookie: brief=3; Max-Age=5; Path=/",
                "Set-Cookie: long=4; Max-Age=3600; Path=/",
                "Set-Cookie: elsewhere=5; Path=/b",
            ],
        ),
        "/a/two": answer(
            twiml("<Redirect>/b/three</Redirect>").encode(),
            headers=["Set-Cookie: long=; Max-Age=0; Path=/"],
        ),
        "/b/three": answer(GOOD),
    }
    raw.requests.clear()
    assert call(town, raw.url + "/a/one")[0] == []
    cookies = [
        next((line for line in r.split(b"\r\n") if line.startswith(b"Cookie:")), b"")
        for r in raw.requests
    ]
    assert cookies == [b"", b"Cookie: here=2; whole=1; long=4", b"Cookie: elsewhere=5; whole=1"]
    call(town, raw.url + "/b/three")  # another call knows nothing of it
    assert b"Cookie:" not in raw.requests[-1]


def test_an_answer_to_get_may_be_kept_by_its_mark(town, raw):
    def page(connection, over):
        if b'If-None-Match: "v1"' in raw.requests[-1]:
            connection.sendall(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            connection.sendall(answer(GOOD, headers=['ETag: "v1"']))

    raw.pages |= {
        "/voice": answer(twiml("<Redirect>/moved</Redirect>").encode()),
        "/moved": redirect("/kept"),
        "/kept": page,
    }
    raw.requests.clear()
    for _ in range(2):
        assert call(town, raw.url + "/voice")[1][-1] == ("Say", "hi")
    assert [b"If-None-Match" in request for request in raw.asked("/kept")] == [False, True]


# -- documents ---------------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><Response><Say>&j;</Say></Response>"
)
DOCUMENTS = {
    "an entity bomb": (LAUGHS, 12100),
    "a blowing attribute": (
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 60_000}">]><Response>{"&a;" * 500}</Response>',
        12100,
    ),
    "a file": (
        '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><Response><Say>&f;</Say></Response>',
        12100,
    ),
    "a page elsewhere": (
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><Response><Say>hi</Say></Response>',
        12100,
    ),
    "a deep one": ("<Response>" + "<a>" * 10_000 + "</a>" * 10_000 + "</Response>", 11750),
    "a deep one that is small": (
        "<Response>" + "<a>" * 9_000 + "</a>" * 9_000 + "</Response>",
        12100,
    ),
    "NULs": (b"<Response>\0<Say>hi</Say></Response>", 12100),
    "half of it": ("<Response><Say>hi", 12100),
    "another root": ("<Responses><Say>hi</Say></Responses>", 12102),
    "two roots": ("<Response/><Response/>", 12100),
    "a wrong encoding": (b'<?xml version="1.0" encoding="UTF-16"?><Response/>', 12100),
    "no such encoding": (b'<?xml version="1.0" encoding="klingon"?><Response/>', 12100),
    "bytes that are no UTF-8": (b"<Response><Say>\xff\xfe\xfa</Say></Response>", 12100),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_hostile_document_ends_a_call(town, raw, case):
    document, code = DOCUMENTS[case]
    raw.pages["/voice"] = answer(document.encode() if isinstance(document, str) else document)
    found, heard = call(town, raw.url + "/voice")
    assert (found, heard) == ([code], [APOLOGY])


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_hostile_document_answers_no_text(town, raw, case):
    document, code = DOCUMENTS[case]
    raw.pages["/sms"] = answer(document.encode() if isinstance(document, str) else document)
    assert text(town, raw.url + "/sms") == [code]


@st.composite
def almost_good(draw):
    """A good answer with some bytes of it changed."""
    page = bytearray(draw(st.sampled_from([answer(GOOD), redirect("/good"), FINE["chunks"]])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(page)))
        page[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(page)


@given(page=almost_good() | st.binary(max_size=200))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_bytes_come_the_call_ends_and_the_sandbox_is_well(town, raw, page):
    raw.pages |= {"/voice": page, "/good": answer(GOOD)}
    call(town, raw.url + "/voice")


# -- and again and again -----------------------------------------------------------------------


def memory():
    """The megabytes that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells memory on Linux only")
def test_memory_stays_flat_however_often_it_happens(town, raw):
    cases = ["ten megabytes", "a bomb", "no end", "less than it said", "a thousand cookies"]

    def rounds(count):
        for _ in range(count):
            for case in cases:
                raw.pages["/voice"], code = FAILING[case]
                assert call(town, raw.url + "/voice")[0] == [code]
        gc.collect()
        return memory()

    before = rounds(4)
    assert rounds(12) - before < 15  # sixty answers, 300 MB among them
