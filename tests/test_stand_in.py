"""Who stands in for a person: which keys are missing, and who is quicker."""

from __future__ import annotations

import pytest

from helpers.errors import HandsetError
from helpers.phone import Entry, Heard, PhoneCall, Plan
from helpers.stand_in import GLANCE, IDLE, StandIn, _missing

MINE, SHOP = "+14155550100", "+15005550006"
ASKED = Entry(1.0, "Gather", "")


def key(digits: str) -> Entry:
    return Entry(2.0, "press", digits)


@pytest.mark.parametrize(
    ("transcript", "missing"),
    [
        ([ASKED], "1234"),
        ([ASKED, key("12")], "34"),
        ([ASKED, key("1"), ASKED, key("2")], "34"),  # a Gather for each key
        ([ASKED, key("1234")], ""),
        ([ASKED, key("1234"), ASKED], ""),
        ([ASKED, key("99")], None),  # no key can mend that: they are asked once more
        ([ASKED, key("9999"), ASKED], "1234"),
        ([ASKED, key("9999"), ASKED, key("1")], None),
        ([ASKED, key("9999"), ASKED, key("1234")], ""),
    ],
)
def test_the_missing_keys(transcript: list[Entry], missing: str | None) -> None:
    assert _missing("1234", transcript) == missing


class Ringing:
    """A handset at which a call rings that its person takes just before anybody else can."""

    number = MINE
    planned = Plan()
    mode = "manual"
    call_now = PhoneCall("CA1", "outbound-api", SHOP, MINE, "ringing", [])

    def set_mode(self, mode: str) -> None:
        self.mode = mode

    def answer(self) -> None:
        raise HandsetError(f"{MINE} is in a call already.")


def test_a_person_may_be_quicker() -> None:
    phone = Ringing()
    assert StandIn(phone).take_over(45) == ""
    assert phone.mode == "auto"


def test_a_call_that_is_planned_not_to_be_answered_is_left() -> None:
    phone = Ringing()
    phone.planned = Plan(answer=False)
    assert "follows its plan" in StandIn(phone).take_over(45)
    assert phone.mode == "no-answer"


class AtTheBeep:
    """A handset in a call that records, whose person may have *said* something."""

    number = MINE

    def __init__(self, left: float, said: list[Entry]) -> None:
        self.planned = Plan(speak="It is me.")
        self.hearing = Heard("1", "record", beep=True, left=left)
        entries = [ASKED, key("3"), Entry(3.0, "Record", ""), *said]
        self.call_now = PhoneCall("CA1", "inbound", MINE, SHOP, "in-progress", entries)
        self.spoken: list[str] = []

    def speak(self, words: str) -> None:
        self.spoken.append(words)


def test_planned_words_are_said_before_a_recording_gives_up() -> None:
    phone = AtTheBeep(5.0, [])
    stand_in = StandIn(phone)
    assert stand_in.continue_(False) == ("", 4.0)
    phone.hearing = Heard("1", "record", beep=True, left=0.9)
    said, _ = stand_in.continue_(False)
    assert "says 'It is me.'" in said
    stand_in.continue_(False)
    assert phone.spoken == ["It is me."]


def test_who_speaks_at_the_beep_is_not_spoken_for() -> None:
    phone = AtTheBeep(0.9, [Entry(4.0, "speak", "Hello")])
    assert StandIn(phone).continue_(False)[0] == ""
    assert phone.spoken == []


class Alone:
    """A handset at which nobody is: what it was told to follow."""

    def __init__(self) -> None:
        self.planned = Plan(press="1")
        self.followed: list[Plan] = []

    def plan(self, answer: bool, press: str | None = None, speak: str | None = None) -> None:
        self.planned = Plan(answer, press, speak)

    def follow_plan(self) -> None:
        self.followed.append(self.planned)


def test_keys_are_given_once_for_each_plan() -> None:
    phone = Alone()
    stand_in = StandIn(phone)
    assert not stand_in.followed
    stand_in.follow()
    stand_in.follow()
    assert stand_in.followed
    assert phone.followed == [Plan(press="1"), Plan()]
    phone.plan(True, "1")
    assert not stand_in.followed
    stand_in.follow()
    assert phone.followed[2:] == [Plan(press="1")]


class Asked:
    """A handset in a call that wants keys, for half a second more."""

    number = MINE

    def __init__(self, *transcript: Entry) -> None:
        self.planned = Plan(press="12")
        self.hearing: Heard | None = Heard("1", "listen", keys=True, left=0.5)
        self.call_now: PhoneCall | None = None
        self.now(*transcript)
        self.pressed: list[str] = []

    def now(self, *transcript: Entry, status: str = "in-progress") -> None:
        self.call_now = PhoneCall("CA1", "inbound", MINE, SHOP, status, list(transcript))

    def press(self, keys: str) -> None:
        self.pressed.append(keys)


def test_what_was_pressed_is_not_pressed_in_the_next_call() -> None:
    phone = Asked(ASKED)
    stand_in = StandIn(phone)
    assert "presses 12" in stand_in.continue_(False)[0]
    phone.now(ASKED)
    assert stand_in.continue_(False) == ("", IDLE)
    assert phone.pressed == ["12"]


def test_who_pressed_a_wrong_key_is_helped_when_they_are_asked_again() -> None:
    phone = Asked(ASKED, key("99"))
    stand_in = StandIn(phone)
    assert stand_in.continue_(False)[0] == ""
    phone.now(ASKED, key("99"), ASKED)
    stand_in.continue_(False)
    assert phone.pressed == ["12"]


def test_nothing_is_pressed_where_nobody_waits_for_keys() -> None:
    phone = Asked(ASKED)
    stand_in = StandIn(phone)
    for hearing in (
        None,
        Heard("1", "listen", keys=True),
        Heard("1", "listen", speech=True, left=0),
    ):
        phone.hearing = hearing
        assert stand_in.continue_(False) == ("", GLANCE)
    phone.now(ASKED, status="ringing")
    assert stand_in.continue_(False) == ("", IDLE)
    phone.call_now = None
    assert stand_in.continue_(False) == ("", IDLE)
    assert phone.pressed == []
