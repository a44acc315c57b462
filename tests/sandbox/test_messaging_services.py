"""Messaging Services v1 as Twilio's pages use them: a pool of senders, and who is chosen."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.sandbox.town import ALICE, BOB, SHOP, Town, arrived, refused, twiml

FAR, NEAR, LONDON = "+12125550170", "+14155550170", "+447700900123"
FRIEND = "+447700900456"


@pytest.fixture
def town():
    with Town(numbers=(SHOP, FAR, NEAR), verified=(ALICE,)) as town:
        town.client.messaging.base_url = town.sandbox.url
        yield town


@pytest.fixture
def service(town):
    return town.client.messaging.v1.services.create(friendly_name="My First Messaging Service")


def under(town, service):
    return town.client.messaging.v1.services(service.sid)


def sid_of(town, number):
    return town.client.incoming_phone_numbers.list(phone_number=number)[0].sid


def put(town, service, *numbers):
    """Put numbers into the pool of a service."""
    for number in numbers:
        under(town, service).phone_numbers.create(phone_number_sid=sid_of(town, number))


def send(town, service, to=ALICE, body="Hello", **more):
    return town.client.messages.create(to=to, messaging_service_sid=service.sid, body=body, **more)


# -- the quickstart ---------------------------------------------------------------------------


def test_the_quickstart(town):
    """Twilio's "Get started with Messaging Services": create one, add a number, send a text."""
    service = town.client.messaging.v1.services.create(friendly_name="My First Messaging Service")
    assert service.sid.startswith("MG")

    phone_number = town.client.messaging.v1.services(service.sid).phone_numbers.create(
        phone_number_sid=sid_of(town, SHOP)
    )
    assert phone_number.sid == sid_of(town, SHOP)

    message = town.client.messages.create(
        to=ALICE,
        body="Revenge of the Sith was clearly the best of the prequel trilogy.",
        messaging_service_sid=service.sid,
    )
    # No sender yet, so nobody knows how many segments it will have.
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert message.messaging_service_sid == service.sid
    now = arrived(town, message)
    assert (now.status, now.from_, now.num_segments) == ("delivered", SHOP, "1")
    [text] = town.phone(ALICE)["inbox"]
    assert (text["from"], text["body"]) == (SHOP, now.body)


# -- services -----------------------------------------------------------------------------------


def test_a_new_service_has_twilios_settings(town, service):
    assert service.url == f"{town.sandbox.url}/v1/Services/{service.sid}"
    assert service.links["phone_numbers"] == f"{service.url}/PhoneNumbers"
    assert (service.inbound_request_url, service.status_callback, service.fallback_url) == (
        None, None, None,
    )  # fmt: skip
    assert (service.inbound_method, service.fallback_method) == ("POST", "POST")
    assert service.validity_period == 36_000
    assert (service.sticky_sender, service.mms_converter, service.area_code_geomatch) == (
        True, True, True,
    )  # fmt: skip
    assert (service.use_inbound_webhook_on_number, service.usecase) == (False, "undeclared")
    assert service.date_created.utcoffset() == timedelta(0)


