"""The newer APIs with our client, against the sandbox; the official client sees the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.rest import Client as Official

from helpers.client import Client
from helpers.errors import TwilioError
from helpers.sandbox import Sandbox

OWN, MINE = "+15005550006", "+14155550100"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock="manual", type="full") as running:
        yield running


@pytest.fixture
def ours(sandbox: Sandbox) -> Iterator[Client]:
    client = Client(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url)
    yield client
    client.close()


@pytest.fixture
def theirs(sandbox: Sandbox) -> Iterator[Any]:
    client = Official(sandbox.account_sid, sandbox.auth_token)
    for api in (client.api, client.messaging, client.verify, client.monitor):
        api.base_url = sandbox.url
    yield client
    client.http_client.session.close()


def test_a_messaging_service_from_its_making_to_its_end(ours, theirs):
    service = ours.messaging.v1.services.create("Shop", status_callback="http://127.0.0.1/s")
    assert service.date_created == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert service.sid.startswith("MG")
    seen = theirs.messaging.v1.services(service.sid).fetch()
    for name in ("sid", "friendly_name", "date_created", "url", "links", "status_callback"):
        assert getattr(service, name) == getattr(seen, name), name
    number = ours.incoming_phone_numbers.list()[0]
    pooled = service.phone_numbers.create(number.sid)
    assert pooled.phone_number == OWN
    assert [one.sid for one in ours.messaging.v1.services(service.sid).phone_numbers.list()] == [
        number.sid
    ]
    assert service.update(friendly_name="Store").friendly_name == "Store"
    assert ours.messaging.services(service.sid).fetch().friendly_name == "Store"
    text = ours.messages.create(MINE, messaging_service_sid=service.sid, body="From the shop")
    assert text.messaging_service_sid == service.sid
    assert service.phone_numbers(number.sid).delete() is True
    assert service.delete() is True
    with pytest.raises(TwilioError) as gone:
        service.fetch()
    assert (gone.value.status, gone.value.uri) == (404, f"/Services/{service.sid}")


def test_a_list_goes_on_by_the_address_in_meta(ours, theirs):
    made = {ours.messaging.v1.services.create(f"Service {i}").sid for i in range(5)}
    found = [one.sid for one in ours.messaging.v1.services.list(page_size=2)]
    assert len(found) == len(set(found))
    assert made <= set(found)
    assert found == [one.sid for one in theirs.messaging.v1.services.list(page_size=2)]
    assert len(ours.messaging.v1.services.list(limit=3)) == 3


def test_the_verify_quickstart(ours, sandbox):
    service = ours.verify.v2.services.create(friendly_name="My Shop")
    started = ours.verify.v2.services(service.sid).verifications.create(to=MINE, channel="sms")
    assert (started.status, started.channel, started.to) == ("pending", "sms", MINE)
    checks = ours.verify.v2.services(service.sid).verification_checks
    assert checks.create(to=MINE, code="0000000").status == "pending"
    fetched = ours.verify.services(service.sid).verifications(started.sid).fetch()
    assert fetched.sid == started.sid
    canceled = service.verifications(started.sid).update("canceled")
    assert canceled.status == "canceled"


def test_alerts_are_those_of_the_monitor(ours, theirs):
    assert [a.sid for a in ours.monitor.v1.alerts.list()] == [
        a.sid for a in theirs.monitor.v1.alerts.list()
    ]
    with pytest.raises(TwilioError) as none:
        ours.monitor.alerts("NO" + "0" * 32).fetch()
    assert none.value.uri == f"/Alerts/NO{'0' * 32}"


def test_what_is_there_is_shown_and_what_is_not_is_an_attribute_error(ours):
    assert {"messaging", "verify", "monitor", "calls"} <= set(dir(ours))
    assert {"v1", "services"} <= set(dir(ours.messaging))
    assert {"services"} <= set(dir(ours.verify.v2))
    assert (repr(ours.messaging), repr(ours.verify.v2)) == ("<messaging>", "<v2>")
    for find in (
        lambda: ours.messaging.v2,
        lambda: ours.messaging.v1.servces,
        lambda: ours.verify.v2.services("VA1").nothing,
    ):
        with pytest.raises(AttributeError):
            find()


def test_an_account_has_no_sid_of_its_balance(ours, theirs):
    mine, official = ours.balance.fetch(), theirs.balance.fetch()
    assert (mine.balance, mine.currency) == (official.balance, official.currency)


def test_a_text_is_confirmed(ours):
    sent = ours.messages.create(MINE, from_=OWN, body="Hello", provide_feedback=True)
    assert ours.messages(sent.sid).feedback.create(outcome="confirmed").outcome == "confirmed"
    call = ours.calls.create(MINE, OWN, twiml="<Response><Hangup/></Response>")
    assert ours.calls(call.sid).events.list()
    assert ours.usage.records.daily.list(limit=1)
    key = ours.new_signing_keys.create(friendly_name="k")
    assert key.sid in [one.sid for one in ours.signing_keys.list()]
