"""Checks of lesson 03, make a call."""

from __future__ import annotations

import re
from typing import Any

from helpers.checks.attempt import fetched, function, outcome
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Gap, Verdict, not_tried, not_yet, right, short
from helpers.errors import TwilioError
from helpers.session import ENDED, current
from helpers.story.traffic import Traffic

WORDS = "Fish & chips? 50% off!"
UNVERIFIED, MALFORMED = "+15558675310", "+1415555"


def check_1(url_of_the_day: Any) -> Verdict:
    """The Twimlet's address with words that mean something to an address."""
    url = url_of_the_day
    if url is None:
        return not_tried("put the Twimlet's address, with your words, into `url_of_the_day`.")
    if not isinstance(url, str):
        return not_yet("an address is text: put it in quotation marks.")
    if not url.strip():
        return not_yet(
            "the address is empty.", 'Begin with "http://twimlets.com/message?Message=".'
        )
    if not url.isascii():
        return not_yet("an address holds plain letters only.", "Write the words with quote.")
    with Rehearsal() as stage:
        heard = stage.ring(url.strip())
    said = " ".join(heard.said)
    if said == WORDS:
        return right(f"the phone heard {said!r}.")
    if not said:
        return not_yet(
            "the phone rang and heard nothing of yours.",
            "The words stand after http://twimlets.com/message?Message= and nowhere else.",
        )
    if re.search(r"%[0-9A-Fa-f]{2}", said):
        step = "It was encoded twice: use quote once, on the words."
    elif WORDS.startswith(said):
        step = "An & begins the next parameter: write the words with quote."
    else:
        step = f"It should be {WORDS!r}."
    return not_yet(f"the phone heard {said!r}.", step)


def check_2(sid: Any) -> Verdict:
    """A call to the lesson's phone that brought its TwiML along, and is over."""
    if sid is None:
        return not_tried("make a call, wait for its end, and put its SID into `sid`.")
    session = current()
    call = fetched(sid, "call", "CA", session.client.calls)
    if call.direction != "outbound-api":
        return not_yet("somebody called in: that is no call of yours.", "Use client.calls.create.")
    if call.to != session.phone.number:
        return not_yet(f"that call went to {call.to}.", "Call session.phone.number.")
    if call.status not in ENDED:
        return not_yet(
            f"the call is still {call.status}.", "Wait for its end: await session.ended(call)."
        )
    if call.status != "completed":
        return not_yet(
            f"the call ended as {call.status}: nobody heard it.",
            "Wait until no other call is under way, call once more, and answer.",
        )
    return _brought_along(sid)


def _brought_along(sid: str) -> Verdict:
    """Whether the call had its document with it; unknown of a real call."""
    session = current()
    traffic = session.traffic(sid)
    if not isinstance(traffic, Traffic):
        return right("the call is over; what it said you have heard yourself.")
    if any(exchange.purpose == "document" for exchange in traffic):
        return not_yet(
            "this call asked a page for its words.", "Give twiml= in place of url=, and no url=."
        )
    [heard] = [each for each in session.phone.calls if each.sid == sid]
    said = " ".join(entry.text for entry in heard.transcript if entry.verb == "Say")
    if not said.strip():
        return not_yet(
            "the call is over, and nothing was said in it.",
            "A document that speaks: <Response><Say>Your words.</Say></Response>.",
        )
    return right(f"the phone heard {said!r}, and no page was asked.")


def check_3(why_not: Any) -> Verdict:
    """A function that orders a call and tells the code of a refusal."""
    head = "why_not(client, to, from_)"
    order = function(why_not, head)
    with Rehearsal() as stage:
        mine, own = stage.phone.number, stage.number

        def code(to: str, from_: str) -> Any:
            try:
                return outcome(order, head, stage.client, to, from_)
            except Gap as gap:
                missed = getattr(gap.__cause__, "code", None)
                if missed is None:
                    raise
                raise Gap(
                    f"the error of {to} ({missed}) gets out of your function.",
                    "Put the order under try, and catch TwilioError.",
                ) from gap

        for to, from_, wanted in (
            (UNVERIFIED, own, 21219),
            (MALFORMED, own, 13223),
            (mine, UNVERIFIED, 21210),
        ):
            got = code(to, from_)
            if got != wanted:
                raise Gap(_other(got, wanted, to, from_), _step(got))
        if stage.client.calls.list():
            raise Gap("a refused order became a call.", "Order from the number you are given.")
        taken = code(mine, own)
        if not stage.client.calls.list(to=mine):
            raise Gap(
                f"no call was ordered to {mine}, which is verified.",
                "Call client.calls.create(to=to, from_=from_, ...).",
            )
        if taken is not None:
            raise Gap(f"the order was taken, and it returns {_short(taken)}.", "Return None then.")
    return right("21219, 13223, 21210 and a call that was taken: your function tells them apart.")


def _other(got: Any, wanted: int, to: str, from_: str) -> str:
    return f"a call from {from_} to {to} is refused with {wanted}, and it returns {_short(got)}."


def _step(got: Any) -> str:
    if isinstance(got, Exception):
        return "That is the whole error: return its .code."
    if isinstance(got, str):
        return "Return the number itself, error.code, not a text."
    if got is None:
        return "Return error.code; printing it is not enough."
    return "Return error.code."


def _short(value: Any) -> str:
    if isinstance(value, TwilioError):
        return str(value).partition("\n")[0][:60]
    return short(value)


PRACTISED = ("quiz 1", "ex1", "quiz 2", "ex2", "ex3")

QUIZ = (
    Question(
        "A colleague's program stops at: No module named twilio. What is missing?",
        a=(
            "pip install twilio, in the environment in which the program runs.",
            "From then on, from twilio.rest import Client loads it.",
        ),
        b=(
            "from twilio.rest import Client, at the top.",
            "That is the very line that fails: the library itself is not there yet.",
        ),
        c=(
            "An Account SID and an Auth Token.",
            "They are asked for later. Without the library nothing gets that far.",
        ),
        right="a",
    ),
    Question(
        "The client sends client.calls.create(...). What goes over the wire?",
        a=(
            "A GET of the page with the TwiML.",
            "That is Twilio's part, and it comes when somebody answers.",
        ),
        b=(
            "A POST with JSON.",
            "A POST it is; but Twilio wants a form, which data= makes, and not JSON.",
        ),
        c=(
            "A POST of a form with To, From and Url to the list of calls.",
            "That is all. Any program that can send a form can make calls.",
        ),
        right="c",
    ),
    Question(
        "Your program ordered a call and got queued. When does Twilio ask for your page?",
        a=(
            "At once, so that it is ready.",
            "Then it could not say what is true at the moment of the answer.",
        ),
        b=(
            "When somebody answers.",
            "So the page is asked late or, if nobody answers, never.",
        ),
        c=(
            "When the phone begins to ring.",
            "Later: somebody may never answer, and then no document is needed.",
        ),
        right="b",
    ),
)
