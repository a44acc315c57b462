"""Segments: the vectors of Twilio's own calculator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sms import (
    BASIC,
    EXTENSION,
    TRIAL_PREFIX,
    Segments,
    encoding,
    outsiders,
    segments,
)

ITALY = "\U0001f1ee\U0001f1f9"
RAINBOW = "\U0001f3f3\ufe0f\u200d\U0001f308"


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("1" * 160, "GSM-7", 1),
        ("1" * 161, "GSM-7", 2),
        ("1" * 306, "GSM-7", 2),
        ("1" * 307, "GSM-7", 3),
        ("€" + "1" * 158, "GSM-7", 1),
        ("€" + "1" * 159, "GSM-7", 2),
        ("😜" + "1" * 68, "UCS-2", 1),
        ("😜" + "1" * 69, "UCS-2", 2),
        ("😜" + "1" * 133, "UCS-2", 3),
        ("ç" * 70, "UCS-2", 1),
        ("ç" * 71, "UCS-2", 2),
        (ITALY + "1" * 66, "UCS-2", 1),
        (ITALY + "1" * 67, "UCS-2", 2),
        (RAINBOW + "1" * 64, "UCS-2", 1),
        (RAINBOW + "1" * 65, "UCS-2", 2),
        ("😀" + "]" * 68, "UCS-2", 1),
        ("Ж" * 70, "UCS-2", 1),
        ("Ж" * 71, "UCS-2", 2),
        (TRIAL_PREFIX + "1" * 122, "GSM-7", 1),
        (TRIAL_PREFIX + "1" * 123, "GSM-7", 2),
        ("", "GSM-7", 1),
    ],
)
def test_vectors(text, name, count):
    cut = segments(text)
    assert (cut.encoding, cut.count) == (name, count)
    assert len(cut.parts) == count
    assert "".join(cut.parts) == text


def test_the_alphabet_is_complete():
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert len(TRIAL_PREFIX) == 38


def test_what_is_in_the_alphabet_is_not_what_one_would_guess():
    assert encoding("Çàèéìòù ΔΦΓΛΩΠΨΣΘΞ [~] €") == "GSM-7"
    for char in "`\tçáíóúâê\u0391Ж\u2013…“":
        assert encoding(char) == "UCS-2", char
    assert outsiders("“Hi” there “you”") == ("“", "”")


def test_left_tells_what_still_fits():
    assert segments("Hello") == Segments("GSM-7", 1, 5, 155, ("Hello",))
    assert segments("1" * 161).left == 153 - 8
    assert segments("ж").left == 69


def test_an_extension_character_is_not_cut_in_two():
    cut = segments("1" * 152 + "€" + "1" * 10)
    assert cut.parts == ("1" * 152, "€" + "1" * 10)
    assert cut.units == 164


def test_an_emoji_of_many_characters_is_not_cut_in_two():
    family = "👩\u200d👩\u200d👧"
    thumb = "👍🏽"
    for whole in (family, thumb, RAINBOW, ITALY, "e\u0301", "1\ufe0f\u20e3"):
        cut = segments("ж" * 66 + whole + "ж" * 10)
        assert cut.parts[1].startswith(whole)


def test_three_letters_of_flags_are_one_flag_and_a_rest():
    cut = segments("ж" * 66 + ITALY + ITALY[0] + "ж")
    assert cut.parts == ("ж" * 66, ITALY + ITALY[0] + "ж")


def test_a_character_longer_than_a_part_is_cut_all_the_same():
    cut = segments("e" + "\u0301" * 200)
    assert [len(part) for part in cut.parts] == [67, 67, 67]


@given(st.text(max_size=400))
def test_any_text_is_kept_and_fits(text):
    cut = segments(text)
    room = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[cut.encoding][cut.count > 1]
    assert "".join(cut.parts) == text
    for part in cut.parts:
        septets = len(part) + sum(c in EXTENSION for c in part)
        octets = len(part.encode("utf-16-le", "surrogatepass"))
        assert (septets if cut.encoding == "GSM-7" else octets // 2) <= room
    assert 0 <= cut.left <= room
