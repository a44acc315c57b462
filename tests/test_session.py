"""The session: with nobody there, with a person there, in a classroom, and live."""

import asyncio
import threading

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


# -- a person is there -------------------------------------------------------------------------


def test_a_person_answers_by_hand(somebody, monkeypatch):
    monkeypatch.setattr(session_module, "PATIENCE", 20)
    made = call(somebody)
    ringing = threading.Event()

    def person():
        seen = 0
        while not ringing.is_set():
            events, seen = somebody.phone.phone.wait_events(seen, 5)
            if any(e["data"].get("status") == "ringing" for e in events):
                somebody.phone.answer()
                ringing.set()

    threading.Thread(target=person, daemon=True).start()
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
