"""Message, Sms, and messaging's Redirect."""

import pytest

from helpers.twiml.steps import Alert, Answer, Begin, Fetch, HangUp, SendText, Sent, Speak
from tests.twiml.driver import HERE, hear, of, page, site


def reply(xml: str, answers=None):
    return hear(xml, {SendText: Sent("SM1"), **(answers or {})}, kind="messaging")


def test_a_message_goes_back_to_the_sender():
    assert reply("<Message>Hello\n there</Message>") == [
        Begin("Message", "Hello there"),
        SendText(None, None, "Hello\n there"),
    ]


@pytest.mark.parametrize(
    ("xml", "body", "media"),
    [
        ("<Message><Body>a</Body></Message>", "a", ()),
        ("<Message>\n <Body>a</Body>\n <Body> b</Body>\n</Message>", "a b", ()),
        (
            "<Message>c<Media>/x.png</Media><Media> http://a.test/y </Media></Message>",
            *("c", ("http://shop.test/x.png", "http://a.test/y")),
        ),
        ("<Message><Media>/x.png</Media></Message>", "", ("http://shop.test/x.png",)),
        ("<Sms>old</Sms>", "old", ()),
    ],
)
def test_text_and_media(xml, body, media):
    assert of(SendText, reply(xml)) == [SendText(None, None, body, media)]


@pytest.mark.parametrize("attribute", ["action", "statusCallback"])
def test_the_delivery_is_told_to(attribute):
    people = 'to="+14155550101" from="+15005550006"'
    xml = f'<Message {attribute}="/told" method="GET" {people}>a</Message>'
    assert of(SendText, reply(xml)) == [
        SendText(
            "+14155550101",
            "+15005550006",
            "a",
            (),
            status_callback="http://shop.test/told",
            method="GET",
        )
    ]


def test_an_empty_response_answers_nothing():
    assert reply("") == []


def test_an_empty_or_endless_message_is_told_and_not_sent():
    steps = reply(f"<Message/><Message>{'x' * 1601}</Message><Message>ok</Message>")
    assert [a.code for a in of(Alert, steps)] == [14103, 14103]
    assert [s.body for s in of(SendText, steps)] == ["ok"]


def test_ten_replies_at_most_over_all_documents():
    more = page("<Response>" + "<Message>b</Message>" * 6 + "</Response>")
    steps = reply("<Message>a</Message>" * 5 + "<Redirect>/more</Redirect>", {Fetch: more})
    assert len(of(SendText, steps)) == 10
    assert [a.code for a in of(Alert, steps)] == [14109]


def test_redirect_goes_on_elsewhere():
    pages = {"http://shop.test/b": "<Response><Message>b</Message></Response>"}
    steps = reply("<Redirect>/b</Redirect><Message>not sent</Message>", {Fetch: site(pages)})
    assert [s.body for s in of(SendText, steps)] == ["b"]


def test_fifty_documents_at_most():
    steps = reply("<Redirect/>", {Fetch: page("<Response><Redirect/></Response>")})
    assert len(of(Fetch, steps)) == 49  # the first document was there already
    alert = of(Alert, steps)[-1]
    assert (alert.code, alert.level) == (14106, "warning")


def test_call_verbs_are_told_and_passed_over():
    steps = reply("<Say>a</Say><Message>b</Message>")
    assert [a.code for a in of(Alert, steps)] == [14110]
    assert not of(Speak, steps)
    assert len(of(SendText, steps)) == 1


def test_plain_text_is_the_reply():
    plain = page(b" Thanks! \n", content_type="text/plain; charset=utf-8")
    steps = reply("<Redirect/>", {Fetch: plain})
    assert of(SendText, steps) == [SendText(None, None, "Thanks!")]


def test_audio_answers_no_message():
    steps = reply("<Redirect/>", {Fetch: page(b"RIFF", content_type="audio/wav")})
    assert [a.code for a in of(Alert, steps)] == [12300]


def test_a_document_that_cannot_be_had_sends_nothing_and_says_nothing():
    assert reply("<Redirect/>", {Fetch: None})[-1] == Fetch(HERE)


def test_sms_in_a_call():
    steps = hear(
        "<Sms to='+14155550101' from='+15005550006' statusCallback='/s'>a\nb</Sms><Say>on</Say>",
        {SendText: Sent("SM1")},
    )
    assert steps == [
        Answer(),
        Begin("Sms", "a b"),
        SendText("+14155550101", "+15005550006", "a\nb", (), "http://shop.test/s"),
        *(Begin("Say", "on"), Speak("on"), HangUp()),
    ]


def test_sms_in_a_call_goes_to_its_action():
    steps = hear(
        "<Sms action='/sent' method='GET'>a</Sms><Say>not heard</Say>",
        {SendText: Sent("SM1", "invalid"), Fetch: page("<Response/>")},
    )
    params = (("SmsSid", "SM1"), ("SmsStatus", "invalid"))
    assert of(Fetch, steps) == [Fetch("http://shop.test/sent", "GET", params)]
    assert not of(Speak, steps)
