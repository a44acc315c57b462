"""Checks: not tried, not yet, right; each with its reason."""

import pytest

from helpers.checks import check
from helpers.errors import HelperError


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (None, "Not tried yet: put your text in `body`."),
        ("Ada here, running late", "Right: 22 characters of GSM-7, one segment."),
        ("é" * 160, "Right: 160 characters of GSM-7, one segment."),
        ("", "Not yet: the text is empty: greet somebody."),
        (42, "Not yet: a text message is a string: put it in quotation marks."),
        ("x" * 173, "Not yet: 173 characters of GSM-7: that is 2 segments, 13 too many."),
        ("👋" * 40, "Not yet: 80 characters of UCS-2: that is 2 segments, 10 too many."),
    ],
)
def test_exercise_4_1(body, verdict):
    assert repr(check("04.1", body)) == verdict


@pytest.mark.parametrize("name", ["04.9", "99.1", "nonsense", "", 4.1, None])
def test_an_unknown_exercise_is_a_sentence(name):
    with pytest.raises(HelperError, match="no exercise"):
        check(name, None)
