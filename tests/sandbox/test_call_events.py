"""The events of a call: what was asked about it and answered, as the official client reads it."""

import pytest
from twilio.base.exceptions import TwilioException

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml


@pytest.fixture
def town():
    pages = {"/voice": twiml("<Say>hi</Say>"), "/status": (503, "text/plain", "not today")}
    with Town(pages, verified=(ALICE, BOB)) as town:
        yield town


def test_what_was_asked_and_answered_in_order(town):
    call = town.call(status_callback=town.url + "/status", timeout=55)
    town.advance(10)
    made, document, ended = town.client.calls(call.sid).events.list()
    path = f"/2010-04-01/Accounts/{call.account_sid}/Calls.json"
    assert made.request["method"] == "POST"
    assert made.request["url"] == town.sandbox.url + path
    told = made.request["parameters"]
    assert (told["account_sid"], told["to"], told["from"]) == (call.account_sid, ALICE, SHOP)
    assert (told["timeout"], told["status_callback"]) == ("55", town.url + "/status")
    assert made.response == {
        "response_code": 201,
        "request_duration": 0,
        "content_type": "application/json",
        "response_body": f'{{"sid": "{call.sid}"}}',
        "date_created": "Mon, 05 Jan 2026 09:00:00 +0000",
    }
    assert document.request["url"] == town.url + "/voice"
    told = document.request["parameters"]
    assert (told["call_sid"], told["call_status"]) == (call.sid, "in-progress")
    assert document.response == {
        "response_code": 200,
        "request_duration": 0,
        "content_type": "text/xml",
        "response_body": twiml("<Say>hi</Say>"),
        "date_created": "Mon, 05 Jan 2026 09:00:02 +0000",
    }
    assert ended.request["parameters"]["call_duration"] == "1"
    answer = ended.response
    assert (answer["response_code"], answer["response_body"]) == (503, "not today")


def test_a_change_is_an_event_and_a_look_or_another_call_is_none(town):
    call = town.call("<Pause length='60'/>")
    other = town.call("<Pause/>", to=BOB)
    town.advance(3)
    town.client.calls(call.sid).fetch()
    town.client.calls(call.sid).recordings.create()
    town.client.calls(call.sid).update(status="completed")
    kinds = [event.request["url"] for event in town.client.calls(call.sid).events.list()]
    assert [url.rpartition("/")[2] for url in kinds] == ["Calls.json", f"{call.sid}.json"]
    assert len(town.client.calls(other.sid).events.list()) == 1


def test_they_come_in_pages(town):
    town.site.pages["/voice"] = twiml("<Pause/><Redirect>/voice</Redirect>")
    call = town.call(time_limit=9)
    town.advance(20)
    every = town.client.calls(call.sid).events.list()
    assert len(every) > 4
    by_twos = town.client.calls(call.sid).events.list(page_size=2)
    assert [e.response for e in by_twos] == [e.response for e in every]


def test_the_url_of_a_document_says_no_login(town):
    secret = town.url.replace("http://", "http://me:hidden@")
    call = town.call(url=secret + "/voice")
    town.advance(5)
    assert "hidden" not in str([e.request for e in town.client.calls(call.sid).events.list()])


def test_a_call_that_is_not_there_has_none(town):
    with pytest.raises(TwilioException, match="HTTP 404"):
        town.client.calls("CA" + "0" * 32).events.list()
