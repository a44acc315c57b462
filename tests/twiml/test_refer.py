"""Refer: hand a SIP call over to another SIP address, as steps."""

import pytest

from helpers.twiml.steps import Alert, Begin, Fetch, HangUp, Speak, Transfer, Transferred
from tests.twiml.driver import hear, of, page

SIP = "<Sip>sip:bob@b.test?X-Account=7</Sip>"
END = page("<Response/>")


@pytest.mark.executes("Refer", "ReferSip", "Refer.action", "Refer.method")
@pytest.mark.parametrize(
    ("ended", "params"),
    [
        (
            Transferred("in-progress", 202, 200),
            {
                "ReferCallStatus": "in-progress",
                "ReferSipResponseCode": "202",
                "NotifySipResponseCode": "200",
            },
        ),
        (
            Transferred("busy", 202, 486),
            {
                "ReferCallStatus": "busy",
                "ReferSipResponseCode": "202",
                "NotifySipResponseCode": "486",
            },
        ),
        (None, {"ReferCallStatus": "failed"}),
    ],
)
def test_the_action_is_told_how_it_went(ended, params):
    steps = hear(
        f'<Refer action="/after" method="GET">{SIP}</Refer><Say>not heard</Say>',
        {Transfer: ended, Fetch: END},
    )
    assert of(Begin, steps)[0] == Begin("Refer", "sip:bob@b.test?X-Account=7")
    assert of(Transfer, steps) == [Transfer("sip:bob@b.test?X-Account=7")]
    (asked,) = of(Fetch, steps)
    assert (asked.url, asked.method) == ("http://shop.test/after", "GET")
    assert dict(asked.params) == params


def test_without_an_action_the_next_verb_runs():
    steps = hear(f"<Refer>{SIP}</Refer><Say>on</Say>", {Transfer: Transferred("in-progress")})
    assert of(Speak, steps) == [Speak("on")]


def test_a_call_that_is_no_sip_call_is_told_so_and_goes_on():
    steps = hear(f"<Refer>{SIP}</Refer><Say>on</Say>", {Transfer: None})
    assert [(alert.code, alert.level) for alert in of(Alert, steps)] == [(13801, "error")]
    assert of(Speak, steps) == [Speak("on")]


def test_a_caller_who_hangs_up_meanwhile_ends_it():
    left = Transferred("canceled", 202, 180, caller_left=True)
    steps = hear(f"<Refer>{SIP}</Refer><Say>a</Say>", {Transfer: left})
    assert of(Speak, steps) == []
    steps = hear(f"<Refer action='/a'>{SIP}</Refer>", {Transfer: left, Fetch: END})
    assert [type(step) for step in steps[-2:]] == [Fetch, HangUp]


def test_nobody_to_refer_to_is_told():
    steps = hear("<Refer/><Say>on</Say>")
    assert [alert.code for alert in of(Alert, steps)] == [12200]
    assert of(Speak, steps) == [Speak("on")]
