"""Dial in a call: every party, every attribute, and who hangs up when.

The steps themselves are in tests/twiml/test_dial.py; here the official client looks on.
"""

import pytest
from twilio.request_validator import RequestValidator

from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, SHOP, Town, timeless, twiml

CAROL, DAVE, LINE = "+14155550102", "+14155550103", "+15005550009"
SIM = "sim:DE" + "0123456789abcdef" * 2
LONG = "<Pause length='100'/>"
ALL = "initiated ringing answered completed"

# A noun, the attributes of its Dial, and where it is reached.
PARTIES = {
    "Number": (f"<Number %s>{BOB}</Number>", "", BOB),
    "Client": ("<Client %s>alice</Client>", "", "client:alice"),
    "Sip": ("<Sip %s>sip:alice@example.com;region=ie1</Sip>", "", "sip:alice@example.com"),
    "WhatsApp": (
        f"<WhatsApp %s>{BOB}</WhatsApp>",
        f'callerId="whatsapp:{SHOP}"',
        f"whatsapp:{BOB}",
    ),
}


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB), numbers=(SHOP, LINE)) as town:
        town.site.pages |= {"/after": twiml(""), "/leg": twiml(""), "/amd": twiml("")}
        yield town


def dial(town, inside, attributes="", **options):
    """Call Alice from the shop with a Dial that has an action; returns the parent call."""
    town.site.pages["/voice"] = twiml(f'<Dial action="/after" {attributes}>{inside}</Dial>')
    return town.call(**options)


def ring_in(town, number=ALICE, **fields):
    """A handset calls the shop, whose web site has /voice; returns the call's SID."""
    settle(town, SHOP, voice_url=town.url + "/voice", **fields)
    return town.phone(number, "call", To=SHOP)["sid"]


def settle(town, number, **fields):
    [row] = town.client.incoming_phone_numbers.list(phone_number=number)
    row.update(**fields)


def children(town, parent):
    """The legs of a call, in the order they were made."""
    return town.client.calls.list(parent_call_sid=getattr(parent, "sid", parent))[::-1]


def outcome(town):
    """What the action of the Dial was told, which it was once."""
    [told] = town.site.asked("/after")
    return told


# -- every party ------------------------------------------------------------------------------


@pytest.mark.executes("Dial", "Number", "Client", "Sip", "WhatsApp", "Dial.callerId")
def test_each_kind_of_party_is_a_handset_of_its_own(town):
    dial(town, "".join(noun % "" for noun, _, _ in PARTIES.values()), PARTIES["WhatsApp"][1])
    for _, _, address in PARTIES.values():
        town.phone(address, Mode="manual")
    town.advance(3)
    rings = {address: town.phone(address)["calls"] for _, _, address in PARTIES.values()}
    assert {address: calls[-1]["status"] for address, calls in rings.items() if calls} == {
        "client:alice": "ringing",
        "sip:alice@example.com": "ringing",
        f"whatsapp:{BOB}": "ringing",
    }
    assert town.alerts() == [13247]  # a WhatsApp sender may not call a telephone number


@pytest.mark.parametrize("kind", PARTIES)
def test_a_party_answers_talks_and_hangs_up(town, kind):
    noun, attributes, address = PARTIES[kind]
    parent = dial(town, noun % "", attributes)
    town.advance(2 + 2)
    [child] = children(town, parent)
    assert (child.to, child.direction, child.status) == (address, "outbound-dial", "in-progress")
    town.advance(7)
    town.phone(address, "hangup")
    town.advance(0)
    told = outcome(town)
    assert (told["DialCallStatus"], told["DialCallSid"]) == ("completed", child.sid)
    assert (told["DialCallDuration"], told["DialBridged"]) == ("7", "true")


@pytest.mark.parametrize("kind", PARTIES)
@pytest.mark.parametrize(
    ("mode", "status"),
    [("busy", "busy"), ("decline", "busy"), ("no-answer", "no-answer"), ("off", "no-answer")],
)
def test_a_party_that_does_not_answer(town, kind, mode, status):
    noun, attributes, address = PARTIES[kind]
    town.phone(address, Mode=mode)
    dial(town, noun % "", attributes)
    town.advance(40)
    told = outcome(town)
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, "false")
    assert told["DialCallDuration"] == "0"


@pytest.mark.parametrize("kind", PARTIES)
def test_a_person_answers_or_declines_by_hand(town, kind):
    noun, attributes, address = PARTIES[kind]
    town.phone(address, Mode="manual")
    parent = dial(town, noun % "", attributes)
    town.advance(5)
    town.phone(address, "answer")
    assert children(town, parent)[0].status == "in-progress"
    town.phone(address, "hangup")
    dial(town, noun % "", attributes)
    town.advance(5)
    town.phone(address, "decline")
    town.advance(0)
    assert [told["DialCallStatus"] for told in town.site.asked("/after")] == ["completed", "busy"]


