"""Checks of lesson 07, receive calls and texts."""

from __future__ import annotations

from typing import Any

from helpers.checks.attempt import function, pages
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Heard, Rehearsal, no_alerts
from helpers.checks.verdict import Verdict, not_tried, not_yet, right
from helpers.phone import Phone
from helpers.sandbox.options import VERIFIED
from helpers.sms import TRIAL_PREFIX

FRIENDS = {"+14155550143": "Ada", "+14155550144": "Ben"}  # as the lesson has them
STRANGERS = ("+14155550199", "+14155550198")
COLLEAGUE = "+14155550101"
LONGEST_RING = 12.0  # seconds that the caller of exercise 2 is kept waiting, with some room


def check_1(club: Any) -> Verdict:
    """A page that greets friends by name and turns everybody else away."""
    function(club, "club(request)")
    for number, name in FRIENDS.items():
        heard = _call(club, number)
        if "Reject" in heard.verbs() or heard.status != "completed":
            return not_yet(
                f"{name}, who calls from {number}, is turned away.",
                'The caller\'s number is request["From"].',
            )
        no_alerts(heard)
        if not heard.has(name):
            said = " ".join(heard.said) or "nothing"
            return not_yet(f"{name} hears {said!r}, without the name.", "Put the name into Say.")
        others = [other for other in FRIENDS.values() if other != name and heard.has(other)]
        if others:
            return not_yet(f"{name} is greeted as {others[0]}.", "Look the caller's number up.")
    for number in STRANGERS:
        heard = _call(club, number)
        if heard.status == "completed":
            return not_yet(_answered(number, heard), "Let Reject be the first and only verb.")
        no_alerts(heard)
    return right("friends are greeted by name, strangers are turned away before the answer.")


def _answered(number: str, heard: Heard) -> str:
    """What was wrong with a stranger's call that was answered."""
    if "Reject" in heard.verbs():
        return f"the call of {number} was answered before it was rejected, so it costs."
    if "Hangup" in heard.verbs() and not heard.said:
        return f"the call of {number} was answered and then hung up, so it costs."
    said = " ".join(heard.said) or "nothing"
    return f"{number}, a stranger, gets in and hears {said!r}."


def _call(page: Any, number: str) -> Heard:
    with Rehearsal() as stage:
        return stage.call_in(stage.serve(page), phone=stage.handset(number))


def check_2(mine: Any) -> Verdict:
    """Two pages that put a call through and text the caller if nobody takes it."""
    mine = pages(mine, "mine", "/voice", "/after")
    for mode in ("auto", "no-answer", "busy"):
        with Rehearsal(verified=(VERIFIED, COLLEAGUE)) as stage:
            colleague = stage.handset(COLLEAGUE)
            colleague.set_mode(mode)
            heard = _put_through(stage, stage.serve(mine) + "voice", colleague)
            texts = [_own(text.body) for text in stage.phone.inbox]
            rang = bool(colleague.calls)
            asked = [visit.path for visit in stage.asked]
        if "Dial" in heard.verbs() and not rang:
            [dialled] = [entry.text for entry in heard.entries if entry.verb == "Dial"][:1]
            return not_yet(f"{dialled} was dialled, not {COLLEAGUE}.")
        no_alerts(heard)
        if not rang:
            return not_yet(
                f"{COLLEAGUE} does not ring when somebody calls.",
                f'/voice is to return a response with response.dial("{COLLEAGUE}", ...).',
            )
        if mode == "auto":
            if texts:
                return not_yet(
                    f"who has talked with the colleague gets {texts[0]!r} all the same.",
                    "Send it from the action page, after a look at DialCallStatus.",
                )
            continue
        waited = _waited(heard)
        if waited > LONGEST_RING:
            return not_yet(
                f"{COLLEAGUE} rings for {waited:g} seconds, not for 10.", "Give Dial a timeout."
            )
        if "/after" not in asked:
            return not_yet("your page /after is never asked.", 'Give Dial action="/after".')
        outcome = "is busy" if mode == "busy" else "does not answer"
        if not texts:
            return not_yet(
                f"when the colleague {outcome}, the caller gets no text.",
                "Whatever DialCallStatus is, unless it is completed, nobody has talked.",
            )
        if "missed" not in texts[0].casefold() or len(texts) > 1:
            told = f"{len(texts)} texts" if len(texts) > 1 else repr(texts[0])
            return not_yet(f"the caller gets {told}.", "Send one, with the word missed in it.")
    return right("who talked gets no text; who reached nobody gets one.")


