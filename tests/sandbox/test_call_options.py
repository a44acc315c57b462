"""What a call may be made with: machine detection, what is shown and recorded, what is refused."""

import threading

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

LONG = "please leave your message after the tone"  # 2.8 seconds
ANSWER = twiml("<Say>Here we are.</Say><Pause length='60'/>")


@pytest.fixture
def town():
    pages = {"/voice": ANSWER, "/next": ANSWER, "/amd": twiml(""), "/status": twiml("")}
    with Town(pages, verified=(ALICE, BOB)) as town:
        yield town


def ending(town):
    """The parameters of the last status callback."""
    return town.site.asked("/status")[-1]


# -- machine detection -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "greeting", "who", "milliseconds"),
    [
        ("Enable", "", "human", 5000),
        ("Enable", "hello there", "human", 2000),
        ("Enable", LONG, "machine_start", 2400),
        ("DetectMessageEnd", "hello there", "human", 2000),
        ("DetectMessageEnd", LONG, "machine_end_silence", 4000),
        ("DetectMessageEnd", " ".join(["word"] * 100), "unknown", 30000),
    ],
)
def test_the_document_waits_until_it_is_known_who_answered(town, mode, greeting, who, milliseconds):
    """What is said before the call greets it: so a script makes the handset a machine."""
    if greeting:
        town.phone(ALICE, "speak", Speech=greeting)
    call = town.call(machine_detection=mode, status_callback=town.url + "/status")
    town.advance(f"{2 + milliseconds / 1000 - 0.001:.3f}")
    assert town.site.asked("/voice") == []
    assert town.client.calls(call.sid).fetch().answered_by is None
    town.advance(0.001)
    [asked] = town.site.asked("/voice")
    told = {"AnsweredBy": who, "MachineDetectionDuration": str(milliseconds)}
    assert {name: asked.get(name) for name in told} == told
    assert asked["CallStatus"] == "in-progress"
    assert town.client.calls(call.sid).fetch().answered_by == who
    town.phone(ALICE, "hangup")
    assert {name: ending(town).get(name) for name in told} == told


def test_every_later_document_of_the_call_is_told_too(town):
    town.site.pages["/voice"] = twiml("<Redirect>/next</Redirect>")
    town.call(machine_detection="Enable")
    town.advance(10)
    assert town.site.asked("/next")[0]["AnsweredBy"] == "human"


def test_a_greeting_answers_no_question_that_comes_later(town):
    town.site.pages["/voice"] = twiml('<Gather input="speech" timeout="3" action="/next"/>')
    town.phone(ALICE, "speak", Speech="hello")
    town.call(machine_detection="Enable")
    town.advance(3)
    town.phone(ALICE, "speak", Speech="who is there")  # before it is known that she is no machine
    town.advance(10)
    assert town.site.asked("/voice")[0]["AnsweredBy"] == "human"
    assert town.site.asked("/next") == []
    spoken = [text for verb, text in town.transcript() if verb == "speak"]
    assert spoken == ["hello", "who is there"]


def test_keys_pressed_meanwhile_are_kept_for_the_gather(town):
    town.site.pages["/voice"] = twiml('<Gather numDigits="1" action="/next"/>')
    town.call(machine_detection="Enable")
    town.advance(3)
    town.phone(ALICE, "press", Digits="7")
    town.advance(10)
    assert town.site.asked("/next")[0]["Digits"] == "7"


