"""What a check can say of a reader's document: whether it is one, and what lies between words."""

import pytest

from helpers import VoiceResponse
from helpers.checks.documents import document, silences
from helpers.checks.rehearsal import Heard, Rehearsal
from helpers.checks.verdict import Gap
from helpers.phone import Entry


def heard(twiml):
    with Rehearsal() as stage:
        return stage.ring(twiml=twiml)


def test_a_response_and_its_text_are_one_document():
    response = VoiceResponse()
    response.say("Hello")
    assert document(response, "notice") == document(str(response), "notice") == str(response)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "put your document into `notice`"),
        (VoiceResponse, "`notice` is a function"),
        ("Hello", "`notice` is no document, but 'Hello'"),
        (42, "`notice` is no document, but 42"),
    ],
)
def test_what_is_no_document_is_named(given, said):
    with pytest.raises(Gap, match=said) as gap:
        document(given, "notice")
    assert gap.value.verdict.right is (None if given is None else False)


def test_silence_is_what_is_left_when_words_are_taken_away():
    twiml = "<Response><Say>a b c</Say><Pause length='3'/><Say>d</Say><Say>e</Say></Response>"
    assert silences(heard(twiml)) == [3.0, 0.0]


def test_a_listening_that_gets_nothing_is_silence_too():
    assert silences(heard("<Response><Gather><Say>a</Say></Gather><Say>b</Say></Response>")) == [5]


def test_one_sentence_leaves_no_silence_between():
    only = Heard("CA" + "0" * 32, "completed", [Entry(0.0, "Say", "a")])
    assert silences(only) == []
