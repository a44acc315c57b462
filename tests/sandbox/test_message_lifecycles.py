"""Every way a message can go: its statuses, and what each callback says, in order and signed."""

import asyncio
from dataclasses import dataclass, field

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from helpers.clock import START
from helpers.resources.call import Call
from helpers.resources.media import Media
from helpers.resources.message import Message
from helpers.sandbox.store import Store
from helpers.sandbox.tables import Table
from tests.sandbox.town import ALICE, BOB, SHOP, Town, refused, timeless, twiml
from tests.sandbox.within import SITE, Within

LINE, STRANGER = "+15005550009", "+15005550011"
DONE = "2601050900"  # the day and minute at which the manual clock begins


@dataclass(frozen=True)
class Way:
    """One way. *first* is the status that create answers, *told* those that callbacks tell."""

    name: str
    first: str
    told: tuple[str, ...]
    code: int | None = None
    phone: str = "auto"
    service: bool = False
    asked: dict = field(default_factory=dict)
    before: str = ""  # what Alice texts before


OUT = ("sending", "sent", "delivered")
WAYS = [
    Way("to a phone", "queued", OUT),
    Way("to a phone that is off", "queued", ("sending", "sent", "undelivered"), 30003, "off"),
    Way("to another number", "queued", OUT, asked={"to": LINE}),
    Way("with a picture", "queued", OUT, asked={"media_url": ["/cat.png"]}),
    Way("without its picture", "queued", ("failed",), 11200, asked={"media_url": ["/gone"]}),
    Way("by a service", "accepted", ("queued", *OUT), service=True),
    Way(
        "by a service, to a phone that is off",
        "accepted",
        ("queued", "sending", "sent", "undelivered"),
        30003,
        "off",
        service=True,
    ),
    Way(
        "by a service that was stopped", "accepted", ("failed",), 21610, service=True, before="STOP"
    ),
    Way(
        "at a later time",
        "scheduled",
        ("accepted", "queued", *OUT),
        service=True,
        asked={"send_at": "2026-01-05T09:05:00Z", "schedule_type": "fixed"},
    ),
]


@pytest.fixture
def town():
    with Town(numbers=(SHOP, LINE), verified=(ALICE, BOB)) as town:
        town.client.messaging.base_url = town.sandbox.url
        town.site.pages |= {"/status": twiml(""), "/cat.png": (200, "image/png", "png")}
        yield town


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


def parameters(town, message, way, status, to):
    """What the callback for *status* must say, in this order."""
    failed = status in ("failed", "undelivered")
    done = "2601050905" if way.first == "scheduled" else DONE
    pairs = [("ErrorCode", str(way.code))] * failed
    pairs += [("RawDlrDoneDate", done)] * (status in ("delivered", "undelivered"))
    pairs += [
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", to),
    ]
    if way.service:
        pairs.append(("MessagingServiceSid", message.messaging_service_sid))
    # Until a service has chosen there is nobody to name.
    chosen = status != "accepted" and not (way.service and way.code == 21610)
    return [
        *pairs,
        ("MessageSid", message.sid),
        ("AccountSid", town.sandbox.account_sid),
        ("From", SHOP if chosen else ""),
        ("ApiVersion", "2010-04-01"),
    ]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_each_way_is_told_step_by_step(town, way):
    asked = {"to": ALICE, "body": "Hello", "from_": SHOP} | way.asked
    if "media_url" in asked:
        asked["media_url"] = [town.url + path for path in asked["media_url"]]
    if way.service:
        service = town.client.messaging.v1.services.create(friendly_name="S")
        [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
        town.client.messaging.v1.services(service.sid).phone_numbers.create(
            phone_number_sid=number.sid
        )
        del asked["from_"]
        asked["messaging_service_sid"] = service.sid
    if way.before:
        town.phone(ALICE, "text", To=SHOP, Body=way.before)
        town.advance(1)
    town.phone(ALICE, Mode=way.phone)
    town.site.requests.clear()

    message = town.client.messages.create(**asked, status_callback=town.url + "/status")
    assert (message.status, message.error_code, message.date_sent) == (way.first, None, None)
    town.advance(400)

    told = town.site.asked("/status")
    assert [list(t.items()) for t in told] == [
        parameters(town, message, way, status, asked["to"]) for status in way.told
    ]
    end = town.client.messages(message.sid).fetch()
    assert (end.status, end.error_code) == (way.told[-1], way.code)
    assert (end.error_message is None) == (way.code is None)
    assert town.alerts() == [way.code] * (way.code is not None)
    assert (end.date_sent is not None) == ("sent" in way.told)
    states = [e["data"]["status"] for e in town.events(message_sid=message.sid)
              if e["type"] == "state"]  # fmt: skip
    assert states == list(way.told)
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        if path == "/status":
            assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


# -- callbacks that fail ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("callback", "codes"),
    [("/500", [15003] * 3), ("/404", [15003] * 3), ("http://127.0.0.1:1/", [11202] * 3),
     ("http://example.com/", [11205] * 3)],
)  # fmt: skip
def test_a_callback_that_fails_is_logged_and_holds_nothing_up(town, callback, codes):
    town.site.pages |= {"/500": (500, "text/plain", ""), "/404": (404, "text/plain", "")}
    url = callback if callback.startswith("http") else town.url + callback
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hi", status_callback=url)
    town.advance(5)
    assert town.client.messages(message.sid).fetch().status == "delivered"
    assert town.alerts() == codes
    assert {e["message_sid"] for e in town.events() if e["type"] == "alert"} == {message.sid}