@pytest.mark.executes("Sim")
def test_a_sim_card_is_rung_by_its_sid(town):
    parent = dial(town, f"<Sim>{SIM[4:]}</Sim>")
    town.advance(4)
    assert [(leg.to, leg.status) for leg in children(town, parent)] == [(SIM, "in-progress")]
    assert town.phone(SIM)["calls"][-1]["status"] == "in-progress"


@pytest.mark.executes(
    *("Client", "Identity", "Parameter", "Parameter.name", "Parameter.value", "Dial.callReason")
)
def test_a_client_gets_its_parameters_and_the_reason_when_it_rings(town):
    noun = "<Client><Identity>al</Identity><Parameter name='order' value='7'/></Client>"
    parent = dial(town, noun, 'callReason="your order"')
    town.advance(4)
    [leg] = children(town, parent)
    [rang] = [e["data"] for e in town.events(call_sid=leg.sid) if e["data"].get("status")][:1]
    assert leg.to == "client:al"
    assert rang == {"status": "ringing", "parameters": {"order": "7"}, "reason": "your order"}


@pytest.mark.executes("Sip", "SipUri", "Headers", "Header", "Header.name", "Header.value")
def test_a_sip_address_gets_its_headers_when_it_rings(town):
    noun = (
        "<Sip><Uri>sip:al@b.test?X-One=1&amp;X-Two=a%20b</Uri>"
        "<Headers><Header name='X-Three' value='3'/></Headers></Sip>"
    )
    parent = dial(town, noun)
    town.advance(4)
    [leg] = children(town, parent)
    [rang] = [e["data"] for e in town.events(call_sid=leg.sid) if e["data"].get("status")][:1]
    assert leg.to == "sip:al@b.test"
    assert rang["headers"] == {"X-One": "1", "X-Two": "a b", "X-Three": "3"}


def test_a_sip_outcome_comes_with_what_the_device_answered(town):
    dial(town, "<Sip>sip:al@b.test</Sip>")
    town.advance(5)
    town.phone("sip:al@b.test", "hangup")
    town.phone("sip:al@b.test", Mode="busy")
    dial(town, "<Sip>sip:al@b.test</Sip>")
    town.advance(5)
    told = town.site.asked("/after")
    assert [t["DialSipResponseCode"] for t in told] == ["200", "486"]
    assert all(t["DialSipCallId"] == f"{t['DialCallSid'][2:]}@0.0.0.0" for t in told)


@pytest.mark.executes("Sip.username", "Sip.password")
def test_the_login_of_a_sip_address_is_shown_nowhere(town):
    dial(town, '<Sip username="hush-u" password="hush-p" method="x">sip:al@b.test</Sip>')
    town.call("<Dial><Sip><Uri username=\"hush-u\" password='hush-p'>sip:al@b.test</Uri></Sip>")
    town.advance(60)
    told = str(town.events()) + str([vars(n) for n in town.client.api.account.notifications.list()])
    assert 'username="..." password="..."' in told
    assert "hush" not in told


def test_a_party_that_cannot_be_rung_is_told_and_the_others_ring(town):
    parent = dial(
        town,
        f"<Number>12</Number><Sip>nobody</Sip><Client>a/b</Client><Number>{BOB}</Number>",
    )
    town.advance(4)
    assert town.alerts() == [13223, 13243, 13224]
    assert [leg.to for leg in children(town, parent)] == [BOB]


def test_with_nobody_to_ring_the_dial_has_failed(town):
    dial(town, "<Number>12</Number>")
    town.advance(2)
    told = outcome(town)
    assert (told["DialCallStatus"], told["DialBridged"]) == ("failed", "false")
    assert "DialCallSid" not in told


# -- who is told what -------------------------------------------------------------------------


