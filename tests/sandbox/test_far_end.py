"""Clients and SIP addresses as handsets, Refer, Echo, and who picks up an inbound call."""

import pytest
from twilio.base.exceptions import TwilioRestException

from helpers.phone import Phone
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

AL, BO, CY = "sip:al@b.test", "sip:bo@b.test", "sip:cy@b.test"
LONG = "<Pause length='100'/>"


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        town.site.pages |= {"/after": twiml(""), "/next": twiml(LONG)}
        yield town


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


def ring_in(town, inside, number=ALICE):
    """A handset calls the shop; returns the SID of the call."""
    town.site.pages["/voice"] = twiml(inside)
    own(town, voice_url=town.url + "/voice")
    return town.phone(number, "call", To=SHOP)["sid"]


# -- handsets without a number ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["client:alice", "sip:alice@example.com", f"whatsapp:{BOB}", "sim:DE" + "0" * 32],
)
@pytest.mark.parametrize("escaped", [False, True])
def test_an_address_is_a_handset_with_the_same_acts(town, address, escaped):
    path = address.replace(":", "%3A").replace("@", "%40").replace("+", "%2B")
    path = path if escaped else address
    assert town.phone(path) == {"number": address, "mode": "auto", "calls": [], "inbox": []}
    assert town.phone(path, Mode="manual")["mode"] == "manual"
    town.call(LONG, to=address)
    town.advance(1)
    assert town.phone(path)["calls"][-1]["status"] == "ringing"
    town.phone(path, "answer")
    town.phone(path, "press", Digits="1")
    town.phone(path, "speak", Speech="hello")
    state = town.phone(path, "hangup")
    assert [e["verb"] for e in state["calls"][-1]["transcript"]] == [
        *("answer", "Pause", "press", "speak", "hangup")
    ]


@pytest.mark.parametrize("address", ["client:", "sip:alice", "alice", "tel:+14155550100", "sim:1"])
def test_what_is_no_address_is_no_handset(town, address):
    assert town.control("GET", f"/phones/{address}").status_code == 400


def test_an_address_can_call_but_not_text(town):
    sid = ring_in(town, LONG, "client:alice")
    town.advance(1)
    [asked] = town.site.asked("/voice")
    assert (asked["From"], asked["Caller"], asked["FromCountry"]) == (
        *("client:alice", "client:alice", ""),
    )
    assert town.client.calls(sid).fetch()._from == "client:alice"
    reply = town.control("POST", "/phones/client:alice/text", To=SHOP, Body="hi")
    assert reply.status_code == 400


def test_the_phone_of_the_lessons_takes_an_address(town):
    phone = Phone("client:alice", town.sandbox.url, town.auth)
    phone.mode = "manual"
    town.call("<Say>hello</Say>", to="client:alice")
    town.advance(1)
    phone.answer()
    assert phone.call_now.to == "client:alice"
    assert [entry.verb for entry in phone.transcript] == ["answer", "Say"]


@pytest.mark.parametrize(
    ("to", "from_", "code"),
    [("client:alice", "client:shop", None), (AL, "front-desk", None),
     (f"{AL};region=ie1?X-A=1", "front-desk", None), ("client:alice", SHOP, None),
     (AL, "+14155559999", 21210), ("client:", SHOP, 13223), ("sip:nobody", SHOP, 13223),
     (ALICE, "client:shop", 21212)],
)  # fmt: skip
def test_the_api_calls_addresses(town, to, from_, code):
    def make():
        return town.client.calls.create(to=to, from_=from_, twiml=f"<Response>{LONG}</Response>")

    if code is None:
        call = make()
        town.advance(2)
        assert (town.status(call), call.to) == ("in-progress", to.partition(";")[0])
        return
    with pytest.raises(TwilioRestException) as refused:
        make()
    assert refused.value.code == code


# -- Refer ------------------------------------------------------------------------------------

REFER = f'<Refer action="/after" method="GET"><Sip>{BO};transport=tcp?X-A=1</Sip></Refer>'


def refer_in(town, mode="auto", number=AL, refer=REFER):
    town.phone(BO, Mode=mode)
    return ring_in(town, refer, number)


@pytest.mark.executes("Refer", "ReferSip", "Refer.action", "Refer.method")
@pytest.mark.parametrize(
    ("mode", "seconds", "status", "code"),
    [
        ("auto", 2, "in-progress", "200"),
        ("manual", 2, "in-progress", "200"),
        ("busy", 0, "busy", "486"),
        ("decline", 2, "busy", "486"),
        ("no-answer", 30, "no-answer", "487"),
        ("off", 30, "no-answer", "487"),
    ],
)
def test_how_the_new_call_goes(town, mode, seconds, status, code):
    sid = refer_in(town, mode)
    if seconds:
        town.advance(seconds - 0.5)
        assert town.site.asked("/after") == []
    town.advance(0.5)
    [told] = town.site.asked("/after")
    assert (told["ReferCallStatus"], told["ReferSipResponseCode"]) == (status, "202")
    assert (told["NotifySipResponseCode"], told["CallSid"]) == (code, sid)
    assert ("Refer", f"{BO};transport=tcp?X-A=1") in town.transcript(AL)


def test_an_outbound_sip_call_can_be_handed_over_too(town):
    town.site.pages["/voice"] = twiml(REFER)
    town.call(to=AL)
    town.advance(2 + 2)
    assert town.site.asked("/after")[0]["ReferCallStatus"] == "in-progress"


