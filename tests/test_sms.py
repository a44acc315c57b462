"""Segments: the vectors of Twilio's own calculator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import sms
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


# -- smart encoding -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("\u201cIt\u2019s here\u201d", '"It\'s here"'),
        ("\u00abquoi\u00bb \u201elow\u201f", '"quoi" "low"'),
        ("`code` \u00b4", "'code' '"),
        ("one \u2013 two \u2014 three \u2022 four\u2010five", "one - two - three - four-five"),
        ("wait\u2026", "wait..."),
        ("a\u00a0b\u2003c\td", "a b c d"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u00bc \u00bd \u00be", "1/4 1/2 3/4"),
        ("\uff21\uff42\uff13\uff01", "Ab3!"),
        ("\u2039in\u203a \u201a", "<in> ,"),
    ],
)
def test_look_alikes_keep_a_text_in_the_gsm_alphabet(typed, plain):
    assert sms.encoding(typed) == "UCS-2"
    assert sms.smart(typed) == plain
    assert sms.encoding(plain) == "GSM-7"


@pytest.mark.parametrize(
    "text", ["\U0001f60a", "\u041f\u0440\u0438\u0432\u0435\u0442", "\u00e7", "\u4f60\u597d"]
)
def test_what_has_no_look_alike_stays(text):
    assert sms.smart(text) == text


def test_what_is_in_the_alphabet_is_left_alone_and_replacements_are_in_it():
    alphabet = "".join(sorted(sms.BASIC | sms.EXTENSION))
    assert sms.smart(alphabet) == alphabet
    everything = "".join(map(chr, range(0x20, 0x3000)))
    changed = [c for c in everything if sms.smart(c) != c]
    assert len(changed) > 70
    assert [c for c in changed if sms.outsiders(sms.smart(c))] == []