def test_the_thresholds_are_the_callers(town):
    town.phone(ALICE, "speak", Speech="hello to you all")  # 1.6 seconds
    town.call(
        machine_detection="Enable",
        machine_detection_speech_threshold=1500,
        machine_detection_speech_end_threshold=500,
        machine_detection_silence_timeout=2000,
        machine_detection_timeout=3,
    )
    town.advance(2 + 1.5)
    assert town.site.asked("/voice")[0]["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize(
    ("greeting", "who", "milliseconds"),
    [(LONG, "machine_end_beep", "2800"), ("hi there", "human", "2000")],
)
def test_a_machine_that_beeps_is_noticed_at_its_beep(greeting, who, milliseconds):
    """An owned number whose document says much and then records is an answering machine."""
    machine = "+15005550010"
    with Town({"/voice": ANSWER}, numbers=(SHOP, machine)) as town:
        town.site.pages["/machine"] = twiml(f"<Say>{greeting}</Say><Record/>")
        [number] = town.client.incoming_phone_numbers.list(phone_number=machine)
        number.update(voice_url=town.url + "/machine")
        town.call(to=machine, machine_detection="DetectMessageEnd")
        town.advance(10)
        [asked] = town.site.asked("/voice")
        assert (asked["AnsweredBy"], asked["MachineDetectionDuration"]) == (who, milliseconds)


def test_what_is_known_before_a_slow_web_site_has_answered_is_not_lost():
    """The callback of the answer takes longer than to know who answered."""

    known = threading.Event()

    def slow(told):
        known.wait(10)
        return twiml("")

    person = "+15005550010"
    pages = {
        "/voice": ANSWER,
        "/person": twiml("<Say>hi</Say><Pause length='60'/>"),
        "/status": slow,
    }
    with Town(pages, clock="real", numbers=(SHOP, person)) as town:
        [number] = town.client.incoming_phone_numbers.list(phone_number=person)
        number.update(voice_url=town.url + "/person")
        call = town.call(
            to=person,
            machine_detection="Enable",
            machine_detection_speech_end_threshold=500,
            status_callback=town.url + "/status",
            status_callback_event=["answered"],
        )
        town.until(lambda: town.client.calls(call.sid).fetch().answered_by is not None, 10)
        known.set()
        town.until(lambda: bool(town.site.asked("/voice")), 10)
        assert town.site.asked("/voice")[0]["AnsweredBy"] == "human"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_in_the_background_the_document_runs_at_once_and_a_callback_tells(town, method):
    town.phone(ALICE, "speak", Speech=LONG)
    call = town.call(
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=town.url + "/amd",
        async_amd_status_callback_method=method,
        status_callback=town.url + "/status",
    )
    town.advance(2)
    [asked] = town.site.asked("/voice")
    assert "AnsweredBy" not in asked
    town.advance(2.3)
    assert town.site.asked("/amd") == []
    town.advance(0.1)
    assert town.site.asked("/amd") == [
        {
            "CallSid": call.sid,
            "AccountSid": call.account_sid,
            "AnsweredBy": "machine_start",
            "MachineDetectionDuration": "2400",
        }
    ]
    town.phone(ALICE, "hangup")
    assert ending(town)["AnsweredBy"] == "machine_start"


def test_without_async_amd_its_callback_is_not_asked(town):
    town.call(machine_detection="Enable", async_amd_status_callback=town.url + "/amd")
    town.advance(20)
    assert town.site.asked("/amd") == []
    assert len(town.site.asked("/voice")) == 1


def test_who_hangs_up_before_it_is_known_ends_the_call(town):
    call = town.call(machine_detection="Enable", status_callback=town.url + "/status")
    town.advance(4)
    town.phone(ALICE, "hangup")
    town.advance(60)
    assert town.status(call) == "completed"
    assert town.site.asked("/voice") == []
    assert "AnsweredBy" not in ending(town)


def test_the_api_sends_a_call_elsewhere_while_it_listens(town):
    call = town.call(machine_detection="Enable")
    town.advance(3)
    town.client.calls(call.sid).update(url=town.url + "/next")
    assert len(town.site.asked("/next")) == 1
    town.advance(30)
    assert town.site.asked("/voice") == []


