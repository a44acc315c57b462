"""Calls, as the official client, a web site and the handsets see them."""

import io
import struct
import wave

import pytest
from twilio.request_validator import RequestValidator

from helpers.resources.recording import Recording
from tests.sandbox.town import ALICE, BOB, SHOP, Town, twiml

HELLO = twiml("<Say>Hello world.</Say>")


@pytest.fixture
def town():
    with Town(verified=(ALICE, BOB)) as town:
        yield town


# -- an outgoing call -------------------------------------------------------------------------


def test_the_guides_call(town):
    call = town.call(None, url="http://twimlets.com/message?Message=Hello%20world.")
    assert call.status == "queued"
    town.advance(0)
    assert town.status(call) == "ringing"
    town.advance(2)
    assert town.status(call) == "in-progress"
    assert town.transcript() == [("answer", ""), ("Say", "Hello world.")]
    town.advance(0.8)
    done = town.client.calls(call.sid).fetch()
    assert (done.status, done.duration, done.direction) == ("completed", "1", "outbound-api")
    assert done.end_time is not None


def test_a_call_is_as_long_as_what_is_said(town):
    call = town.call("<Say>one two three four five</Say><Pause length='3'/>")
    town.advance(2 + 5)
    assert town.client.calls(call.sid).fetch().duration == "5"
    assert town.times() == [(0.0, "answer"), (0.0, "Say"), (2.0, "Pause")]


def test_the_document_is_asked_for_signed_and_with_the_standard_parameters(town):
    town.site.pages["/voice"] = HELLO
    call = town.call()
    town.advance(2)
    [(path, params, headers)] = town.site.requests
    assert path == "/voice"
    assert params["CallSid"] == call.sid
    assert params["CallStatus"] == "in-progress"
    assert params["Direction"] == "outbound-api"
    assert (params["From"], params["To"]) == (SHOP, ALICE)
    assert (params["Caller"], params["Called"]) == (SHOP, ALICE)
    assert params["ApiVersion"] == "2010-04-01"
    validator = RequestValidator(town.sandbox.auth_token)
    assert validator.validate(town.url + "/voice", params, headers["x-twilio-signature"])