def test_services_are_listed_changed_and_deleted(town, service):
    services = town.client.messaging.v1.services
    more = [services.create(friendly_name=f"S{n}").sid for n in range(3)]
    assert [s.sid for s in services.list(page_size=2)] == [*reversed(more), service.sid]
    changed = services(service.sid).update(
        friendly_name="P" * 64,
        inbound_request_url="http://127.0.0.1:1/in",
        inbound_method="GET",
        sticky_sender=False,
        usecase="marketing",
        validity_period=60,
    )
    assert (changed.friendly_name, changed.inbound_method) == ("P" * 64, "GET")
    assert (changed.sticky_sender, changed.usecase, changed.validity_period) == (
        False, "marketing", 60,
    )  # fmt: skip
    assert services(service.sid).update(inbound_request_url="").inbound_request_url is None
    put(town, service, SHOP)
    assert services(service.sid).delete()
    assert refused(services(service.sid).fetch) == (404, 20404)
    assert refused(send, town, service) == (400, 21701)
    put(town, services(more[0]).fetch(), SHOP)  # its numbers are free again


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"friendly_name": ""}, 20001), ({"friendly_name": "x" * 65}, 20001),
     ({"inbound_request_url": "nowhere"}, 20001), ({"fallback_url": "ftp://a.test/"}, 20001),
     ({"status_callback": "http://a_b.test/"}, 21609), ({"usecase": "fun"}, 21713),
     ({"validity_period": 0}, 21624), ({"validity_period": 36_001}, 21624),
     ({"inbound_method": "PUT"}, 20001), ({"scan_message_content": "maybe"}, 20001)],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused(town, asked, code):
    create = town.client.messaging.v1.services.create
    assert refused(create, **({"friendly_name": "S"} | asked)) == (400, code)
    assert town.client.messaging.v1.services.list() == []


# -- the pool -----------------------------------------------------------------------------------


def test_numbers_join_the_pool_and_leave_it(town, service):
    put(town, service, SHOP, FAR)
    numbers = under(town, service).phone_numbers
    assert [n.phone_number for n in numbers.list()] == [FAR, SHOP]
    found = numbers(sid_of(town, FAR)).fetch()
    assert (found.country_code, found.service_sid) == ("US", service.sid)
    assert set(found.capabilities) >= {"SMS", "MMS"}
    assert found.url == f"{service.url}/PhoneNumbers/{found.sid}"
    assert numbers(found.sid).delete()
    assert [n.phone_number for n in numbers.list()] == [SHOP]
    assert refused(numbers(found.sid).fetch) == (404, 20404)


