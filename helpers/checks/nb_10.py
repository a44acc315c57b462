"""Checks of lesson 10, keep it safe: who gets in, who is reached, how fast one may ask."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import requests

from helpers.checks.attempt import function, outcome
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Gap, Verdict, right
from helpers.serving import WebRequest
from helpers.signing import SIGNATURE_HEADER, sign
from helpers.twiml import VoiceResponse

# --- 10.1: the doorman ------------------------------------------------------------------------

DOORMAN = "is_twilio(request, token, public)"
LET_IN = "Let in."


def check_1(is_twilio: Any) -> Verdict:
    """A page behind a proxy lets Twilio's requests in, and nothing else."""
    doorman = function(is_twilio, DOORMAN)
    with Rehearsal() as stage:
        token = stage.auth[1]
        public = ""
        problems: list[Gap] = []
        said: list[Any] = []

        def page(request: WebRequest) -> Any:
            try:
                said.append(outcome(doorman, DOORMAN, request, token, public))
            except Gap as gap:
                problems.append(gap)
                return "The doorman has fallen.", 403
            if not said[-1]:
                return "This page is for Twilio only.", 403
            response = VoiceResponse()
            response.say(LET_IN)
            return response

        inner = stage.serve(page).rstrip("/")
        public = stage.serve(_proxy(inner)).rstrip("/")
        heard = stage.call_in(f"{public}/voice?lang=en")
        if problems:
            raise problems[0]
        if LET_IN not in heard.said:
            if not said:
                raise Gap(
                    "`is_twilio` has not returned in 15 seconds.", "Look for an endless loop."
                )
            if said[-1] is None:
                raise Gap(
                    "for a call of Twilio's `is_twilio` returns None.",
                    "Let it return True or False.",
                )
            raise Gap(
                "Twilio itself is turned away, so callers hear an apology.",
                "Twilio signed public + request.target and the form, with the token.",
            )
        _strangers(f"{public}/voice?lang=en", token)
        if problems:
            raise problems[0]
    return right("Twilio gets in behind the proxy, five kinds of strangers do not.")


def _strangers(url: str, token: str) -> None:
    form = [("CallSid", "CA" + "0" * 32), ("From", "+14155550100")]
    good = sign(token, url, form)
    other = [("CallSid", "CA" + "0" * 32), ("From", "+14155550199")]
    for address, fields, signature, who in (
        (url, form, None, "a request without a signature"),
        (url, form, "AAAA", "a made-up signature"),
        (url, form, sign("f" * 32, url, form), "a signature made with another account's token"),
        (url, other, good, "a request whose form was changed after it was signed"),
        (url.replace("en", "de"), form, good, "a request whose query was changed"),
    ):
        headers = {SIGNATURE_HEADER: signature} if signature else {}
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(address, data=fields, headers=headers, timeout=(5, 30))
        if answer.status_code != 403:
            raise Gap(
                f"{who} is let in.",
                "Return what the validator says of this address, this form and this header.",
            )


def _proxy(inner: str) -> Callable[[WebRequest], Any]:
    """A page that hands each request on to *inner*, as the proxy of a host does."""

    def proxy(request: WebRequest) -> Any:
        kept = ("content-type", SIGNATURE_HEADER.lower())
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(
                inner + request.target, data=request.body, headers=headers, timeout=(5, 30)
            )
        return answer.text, answer.status_code, {"content-type": answer.headers["content-type"]}

    return proxy


# --- 10.2: the list at the gate ---------------------------------------------------------------

GATE = "send_safely(client, allowed, sender, to, body)"
FRIEND, STRANGER = "+14155550100", "+14155550199"


