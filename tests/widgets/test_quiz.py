"""The quiz: what it asks, what it says of an answer, and what the page is told."""

import pytest

from helpers.checks.quiz import Question, Quiz, quiz_of
from helpers.errors import HelperError
from helpers.widgets.quiz import QuizWidget

QUIZ = Quiz(
    "03",
    (
        Question(
            "When does Twilio ask your page?",
            a=("When you create the call.", "Nobody listens yet: it is only queued."),
            b=("When the phone is answered.", "Now there is somebody to speak to."),
            right="b",
        ),
        Question("1 < 2 & 2 > 1?", a=("yes", "So it is."), b=("no", "Count again."), right="a"),
    ),
)


@pytest.fixture
def widget():
    return QuizWidget(QUIZ)


def test_as_text_it_is_the_questions():
    assert repr(QUIZ).splitlines() == [
        "1. When does Twilio ask your page?",
        "  a  When you create the call.",
        "  b  When the phone is answered.",
        "",
        "2. 1 < 2 & 2 > 1?",
        "  a  yes",
        "  b  no",
        "",
        'Answer with quiz("03").answer(1, "a")',
    ]


def test_each_answer_is_told_why():
    assert repr(QUIZ.answer(1, "b")) == "Right: Now there is somebody to speak to."
    assert repr(QUIZ.answer(1, "a")).startswith("Not yet: Nobody listens yet: it is only queued.")


@pytest.mark.parametrize("letter", ["B", " b ", "b)", "b."])
def test_a_letter_may_be_written_in_many_ways(letter):
    assert QUIZ.answer(1, letter).right


@pytest.mark.parametrize(("number", "letter"), [(0, "a"), (3, "a"), ("1", "a"), (1, "c"), (1, "")])
def test_what_is_not_there_is_a_sentence(number, letter):
    with pytest.raises(HelperError, match="There is no"):
        QUIZ.answer(number, letter)


@pytest.mark.parametrize("lesson", ["99", 3, None])
def test_a_lesson_without_a_quiz_is_a_sentence(lesson):
    with pytest.raises(HelperError, match=f"no quiz {lesson!r}"):
        quiz_of(lesson)


def test_a_question_without_its_right_option_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="none of a"):
        Question("?", a=("x", "y"), right="b")


def test_the_page_does_not_know_what_is_right(widget):
    assert "Now there is somebody" not in str(widget.view)
    assert {each["said"] for each in widget.view["questions"]} == {""}


def test_a_click_is_answered_and_stays(widget):
    widget._heard(widget, {"question": 1, "letter": "b"}, [])
    first, second = widget.view["questions"]
    assert (first["chosen"], first["right"]) == ("b", True)
    assert first["said"] == "Right: Now there is somebody to speak to."
    assert second["said"] == ""


def test_the_option_is_marked_however_its_letter_is_written(widget):
    assert widget.answer(1, "B.").right
    assert widget.view["questions"][0]["chosen"] == "b"


@pytest.mark.parametrize("content", [None, {}, {"question": 9, "letter": "a"}, {"question": "x"}])
def test_nonsense_from_the_page_changes_nothing(widget, content):
    before = widget.view
    widget._heard(widget, content, [])
    assert widget.view == before


def test_its_stored_form_is_text_and_a_list(widget):
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == repr(QUIZ)
    assert "<li><p>1 &lt; 2 &amp; 2 &gt; 1?</p>" in bundle["text/html"]