def _put_through(stage: Rehearsal, url: str, colleague: Phone) -> Heard:
    """Call in; who is put through has a short talk, and the other side hangs up."""

    def hang_up() -> bool:
        now = colleague.call_now
        if now is None or now.status != "in-progress":
            return False
        colleague.hangup()
        return True

    return stage.call_in(url, meanwhile=hang_up)


def _waited(heard: Heard) -> float:
    """Seconds from the Dial to what came next, or to the end of the call."""
    [dial] = [place for place, entry in enumerate(heard.entries) if entry.verb == "Dial"][:1]
    later = heard.entries[dial + 1 :]
    end = later[0].at if later else heard.seconds
    return round(end - heard.entries[dial].at, 1)


def check_3(answer: Any) -> Verdict:
    """A page for texts that knows one word, however it is written."""
    if answer is None:
        return not_tried("write `answer(request)` in place of `answer = None`.")
    function(answer, "answer(request)")
    for word in ("hours", "HOURS", "  Hours "):
        replies, codes = _text(answer, word)
        if codes:
            return not_yet(
                f"the text {word!r} leaves an alert, {codes[0][0]}: {codes[0][1]}",
                "Return a MessagingResponse with a message.",
            )
        if not replies:
            return not_yet(
                f"the text {word!r} gets no answer.",
                'Make request["Body"] small, and cut the blanks off, before you compare.',
            )
        if "nine" not in replies[0].casefold() or len(replies) > 1:
            told = " and ".join(map(repr, replies))
            return not_yet(f"to {word!r} the phone gets {told}.", "One answer: We open at nine.")
    for word in ("hello", "hours of fun", ""):
        replies, codes = _text(answer, word or "?")
        if replies:
            return not_yet(
                f"the text {word or '?'!r} is answered, too: {replies[0]!r}.",
                "Compare the whole text with the word; add a message only if they are the same.",
            )
        if codes:
            return not_yet(
                f"the text {word or '?'!r} gets no answer, but leaves alert {codes[0][0]}: "
                f"{codes[0][1]}",
                "Return an empty MessagingResponse() in that case.",
            )
    return right("the word is known in any spelling, and everything else is left alone.")


def _text(page: Any, body: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The answers to a text, and what the debugger says of it."""
    with Rehearsal() as stage:
        replies = stage.text_in(body, stage.serve(page))
        return [_own(reply) for reply in replies], stage.alerts()


def _own(body: str) -> str:
    """A text without the sentence that a trial puts before it."""
    return body.removeprefix(TRIAL_PREFIX)


PRACTISED = ("quiz 3", "ex1", "ex2", "ex3", "quiz 2", "quiz 3")

QUIZ = (
    Question(
        "Your page takes ten seconds to answer when somebody calls. What do they hear meanwhile?",
        a=("Silence.", "That is so in the midst of a call. This one is not answered yet."),
        b=(
            "Ringing.",
            "The page is asked before the answer. (For your own calls it is asked after it, and"
            " then they would hear silence.)",
        ),
        c=("An apology.", "Only after 15 seconds, and if no fallback page is there."),
        right="b",
    ),
    Question(
        'A customer complains: "I text your shop and never hear back." The debugger has 12300 for'
        " each of the texts. Where do you look first?",
        a=(
            "At the number's sms_url: it must be empty.",
            "Then no page would have been asked, and nothing could be wrong with an answer.",
        ),
        b=(
            "At the content type of my page's answer.",
            "12300: an answer came, of a kind that Twilio cannot use. Send text/xml.",
        ),
        c=(
            "At the customer's number: it must be unverified.",
            "That leaves another warning, 14111, and only on a trial.",
        ),
        right="b",
    ),
    Question(
        "Overnight the server was down: every call got 11205. Which address would have saved them?",
        a=("status_callback", "It learns how calls ended, and cannot change it."),
        b=(
            "voice_fallback_url, on the same server",
            "That one was down as well: 11205 twice, and the apology.",
        ),
        c=(
            "voice_fallback_url, on another host",
            "It is asked as soon as the first one fails, whatever the reason.",
        ),
        right="c",
    ),
)
