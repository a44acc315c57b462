"""Checks of lesson 02, verify your phone number, or buy one."""

from __future__ import annotations

from typing import Any

from helpers.checks.attempt import function, outcome
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Verdict, not_yet, right

VERIFY, RENT = "verify(client, phone)", "rent(client, area_code)"
FRIEND = "+14155550111"
AREAS = (212, 415)


def check_1(verify: Any) -> Verdict:
    """A function after which a friend's phone is on the list of verified numbers."""
    function(verify, VERIFY)
    with Rehearsal(numbers=(), verified=()) as stage:
        phone = stage.handset(FRIEND)
        outcome(verify, VERIFY, stage.client, phone)
        stage.run()
        if [one.phone_number for one in stage.client.outgoing_caller_ids.list()] == [FRIEND]:
            return right(f"{FRIEND} is on the list of verified numbers.")
        calls = phone.calls
    if not calls:
        return not_yet(
            "the friend's phone never rang.",
            "Ask for the call: client.validation_requests.create(...), with the client and the"
            " number that the function is given.",
        )
    if calls[-1].status != "completed":
        return not_yet("the friend's phone rang, and nobody answered.", "Leave its mode alone.")
    keys = "".join(entry.text for entry in calls[-1].transcript if entry.verb == "press")
    if not keys:
        return not_yet(
            "the voice asked for the code, and no key was pressed.",
            "Let the phone press it: phone.press(...).",
        )
    return not_yet(f"the keys {keys} are not the code.", "It is the request's validation_code.")


def check_2(rent: Any) -> Verdict:
    """A function that buys a number in an area and says which."""
    function(rent, RENT)
    got = []
    for area in AREAS:
        with Rehearsal(numbers=()) as stage:
            given = outcome(rent, RENT, stage.client, area)
            owned = [one.phone_number for one in stage.client.incoming_phone_numbers.list()]
        if not owned:
            return not_yet(
                "afterwards the account owns no number: a search reserves nothing.",
                "Buy it: client.incoming_phone_numbers.create(...), with the client it is given.",
            )
        if not owned[0].startswith(f"+1{area}"):
            return not_yet(
                f"rent(client, {area}) bought {owned[0]}, which is elsewhere.",
                "Use the area code that the function is given.",
            )
        told = getattr(given, "phone_number", given)
        if told != owned[0]:
            return not_yet(
                f"it bought {owned[0]} and returned {given!r:.40}.",
                "Let it return the number: return bought.phone_number.",
            )
        got.append(owned[0])
    return right(f"{' and '.join(got)} were bought, each in its area.")


#: Where each objective is practised.
PRACTISED = ("quiz 1", "quiz 2", "ex1", "ex2", "quiz 3")

QUIZ = (
    Question(
        "On a trial a call is refused with 21219. Which number must be verified first?",
        a=("Your own, the one that is shown.", "That would be 21210, about the caller."),
        b=("That of the person who is called.", "With its owner, who reads the code to you."),
        c=(
            "None: the account must be upgraded.",
            "That helps, too; but on a trial verified numbers can be called.",
        ),
        right="b",
    ),
    Question(
        "A customer types (415) 555-0142 into your form. What does your program store?",
        a=("+14155550142", "Plus, country code, number: every network understands that."),
        b=(
            "What was typed, to be on the safe side.",
            "To be verified it is no number: 21401. And of which country is it?",
        ),
        c=(
            "14155550142, without the plus.",
            "Without it nobody knows where the country code ends.",
        ),
        right="a",
    ),
    Question(
        "A shop's program is to send texts, and to get the answers. From which number?",
        a=("The owner's own phone, verified.", "It may be shown by calls; texts it cannot send."),
        b=("Any number, if the customers agree.", "A number that is not yours cannot be shown."),
        c=(
            "A number rented from Twilio.",
            "It sends texts, and what comes in goes to the program.",
        ),
        right="c",
    ),
)