def test_the_applications_callback_is_told(town):
    town.site.pages |= {"/app": twiml("")}
    app = town.client.applications.create(message_status_callback=town.url + "/app")
    send = town.client.messages.create
    send(to=ALICE, from_=SHOP, body="Hi", application_sid=app.sid)
    send(to=ALICE, from_=SHOP, body="Hi", application_sid=app.sid,
         status_callback=town.url + "/status")  # fmt: skip
    town.advance(5)
    assert len(town.site.asked("/app")) == len(town.site.asked("/status")) == 3


# -- inbound ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ((500, "text/plain", ""), 11200),
        ((404, "text/html", ""), 11200),
        ((200, "", "<Response/>"), 11200),
        ((200, "text/xml", "<Response>"), 12100),
        ((200, "text/xml", "<Answer/>"), 12102),
        ((200, "image/png", "png"), 12300),
        ((200, "text/xml", "<Response>" + " " * 65_536 + "</Response>"), 11750),
    ],
)
def test_a_web_site_that_fails_is_told_to_the_fallback(town, page, code):
    town.site.pages |= {"/sms": page, "/fb": twiml("<Message>later</Message>")}
    own(town, sms_url=town.url + "/sms", sms_fallback_url=town.url + "/fb")
    sid = town.phone(ALICE, "text", To=SHOP, Body="Hi")["sid"]
    town.advance(5)
    [first] = town.site.asked("/sms")
    [told] = town.site.asked("/fb")
    assert told == first | {"ErrorCode": str(code), "ErrorUrl": town.url + "/sms"}
    assert told["MessageSid"] == sid
    assert town.alerts() == [code]
    assert [t["body"] for t in town.phone(ALICE)["inbox"]] == ["later"]


def test_a_web_site_is_asked_again_as_its_url_says(town):
    answers = iter([(500, "text/plain", ""), (503, "text/plain", "")])
    town.site.pages["/sms"] = lambda _: next(answers, (200, "text/xml", twiml("")))
    own(town, sms_url=town.url + "/sms#rc=3&rp=5xx")
    town.phone(ALICE, "text", To=SHOP, Body="Hi")
    town.advance(5)
    asked = [(params, headers) for path, params, headers in town.site.requests if path == "/sms"]
    assert len(asked) == 3
    assert asked[0][0] == asked[1][0] == asked[2][0]
    assert len({headers["i-twilio-idempotency-token"] for _, headers in asked}) == 1
    validator = RequestValidator(town.sandbox.auth_token)
    for params, headers in asked:
        assert validator.validate(town.url + "/sms", params, headers["x-twilio-signature"])
    assert town.alerts() == []


# -- what is kept of it -------------------------------------------------------------------------


def test_what_the_record_forgets_the_phone_still_shows(town):
    create = town.client.messages.create
    kept = create(to=ALICE, from_=SHOP, body="one")
    gone = create(
        to=ALICE, from_=SHOP, body="two", content_retention="discard",
        media_url=[town.url + "/cat.png"],
    )  # fmt: skip
    assert gone.body == "two"
    with pytest.raises(TwilioRestException) as refused:
        town.client.messages(kept.sid).update(body="")
    assert (refused.value.status, refused.value.code) == (400, 20009)
    town.advance(5)
    assert town.client.messages(kept.sid).update(body="").body == ""
    now = town.client.messages(gone.sid).fetch()
    assert (now.status, now.body, now.num_media) == ("delivered", "", "1")
    assert town.client.messages(gone.sid).media.list() == []
    assert [t["body"] for t in town.phone(ALICE)["inbox"]] == ["one", "two"]


