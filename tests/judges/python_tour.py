"""A tour of the whole API with Twilio's official Python package: each part does all a subject can.

The parts do not depend on one another. Each is called with a `Town` whose shop rings a phone, and
fails by itself when the client understands something otherwise than it was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from twilio.base.exceptions import TwilioRestException

from tests.judges.witness import Witness
from tests.sandbox.town import ALICE, BOB, SHOP, Town

Part = Callable[[Town], None]

NEWCOMER, SHORT_CODE = "+14155550177", "55555"
PAGES = {
    "/voice": "<Response><Say>Hello</Say><Pause length='60'/></Response>",
    "/party": "<Response><Dial><Conference>party</Conference></Dial></Response>",
    "/line": "<Response><Enqueue>line</Enqueue></Response>",
    "/taped": "<Response><Dial><Conference record='record-from-start'>taped</Conference></Dial>"
    "</Response>",
    "/memo": "<Response><Record trim='do-not-trim' transcribe='true' action='/over'/></Response>",
    "/over": "<Response><Hangup/></Response>",
    "/picture.png": (200, "image/png", "\x89PNG"),
}


@contextmanager
def scene(**options: Any) -> Iterator[tuple[Town, Witness]]:
    """A town with a witness in front of its sandbox, and the official clients aimed at it."""
    town = Town(PAGES, verified=(ALICE, BOB), numbers=(SHOP, SHORT_CODE), **options)
    town.sandbox.app = witness = Witness(town.sandbox.app)
    with town:
        for api in ("messaging", "monitor", "verify"):
            getattr(town.client, api).base_url = town.sandbox.url
        yield town, witness


def go_round(town: Town) -> dict[str, str]:
    """Do every part; returns what went wrong in which, nothing if all is well."""
    wrong = {}
    for part in PARTS:
        try:
            part(town)
        except Exception as error:  # a part that fails must not hide the others
            wrong[part.__name__] = f"{type(error).__name__}: {error}"
        for number in (ALICE, BOB):
            town.control("POST", f"/phones/{number}/hangup")  # whoever still talks
    return wrong


def refused(code: int, act: Callable[..., Any], *given: Any, **options: Any) -> None:
    """Do something that Twilio refuses with *code*."""
    try:
        act(*given, **options)
    except TwilioRestException as refusal:
        assert refusal.code == code, f"{refusal.code} {refusal.msg}"
    else:
        raise AssertionError(f"not refused with {code}")


# -- accounts and what belongs to them ---------------------------------------------------------


def accounts(town: Town) -> None:
    """A sub-account is made, found, suspended and closed."""
    made = town.client.api.v2010.accounts.create(friendly_name="Branch")
    assert (made.status, made.type) == ("active", "Full")
    assert made.owner_account_sid == town.auth[0] != made.sid
    assert made.sid in {a.sid for a in town.client.api.v2010.accounts.list(limit=20)}
    [found] = town.client.api.v2010.accounts.list(friendly_name="Branch")
    assert found.sid == made.sid
    assert town.client.api.v2010.accounts(made.sid).fetch().friendly_name == "Branch"
    for status in ("suspended", "active", "closed"):
        assert town.client.api.v2010.accounts(made.sid).update(status=status).status == status
    refused(20404, town.client.api.v2010.accounts("AC" + "0" * 32).fetch)


def balance(town: Town) -> None:
    found = town.client.balance.fetch()
    assert float(found.balance) and found.currency == "USD" and found.account_sid == town.auth[0]


def keys(town: Town) -> None:
    made = town.client.new_keys.create(friendly_name="Robot")
    assert made.sid.startswith("SK") and made.secret
    assert made.sid in {key.sid for key in town.client.keys.list()}
    assert town.client.keys(made.sid).fetch().friendly_name == "Robot"
    assert town.client.keys(made.sid).update(friendly_name="Golem").friendly_name == "Golem"
    assert town.client.keys(made.sid).delete()
    refused(20404, town.client.keys(made.sid).fetch)


def signing_keys(town: Town) -> None:
    made = town.client.new_signing_keys.create(friendly_name="Robot")
    assert made.sid.startswith("SK") and made.secret
    assert made.sid in {key.sid for key in town.client.signing_keys.list()}
    assert town.client.signing_keys(made.sid).fetch().friendly_name == "Robot"
    changed = town.client.signing_keys(made.sid).update(friendly_name="Golem")
    assert changed.friendly_name == "Golem"
    assert town.client.signing_keys(made.sid).delete()


def applications(town: Town) -> None:
    made = town.client.applications.create(friendly_name="App", voice_url=town.url + "/voice")
    assert made.voice_url == town.url + "/voice"
    [found] = town.client.applications.list(friendly_name="App")
    assert found.sid == made.sid
    here = town.client.applications(made.sid)
    assert here.fetch().voice_method == "POST"
    assert here.update(sms_url=town.url + "/sms").sms_url == town.url + "/sms"
    assert here.delete()
    refused(20404, here.fetch)


def usage(town: Town) -> None:
    town.client.messages.create(to=ALICE, from_=SHOP, body="This costs something")
    records = town.client.usage.records
    for of in (
        *(records, records.all_time, records.daily, records.last_month, records.monthly),
        *(records.this_month, records.today, records.yearly, records.yesterday),
    ):
        found = of.list(category="sms-outbound", limit=5)
        assert {row.category for row in found} <= {"sms-outbound"}
        assert of is records.last_month or of is records.yesterday or found


def usage_triggers(town: Town) -> None:
    made = town.client.usage.triggers.create(
        callback_url=town.url + "/limit", trigger_value="100000", usage_category="totalprice"
    )
    assert made.usage_category == "totalprice"
    assert made.sid in {t.sid for t in town.client.usage.triggers.list()}
    here = town.client.usage.triggers(made.sid)
    assert here.fetch().callback_url == town.url + "/limit"
    assert here.update(friendly_name="Limit").friendly_name == "Limit"
    assert here.delete()


# -- numbers -----------------------------------------------------------------------------------


def available_numbers(town: Town) -> None:
    countries = {c.country_code for c in town.client.available_phone_numbers.list()}
    assert {"US", "GB"} <= countries
    us = town.client.available_phone_numbers("US")
    assert us.fetch().country == "United States"
    assert all(n.phone_number.startswith("+1415") for n in us.local.list(area_code=415, limit=3))
    assert us.toll_free.list(limit=3)
    assert town.client.available_phone_numbers("GB").mobile.list(limit=3)


def incoming_numbers(town: Town) -> None:
    """A number of each kind is bought, found, changed and released."""
    us, gb = (town.client.available_phone_numbers(c) for c in ("US", "GB"))
    owned = town.client.incoming_phone_numbers
    offers = (
        (us.local.list(limit=1), owned, owned),
        (us.local.list(area_code=212, limit=1), owned.local, owned.local),
        (gb.mobile.list(limit=1), owned.mobile, owned.mobile),
        (us.toll_free.list(limit=1), owned.toll_free, owned.toll_free),
    )
    for [offer], shop, shelf in offers:
        bought = shop.create(phone_number=offer.phone_number)
        assert bought.phone_number == offer.phone_number
        assert bought.sid in {n.sid for n in shelf.list()}
        here = owned(bought.sid)
        assert here.fetch().phone_number == bought.phone_number
        assert here.update(sms_url=town.url + "/sms").sms_url == town.url + "/sms"
        assert here.delete()
        refused(20404, here.fetch)


def caller_ids(town: Town) -> None:
    """A newcomer's phone is verified: it rings, and the person keys the code in."""
    asked = town.client.validation_requests.create(phone_number=NEWCOMER, friendly_name="Newcomer")
    assert len(asked.validation_code) == 6
    town.phone(NEWCOMER, "press", Digits=asked.validation_code)
    town.advance(120)
    [made] = town.client.outgoing_caller_ids.list(phone_number=NEWCOMER)
    here = town.client.outgoing_caller_ids(made.sid)
    assert here.fetch().friendly_name == "Newcomer"
    assert here.update(friendly_name="Neighbour").friendly_name == "Neighbour"
    assert here.delete()
    refused(20404, here.fetch)


