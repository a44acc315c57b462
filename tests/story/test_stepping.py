"""A call step by step: a verb at a time, forward only, with what comes next."""

import asyncio

import pytest

from helpers import session as session_module
from helpers.errors import HelperError, SettingsError
from helpers.session import connect

PAGES = {
    "/voice": (
        '<Response><Gather numDigits="1" action="/menu"><Say>Press 1</Say></Gather>'
        "<Say>Nothing</Say></Response>"
    ),
    "/menu": "<Response><Say>One</Say><Redirect>/bye</Redirect></Response>",
    "/bye": "<Response><Say>Bye</Say></Response>",
}


@pytest.fixture
def stepping():
    session = connect(lesson="05", step=True)
    session.pages = session.site(lambda request: PAGES.get(request.path, ""))
    yield session
    session.close()


def call(session, **options):
    options = options or {"url": session.pages.url + "/voice"}
    return session.client.calls.create(to=session.phone.number, from_=session.number, **options)


def steps(session, made):
    """Every step of a call to its end."""
    told = [session.step(made)]
    while not told[-1].over:
        told.append(session.step(made))
    return told


def test_one_verb_after_the_other(stepping):
    stepping.phone.plan(press="1")
    told = steps(stepping, call(stepping))
    assert [(moment.at, moment.now) for moment in told] == [
        (2.0, "Gather"),
        (2.0, "Say Press 1"),
        (2.0, "Say One"),
        (2.4, "Redirect $SITE/bye"),
        (2.4, "Say Bye"),
        (2.8, "the call is over: completed"),
    ]
    assert [moment.next for moment in told[1:]] == [
        (
            "<Gather> goes on",
            "with keys or words: POST $SITE/menu with Digits or SpeechResult",
            "without a key or word: then <Say>Nothing</Say>",
        ),
        ("then <Redirect>/bye</Redirect>",),
        ("POST $SITE/bye",),
        ("then the call ends",),
        (),
    ]
    assert str(told[2]).splitlines() == [
        "step 3 at 2.0 s",
        "  just done   Phone → Twilio: press 1",
        "              Twilio → Web site: POST $SITE/menu",
        "              Web site → Twilio: 200",
        "  now         Say One",
        "  next        then <Redirect>/bye</Redirect>",
    ]


def test_time_stands_still_between_two_steps(stepping):
    made = call(stepping, twiml="<Response><Pause length='5'/><Say>x</Say></Response>")
    stepping.step(made)
    before = stepping._clock.read()["now"]
    str(stepping.document(made)), str(stepping.story(made))
    assert stepping._clock.read()["now"] == before


def test_the_document_is_marked_as_far_as_one_was_told(stepping):
    made = call(stepping, twiml="<Response><Redirect>/x</Redirect><Say>y</Say></Response>")
    first = stepping.step(made)
    [page] = first.document.pages
    assert [line.state for line in page.lines if line.state] == ["running", "not yet"]
    assert "<div" in first.html and "runs now" in first.html


def test_what_is_done_with_the_phone_in_between_counts(stepping):
    made = call(stepping)
    assert stepping.step(made).now == "Gather"
    stepping.phone.press("1")
    assert [stepping.step(made).now for _ in range(2)] == ["Say Press 1", "Say One"]


def test_without_a_key_the_gather_runs_out(stepping):
    told = steps(stepping, call(stepping))
    assert [moment.now for moment in told][2:] == ["Say Nothing", "the call is over: completed"]


def test_the_last_step_can_be_asked_for_again(stepping):
    made = call(stepping, twiml="<Response><Hangup/></Response>")
    last = steps(stepping, made)[-1]
    again = stepping.step(made)
    assert (again.over, again.now, again.done) == (True, last.now, ())
    assert str(again).endswith("next        nothing: the call is over")


def test_a_phone_that_nobody_answers(stepping):
    stepping.phone.plan(answer=False)
    [only] = steps(stepping, call(stepping))
    assert only.now == "the call is over: no-answer"


def test_the_newest_call_is_meant_if_none_is_named(stepping):
    call(stepping, twiml="<Response><Say>first</Say></Response>")
    stepping.step()
    call(stepping, twiml="<Response><Say>second</Say></Response>")
    stepping.phone.hangup()
    assert stepping.step().now == "Say second"


def test_waits_and_steps_go_together(stepping):
    made = call(stepping)
    stepping.phone.plan(press="1")
    asyncio.run(stepping.ended(made))
    assert [moment.now for moment in steps(stepping, made)][:2] == ["Gather", "Say Press 1"]


def test_a_session_without_steps_says_so():
    session = connect(lesson="05")
    with pytest.raises(HelperError, match="does not go step by step") as refused:
        session.step()
    session.close()
    assert refused.value.next_step == 'Run session = connect(lesson="05", step=True).'


def test_there_is_no_call_yet(stepping):
    with pytest.raises(HelperError, match="There is no call yet"):
        stepping.step()


def test_nothing_due_asks_for_the_phone(stepping, monkeypatch):
    made = call(stepping)
    monkeypatch.setattr(stepping, "_turn", lambda: None)
    told = stepping.step(made)
    assert told.advice == "nothing happens by itself now: use the phone"
    assert told.now in ("queued", "ringing")
    assert told.next == ("when it is answered: POST $SITE/voice",)


LIVE = {
    "TWILIO_MODE": "live",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
}
CLASSROOM = {
    "TWILIO_SANDBOX_URL": "http://127.0.0.1:9",
    "TWILIO_SANDBOX_ACCOUNT": "AC" + "1" * 32,
    "TWILIO_SANDBOX_TOKEN": "x",
}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clock": "real"}, "needs a manual clock, not a real one"),
        ({"mode": "live"}, "Real calls cannot go step by step"),
    ],
)
def test_where_nobody_can_stop_the_time_it_is_refused(options, said):
    """And the session that was open stays open."""
    before = connect(lesson="05")
    with pytest.raises(SettingsError, match=said):
        connect(lesson="05", step=True, **options)
    assert session_module.current() is before
    assert before.client.calls.list() == []
    before.close()


@pytest.mark.parametrize(
    ("environment", "said"), [(LIVE, "live: real calls cannot go step by step."), (CLASSROOM, "")]
)
def test_it_has_a_sandbox_of_its_own_everywhere(monkeypatch, capsys, environment, said):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with_steps = connect(lesson="05", step=True)
    assert with_steps.mode == "sandbox"
    assert capsys.readouterr().out.startswith(said)
    made = call(with_steps, twiml="<Response><Say>Hello</Say></Response>")
    assert steps(with_steps, made)[0].now == "Say Hello"
    with_steps.close()


def test_it_stands_beside_the_session_that_is_open():
    beside = connect(lesson="05")
    first = connect(lesson="05", step=True)
    second = connect(lesson="05", step=True)
    assert session_module.current() is beside
    assert beside.client.calls.list() == []
    assert second.client.calls.list() == []
    with pytest.raises(HelperError):
        first.client.calls.list()
    second.close()
    beside.close()