def test_an_address_may_be_kept_without_its_end(town):
    message = town.client.messages.create(
        to=ALICE, from_=SHOP, body="x", address_retention="obfuscate"
    )
    town.advance(5)
    assert town.client.messages(message.sid).fetch().to == ALICE[:-4] + "XXXX"
    assert len(town.phone(ALICE)["inbox"]) == 1
    for option in ("content_retention", "address_retention"):
        with pytest.raises(TwilioRestException) as refused:
            town.client.messages.create(to=ALICE, from_=SHOP, body="x", **{option: "burn"})
        assert (refused.value.status, refused.value.code) == (400, 20001)


def test_feedback_says_how_it_went(town):
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="x", provide_feedback=True)
    town.advance(5)
    feedback = town.client.messages(message.sid).feedback
    given = feedback.create(outcome="unconfirmed")
    assert (given.message_sid, given.outcome) == (message.sid, "unconfirmed")
    assert given.uri == message.uri.replace(".json", "/Feedback.json")
    assert feedback.create().outcome == "confirmed"
    with pytest.raises(TwilioRestException) as refused:
        feedback.create(outcome="perhaps")
    assert (refused.value.status, refused.value.code) == (400, 20001)
    assert "feedback" in town.client.messages(message.sid).fetch().subresource_uris


def test_sent_when_is_asked_by_the_day_and_by_the_second(town):
    send = town.client.messages.create
    first = send(to=ALICE, from_=SHOP, body="one")
    town.advance(3600)
    second = send(to=ALICE, from_=SHOP, body="two")
    town.advance(5)
    moment = town.client.messages(second.sid).fetch().date_sent

    def sids(**when):
        return [m.sid for m in town.client.messages.list(**when)]

    assert sids(date_sent=moment) == sids(date_sent_after=moment) == [second.sid]
    assert sids(date_sent_before=moment) == [second.sid, first.sid]
    earlier = moment.replace(second=0) if moment.second else moment.replace(minute=59, hour=9)
    assert sids(date_sent_before=earlier) == [first.sid]
    assert sids(date_sent_after=earlier) == [second.sid]
    assert sids(date_sent=moment.date()) == [second.sid, first.sid]
    older = moment.strftime("%Y-%m-%d %H:%M:%S")  # as the libraries of 2012 write it
    assert sids(date_sent=older) == [second.sid]


@pytest.mark.parametrize("when", ["soon", "9999-12-31T23:59:59", "0001-01-01T00:00:01Z"])
def test_a_time_that_makes_no_sense_is_refused(town, when):
    reply = town.http.get(
        f"{town.sandbox.url}/2010-04-01/Accounts/{town.auth[0]}/Messages.json",
        params={"DateSent>": when}, auth=town.auth, timeout=5,
    )  # fmt: skip
    assert (reply.status_code, reply.json()["code"]) == (400, 20001)


# -- after a restart ----------------------------------------------------------------------------


def test_a_message_too_old_for_its_queue_is_not_sent(tmp_path):
    """What was queued when the sandbox was killed leaves afterwards, unless that is too late."""
    file = str(tmp_path / "town.db")
    with Town(data=file) as town:
        sent = {
            seconds: town.client.messages.create(
                to=ALICE, from_=SHOP, body="x", validity_period=seconds
            ).sid
            for seconds in (60, 36_000)
        }
        town.sandbox.stop()
    with Store(file) as store:
        store.save_setting("now", "2026-01-05T09:02:00+00:00")
    with Town(data=file) as town:
        town.advance(5)
        found = {s: town.client.messages(sid).fetch() for s, sid in sent.items()}
        assert (found[60].status, found[60].error_code) == ("failed", 30036)
        assert (found[36_000].status, found[36_000].error_code) == ("delivered", None)
        assert town.alerts() == [30036]