@pytest.mark.executes(
    *("Number.statusCallback", "Number.statusCallbackEvent", "Client.statusCallback"),
    *("Client.statusCallbackEvent", "Sip.statusCallback", "Sip.statusCallbackEvent"),
    *("WhatsApp.statusCallback", "WhatsApp.statusCallbackEvent"),
)
def test_the_progress_of_a_leg_in_order_and_signed(town):
    asking = f'statusCallback="/leg" statusCallbackEvent="{ALL}"'
    for noun, attributes, address in PARTIES.values():
        town.site.requests.clear()
        parent = dial(town, noun % asking, attributes)
        town.advance(2 + 2 + 3)
        town.phone(address, "hangup")
        town.phone(ALICE, Mode="auto")
        town.advance(0)
        [child] = children(town, parent)
        told = town.site.asked("/leg")
        assert [t["CallStatus"] for t in told] == [
            *("initiated", "ringing", "in-progress", "completed")
        ]
        assert [t["SequenceNumber"] for t in told] == ["0", "1", "2", "3"]
        assert {t["CallbackSource"] for t in told} == {"call-progress-events"}
        assert {t["ParentCallSid"] for t in told} == {parent.sid}
        assert {(t["CallSid"], t["To"], t["Called"], t["Direction"]) for t in told} == {
            (child.sid, address, address, "outbound-dial")
        }
        assert [t.get("CallDuration") for t in told] == [None, None, None, "3"]
        assert told[-1]["SipResponseCode"] == "200"
        validator = RequestValidator(town.sandbox.auth_token)
        for path, params, headers in town.site.requests:
            signature = headers["x-twilio-signature"]
            assert validator.validate(town.url + path, params, signature), path


@pytest.mark.executes(
    *("Number.statusCallbackMethod", "Client.statusCallbackMethod", "Sip.statusCallbackMethod"),
    "WhatsApp.statusCallbackMethod",
)
def test_without_events_only_the_end_is_told_and_by_the_method_wanted(town):
    for noun, attributes, address in PARTIES.values():
        town.phone(address, Mode="busy")
        dial(town, noun % 'statusCallback="/leg" statusCallbackMethod="GET"', attributes)
        town.advance(3)
    told = [e["data"] for e in town.events() if e["data"].get("url") == town.url + "/leg"]
    assert [(t["method"], t["parameters"]["CallStatus"]) for t in told] == [("GET", "busy")] * 4
    assert [t["parameters"]["CallDuration"] for t in told] == ["0"] * 4


def test_legs_tell_their_web_sites_one_after_the_other(town):
    asking = f'statusCallback="/leg" statusCallbackEvent="{ALL}"'
    for number in (CAROL, DAVE):
        town.phone(number, Mode="manual")
    dial(town, "".join(f"<Number {asking}>{number}</Number>" for number in (CAROL, DAVE, BOB)))
    town.advance(5)
    town.phone(ALICE, "hangup")
    town.advance(0)
    assert [(t["To"], t["CallStatus"]) for t in town.site.asked("/leg")] == [
        (CAROL, "initiated"),
        (CAROL, "ringing"),
        (DAVE, "initiated"),
        (DAVE, "ringing"),
        (BOB, "initiated"),
        (BOB, "ringing"),
        (BOB, "in-progress"),
        (CAROL, "canceled"),
        (DAVE, "canceled"),
        (BOB, "completed"),
    ]


def test_when_nobody_answers_all_are_told_before_the_action(town):
    asking = 'statusCallback="/leg"'
    for number in (CAROL, BOB):
        town.phone(number, Mode="manual")
    dial(town, f"<Number {asking}>{CAROL}</Number><Number {asking}>{BOB}</Number>", 'timeout="5"')
    town.advance(2 + 5)
    asked = [(path, told["To"]) for path, told, _ in town.site.requests if path != "/voice"]
    assert asked == [("/leg", CAROL), ("/leg", BOB), ("/after", ALICE)]


def test_of_two_who_answer_at_the_same_time_the_first_in_the_document_wins(town):
    parent = dial(town, f"<Number>{CAROL}</Number><Number>{BOB}</Number>")
    town.advance(5)
    legs = [(leg.to, leg.status) for leg in children(town, parent)]
    assert legs == [(CAROL, "in-progress"), (BOB, "canceled")]


# -- documents on the called side -------------------------------------------------------------


@pytest.mark.executes(
    *("Number.url", "Number.method", "Client.url", "Client.method", "Sip.url", "Sip.method"),
    *("WhatsApp.url", "WhatsApp.method"),
)
def test_a_document_runs_on_the_called_side_before_the_two_are_joined(town):
    town.site.pages["/whisper"] = twiml("<Say>one two three four five</Say>")
    for noun, attributes, address in PARTIES.values():
        town.site.requests.clear()
        parent = dial(town, noun % 'url="/whisper" method="GET"', attributes)
        town.advance(2 + 2 + 2)
        [child] = children(town, parent)
        [asked] = town.site.asked("/whisper")
        assert (asked["CallSid"], asked["ParentCallSid"]) == (child.sid, parent.sid)
        assert (asked["CallStatus"], asked["Direction"]) == ("in-progress", "outbound-dial")
        assert (asked["To"], asked["From"]) == (address, child._from)
        town.advance(3)
        town.phone(address, "hangup")
        town.advance(0)
        assert town.transcript(address)[1] == ("Say", "one two three four five")
        assert town.transcript()[-1][0] == "Dial"
        told = outcome(town)
        assert (told["DialCallDuration"], told["DialBridged"]) == ("5", "true")


