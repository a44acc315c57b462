"""What the phone shows for a state of the handset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from helpers.phone import Entry, Heard, Message, PhoneCall, PhoneState, Text
from helpers.widgets.view import view_of
from tests.widgets.fake import MINE, SHOP

SAY = Entry(0.0, "Say", "Hello world.")
PRESS = Entry(1.0, "press", "1")


def handset(*calls: PhoneCall, inbox: tuple[Text, ...] = (), mode: str = "manual") -> PhoneState:
    return PhoneState(MINE, mode, list(calls), list(inbox))


def incoming(status: str, *transcript: Entry, sid: str = "CA1") -> PhoneCall:
    return PhoneCall(sid, "outbound-api", SHOP, MINE, status, list(transcript))


def outgoing(status: str) -> PhoneCall:
    return PhoneCall("CA2", "inbound", MINE, SHOP, status, [])


@pytest.mark.parametrize(
    ("call", "state", "line"),
    [
        (incoming("ringing"), "ringing", "Call from +15005550006"),
        (incoming("in-progress"), "in-progress", "In a call with +15005550006"),
        (incoming("completed"), "idle", "Last call: from +15005550006, completed"),
        (incoming("queued"), "idle", "A call from +15005550006 is about to ring"),
        (incoming("initiated"), "idle", "A call from +15005550006 is about to ring"),
        (outgoing("queued"), "idle", "A call to +15005550006 is about to ring"),
        (incoming("canceled"), "idle", "Last call: from +15005550006, canceled"),
        (outgoing("ringing"), "calling", "Calling +15005550006"),
        (outgoing("in-progress"), "in-progress", "In a call with +15005550006"),
        (outgoing("no-answer"), "idle", "Last call: to +15005550006, no-answer"),
    ],
)
def test_the_line_is_told_in_a_word_and_a_sentence(call: PhoneCall, state: str, line: str) -> None:
    view = view_of(handset(call))
    assert (view["state"], view["line"]) == (state, line)


def test_a_new_phone_is_idle() -> None:
    assert view_of(handset())["state"] == "idle"
    assert view_of(handset())["line"] == "No calls yet"


def test_a_live_call_is_shown_before_a_newer_one_that_is_over() -> None:
    """A second caller who met a busy phone does not hide the call one is in."""
    busy = incoming("busy", sid="CA9")
    assert view_of(handset(incoming("in-progress", SAY), busy))["state"] == "in-progress"


def test_the_caption_is_what_is_heard_now() -> None:
    assert view_of(handset(incoming("in-progress", SAY, PRESS)))["caption"] == "Hello world."
    play = Entry(3.0, "Play", "http://example.com/tune.mp3")
    caption = view_of(handset(incoming("in-progress", SAY, play)))["caption"]
    assert caption == "(plays http://example.com/tune.mp3)"


def test_nothing_is_heard_once_the_call_is_over() -> None:
    view = view_of(handset(incoming("completed", SAY)))
    assert view["caption"] == ""
    assert view["transcript"] == [{"at": "0.0 s", "verb": "Say", "text": "Hello world."}]


def test_while_a_call_rings_the_words_of_the_last_one_stay() -> None:
    over = incoming("completed", SAY)
    view = view_of(handset(over, incoming("ringing", sid="CA9")))
    assert view["transcript"] == []
    assert view["before"] == [{"at": "0.0 s", "verb": "Say", "text": "Hello world."}]
    talking = view_of(handset(over, incoming("in-progress", PRESS, sid="CA9")))
    assert talking["before"] == []
    assert view_of(handset(over))["before"] == []


def test_braces_in_words_are_just_words() -> None:
    strange = Entry(0.0, "Say", "{0} {nothing}")
    assert view_of(handset(incoming("in-progress", strange)))["caption"] == "{0} {nothing}"


def message(
    way: str,
    body: str,
    who: str = SHOP,
    status: str = "delivered",
    *,
    media: Sequence[str] = (),
    pictures: Sequence[tuple[str, str]] = (),
    **error: Any,
) -> Message:
    return Message("SM1", way, who, body, list(media), list(pictures), status, **error)


def test_texts_stand_in_the_order_they_came_and_went() -> None:
    told = [message("in", "one"), message("out", "two"), message("in", "three")]
    texts = view_of(handset(), messages=told)["texts"]
    assert [(text["way"], text["body"]) for text in texts] == [
        ("in", "one"),
        ("out", "two"),
        ("in", "three"),
    ]


@pytest.mark.parametrize(
    ("way", "status", "shown"),
    [
        ("out", "receiving", "sent"),
        ("out", "received", "delivered"),
        ("in", "delivered", "delivered"),
        ("in", "read", "read"),
        ("lost", "undelivered", "undelivered"),
    ],
)
def test_what_became_of_a_text_is_told_in_a_word(way: str, status: str, shown: str) -> None:
    [text] = view_of(handset(), messages=[message(way, "Hello", status=status)])["texts"]
    assert (text["way"], text["status"], text["reason"]) == (way, shown, "")


def test_why_a_text_did_not_arrive_is_told() -> None:
    lost = message("lost", "Hi", status="undelivered", error_code=30003, error_message="Off")
    [text] = view_of(handset(), messages=[lost])["texts"]
    assert text["reason"] == "30003: Off"


def test_pictures_are_named_and_other_files_are_not() -> None:
    files = [("ME1", "image/png"), ("ME2", "application/pdf")]
    [text] = view_of(handset(), messages=[message("in", "", pictures=files)])["texts"]
    assert text["pictures"] == ["ME1"]


def test_who_wrote_last_is_suggested_first() -> None:
    told = [message("in", "hello", "+15005550099")]
    contacts = view_of(handset(), contacts={SHOP: "The shop"}, messages=told)["contacts"]
    assert contacts == [
        {"number": "+15005550099", "name": ""},
        {"number": SHOP, "name": "The shop"},
    ]


def test_a_sender_that_cannot_be_called_is_not_suggested() -> None:
    told = [message("in", "no replies", "SHOP")]
    contacts = view_of(handset(), contacts=[SHOP], messages=told)["contacts"]
    assert contacts == [{"number": SHOP, "name": ""}]


def test_past_calls_are_told_with_the_other_end() -> None:
    view = view_of(handset(incoming("completed"), outgoing("no-answer")))
    assert view["history"] == [
        {"way": "from", "who": SHOP, "status": "completed"},
        {"way": "to", "who": SHOP, "status": "no-answer"},
    ]


def test_what_is_in_the_ear_travels_without_what_it_has_not() -> None:
    call = incoming("in-progress", SAY)
    said = Heard("CA1:1", "words", text="Hello world.", language="en-GB", seconds=0.8)
    assert view_of(handset(call), heard=said)["heard"] == {
        "id": "CA1:1",
        "kind": "words",
        "text": "Hello world.",
        "language": "en-GB",
        "seconds": 0.8,
    }
    assert view_of(handset(call))["heard"] == {}


def test_what_is_left_of_a_gathers_patience_does_not_change_the_picture() -> None:
    call = incoming("in-progress", SAY)
    one, two = (Heard("CA1:1", "listen", keys=True, left=left) for left in (4.0, 3.5))
    assert view_of(handset(call), heard=one) == view_of(handset(call), heard=two)


def test_the_caption_says_what_is_waited_for() -> None:
    call = incoming("in-progress", Entry(0.0, "Gather", ""))
    both = Heard("CA1:1", "listen", keys=True, speech=True)
    assert view_of(handset(call))["caption"] == "(waits for your keys)"
    assert view_of(handset(call), heard=both)["caption"] == "(waits for your words or keys)"


def test_keys_that_are_played_are_no_address() -> None:
    call = incoming("in-progress", Entry(0.0, "Play", "1w2#"))
    assert view_of(handset(call))["caption"] == "(the keys 1w2# sound)"


def test_no_address_of_this_machine_is_told() -> None:
    """Ports are others at every start, and what is stored is to be the same."""
    play = Entry(0.0, "Play", "http://127.0.0.1:43210/tune.wav")
    own = Entry(1.0, "Play", "http://127.0.0.1:43211/2010-04-01/Accounts/AC1/Recordings/RE1")
    view = view_of(
        handset(incoming("in-progress", own, play)),
        messages=[message("in", "see http://localhost:8000/x", media=["http://[::1]:9/cat.png"])],
    )
    assert "4321" not in str(view) and "localhost" not in str(view) and "::1" not in str(view)
    assert view["caption"] == "(plays $SITE/tune.wav)"
    assert view["transcript"][0]["text"] == "$SANDBOX/2010-04-01/Accounts/AC1/Recordings/RE1"


def test_the_mode_is_told_in_words() -> None:
    assert view_of(handset(mode="manual"))["mode"] == ""
    assert view_of(handset(mode="auto"))["mode"] == "answers by itself"