def test_a_picture_that_was_kept_is_not_fetched_again_after_a_restart(tmp_path):
    """It may be killed between the fetch and the next status, on the way out and on the way in."""
    file = str(tmp_path / "town.db")
    with Town(data=file) as town:
        out = town.client.messages.create(to=ALICE, from_=SHOP, media_url=[town.url + "/gone"])
        come = town.phone(ALICE, "text", To=SHOP, MediaUrl=town.url + "/gone")["sid"]
        town.sandbox.stop()
    with Store(file) as store:
        for digit, sid in enumerate((out.sid, come)):
            media = {"sid": f"ME{digit:032}", "account_sid": town.auth[0], "parent_sid": sid}
            now = {"date_created": START, "date_updated": START}
            store.add(Media(**media, **now, content_type="image/png"))
            store.save_blob(media["sid"], town.auth[0], "image/png", b"png")
    with Town(data=file) as town:
        town.advance(5)
        assert town.client.messages(out.sid).fetch().status == "delivered"
        inbound = town.client.messages(come).fetch()
        assert (inbound.status, inbound.num_media) == ("received", "1")
        for sid in (out.sid, come):
            assert len(town.client.messages(sid).media.list()) == 1
        assert town.alerts() == []


def test_a_scheduled_message_is_not_forgotten_by_a_restart(tmp_path):
    file = str(tmp_path / "town.db")
    with Town(data=file) as town:
        town.client.messaging.base_url = town.sandbox.url
        service = town.client.messaging.v1.services.create(friendly_name="S")
        [number] = town.client.incoming_phone_numbers.list()
        town.client.messaging.v1.services(service.sid).phone_numbers.create(
            phone_number_sid=number.sid
        )
        message = town.client.messages.create(
            to=ALICE, messaging_service_sid=service.sid, body="x", schedule_type="fixed",
            send_at="2026-01-05T09:10:00Z",
        )  # fmt: skip
        town.sandbox.stop()
    with Town(data=file) as town:
        town.advance(590)
        assert town.client.messages(message.sid).fetch().status == "scheduled"
        town.advance(20)
        assert town.client.messages(message.sid).fetch().status == "delivered"


def test_a_restart_reads_no_message_and_no_call_that_had_ended(tmp_path, monkeypatch):
    """A file may hold a hundred thousand of them, which would take seconds and memory."""
    file = str(tmp_path / "town.db")
    with Town(data=file) as town:
        for _ in range(3):
            town.client.messages.create(to=ALICE, from_=SHOP, body="x")
            town.client.calls.create(to=BOB, from_=SHOP, twiml="<Response/>")
            town.advance(60)
        late = town.client.messages.create(to=ALICE, from_=SHOP, body="x")
        town.sandbox.stop()
    read, reader = [], Table.read

    def reading(table, row):
        read.append(reader(table, row))
        return read[-1]

    monkeypatch.setattr(Table, "read", reading)
    with Town(data=file) as town:
        assert [row.sid for row in read if isinstance(row, Message | Call)] == [late.sid]


# -- on every clock -----------------------------------------------------------------------------


async def _story(kind):
    """A text by a service, one with a picture, and one that comes in with a picture."""

    def answer(path, told):
        if path == "/cat.png":
            return 200, "image/png", b"png"
        return 200, "text/xml", b"<Response><Message>ok</Message></Response>"

    async with Within(kind, answer) as world:
        services = "http://sandbox.test/v1/Services"
        service = await world.ask(
            "POST", services, FriendlyName="S", InboundRequestUrl=SITE + "/in"
        )
        numbers = await world.ask("GET", "/IncomingPhoneNumbers.json")
        pool = f"{services}/{service['sid']}/PhoneNumbers"
        sid = numbers["incoming_phone_numbers"][0]["sid"]
        await world.ask("POST", pool, PhoneNumberSid=sid)
        by_service = {"MessagingServiceSid": service["sid"], "StatusCallback": SITE + "/status"}
        await world.ask("POST", "/Messages.json", To=ALICE, Body="one", **by_service)
        await world.end()
        picture = {"MediaUrl": SITE + "/cat.png", "StatusCallback": SITE + "/status"}
        await world.ask("POST", "/Messages.json", To=ALICE, From=SHOP, **picture)
        await world.end()
        await world.phone(ALICE, "text", To=SHOP, MediaUrl=SITE + "/cat.png")
        await world.end()
        return [(e["type"], e["message_sid"], timeless(e["data"])) for e in world.events()]


