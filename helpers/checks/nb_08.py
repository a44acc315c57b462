"""Checks of lesson 08, build a phone menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers import VoiceResponse
from helpers.checks.attempt import function, pages
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import BEEP, NOTHING, Heard, Rehearsal, no_alerts
from helpers.checks.verdict import Gap, Verdict, not_yet, right

SECOND_CALLER = "+14155550143"
QUESTION = "Shall we repair it?"  # of exercise 3
REPAIR, WAIT, AGAIN = "we repair it", "we wait", "sorry"
NOTHING_SAID = 16102  # what a silent recording leaves behind; it is no fault of a page
MARKS = {"+14155550100": ("4", "2"), SECOND_CALLER: ("1", "5")}  # of two people, exercise 2


def check_1(ask_twice: Any) -> Verdict:
    """A page that asks twice and then says goodbye, for each caller anew."""
    function(ask_twice, "ask_twice(request)")
    with Rehearsal() as stage:
        url = stage.serve({"/": ask_twice, "/order": _ordered})
        silent = stage.call_in(url)
        asked = _times(silent, "press 1")
        if asked < 2:
            no_alerts(silent)
        if not asked:
            return not_yet(
                f"the caller hears {_last(silent)!r}, and nothing to press.",
                "Put a Gather into the response, and Press 1 to order into the Gather.",
            )
        if asked != 2:
            return not_yet(
                f"who presses nothing is asked {_often(asked)}, not twice.",
                "Put a Redirect behind the Gather, with the turn in its address, and end after 2.",
            )
        no_alerts(silent)
        if not silent.said[-1:] or "goodbye" not in silent.said[-1].casefold():
            return not_yet(
                f"who presses nothing hears {_last(silent)!r} last.", "They should hear Goodbye."
            )
        if _times(silent, "goodbye") > 1 or len(silent.said) != 3:
            return not_yet(
                f"a silent caller hears {len(silent.said)} sentences, not three.",
                "Twice the question, once Goodbye.",
            )
        for turn in (1, 2):
            replies = [("press 1", NOTHING), ("press 1", "1")][2 - turn :]
            heard = stage.call_in(url, replies=replies)
            no_alerts(heard)
            if heard.unheard:
                return not_yet(
                    f"another caller, who comes next, is asked {_often(_times(heard, 'press 1'))}.",
                    "A counter outside of the page counts all callers. Let the address count.",
                )
            if not heard.has("you ordered"):
                return not_yet(
                    f"who presses 1 when asked the {_place(turn)} time does not get to /order.",
                    'Give the Gather action="/order", at each turn.',
                )
    return right("silent callers are asked twice, each of them, and a key leads to /order.")


def _ordered(request: Any) -> Any:
    response = VoiceResponse()
    response.say(f"You ordered with key {request['Digits']}.")
    return response


def check_2(survey: Any) -> Verdict:
    """Three pages that ask for two marks and say both, for several callers at once."""
    survey = pages(survey, "survey", "/")
    for together in (False, True):
        with Rehearsal() as stage:
            url = stage.serve(survey)
            callers = [
                (stage.handset(number), [("service", first), ("prices", second)])
                for number, (first, second) in MARKS.items()
            ]
            if together:
                heard = stage.call_together(url, callers)
            else:
                heard = [stage.call_in(url, phone=who, replies=keys) for who, keys in callers]
        for one, (first, second) in zip(heard, MARKS.values(), strict=True):
            _survey_went_well(one, first, second, together)
    return right("both marks are told, even when two people call at the same time.")


def _survey_went_well(heard: Heard, first: str, second: str, together: bool) -> None:
    """Gap if a caller was not asked both questions, or is told other marks."""
    no_alerts(heard)
    if heard.unheard:
        missing = {"service": "first", "prices": "second"}[heard.unheard[0]]
        raise Gap(
            f"the {missing} question is never asked: nobody hears the word {heard.unheard[0]}.",
            "Each page asks one question, and its action is the page that comes next.",
        )
    last = _last(heard)
    if heard.has(f"{first} and {second}"):
        return
    if together:
        raise Gap(
            f"two people call at once: who pressed {first} and {second} hears {last!r}.",
            "A variable holds one caller's mark at a time. The address of the next page is theirs.",
        )
    raise Gap(
        f"who pressed {first} and {second} hears {last!r} last.",
        f"They should hear You gave {first} and {second}.",
    )


#: What is answered to the question of exercise 3, and what must follow.
ANSWERS = (
    ("1", REPAIR),
    ("2", WAIT),
    ("yes", REPAIR),
    ("No", WAIT),
    ("Yes, please!", REPAIR),
    ("No.", WAIT),
    ("Well, yes.", REPAIR),
    ("7", AGAIN),
    ("perhaps", AGAIN),
    ("I know nothing about it", AGAIN),
    ("Nobody told me", AGAIN),
)


def check_3(decide: Any) -> Verdict:
    """A page that understands keys and words for yes and no."""
    function(decide, "decide(request)")
    for answer, wanted in ANSWERS:
        with Rehearsal() as stage:
            # The second time the caller hangs up, by saying nothing.
            url = stage.serve({"/": _question, "/decide": decide})
            heard = stage.call_in(url, replies=[(QUESTION, answer)])
            asked = _times(heard, QUESTION)
        no_alerts(heard)
        after = [words for words in heard.said if words != QUESTION]
        told = after[0] if after else "nothing"
        did = f"who presses {answer}" if answer.isdigit() else f"who says {answer!r}"
        if not after or wanted not in after[0].casefold():
            return not_yet(f"{did} hears {told!r}.", _next_step(answer, wanted))
        if wanted == AGAIN and asked < 2:
            return not_yet(
                f"{did} hears {told!r}, and is not asked again.", 'Redirect to "/" after it.'
            )
        if wanted != AGAIN and len(after) > 1:
            return not_yet(f"{did} hears {' '.join(after)!r}.", "One answer is enough.")
    return right("keys and words are understood, and everything else is asked again.")


def _next_step(answer: str, wanted: str) -> str:
    if answer.isdigit() and wanted != AGAIN:
        return 'A key comes as request["Digits"].'
    if wanted == AGAIN:
        return "Look for whole words, and send everything else back with Sorry?"
    if answer.startswith("Well"):
        return "The word may stand anywhere in the sentence: look at each of them."
    if answer.islower():
        return 'Words come as request["SpeechResult"].'
    return "Make the words small, and take commas, full stops and ! off their ends."


def _question(request: Any) -> Any:
    response = VoiceResponse()
    gather = response.gather(input="dtmf speech", num_digits=1, action="/decide", timeout=2)
    gather.say(QUESTION)
    return response


def check_4(my_machine: Any) -> Verdict:
    """A machine that records, asks, and records again if it is told to."""
    my_machine = pages(my_machine, "my_machine", "/")
    kept = _leave(my_machine, "1")
    if not kept.has("beep"):
        return not_yet("nobody hears of a beep.", "Say something with the word beep at first.")
    if "Record" not in kept.verbs():
        return not_yet("nothing is recorded.", "Put response.record(...) behind the Say.")
    if kept.verbs().count("Record") > 1 and not kept.has("press 1"):
        return not_yet(
            "after the message the beep comes again, and again.",
            "A Record without action asks its own page once more. Give it another.",
        )
    if not kept.has("press 1"):
        return not_yet(
            f"after the message the caller hears {_last(kept)!r}.",
            "The action page of Record asks: Press 1 to keep it, 2 to record again.",
        )
    if not kept.has("saved"):
        return not_yet(f"who presses 1 hears {_last(kept)!r} last.", "They should hear Saved.")
    again = _leave(my_machine, "2", "1")
    if _recorded(again) < 2:
        return not_yet(
            f"who presses 2 hears {_last(again)!r}, and cannot record again.",
            'The page that gets the key redirects to "/" if it is 2.',
        )
    if not again.has("saved"):
        return not_yet("the second message is never saved.", "Key 1 leads to Saved, at any turn.")
    silent = _leave(my_machine)
    if not silent.has("saved"):
        return not_yet(
            f"who presses nothing after the message hears {_last(silent)!r} last.",
            "Put a Say or a Redirect behind the Gather.",
        )
    if _recorded(kept) > 1 or _recorded(silent) > 1:
        return not_yet("a message is asked for again, though nobody pressed 2.")
    return right("a message is kept with 1 and with silence, and recorded again with 2.")


def _leave(machine: Mapping[str, Any], *keys: str) -> Heard:
    """Call, leave a message, and press one key after the other when asked."""
    with Rehearsal() as stage:
        replies = [(BEEP, "This is my message.")]
        for key in keys:
            replies.append(("press 1", key))
            if key == "2":
                replies.append((BEEP, "This is my second message."))
        heard = stage.call_in(stage.serve(machine), replies=replies)
    no_alerts([alert for alert in heard.alerts if alert[0] != NOTHING_SAID])
    return heard


def _recorded(heard: Heard) -> int:
    return heard.verbs().count("Record")


def _times(heard: Heard, words: str) -> int:
    return sum(words.casefold() in said.casefold() for said in heard.said)


def _place(turn: int) -> str:
    return {1: "first", 2: "second"}[turn]


def _often(times: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(times, f"{times} times")


def _last(heard: Heard) -> str:
    return heard.said[-1] if heard.said else "nothing"


#: Where each objective is practised.
PRACTISED = ("ex1", "ex3", "ex2", "ex3", "ex4", "quiz 2")

QUIZ = (
    Question(
        "A caller keys in a customer number. Two pages later it is needed. Where does it get lost,"
        " or mixed up, when two people call at once?",
        a=(
            "In a variable of the program.",
            "The second caller's number replaces the first one's, and both hear the same.",
        ),
        b=(
            "In the address of the next page.",
            "Each call is given an address of its own, so nothing is mixed up.",
        ),
        c=(
            "In a dict with CallSid as its key.",
            "Every call has another SID, and keeps it until it ends.",
        ),
        right="a",
    ),
    Question(
        "Callers complain that after each key nothing happens for five seconds. The debugger has"
        " warning 12200 on that page. What is it?",
        a=(
            "The server is slow.",
            "No warning would tell of that, and only after 15 seconds an error.",
        ),
        b=(
            "The network of the callers.",
            "Then it would not be the same five seconds for everybody.",
        ),
        c=(
            "An attribute of Gather is misspelt, so it waits for more keys.",
            "Five seconds are Gather's time-out. It never learned that one key is enough.",
        ),
        right="c",
    ),
)
