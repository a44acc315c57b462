"""The session: with nobody there, with a person there, in a classroom, and live."""

import asyncio
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from helpers import session as session_module
from helpers.errors import SettingsError, TwilioError, WaitError
from helpers.sandbox import Sandbox
from helpers.session import connect, current

HELLO = "http://twimlets.com/message?Message=Hello%20world."


@pytest.fixture
def nobody():
    session = connect(lesson="03")
    yield session
    session.close()


@pytest.fixture
def somebody(monkeypatch):
    monkeypatch.setenv("TWILIO_WATCHED", "yes")
    monkeypatch.setattr(session_module, "PATIENCE", 0.3)
    session = connect(lesson="03")
    yield session
    session.close()


def run(coroutine):
    return asyncio.run(coroutine)


def call(session, **instructions):
    instructions = instructions or {"url": HELLO}
    return session.client.calls.create(
        to=session.phone.number, from_=session.number, **instructions
    )


# -- nobody is there ---------------------------------------------------------------------------


def test_the_same_lesson_has_the_same_sids_and_times_every_time():
    stories = []
    for _ in range(2):
        session = connect(lesson="03")
        made = call(session)
        done = run(session.ended(made))
        stories.append((made.sid, done.status, str(done.end_time), str(session.phone)))
        session.close()
    assert stories[0] == stories[1]
    assert stories[0][1] == "completed"


def test_another_lesson_has_other_sids(nobody):
    mine = call(nobody).sid
    other = connect(lesson="04")
    assert call(other).sid != mine


def test_waits_turn_the_clock_and_the_handset_follows_its_plan(nobody):
    nobody.phone.plan(answer=True, press="1")
    menu = "<Response><Gather numDigits='1'><Say>Press one</Say></Gather></Response>"
    made = call(nobody, twiml=menu)
    answered = run(nobody.answered(nobody.phone))
    assert answered.sid == made.sid
    run(nobody.ended(made))
    assert ("press", "1") in [(e.verb, e.text) for e in nobody.phone.transcript]


def test_a_plan_is_followed_once(nobody):
    nobody.phone.plan(press="1")
    two = "<Response><Gather numDigits='1' action='http://twimlets.com/echo?Twiml={}'/></Response>"
    inner = "%3CResponse%3E%3CGather/%3E%3CSay%3Enot%20again%3C/Say%3E%3C/Response%3E"
    made = call(nobody, twiml=two.format(inner))
    run(nobody.answered(nobody.phone))
    run(nobody.hears("not again"))
    run(nobody.ended(made))


def test_what_is_heard_is_returned(nobody):
    call(nobody)
    entry = run(nobody.hears("hello world"))
    assert (entry.verb, entry.text) == ("Say", "Hello world.")


def test_a_text_arrives(nobody):
    message = nobody.client.messages.create(
        to=nobody.phone.number, from_=nobody.number, body="Hello"
    )
    assert run(nobody.delivered(message)).status == "delivered"
    assert run(nobody.received("hello")).sid == message.sid


def test_a_wait_for_what_never_comes_ends_with_a_sentence(nobody):
    made = call(nobody)
    run(nobody.ended(made))
    with pytest.raises(WaitError, match="nothing more is going to happen"):
        run(nobody.hears("something else"))


def test_a_refused_call_is_the_learners_best_moment(nobody):
    with pytest.raises(TwilioError) as refused:
        nobody.client.calls.create(to="+15558675310", from_=nobody.number, url=HELLO)
    assert refused.value.code == 21219
    text = str(refused.value)
    assert "why" in text
    assert "try" in text


def test_a_site_is_served_and_named_not_numbered(nobody):
    async def page(request):
        return Response("<Response><Say>My own site</Say></Response>", media_type="text/xml")

    site = nobody.site(Starlette(routes=[Route("/", page, methods=["GET", "POST"])]))
    made = call(nobody, url=site.url)
    run(nobody.hears("My own site"))
    run(nobody.ended(made))
    story = nobody.story(made)
    assert "POST $SITE" in str(story)
    assert site.url not in str(story)
    assert story.mermaid.startswith("sequenceDiagram")
    assert repr(site) == "<Site $SITE>"
    assert nobody.shown(f"{site.url}/a {nobody.base}/b") == "$SITE/a $SANDBOX/b"


def test_its_text_form_tells_no_secret_and_no_port(nobody):
    text = repr(nobody)
    assert "mode: sandbox" in text
    assert nobody.auth[1] not in text
    assert nobody.base not in text


def test_connecting_again_closes_what_was_open(nobody):
    again = connect(lesson="03")
    assert current() is again
    assert nobody._sandbox is None
    again.close()
    again.close()


def when_it_rings(session, act):
    """Act as soon as a call rings at the phone."""
    seen, rings = 0, False
    while not rings:
        events, seen = session.phone.phone.wait_events(seen, 5)
        rings = any(e["data"].get("status") == "ringing" for e in events)
    act()


