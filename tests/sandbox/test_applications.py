"""TwiML applications: as a resource, and for numbers, calls, texts and Dial."""

import pytest
from twilio.base.exceptions import TwilioRestException

from helpers.client import Client as OwnClient
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LONG = "<Say>a</Say><Pause length='100'/>"
OTHER = ("AC" + "b" * 32, "token-of-the-other", "full")


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB), accounts=(OTHER,)) as town:
        town.site.pages |= {"/after": twiml(""), "/app": twiml(LONG), "/status": twiml("")}
        yield town


@pytest.fixture
def application(town):
    return town.client.applications.create(
        friendly_name="Sales",
        voice_url=town.url + "/app",
        status_callback=town.url + "/status",
        sms_url=town.url + "/text",
        message_status_callback=town.url + "/status",
    )


def dial(town, inside, **options):
    town.site.pages["/voice"] = twiml(f'<Dial action="/after">{inside}</Dial>')
    return town.call(**options)


# -- the resource -----------------------------------------------------------------------------


def test_the_official_client_makes_changes_lists_and_deletes_one(town, application):
    assert (application.friendly_name, application.sid[:2]) == ("Sales", "AP")
    assert (application.voice_method, application.sms_fallback_method) == ("POST", "POST")
    assert application.public_application_connect_enabled is False
    changed = application.update(friendly_name="Support", voice_method="GET")
    assert (changed.friendly_name, changed.voice_method) == ("Support", "GET")
    assert changed.voice_url == town.url + "/app"
    assert [a.sid for a in town.client.applications.list(friendly_name="Support")] == [
        application.sid
    ]
    assert town.client.applications.list(friendly_name="Sales") == []
    assert town.client.applications(application.sid).fetch().friendly_name == "Support"
    assert application.delete()
    with pytest.raises(TwilioRestException) as refused:
        town.client.applications(application.sid).fetch()
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"voice_url": "nonsense"}, 21402), ({"sms_method": "PUT"}, 21403),
     ({"status_callback": "ftp://x"}, 21402), ({"friendly_name": "x" * 65}, 20001)],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(town, settings, code):
    with pytest.raises(TwilioRestException) as refused:
        town.client.applications.create(**settings)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_call_may_be_made_with_an_application(town, application):
    call = town.client.calls.create(to=ALICE, from_=SHOP, application_sid=application.sid)
    town.advance(3)
    [asked] = town.site.asked("/app")
    assert (asked["CallSid"], asked["ApplicationSid"]) == (call.sid, application.sid)
    town.phone(ALICE, "hangup")
    assert [told["CallStatus"] for told in town.site.asked("/status")] == ["completed"]


def test_the_own_client_keeps_applications_too(town, application):
    client = OwnClient(*town.auth, base_url=town.sandbox.url)
    assert [a.sid for a in client.applications.list()] == [application.sid]
    assert client.applications(application.sid).update(friendly_name="x").friendly_name == "x"


def test_a_client_calls_an_application(town, application):
    sid = town.phone("client:al", "call", To=application.sid)["sid"]
    town.advance(1)
    [asked] = town.site.asked("/app")
    assert (asked["CallSid"], asked["From"], asked["To"]) == (sid, "client:al", application.sid)
    assert (asked["Direction"], asked["ApplicationSid"]) == ("inbound", application.sid)
    town.phone("client:al", "hangup")
    assert len(town.site.asked("/status")) == 1
    reply = town.control("POST", "/phones/client:al/call", To="AP" + "0" * 32)
    assert reply.status_code == 404


def test_an_application_that_is_not_there_is_refused(town):
    for make in (
        lambda sid: town.client.calls.create(to=ALICE, from_=SHOP, application_sid=sid),
        lambda sid: town.client.messages.create(
            to=ALICE, from_=SHOP, body="hi", application_sid=sid
        ),
        lambda sid: town.client.incoming_phone_numbers.list()[0].update(voice_application_sid=sid),
    ):
        with pytest.raises(TwilioRestException) as refused:
            make("AP" + "0" * 32)
        assert refused.value.code == 21218


def test_the_application_of_a_number_wins_over_its_urls(town, application):
    town.site.pages |= {"/own": twiml(""), "/text": twiml("<Message>from the app</Message>")}
    [number] = town.client.incoming_phone_numbers.list()
    number.update(
        voice_url=town.url + "/own",
        sms_url=town.url + "/own",
        voice_application_sid=application.sid,
        sms_application_sid=application.sid,
    )
    town.phone(ALICE, "call", To=SHOP)
    town.phone(BOB, "text", To=SHOP, Body="hi")
    town.advance(5)
    assert town.site.asked("/app")[0]["ApplicationSid"] == application.sid
    assert town.site.asked("/own") == []
    assert [text["body"] for text in town.phone(BOB)["inbox"]] == ["from the app"]
    application.delete()
    town.phone(ALICE, "hangup")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(1)
    assert len(town.site.asked("/own")) == 1


def test_the_application_of_a_text_hears_of_its_progress(town, application):
    town.client.messages.create(to=ALICE, from_=SHOP, body="hi", application_sid=application.sid)
    town.advance(5)
    assert [told["MessageStatus"] for told in town.site.asked("/status")][-1] == "delivered"


# -- in a Dial --------------------------------------------------------------------------------