def test_status_callbacks_come_in_order_and_signed(town):
    town.site.pages |= {"/voice": HELLO, "/status": twiml("")}
    town.call(
        status_callback=town.url + "/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    town.advance(10)
    told = town.site.asked("/status")
    assert [t["CallStatus"] for t in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [t["SequenceNumber"] for t in told] == ["0", "1", "2", "3"]
    assert told[0]["CallbackSource"] == "call-progress-events"
    assert told[0]["Timestamp"] == "Mon, 05 Jan 2026 09:00:00 +0000"
    assert told[3]["CallDuration"] == "1"
    validator = RequestValidator(town.sandbox.auth_token)
    for path, params, headers in town.site.requests:
        assert validator.validate(town.url + path, params, headers["x-twilio-signature"])


def test_without_events_only_the_end_is_told(town):
    town.site.pages |= {"/voice": HELLO, "/status": twiml("")}
    town.call(status_callback=town.url + "/status")
    town.advance(10)
    assert [t["CallStatus"] for t in town.site.asked("/status")] == ["completed"]


def test_a_wrong_event_name_means_no_callbacks_at_all(town):
    town.site.pages["/voice"] = HELLO
    town.call(status_callback=town.url + "/status", status_callback_event=["anwsered"])
    town.advance(10)
    assert town.site.asked("/status") == []
    assert town.alerts() == [21626]


@pytest.mark.parametrize(
    ("mode", "status", "seconds"),
    [
        ("auto", "completed", 10),
        ("busy", "busy", 0),
        ("decline", "busy", 2),
        ("no-answer", "no-answer", 60),
        ("off", "no-answer", 60),
    ],
)
def test_how_a_handset_meets_a_call(town, mode, status, seconds):
    town.phone(ALICE, Mode=mode)
    call = town.call("<Say>hi</Say>")
    town.advance(seconds)
    assert town.status(call) == status


def test_a_person_answers_in_their_own_time(town):
    town.phone(ALICE, Mode="manual")
    call = town.call("<Say>at last</Say>")
    town.advance(20)
    assert town.status(call) == "ringing"
    assert town.phone(ALICE, "answer")["calls"][0]["status"] == "in-progress"
    assert town.transcript() == [("answer", ""), ("Say", "at last")]


def test_a_person_declines(town):
    town.phone(ALICE, Mode="manual")
    call = town.call("<Say>hi</Say>")
    town.advance(1)
    town.phone(ALICE, "decline")
    assert town.status(call) == "busy"
    assert town.transcript() == [("decline", "")]


def test_a_person_hangs_up(town):
    call = town.call("<Pause length='100'/>")
    town.advance(12)
    town.phone(ALICE, "hangup")
    done = town.client.calls(call.sid).fetch()
    assert (done.status, done.duration) == ("completed", "10")


def test_acting_on_a_call_that_is_not_there_is_a_conflict(town):
    for act in ("answer", "decline", "hangup"):
        reply = town.control("POST", f"/phones/{ALICE}/{act}")
        assert reply.status_code == 409
        assert ALICE in reply.json()["message"]


def test_a_handset_in_a_call_is_busy_to_a_second(town):
    town.call("<Pause length='100'/>")
    town.advance(5)
    second = town.call("<Say>me too</Say>")
    town.advance(0)
    assert town.status(second) == "busy"


def test_the_timeout_of_a_call_is_how_long_it_rings(town):
    town.phone(ALICE, Mode="manual")
    call = town.call("<Say>hi</Say>", timeout=7)
    town.advance(6.9)
    assert town.status(call) == "ringing"
    town.advance(0.1)
    assert town.status(call) == "no-answer"


def test_the_api_cancels_a_ringing_call_and_completes_a_running_one(town):
    town.phone(ALICE, Mode="manual")
    ringing = town.call("<Say>hi</Say>")
    town.advance(1)
    assert town.client.calls(ringing.sid).update(status="canceled").status == "canceled"
    town.phone(ALICE, Mode="auto")
    running = town.call("<Pause length='100'/>")
    town.advance(5)
    assert town.client.calls(running.sid).update(status="completed").status == "completed"


def test_a_call_cancelled_in_the_queue_tells_nobody(town):
    call = town.call("<Say>hi</Say>", status_callback=town.url + "/status")
    town.client.calls(call.sid).update(status="canceled")
    town.advance(10)
    assert town.status(call) == "canceled"
    assert town.site.requests == []


def test_the_api_gives_a_running_call_other_instructions(town):
    town.site.pages["/other"] = twiml("<Say>something else</Say>")
    call = town.call("<Pause length='100'/><Say>never</Say>")
    town.advance(5)
    town.client.calls(call.sid).update(url=town.url + "/other")
    assert town.transcript() == [("answer", ""), ("Pause", "100"), ("Say", "something else")]


def test_send_digits_are_played_first(town):
    town.call("<Say>hi</Say>", send_digits="ww1")
    town.advance(2)
    sent = ("notice", "The call sends the keys ww1.")
    assert town.transcript() == [("answer", ""), sent]
    town.advance(1)
    assert town.transcript() == [("answer", ""), sent, ("Say", "hi")]


# -- gather -----------------------------------------------------------------------------------


def menu(action="/menu"):
    return f'<Gather numDigits="1" action="{action}"><Say>press one</Say></Gather><Say>bye</Say>'


def test_a_key_goes_to_the_action(town):
    town.site.pages |= {"/voice": twiml(menu()), "/menu": twiml("<Say>thanks</Say>")}
    town.call()
    town.advance(2.2)
    town.phone(ALICE, "press", Digits="1")
    assert town.site.asked("/menu")[0]["Digits"] == "1"
    assert town.transcript() == [
        ("answer", ""),
        ("Gather", ""),
        ("Say", "press one"),
        ("press", "1"),
        ("Say", "thanks"),
    ]


def test_keys_said_beforehand_are_kept_for_the_gather(town):
    town.site.pages |= {"/voice": twiml(menu()), "/menu": twiml("<Say>thanks</Say>")}
    town.phone(ALICE, "press", Digits="1")
    town.call()
    town.advance(10)
    assert town.site.asked("/menu")[0]["Digits"] == "1"


def test_no_key_means_the_next_verb(town):
    town.site.pages["/voice"] = twiml(menu())
    town.call()
    town.advance(2 + 0.8 + 5)
    assert town.transcript()[-1] == ("Say", "bye")
    assert town.site.asked("/menu") == []


def test_the_timeout_restarts_with_each_key(town):
    town.site.pages |= {"/voice": twiml('<Gather action="/m" timeout="5"/>'), "/m": twiml("")}
    town.call()
    town.advance(2)
    for key in "12":
        town.advance(4)
        town.phone(ALICE, "press", Digits=key)
    town.advance(5)
    assert town.site.asked("/m")[0]["Digits"] == "12"


def test_the_finishing_key_is_not_part_of_the_digits(town):
    town.site.pages |= {"/voice": twiml('<Gather action="/m"/>'), "/m": twiml("")}
    town.call()
    town.advance(2)
    town.phone(ALICE, "press", Digits="12#")
    asked = town.site.asked("/m")[0]
    assert asked["Digits"] == "12"


def test_words_are_heard_by_a_gather_for_speech(town):
    town.site.pages |= {"/voice": twiml('<Gather input="speech" action="/m"/>'), "/m": twiml("")}
    town.call()
    town.advance(2)
    town.phone(ALICE, "speak", Speech="two pizzas please")
    town.advance(30)
    assert town.site.asked("/m")[0]["SpeechResult"] == "two pizzas please"


def test_keys_are_forgotten_at_hang_up(town):
    town.call("<Pause length='5'/>")
    town.advance(3)
    town.phone(ALICE, "press", Digits="9")
    town.advance(10)
    town.site.pages |= {"/voice": twiml(menu()), "/menu": twiml("")}
    town.call()
    town.advance(20)
    assert town.site.asked("/menu") == []


# -- record -----------------------------------------------------------------------------------


def test_a_recording_can_be_fetched_and_is_as_long_as_what_was_said(town):
    town.site.pages |= {"/voice": twiml('<Record action="/done"/>'), "/done": twiml("")}
    town.call()
    town.advance(2)
    town.phone(ALICE, "speak", Speech="one two three four five")
    town.advance(3)
    town.phone(ALICE, "press", Digits="#")
    asked = town.site.asked("/done")[0]
    assert (asked["RecordingDuration"], asked["Digits"]) == ("2", "#")
    sound = town.http.get(asked["RecordingUrl"] + ".wav", auth=town.auth, timeout=10)
    assert sound.status_code == 200
    assert sound.content[:4] == b"RIFF"
    assert town.http.get(asked["RecordingUrl"], timeout=10).status_code == 401
    [recording] = town.client.recordings.list()
    assert (recording.sid, recording.source) == (asked["RecordingSid"], "RecordVerb")


def test_a_hang_up_ends_a_recording_and_its_action_is_still_asked(town):
    town.site.pages |= {"/voice": twiml('<Record action="/done"/>'), "/done": twiml("")}
    call = town.call()
    town.advance(2)
    town.phone(ALICE, "speak", Speech="bye now")
    town.advance(1)
    town.phone(ALICE, "hangup")
    town.advance(1)
    asked = town.site.asked("/done")
    assert [(a["Digits"], a["CallStatus"]) for a in asked] == [("hangup", "completed")]
    assert town.status(call) == "completed"


def test_silence_is_no_recording(town):
    town.site.pages |= {
        "/voice": twiml('<Record action="/done" timeout="3"/><Say>nothing heard</Say>'),
        "/done": twiml(""),
    }
    town.call()
    town.advance(2 + 3)
    assert town.site.asked("/done") == []
    assert town.transcript()[-1] == ("Say", "nothing heard")


# -- dial -------------------------------------------------------------------------------------


def test_dial_connects_two_handsets_until_one_hangs_up(town):
    town.site.pages |= {"/voice": twiml(f'<Dial action="/after">{BOB}</Dial>'), "/after": twiml("")}
    parent = town.call()
    town.advance(2)
    town.advance(2)
    child = town.client.calls.list(parent_call_sid=parent.sid)[0]
    assert (child.status, child.direction, child.to) == ("in-progress", "outbound-dial", BOB)
    town.advance(7)
    town.phone(BOB, "hangup")
    town.advance(0)
    after = town.site.asked("/after")[0]
    assert after["DialCallStatus"] == "completed"
    assert after["DialCallSid"] == child.sid
    assert after["DialCallDuration"] == "7"
    assert town.status(parent) == "completed"


@pytest.mark.parametrize(("mode", "status"), [("busy", "busy"), ("no-answer", "no-answer")])
def test_dial_says_why_nobody_answered(town, mode, status):
    town.phone(BOB, Mode=mode)
    town.site.pages |= {"/voice": twiml(f'<Dial action="/after">{BOB}</Dial>'), "/after": twiml("")}
    town.call()
    town.advance(40)
    assert town.site.asked("/after")[0]["DialCallStatus"] == status


def test_dial_without_an_action_goes_on_with_the_next_verb(town):
    town.phone(BOB, Mode="busy")
    town.call(f"<Dial>{BOB}</Dial><Say>never mind</Say>")
    town.advance(5)
    assert town.transcript()[-1] == ("Say", "never mind")


def test_the_first_to_answer_wins(town):
    carol = "+14155550102"
    town.phone(BOB, Mode="manual")
    town.phone(carol, Mode="manual")
    parent = town.call(f"<Dial><Number>{BOB}</Number><Number>{carol}</Number></Dial>")
    town.advance(5)
    town.phone(carol, "answer")
    town.advance(1)
    legs = {leg.to: leg.status for leg in town.client.calls.list(parent_call_sid=parent.sid)}
    assert legs == {BOB: "canceled", carol: "in-progress"}


def test_a_whisper_is_heard_by_the_called_side_only(town):
    town.site.pages["/whisper"] = twiml("<Say>a call from the shop</Say>")
    town.call(f'<Dial><Number url="{town.url}/whisper">{BOB}</Number></Dial>')
    town.advance(10)
    assert ("Say", "a call from the shop") in town.transcript(BOB)
    assert ("Say", "a call from the shop") not in town.transcript(ALICE)


def test_the_caller_hangs_up_and_the_other_side_is_free(town):
    town.call(f"<Dial>{BOB}</Dial>")
    town.advance(10)
    town.phone(ALICE, "hangup")
    town.advance(0)
    assert town.phone(BOB)["calls"][-1]["status"] == "completed"


# -- in the other direction -------------------------------------------------------------------


def own(town, **fields):
    [number] = town.client.incoming_phone_numbers.list(phone_number=SHOP)
    number.update(**fields)


def test_an_inbound_call_asks_the_numbers_voice_url(town):
    town.site.pages["/voice"] = twiml("<Say>welcome</Say>")
    own(town, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(0)
    assert town.site.asked("/voice")[0]["CallStatus"] == "ringing"
    assert town.transcript() == [("Say", "welcome")]
    town.advance(1)
    call = town.client.calls(sid).fetch()
    assert (call.direction, call.status, call._from) == ("inbound", "completed", ALICE)


@pytest.mark.parametrize(("reason", "status"), [("rejected", "no-answer"), ("busy", "busy")])
def test_reject_never_answers(town, reason, status):
    town.site.pages["/voice"] = twiml(f'<Reject reason="{reason}"/>')
    own(town, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(1)
    call = town.client.calls(sid).fetch()
    assert (call.status, call.duration) == (status, "0")


def test_a_pause_first_answers_afterwards(town):
    town.site.pages["/voice"] = twiml("<Pause length='3'/><Say>hi</Say>")
    own(town, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(2)
    assert town.client.calls(sid).fetch().status == "ringing"
    town.advance(1)
    assert town.client.calls(sid).fetch().status == "in-progress"


def test_a_number_nobody_owns_cannot_be_called(town):
    reply = town.control("POST", f"/phones/{ALICE}/call", To=BOB)
    assert reply.status_code == 404


def test_a_call_between_two_owned_numbers_has_two_legs():
    with Town(numbers=(SHOP, "+15005550009")) as town:
        town.site.pages |= {
            "/out": twiml("<Pause length='2'/>"),
            "/in": twiml("<Say>hi</Say><Pause length='9'/>"),
        }
        [number] = town.client.incoming_phone_numbers.list(phone_number="+15005550009")
        number.update(voice_url=town.url + "/in")
        out = town.call(to="+15005550009", url=town.url + "/out")
        town.advance(20)
        legs = {c.direction: c.status for c in town.client.calls.list()}
        assert legs == {"outbound-api": "completed", "inbound": "completed"}
        assert town.client.calls(out.sid).fetch().duration == "2"


def test_sms_in_a_call_sends_a_text(town):
    town.call("<Sms>see you at noon</Sms><Say>done</Say>")
    town.advance(10)
    assert [m["body"] for m in town.phone(ALICE)["inbox"]] == ["see you at noon"]


# -- what goes wrong --------------------------------------------------------------------------


def test_a_broken_document_goes_to_the_fallback_with_its_code(town):
    town.site.pages |= {"/voice": "<Response><Say>", "/fallback": twiml("<Say>sorry</Say>")}
    town.call(fallback_url=town.url + "/fallback")
    town.advance(3)
    asked = town.site.asked("/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("12100", town.url + "/voice")
    assert town.transcript()[-1] == ("Say", "sorry")
    assert town.alerts() == [12100]


def test_a_failing_site_without_fallback_apologises_and_hangs_up(town):
    call = town.call(url=town.url + "/nowhere")
    town.advance(20)
    assert town.alerts() == [11200]
    assert "application error" in town.transcript()[-1][1]
    assert town.status(call) == "completed"
    [notification] = town.client.notifications.list()
    assert (notification.error_code, notification.call_sid) == ("11200", call.sid)


def test_documents_that_lead_in_a_circle_end_after_a_hundred(town):
    town.site.pages["/voice"] = twiml("<Redirect>/voice</Redirect>")
    call = town.call()
    town.advance(20)
    assert len(town.site.asked("/voice")) == 100
    assert town.status(call) == "completed"


def test_another_machine_is_not_asked_and_the_alert_says_how_to_allow_it(town):
    town.call(url="http://example.com/voice")
    town.advance(5)
    alert = next(e for e in town.events() if e["type"] == "alert")
    assert alert["data"]["code"] == 11205
    assert "--allow-host example.com" in alert["data"]["text"]


def test_a_trial_may_only_dial_verified_numbers():
    with Town(type="trial") as town:
        town.site.pages |= {"/voice": twiml(f'<Dial action="/a">{BOB}</Dial>'), "/a": twiml("")}
        town.call()
        town.advance(5)
        assert town.site.asked("/a")[0]["DialCallStatus"] == "failed"
        assert 21219 in town.alerts()
        assert town.transcript()[1][0] == "notice"


# -- verification -----------------------------------------------------------------------------


def test_the_validation_call_wants_its_six_digits(town):
    number = "+14155550177"
    request = town.client.validation_requests.create(
        phone_number=number, friendly_name="My desk", status_callback=town.url + "/verified"
    )
    town.phone(number, "press", Digits=request.validation_code)
    town.advance(30)
    [caller_id] = town.client.outgoing_caller_ids.list(phone_number=number)
    assert caller_id.friendly_name == "My desk"
    told = town.site.asked("/verified")[-1]
    assert (told["VerificationStatus"], told["OutgoingCallerIdSid"]) == ("success", caller_id.sid)


def test_a_wrong_code_verifies_nothing(town):
    number = "+14155550178"
    request = town.client.validation_requests.create(
        phone_number=number, status_callback=town.url + "/verified"
    )
    wrong = "000000" if request.validation_code != "000000" else "111111"
    town.phone(number, "press", Digits=wrong)
    town.advance(120)
    assert town.client.outgoing_caller_ids.list(phone_number=number) == []
    assert town.site.asked("/verified")[-1]["VerificationStatus"] == "failed"


# -- dial, in detail --------------------------------------------------------------------------

CAROL, LINE = "+14155550102", "+15005550009"
LONG = "<Pause length='100'/>"


def test_a_second_dial_is_not_confused_by_the_first(town):
    town.phone(BOB, Mode="no-answer")
    action = f'<Dial action="/after">{CAROL}</Dial>'
    town.site.pages |= {
        "/voice": twiml(f'<Dial timeout="5">{BOB}</Dial>{action}'),
        "/after": twiml(""),
    }
    town.call()
    town.advance(2 + 5 + 2 + 3)
    town.phone(CAROL, "hangup")
    town.advance(0)
    assert town.site.asked("/after")[0]["DialCallStatus"] == "completed"


def test_one_after_the_other(town):
    town.phone(BOB, Mode="decline")
    dial = f'<Dial sequential="true"><Number>{BOB}</Number><Number>{CAROL}</Number></Dial>'
    parent = town.call(dial)
    town.advance(2 + 2 + 2)
    legs = [(c.to, c.status) for c in town.client.calls.list(parent_call_sid=parent.sid)]
    assert legs == [(CAROL, "in-progress"), (BOB, "busy")]


def test_a_star_ends_a_dial_that_allows_it(town):
    town.call(f'<Dial hangupOnStar="true">{BOB}</Dial><Say>back</Say>')
    town.advance(6)
    town.phone(ALICE, "press", Digits="1*7")
    assert town.transcript()[-1] == ("Say", "back")
    assert town.phone(BOB)["calls"][-1]["status"] == "completed"


def test_the_limit_of_a_dial_ends_it(town):
    town.site.pages |= {
        "/voice": twiml(f'<Dial timeLimit="7" action="/after">{BOB}</Dial>'),
        "/after": twiml(""),
    }
    town.call()
    town.advance(2 + 2 + 7)
    assert town.site.asked("/after")[0]["DialCallDuration"] == "7"


def test_a_dial_is_recorded_with_what_both_sides_say(town):
    town.site.pages |= {
        "/voice": twiml(f'<Dial record="record-from-answer-dual" action="/after">{BOB}</Dial>'),
        "/after": twiml(""),
    }
    town.call()
    town.advance(4)
    town.phone(ALICE, "speak", Speech="how are you")
    town.advance(2)
    town.phone(BOB, "speak", Speech="fine")
    town.advance(2)
    town.phone(BOB, "hangup")
    [recording] = town.client.recordings.list()
    told = town.site.asked("/after")[0]
    assert told["RecordingUrl"].endswith(recording.sid)
    assert (recording.source, recording.channels, recording.duration) == ("DialVerb", 2, "4")
    [kept] = town.sandbox.store.find(Recording, None)
    heard = [(told["at"], told["track"], told["text"]) for told in kept.sounds]
    assert heard == [(0.0, "inbound", "how are you"), (2.0, "outbound", "fine")]


def test_words_of_a_dial_are_not_kept_for_a_later_recording(town):
    town.site.pages |= {
        "/voice": twiml(f'<Dial>{BOB}</Dial><Record action="/done" timeout="2"/><Say>none</Say>'),
        "/done": twiml(""),
    }
    town.call()
    town.advance(4)
    town.phone(ALICE, "speak", Speech="hello bob")
    town.advance(1)
    town.phone(BOB, "hangup")
    town.advance(3)
    assert town.site.asked("/done") == []
    assert town.transcript()[-1] == ("Say", "none")


def test_a_caller_who_leaves_while_it_rings_ends_it_all(town):
    town.phone(BOB, Mode="manual")
    town.site.pages |= {
        "/voice": twiml(f'<Dial action="/after">{BOB}</Dial>'),
        "/after": twiml(LONG),
    }
    town.call()
    town.advance(5)
    town.phone(ALICE, "hangup")
    town.advance(1)
    [told] = town.site.asked("/after")
    assert (told["DialCallStatus"], told["CallStatus"]) == ("canceled", "completed")
    assert town.phone(BOB)["calls"][-1]["status"] == "canceled"


def test_answer_on_bridge_leaves_the_caller_ringing(town):
    town.phone(BOB, Mode="manual")
    town.site.pages["/voice"] = twiml(f'<Dial answerOnBridge="true">{BOB}</Dial>')
    own(town, voice_url=town.url + "/voice")
    sid = town.phone(ALICE, "call", To=SHOP)["sid"]
    town.advance(5)
    assert town.client.calls(sid).fetch().status == "ringing"
    town.phone(BOB, "answer")
    assert town.client.calls(sid).fetch().status == "in-progress"


def test_a_called_side_that_hangs_up_in_its_own_document_is_not_joined(town):
    town.site.pages |= {
        "/voice": twiml(f'<Dial action="/after"><Number url="/own">{BOB}</Number></Dial>'),
        "/own": twiml("<Hangup/>"),
        "/after": twiml(""),
    }
    town.call()
    town.advance(5)
    [told] = town.site.asked("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")


def test_progress_of_a_leg_goes_to_its_own_callback(town):
    events = "initiated ringing answered completed"
    number = f'<Number statusCallback="/leg" statusCallbackEvent="{events}">{BOB}</Number>'
    town.site.pages |= {"/voice": twiml(f"<Dial>{number}</Dial>"), "/leg": twiml("")}
    call = town.call()
    town.advance(5)
    town.phone(BOB, "hangup")
    told = town.site.asked("/leg")
    assert [t["CallStatus"] for t in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {t["ParentCallSid"] for t in told} == {call.sid}
    assert told[-1]["CallDuration"] == "1"


@pytest.fixture
def lines():
    """A town with two numbers of its own."""
    with Town(verified=(ALICE, BOB), numbers=(SHOP, LINE)) as town:
        yield town


def settle(town, number, **fields):
    [row] = town.client.incoming_phone_numbers.list(phone_number=number)
    row.update(**fields)


def test_keys_and_words_go_through_a_dial_to_a_number_of_ones_own(lines):
    town = lines
    ask = '<Gather numDigits="1" action="/key"/>'
    town.site.pages |= {
        "/voice": twiml(f"<Dial>{LINE}</Dial>"),
        "/line": twiml(ask),
        "/key": twiml('<Record action="/done" timeout="1"/>'),
        "/done": twiml(""),
    }
    settle(town, SHOP, voice_url=town.url + "/voice")
    settle(town, LINE, voice_url=town.url + "/line")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(2)
    town.phone(ALICE, "press", Digits="4")
    town.advance(0)
    town.phone(ALICE, "speak", Speech="one two three")
    town.advance(3)
    assert town.site.asked("/key")[0]["Digits"] == "4"
    assert town.site.asked("/done")[0]["RecordingDuration"] == "2"
    assert [c.status for c in town.client.calls.list()] == ["completed"] * 3


def test_two_lines_do_not_hear_each_others_keys(lines):
    town = lines
    town.site.pages |= {"/line": twiml('<Gather numDigits="2" action="/key"/>'), "/key": twiml("")}
    settle(town, LINE, voice_url=town.url + "/line")
    for key in "12":
        town.call(f"<Play digits='{key}'/>{LONG}", to=LINE)
    town.advance(20)
    assert [asked["Digits"] for asked in town.site.asked("/key")] == ["1", "2"]


def test_numbers_that_forward_in_a_circle_come_to_an_end(lines):
    town = lines
    settle(town, SHOP, voice_url=f"http://twimlets.com/echo?Twiml={dial(LINE)}")
    settle(town, LINE, voice_url=f"http://twimlets.com/echo?Twiml={dial(SHOP)}")
    town.phone(ALICE, "call", To=SHOP)
    town.advance(600)
    assert {c.status for c in town.client.calls.list()} <= {"completed", "failed", "no-answer"}
    assert len(town.client.calls.list()) < 30
    assert 13224 in town.alerts()


def dial(number):
    return f"%3CResponse%3E%3CDial%3E%2B{number[1:]}%3C/Dial%3E%3C/Response%3E"


def test_a_number_that_calls_itself_is_two_legs(town):
    town.site.pages["/in"] = twiml("<Say>hello myself</Say>")
    own(town, voice_url=town.url + "/in")
    town.call(LONG, to=SHOP)
    town.advance(5)
    legs = {c.direction: c.status for c in town.client.calls.list()}
    assert legs == {"outbound-api": "completed", "inbound": "completed"}


def test_a_rejecting_number_says_so_to_its_caller(lines):
    town = lines
    town.site.pages["/line"] = twiml('<Reject reason="busy"/>')
    settle(town, LINE, voice_url=town.url + "/line")
    call = town.call(LONG, to=LINE)
    town.advance(1)
    assert town.status(call) == "busy"


# -- the API steps in -------------------------------------------------------------------------

BUSY_WITH = {
    "Say": "<Say>" + "word " * 99 + "</Say>",
    "Gather": '<Gather timeout="60"/>',
    "Record": '<Record timeout="60"/>',
    "Dial": f"<Dial>{BOB}</Dial>",
    "ringing Dial": f"<Dial>{CAROL}</Dial>",
    "Play": f'<Play digits="{"w" * 99}"/>',
}


@pytest.mark.parametrize("verb", BUSY_WITH)
def test_other_instructions_replace_whatever_runs(town, verb):
    town.phone(CAROL, Mode="manual")
    call = town.call(BUSY_WITH[verb] + "<Say>never</Say>")
    town.advance(6)
    town.client.calls(call.sid).update(twiml="<Response><Say>new</Say></Response>")
    town.advance(1)
    assert town.transcript()[-1] == ("Say", "new")
    assert town.status(call) == "completed"
    assert {c.status for c in town.client.calls.list()} <= {"completed", "canceled"}


@pytest.mark.parametrize("verb", BUSY_WITH)
def test_the_api_ends_whatever_runs(town, verb):
    town.phone(CAROL, Mode="manual")
    town.site.pages["/status"] = twiml("")
    call = town.call(BUSY_WITH[verb] + "<Say>never</Say>", status_callback=town.url + "/status")
    town.advance(6)
    done = town.client.calls(call.sid).update(status="completed")
    assert (done.status, done.duration) == ("completed", "4")
    town.advance(5)
    assert [t["CallStatus"] for t in town.site.asked("/status")] == ["completed"]
    assert ("Say", "never") not in town.transcript()
    assert {c.status for c in town.client.calls.list()} <= {"completed", "canceled"}


def test_other_instructions_come_while_tones_are_sent(town):
    call = town.call("<Say>never</Say>", send_digits="wwwwwwww")
    town.advance(3)
    town.client.calls(call.sid).update(twiml="<Response><Say>new</Say></Response>")
    assert [verb for verb, _ in town.transcript()] == ["answer", "notice", "Say"]


def test_a_leg_that_is_sent_elsewhere_leaves_its_dial(town):
    parent = town.call(f"<Dial>{BOB}</Dial><Say>alone again</Say>{LONG}")
    town.advance(5)
    [leg] = town.client.calls.list(parent_call_sid=parent.sid)
    town.client.calls(leg.sid).update(twiml=f"<Response><Say>over here</Say>{LONG}</Response>")
    town.advance(1)
    assert town.transcript(BOB)[-2:] == [("Say", "over here"), ("Pause", "100")]
    assert town.transcript()[-2:] == [("Say", "alone again"), ("Pause", "100")]
    assert town.status(leg) == "in-progress"


def test_what_is_changed_of_a_running_call_counts_at_once(town):
    town.site.pages |= {"/late": twiml(""), "/early": twiml("")}
    call = town.call(LONG, status_callback=town.url + "/early")
    town.advance(5)
    town.client.calls(call.sid).update(status_callback=town.url + "/late", time_limit=20)
    town.advance(2 + 20)
    assert town.client.calls(call.sid).fetch().duration == "20"
    assert (len(town.site.asked("/late")), town.site.asked("/early")) == (1, [])


# -- record, in detail ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "acts", "digits", "duration"),
    [
        ('maxLength="3"', [(1, "speak", "one two three four five six seven eight")], "", "2"),
        ('maxLength="3" trim="do-not-trim"', [(0, "speak", "one")], "", "3"),
        ('timeout="0"', [(1, "speak", "one"), (60, "press", "5")], "5", "1"),
        ('timeout="0" trim="do-not-trim"', [(60, "press", "*")], "*", "60"),
        ('finishOnKey="9" timeout="2"', [(0, "press", "#"), (1, "speak", "one two")], "", "1"),
        ('finishOnKey="" trim="do-not-trim"', [(0, "speak", "one"), (1, "press", "#")], "", "6"),
        ('playBeep="false"', [(2, "speak", "one two three"), (4, "press", "1")], "1", "2"),
        ('timeout="5"', [(4, "press", "0")], "0", "4"),
    ],
)
def test_how_long_a_recording_is(town, attributes, acts, digits, duration):
    town.site.pages |= {
        "/voice": twiml(f'<Record action="/done" {attributes}/>'),
        "/done": twiml(""),
    }
    town.call()
    town.advance(2)
    for seconds, act, what in acts:
        town.advance(seconds)
        town.phone(ALICE, act, **{"Digits" if act == "press" else "Speech": what})
    town.advance(9)
    [told] = town.site.asked("/done")
    assert (told["Digits"], told["RecordingDuration"]) == (digits, duration)
    sound = town.http.get(told["RecordingUrl"] + ".wav", auth=town.auth, timeout=10).content
    with wave.open(io.BytesIO(sound)) as file:
        assert file.getnframes() / file.getframerate() == float(duration)


def test_who_asks_is_told_of_each_state_of_a_recording(town):
    record = (
        '<Record action="/done" recordingStatusCallback="/state" '
        'recordingStatusCallbackEvent="in-progress completed absent"/>'
    )
    town.site.pages |= {"/voice": twiml(record), "/done": twiml(""), "/state": twiml("")}
    town.call()
    town.advance(2)
    town.phone(ALICE, "speak", Speech="hi")
    town.advance(9)
    told = town.site.asked("/state")
    assert [t["RecordingStatus"] for t in told] == ["in-progress", "completed"]
    assert (told[1]["RecordingSource"], told[1]["RecordingDuration"]) == ("RecordVerb", "1")


def test_a_call_made_to_be_recorded_says_so_at_its_end(town):
    town.site.pages["/status"] = twiml("")
    town.call(
        "<Say>one two three four five</Say>",
        record=True,
        status_callback=town.url + "/status",
        recording_status_callback=town.url + "/recorded",
        recording_status_callback_event=["in-progress", "completed"],
    )
    town.advance(9)
    [told] = town.site.asked("/status")
    [recording] = town.client.recordings.list()
    assert (told["RecordingSid"], told["RecordingDuration"]) == (recording.sid, "2")
    states = [t["RecordingStatus"] for t in town.site.asked("/recorded")]
    assert states == ["in-progress", "completed"]


def test_the_api_records_a_running_call_and_stops(town):
    town.site.pages["/recorded"] = twiml("")
    call = town.call(LONG)
    town.advance(5)
    recordings = town.client.calls(call.sid).recordings
    made = recordings.create(recording_status_callback=town.url + "/recorded")
    town.advance(4)
    recordings(made.sid).update(status="stopped")
    done = recordings(made.sid).fetch()
    assert (done.status, done.duration, done.source) == ("completed", "4", "StartCallRecordingAPI")
    assert town.site.asked("/recorded")[0]["RecordingSid"] == made.sid


# -- sounds -----------------------------------------------------------------------------------


def tone(seconds, coding=1):
    """A WAV file; *coding* 7 is what telephones use, and the standard library cannot read."""
    rate = 8000 * (2 if coding == 1 else 1)
    fmt = struct.pack("<HHIIHH", coding, 1, 8000, rate, 1, 16 if coding == 1 else 8)
    data = bytes(int(rate * seconds))
    chunks = (
        b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize(
    ("page", "seconds", "alerts"),
    [
        ((200, "audio/wav", tone(3)), 3.0, []),
        ((200, "audio/x-wav", tone(2.5, coding=7)), 2.5, []),
        ((200, "audio/mpeg", b"ID3 and so on"), 1.0, []),
        ((200, "audio/wav", tone(3)[:20]), 1.0, []),
        ((200, "text/html", "<p>no</p>"), 0.0, [13420]),
        ((404, "text/plain", "no"), 0.0, [11200]),
        ((200, "audio/wav", b"x" * 5_000_001), 0.0, [11751]),
    ],
)
def test_how_long_a_sound_plays(town, page, seconds, alerts):
    town.site.pages["/sound"] = page
    town.call(f"<Play>{town.url}/sound</Play><Say>next</Say>")
    town.advance(9)
    assert town.times()[-1] == (seconds, "Say")
    assert town.alerts() == alerts


def test_a_recording_is_played_back_at_its_length(town):
    town.site.pages |= {
        "/voice": twiml('<Record action="/done"/>'),
        "/done": lambda p: twiml(f"<Play>{p['RecordingUrl']}.wav</Play><Say>next</Say>"),
    }
    town.call()
    town.advance(2)
    town.phone(ALICE, "speak", Speech="one two three four five")
    town.advance(2)
    town.phone(ALICE, "press", Digits="#")
    town.advance(9)
    assert town.times()[-1] == (4.0, "Say")


def test_tones_take_the_time_of_their_waits(town):
    town.call('<Play digits="1w2WW"/><Say>next</Say>')
    town.advance(9)
    assert town.times()[-1] == (2.5, "Say")


# -- trials -----------------------------------------------------------------------------------


def test_a_trials_call_ends_after_ten_minutes_and_begins_with_a_notice():
    with Town(type="trial") as town:
        call = town.call("<Pause length='1000'/>")
        town.advance(2 + 600)
        assert town.client.calls(call.sid).fetch().duration == "600"
        assert town.alerts() == [13805]
        assert town.times() == [(0, "answer"), (0, "notice"), (0, "Pause")]


def test_an_sms_in_a_trials_call_keeps_the_trials_rules():
    with Town(type="trial") as town:
        town.call(f"<Sms>hi</Sms><Sms to='{BOB}'>hi</Sms><Say>done</Say>")
        town.advance(9)
        bodies = [text["body"] for text in town.phone(ALICE)["inbox"]]
        assert bodies == ["Sent from your Twilio trial account - hi"]
        assert town.phone(BOB)["inbox"] == []
        assert town.alerts() == [14111]
        assert town.transcript()[-1] == ("Say", "done")


def test_a_trial_dials_its_own_and_verified_numbers_only():
    other = ("AC" + "b" * 32, "token-of-the-other", "full")
    with Town(type="trial", accounts=(other,)) as town:
        url = f"{town.sandbox.url}/2010-04-01/Accounts/{other[0]}/IncomingPhoneNumbers.json"
        town.http.post(url, data={"PhoneNumber": LINE}, auth=other[:2], timeout=5)
        town.call(f"<Dial>{LINE}</Dial>")
        town.advance(9)
        assert town.alerts() == [21219]


def test_a_call_between_two_web_sites_is_the_same_story_every_time():
    """The number called has its turn first: it picked up."""
    pages = {
        "/in": twiml("<Redirect>/in2</Redirect>"),
        "/in2": twiml("<Say>Bye</Say><Pause length='5'/>"),
        "/voice": twiml("<Pause/><Redirect>/out2</Redirect>"),
        "/out2": twiml("<Say>Hello</Say>"),
    }
    stories = set()
    for _ in range(8):
        with Town(pages, numbers=(SHOP, "+15005550007")) as town:
            [number] = town.client.incoming_phone_numbers.list(phone_number="+15005550007")
            number.update(voice_url=town.url + "/in")
            town.call(to="+15005550007", status_callback=town.url + "/status")
            town.advance(30)
            stories.add(tuple((e["type"], e["call_sid"]) for e in town.events()))
            paths = [path for path, _, _ in town.site.requests]
    assert paths == ["/in", "/in2", "/voice", "/out2", "/status"]
    assert len(stories) == 1
