"""Checks of lesson 11, go live: a month's cost, a watchman, a site that runs on a host."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers.checks.attempt import function, outcome
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Gap, Verdict, not_tried, not_yet, right
from helpers.errors import HelperError
from helpers.export import Hosting, export
from helpers.prices import ITEMS, PRICES_2026

# --- 11.1: a month of reminders ---------------------------------------------------------------

SENT, ANSWERS, EACH = 400, 300, 2  # reminders, answers, segments of a reminder
MONTH = {"texts": SENT * EACH + ANSWERS, "carrier_fees": SENT * EACH, "numbers": 1}
TOTAL = sum(PRICES_2026.prices[item] * count for item, count in MONTH.items())
CENT = Decimal("0.01")


def check_1(month: Any) -> Verdict:
    """What a month of texts, their answers and a number costs."""
    if month is None:
        return not_tried("put what `estimate(...)` returns into `month`.")
    total = Decimal(TOTAL).quantize(CENT)
    if hasattr(month, "lines") and hasattr(month, "total"):
        counts = {line.item: line.count for line in month.lines}
        for item, wanted in MONTH.items():
            if counts.get(item, 0) != wanted:
                return _miscounted(item, counts.get(item, 0))
        extra = [ITEMS[item][0] for item in counts if item not in MONTH]
        if extra:
            return not_yet(f"the practice has no {extra[0]}.", "Leave that out.")
        if month.total != total:
            return not_yet(
                f"by the prices of {month.prices.name} it is {month.total} dollars.",
                "Use today's prices: leave prices= out.",
            )
    elif isinstance(month, int | float | Decimal) and not isinstance(month, bool):
        given = Decimal(month)
        if not given.is_finite() or abs(given - total) >= CENT / 2:
            return not_yet(
                f"{str(month)[:20]} dollars are not what comes out.",
                "Put estimate(...) itself into `month`: then the check can say what is missing.",
            )
    else:
        return not_yet(
            f"a {type(month).__name__} is no estimate and no sum.",
            "Write month = estimate(texts=..., carrier_fees=..., numbers=...).",
        )
    return right(f"{total} dollars a month, two thirds of it for the texts.")


def _miscounted(item: str, counted: int) -> Verdict:
    if item == "texts":
        if counted in (SENT, SENT + ANSWERS):
            return not_yet(
                f"{counted} texts: each reminder counts as one there.",
                "200 characters are more than one segment: count segments.",
            )
        if counted == SENT * EACH:
            return not_yet(
                f"{counted} segments go out, and the answers are not among them.",
                "Texts that come in cost as much: add the 300.",
            )
        return not_yet(
            f"{counted} segments sent and received are not what it takes.",
            "Segments of a reminder times reminders, plus the answers.",
        )
    if item == "carrier_fees":
        if counted == SENT * EACH + ANSWERS:
            return not_yet(
                "a carrier fee is counted for the answers, too.",
                "Nobody asks one for what comes in: count the segments that go out.",
            )
        return not_yet(
            f"{counted} carrier fees: one is due for each segment that goes out.",
            "Give carrier_fees= the segments of all reminders.",
        )
    return not_yet(f"{counted} numbers are rented.", "The practice has one: numbers=1.")


# --- 11.2: the watchman -----------------------------------------------------------------------

WATCHMAN = "news(notes, seen)"


def check_2(news: Any) -> Verdict:
    """Errors are told once, warnings never."""
    watchman = function(news, WATCHMAN)
    with Rehearsal() as stage:
        down = stage.serve(lambda: ("Out of order", 500))
        odd = stage.serve(lambda: "<Response><Say voise='alice'>Hello.</Say></Response>")
        seen: set[str] = set()

        def told() -> list[str]:
            returned = outcome(watchman, WATCHMAN, stage.client.notifications.list(), seen)
            if not isinstance(returned, list | tuple):
                raise Gap(
                    f"it returns {returned!r}, which is no list.",
                    "Return a list of codes, an empty one if there is nothing new.",
                )
            return [str(code) for code in returned]

        for what, page, wanted, otherwise in (
            ("nothing has happened", "", [], "There is nothing to tell then."),
            (
                "a page answered 500",
                down,
                ["11200"],
                'An error has log "0"; tell its error_code, not the note itself.',
            ),
            (
                "it is asked a second time and nothing new happened",
                "",
                [],
                "Put the SIDs that you tell into seen, with seen.add(...).",
            ),
            ("there was a warning only", odd, [], 'Leave out what has log "1".'),
            (
                "the page answered 500 once more",
                down,
                ["11200"],
                "Each failure has a SID of its own: compare SIDs, not codes.",
            ),
        ):
            if page:
                stage.call_in(page)
            found = told()
            if found != wanted:
                raise Gap(f"when {what}, it returns {found}, not {wanted}.", otherwise)
        two = [stage.call_in(down), stage.call_in(down)]
        if len(found := told()) != len(two):
            raise Gap(
                f"when a page failed twice, it tells {len(found)} of them.",
                "Go through all notes, and collect the codes in a list.",
            )
    return right("errors are told once, each of them; warnings let people sleep.")


# --- 11.3: your own site ----------------------------------------------------------------------


def check_3(my_site: Any) -> Verdict:
    """The reader's pages are exported, started as on a host, called and texted."""
    if my_site is None:
        return not_tried("put your pages into `my_site`, by their paths.")
    if not isinstance(my_site, dict):
        return not_yet(
            f"`my_site` is a {type(my_site).__name__}.",
            'Write my_site = {"/voice": voice, "/sms": sms}.',
        )
    missing = [path for path in ("/voice", "/sms") if path not in my_site]
    if missing:
        return not_yet(
            f"there is no page {' and no page '.join(missing)}.",
            'Write my_site = {"/voice": voice, "/sms": sms}.',
        )
    with (
        tempfile.TemporaryDirectory() as place,
        Rehearsal() as stage,
        Hosting(Path(place) / "my-site") as host,
    ):
        front = stage.serve(host.proxy).rstrip("/")
        try:
            export(my_site, host.folder)
            host.start(public=front, token=stage.auth[1])
        except HelperError as problem:
            return not_yet(_sentence(problem), problem.next_step or "")
        heard = stage.call_in(f"{front}/voice")
        if heard.alerts:
            return _failed("a call", *heard.alerts[0])
        if not heard.said and "Play" not in heard.verbs():
            return not_yet("a caller hears nothing.", "Let /voice say something.")
        answers = stage.text_in("Hello", f"{front}/sms")
        if alerts := stage.alerts():
            return _failed("a text", *alerts[0])
        if not answers:
            return not_yet(
                "a text gets no answer.",
                "Let /sms return a MessagingResponse with a message in it.",
            )
    said = f"a caller heard {heard.said[0]!r}" if heard.said else "a caller heard a sound"
    return right(f"it runs outside of the notebook: {said}, and a text was answered.")


