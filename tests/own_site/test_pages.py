"""Plain functions as a web site: what they get, and what becomes of what they return."""

from __future__ import annotations

import pytest
import requests
from twilio.twiml.voice_response import VoiceResponse as OfficialResponse

from helpers import MessagingResponse, VoiceResponse
from helpers.errors import SandboxError
from helpers.serving import Pages, Serving


def ask(page, path="/", method="GET", **options):
    with Serving(page) as site:
        answer = requests.request(method, site.url + path, timeout=10, **options)
        return answer, list(site.failures)


def said(response):
    response.say("Hello") if hasattr(response, "say") else response.message("Hello")
    return response


@pytest.mark.parametrize(
    ("returned", "status", "kind", "text"),
    [
        (said(VoiceResponse()), 200, "text/xml; charset=utf-8", str(said(VoiceResponse()))),
        (said(MessagingResponse()), 200, "text/xml; charset=utf-8", str(said(MessagingResponse()))),
        (said(OfficialResponse()), 200, "text/xml; charset=utf-8", str(said(VoiceResponse()))),
        ("\n<Response/>", 200, "text/xml; charset=utf-8", "\n<Response/>"),
        ("Grüße", 200, "text/plain; charset=utf-8", "Grüße"),
        ({"a": [1]}, 200, "application/json; charset=utf-8", '{"a": [1]}'),
        ([], 200, "application/json; charset=utf-8", "[]"),
        (None, 204, None, ""),
        (("Gone", 410), 410, "text/plain; charset=utf-8", "Gone"),
        (("a,b", 200, {"Content-Type": "text/csv"}), 200, "text/csv", "a,b"),
        ((None, 302, {"Location": "/x"}), 302, None, ""),
    ],
)
def test_what_a_function_may_return(returned, status, kind, text):
    answer, failures = ask(lambda: returned, allow_redirects=False)
    assert (answer.status_code, answer.headers.get("content-type")) == (status, kind)
    assert answer.content.decode() == text
    assert failures == []


@pytest.mark.parametrize("returned", [7, b"bytes", ("a", "b"), ("a", 200, {}, 1), object()])
def test_what_is_no_answer_is_a_failure_with_a_sentence(returned):
    answer, [failure] = ask(lambda: returned)
    assert answer.status_code == 500
    assert "TypeError: a page return" in failure


def test_what_a_function_gets():
    seen = []

    def page(request):
        seen.append(request)

    ask(page, "/a%20b?x=1&x=2&y=", "POST", data={"Digits": "4", "x": "3"}, headers={"X-Y": "z"})
    [request] = seen
    assert (request.method, request.path, request.target) == (
        "POST",
        "/a%20b",
        "/a%20b?x=1&x=2&y=",
    )
    assert request.params == {"x": "3", "y": "", "Digits": "4"}
    assert (request["Digits"], request["nothing"]) == ("4", "")
    assert request.query == [("x", "1"), ("x", "2"), ("y", "")]
    assert request.headers["x-y"] == "z"
    assert request.url().endswith("/a%20b?x=1&x=2&y=")
    assert repr(request) == "<WebRequest POST /a%20b?x=1&x=2&y=>"


def test_a_body_that_is_no_form_is_text():
    seen = []
    ask(seen.append, method="POST", data=b'{"a": "\xff"}')
    assert (seen[0].text, seen[0].form, seen[0].is_form) == ('{"a": "�"}', [], False)


async def later(request):
    return f"later {request.path}"


class Shop:
    """A method is a function, too."""

    def page(self, request, note="usual"):
        return f"{note} {request.path}"


@pytest.mark.parametrize(("page", "text"), [(later, "later /x"), (Shop().page, "usual /x")])
def test_functions_of_other_kinds(page, text):
    assert ask(page, "/x")[0].text == text


def test_a_function_for_each_path():
    pages = {"/voice": lambda: "one", "/menu": lambda request: request["Digits"]}
    assert ask(pages, "/voice")[0].text == "one"
    assert ask(pages, "/menu?Digits=2")[0].text == "2"
    missing = ask(pages, "/other")[0]
    assert (missing.status_code, missing.text) == (404, "There is no page /other here.")


def test_a_path_begins_with_a_slash():
    with pytest.raises(SandboxError, match="'voice' is no path"):
        Pages({"voice": lambda: ""})


def test_what_is_too_long_is_refused():
    answer, _ = ask(lambda request: "seen", method="POST", data=b"x" * 1_000_001)
    assert (answer.status_code, answer.text) == (413, "More than 1000000 bytes are too many.")
    assert ask(lambda request: "seen", method="POST", data=b"x" * 1_000_000)[0].text == "seen"


def test_a_function_that_raises_is_remembered():
    answer, [failure] = ask(lambda: 1 // 0, "/sum")
    assert answer.status_code == 500
    assert failure.startswith("GET /sum: ZeroDivisionError: ")


def test_a_page_that_waits_keeps_nobody_else_waiting():
    """Two pages that ask each other: each runs in a thread of its own."""

    def relay():
        return requests.get(site.url + "/end", timeout=10).text

    with Serving({"/start": relay, "/end": lambda: "end"}) as site:
        assert requests.get(site.url + "/start", timeout=10).text == "end"


@pytest.mark.parametrize("name", ["X-Twilio-Signature", "x-twilio-signature"])
def test_a_header_is_found_in_any_case(name):
    def page(request):
        return f"{request.headers[name]} {request.headers.get(name)} {name in request.headers}"

    answer, _ = ask(page, headers={"X-TWILIO-Signature": "abc"})
    assert answer.text == "abc abc True"


def test_the_failure_of_a_cell_names_no_file():
    names = {}
    source = "def page(request):\n    return request.headers['nothing']"
    exec(compile(source, "/tmp/ipykernel_12/345.py", "exec"), names)
    _, [failure] = ask(names["page"])
    assert failure.endswith("KeyError: 'nothing' (its cell, line 2)")
