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


def test_pictures_arrive(town):
    town.site.pages |= {f"/{name}": (200, "image/png", name) for name in ("a.png", "b.png")}
    media = [town.url + "/a.png", town.url + "/b.png"]
    message = town.client.messages.create(to=ALICE, from_=SHOP, media_url=media)
    town.advance(5)
    assert message.sid.startswith("MM")
    [text] = town.phone(ALICE)["inbox"]
    assert (text["body"], text["media"]) == ("", media)
    assert town.alerts() == []


def test_a_picture_on_another_machine_is_not_fetched_and_says_why(town):
    media = ["http://example.com/b.png"]
    message = town.client.messages.create(to=ALICE, from_=SHOP, media_url=media)
    town.advance(5)
    assert town.phone(ALICE)["inbox"] == []
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
        ('<Message from="54321">hi</Message>', [14108]),
        ('<Message from="Pizza Co">hi</Message>', [21612]),
        ('<Message to="54321">hi</Message>', [14101]),
        (f'<Message to="whatsapp:{ALICE}">hi</Message>', [14101]),
        (f'<Message to="{SHOP}">hi</Message>', [14101]),
        ('<Message method="PUT">hi</Message>', [14104]),
        ('<Message statusCallback="ftp://x/">hi</Message>', [14105]),
        ('<Message statusCallback="http://a_b.test/">hi</Message>', [14105]),
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


# -- what a reply may be ------------------------------------------------------------------------

LINE = "+15005550009"
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe."
)


def answer_with(town, inside, **pages):
    """The shop's web site answers texts with *inside*; *pages* are others of it."""
    town.site.pages |= {"/sms": twiml(inside)} | {f"/{k}": v for k, v in pages.items()}
    own(town, sms_url=town.url + "/sms")


def text(town, body="hi", number=ALICE, **more):
    """Somebody texts the shop, and all that follows happens."""
    sid = town.phone(number, "text", To=SHOP, Body=body, **more)["sid"]
    town.advance(5)
    return sid


def inbox(town, number=ALICE):
    return [message["body"] for message in town.phone(number)["inbox"]]


@pytest.mark.executes("MessagingResponse", "Message", "Message.to", "Message.from")
@pytest.mark.executes("Body", "Media")
def test_a_reply_may_be_put_together_and_go_to_others():
    with Town(numbers=(SHOP, LINE)) as town:
        town.site.pages["/cat.png"] = (200, "image/png", b"png")
        answer_with(
            town,
            f'<Message to="{BOB}" from="{LINE}"><Body>one, </Body><Body>two</Body>'
            "<Media>/cat.png</Media></Message>",
        )
        text(town)
        [message] = town.phone(BOB)["inbox"]
        assert (message["from"], message["body"]) == (LINE, "one, two")
        assert message["media"] == [town.url + "/cat.png"]
        assert message["sid"].startswith("MM")
        assert town.alerts() == []


@pytest.mark.executes("Message.action", "Message.method")
def test_the_action_of_a_reply_is_told_of_each_change(town):
    answer_with(town, '<Message action="/told" method="GET">ok</Message>', told=twiml(""))
    text(town)
    [reply] = town.client.messages.list(from_=SHOP)
    told = town.site.asked("/told")
    assert [list(t.items()) for t in told] == [
        [("RawDlrDoneDate", "2601050900")] * (status == "delivered")
        + [
            ("SmsSid", reply.sid),
            ("SmsStatus", status),
            ("MessageStatus", status),
            ("To", ALICE),
            ("MessageSid", reply.sid),
            ("AccountSid", town.sandbox.account_sid),
            ("From", SHOP),
            ("ApiVersion", "2010-04-01"),
        ]
        for status in ("sending", "sent", "delivered")
    ]
    assert reply.direction == "outbound-reply"


@pytest.mark.executes("Message.action", "Message.statusCallback")
def test_the_status_callback_comes_before_the_action_and_verbs_go_on(town):
    both = '<Message action="/action" statusCallback="/status">one</Message>'
    answer_with(town, both + "<Message>two</Message>", status=twiml("<Message>no</Message>"))
    text(town)
    assert len(town.site.asked("/status")) == 3
    assert town.site.asked("/action") == []
    assert inbox(town) == ["one", "two"]  # what a callback answers changes nothing


@pytest.mark.executes("MessagingRedirect", "MessagingRedirect.method")
def test_a_redirect_asks_with_its_method_and_the_same_parameters(town):
    answer_with(
        town,
        '<Redirect method="GET">next?page=2</Redirect>',
        next=twiml("<Message>there</Message>"),
    )
    sid = text(town, "hello")
    [told] = town.site.asked("/next")
    assert (told["page"], told["MessageSid"], told["Body"]) == ("2", sid, "hello")
    assert inbox(town) == ["there"]