# -- calls -------------------------------------------------------------------------------------


def calls(town: Town) -> None:
    """A call is made, looked at, changed while it lasts, ended and forgotten."""
    made = town.client.calls.create(
        to=ALICE,
        from_=SHOP,
        url=town.url + "/voice",
        status_callback=town.url + "/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert (made.status, made.direction, made._from) == ("queued", "outbound-api", SHOP)
    refused(20009, town.client.calls(made.sid).delete)
    town.advance(5)
    here = town.client.calls(made.sid)
    assert here.fetch().status == "in-progress"
    assert here.update(twiml="<Response><Say>New words</Say><Pause length='60'/></Response>")
    town.advance(5)
    assert here.update(status="completed").status == "completed"
    town.advance(20 * 60)
    assert made.sid in {c.sid for c in town.client.calls.list(to=ALICE, status="completed")}
    assert made.sid in {c.sid for c in town.client.calls.list(start_time_after="2026-01-01")}
    assert here.events.list()
    assert here.fetch().duration
    assert here.delete()
    refused(20404, here.fetch)
    refused(21205, town.client.calls.create, to=ALICE, from_=SHOP, url="no address")


def call_notifications(town: Town) -> None:
    """A document that makes no sense is noted, for the call and for the account."""
    made = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/nowhere")
    town.advance(30)
    here = town.client.calls(made.sid)
    noted = here.notifications.list()
    assert noted
    one = here.notifications(noted[0].sid).fetch()
    assert one.error_code and one.request_url == town.url + "/nowhere"
    assert noted[0].sid in {n.sid for n in town.client.notifications.list(log=0)}
    assert town.client.notifications(noted[0].sid).fetch().response_headers is not None


def call_recordings(town: Town) -> None:
    """A call is recorded, paused, resumed and stopped; what was recorded is found twice."""
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    town.advance(5)
    here = town.client.calls(call.sid)
    made = here.recordings.create(recording_channels="dual")
    assert (made.status, made.channels, made.source) == (
        *("in-progress", 2),
        "StartCallRecordingAPI",
    )
    one = here.recordings(made.sid)
    town.advance(5)
    assert one.update(status="paused", pause_behavior="skip").status == "paused"
    assert here.recordings("Twilio.CURRENT").update(status="in-progress").status == "in-progress"
    town.advance(5)
    assert one.update(status="stopped").status == "stopped"
    here.update(status="completed")
    town.advance(60)
    assert [r.sid for r in here.recordings.list()] == [made.sid]
    assert one.fetch().status == "completed"
    assert made.sid in {r.sid for r in town.client.recordings.list(call_sid=call.sid)}
    assert town.client.recordings(made.sid).fetch().media_url.startswith(town.sandbox.url)
    assert one.delete()

    again = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice", record=True)
    town.advance(10)
    town.client.calls(again.sid).update(status="completed")
    town.advance(60)
    [made] = town.client.calls(again.sid).recordings.list()
    assert town.client.recordings(made.sid).delete()
    refused(20404, town.client.recordings("RE" + "0" * 32).fetch)


def call_streams(town: Town) -> None:
    """A stream to a web site that is not there: it is started and stopped by the API."""
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    town.advance(5)
    here = town.client.calls(call.sid)
    made = here.streams.create(url=town.url.replace("http", "ws") + "/stream", name="ears")
    assert made.sid.startswith("MZ") and made.status == "in-progress"
    assert here.streams(made.sid).update(status="stopped").status == "stopped"
    here.update(status="completed")


def call_transcriptions(town: Town) -> None:
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    town.advance(5)
    here = town.client.calls(call.sid)
    made = here.transcriptions.create(name="scribe", status_callback_url=town.url + "/text")
    assert made.sid.startswith("GT") and made.status == "in-progress"
    town.phone(ALICE, "speak", Speech="Please write this down")
    town.advance(5)
    assert here.transcriptions(made.sid).update(status="stopped").status == "stopped"


def call_payments(town: Town) -> None:
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/voice")
    town.advance(5)
    here = town.client.calls(call.sid)
    made = here.payments.create(
        idempotency_key="once", status_callback=town.url + "/payment", charge_amount=1
    )
    assert made.sid.startswith("PK") and made.call_sid == call.sid
    changed = here.payments(made.sid).update(
        idempotency_key="twice", status_callback=town.url + "/payment", status="cancel"
    )
    assert changed.sid == made.sid
    here.update(status="completed")


# -- conferences and queues --------------------------------------------------------------------


def conferences(town: Town) -> None:
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/party")
    town.advance(5)
    [room] = town.client.conferences.list(friendly_name="party", status="init")
    here = town.client.conferences(room.sid)
    assert [p.call_sid for p in here.participants.list()] == [call.sid]
    assert here.participants(call.sid).fetch().muted is False
    assert here.participants(call.sid).update(muted=True).muted is True
    other = here.participants.create(to=BOB, from_=SHOP, label="bob")
    town.advance(5)
    assert here.fetch().status == "in-progress"
    assert len(here.participants.list()) == 2
    assert here.participants(other.call_sid).delete()
    assert here.update(status="completed").status == "completed"
    town.advance(10)


def conference_recordings(town: Town) -> None:
    for number in (ALICE, BOB):
        town.client.calls.create(to=number, from_=SHOP, url=town.url + "/taped")
    town.advance(10)
    [room] = town.client.conferences.list(friendly_name="taped", status="in-progress")
    here = town.client.conferences(room.sid)
    [made] = here.recordings.list()
    one = here.recordings(made.sid)
    assert one.update(status="paused").status == "paused"
    assert one.update(status="in-progress").status == "in-progress"
    here.update(status="completed")
    town.advance(60)
    assert one.fetch().status == "completed"
    assert one.delete()


def queues(town: Town) -> None:
    made = town.client.queues.create(friendly_name="line", max_size=10)
    assert made.sid in {q.sid for q in town.client.queues.list()}
    here = town.client.queues(made.sid)
    assert here.update(max_size=20).max_size == 20
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/line")
    town.advance(5)
    assert here.fetch().current_size == 1
    assert [m.call_sid for m in here.members.list()] == [call.sid]
    assert here.members(call.sid).fetch().position == 1
    assert here.members("Front").update(url=town.url + "/voice").call_sid == call.sid
    town.advance(5)
    town.client.calls(call.sid).update(status="completed")
    assert here.delete()


def transcriptions(town: Town) -> None:
    """What was said is found below the recording and in the list of all, and forgotten in both."""
    for forgotten_below in (True, False):
        call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/memo")
        town.advance(5)
        town.phone(ALICE, "speak", Speech="Please call me back")
        town.advance(120)
        [recording] = town.client.calls(call.sid).recordings.list()
        below = town.client.recordings(recording.sid).transcriptions
        [made] = below.list()
        assert below(made.sid).fetch().transcription_text == "Please call me back"
        everywhere = town.client.transcriptions
        assert made.sid in {t.sid for t in everywhere.list()}
        assert everywhere(made.sid).fetch().status == "completed"
        assert (below if forgotten_below else everywhere)(made.sid).delete()
        assert below.list() == []


# -- messages ----------------------------------------------------------------------------------


def messages(town: Town) -> None:
    """A text with a picture is sent, found, confirmed, blanked and forgotten."""
    made = town.client.messages.create(
        to=ALICE,
        from_=SHOP,
        body="Look",
        media_url=[town.url + "/picture.png"],
        status_callback=town.url + "/status",
        provide_feedback=True,
    )
    assert (made.status, made.from_, made.num_media) == ("queued", SHOP, "1")
    here = town.client.messages(made.sid)
    town.advance(60)
    assert here.fetch().status == "delivered"
    assert here.feedback.create(outcome="confirmed").outcome == "confirmed"
    assert made.sid in {m.sid for m in town.client.messages.list(to=ALICE)}
    assert made.sid in {m.sid for m in town.client.messages.list(date_sent_after="2026-01-01")}
    [medium] = here.media.list()
    assert here.media(medium.sid).fetch().content_type == "image/png"
    assert here.media(medium.sid).delete()
    assert here.media.list() == []
    assert here.update(body="").body == ""
    assert here.delete()
    refused(20404, here.fetch)
    refused(21211, town.client.messages.create, to="nobody", from_=SHOP, body="Hello")


def messaging_services(town: Town) -> None:
    """A service with the shop's number sends a text, and keeps one for later."""
    services = town.client.messaging.v1.services
    made = services.create(friendly_name="Owl Bank")
    assert made.sid in {s.sid for s in services.list()}
    here = services(made.sid)
    assert here.fetch().friendly_name == "Owl Bank"
    assert here.update(friendly_name="Owl").friendly_name == "Owl"
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    added = here.phone_numbers.create(phone_number_sid=number.sid)
    assert [n.sid for n in here.phone_numbers.list()] == [added.sid]
    assert here.phone_numbers(added.sid).fetch().phone_number == SHOP
    text = town.client.messages.create(to=ALICE, messaging_service_sid=made.sid, body="Hello")
    assert (text.status, text.from_) == ("accepted", None)
    town.advance(60)
    assert town.client.messages(text.sid).fetch().from_ == SHOP
    assert here.phone_numbers(added.sid).delete()
    [code] = town.client.short_codes.list()
    for pool, sent in (
        (here.alpha_senders, {"alpha_sender": "Owl Bank"}),
        (here.short_codes, {"short_code_sid": code.sid}),
    ):
        sender = pool.create(**sent)
        assert [s.sid for s in pool.list()] == [sender.sid]
        assert pool(sender.sid).fetch().service_sid == made.sid
        assert pool(sender.sid).delete()
    assert here.delete()


def short_codes(town: Town) -> None:
    [found] = town.client.short_codes.list(short_code=SHORT_CODE)
    here = town.client.short_codes(found.sid)
    assert here.fetch().short_code == SHORT_CODE
    assert here.update(sms_url=town.url + "/sms").sms_url == town.url + "/sms"


def alerts(town: Town) -> None:
    """What went wrong, by the API that took the place of notifications."""
    call = town.client.calls.create(to=ALICE, from_=SHOP, url=town.url + "/nowhere")
    town.advance(30)
    found = [a for a in town.client.monitor.v1.alerts.list() if a.resource_sid == call.sid]
    assert found
    assert town.client.monitor.v1.alerts(found[0].sid).fetch().resource_sid == call.sid


# -- Verify ------------------------------------------------------------------------------------


def verify(town: Town) -> None:
    services = town.client.verify.v2.services
    made = services.create(friendly_name="Owl Bank")
    assert made.sid in {s.sid for s in services.list()}
    here = services(made.sid)
    assert here.update(code_length=4).code_length == 4
    assert here.fetch().code_length == 4
    sent = here.verifications.create(to=ALICE, channel="sms")
    assert sent.status == "pending"
    assert here.verifications(sent.sid).fetch().to == ALICE
    town.advance(10)
    code = town.phone(ALICE)["inbox"][-1]["body"][-4:]
    assert here.verification_checks.create(to=ALICE, code=code).status == "approved"
    again = here.verifications.create(to=ALICE, channel="call")
    assert here.verifications(again.sid).update(status="canceled").status == "canceled"
    town.advance(60)
    assert here.delete()


PARTS: tuple[Part, ...] = (
    *(accounts, balance, keys, signing_keys, applications, usage, usage_triggers),
    *(available_numbers, incoming_numbers, caller_ids),
    *(calls, call_notifications, call_recordings, call_streams),
    *(call_transcriptions, call_payments),
    *(conferences, conference_recordings, queues, transcriptions),
    *(messages, messaging_services, short_codes, alerts, verify),
)
