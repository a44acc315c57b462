"""Redirect, Hangup, Reject, and verbs that have no effect here."""

import pytest

from helpers.twiml import conversation
from helpers.twiml.steps import Alert, Answer, Begin, Fetch, HangUp, Refuse, Speak
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


@pytest.mark.parametrize(
    "verb", ["Enqueue", "Leave", "Refer", "Echo"]
)
def test_what_is_not_carried_out_is_said_honestly(verb):
    steps = hear(f"<{verb}/><Say>on</Say>")
    (alert,) = of(Alert, steps)
    assert alert.text == f"<{verb}> is not carried out here; what follows it goes on."
    assert of(Speak, steps) == [Speak("on")]