@pytest.mark.executes("Sms", "Sms.to", "Sms.from", "Sms.statusCallback", "Sms.method")
def test_sms_is_the_older_name_of_message(town):
    attributes = f'to="{BOB}" from="{SHOP}" statusCallback="/told" method="GET"'
    answer_with(town, f"<Sms {attributes}>old</Sms>", told=twiml(""))
    text(town)
    assert inbox(town, BOB) == ["old"]
    assert [t["SmsStatus"] for t in town.site.asked("/told")] == ["sending", "sent", "delivered"]


@pytest.mark.executes("VoiceResponse", "Sms", "Sms.action", "Sms.method")
@pytest.mark.executes("Sms.to", "Sms.from", "Sms.statusCallback")
def test_a_text_in_a_call_is_sent_and_its_action_goes_on(town):
    attributes = f'to="{BOB}" from="{SHOP}" action="/sent" method="GET" statusCallback="/told"'
    town.site.pages |= {
        "/voice": twiml(f"<Sms {attributes}>psst</Sms><Say>never</Say>"),
        "/sent": twiml("<Say>Sent.</Say>"),
        "/told": twiml(""),
    }
    town.call()
    town.advance(10)
    [message] = town.phone(BOB)["inbox"]
    [sent] = town.site.asked("/sent")
    assert (sent["SmsSid"], sent["SmsStatus"]) == (message["sid"], "sending")
    assert [t["SmsStatus"] for t in town.site.asked("/told")] == ["sending", "sent", "delivered"]
    assert town.transcript()[1:] == [("Sms", "psst"), ("Say", "Sent.")]


@pytest.mark.executes("Sms")
def test_a_text_in_a_call_goes_to_the_other_side(town):
    town.call("<Sms>for you</Sms>")
    town.advance(10)
    assert [(m["from"], m["body"]) for m in town.phone(ALICE)["inbox"]] == [(SHOP, "for you")]


@pytest.mark.executes("Sms", "Sms.action")
def test_a_text_that_cannot_be_sent_is_invalid_and_the_call_goes_on(town):
    town.site.pages |= {
        "/voice": twiml('<Sms to="12" action="/sent">psst</Sms>'),
        "/sent": twiml("<Say>on</Say>"),
    }
    town.call()
    town.advance(10)
    assert town.site.asked("/sent")[0]["SmsStatus"] == "invalid"
    assert town.alerts() == [14101]
    assert town.transcript()[-1] == ("Say", "on")


def test_an_empty_response_is_no_reply(town):
    answer_with(town, "")
    text(town)
    assert inbox(town) == []
    assert town.alerts() == []


def test_twiml_that_is_called_plain_text_is_run(town):
    town.site.pages["/sms"] = (200, "text/plain", twiml("<Message>run</Message>"))
    own(town, sms_url=town.url + "/sms")
    text(town)
    assert inbox(town) == ["run"]


def test_ten_pictures_go_with_a_reply_and_an_eleventh_does_not(town):
    town.site.pages["/cat.png"] = (200, "image/png", b"png")
    answer_with(town, "<Message>" + "<Media>/cat.png</Media>" * 11 + "</Message>")
    text(town)
    [message] = town.phone(ALICE)["inbox"]
    assert len(message["media"]) == 10
    assert town.alerts() == [12200]


def test_a_reply_to_a_phone_that_is_off_is_told_with_its_code(town):
    answer_with(town, '<Message statusCallback="/told">ok</Message>', told=twiml(""))
    town.phone(ALICE, Mode="off")
    text(town)
    told = town.site.asked("/told")[-1]
    assert next(iter(told)) == "ErrorCode"
    assert (told["ErrorCode"], told["MessageStatus"]) == ("30003", "undelivered")
    assert inbox(town) == []


def test_a_trials_reply_carries_the_prefix_and_reaches_verified_numbers_only():
    with Town(type="trial", verified=(ALICE,)) as town:
        answer_with(town, f'<Message>ok</Message><Message to="{BOB}">no</Message>')
        text(town)
        assert inbox(town) == ["Sent from your Twilio trial account - ok"]
        assert town.alerts() == [14111]


def test_a_fallback_that_fails_too_means_no_reply(town):
    answer_with(town, "<Message>")
    own(town, sms_fallback_url=town.url + "/gone")
    text(town)
    assert town.alerts() == [12100, 11200]
    assert inbox(town) == []


# -- what a web site is told ---------------------------------------------------------------------


def test_a_web_site_is_told_of_an_inbound_text_in_this_order(town):
    answer_with(town, "")
    town.site.pages["/cat.png"] = (200, "image/png", "png")
    sid = text(town, "Hello", MediaUrl=town.url + "/cat.png?x=1")
    [picture] = town.client.messages(sid).media.list()
    assert list(town.site.asked("/sms")[0].items()) == [
        ("ToCountry", "US"),
        ("ToState", ""),
        ("SmsMessageSid", sid),
        ("NumMedia", "1"),
        ("ToCity", ""),
        ("FromZip", ""),
        ("SmsSid", sid),
        ("FromState", ""),
        ("SmsStatus", "received"),
        ("FromCity", ""),
        ("Body", "Hello"),
        ("FromCountry", "US"),
        ("To", SHOP),
        ("ToZip", ""),
        ("NumSegments", "1"),
        ("MessageSid", sid),
        ("AccountSid", town.sandbox.account_sid),
        ("From", ALICE),
        ("ApiVersion", "2010-04-01"),
        ("MediaUrl0", town.sandbox.url + picture.uri.removesuffix(".json")),
        ("MediaContentType0", "image/png"),
    ]


