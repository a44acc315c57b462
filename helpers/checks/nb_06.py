"""Checks of lesson 06, use the ten verbs."""

from __future__ import annotations

import re
from typing import Any

from helpers.checks.attempt import function
from helpers.checks.documents import document, silences
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal, no_alerts
from helpers.checks.verdict import Gap, Verdict, not_yet, right
from helpers.sandbox.handsets import MODES
from helpers.sandbox.options import VERIFIED

SILENCE = 3.0  # seconds that exercise 1 asks for
FIGURES = "4 0 7 1"  # the code, as it can be written down
NUMBERS = ("4071", "8", "123456")  # keyed in at exercise 2
COLLEAGUE = "+14155550101"
#: How the colleague's phone meets a call in exercise 3, and the DialCallStatus that comes of it.
OUTCOMES = {"auto": "completed", "busy": "busy", "no-answer": "no-answer", "wrong number": "failed"}
NO_NUMBER = 13223  # what dialling the wrong number leaves behind


def check_1(notice: Any) -> Verdict:
    """A code that is read twice, figure by figure, with time to write it down."""
    with Rehearsal() as stage:
        heard = stage.ring(twiml=document(notice, "notice"))
    no_alerts(heard)
    said = heard.said
    if len(said) != 2:
        return not_yet(
            f"the caller hears {_sentences(len(said))}, not two.", "Two Say, with a Pause between."
        )
    for sentence in said:
        if _groups(sentence) != FIGURES.split():
            return not_yet(
                f"the caller hears {sentence!r}, not {FIGURES}.", "Put a blank between the figures."
            )
    [silence] = silences(heard)
    if silence != SILENCE:
        return not_yet(
            f"between the two sentences lie {silence:g} seconds, not {SILENCE:g}.",
            "Put a Pause between the two Say; its length is in seconds.",
        )
    return right(f"{FIGURES}, three seconds to write, and once more {FIGURES}.")


def check_2(number_back: Any) -> Verdict:
    """A page that asks for a number and reads it back figure by figure."""
    function(number_back, "number_back(request)")
    for number in NUMBERS:
        with Rehearsal() as stage:
            heard = stage.ring(stage.serve(number_back), replies=[("", number + "#")])
            _a_document_each_time(stage)
            no_alerts(heard)
            if heard.unheard:
                return not_yet("the caller hears no question.", "Put a Say into the Gather.")
            if len(stage.asked) < 2:
                return not_yet(
                    "nobody listens for keys: your page was asked once only.",
                    "Ask with response.gather(...).",
                )
            got = stage.asked[-1].params.get("Digits", "")
        answer = " ".join(heard.said)
        if got != number:
            return not_yet(
                f"of the keys {number}# your page was told {got or 'none'}.",
                "Leave num_digits out, so that # ends the number.",
            )
        if number in answer and len(number) > 1:
            return not_yet(f"{number!r} is read as one number.", "Put a blank between the figures.")
        if _groups(answer)[-len(number) :] != list(number):
            return not_yet(
                f"after {number}# the caller hears {heard.said[-1]!r}.",
                f'They should hear the figures: "{" ".join(number)}".',
            )
    with Rehearsal() as stage:
        heard = stage.ring(stage.serve(number_back))
    no_alerts(heard)
    last = heard.said[-1] if heard.said else ""
    if "goodbye" not in last.casefold():
        return not_yet(
            f"who presses nothing hears {last!r} last, not Goodbye.",
            "What stands behind the Gather runs when nothing was pressed.",
        )
    return right("numbers of 1, 4 and 6 figures are read back, and who is silent hears Goodbye.")


def check_3(after: Any) -> Verdict:
    """A page that tells a conversation from a call that nobody took."""
    function(after, "after(request)")
    for mode, status in OUTCOMES.items():
        with Rehearsal(verified=(VERIFIED, COLLEAGUE)) as stage:
            number = mode
            if mode in MODES:
                stage.handset(COLLEAGUE).set_mode(mode)
                number = COLLEAGUE
            page = stage.serve(after)
            dial = f'<Dial action="{page}" timeLimit="5" timeout="5">{number}</Dial>'
            heard = stage.ring(twiml=f"<Response>{dial}</Response>")
            _a_document_each_time(stage)
        no_alerts([alert for alert in heard.alerts if alert[0] != NO_NUMBER])
        wanted, unwanted = ("goodbye", "sorry") if mode == "auto" else ("sorry", "goodbye")
        told = f"when DialCallStatus is {status}, the caller hears {' '.join(heard.said)!r}"
        if not heard.has(wanted):
            return not_yet(f"{told}: {wanted!r} is missing.", _hint(mode))
        if heard.has(unwanted):
            return not_yet(f"{told}: {unwanted!r} is too much.", _hint(mode))
    return right("goodbye after a conversation, sorry when nobody could be reached.")


def _hint(mode: str) -> str:
    if mode == "auto":
        return "They have talked when DialCallStatus is completed."
    return "Whatever is not completed means that they have not talked."


def _groups(words: str) -> list[str]:
    """The figures as they are read: those that nothing parts are one number."""
    return re.findall(r"\d+", words)


def _sentences(count: int) -> str:
    return {0: "nothing", 1: "one sentence"}.get(count, f"{count} sentences")


def _a_document_each_time(stage: Rehearsal) -> None:
    """Gap if the reader's page returned nothing."""
    if any(visit.status == 204 for visit in stage.asked):
        raise Gap("your page returns nothing.", "Let it end with return response.")


#: Where each objective is practised.
PRACTISED = ("ex1", "ex2", "quiz 1", "ex3", "quiz 3", "quiz 2")

QUIZ = (
    Question(
        "A document has a Record with an action, and a Say behind it. When is the Say heard?",
        a=(
            "Always: verbs run from top to bottom.",
            "They do, until one hands over. After a recording the action's document takes over.",
        ),
        b=("When the caller said nothing.", "Nothing recorded, nothing to hand over: it goes on."),
        c=(
            "Never: Record hands over.",
            "It does when something was recorded. Who says nothing is the one who gets here.",
        ),
        right="b",
    ),
    Question(
        "In a document stands <hangup/>, in lower case, and a Say behind it. What happens?",
        a=("The call ends.", "It would, if that were a verb: names are case-sensitive."),
        b=(
            "The caller hears an apology, and the call fails.",
            "That is for what cannot be read at all, such as 12100. This can be read.",
        ),
        c=(
            "It is passed over with warning 12200, and the Say is heard.",
            "What does not fit is left out, and only the debugger tells.",
        ),
        right="c",
    ),
    Question(
        "You want to turn unwanted callers away and pay nothing for it. Which verb stands first?",
        a=(
            "Reject",
            "The call is refused before it is answered; only an answered call is paid for.",
        ),
        b=("Hangup", "It ends the call, but answers it before: that is a minute on your bill."),
        c=(
            "Pause, then Reject",
            "After the Pause the call is answered, and Reject comes too late.",
        ),
        right="a",
    ),
)