def test_the_called_side_accepts_with_a_key_or_declines(town):
    screen = '<Gather numDigits="1" timeout="4" action="/key"><Say>press</Say></Gather><Hangup/>'
    town.site.pages |= {
        "/screen": twiml(screen),
        "/key": lambda p: twiml("" if p["Digits"] == "1" else "<Hangup/>"),
    }
    for key, bridged in (("1", "true"), ("2", "false"), ("", "false")):
        town.site.requests.clear()
        dial(town, f'<Number url="/screen">{BOB}</Number>')
        town.advance(5)
        if key:
            town.phone(BOB, "press", Digits=key)
        town.advance(5)
        if bridged == "true":
            town.phone(BOB, "hangup")
        town.advance(0)
        assert (outcome(town)["DialCallStatus"], outcome(town)["DialBridged"]) == (
            *("completed", bridged),
        )


def test_while_a_called_side_decides_nobody_else_rings_and_no_timeout_runs(town):
    town.site.pages["/screen"] = twiml("<Pause length='60'/>")
    screened = f'<Number url="/screen">{BOB}</Number>'
    parent = dial(town, f"{screened}<Number>{CAROL}</Number>", 'timeout="5"')
    town.advance(2 + 2)
    legs = [(leg.to, leg.status) for leg in children(town, parent)]
    assert legs == [(BOB, "in-progress"), (CAROL, "canceled")]
    town.advance(60)
    town.phone(BOB, "hangup")
    town.advance(0)
    assert outcome(town)["DialBridged"] == "true"


def test_a_dial_on_the_called_side_is_told_and_passed_over(town):
    town.site.pages["/whisper"] = twiml(f"<Dial>{CAROL}</Dial><Say>hello</Say>")
    parent = dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.advance(6)
    assert town.alerts() == [13201]
    assert town.transcript(BOB)[-1] == ("Say", "hello")
    assert children(town, parent)[0].status == "in-progress"
    assert len(children(town, parent)) == 1


def test_after_a_declined_call_the_next_in_line_rings(town):
    town.site.pages["/no"] = twiml("<Hangup/>")
    noun = f'<Number url="/no">{BOB}</Number><Number>{CAROL}</Number>'
    parent = dial(town, noun, 'sequential="true"')
    town.advance(2 + 2 + 2)
    legs = [(leg.to, leg.status) for leg in children(town, parent)]
    assert legs == [(BOB, "completed"), (CAROL, "in-progress")]


@pytest.mark.executes("Number.sendDigits")
def test_keys_are_sent_to_the_called_side_before_the_two_are_joined(town):
    town.site.pages |= {"/line": twiml('<Gather numDigits="2" action="/key"/>'), "/key": twiml("")}
    settle(town, LINE, voice_url=town.url + "/line")
    dial(town, f'<Number sendDigits="w4wW2">{LINE}</Number>')
    town.advance(5)
    assert town.site.asked("/key")[0]["Digits"] == "42"


# -- a person or a machine --------------------------------------------------------------------

DETECT = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold "
    "machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout "
    "amdStatusCallback amdStatusCallbackMethod"
)


@pytest.mark.executes(
    *(f"Number.{name}" for name in DETECT.split()), *(f"Sip.{name}" for name in DETECT.split())
)
def test_machine_detection_listens_to_the_greeting(town):
    asking = (
        'machineDetectionTimeout="20" machineDetectionSpeechThreshold="2000"'
        ' machineDetectionSpeechEndThreshold="1000" machineDetectionSilenceTimeout="4000"'
        ' amdStatusCallback="/amd" amdStatusCallbackMethod="GET"'
    )
    for kind, mode, greeting, who, after in (
        ("Number", "Enable", "", "human", "4000"),
        ("Number", "Enable", "hello there", "human", "1800"),
        ("Number", "Enable", "please leave a message after the tone", "machine_start", "2000"),
        ("Sip", "DetectMessageEnd", "hello", "human", "1400"),
        ("Sip", "DetectMessageEnd", "you have reached al leave", "machine_end_silence", "3000"),
        ("Sip", "DetectMessageEnd", " ".join(["word"] * 60), "unknown", "20000"),
    ):
        town.site.requests.clear()
        noun, _, address = PARTIES[kind]
        parent = dial(town, noun % f'machineDetection="{mode}" {asking}')
        town.advance(2 + 2)
        if greeting:
            town.phone(address, "speak", Speech=greeting)
        town.advance(f"{float(after) / 1000 - 0.001:.3f}")
        assert town.site.asked("/amd") == []
        town.advance(0.001)
        [child] = children(town, parent)
        assert town.site.asked("/amd") == [
            {
                "CallSid": child.sid,
                "AccountSid": child.account_sid,
                "AnsweredBy": who,
                "MachineDetectionDuration": after,
            }
        ]
        assert child.answered_by == who
        town.phone(ALICE, "hangup")
        town.advance(30)
        assert len(town.site.asked("/amd")) == 1


