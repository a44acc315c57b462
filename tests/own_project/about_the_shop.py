"""What the shop's own tests look like. `tests/test_testing.py` runs them as a project apart.

Those whose names end in _fails are meant to fail: what their reports show is looked at.
"""

import os

import pytest
import requests
import shop

ALICE = "+14155550100"


@pytest.fixture
def answered(sandbox, phone, site, twilio_client):
    """A call from the shop to Alice is on its way."""
    page = site(shop.app)
    twilio_client.calls.create(to=ALICE, from_=sandbox.number, url=page.url + "/voice")
    return page


def test_a_caller_presses_a_key(answered, sandbox, phone, clock):
    clock.advance(5)
    phone(ALICE).press("1")
    clock.run()
    assert phone(ALICE).heard == "Press 1 for the weather.\nSunny."
    assert not sandbox.alerts
    assert [visit.path for visit in answered.requests] == ["/voice", "/menu"]
    assert {visit.signature for visit in answered.requests} == {"right"}
    assert answered.requests[1].params["Digits"] == "1"


def test_a_site_answers_at_its_public_address(sandbox, phone, clock, site, twilio_client):
    page = site(shop.app, at="https://shop.example")
    assert page.url == "https://shop.example"
    twilio_client.calls.create(to=ALICE, from_=sandbox.number, url=page.url + "/voice")
    clock.until(lambda: "Press 1" in phone(ALICE).heard)
    phone(ALICE).press("2")
    clock.run()
    assert phone(ALICE).heard.endswith("Goodbye.")
    assert [hook.url for hook in sandbox.webhooks] == [
        "https://shop.example/voice",
        "https://shop.example/menu",
    ]
    assert {visit.signature for visit in page.requests} == {"right"}


def test_an_app_with_a_client_of_its_own(sandbox, phone, clock):
    sid = shop.remind(ALICE)
    clock.run()
    assert phone(ALICE).texts == ["Your order is ready."]
    assert sandbox.client.messages(sid).fetch().status == "delivered"


def test_a_text_is_answered(sandbox, phone, clock, site, twilio_client):
    [number] = twilio_client.incoming_phone_numbers.list(phone_number=sandbox.number)
    number.update(sms_url=site(shop.app).url + "/sms")
    phone(ALICE).text(sandbox.number, "hello")
    clock.run()
    assert phone(ALICE).texts == ["You said hello"]


def test_every_test_has_a_clean_world(sandbox, phone, clock, twilio_client):
    assert sandbox.events() == []
    assert phone(ALICE).texts == [] and twilio_client.messages.list() == []
    assert clock.now.isoformat() == "2026-01-05T09:00:00+00:00"


def test_newer_apis_are_redirected_too(sandbox, twilio_client):
    made = twilio_client.messaging.v1.services.create(friendly_name="Shop")
    assert made.url.startswith(sandbox.url)


@pytest.mark.twilio(type="trial", numbers=["+15005550008"], verified=[])
def test_a_mark_chooses_the_world(sandbox, twilio_client):
    from twilio.base.exceptions import TwilioRestException

    assert os.environ["TWILIO_PHONE_NUMBER"] == sandbox.number == "+15005550008"
    with pytest.raises(TwilioRestException) as refused:
        shop.remind(ALICE)
    assert refused.value.code == 21608


@pytest.mark.twilio
def test_the_mark_alone_gives_a_sandbox():
    assert shop.remind(ALICE).startswith("SM")


def test_without_the_mark_there_is_none():
    assert "TWILIO_ACCOUNT_SID" not in os.environ


def test_the_settings_of_the_project_count(sandbox):
    assert sandbox.numbers == ["+15005550006", "+15005550009"]


@pytest.mark.twilio(clock="hurried")
def test_a_hurried_clock_is_waited_for(sandbox, phone, clock):
    shop.remind(ALICE)
    assert clock.until(lambda: phone(ALICE).texts) == ["Your order is ready."]


@pytest.mark.skipif(shop.Flask is None, reason="Flask is not installed")
def test_flask_turns_a_forgery_away(site):
    page = site(shop.app)
    assert requests.post(page.url + "/voice").status_code == 403
    forged = {"X-Twilio-Signature": "AAAA"}
    assert requests.post(page.url + "/sms", {"Body": "x"}, headers=forged).status_code == 403


def test_a_call_that_fails(answered, clock, phone):
    clock.run()
    assert phone(ALICE).heard == "Hello"


def test_an_app_that_raises_fails(sandbox, site, clock, twilio_client):
    page = site(shop.app)
    twilio_client.calls.create(to=ALICE, from_=sandbox.number, url=page.url + "/broken")
    clock.run()
    assert not sandbox.alerts


def test_a_refusal_that_fails(sandbox, twilio_client):
    twilio_client.messages.create(to="+15005550001", from_=sandbox.number, body="x")


@pytest.mark.twilio(colour="blue")
def test_an_unknown_option_fails(sandbox):
    pass


@pytest.mark.twilio("trial")
def test_an_option_without_a_name_fails(sandbox):
    pass


def test_waiting_in_vain_fails(clock):
    clock.until(lambda: False)
