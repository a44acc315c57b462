"""Texts, out and in, as the official client, a web site and the handsets see them."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


def test_a_text_goes_from_queued_to_delivered_and_into_the_inbox(town):
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    seen = [message.status]
    for seconds in (0, 1, 1):
        town.advance(seconds)
        seen.append(town.client.messages(message.sid).fetch().status)
    assert seen == ["queued", "sending", "sent", "delivered"]
    [text] = town.phone(ALICE)["inbox"]
    assert text == {"sid": message.sid, "from": SHOP, "body": "Hello", "media": []}


def test_each_change_is_told_signed_but_not_the_first_status(town):
    town.site.pages["/status"] = twiml("")
    message = town.client.messages.create(
        to=ALICE, from_=SHOP, body="Hello", status_callback=town.url + "/status"
    )
    town.advance(5)
    told = town.site.asked("/status")
    assert [t["MessageStatus"] for t in told] == ["sending", "sent", "delivered"]
    assert {t["MessageSid"] for t in told} == {t["SmsSid"] for t in told} == {message.sid}
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


def test_a_phone_that_is_off_gets_nothing(town):
    town.phone(ALICE, Mode="off")
    message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    town.advance(5)
    now = town.client.messages(message.sid).fetch()
    assert (now.status, now.error_code) == ("undelivered", 30003)
    assert town.phone(ALICE)["inbox"] == []


def test_a_trial_writes_its_prefix_and_reaches_verified_numbers_only():
    with Town(type="trial") as town:
        message = town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
        assert message.body == "Sent from your Twilio trial account - Hello"
        with pytest.raises(TwilioRestException) as refused:
            town.client.messages.create(to=BOB, from_=SHOP, body="Hello")
        assert (refused.value.status, refused.value.code) == (400, 21608)


def test_an_inbound_text_is_answered_by_the_numbers_web_site(town):
    town.site.pages["/sms"] = twiml("<Message>Thanks!</Message>")
    own(town, sms_url=town.url + "/sms")
    sid = town.phone(ALICE, "text", To=SHOP, Body="one pizza")["sid"]
    town.advance(5)
    [params] = town.site.asked("/sms")
    assert params["MessageSid"] == params["SmsSid"] == params["SmsMessageSid"] == sid
    assert (params["From"], params["To"], params["Body"]) == (ALICE, SHOP, "one pizza")
    assert (params["NumMedia"], params["SmsStatus"]) == ("0", "received")
    inbound = town.client.messages(sid).fetch()
    assert (inbound.direction, inbound.status) == ("inbound", "received")
    assert [m["body"] for m in town.phone(ALICE)["inbox"]] == ["Thanks!"]
    [reply] = town.client.messages.list(from_=SHOP)
    assert reply.direction == "outbound-reply"


def test_plain_text_is_the_reply(town):
    town.site.pages["/sms"] = (200, "text/plain", "plainly")
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert [m["body"] for m in town.phone(ALICE)["inbox"]] == ["plainly"]


def test_a_failing_site_goes_to_the_fallback_with_the_same_parameters(town):
    town.site.pages |= {"/sms": (500, "text/plain", ""), "/fb": twiml("<Message>later</Message>")}
    own(town, sms_url=town.url + "/sms", sms_fallback_url=town.url + "/fb")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    [params] = town.site.asked("/fb")
    assert (params["ErrorCode"], params["ErrorUrl"]) == ("11200", town.url + "/sms")
    assert params["Body"] == "hi"
    alert = next(e for e in town.events() if e["type"] == "alert")
    assert alert["message_sid"]


def test_stop_blocks_and_start_unblocks(town):
    town.phone(ALICE, "text", To=SHOP, Body=" stop ")
    town.advance(5)
    with pytest.raises(TwilioRestException) as refused:
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    assert refused.value.code == 21610
    town.phone(ALICE, "text", To=SHOP, Body="START")
    town.advance(5)
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello again")


def test_a_text_between_two_owned_numbers_comes_in_at_the_other():
    with Town(numbers=(SHOP, "+15005550009")) as town:
        town.client.messages.create(to="+15005550009", from_=SHOP, body="psst")
        town.advance(5)
        directions = sorted(m.direction for m in town.client.messages.list())
        assert directions == ["inbound", "outbound-api"]


def test_a_texts_limits(town):
    for form in ({"Body": ""}, {"Body": "x" * 1601}):
        reply = town.control("POST", f"/phones/{ALICE}/text", To=SHOP, **form)
        assert reply.status_code == 400


def test_more_than_ten_replies_are_left_out(town):
    town.site.pages["/sms"] = twiml("<Message>x</Message>" * 12)
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert len(town.phone(ALICE)["inbox"]) == 10
    assert 14109 in town.alerts()


# -- further ----------------------------------------------------------------------------------

OTHER = ("AC" + "b" * 32, "token-of-the-other", "full")


def test_pictures_arrive_and_one_that_cannot_be_had_is_told(town):
    town.site.pages["/a.png"] = (200, "image/png", b"png")
    media = [town.url + "/a.png", "http://example.com/b.png"]
    message = town.client.messages.create(to=ALICE, from_=SHOP, media_url=media)
    town.advance(5)
    assert message.sid.startswith("MM")
    [text] = town.phone(ALICE)["inbox"]
    assert (text["body"], text["media"]) == ("", media)
    [alert] = [e for e in town.events() if e["type"] == "alert"]
    assert (alert["data"]["code"], alert["message_sid"]) == (11205, message.sid)
    assert "--allow-host example.com" in alert["data"]["text"]


def test_a_failed_delivery_tells_its_code(town):
    town.site.pages["/status"] = twiml("")
    town.phone(ALICE, Mode="off")
    town.client.messages.create(
        to=ALICE, from_=SHOP, body="hi", status_callback=town.url + "/status"
    )
    town.advance(5)
    told = town.site.asked("/status")[-1]
    assert (told["MessageStatus"], told["ErrorCode"]) == ("undelivered", "30003")


def test_redirects_of_a_text_end_after_fifty_documents(town):
    town.site.pages["/sms"] = twiml("<Redirect>/sms</Redirect>")
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert len(town.site.asked("/sms")) == 50
    assert town.alerts() == [14106]


def test_a_redirect_keeps_the_texts_parameters_and_drops_what_follows(town):
    reply = "<Message>one</Message><Redirect>/two</Redirect><Message>never</Message>"
    town.site.pages |= {"/sms": twiml(reply), "/two": twiml("<Message>two</Message>")}
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert [t["body"] for t in town.phone(ALICE)["inbox"]] == ["one", "two"]
    assert town.site.asked("/two")[0]["Body"] == "hi"


def test_stop_is_answered_and_the_web_site_asked_but_cannot_reply(town):
    town.site.pages["/sms"] = twiml("<Message>please stay</Message>")
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="Stop")
    town.advance(5)
    assert len(town.site.asked("/sms")) == 1
    [text] = town.phone(ALICE)["inbox"]
    assert "successfully been unsubscribed" in text["body"]
    assert town.alerts() == [21610]
    town.phone(ALICE, "text", To=SHOP, Body="stop please")  # more than the word: a text like any
    town.phone(ALICE, "text", To=SHOP, Body="unstop")
    town.advance(5)
    assert len(town.phone(ALICE)["inbox"]) == 3


def test_help_is_answered_without_a_web_site(town):
    town.phone(ALICE, "text", To=SHOP, Body="help")
    town.advance(5)
    [text] = town.phone(ALICE)["inbox"]
    assert "STOP" in text["body"]


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ("<Say>no voice here</Say><Message>hi</Message>", [14110]),
        ('<Message to="12">hi</Message>', [14101]),
        ('<Message from="+15005550011">hi</Message>', [14108]),
        ("<Message></Message>", [14103]),
        ("<Message>" + "x" * 1601 + "</Message>", [14103]),
        ("<Message><Media>http://[</Media></Message>", [14103]),
    ],
)
def test_what_a_reply_does_wrong_has_a_code(town, document, codes):
    town.site.pages["/sms"] = twiml(document)
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert town.alerts() == codes


def test_a_reply_may_go_to_a_number_written_as_people_do(town):
    town.site.pages["/sms"] = twiml('<Message to="(415) 555-0101">hi</Message>')
    own(town, sms_url=town.url + "/sms")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert [t["body"] for t in town.phone(BOB)["inbox"]] == ["hi"]


def test_the_reply_may_be_asked_for_with_get(town):
    town.site.pages["/sms"] = twiml("<Message>hi</Message>")
    own(town, sms_url=town.url + "/sms?shop=1", sms_method="GET")
    town.phone(ALICE, "text", To=SHOP, Body="hi")
    town.advance(5)
    [told] = town.site.asked("/sms")
    assert (told["shop"], told["Body"]) == ("1", "hi")


def test_a_text_to_another_accounts_number_comes_in_there():
    with Town(accounts=(OTHER,)) as town:
        root = f"{town.sandbox.url}/2010-04-01/Accounts/{OTHER[0]}"
        number = {"PhoneNumber": "+15005550009"}
        town.http.post(root + "/IncomingPhoneNumbers.json", data=number, auth=OTHER[:2], timeout=5)
        town.client.messages.create(to="+15005550009", from_=SHOP, body="psst")
        town.advance(5)
        theirs = town.http.get(root + "/Messages.json", auth=OTHER[:2], timeout=5).json()
        assert [(m["direction"], m["body"]) for m in theirs["messages"]] == [("inbound", "psst")]
        assert [m.direction for m in town.client.messages.list()] == ["outbound-api"]
