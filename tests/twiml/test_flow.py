"""Redirect, Hangup, Reject, Echo: where a call goes, as steps."""

import pytest

from helpers.twiml import conversation
from helpers.twiml.steps import Alert, Answer, Begin, Fetch, HangUp, Refuse, Repeat, Speak
from tests.twiml.driver import HERE, hear, of, site


@pytest.mark.parametrize(
    ("xml", "url", "method"),
    [
        ("<Redirect>/next</Redirect>", "http://shop.test/next", "POST"),
        ("<Redirect>\n next?a=1&amp;b=2 \n</Redirect>", f"{HERE[:-5]}next?a=1&b=2", "POST"),
        ('<Redirect method="GET">https://a.test/</Redirect>', "https://a.test/", "GET"),
        ('<Redirect method="PUT">/next</Redirect>', "http://shop.test/next", "POST"),
        ("<Redirect/>", HERE, "POST"),
    ],
)
def test_redirect_goes_on_elsewhere_for_good(xml, url, method):
    steps = hear(xml + "<Say>not heard</Say>", {Fetch: site({url: "<Response/>"})})
    assert of(Fetch, steps) == [Fetch(url, method)]
    assert Begin("Redirect", url) in steps
    assert not of(Speak, steps)


def test_hangup_ends_the_call_answered():
    assert hear("<Hangup/><Say>a</Say>") == [Answer(), Begin("Hangup"), HangUp()]


def test_after_hangup_nothing_comes():
    talk = conversation("<Response><Hangup/><Say>a</Say></Response>")
    assert [type(step) for step in talk] == [Answer, Begin, HangUp]


@pytest.mark.parametrize(("attribute", "reason"), [("", "rejected"), ('reason="busy"', "busy")])
def test_reject_refuses_without_answering(attribute, reason):
    assert hear(f"<Reject {attribute}/><Say>a</Say>") == [Begin("Reject", reason), Refuse(reason)]


def test_a_late_reject_hangs_up_and_says_so():
    steps = hear("<Say>a</Say><Reject/><Say>b</Say>")
    assert [type(step) for step in steps] == [Answer, Begin, Speak, Begin, Alert, HangUp]
    assert hear("<Reject/>", answered=True)[-1] == HangUp()


@pytest.mark.executes("Hangup", "Reject", "Parameter", "Parameter.name", "Parameter.value")
def test_parameters_go_back_to_the_dial_that_called_this_application():
    inside = "<Parameter name='order' value='7'/><Parameter value='nameless'/>"
    told = (("order", "7"),)
    assert hear(f"<Hangup>{inside}</Hangup>")[-1] == HangUp(told)
    assert hear(f"<Reject reason='busy'>{inside}</Reject>")[-1] == Refuse("busy", told)
    assert hear(f"<Say>a</Say><Reject>{inside}</Reject>")[-1] == HangUp(told)


@pytest.mark.executes("Echo")
def test_echo_plays_back_until_the_end_of_the_call():
    steps = hear("<Echo/><Say>not heard</Say>")
    assert steps == [Answer(), Begin("Echo"), Repeat(), HangUp()]


def test_an_empty_response_answers_and_hangs_up():
    assert hear("") == [Answer(), HangUp()]


def test_what_cannot_run_on_the_called_side_is_passed_over():
    steps = hear(
        "<Dial>+14155550100</Dial><Record/><Say>hello</Say>",
        kind="called",
    )
    assert [alert.code for alert in of(Alert, steps)] == [12200, 13201]
    assert of(Speak, steps) == [Speak("hello")]
    assert not of(HangUp, steps)