# -- a person is there -------------------------------------------------------------------------


def test_a_person_answers_by_hand(somebody, monkeypatch):
    monkeypatch.setattr(session_module, "PATIENCE", 20)
    made = call(somebody)
    person = (somebody, somebody.phone.answer)
    threading.Thread(target=when_it_rings, args=person, daemon=True).start()
    assert run(somebody.answered(somebody.phone)).sid == made.sid
    assert run(somebody.ended(made)).status == "completed"


def test_at_the_end_of_their_patience_the_handset_follows_its_plan(somebody, capsys):
    made = call(somebody)
    run(somebody.answered(somebody.phone))
    assert "follows its plan" in capsys.readouterr().out
    assert run(somebody.ended(made)).status == "completed"


def test_who_missed_one_call_may_answer_the_next_or_miss_it_too(somebody):
    for _ in range(2):
        made = call(somebody)
        run(somebody.answered(somebody.phone))
        assert somebody.phone.mode == "manual"
        run(somebody.ended(made))


@pytest.fixture
def patient(somebody, monkeypatch):
    """Somebody has time: what happens soon happens before the end of their patience."""
    monkeypatch.setattr(session_module, "PATIENCE", 20)
    return somebody


def pressed(session):
    return [e.text for e in session.phone.transcript if e.verb == "press"]


def gather(**attributes):
    told = " ".join(f"{name}='{value}'" for name, value in attributes.items())
    thanks = "http://twimlets.com/message?Message=Thanks"
    return f"<Response><Gather timeout='1' action='{thanks}' {told}/></Response>"


def taken(session, twiml):
    """A call that a person has answered."""
    made = call(session, twiml=twiml)
    when_it_rings(session, session.phone.answer)
    return made


def test_who_answers_and_presses_nothing_is_helped_before_the_call_is_lost(patient, capsys):
    patient.phone.plan(press="1")
    made = taken(patient, gather(numDigits=1))
    assert run(patient.hears("Thanks")) is not None
    run(patient.ended(made))
    assert pressed(patient) == ["1"]
    told = "No key was pressed, so the handset follows its plan and presses 1.\n"
    assert capsys.readouterr().out == told


def test_a_person_has_the_time_that_the_gather_gives_them(patient):
    patient.phone.plan(press="1")
    made = taken(patient, gather(numDigits=1).replace("timeout='1'", "timeout='2'"))
    run(patient.ended(made))
    began, ended = (
        next(e.at for e in patient.phone.transcript if e.verb == verb)
        for verb in ("Gather", "press")
    )
    assert 0.9 < ended - began < 2


def test_who_presses_half_of_the_keys_is_helped_with_the_rest(patient):
    patient.phone.plan(press="1234")
    patient.phone.press("12")  # kept for the Gather: as if it was pressed at once
    made = taken(patient, gather(numDigits=4))
    run(patient.ended(made))
    assert pressed(patient) == ["12", "34"]
    assert patient.phone.transcript[-1].text == "Thanks"


def test_who_did_as_planned_is_not_helped(patient, capsys):
    patient.phone.plan(press="1")
    patient.phone.press("1")
    twice = "<Response><Gather numDigits='1' action='{}'/></Response>"
    inner = "http://twimlets.com/echo?Twiml=%3CResponse%3E%3CGather timeout='1'/%3E%3C/Response%3E"
    run(patient.ended(taken(patient, twice.format(inner.replace(" ", "%20").replace("'", "%22")))))
    assert pressed(patient) == ["1"]
    assert capsys.readouterr().out == ""


def test_who_says_nothing_is_helped_too(patient, capsys):
    patient.phone.plan(speak="good morning")
    made = taken(patient, gather(input="speech", speechTimeout="1"))
    run(patient.ended(made))
    assert ("speak", "good morning") in [(e.verb, e.text) for e in patient.phone.transcript]
    assert "says 'good morning'" in capsys.readouterr().out


@pytest.mark.parametrize("wait", ["answered", "hears"])
def test_a_call_that_was_declined_before_the_wait_is_told_of_too(patient, capsys, wait):
    call(patient)
    when_it_rings(patient, patient.phone.decline)
    asked = {"answered": patient.answered, "hears": lambda: patient.hears("hello")}[wait]
    for _ in range(2):
        assert run(asked()) is None
        assert capsys.readouterr().out.startswith("The call was declined, so there is no use")


def test_the_next_call_may_be_yet_to_come(patient):
    run(patient.ended(taken(patient, "<Response/>")))
    threading.Timer(0.2, taken, (patient, "<Response><Say>Me again</Say></Response>")).start()
    assert run(patient.hears("Me again")) is not None


