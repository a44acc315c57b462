"""Checks of lesson 04, send an SMS."""

from __future__ import annotations

from typing import Any

import requests

from helpers import sms
from helpers.advice import ADVICE
from helpers.checks.attempt import fetched
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Verdict, not_tried, not_yet, right
from helpers.session import current

FIELDS = ("From", "To", "Body")
WAYS = ("queued", "sending", "sent", "accepted", "scheduled")


def check_1(body: Any) -> Verdict:
    """A text of one's own that fits one segment."""
    if body is None:
        return not_tried("put your text in `body`.")
    if not isinstance(body, str):
        return not_yet("a text message is a string: put it in quotation marks.")
    if not body.strip():
        return not_yet("the text is empty: greet somebody.")
    parts = sms.segments(body)
    if parts.count > 1:
        room = 160 if parts.encoding == "GSM-7" else 70
        return not_yet(
            f"{parts.units} characters of {parts.encoding}: that is {parts.count} segments, "
            f"{parts.units - room} too many.",
        )
    return right(f"{parts.units} characters of {parts.encoding}, one segment.")


def check_2(sid: Any) -> Verdict:
    """A text of two segments that has arrived on the lesson's phone."""
    if sid is None:
        return not_tried("send the text, wait for it, and put its SID into `sid`.")
    session = current()
    message = fetched(sid, "message", "SM|MM", session.client.messages)
    if message.direction == "inbound":
        return not_yet("that text came in.", "Send one: client.messages.create(...).")
    if message.to != session.phone.number:
        return not_yet(f"that text went to {message.to}.", "Text session.phone.number.")
    count = int(message.num_segments)
    if count != 2:
        more = "more" if count < 2 else "less"
        return not_yet(
            f"{len(message.body)} characters in all: that is {count} "
            f"segment{'s' if count > 1 else ''}, not two.",
            f"Write {more}; the trial's sentence takes {len(sms.TRIAL_PREFIX)} of them.",
        )
    if message.status in WAYS:
        return not_yet(
            f"it is still {message.status}.",
            "Wait until it has arrived: await session.delivered(message).",
        )
    if message.status != "delivered":
        return not_yet(f"it ended as {message.status}.", "Send it once more.")
    return right(f"{len(message.body)} characters, two segments, delivered.")


def check_3(order: Any) -> Verdict:
    """A form that Twilio takes, of one that it refused for three reasons."""
    if order is None:
        return not_tried("put the mended form into `order`.")
    if not isinstance(order, dict):
        return not_yet(
            f"a form is a dict of names and values, not a {type(order).__name__}.",
            'Write order = {"From": ..., "To": ..., "Body": ...}.',
        )
    if wrong := [name for name in order if name not in FIELDS]:
        return not_yet(
            f"Twilio knows no field {wrong[0]!r} here.",
            "Over the wire the names are From, To and Body, with capitals.",
        )
    if wrong := [name for name, value in order.items() if not isinstance(value, str)]:
        return not_yet(f"{wrong[0]} is no text.", "Numbers and words of a form are strings.")
    with Rehearsal() as stage:
        session = current()
        # A classroom's numbers are others than a rehearsal's.
        same = {session.number: stage.number, session.phone.number: stage.phone.number}
        form = {name: str(same.get(value, value)) for name, value in order.items()}
        with requests.Session() as http:
            http.trust_env = False
            url = f"{stage.url}/2010-04-01/Accounts/{stage.auth[0]}/Messages.json"
            body = {k: v.encode("utf-8", "replace") for k, v in form.items()}
            reply = http.post(url, data=body, auth=stage.auth, timeout=(5, 30))
        facts = reply.json()
        if reply.status_code != 201:
            code = int(facts["code"])
            _, step = ADVICE.get(code, ("", "Look the code up: explain(...)."))
            return not_yet(f"it is refused with {code}: {facts['message']}", step)
        stage.run()
        if not stage.phone.inbox:
            return not_yet("the order is taken, but your phone gets nothing.", "Text your phone.")
        return right(f"201, and the phone got {stage.phone.inbox[-1].body!r}.")


PRACTISED = ("quiz 1", "ex3", "ex2", "ex3", "ex1", "quiz 3")

QUIZ = (
    Question(
        "A trial account; your own mobile phone and a friend's are verified. Which text leaves?",
        a=(
            "From your mobile phone to your friend's.",
            "21659: a verified number may be shown in calls, but it sends no texts.",
        ),
        b=(
            "From the number that Twilio gave you to your friend's.",
            "The sender is Twilio's, and the recipient verified: both rules are kept.",
        ),
        c=(
            "From the number that Twilio gave you to anybody.",
            "21608 for all but your own phone and your friend's, until you upgrade.",
        ),
        right="b",
    ),
    Question(
        "The answer is 201, its status is queued. Your program prints: The text has arrived. True?",
        a=(
            "Right: 201 means success.",
            "It means that there is a message now. Where it is, nobody has said yet.",
        ),
        b=(
            "Wrong: the text has failed.",
            "Nothing has failed; it waits for its turn.",
        ),
        c=(
            "Too early: only delivered says so, and it comes later, if at all.",
            "A status callback brings it, so that the program need not ask.",
        ),
        right="c",
    ),
    Question(
        "Your list of messages has one that is inbound and received. What is it?",
        a=(
            "A text that somebody wrote to your number; its sender stands in from_.",
            "And nothing was put in front of it, for a person wrote it.",
        ),
        b=(
            "A text of yours that the phone has received.",
            "That would be outbound-api and delivered.",
        ),
        c=(
            "A text that Twilio sent to you about your trial.",
            "Twilio puts a sentence in front of yours, and sends no texts of its own here.",
        ),
        right="a",
    ),
)