def test_who_hangs_up_before_it_is_known_is_not_told_of(town):
    noun = f'<Number machineDetection="Enable" amdStatusCallback="/amd">{BOB}</Number>'
    dial(town, noun)
    town.advance(4 + 2)
    town.phone(BOB, "hangup")
    town.advance(30)
    assert town.site.asked("/amd") == []
    assert town.control("GET", "/clock").json()["due"] is None


# -- who is shown as the caller ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "caller_id", "shown", "alerts"),
    [
        (f"<Number>{CAROL}</Number>", "", SHOP, []),
        (f"<Number>{CAROL}</Number>", LINE, LINE, []),
        (f"<Number>{CAROL}</Number>", BOB, BOB, []),
        (f"<Number>{CAROL}</Number>", ALICE, ALICE, []),
        (f"<Number>{CAROL}</Number>", "+14155559999", SHOP, [13214]),
        (f"<Number>{CAROL}</Number>", "nonsense", SHOP, [13214]),
        (f"<Number>{CAROL}</Number>", "client:al", None, [13247]),
        ("<Client>al</Client>", "client:shop", "client:shop", []),
        ("<Client>al</Client>", "", SHOP, []),
        ("<Sip>sip:al@b.test</Sip>", "front-desk_1", "front-desk_1", []),
        ("<Sip>sip:al@b.test</Sip>", "front desk", SHOP, [13214]),
        (f"<WhatsApp>{CAROL}</WhatsApp>", f"whatsapp:{SHOP}", f"whatsapp:{SHOP}", []),
        (f"<WhatsApp>{CAROL}</WhatsApp>", SHOP, None, [13247]),
        (f"<WhatsApp>{CAROL}</WhatsApp>", "", None, [13247]),
    ],
)
def test_the_caller_id(town, noun, caller_id, shown, alerts):
    parent = dial(town, noun, f'callerId="{caller_id}"' if caller_id else "")
    town.advance(4)
    assert [leg._from for leg in children(town, parent)] == ([shown] if shown else [])
    assert town.alerts() == alerts


@pytest.mark.parametrize(
    ("caller_id", "shown", "alerts"), [("", None, [13214]), (LINE, LINE, []), (SHOP, SHOP, [])]
)
def test_a_client_that_calls_a_number_needs_a_caller_id(town, caller_id, shown, alerts):
    attributes = f'callerId="{caller_id}"' if caller_id else ""
    town.site.pages["/voice"] = twiml(f'<Dial action="/after" {attributes}>{CAROL}</Dial>')
    sid = ring_in(town, "client:al")
    town.advance(3)
    assert town.site.asked("/voice")[0]["From"] == "client:al"
    assert [leg._from for leg in children(town, sid)] == ([shown] if shown else [])
    assert town.alerts() == alerts


# -- answering --------------------------------------------------------------------------------


def test_an_inbound_call_is_answered_by_a_dial(town):
    town.phone(BOB, Mode="manual")
    town.site.pages["/voice"] = twiml(f"<Dial>{BOB}</Dial>")
    sid = ring_in(town)
    town.advance(3)
    assert town.client.calls(sid).fetch().status == "in-progress"


@pytest.mark.executes("Dial.answerOnBridge", "Dial.timeout")
@pytest.mark.parametrize(
    ("after", "status"),
    [
        ("<Reject/>", "no-answer"),
        ("<Reject reason='busy'/>", "busy"),
        ("<Say>a</Say>", "completed"),
    ],
)
def test_answer_on_bridge_and_nobody_answers_leaves_the_call_unanswered(town, after, status):
    town.phone(BOB, Mode="no-answer")
    town.site.pages |= {
        "/voice": twiml(f'<Dial answerOnBridge="true" timeout="7" action="/next">{BOB}</Dial>'),
        "/next": twiml(after),
    }
    sid = ring_in(town)
    town.advance(6)
    assert town.client.calls(sid).fetch().status == "ringing"
    town.advance(2)
    [told] = town.site.asked("/next")
    assert (told["DialCallStatus"], told["CallStatus"]) == ("no-answer", "ringing")
    assert town.client.calls(sid).fetch().status == status