@pytest.mark.parametrize("wait", ["answered", "hears"])
def test_a_call_that_was_declined_is_told_in_a_sentence_at_once(patient, capsys, wait):
    call(patient)
    person = (patient, patient.phone.decline)
    threading.Thread(target=when_it_rings, args=person, daemon=True).start()
    asked = patient.answered() if wait == "answered" else patient.hears("hello")
    assert run(asked) is None
    [told] = capsys.readouterr().out.splitlines()
    assert told.startswith("The call was declined, so there is no use in waiting for +14155550100")
    assert told.endswith("run the cell that makes the call, then this one.")


def test_a_call_that_was_over_before_is_told_of_when_no_other_came(somebody, capsys):
    made = call(somebody)
    when_it_rings(somebody, somebody.phone.decline)
    run(somebody.ended(made))
    assert run(somebody.hears("goodbye")) is None
    assert capsys.readouterr().out.startswith("The call was declined, so there is no use")


def test_a_call_that_is_long_is_nobodys_fault(somebody, capsys, monkeypatch):
    monkeypatch.setattr(session_module, "PATIENCE", 0.1)
    made = taken(somebody, "<Response><Pause length='1'/></Response>")
    run(somebody.answered())
    capsys.readouterr()
    assert run(somebody.ended(made)).status == "completed"
    assert capsys.readouterr().out == ""


def test_a_phone_that_answers_by_itself_still_does_after_a_wait(somebody, capsys, monkeypatch):
    monkeypatch.setattr(session_module, "PATIENCE", 0.1)
    monkeypatch.setattr(session_module, "AFTERWARDS", 0.1)
    somebody.phone.set_mode("auto")
    long = taken(somebody, "<Response><Pause length='9'/></Response>")
    assert run(somebody.received("what nobody texts")) is None
    assert capsys.readouterr().out.endswith("To wait on, run the cell again.\n")
    assert run(somebody.ended(long)).status == "in-progress"
    assert somebody.phone.mode == "auto"


def test_when_nothing_is_going_to_happen_a_wait_ends_with_their_patience(somebody, capsys):
    began = time.monotonic()
    assert run(somebody.received("what nobody texts")) is None
    assert time.monotonic() - began < session_module.AFTERWARDS / 2
    assert "Waited in vain for +14155550100 to get a text" in capsys.readouterr().out


def test_with_nobody_there_the_plan_is_followed_at_once_on_a_real_clock_too():
    session = connect(lesson="03", clock="real")
    session.phone.plan(press="1")
    made = call(session, twiml=gather(numDigits=1))
    assert run(session.hears("Thanks")) is not None
    assert run(session.ended(made)).status == "completed"
    session.close()


# -- a sandbox that runs already ---------------------------------------------------------------


def test_a_classrooms_sandbox_is_used_as_it_is(monkeypatch):
    with Sandbox(numbers=("+15005550009",), verified=("+14155550123",)) as sandbox:
        monkeypatch.setenv("TWILIO_SANDBOX_URL", sandbox.url)
        monkeypatch.setenv("TWILIO_SANDBOX_ACCOUNT", sandbox.account_sid)
        monkeypatch.setenv("TWILIO_SANDBOX_TOKEN", sandbox.auth_token)
        session = connect(lesson="03")
        assert (session.number, session.phone.number) == ("+15005550009", "+14155550123")
        assert not session.turns
        session.close()
        assert sandbox.account_sid in repr(session)


# -- live ----------------------------------------------------------------------------------------

REAL = {
    "TWILIO_ACCOUNT_SID": "AC" + "7" * 32,
    "TWILIO_AUTH_TOKEN": "8" * 32,
    "TWILIO_FROM_NUMBER": "+15017122661",
    "MY_PHONE_NUMBER": "+15558675310",
}


def test_real_credentials_alone_send_nothing_to_twilio(monkeypatch):
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    session = connect(lesson="03")
    assert session.mode == "sandbox"
    assert session.account != REAL["TWILIO_ACCOUNT_SID"]
    session.close()


def test_live_mode_alone_sends_nothing_either(monkeypatch):
    monkeypatch.setenv("TWILIO_MODE", "live")
    with pytest.raises(SettingsError):
        connect(lesson="03")


def test_both_together_do_and_the_cost_is_said_first(monkeypatch, capsys):
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    session = connect(lesson="03", mode="live")
    sent = []
    monkeypatch.setattr(
        session.client._wire, "send", lambda *a, **k: sent.append(capsys.readouterr().out)
    )
    with pytest.raises(AttributeError):  # nothing answers: only what was said before matters
        session.client.calls.create(
            to=session.phone.number, from_=session.number, twiml="<Response/>"
        )
    assert "+15558675310" in sent[0]
    assert "USD" in sent[0]
    assert REAL["TWILIO_AUTH_TOKEN"] not in repr(session)
    session.close()