def check_2(send_safely: Any) -> Verdict:
    """Texts go to people on a list; for others Twilio is not even asked."""
    gate = function(send_safely, GATE)
    with Rehearsal(type="full") as stage:

        def asked(to: str, allowed: set[str]) -> tuple[Any, int]:
            before = stage.phone.wait_events(0, 0)[1]
            returned = outcome(gate, GATE, stage.client, allowed, stage.number, to, "Hello")
            events, _ = stage.phone.wait_events(before, 0)
            return returned, sum(event["type"] == "request" for event in events)

        for to, allowed in ((STRANGER, {FRIEND}), (FRIEND, set()), (FRIEND, {FRIEND[:-1]})):
            returned, requests_made = asked(to, allowed)
            if requests_made:
                raise Gap(
                    f"Twilio was asked for {to}, who is not on the list {sorted(allowed)}.",
                    "Look at the list first, and send afterwards.",
                )
            if returned is not None:
                raise Gap(
                    f"for {to}, who is not on the list, it returns {returned!r}.",
                    "Return None there.",
                )
        for to in (FRIEND, "+1 415-555-0100"):
            returned, requests_made = asked(to, {FRIEND})
            if not requests_made:
                raise Gap(
                    f"nothing was sent to {to}, who is on the list.",
                    "Take blanks and dashes out of the number, then look it up.",
                )
            if not str(getattr(returned, "sid", "")).startswith("SM"):
                raise Gap(
                    f"a text was sent to {to}, but what is returned is {returned!r}.",
                    "Return what client.messages.create gives you.",
                )
        stage.run()
        got = [text.body for text in stage.phone.inbox]
    if got != ["Hello", "Hello"]:
        raise Gap(
            f"two texts were asked for, and the phone got {len(got)}: {got}.",
            "Send body once, unchanged, from sender.",
        )
    return right("friends get their texts however the number is typed, strangers nothing.")


# --- 10.3: wait longer each time --------------------------------------------------------------

PATIENCE = "patiently(ask, wait)"
CROWDED = 5.0  # seconds of the clock in which another program is always quicker
MOST_ASKED = 30
LONGEST = 3600.0  # seconds of waiting in all


def check_3(patiently: Any) -> Verdict:
    """429 is waited for, longer each time; nothing else is repeated, and nothing for ever."""
    patience = function(patiently, PATIENCE)
    waits, answers, returned = _tried(patience, crowded=CROWDED)
    if returned is None and len(answers) == 1 and not waits:
        raise Gap("`patiently` returns None.", "Return the answer that ask() gave.")
    if not answers:
        raise Gap("`patiently` never asks.", "Call ask(), and look at its status_code.")
    if not waits:
        if len(answers) == 1:
            raise Gap("it gives up after the first 429.", "Wait, and ask again.")
        raise Gap(
            f"it asked {len(answers)} times without waiting.", "Call wait(seconds) in between."
        )
    if len(waits) > 1 and any(later <= sooner for sooner, later in pairwise(waits)):
        raise Gap(
            f"the waits are {_listed(waits)}: they do not grow.", "Double the seconds each time."
        )
    if answers[-1] != 201:
        raise Gap(
            f"it gave up after {len(answers)} tries and {sum(waits):g} seconds, too soon: "
            f"the crowd was gone after {CROWDED:g}.",
            "Try some more often, with waits such as 1, 2, 4, 8.",
        )
    if getattr(returned, "status_code", None) != 201:
        raise Gap(
            f"the text was taken at last, but what is returned is {returned!r}.",
            "Return the answer that ask() gave.",
        )
    _, wrong, returned = _tried(patience, to="12")
    if len(wrong) != 1:
        raise Gap(
            f"a request that is simply wrong (400) was asked {len(wrong)} times.",
            "Repeat 429 only; return every other answer.",
        )
    _, endless, returned = _tried(patience, crowded=LONGEST * 2)
    if len(endless) > 11:
        raise Gap(
            f"where it is always 429, it asked {len(endless)} times.",
            "Return the last answer after ten refusals at most.",
        )
    if getattr(returned, "status_code", None) != 429:
        raise Gap(
            f"where it is always 429, it returns {returned!r} in the end.",
            "Return the last answer, so that the program can tell somebody.",
        )
    return right(f"asked {len(answers)} times, with waits of {_listed(waits)} seconds.")