def test_answer_on_bridge_rings_on_while_the_called_side_listens(town):
    town.site.pages |= {
        "/voice": twiml(
            f'<Dial answerOnBridge="true"><Number url="/whisper">{BOB}</Number></Dial>'
        ),
        "/whisper": twiml("<Pause length='5'/>"),
    }
    sid = ring_in(town)
    town.advance(2 + 4)
    assert town.client.calls(sid).fetch().status == "ringing"
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "in-progress"


# -- how it ends ------------------------------------------------------------------------------


@pytest.mark.executes("Dial.hangupOnStar")
@pytest.mark.parametrize("allowed", ["true", "false"])
def test_a_star_of_the_caller_ends_a_dial_that_allows_it(town, allowed):
    dial(town, BOB, f'hangupOnStar="{allowed}"')
    town.advance(4 + 3)
    town.phone(ALICE, "press", Digits="1*")
    town.advance(0)
    assert len(town.site.asked("/after")) == (allowed == "true")
    assert town.phone(BOB)["calls"][-1]["status"] == (
        "completed" if allowed == "true" else "in-progress"
    )


@pytest.mark.executes("Dial.timeLimit")
def test_the_limit_counts_from_the_moment_the_two_are_joined(town):
    town.site.pages["/whisper"] = twiml("<Pause length='5'/>")
    dial(town, f'<Number url="/whisper">{BOB}</Number>', 'timeLimit="7"')
    town.advance(2 + 2 + 5 + 6)
    assert town.site.asked("/after") == []
    town.advance(1)
    assert outcome(town)["DialCallDuration"] == "12"


@pytest.mark.executes("Dial.sequential")
def test_one_after_the_other_each_with_its_own_timeout(town):
    for number in (BOB, CAROL):
        town.phone(number, Mode="no-answer")
    noun = f"<Number>{BOB}</Number><Number>{CAROL}</Number><Client>al</Client>"
    parent = dial(town, noun, 'sequential="true" timeout="6"')
    town.advance(2 + 6)
    assert [leg.to for leg in children(town, parent)] == [BOB, CAROL]
    town.advance(6 + 2)
    legs = [(leg.to, leg.status) for leg in children(town, parent)]
    assert legs == [(BOB, "no-answer"), (CAROL, "no-answer"), ("client:al", "in-progress")]


def test_two_dials_in_a_row(town):
    for number in (BOB, CAROL):
        town.phone(number, Mode="manual")
    town.site.pages["/voice"] = twiml(
        f'<Dial timeout="5">{BOB}</Dial><Dial action="/after">{CAROL}</Dial>'
    )
    parent = town.call()
    town.advance(2 + 5)
    town.phone(CAROL, "answer")
    town.advance(3)
    town.phone(CAROL, "hangup")
    town.advance(0)
    legs = [(leg.to, leg.status) for leg in children(town, parent)]
    assert legs == [(BOB, "no-answer"), (CAROL, "completed")]
    assert outcome(town)["DialCallSid"] == children(town, parent)[1].sid


# Who hangs up after how many seconds of a Dial to Bob, whose own document lasts three seconds;
# what the action is told, and how both legs end.
HANGUPS = [
    ("caller", 1, ("canceled", "false"), ("completed", "canceled")),
    ("caller", 3, ("completed", "false"), ("completed", "completed")),
    ("caller", 9, ("completed", "true"), ("completed", "completed")),
    ("called", 1, ("busy", "false"), ("completed", "busy")),
    ("called", 3, ("completed", "false"), ("completed", "completed")),
    ("called", 9, ("completed", "true"), ("completed", "completed")),
]


@pytest.mark.parametrize(("who", "after", "told", "statuses"), HANGUPS)
def test_a_hang_up_at_any_moment(town, who, after, told, statuses):
    town.site.pages["/whisper"] = twiml("<Pause length='3'/>")
    parent = dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.advance(2 + after)
    town.phone(ALICE if who == "caller" else BOB, "hangup")
    town.advance(1)
    asked = outcome(town)
    assert (asked["DialCallStatus"], asked["DialBridged"]) == told
    assert asked["CallStatus"] == ("completed" if who == "caller" else "in-progress")
    assert (town.status(parent), children(town, parent)[0].status) == statuses