def test_with_digits_to_send_there_is_no_detection(town):
    """Says the specification of SendDigits."""
    town.call(machine_detection="Enable", send_digits="1")
    town.advance(2)
    assert "AnsweredBy" not in town.site.asked("/voice")[0]


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"machine_detection": "Maybe"}, 21234),
        *(({"machine_detection_timeout": n}, 21234) for n in (2, 60)),
        *(({"machine_detection_speech_threshold": n}, 21234) for n in (999, 6001)),
        *(({"machine_detection_speech_end_threshold": n}, 21234) for n in (499, 5001)),
        *(({"machine_detection_silence_timeout": n}, 21234) for n in (1999, 10001)),
        ({"async_amd_status_callback": "nowhere"}, 21609),
        ({"async_amd_status_callback_method": "PUT"}, 21209),
        ({"recording_channels": "stereo"}, 20001),
        ({"recording_track": "left"}, 20001),
        ({"trim": "all"}, 20001),
        ({"recording_status_callback_event": ["started"]}, 20001),
        ({"recording_status_callback": "nowhere"}, 21609),
        ({"status_callback": "http://my_host/"}, 21609),
        ({"timeout": 601}, 21208),
        ({"time_limit": 0}, 21208),
        ({"send_digits": "x"}, 21206),
        ({"send_digits": "1" * 33}, 21206),
        ({"method": "PUT"}, 21209),
    ],
)
def test_what_makes_no_sense_is_refused(town, options, code):
    with pytest.raises(TwilioRestException) as refused:
        town.call(**options)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert town.client.calls.list() == []


@pytest.mark.parametrize(
    "options",
    [
        {"machine_detection": "Enable", "machine_detection_timeout": 3},
        {"machine_detection": "DetectMessageEnd", "machine_detection_timeout": 59},
        {"machine_detection_speech_threshold": 6000},
        {"recording_status_callback_event": ["in-progress completed", "absent"]},
        {"timeout": 600, "time_limit": 86_400, "send_digits": "1" * 32},
    ],
)
def test_what_is_just_right_is_taken(town, options):
    assert town.call(**options).status == "queued"


def test_twiml_beside_a_url_is_left_out_with_a_warning(town):
    town.client.calls.create(
        to=ALICE, from_=SHOP, url=town.url + "/voice", twiml="<Response><Say>No</Say></Response>"
    )
    assert town.alerts() == [32019]
    town.advance(2)
    assert town.transcript()[-1] == ("Say", "Here we are.")


def test_four_thousand_characters_and_no_more(town):
    fits = "<Response><Say>" + "a" * (4000 - 32) + "</Say></Response>"
    assert len(fits) == 4000
    assert town.client.calls.create(to=ALICE, from_=SHOP, twiml=fits).status == "queued"
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls.create(to=ALICE, from_=SHOP, twiml=fits + " ")
    assert refused.value.code == 32018


# -- what is shown, and what means nothing here -------------------------------------------------


def test_the_reason_and_the_caller_are_shown_and_what_is_idle_is_noted(town):
    call = town.call(
        to="sip:bob@example.com",
        caller_id="+14155550123",
        call_reason="Your order",
        call_token="token",
        byoc="BY" + "0" * 32,
        sip_auth_username="me",
        sip_auth_password="not for anyone",
        client_notification_url=town.url + "/push",
    )
    town.advance(0)
    events = town.events(call_sid=call.sid)
    [ringing] = [e["data"] for e in events if e["data"].get("status") == "ringing"]
    assert (ringing["reason"], ringing["caller_id"]) == ("Your order", "+14155550123")
    assert [note.split()[0] for note in ringing["notes"]] == [
        *("Byoc", "CallToken", "ClientNotificationUrl", "SipAuthUsername"),
    ]
    assert "not for anyone" not in str(town.events())
    live = town.sandbox.engine.calls[call.sid]
    assert "not for anyone" not in repr(live.call)


@pytest.mark.parametrize("to", ["client:alice", "sip:bob@example.com"])
def test_clients_and_sip_addresses_are_called_as_numbers_are(town, to):
    call = town.call(to=to, machine_detection="Enable", status_callback=town.url + "/status")
    town.advance(8)
    assert town.site.asked("/voice")[0]["AnsweredBy"] == "human"
    assert town.site.asked("/voice")[0]["To"] == to
    town.phone(to, "hangup")
    assert (ending(town)["CallStatus"], ending(town)["To"]) == ("completed", to)
    assert [c.sid for c in town.client.calls.list(to=to)] == [call.sid]