@pytest.mark.executes(
    *("Application", "ApplicationSid", "Parameter", "Parameter.name", "Parameter.value"),
    "Application.customerId",
)
def test_an_application_is_asked_what_happens_at_the_other_side(town, application):
    parent = dial(
        town,
        f'<Application customerId="c-7"><ApplicationSid>{application.sid}</ApplicationSid>'
        "<Parameter name='order' value='12'/></Application>",
    )
    town.advance(4)
    [asked] = town.site.asked("/app")
    assert (asked["To"], asked["From"], asked["Direction"]) == (application.sid, SHOP, "inbound")
    assert (asked["Param_order"], asked["CustomerId"]) == ("12", "c-7")
    assert asked["CallStatus"] == "ringing"
    [child] = town.client.calls.list(parent_call_sid=parent.sid)
    assert (child.to, child.status, child.direction) == (
        *(application.sid, "in-progress", "outbound-dial"),
    )
    assert asked["CallSid"] != child.sid
    town.advance(5)
    town.client.calls(asked["CallSid"]).update(status="completed")
    town.advance(0)
    [told] = town.site.asked("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "true")
    assert told["DialCallSid"] == child.sid


def test_the_customer_is_the_account_unless_it_is_said(town, application):
    dial(town, f"<Application>{application.sid}</Application>")
    town.advance(3)
    assert town.site.asked("/app")[0]["CustomerId"] == town.sandbox.account_sid


@pytest.mark.executes("Application.copyParentTo")
def test_the_to_of_the_caller_can_be_copied(town, application):
    parent = dial(town, f'<Application copyParentTo="true">{application.sid}</Application>')
    town.advance(3)
    assert town.site.asked("/app")[0]["To"] == ALICE
    assert town.client.calls.list(parent_call_sid=parent.sid)[0].to == ALICE


@pytest.mark.executes("Application.url", "Application.method")
def test_a_url_on_the_noun_is_asked_in_place_of_the_applications(town, application):
    town.site.pages["/mine"] = twiml(LONG)
    dial(town, f'<Application url="/mine" method="GET">{application.sid}</Application>')
    town.advance(3)
    assert town.site.asked("/app") == []
    assert len(town.site.asked("/mine")) == 1
    [asked] = [e["data"] for e in town.events() if e["data"].get("url") == town.url + "/mine"]
    assert asked["method"] == "GET"


@pytest.mark.executes(
    *("Application.statusCallback", "Application.statusCallbackEvent"),
    "Application.statusCallbackMethod",
)
@pytest.mark.parametrize(
    ("inside", "status", "events"),
    [
        ("<Say>a</Say><Hangup>%s</Hangup>", "completed", ["ringing", "in-progress", "completed"]),
        ("<Reject reason='busy'>%s</Reject>", "busy", ["ringing", "busy"]),
        ("<Reject>%s</Reject>", "no-answer", ["ringing", "no-answer"]),
    ],
)
def test_parameters_travel_back_to_the_action(town, application, inside, status, events):
    parameter = "<Parameter name='order' value='12'/>"
    town.site.pages |= {"/app": twiml(inside % parameter), "/leg": twiml("")}
    noun = (
        '<Application statusCallback="/leg" statusCallbackMethod="GET"'
        f' statusCallbackEvent="ringing answered completed">{application.sid}</Application>'
    )
    dial(town, noun)
    town.advance(5)
    [told] = town.site.asked("/after")
    assert (told["DialCallStatus"], told["ReturnParam_order"]) == (status, "12")
    assert [t["CallStatus"] for t in town.site.asked("/leg")] == events


def test_keys_and_words_reach_the_application(town, application):
    town.site.pages |= {
        "/app": twiml('<Gather numDigits="1" action="/key"/>'),
        "/key": twiml(LONG),
    }
    dial(town, f"<Application>{application.sid}</Application>")
    town.advance(4)
    town.phone(ALICE, "press", Digits="5")
    town.advance(0)
    assert town.site.asked("/key")[0]["Digits"] == "5"


def test_what_the_application_says_is_in_the_recording_of_the_dial(town, application):
    town.site.pages |= {
        "/app": twiml("<Say>one two three</Say>"),
        "/voice": twiml(f'<Dial record="true"><Application>{application.sid}</Application></Dial>'),
    }
    town.call()
    town.advance(9)
    [made] = town.client.recordings.list()
    assert made.duration == "2"


def test_an_application_of_another_account_must_be_public(town):
    with_other = town.client.__class__(*OTHER[:2])
    with_other.api.base_url = town.sandbox.url
    theirs = with_other.applications.create(voice_url=town.url + "/app")
    dial(town, f"<Application>{theirs.sid}</Application>")
    town.advance(3)
    assert town.alerts() == [21218]
    theirs.update(public_application_connect_enabled=True)
    dial(town, f"<Application>{theirs.sid}</Application>")
    town.advance(3)
    [asked] = town.site.asked("/app")
    assert (asked["AccountSid"], asked["CustomerId"]) == (OTHER[0], town.sandbox.account_sid)
    with_other.http_client.session.close()


def test_an_application_that_is_not_there_fails_the_dial(town):
    dial(town, f"<Application>AP{'0' * 32}</Application>")
    town.advance(3)
    assert town.alerts() == [21218]
    assert town.site.asked("/after")[0]["DialCallStatus"] == "failed"


def test_applications_that_call_one_another_come_to_an_end(town, application):
    town.site.pages["/app"] = twiml(f"<Dial><Application>{application.sid}</Application></Dial>")
    dial(town, f"<Application>{application.sid}</Application>")
    town.advance(600)
    assert 13224 in town.alerts()
    assert len(town.client.calls.list()) < 30