class _Enough(BaseException):
    """Ends a function that catches every Exception; *gap* says why."""

    def __init__(self, gap: Gap) -> None:
        super().__init__()
        self.gap = gap


def _tried(
    patience: Callable[..., Any], *, crowded: float = 0.0, to: str = FRIEND
) -> tuple[list[float], list[int], Any]:
    """Run the reader's function: the waits, the status codes it got, and what it returned.

    The sandbox takes one request a second, and for *crowded* seconds another program's is there
    first.
    """
    waits: list[float] = []
    answers: list[int] = []
    with Rehearsal(type="full", rate=1) as stage, requests.Session() as http:
        http.trust_env = False
        url = f"{stage.url}/2010-04-01/Accounts/{stage.auth[0]}/Messages.json"

        def post(number: str) -> requests.Response:
            form = {"To": number, "From": stage.number, "Body": "News"}
            return http.post(url, data=form, auth=stage.auth, timeout=(5, 30))

        def ask() -> requests.Response:
            if len(answers) == MOST_ASKED:
                where = f"in {sum(waits):g} seconds of waiting" if waits else "without waiting"
                raise _Enough(
                    Gap(
                        f"it asked {MOST_ASKED} times {where}, and went on.",
                        "Call wait(seconds) after each 429, and give up after ten.",
                    )
                )
            if sum(waits) < crowded:
                post(FRIEND)
            answer = post(to)
            answers.append(answer.status_code)
            return answer

        def wait(seconds: Any) -> None:
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
                raise _Enough(
                    Gap(f"it waits {seconds!r} seconds.", "Wait a number of seconds above 0.")
                )
            if not sum(waits) + seconds <= LONGEST:  # nor what is no number
                raise _Enough(
                    Gap(
                        f"it would wait more than {LONGEST:g} seconds in all.",
                        "Begin with one second, and give up after ten refusals at most.",
                    )
                )
            waits.append(float(seconds))
            stage.advance(float(seconds))

        try:
            return waits, answers, outcome(patience, PATIENCE, ask, wait)
        except _Enough as enough:
            raise enough.gap from None


def _listed(waits: list[float]) -> str:
    return ", ".join(f"{seconds:g}" for seconds in waits)


#: Where each objective of the lesson is practised, in their order.
PRACTISED = ("ex1", "quiz 1", "ex2", "quiz 2", "ex3")

QUIZ = (
    Question(
        "The secret of an API key was in a notebook that was public for an hour. What do you do"
        " first?",
        a=(
            "Delete the cell and commit again.",
            "The history keeps the old cell, and programs that look for secrets take minutes.",
        ),
        b=(
            "Delete the key at Twilio, then make a new one.",
            "From that moment the secret opens nothing; only the one program needs a new key.",
        ),
        c=(
            "Make the project private.",
            "Whoever copied it has it still. The key works as long as it is there.",
        ),
        right="b",
    ),
    Question(
        "A customer gave her number so that the parcel service can reach her. May you text her your"
        " offers?",
        a=(
            "Yes, she gave me the number.",
            "For the parcel. Consent is for one purpose, and somebody may ask you to show it.",
        ),
        b=(
            "Yes, if the campaign is registered with the networks.",
            "Registration tells networks who you are. It does not replace the person's yes.",
        ),
        c=(
            "Not before she has agreed to offers, and I can show it.",
            "That is consent: to this kind of text, with its time and its words on file.",
        ),
        right="c",
    ),
    Question(
        'Your page has a field "we call you back" that anybody can fill in. What protects you'
        " best?",
        a=(
            "Checking that what was typed is a telephone number.",
            "The numbers that cost most are perfectly good numbers.",
        ),
        b=(
            "Few countries, a cap for each visitor and day, an alarm at an amount.",
            "Each of them limits what a night of abuse can cost, whoever it is.",
        ),
        c=(
            "Keeping the address of the page secret.",
            "Addresses get around. A fence has to hold although everybody knows the way.",
        ),
        right="b",
    ),
)
