"""What the phone shows for a state of the handset."""

from __future__ import annotations

import pytest

from helpers.phone import Entry, PhoneCall, PhoneState, Text
from helpers.widgets.view import SentText, view_of
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
        (incoming("queued"), "idle", "Last call: from +15005550006, queued"),
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


def test_texts_stand_in_the_order_they_came_and_went() -> None:
    inbox = (Text("SM1", SHOP, "one", []), Text("SM2", SHOP, "three", ["http://x/cat.png"]))
    sent = [SentText(SHOP, "two", after=1), SentText(SHOP, "four", after=2)]
    texts = view_of(handset(inbox=inbox), sent=sent)["texts"]
    assert [(text["way"], text["body"]) for text in texts] == [
        ("in", "one"),
        ("out", "two"),
        ("in", "three"),
        ("out", "four"),
    ]


def test_who_wrote_last_is_suggested_first() -> None:
    inbox = (Text("SM1", "+15005550099", "hello", []),)
    contacts = view_of(handset(inbox=inbox), contacts=[SHOP])["contacts"]
    assert contacts == ["+15005550099", SHOP]


def test_a_sender_that_cannot_be_called_is_not_suggested() -> None:
    inbox = (Text("SM1", "SHOP", "no replies", []),)
    assert view_of(handset(inbox=inbox), contacts=[SHOP])["contacts"] == [SHOP]


def test_the_mode_is_told_in_words() -> None:
    assert view_of(handset(mode="manual"))["mode"] == ""
    assert view_of(handset(mode="auto"))["mode"] == "answers by itself"