def test_messages_tell_the_same_story_on_every_clock():
    manual, hurried, real = (asyncio.run(_story(kind)) for kind in ("manual", "hurried", "real"))
    assert manual == hurried == real
    states = [data["status"] for kind, _, data in manual if kind == "state"]
    out = ["sending", "sent", "delivered"]
    assert states == ["queued", *out, *out, "received", *out]


# -- other senders, other addresses -------------------------------------------------------------


def code_of(town, **asked):
    return refused(
        town.client.messages.create, **({"to": ALICE, "from_": SHOP, "body": "x"} | asked)
    )


def test_a_name_may_send_where_names_are_let_through(town):
    friend = "+447700900456"
    message = town.client.messages.create(to=friend, from_="Pizza Co", body="Ready!")
    town.advance(5)
    assert town.client.messages(message.sid).fetch().status == "delivered"
    assert [t["from"] for t in town.phone(friend)["inbox"]] == ["Pizza Co"]
    assert code_of(town, from_="Pizza Co") == (400, 21612)
    for bad in ("Pizza!", "twelve chars", "12"):
        assert code_of(town, to=friend, from_=bad) == (400, 21212)
    pictures = [town.url + "/cat.png"]
    assert code_of(town, to=friend, from_="Pizza", media_url=pictures) == (400, 21621)


def test_a_number_sends_what_it_is_able_to(town):
    offers = town.client.available_phone_numbers("GB")
    own_numbers = town.client.incoming_phone_numbers
    mobile = own_numbers.create(phone_number=offers.mobile.list(limit=1)[0].phone_number)
    landline = own_numbers.create(phone_number=offers.local.list(limit=1)[0].phone_number)
    assert (mobile.capabilities["sms"], mobile.capabilities["mms"]) == (True, False)
    town.client.messages.create(to=ALICE, from_=mobile.phone_number, body="x")
    picture = {"media_url": [town.url + "/cat.png"]}
    assert code_of(town, from_=mobile.phone_number, **picture) == (400, 21621)
    assert code_of(town, from_=mobile.phone_number, send_as_mms=True) == (400, 21621)
    assert code_of(town, from_=landline.phone_number) == (400, 21661)


def test_a_trial_sends_under_no_name():
    with Town(type="trial", verified=("+447700900456",)) as town:
        assert code_of(town, to="+447700900456", from_="Pizza") == (400, 21267)


def test_short_codes_send_for_those_who_have_them_and_receive_nothing(town):
    assert code_of(town, from_="12345") == (400, 21659)
    assert code_of(town, to="12345") == (400, 21265)


def test_a_whatsapp_number_writes_to_another(town):
    alice, shop = f"whatsapp:{ALICE}", f"whatsapp:{SHOP}"
    town.site.pages["/sms"] = twiml("<Message>Hi on WhatsApp</Message>")
    own(town, sms_url=town.url + "/sms")
    message = town.client.messages.create(
        to=alice, from_=shop, body="Hello", status_callback=town.url + "/status"
    )
    town.advance(5)
    assert town.client.messages(message.sid).fetch().status == "delivered"
    told = town.site.asked("/status")[-1]
    assert (told["To"], told["From"], told["ChannelPrefix"]) == (alice, shop, "whatsapp")
    assert town.phone(ALICE)["inbox"] == []  # another address, another inbox

    town.phone(alice, "text", To=SHOP, Body="Thanks")
    town.advance(5)
    [asked] = town.site.asked("/sms")
    assert (asked["From"], asked["To"], asked["WaId"]) == (alice, shop, ALICE[1:])
    assert [t["body"] for t in town.phone(alice)["inbox"]] == ["Hello", "Hi on WhatsApp"]
    assert code_of(town, to=alice) == code_of(town, from_=shop) == (400, 21910)
    assert code_of(town, to=alice, from_=f"whatsapp:{STRANGER}") == (400, 63007)
    assert code_of(town, to="whatsapp:12", from_=shop) == (400, 21211)


# -- what has no meaning here -------------------------------------------------------------------


def test_templates_are_refused_in_words(town):
    assert code_of(town, content_sid="HX" + "0" * 32) == (400, 21655)
    assert code_of(town, content_variables="{}") == (400, 21654)


def test_a_highest_price_has_no_effect(town):
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="x", max_price="0.0001")
    town.advance(5)
    assert town.client.messages(message.sid).fetch().status == "delivered"
