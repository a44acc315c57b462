"""The TwiML editor: what is underlined, what is listed, and what Run does."""

from __future__ import annotations

import asyncio

import pytest

from helpers.session import Session
from helpers.twiml import problems
from helpers.widgets.editor import FIRST, judge, twiml_editor
from helpers.widgets.forms import WithPhone
from tests.widgets.cells import run_cell

WRONG = """\
<Response>
    <Say voise="alice" loop="x">Hé 😀</Say>
    <Gahter/>
</Response>"""


def underlined(twiml: str) -> list[tuple[str, str]]:
    return [(twiml[start:end], kind) for start, end, kind in judge(twiml).marks["twiml"]]


def test_what_is_wrong_is_underlined() -> None:
    assert underlined(WRONG) == [
        ('voise="alice"', "warning"),
        ('loop="x"', "warning"),
        ("<Gahter", "warning"),
    ]
    assert underlined(FIRST) == []
    # What is noticed at a tag's end is the tag's fault.
    assert underlined("<Response><Pause></Response>") == [("</Response>", "error")]


@pytest.mark.parametrize(
    "twiml",
    [
        *("", " ", "<", "<Response>", "<Response", "x", "\n\n<Say", "<Response>\n\n</Respons>"),
        *('<Response a="1', "<!DOCTYPE x>", "<Response>&nbsp;</Response>", "\x00", "😀<"),
        *("<Response></Response>x", "<Response>\n" * 300, '<?xml version="1.0"', "]]>"),
    ],
)
def test_whatever_is_typed_is_judged(twiml: str) -> None:
    answer = judge(twiml)
    assert answer.said
    for start, end, _ in answer.marks["twiml"]:
        assert 0 <= start < end <= len(twiml)
    ends = [end for _, end, _ in answer.marks["twiml"]]
    starts = [start for start, *_ in answer.marks["twiml"]]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


def test_the_list_says_line_code_and_mend_and_leads_there() -> None:
    first, *_, last = judge(WRONG).blocks[1]["items"]
    assert first["text"] == (
        'line 2: <Say> has no attribute "voise" (warning 12200): write it as "voice"'
    )
    assert WRONG.encode("utf-16-le")[2 * last["at"] :].decode("utf-16-le").startswith("<Gahter")
    assert len(judge(WRONG).blocks[1]["items"]) == len(problems(WRONG))


def test_a_sound_document_and_an_empty_one_say_so() -> None:
    assert judge(FIRST).said == "✓ No problems."
    assert judge(" \n").said == "Nothing is written yet."


def test_run_makes_a_call_and_its_code_makes_the_same(session: Session) -> None:
    both = twiml_editor(session)
    assert isinstance(both, WithPhone)
    assert "The call is in line." in both.press("Run")
    [call] = session.client.calls.list()
    asyncio.run(session.ended(call))
    both.press("Show me the code")
    run_cell(both.form.code, session=session)
    first, second = ([e.text for e in c.transcript] for c in session.phone.calls)
    assert first == second
    assert "Hello world." in first


def test_explain_lists_the_steps(session: Session) -> None:
    both = twiml_editor(session)
    assert "<Say> Hello world." in both.press("Explain")
    assert session.client.calls.list() == []


def test_without_a_session_run_explains(capsys: pytest.CaptureFixture[str]) -> None:
    editor = twiml_editor(twiml=WRONG)
    said = editor.press("Run")
    assert "<Say> Hé 😀" in said
    editor.press("Show me the code")
    run_cell(editor.code)
    printed = capsys.readouterr().out
    assert "<Say> Hé 😀" in printed and "there is no element <Gahter>" in printed


def test_a_broken_document_is_run_all_the_same(session: Session) -> None:
    """It is what Twilio would do: the call hears an apology, and the problem is listed."""
    both = twiml_editor(session, "<Response><Say>Hi</Response>")
    assert "1 problem." in both.press("Run")
    [call] = session.client.calls.list()
    asyncio.run(session.ended(call))
    assert session.phone.transcript[-1].text == (
        "We are sorry, an application error has occurred. Goodbye."
    )
    [alert] = session.client.calls(call.sid).notifications.list()
    assert alert.error_code == "12100"


def test_the_stored_form_shows_the_document() -> None:
    editor = twiml_editor(twiml=WRONG)
    assert repr(editor).startswith("TwiML\n<Response>\n    <Say voise=")
    assert "&lt;Gahter/&gt;" in editor.still()
    assert repr(editor) == repr(twiml_editor(twiml=WRONG))