def test_what_the_action_answers_to_a_caller_who_left_is_ignored(town):
    town.site.pages |= {"/after": twiml("<Redirect>/more</Redirect>"), "/more": twiml(LONG)}
    parent = dial(town, BOB)
    town.advance(5)
    town.phone(ALICE, "hangup")
    town.advance(1)
    assert outcome(town)["CallStatus"] == "completed"
    assert town.site.asked("/more") == []
    assert town.status(parent) == "completed"


# What the API does to which leg, after how many seconds of the same Dial.
CHANGES = [
    ("parent", 1, {"status": "completed"}, "completed", "canceled"),
    ("parent", 3, {"status": "completed"}, "completed", "completed"),
    ("parent", 9, {"status": "completed"}, "completed", "completed"),
    ("child", 1, {"status": "canceled"}, "in-progress", "canceled"),
    ("child", 3, {"status": "completed"}, "in-progress", "completed"),
    ("child", 9, {"status": "completed"}, "in-progress", "completed"),
    ("parent", 1, {"twiml": f"<Response>{LONG}</Response>"}, "in-progress", "canceled"),
    ("parent", 9, {"twiml": f"<Response>{LONG}</Response>"}, "in-progress", "completed"),
    ("child", 3, {"twiml": f"<Response>{LONG}</Response>"}, "in-progress", "in-progress"),
    ("child", 9, {"twiml": f"<Response>{LONG}</Response>"}, "in-progress", "in-progress"),
]


@pytest.mark.parametrize(("which", "after", "change", "parents", "childs"), CHANGES)
def test_the_api_changes_a_leg_at_any_moment(town, which, after, change, parents, childs):
    town.site.pages |= {"/whisper": twiml("<Pause length='3'/>"), "/after": twiml(LONG)}
    parent = dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.advance(2 + after)
    [child] = children(town, parent)
    town.client.calls((parent if which == "parent" else child).sid).update(**change)
    town.advance(1)
    assert (town.status(parent), town.status(child)) == (parents, childs)
    told = [
        (t["DialCallStatus"], t.get("DialCallDuration"), t["DialBridged"])
        for t in town.site.asked("/after")
    ]
    bridged = "true" if after == 9 else "false"
    status = "canceled" if after == 1 else "completed"
    sent_on = which == "child" and "twiml" in change
    assert told == [(status, None if sent_on else str(max(0, after - 2)), bridged)]


# -- recording --------------------------------------------------------------------------------


@pytest.mark.executes("Dial.record")
@pytest.mark.parametrize(
    ("record", "channels", "duration"),
    [
        ("record-from-answer", 1, "4"),
        ("true", 1, "4"),
        ("record-from-answer-dual", 2, "4"),
        ("record-from-ringing", 1, "6"),
        ("record-from-ringing-dual", 2, "6"),
    ],
)
def test_a_recording_begins_with_the_answer_or_with_the_ringing(town, record, channels, duration):
    parent = dial(town, BOB, f'record="{record}"')
    town.advance(2 + 2 + 4)
    town.phone(BOB, "hangup")
    town.advance(0)
    [made] = town.client.recordings.list()
    assert (made.source, made.channels, made.duration) == ("DialVerb", channels, duration)
    assert made.call_sid == parent.sid
    assert outcome(town)["RecordingUrl"].endswith(made.sid)
    assert "RecordingSid" not in outcome(town)


@pytest.mark.parametrize("record", ["false", "do-not-record"])
def test_nothing_is_recorded_unasked(town, record):
    dial(town, BOB, f'record="{record}"')
    town.advance(5)
    town.phone(BOB, "hangup")
    town.advance(0)
    assert town.client.recordings.list() == []
    assert "RecordingUrl" not in outcome(town)


@pytest.mark.executes(
    *("Dial.recordingStatusCallback", "Dial.recordingStatusCallbackMethod"),
    "Dial.recordingStatusCallbackEvent",
)
def test_who_asks_is_told_of_each_state_of_a_recording(town):
    town.site.pages["/tape"] = twiml("")
    parent = dial(
        town,
        BOB,
        'record="record-from-answer-dual" recordingStatusCallback="/tape"'
        ' recordingStatusCallbackMethod="GET"'
        ' recordingStatusCallbackEvent="in-progress completed"',
    )
    town.advance(2 + 2 + 4)
    town.phone(BOB, "hangup")
    town.advance(0)
    told = town.site.asked("/tape")
    assert [t["RecordingStatus"] for t in told] == ["in-progress", "completed"]
    assert {(t["CallSid"], t["RecordingSource"], t["RecordingChannels"]) for t in told} == {
        (parent.sid, "DialVerb", "2")
    }
    assert told[1]["RecordingDuration"] == "4"
    asked = [e["data"] for e in town.events() if str(e["data"].get("url")).endswith("/tape")]
    assert {data["method"] for data in asked} == {"GET"}