def test_a_number_is_in_one_pool_at_most(town, service):
    other = town.client.messaging.v1.services.create(friendly_name="Other")
    put(town, service, SHOP)
    for where, code, said in (
        (service, 21710, "Phone Number or Short Code is already in the Messaging Service."),
        (other, 21712, "Phone Number or Short Code is associated with another Messaging Service."),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            put(town, where, SHOP)
        assert (refusal.value.status, refusal.value.code) == (409, code)
        assert refusal.value.msg == f"Unable to create record: {said}"


def test_what_is_not_the_accounts_joins_no_pool(town, service):
    here = under(town, service)
    assert refused(here.phone_numbers.create, phone_number_sid="PN" + "0" * 32) == (404, 20404)
    assert refused(here.phone_numbers.create, phone_number_sid="") == (400, 20001)
    assert refused(here.short_codes.create, short_code_sid="SC" + "0" * 32) == (404, 20404)
    assert town.client.short_codes.list() == here.short_codes.list() == []
    nowhere = town.client.messaging.v1.services("MG" + "0" * 32)
    sid = sid_of(town, SHOP)
    assert refused(nowhere.phone_numbers.create, phone_number_sid=sid) == (404, 20404)


def test_a_number_that_is_released_leaves_its_pool(town, service):
    put(town, service, SHOP, FAR)
    town.client.incoming_phone_numbers(sid_of(town, FAR)).delete()
    assert [n.phone_number for n in under(town, service).phone_numbers.list()] == [SHOP]


def test_a_number_that_moves_to_another_account_leaves_its_pool(town, service):
    put(town, service, SHOP, FAR)
    child = town.client.api.accounts.create(friendly_name="Branch")
    sid = sid_of(town, FAR)
    town.client.incoming_phone_numbers(sid).update(account_sid=child.sid)
    assert [n.phone_number for n in under(town, service).phone_numbers.list()] == [SHOP]
    theirs = Client(child.sid, child.auth_token)
    theirs.messaging.base_url = town.sandbox.url
    services = theirs.messaging.v1.services
    branch = services.create(friendly_name="Branch")
    assert services(branch.sid).phone_numbers.create(phone_number_sid=sid).phone_number == FAR


def test_names_join_the_pool(town, service):
    names = under(town, service).alpha_senders
    name = names.create(alpha_sender="Pizza Co")
    assert (name.sid[:2], name.alpha_sender, name.capabilities) == ("AI", "Pizza Co", ["SMS"])
    assert refused(names.create, alpha_sender="Pizza Co") == (409, 21710)
    for bad in ("123456", "twelve chars", "Pizza!", ""):
        assert refused(names.create, alpha_sender=bad) == (400, 20001)
    assert [n.sid for n in names.list()] == [name.sid]
    assert names(name.sid).fetch().alpha_sender == "Pizza Co"
    assert names(name.sid).delete() and names.list() == []


# -- who is chosen ------------------------------------------------------------------------------


def senders(town, service, *recipients):
    sent = [send(town, service, to=number) for number in recipients]
    town.advance(5)
    return [town.client.messages(message.sid).fetch().from_ for message in sent]


def test_numbers_take_turns(town, service):
    under(town, service).update(sticky_sender=False, area_code_geomatch=False)
    put(town, service, SHOP, FAR, NEAR)
    assert senders(town, service, *[ALICE] * 4) == [SHOP, FAR, NEAR, SHOP]


def test_a_phone_keeps_the_sender_it_knows(town, service):
    under(town, service).update(area_code_geomatch=False)
    put(town, service, SHOP, FAR)
    assert senders(town, service, ALICE, BOB, ALICE, BOB) == [SHOP, FAR, SHOP, FAR]
    under(town, service).phone_numbers(sid_of(town, SHOP)).delete()
    assert senders(town, service, ALICE, BOB) == [FAR, FAR]


def test_the_same_area_code_comes_first(town, service):
    put(town, service, SHOP, FAR, NEAR)
    assert senders(town, service, ALICE, "+12125550100", BOB) == [NEAR, FAR, NEAR]


def test_the_same_country_comes_before_others(town, service):
    own = town.client.incoming_phone_numbers
    [offer] = town.client.available_phone_numbers("GB").mobile.list(limit=1)
    british = own.create(phone_number=offer.phone_number).phone_number
    put(town, service, SHOP, british, FAR)
    assert senders(town, service, FRIEND, LONDON) == [british, british]
    assert senders(town, service, "+33612345678") == [FAR]  # nobody is nearer: the third turn


def test_a_name_goes_where_names_are_let_through(town, service):
    put(town, service, SHOP)
    under(town, service).alpha_senders.create(alpha_sender="Pizza Co")
    assert senders(town, service, ALICE, FRIEND) == [SHOP, "Pizza Co"]


def test_a_message_may_name_one_of_the_pool(town, service):
    put(town, service, SHOP, FAR)
    message = send(town, service, from_=FAR)
    assert (message.status, message.from_) == ("accepted", FAR)
    assert arrived(town, message).from_ == FAR
    assert refused(send, town, service, from_=NEAR) == (400, 21711)


def test_the_service_may_stand_in_from(town, service):
    put(town, service, SHOP)
    message = town.client.messages.create(to=ALICE, from_=service.sid, body="Hi")
    assert (message.from_, message.messaging_service_sid) == (None, service.sid)
    assert arrived(town, message).from_ == SHOP


def test_a_service_that_cannot_send(town, service):
    assert refused(send, town, service) == (400, 21704)
    create = town.client.messages.create
    assert refused(create, to=ALICE, body="x", messaging_service_sid="MG12") == (400, 21705)
    unknown = "MG" + "0" * 32
    assert refused(create, to=ALICE, body="x", messaging_service_sid=unknown) == (400, 21701)
    under(town, service).alpha_senders.create(alpha_sender="Pizza Co")
    failed = arrived(town, send(town, service))  # no name is let through there
    assert (failed.status, failed.error_code, failed.from_) == ("failed", 21703, None)


def test_a_message_whose_service_is_gone_fails(town, service):
    put(town, service, SHOP)
    message = send(town, service)
    under(town, service).delete()
    failed = arrived(town, message)
    assert (failed.status, failed.error_code) == ("failed", 21701)


# -- what the service says ----------------------------------------------------------------------


def test_the_services_callback_is_told_signed_with_its_sid(town, service):
    town.site.pages["/status"] = twiml("")
    under(town, service).update(status_callback=town.url + "/status")
    put(town, service, SHOP)
    message = send(town, service)
    town.advance(5)
    told = town.site.asked("/status")
    assert [t["MessageStatus"] for t in told] == ["queued", "sending", "sent", "delivered"]
    assert list(told[0].items()) == [
        ("SmsSid", message.sid),
        ("SmsStatus", "queued"),
        ("MessageStatus", "queued"),
        ("To", ALICE),
        ("MessagingServiceSid", service.sid),
        ("MessageSid", message.sid),
        ("AccountSid", town.sandbox.account_sid),
        ("From", SHOP),
        ("ApiVersion", "2010-04-01"),
    ]
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


def test_the_messages_own_callback_wins(town, service):
    town.site.pages |= {"/status": twiml(""), "/mine": twiml("")}
    under(town, service).update(status_callback=town.url + "/status")
    put(town, service, SHOP)
    send(town, service, status_callback=town.url + "/mine")
    town.advance(5)
    assert town.site.asked("/status") == []
    assert len(town.site.asked("/mine")) == 4


def test_the_service_answers_texts_to_its_numbers(town, service):
    town.site.pages["/in"] = twiml("<Message>from the service</Message>")
    under(town, service).update(inbound_request_url=town.url + "/in", inbound_method="GET")
    put(town, service, SHOP)
    own = town.client.incoming_phone_numbers(sid_of(town, SHOP))
    own.update(sms_url=town.url + "/own")
    sid = town.phone(ALICE, "text", To=SHOP, Body="hi")["sid"]
    town.advance(5)
    [told] = town.site.asked("/in")
    assert told["MessagingServiceSid"] == service.sid
    names = list(told)
    assert names[names.index("To") + 1] == "MessagingServiceSid"
    assert town.client.messages(sid).fetch().messaging_service_sid == service.sid
    assert [t["body"] for t in town.phone(ALICE)["inbox"]] == ["from the service"]
    assert town.site.asked("/own") == []

    town.site.pages["/own"] = twiml("<Message>from the number</Message>")
    under(town, service).update(use_inbound_webhook_on_number=True)
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert [t["body"] for t in town.phone(ALICE)["inbox"]][1:] == ["from the number"]
    assert town.site.asked("/own")[0]["MessagingServiceSid"] == service.sid


def test_the_services_fallback_is_asked(town, service):
    town.site.pages |= {"/in": (500, "text/plain", ""), "/fb": twiml("<Message>later</Message>")}
    under(town, service).update(
        inbound_request_url=town.url + "/in", fallback_url=town.url + "/fb", fallback_method="GET"
    )
    put(town, service, SHOP)
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    [told] = town.site.asked("/fb")
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", town.url + "/in")
    assert [t["body"] for t in town.phone(ALICE)["inbox"]] == ["later"]


def test_without_a_url_of_the_service_nobody_is_asked(town, service):
    town.client.incoming_phone_numbers(sid_of(town, SHOP)).update(sms_url=town.url + "/own")
    put(town, service, SHOP)
    sid = town.phone(ALICE, "text", To=SHOP, Body="hi")["sid"]
    town.advance(5)
    assert town.site.requests == []
    assert town.client.messages(sid).fetch().status == "received"


def test_who_stops_one_number_has_stopped_the_service(town, service):
    """The message is taken, and fails later: only a sender that is named is refused at once."""
    town.site.pages["/status"] = twiml("")
    put(town, service, SHOP, FAR)
    town.phone(ALICE, "text", To=SHOP, Body="STOP")
    town.advance(5)
    message = send(town, service, from_=FAR, status_callback=town.url + "/status")
    assert message.status == "accepted"
    failed = arrived(town, message)
    assert (failed.status, failed.error_code) == ("failed", 21610)
    assert failed.error_message == "Attempt to send to unsubscribed recipient"
    [told] = town.site.asked("/status")
    assert (told["MessageStatus"], told["ErrorCode"]) == ("failed", "21610")
    town.client.messages.create(to=ALICE, from_=FAR, body="not the service's business")
    assert refused(town.client.messages.create, to=ALICE, from_=SHOP, body="x") == (400, 21610)

    town.phone(ALICE, "text", To=FAR, Body="START")
    assert arrived(town, send(town, service)).status == "delivered"


def test_smart_encoding_is_the_services_to_choose(town, service):
    put(town, service, SHOP)
    typed = "\u201cIt\u2019s ready\u2026\u201d \u2013 " + "x" * 100
    plain = '"It\'s ready..." - ' + "x" * 100
    smart = arrived(town, send(town, service, body=typed))
    assert (smart.body, smart.num_segments) == (plain, "1")
    under(town, service).update(smart_encoding=False)
    as_it_is = arrived(town, send(town, service, body=typed))
    assert (as_it_is.body, as_it_is.num_segments) == (typed, "2")
    assert arrived(town, send(town, service, body=typed, smart_encoded=True)).body == plain
    alone = town.client.messages.create(to=ALICE, from_=SHOP, body=typed, smart_encoded=True)
    assert (alone.body, alone.num_segments) == (plain, "1")


def test_pictures_become_links_where_there_is_no_mms(town, service):
    town.site.pages["/a.png"] = (200, "image/png", "png")
    put(town, service, SHOP)
    picture = town.url + "/a.png"
    abroad = send(town, service, to=FRIEND, body="Look:", media_url=[picture])
    assert (abroad.sid[:2], abroad.num_media) == ("MM", "1")
    now = arrived(town, abroad)
    assert (now.status, now.body, now.num_media) == ("delivered", f"Look: {picture}", "0")
    under(town, service).update(mms_converter=False)
    lost = arrived(town, send(town, service, to=FRIEND, body="Look:", media_url=[picture]))
    assert (lost.status, lost.error_code) == ("failed", 30011)
    at_home = arrived(town, send(town, service, body="Look:", media_url=[picture]))
    assert (at_home.status, at_home.body, at_home.num_media) == ("delivered", "Look:", "1")


def test_links_stay_as_they_are_where_nothing_shortens_them(town, service):
    put(town, service, SHOP)
    message = arrived(town, send(town, service, body="http://a.test/x", shorten_urls=True))
    assert (message.status, message.body) == ("delivered", "http://a.test/x")
    assert town.alerts() == [30101]
    create = town.client.messages.create
    assert refused(create, to=ALICE, from_=SHOP, body="x", shorten_urls=True) == (400, 20001)


# -- at a later time ----------------------------------------------------------------------------


def later(town, service, seconds, **more):
    when = town.now() + timedelta(seconds=seconds)
    return send(town, service, send_at=when, schedule_type="fixed", **more)


def test_a_scheduled_message_leaves_at_its_time(town, service):
    town.site.pages["/status"] = twiml("")
    put(town, service, SHOP)
    message = later(town, service, 3600, status_callback=town.url + "/status")
    assert (message.status, message.from_, message.date_sent) == ("scheduled", None, None)
    town.advance(3599)
    assert town.client.messages(message.sid).fetch().status == "scheduled"
    assert refused(town.client.messages(message.sid).delete) == (400, 20009)
    assert town.site.requests == []
    assert arrived(town, message).status == "delivered"
    told = [t["MessageStatus"] for t in town.site.asked("/status")]
    assert told == ["accepted", "queued", "sending", "sent", "delivered"]
    assert refused(town.client.messages(message.sid).update, status="canceled") == (400, 30409)


def test_a_scheduled_message_may_be_cancelled(town, service):
    town.site.pages["/status"] = twiml("")
    put(town, service, SHOP)
    message = later(town, service, 3600, status_callback=town.url + "/status")
    town.advance(60)
    assert town.client.messages(message.sid).update(status="canceled").status == "canceled"
    town.advance(7200)
    assert town.client.messages(message.sid).fetch().status == "canceled"
    assert [t["MessageStatus"] for t in town.site.asked("/status")] == ["canceled"]
    assert town.phone(ALICE)["inbox"] == []
    assert refused(town.client.messages(message.sid).update, status="canceled") == (400, 30409)
    assert town.client.messages(message.sid).delete()


def test_when_a_message_may_be_scheduled(town, service):
    put(town, service, SHOP)
    day = 86_400
    for seconds in (-60, 299, 35 * day + 1):
        assert refused(later, town, service, seconds) == (400, 35114)
    for seconds in (300, 35 * day):
        assert later(town, service, seconds).status == "scheduled"
    assert refused(send, town, service, send_at="soon", schedule_type="fixed") == (400, 35114)
    assert refused(send, town, service, schedule_type="fixed") == (400, 35111)
    when = town.now() + timedelta(hours=1)
    assert refused(send, town, service, send_at=when, schedule_type="daily") == (400, 35126)
    assert refused(send, town, service, send_at=when) == (400, 20001)
    create = town.client.messages.create
    alone = {"to": ALICE, "from_": SHOP, "body": "x"}
    assert refused(create, **alone, send_at=when, schedule_type="fixed") == (400, 35118)


# -- short codes --------------------------------------------------------------------------------


@pytest.fixture
def leased():
    """A town whose account has a short code beside its number."""
    with Town(numbers=(SHOP, "12345"), verified=(ALICE,)) as town:
        town.client.messaging.base_url = town.sandbox.url
        yield town


def test_a_short_code_texts_and_is_texted(leased):
    [code] = leased.client.short_codes.list()
    assert (code.sid[:2], code.short_code, code.friendly_name) == ("SC", "12345", "12345")
    assert leased.client.incoming_phone_numbers.list(phone_number="12345") == []
    leased.site.pages["/sms"] = twiml("<Message>Thanks!</Message>")
    mine = leased.client.short_codes(code.sid)
    changed = mine.update(friendly_name="Votes", sms_url=leased.url + "/sms", sms_method="GET")
    assert (changed.friendly_name, changed.sms_method) == ("Votes", "GET")
    assert [c.sid for c in leased.client.short_codes.list(short_code="123*")] == [code.sid]
    assert leased.client.short_codes.list(friendly_name="12345") == []
    assert refused(mine.update, sms_url="nowhere") == (400, 21402)

    leased.client.messages.create(to=ALICE, from_="12345", body="Vote now")
    leased.phone(ALICE, "text", To="12345", Body="yes!")
    leased.advance(5)
    [told] = leased.site.asked("/sms")
    assert (told["To"], told["Body"]) == ("12345", "yes!")
    inbox = leased.phone(ALICE)["inbox"]
    assert [(t["from"], t["body"]) for t in inbox] == [("12345", "Vote now"), ("12345", "Thanks!")]
    leased.phone(ALICE, "text", To="12345", Body="STOP")
    leased.advance(5)
    stopped = {"to": ALICE, "from_": "12345", "body": "x"}
    assert refused(leased.client.messages.create, **stopped) == (400, 21610)


def test_replies_hold_all_that_the_official_client_reads(leased):
    service = leased.client.messaging.v1.services.create(friendly_name="S")
    put(leased, service, SHOP)
    [code] = leased.client.short_codes.list()
    here = under(leased, service)
    here.short_codes.create(short_code_sid=code.sid)
    here.alpha_senders.create(alpha_sender="Votes")
    sent = [service, code, *(thing for each in (here.phone_numbers, here.short_codes,
            here.alpha_senders) for thing in each.list())]  # fmt: skip
    assert len(sent) == 5
    for thing in sent:
        url = getattr(thing, "url", None) or leased.sandbox.url + thing.uri
        reply = leased.http.get(url, auth=leased.auth, timeout=5).json()
        assert {name for name in vars(thing) if not name.startswith("_")} == set(reply)


def test_a_short_code_in_a_pool(leased):
    service = leased.client.messaging.v1.services.create(friendly_name="Votes")
    [code] = leased.client.short_codes.list()
    codes = under(leased, service).short_codes
    pooled = codes.create(short_code_sid=code.sid)
    assert (pooled.sid, pooled.short_code, pooled.country_code) == (code.sid, "12345", "US")
    assert refused(codes.create, short_code_sid=code.sid) == (409, 21710)
    assert [c.sid for c in codes.list()] == [codes(code.sid).fetch().sid] == [code.sid]
    assert arrived(leased, send(leased, service)).from_ == "12345"
    leased.site.pages["/in"] = twiml("")
    under(leased, service).update(inbound_request_url=leased.url + "/in")
    leased.phone(ALICE, "text", To="12345", Body="hi")
    leased.advance(5)
    assert leased.site.asked("/in")[0]["MessagingServiceSid"] == service.sid
    assert codes(code.sid).delete()
    assert refused(send, leased, service) == (400, 21704)


def test_on_whatsapp_a_number_of_the_pool_writes(leased):
    service = leased.client.messaging.v1.services.create(friendly_name="S")
    here = under(leased, service)
    here.alpha_senders.create(alpha_sender="Votes")
    here.short_codes.create(short_code_sid=leased.client.short_codes.list()[0].sid)
    failed = arrived(leased, send(leased, service, to=f"whatsapp:{FRIEND}"))
    assert (failed.status, failed.error_code) == ("failed", 21703)
    put(leased, service, SHOP)
    for _ in range(2):  # by its turn, and then because it is known
        message = send(leased, service, to=f"whatsapp:{FRIEND}")
        assert arrived(leased, message).from_ == f"whatsapp:{SHOP}"
    assert len(leased.phone(f"whatsapp:{FRIEND}")["inbox"]) == 2


def test_nobody_calls_a_short_code(leased):
    reply = leased.control("POST", f"/phones/{ALICE}/call", To="12345")
    assert reply.status_code == 400
    other = leased.control("POST", f"/phones/{ALICE}/text", To="54321", Body="hi")
    assert other.status_code == 400


# -- a trial's ----------------------------------------------------------------------------------


def test_a_trials_service_writes_the_prefix_and_reaches_verified_numbers():
    with Town(type="trial", verified=(ALICE,)) as town:
        town.client.messaging.base_url = town.sandbox.url
        service = town.client.messaging.v1.services.create(friendly_name="S")
        put(town, service, SHOP)
        message = send(town, service)
        assert message.body == "Sent from your Twilio trial account - Hello"
        assert arrived(town, message).status == "delivered"
        assert refused(send, town, service, to=BOB) == (400, 21608)


def test_services_are_their_own_accounts():
    other = ("AC" + "b" * 32, "token-of-the-other", "full")
    with Town(accounts=(other,)) as town:
        town.client.messaging.base_url = town.sandbox.url
        service = town.client.messaging.v1.services.create(friendly_name="S")
        put(town, service, SHOP)
        url = f"{town.sandbox.url}/v1/Services"
        auth = {"auth": other[:2], "timeout": 5}
        assert town.http.get(url, **auth).json()["services"] == []
        for path in ("", "/PhoneNumbers", "/AlphaSenders", "/ShortCodes"):
            assert town.http.get(f"{url}/{service.sid}{path}", **auth).status_code == 404
        form = {"To": ALICE, "Body": "x", "MessagingServiceSid": service.sid}
        messages = f"{town.sandbox.url}/2010-04-01/Accounts/{other[0]}/Messages.json"
        reply = town.http.post(messages, data=form, **auth)
        assert (reply.status_code, reply.json()["code"]) == (400, 21701)
