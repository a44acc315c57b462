"""The states of calls and texts: the path, its times, and the ways that were not taken."""

import pytest

from helpers.story.states import CALL, RECEIVED, SENT, States
from tests.sandbox.town import ALICE, SHOP, twiml
from tests.story.town import DrawnTown


def test_an_answered_call():
    with DrawnTown() as town:
        call = town.call("<Pause length='3'/>")
        town.advance(20)
        states = town.log.states(call)
    assert str(states).splitlines() == [
        "   0.0 s  queued",
        "   0.0 s  → ringing",
        "   2.0 s  → in-progress",
        "   5.0 s  → completed",
        "          queued could have become busy, failed or canceled",
        "          ringing could have become busy, no-answer, failed or canceled",
        "          in-progress could have become failed",
    ]
    lines = states.mermaid.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "  ringing --> in_progress : 2.0 s" in lines
    assert "  ringing --> no_answer" in lines
    assert "  class queued,ringing,in_progress,completed lit" in lines
    assert "  class busy,failed,canceled,no_answer dim" in lines


@pytest.mark.parametrize(
    ("mode", "path"),
    [
        ("busy", ["queued", "busy"]),
        ("decline", ["queued", "ringing", "busy"]),
        ("no-answer", ["queued", "ringing", "no-answer"]),
    ],
)
def test_calls_that_nobody_takes(mode, path):
    with DrawnTown() as town:
        town.phone(ALICE, Mode=mode)
        call = town.call("<Pause/>")
        town.advance(100)
        assert [reached.status for reached in town.log.states(call).path] == path


def test_a_call_under_way_is_lit_as_far_as_it_came():
    with DrawnTown() as town:
        call = town.call("<Pause length='30'/>")
        town.advance(5)
        lines = town.log.states(call).mermaid.splitlines()
    assert "  class queued,ringing,in_progress lit" in lines


def test_a_call_that_comes_in_begins_by_ringing():
    with DrawnTown({"/voice": twiml("<Hangup/>")}) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(voice_url=town.url + "/voice")
        sid = town.phone(ALICE, "call", To=SHOP)["sid"]
        town.advance(1)
        states = town.log.states(sid)
    assert [reached.status for reached in states.path] == ["ringing", "in-progress", "completed"]
    assert "queued" not in states.mermaid


def test_texts_that_go_and_come():
    with DrawnTown({"/sms": twiml("")}) as town:
        [number] = town.client.incoming_phone_numbers.list()
        number.update(sms_url=town.url + "/sms")
        gone = town.client.messages.create(to=ALICE, from_=SHOP, body="x")
        come = town.phone(ALICE, "text", To=SHOP, Body="y")["sid"]
        town.advance(5)
        paths = [[r.status for r in town.log.states(one).path] for one in (gone, come)]
    assert paths == [["queued", "sending", "sent", "delivered"], ["receiving", "received"]]


def test_what_no_table_expects_is_shown_all_the_same():
    at = "2026-01-05T09:00:00+00:00"
    event = {"at": at, "type": "state", "call_sid": "CA1", "message_sid": None}
    states = States([event | {"data": {"status": "abducted"}}], "CA1", "queued")
    assert "  queued --> abducted : 0.0 s" in states.mermaid.splitlines()


def test_a_call_that_the_log_does_not_have():
    states = States([], "CA1", "queued")
    assert str(states) == "Nothing is known of its states: the log does not have it."
    assert "text/vnd.mermaid" not in states._repr_mimebundle_()


@pytest.mark.parametrize("table", [CALL, SENT, RECEIVED])
def test_every_state_of_a_table_can_be_reached(table):
    reached = {right for rights in table.values() for right in rights}
    assert set(list(table)[1:]) - {"accepted", "queued"} <= reached
