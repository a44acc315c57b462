"""The forms that make telephones ring."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from helpers import TwilioError, VoiceResponse
from helpers.session import Session
from helpers.widgets.calling import call_report, make_call, make_call_form, verify_form
from helpers.widgets.forms import FieldError
from tests.widgets.cells import run_cell
from tests.widgets.conftest import MINE, OTHER

HELLO = '<Response>\n    <Say>Hello "you".</Say>\n</Response>'


def transcripts(session: Session) -> list[list[tuple[str, str]]]:
    return [[(each.verb, each.text) for each in call.transcript] for call in session.phone.calls]


def test_a_call_is_made_and_its_code_makes_the_same(session: Session) -> None:
    both = make_call_form(session, twiml=HELLO)
    assert both.press("Call").startswith("The call is in line.")
    [made] = session.client.calls.list()
    asyncio.run(session.ended(made))
    report, over = call_report(session, made.sid)
    assert over and report.aloud == "The call is over."
    both.press("Show me the code")
    assert run_cell(both.form.code, session=session) == "completed"
    first, second = transcripts(session)
    assert first == second
    assert ("Say", 'Hello "you".') in first


def test_a_site_is_called_by_its_name(session: Session) -> None:
    def voice(request: Any) -> str:
        response = VoiceResponse()
        response.say("From the site.")
        return str(response)

    site = session.site(voice)
    both = make_call_form(session, url=f"{site.url}/voice")
    assert both.form.values["url"] == "$SITE/voice", "no port is ever in the state"
    both.press("Call")
    asyncio.run(session.ended(session.client.calls.list()[0]))
    both.press("Show me the code")
    assert 'url=session.sites[-1].url + "/voice"' in both.form.code
    assert run_cell(both.form.code, session=session) == "completed"
    assert len(session.client.calls.list()) == 2
    assert site.url not in repr(both.form.get_state()) + repr(both)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"to": "abc"}, "to", "not valid (Twilio's error 13223)"),
        ({"to": ""}, "to", "Twilio's error 21201"),
        ({"from_": "+14155550111"}, "from_", "Twilio's error 21210"),
        ({"to": "+14155550111"}, "to", "Twilio's error 21219"),
        ({"url": ""}, "url", "A call needs instructions: give a URL, or TwiML."),
        ({"twiml": "<Response/>"}, "twiml", "not both: empty the one you do not want."),
        ({"url": "$SITE/voice"}, "url", "There is no site yet"),
        ({"url": "example"}, "url", "Twilio's error 21205"),
    ],
)
def test_a_refusal_is_a_sentence(
    session: Session, typed: dict[str, str], field: str, sentence: str
) -> None:
    both = make_call_form(session)
    both.fill(**typed)
    both.press("Call")
    assert sentence in both.form.view["problem"]
    assert both.form.view["blamed"] == field
    assert session.client.calls.list() == []
    assert typed.items() <= both.form.values.items()


def test_the_functions_raise_what_the_form_says(session: Session) -> None:
    with pytest.raises(TwilioError, match="13223"):
        make_call(session, "abc", session.number, twiml="<Response/>")
    with pytest.raises(FieldError, match="not both"):
        make_call(session, MINE, session.number, "http://x.example", "<Response/>")


def test_the_sandbox_has_a_name_too(session: Session) -> None:
    both = make_call_form(session, url="$SANDBOX/x")
    both.press("Show me the code")
    assert 'url=session.base + "/x"' in both.form.code


def test_live_a_call_is_asked_about_first(live: Any) -> None:
    both = make_call_form(live, twiml="<Response/>")
    assert "Live: this goes to +14155550100; a call costs about" in both.press()
    assert live.made == []
    both.press()
    assert [each["to"] for each in live.made] == [MINE]


# -- verify a number ------------------------------------------------------------------------------


def test_a_number_is_verified_with_the_handset_on_the_page(session: Session) -> None:
    both = verify_form(session)
    both.fill(number=OTHER)
    said = both.press("Call me")
    assert said.startswith("Answer the phone, then key in this code.\nCode  ")
    assert both.phone.number == OTHER
    assert both.children[-1] is both.phone
    code = said.split()[-1]
    assert both.form.view["said"].endswith(" ".join(code)), "digit by digit"
    both.phone.plan(press=code)

    async def meet() -> None:
        await session.answered(both.phone)
        [call] = session.client.calls.list(to=OTHER)
        await session.ended(call)

    asyncio.run(meet())
    assert OTHER in {one.phone_number for one in session.client.outgoing_caller_ids.list()}


def test_the_session_s_own_handset_is_not_made_twice(session: Session) -> None:
    for caller_id in session.client.outgoing_caller_ids.list():
        session.client.outgoing_caller_ids(caller_id.sid).delete()
    both = verify_form(session)
    both.press()
    assert both.phone is session.phone


def test_its_code_verifies_the_same(session: Session) -> None:
    both = verify_form(session)
    both.fill(number=OTHER, name="Desk")
    both.press("Show me the code")
    [verified] = run_cell(both.form.code, session=session)
    assert (verified.phone_number, verified.friendly_name) == (OTHER, "Desk")


@pytest.mark.parametrize(("number", "code"), [("(415) 555-0100", 21401), (MINE, 21450)])
def test_what_cannot_be_verified_is_told(session: Session, number: str, code: int) -> None:
    both = verify_form(session)
    both.fill(number=number)
    both.press()
    assert f"(Twilio's error {code})" in both.form.view["problem"]
    assert both.form.view["blamed"] == "number"


def test_live_nobody_is_rung_up_unasked(live: Any) -> None:
    both = verify_form(live)
    both.fill(number=OTHER)
    assert f"Live: this goes to {OTHER}; verifying costs nothing, but the phone rings" in (
        both.press()
    )
    assert live.made == []
    both.press()
    assert live.made == [{"phone_number": OTHER, "friendly_name": "My phone"}]
