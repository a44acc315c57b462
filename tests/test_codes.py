"""explain: a code, an error or an alert, in three sentences and the address of its page."""

import pytest

from helpers import TwilioError, explain
from helpers.advice import ADVICE
from helpers.errors import HelperError


def test_a_code_says_what_and_what_to_do():
    told = repr(explain(21608))
    first, step, *lessons, more = told.splitlines()
    assert first == "21608  A trial account texts verified numbers only."
    assert step.startswith("  try   Verify it first")
    assert any("lesson 04" in line for line in lessons)
    assert more == "  more  https://www.twilio.com/docs/errors/21608"


@pytest.mark.parametrize("code", ["21608", " 21608 "])
def test_a_code_may_be_text(code):
    assert explain(code) == explain(21608)


def test_a_code_may_have_six_digits():
    assert explain(572001).code == 572001


def test_an_error_is_explained_by_its_code():
    error = TwilioError(400, "/Messages.json", "no", 21608, "POST")
    assert explain(error) == explain(21608)


def test_an_alert_has_its_title():
    assert repr(explain(12100)).startswith("12100  Document parse failure.\n  try   Correct")


def test_an_unknown_code_has_its_family_and_its_page():
    assert "Gather problem" in repr(explain(13399))
    assert "Twilio's page may" in repr(explain(99999))
    assert "errors/99999" in repr(explain(99999))


@pytest.mark.parametrize("what", ["STOP", "", -1, 3.5, object(), "1234567", [21608]])
def test_what_is_no_code_is_a_sentence(what):
    with pytest.raises(HelperError, match="no code"):
        explain(what)


def test_a_lesson_that_has_the_digits_in_another_number_is_not_meant():
    assert explain(21608).lessons
    assert explain(1608).lessons == explain(2160).lessons == ()


def test_all_are_listed_in_order():
    codes = [one.code for one in explain()]
    assert codes == sorted(codes)
    assert set(ADVICE) < set(codes)
    assert "21608   A trial account texts verified numbers only." in repr(explain())