@pytest.mark.executes("Dial.recordingTrack")
@pytest.mark.parametrize(
    ("track", "heard"),
    [("both", ["how are you", "fine"]), ("inbound", ["how are you"]), ("outbound", ["fine"])],
)
def test_one_side_alone_can_be_recorded(town, track, heard):
    dial(town, BOB, f'record="record-from-answer-dual" recordingTrack="{track}"')
    town.advance(4)
    town.phone(ALICE, "speak", Speech="how are you")
    town.advance(2)
    town.phone(BOB, "speak", Speech="fine")
    town.advance(2)
    town.phone(BOB, "hangup")
    [made] = town.client.recordings.list()
    [row] = town.client.calls(made.call_sid).recordings.list()
    assert (row.track, made.channels) == (track, 2 if track == "both" else 1)
    [kept] = town.sandbox.store.find(Recording, None)
    assert [sound["text"] for sound in kept.sounds] == heard


@pytest.mark.executes("Dial.trim")
@pytest.mark.parametrize(("trim", "duration"), [("do-not-trim", "10"), ("trim-silence", "2")])
def test_silence_at_both_ends_is_cut_off_where_that_is_wanted(town, trim, duration):
    dial(town, BOB, f'record="record-from-answer" trim="{trim}"')
    town.advance(4 + 3)
    town.phone(BOB, "speak", Speech="one two three four five")
    town.advance(7)
    town.phone(BOB, "hangup")
    [made] = town.client.recordings.list()
    assert made.duration == duration


def test_ringing_is_recorded_even_if_nobody_answers(town):
    town.phone(BOB, Mode="no-answer")
    dial(town, BOB, 'record="record-from-ringing" timeout="8"')
    town.advance(2 + 8)
    [made] = town.client.recordings.list()
    assert made.duration == "8"
    assert outcome(town)["RecordingUrl"].endswith(made.sid)


# -- a trial ----------------------------------------------------------------------------------


def test_a_trial_calls_clients_and_sip_addresses_but_no_unverified_number():
    with Town(type="trial") as town:
        town.site.pages |= {"/after": twiml(LONG)}
        inside = f"<Client>al</Client><Sip>sip:al@b.test</Sip><Number>{CAROL}</Number>"
        parent = dial(town, inside)
        town.advance(3)
        assert [leg.to for leg in children(town, parent)] == ["client:al", "sip:al@b.test"]
        assert town.alerts() == [21219]


# -- the same story on every clock ------------------------------------------------------------


def told(town):
    """The log without times and without the requests that only look."""
    found = []
    for event in town.events():
        data = timeless({k: v for k, v in event["data"].items() if k != "parameters"})
        if event["type"] != "request":
            found.append((event["call_sid"], event["type"], str(data).replace(town.url, "$SITE")))
    return found


def play(kind):
    """A call that dials two who do not answer, and then one who listens and is recorded."""
    asking = f'statusCallback="/leg" statusCallbackEvent="{ALL}"'
    with Town(clock=kind, verified=(ALICE, BOB)) as town:
        town.site.pages |= {
            "/voice": twiml(
                f'<Dial action="/second"><Number {asking}>{BOB}</Number>'
                f"<Client {asking}>al</Client></Dial>"
            ),
            "/second": twiml(
                '<Dial action="/after" timeLimit="1" record="record-from-ringing"'
                f' recordingStatusCallback="/leg"><Sip url="/whisper" {asking}>sip:al@b.test</Sip>'
                "</Dial>"
            ),
            "/whisper": twiml("<Say>one</Say>"),
            "/after": twiml("<Say>bye</Say>"),
            "/leg": twiml(""),
        }
        town.phone(BOB, Mode="busy")
        town.phone("client:al", Mode="decline")
        call = town.call(status_callback=town.url + "/leg")
        if kind == "manual":
            town.advance(60)

        def told_of_the_end():
            told = (e["data"] for e in town.events(call_sid=call.sid) if e["type"] == "webhook")
            return any(data["parameters"].get("CallStatus") == "completed" for data in told)

        town.until(lambda: town.status(call) == "completed" and told_of_the_end())
        return told(town)


def test_the_three_clocks_tell_the_same_story_of_a_dial():
    manual, hurried, real = (play(kind) for kind in ("manual", "hurried", "real"))
    assert len(manual) > 30
    assert hurried == manual
    # On the wall's clock legs that ring at once may overtake one another; each goes its own way.
    for sid in {call for call, _, _ in manual}:
        mine = [event for event in manual if event[0] == sid]
        assert [event for event in real if event[0] == sid] == mine
