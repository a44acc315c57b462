"""What a text weighs, and the form that sends it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from helpers.prices import PRICES_2012
from helpers.session import Session
from helpers.sms import TRIAL_PREFIX
from helpers.widgets.texting import send_text_form, weigh
from tests.widgets.cells import run_cell


@pytest.mark.parametrize(
    ("body", "encoding", "count", "left"),
    [
        ("", "GSM-7", 1, 160),
        ("x" * 160, "GSM-7", 1, 0),
        ("x" * 161, "GSM-7", 2, 145),
        ("€" * 80, "GSM-7", 1, 0),
        ("x" * 69 + "😀", "UCS-2", 2, 63),
    ],
)
def test_segments(body: str, encoding: str, count: int, left: int) -> None:
    found = weigh(body).segments
    assert (found.encoding, found.count, found.left) == (encoding, count, left)


OUTSIDE = "outside the GSM alphabet: the whole text becomes UCS-2"


def listed(body: str) -> list[tuple[str, ...]]:
    """The lines of the table of dear characters, as they are shown."""
    tables = [block for block in weigh(body).blocks() if block["kind"] == "table"]
    return [tuple(line) for table in tables for line in table["rows"]]


def test_each_dear_character_says_why() -> None:
    # The euro is no dearer than others once the text is UCS-2.
    weight = weigh("5 € \u2013 “yes” 😀")
    assert [(each.char, each.times, each.outside, each.plain) for each in weight.dear] == [
        ("\u2013", 1, True, "-"),
        ("“", 1, True, '"'),
        ("”", 1, True, '"'),
        ("😀", 1, True, None),
    ]
    assert listed("5 € \u2013 😀") == [
        ("\u2013", "en dash", "1", OUTSIDE, "-"),
        ("😀", "grinning face", "1", f"{OUTSIDE}, and counts twice there", "none"),
    ]
    assert listed("5 € and 6 €") == [
        ("€", "euro sign", "2", "in the extension of the alphabet: counts twice", "none"),
    ]
    assert listed("5 euros") == []


def test_what_it_costs_and_what_would_be_cheaper() -> None:
    weight = weigh("It\u2019s " + "x" * 70)
    assert weight.cost == Decimal("0.0166")
    assert str(weight).splitlines() == [
        "2 segments of UCS-2: 75 16-bit units, 59 more fit into the last one. "
        "Twilio takes 0.0166 dollars, and some 0.007 for the carrier.",
        "character  name                         times  why it costs more"
        "                                       look-alike",
        "\u2019          right single quotation mark  1      "
        "outside the GSM alphabet: the whole text becomes UCS-2  '",
        "With look-alikes it would be 1 of GSM-7.",
    ]


def test_a_list_without_the_carriers_fee_says_none() -> None:
    assert weigh("Hi", prices=PRICES_2012).summary.endswith("Twilio takes 0.01 dollars.")


def test_the_trial_prefix_counts() -> None:
    weight = weigh("x" * 130, trial=True)
    assert weight.segments.units == 130 + len(TRIAL_PREFIX)
    assert weight.segments.count == 2
    assert f"puts {len(TRIAL_PREFIX)} characters before it" in str(weight)


def test_marks_show_dear_characters_and_where_segments_begin() -> None:
    assert weigh("a€b").marks == [(1, 2, "double")]
    assert weigh("a\u2013b").marks == [(1, 2, "outside")]
    assert weigh("x" * 200).marks == [(153, 154, "cut")]
    assert weigh("x" * 130, trial=True).marks == [(153 - 38, 154 - 38, "cut")]


@pytest.mark.parametrize("char", ["\n", "\x00", "\ufffd", "\U0010ffff", "\u01c3"])
def test_any_character_has_a_name(char: str) -> None:
    str(weigh(f"{char} \u2013"))
    assert all(each.name for each in weigh(char).dear)


# -- the form -------------------------------------------------------------------------------------


def test_it_weighs_while_one_types(session: Session) -> None:
    form = send_text_form(session)
    form.fill(body="Crème brûlée")
    assert form.view["said"].startswith("1 segment of UCS-2")
    assert [kind for *_, kind in form.view["fields"][2]["marks"]] == ["outside"]  # only the û


def test_a_text_is_sent(session: Session) -> None:
    form = send_text_form(session, body="Hello")
    assert "The text is queued." in form.press("Send")
    [message] = session.client.messages.list()
    assert message.body == f"{TRIAL_PREFIX}Hello"
    assert form.view["problem"] == ""


def test_a_refusal_has_twilios_code_and_blames_the_field(session: Session) -> None:
    form = send_text_form(session, body="Hello")
    form.fill(to="+14155550111")
    form.press("Send")
    assert "(Twilio's error 21608)" in form.view["problem"]
    assert form.view["blamed"] == "to"
    assert form.values["body"] == "Hello"


def test_look_alikes_take_the_place_of_dear_characters(session: Session) -> None:
    form = send_text_form(session, body="It\u2019s “fine” \u2013 😀")
    form.press("Use look-alikes")
    assert form.values["body"] == 'It\'s "fine" - 😀'
    assert "no character with a look-alike" in form.press("Use look-alikes")


def test_its_code_sends_the_same(session: Session) -> None:
    form = send_text_form(session, body='It\'s "so"\nand so: é')
    form.press("Send")
    form.press("Show me the code")
    assert run_cell(form.code, session=session) == "delivered"
    by_form, by_code = (
        (message.to, message.from_, message.body) for message in session.client.messages.list()
    )
    assert by_form == by_code
    assert by_code[2].endswith('It\'s "so"\nand so: é')


def test_live_it_asks_first(live: Any) -> None:
    form = send_text_form(live, body="Hello", trial=False)
    assert form.note.startswith("Live:")
    said = form.press("Send")
    assert "Live: this goes to +14155550100; a text costs about" in said
    assert "Press Send once more" in said
    assert live.made == []
    form.fill(body="Hello you")  # something else: asked again
    assert "Press Send once more" in form.press("Send")
    assert live.made == []
    form.press("Send")
    assert [each["body"] for each in live.made] == ["Hello you"]
    form.press("Send")  # and once more for the next
    assert len(live.made) == 1


def test_a_stopped_sandbox_is_told(session: Session) -> None:
    form = send_text_form(session, body="Hello")
    session.close()
    form.press("Send")
    assert form.view["problem"].startswith("No answer came: the sandbox was stopped.")
    assert "127.0.0.1" not in repr(form.get_state())