def _sentence(problem: HelperError) -> str:
    return f"{problem.what} {problem.why or ''}".strip()


def _failed(what: str, code: int, words: str) -> Verdict:
    return not_yet(
        f"{what} that reached your site ended with {code}.",
        "Export it into a folder of your own, and try it with Hosting(folder), as above."
        if code == 11200
        else "Look at what the page returns: TwiML for a call, TwiML for a text.",
    )


#: Where each objective of the lesson is practised, in their order.
PRACTISED = ("quiz 1", "quiz 2", "ex1", "ex2", "ex3", "quiz 3")

QUIZ = (
    Question(
        "Your page on your own machine answered every call of the sandbox. What does Twilio do with"
        " its address?",
        a=(
            "It asks your machine, as the sandbox did.",
            "That address means *this machine* to everybody, Twilio's machines included.",
        ),
        b=(
            "It refuses it, and the call fails with 11205.",
            "It can only ask what the world can reach: a public address, or a tunnel.",
        ),
        c=(
            "It asks you to open a port.",
            "Nobody asks you anything; there is an entry in the debugger, for who looks there.",
        ),
        right="b",
    ),
    Question(
        "Your pipeline tests the program a hundred times a day. Which credentials does it get?",
        a=(
            "Test credentials: requests are checked, nothing is sent or charged.",
            "For sending, calling and buying that is just it. What needs answers gets a sandbox.",
        ),
        b=(
            "The Auth Token, since the test must be real.",
            "Then a hundred texts a day are sent, and a secret lies in one more place.",
        ),
        c=(
            "A trial account's token.",
            "Its free units are soon used up, and its rules are not those of your real account.",
        ),
        right="a",
    ),
    Question(
        "On the host /health says ok, but every call hears an apology, and the debugger shows 11200"
        " with 403. What do you look at first?",
        a=(
            "Whether the host is fast enough.",
            "A slow page would be a time-out. 403 is an answer: somebody was turned away.",
        ),
        b=(
            "Whether PUBLIC_URL is the very address that the number has.",
            "The signature is made over that address: https, host, path and query must agree.",
        ),
        c=(
            "Whether the check of the signature can be switched off.",
            "It would work, for strangers as well. The check is right, its address is wrong.",
        ),
        right="b",
    ),
)
