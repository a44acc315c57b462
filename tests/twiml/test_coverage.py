"""All of TwiML: each element and attribute is built, checked, and executed (or honestly logged).

`python -m tests.twiml.table` prints the same as a table.
"""

from __future__ import annotations

import inspect

import pytest
from twilio.twiml import fax_response, messaging_response, voice_response

from helpers.twiml import problems
from helpers.twiml.element import CLASSES
from tests.twiml import table
from tests.twiml.grammar import ATTRIBUTES, ELEMENTS, bad, good, placed

# Twilio's code for a bad value, from the error catalogue; 11100 for a URL and 12200 for the rest.
CODES = {
    "VoiceResponse": {"version": 12101},
    "MessagingResponse": {"version": 12101},
    # Inside a Gather, where the test puts it; elsewhere 13511 and 13510.
    "Say": {"voice": 13321, "loop": 13322, "language": 13512},
    "SsmlProsody": {"rate": 13513},
    "Play": {"loop": 13410, "digits": 13430},
    "Pause": {"length": 13910},
    "Gather": {
        "input": 13326,
        "method": 13312,
        "timeout": 13313,
        "speechTimeout": 13327,
        "maxSpeechTime": 13328,
        "profanityFilter": 13333,
        "finishOnKey": 13310,
        "numDigits": 13314,
        "partialResultCallbackMethod": 13329,
        "language": 13331,
        "bargeIn": 13332,
        "speechModel": 13334,
        "actionOnEmptyResult": 13338,
    },
    "Record": {
        "method": 13610,
        "timeout": 13611,
        "finishOnKey": 13613,
        "maxLength": 13612,
        "playBeep": 13616,
        "trim": 13699,
        "recordingStatusCallbackEvent": 13621,
        "transcribe": 13614,
        "transcribeCallback": 13615,
    },
    "Dial": {
        "method": 13210,
        "timeout": 13212,
        "hangupOnStar": 13213,
        "timeLimit": 13216,
        "record": 13217,
        "recordingStatusCallback": 13256,
        "answerOnBridge": 13219,
        "ringTone": 13220,
        "sequential": 13218,
    },
    "Number": {"sendDigits": 13222, "method": 13221},
    "Sip": {"method": 13241},
    "Conference": {
        "muted": 13230,
        "beep": 13235,
        "startConferenceOnEnter": 13232,
        "endConferenceOnExit": 13231,
        "waitUrl": 13233,
        "waitMethod": 13234,
        "coach": 13240,
        "trim": 13239,
        "participantLabel": 16023,
    },
    "Enqueue": {"action": 14203, "method": 14201, "waitUrl": 14202, "waitUrlMethod": 14206},
    "Queue": {"url": 14211, "method": 14210},
    "Redirect": {"method": 13710},
    "Reject": {"reason": 13810},
    "Message": {"to": 14101, "from": 14102, "method": 14104, "statusCallback": 14105},
    "Sms": {"to": 14101, "from": 14102, "method": 14104, "statusCallback": 14105},
    "MessagingRedirect": {"method": 14104},
}
OFFICIAL = {
    name: cls
    for module in (fax_response, messaging_response, voice_response)
    for name, cls in vars(module).items()
    if inspect.isclass(cls)
} | {"Redirect": voice_response.Redirect, "MessagingRedirect": messaging_response.Redirect}
# What an element cannot do without.
NEEDED = {"Stream": {"url": "wss://media.test/s"}}
CHECKED = [(name, a) for name, a in ATTRIBUTES if bad(name, a) is not None]


def kind(name: str) -> str:
    """What a document with such an element is for."""
    context = ELEMENTS[name]["context"]
    return context if context in ("messaging", "fax") else "voice"


def faults(name: str, attributes: dict[str, str]) -> list[int]:
    """The codes the checker has for an element with these attributes, beyond those without."""
    needed = NEEDED.get(name, {})
    found = [p.code for p in problems(placed(name, needed | attributes), kind(name))]
    for problem in problems(placed(name, needed), kind(name)):
        if problem.code in found:
            found.remove(problem.code)
    return found


def test_the_grammar_has_66_elements_and_318_attributes():
    assert (len(ELEMENTS), len(ATTRIBUTES)) == (66, 318)
    assert len(CHECKED) == 222


@pytest.mark.parametrize("name", ELEMENTS)
def test_each_element_is_built_with_all_its_attributes(name):
    """The bytes are the official builder's, attributes of the documentation alone included."""
    facts = ELEMENTS[name]["attributes"]
    given = {facts[a].get("sdk_kwarg", a): good(name, a) for a in facts}
    if ELEMENTS[name]["sdk"]["constructor_body_required"]:
        given[ELEMENTS[name]["sdk"]["constructor_body"]] = "words"
    written = str(CLASSES[name](**given))
    assert written == str(OFFICIAL[name](**given))
    assert all(f' {a}="' in written for a in facts)


@pytest.mark.parametrize(("name", "attribute"), ATTRIBUTES)
def test_each_attribute_may_have_a_good_value(name, attribute):
    assert faults(name, {attribute: good(name, attribute)}) == []


@pytest.mark.parametrize(("name", "attribute"), CHECKED)
def test_each_attribute_may_not_have_a_bad_value(name, attribute):
    fact = ELEMENTS[name]["attributes"][attribute]
    other = 11100 if fact["type"] == "url" else 12200
    expected = CODES.get(name, {}).get(attribute, other)
    assert faults(name, {attribute: bad(name, attribute)}) == [expected]


def test_each_element_and_each_attribute_is_executed_or_honestly_logged():
    assert table.missing() == []


def test_the_marks_name_nothing_else():
    assert sorted(set(table.marks()) - set(table.WANTED)) == []


def test_the_table_has_a_row_for_each_element():
    rows = table.table().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(ELEMENTS)
    assert len(table.table()) < 45_000