def test_a_call_of_a_telephone_is_not_handed_over(town):
    refer_in(town, number=ALICE)
    town.advance(1)
    assert town.alerts() == [13801]
    [told] = town.site.asked("/after")
    assert told["ReferCallStatus"] == "failed"
    assert "ReferSipResponseCode" not in told


def test_without_an_action_the_next_verb_runs(town):
    refer_in(town, refer=f"<Refer><Sip>{BO}</Sip></Refer><Say>on</Say>")
    town.advance(2)
    assert town.transcript(AL)[-1] == ("Say", "on")


def test_who_hangs_up_meanwhile_has_canceled_it(town):
    sid = refer_in(town, "no-answer")
    town.advance(5)
    town.phone(AL, "hangup")
    town.advance(0)
    [told] = town.site.asked("/after")
    assert (told["ReferCallStatus"], told["ReferSipResponseCode"]) == ("canceled", "202")
    assert (told["NotifySipResponseCode"], told["CallStatus"]) == ("180", "completed")
    assert town.client.calls(sid).fetch().status == "completed"


def test_a_refer_can_be_replaced_from_outside(town):
    sid = refer_in(town, "no-answer")
    town.advance(5)
    town.client.calls(sid).update(twiml="<Response><Say>stay</Say></Response>")
    town.advance(1)
    assert town.transcript(AL)[-1] == ("Say", "stay")
    assert town.site.asked("/after") == []


# -- the called side of a Dial sends the caller elsewhere --------------------------------------


@pytest.mark.executes("Dial.referUrl", "Dial.referMethod")
def test_a_called_sip_party_sends_the_caller_elsewhere(town):
    town.site.pages["/voice"] = twiml(
        f'<Dial referUrl="/next" referMethod="GET" action="/after"><Sip>{AL}</Sip></Dial>'
    )
    parent = town.call()
    town.advance(5)
    town.phone(AL, "refer", To=CY)
    town.advance(0)
    [told] = town.site.asked("/next")
    assert (told["ReferTransferTarget"], told["CallSid"]) == (CY, parent.sid)
    assert town.site.asked("/after") == []
    assert town.phone(AL)["calls"][-1]["status"] == "completed"
    assert town.transcript()[-1] == ("Pause", "100")


def test_without_a_refer_url_the_two_talk_on_and_the_owner_is_told(town):
    town.call(f"<Dial><Sip>{AL}</Sip></Dial>")
    town.advance(5)
    town.phone(AL, "refer", To=CY)
    town.advance(1)
    assert town.alerts() == [13802]
    assert town.phone(AL)["calls"][-1]["status"] == "in-progress"
    assert town.transcript(AL)[-1] == ("refer", CY)


@pytest.mark.parametrize(
    ("number", "to", "status"), [(AL, CY, 409), (ALICE, CY, 409), (AL, "nonsense", 400)]
)
def test_only_a_joined_sip_party_can_do_that(town, number, to, status):
    assert town.control("POST", f"/phones/{number}/refer", To=to).status_code == status


# -- Echo -------------------------------------------------------------------------------------


@pytest.mark.executes("Echo")
def test_echo_plays_back_what_is_said_when_it_was_said_until_the_end(town):
    sid = ring_in(town, "<Echo/><Say>not heard</Say>")
    town.advance(1)
    town.phone(ALICE, "speak", Speech="one two three")
    town.phone(ALICE, "press", Digits="7")
    town.advance(60)
    assert town.client.calls(sid).fetch().status == "in-progress"
    assert town.times() == [
        *((0.0, "Echo"), (1.0, "speak"), (1.0, "press"), (2.2, "Echo"), (2.2, "Echo"))
    ]
    town.phone(ALICE, "hangup")
    assert town.transcript()[-3:] == [("Echo", "one two three"), ("Echo", "7"), ("hangup", "")]
    assert town.client.calls(sid).fetch().status == "completed"


# -- who picks up -----------------------------------------------------------------------------


@pytest.mark.executes("Redirect", "Redirect.method")
def test_a_redirect_is_asked_by_its_method_with_the_call_in_progress(town):
    town.site.pages["/next"] = twiml("<Redirect method='GET'>last</Redirect><Say>no</Say>")
    town.site.pages["/last"] = twiml("<Say>yes</Say>")
    ring_in(town, "<Redirect method='POST'>/next</Redirect>")
    town.advance(1)
    assert town.site.asked("/next")[0]["CallStatus"] == "in-progress"
    asked = [e["data"] for e in town.events() if e["data"].get("url") == town.url + "/last"]
    assert [data["method"] for data in asked] == ["GET"]
    assert town.transcript()[-1] == ("Say", "yes")


@pytest.mark.executes("Reject", "Reject.reason")
def test_a_reject_is_no_answer_at_all(town):
    sid = ring_in(town, "<Reject reason='busy'/><Say>no</Say>")
    town.advance(1)
    call = town.client.calls(sid).fetch()
    assert (call.status, call.duration) == ("busy", "0")
    assert town.transcript() == [("Reject", "busy")]


@pytest.mark.executes("Hangup")
def test_a_hangup_is_an_answered_call(town):
    sid = ring_in(town, "<Hangup/>")
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "completed"


def test_an_empty_document_answers_and_hangs_up(town):
    sid = ring_in(town, "")
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "completed"


def test_a_reject_after_the_answer_hangs_up_and_is_told(town):
    sid = ring_in(town, "<Say>a</Say><Reject/>")
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "completed"
    assert town.alerts() == [12200]