def test_cookies_are_kept_for_two_numbers_for_four_hours(town):
    answer_with(town, "")
    town.site.headers = {"set-cookie": "step=2"}

    def sent():
        return town.site.requests[-1][2].get("cookie")

    text(town)
    assert sent() is None
    town.advance(4 * 3600 - 6)
    text(town)
    assert sent() == "step=2"
    text(town, number=BOB)  # other numbers have a conversation of their own
    assert sent() is None
    town.advance(4 * 3600 - 20)  # the last text counts, not the first
    text(town)
    assert sent() == "step=2"
    town.advance(4 * 3600)
    text(town)
    assert sent() is None


def test_a_reset_forgets_the_cookies(town):
    answer_with(town, "")
    town.site.headers = {"set-cookie": "step=2"}
    text(town)
    town.control("POST", "/reset")
    own(town, sms_url=town.url + "/sms")
    text(town)
    assert "cookie" not in town.site.requests[-1][2]


# -- too much of it ------------------------------------------------------------------------------


def test_replies_in_quick_succession_fail_for_a_while(town):
    answer_with(town, '<Message statusCallback="/told">ok</Message>', told=twiml(""))
    for _ in range(15):
        text(town)  # five seconds each
    assert town.alerts() == []
    text(town)
    assert town.alerts() == [14107]
    newest = town.client.messages.list(from_=SHOP)[0]
    assert (newest.status, newest.error_code) == ("failed", 14107)
    told = town.site.asked("/told")[-1]
    assert (told["MessageStatus"], told["ErrorCode"]) == ("failed", "14107")
    text(town, number=BOB)  # others are answered
    assert inbox(town, BOB) == ["ok"]
    town.advance(30)
    text(town)
    assert len(inbox(town)) == 16
    assert town.alerts() == [14107]


def test_replies_that_take_their_time_never_fail(town):
    answer_with(town, "<Message>ok</Message>")
    for _ in range(20):
        text(town)
        town.advance(25)
    assert len(inbox(town)) == 20
    assert town.alerts() == []


def test_two_numbers_that_answer_each_other_come_to_an_end():
    with Town(numbers=(SHOP, LINE)) as town:
        town.site.pages["/sms"] = twiml("<Message>and you?</Message>")
        for number in town.client.incoming_phone_numbers.list():
            number.update(sms_url=town.url + "/sms")
        town.client.messages.create(to=LINE, from_=SHOP, body="how are you?")
        town.advance(600)
        assert town.alerts() == [14107]
        assert len(town.client.messages.list()) < 100


# -- the words everybody obeys -------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "QUIT", "optout", "Revoke", " stop\n"],
)
def test_a_word_that_stops_texts(town, word):
    answer_with(town, "")
    text(town, word)
    assert inbox(town) == [STOPPED]
    [told] = town.site.asked("/sms")  # asked all the same
    assert told["Body"] == word
    assert "OptOutType" not in told
    with pytest.raises(TwilioRestException) as refused:
        town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
    assert (refused.value.status, refused.value.code) == (400, 21610)


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_a_word_that_starts_them_again(town, word):
    text(town, "STOP")
    text(town, word)
    assert inbox(town) == [
        STOPPED,
        "You have successfully been re-subscribed to messages from this number. Reply HELP for "
        "help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    ]
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello again")


@pytest.mark.parametrize("word", ["help", "INFO"])
def test_a_word_that_asks_for_help(town, word):
    text(town, word)
    assert inbox(town) == ["Reply STOP to unsubscribe. Msg&Data Rates May Apply."]


@pytest.mark.parametrize("words", ["STOP please", "please STOP", "STOP.", "STOP STOP", "yes!"])
def test_more_than_the_word_is_a_text_like_any(town, words):
    text(town, words)
    assert inbox(town) == []
    town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")


def test_who_has_stopped_hears_nothing_more(town):
    text(town, "STOP")
    text(town, "STOP")
    text(town, "HELP")
    assert inbox(town) == [STOPPED]
    assert town.alerts() == []


def test_stopping_one_number_stops_no_other():
    with Town(numbers=(SHOP, LINE)) as town:
        text(town, "STOP")
        town.client.messages.create(to=ALICE, from_=LINE, body="Hello")
        with pytest.raises(TwilioRestException):
            town.client.messages.create(to=ALICE, from_=SHOP, body="Hello")
