"""Plain texts that travel together: each goes its own way, whatever becomes of the others."""

import asyncio

import pytest

from helpers.resources.message import Message
from helpers.sandbox import Sandbox, post
from helpers.sandbox.live_message import HOPS
from tests.sandbox.town import ALICE, BOB, SHOP


@pytest.fixture
def sandbox(monkeypatch):
    """One on the wall's clock, which nobody has to wait for."""
    monkeypatch.setattr(post, "OPEN", 0.001)
    for status in ("sending", "sent"):
        monkeypatch.setitem(HOPS, status, (HOPS[status][0], 0.002))
    return Sandbox(clock="real", type="full")


def sent(sandbox, *texts, before=lambda: None):
    """What becomes of *texts* (fields of messages), sent in one turn of the loop."""

    async def work():
        sandbox.store.gather(asyncio.get_running_loop())
        engine = sandbox.engine
        world = engine.world(engine.account(sandbox.account_sid))
        messages = [Message.new(world, **{"from_": SHOP, "to": ALICE} | text) for text in texts]
        for message in messages:
            world.save(message)
            world.send_message(message)
        before()
        while engine.messages:
            await engine.next_event(5)
        sandbox.store.gather(None)
        return messages

    messages = asyncio.run(work())
    kept = sandbox.store.find(Message, sandbox.account_sid)
    assert [m.status for m in kept] == [m.status for m in messages]
    return kept


def states(sandbox, message):
    events = sandbox.store.events(sandbox.account_sid, message_sid=message.sid)
    return [event["data"]["status"] for event in events if event["type"] == "state"]


def test_many_texts_arrive_in_their_order(sandbox):
    found = sent(sandbox, *({"body": str(n)} for n in range(3 * post.MOST)))
    assert {m.status for m in found} == {"delivered"}
    assert all(states(sandbox, m) == ["sending", "sent", "delivered"] for m in found)
    events = sandbox.store.events(sandbox.account_sid)
    for status in ("sending", "sent", "delivered"):
        told = [e["message_sid"] for e in events if e["data"].get("status") == status]
        assert told == [m.sid for m in found]
    assert [e["seq"] for e in events] == list(range(1, 9 * post.MOST + 1))


def test_one_that_cannot_go_on_leaves_the_others_alone(sandbox):
    sandbox.store.save_handset(sandbox.account_sid, BOB, "off", '{"keys": [], "abroad": []}', "[]")
    texts = ({"body": "a"}, {"body": "b", "to": BOB}, {"body": "c", "validity_period": -1})
    found = sent(sandbox, *texts, {"body": "d"})
    assert [m.status for m in found] == ["delivered", "undelivered", "failed", "delivered"]
    assert [m.error_code for m in found] == [None, 30003, 30036, None]


def test_a_mistake_of_ours_stops_one_text_only(sandbox, monkeypatch):
    charge = type(sandbox.engine.world(sandbox.engine.account(sandbox.account_sid))).charge

    def wrong(world, thing):
        if thing.body == "b":
            raise ZeroDivisionError
        return charge(world, thing)

    monkeypatch.setattr("helpers.sandbox.world.AccountWorld.charge", wrong)
    found = sent(sandbox, {"body": "a"}, {"body": "b"}, {"body": "c"})
    assert [m.status for m in found] == ["delivered", "sending", "delivered"]
    assert len(sandbox.engine.failures) == 1


def test_texts_that_are_dropped_go_nowhere_and_nobody_waits_for_them(sandbox):
    def drop():
        for text in list(sandbox.engine.messages.values()):
            text.forget()

    found = sent(sandbox, {"body": "a"}, {"body": "b"}, before=drop)
    assert [m.status for m in found] == ["queued", "queued"]
    assert sandbox.engine.clock.due() is None
