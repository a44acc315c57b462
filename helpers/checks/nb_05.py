"""Checks of lesson 05, serve TwiML from your own web site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import requests

from helpers.checks.attempt import function
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Heard, Rehearsal
from helpers.checks.verdict import Gap, Verdict, right
from helpers.serving import WebRequest
from helpers.session import current
from helpers.signing import SIGNATURE_HEADER, sign

NAMES = ("Ada", "Ada & Bob", "Zoë <3")
CODE = "4711"


def check_1(greet: Any) -> Verdict:
    """A page that greets whoever is named in its address."""
    page = Page(function(greet, "greet(request)"), "greet")
    with Rehearsal() as stage:
        url = stage.serve(page.answer)
        for name in (*NAMES, ""):
            wanted = f"Good morning, {name}." if name else "Good morning."
            query = f"?Name={quote(name)}" if name else ""
            said = page.said(stage.ring(url + query))
            if not _sounds_like(said, wanted):
                raise Gap(
                    f"with {query or 'no name'} the phone heard {said!r}, not {wanted!r}.",
                    'Look at request["Name"]; it is empty text if there is no name.',
                )
    return right("whatever the name, it arrives whole.")


def check_2(apology: Any) -> Verdict:
    """A second page that tells one kind of trouble from the other."""
    page = Page(function(apology, "apology(request)"), "apology")
    for first, code, wanted in (
        (lambda: ("Sorry!", 500), 11200, "Please call in an hour."),
        (lambda: ("Nothing here", 404), 11200, "Please call in an hour."),
        (lambda: "<Response><Say>A & B</Say></Response>", 12100, "We are mending it."),
        (lambda: {"say": "Hello"}, 12300, "We are mending it."),
    ):
        with Rehearsal() as stage:
            broken = stage.serve(first)
            said = page.said(stage.ring(broken, fallback_url=stage.serve(page.answer)), code)
        if not _sounds_like(said, wanted):
            raise Gap(
                f"after {code} the phone heard {said!r}, not {wanted!r}.",
                'request["ErrorCode"] is text: compare it with "11200".',
            )
    return right("11200 gets one sentence, 12100 and 12300 the other.")


def check_3(vault: Any) -> Verdict:
    """A page that tells its secret to Twilio only."""
    page = Page(function(vault, "vault(request)"), "vault")
    token = current().auth[1]  # the lesson's validator knows no other
    with Rehearsal() as stage:
        url = stage.serve(page.answer)
        form = [("CallSid", "CA" + "0" * 32), ("From", stage.phone.number)]
        twilio = _post(url, form, sign(token, url, form))
        _no_failure(stage)
        page.check_something()
        if twilio.status_code == 200 and CODE not in twilio.text:
            raise Gap(
                f"Twilio itself is let in, but told {twilio.text[-60:]!r}.",
                "Let the response say The code is 4711.",
            )
        if twilio.status_code != 200:
            raise Gap(
                f"Twilio itself gets {twilio.status_code} {twilio.text[:60]!r}.",
                "Twilio signed request.url() and the form: dict(request.form).",
            )
        kind = twilio.headers.get("content-type", "")
        if not kind.startswith("text/xml") or "<Say>" not in twilio.text:
            raise Gap(
                f"Twilio gets {CODE} as {kind}, which nobody would hear.",
                "Say it: return a VoiceResponse.",
            )
        for who, signature in (
            ("a stranger without a signature", None),
            ("a stranger with the signature AAAA", "AAAA"),
            ("a signature over another form", sign(token, url, form[:1])),
            ("a signature made with another token", sign("f" * 32, url, form)),
        ):
            reply = _post(url, form, signature)
            _no_failure(stage)
            page.check_something()
            if CODE in reply.text:
                raise Gap(f"{who} is told the code.", "Ask validator.validate first.")
            if reply.status_code != 403:
                raise Gap(
                    f"{who} gets {reply.status_code}, not 403.",
                    'Return a text and a status: "You are not Twilio.", 403.',
                )
    return right("Twilio is told the code, four kinds of strangers get 403.")


class Page:
    """The reader's page, which remembers whether it answered with nothing."""

    def __init__(self, page: Callable[..., Any], name: str) -> None:
        self._page = page
        self._name = name
        self._nothing = False

    def answer(self, request: WebRequest) -> Any:
        """What the page answers."""
        returned = self._page(request)
        self._nothing = returned is None
        return returned

    def check_something(self) -> None:
        """Gap if the last answer was nothing."""
        if self._nothing:
            raise Gap(f"`{self._name}` returns nothing.", "Let every way through it return.")

    def said(self, heard: Heard, known: int = 0) -> str:
        """What was said; Gap for an answer that Twilio cannot use.

        *known* is the code of another page's failure, to pass over.
        """
        self.check_something()
        alerts = [(code, words) for code, words in heard.alerts if code != known]
        if alerts:
            code, words = alerts[0]
            raise Gap(f"Twilio cannot use what `{self._name}` answers: {code}.", words)
        return " ".join(heard.said) or "nothing"


def _sounds_like(said: str, wanted: str) -> bool:
    """Whether they sound the same: nobody hears the full stop at the end."""
    return said.rstrip(". ") == wanted.rstrip(". ")


def _post(url: str, form: list[tuple[str, str]], signature: str | None) -> requests.Response:
    headers = {SIGNATURE_HEADER: signature} if signature else {}
    with requests.Session() as http:
        http.trust_env = False
        return http.post(url, data=form, headers=headers, timeout=(5, 30))


def _no_failure(stage: Rehearsal) -> None:
    failures = [failure for site in stage.sites for failure in site.failures]
    if failures:
        raise Gap(f"your page failed: {failures[-1]}", "Whoever asks gets a 500 then: mend that.")


PRACTISED = ("ex1", "ex1", "ex2", "ex3", "quiz 3")

QUIZ = (
    Question(
        "Your page answers 500 to a call, and there is no fallback URL. What do you see of it?",
        a=(
            "calls.create raises an error.",
            "The order was taken long before: the page is asked when somebody answers.",
        ),
        b=(
            "The call's status is failed.",
            "For Twilio it was answered and is completed; the caller heard an apology.",
        ),
        c=(
            "A notification with 11200; the call is completed.",
            "So watch the notifications, and give a fallback URL.",
        ),
        right="c",
    ),
    Question(
        "A stranger copies a request of Twilio's, signature and all, and changes the field From.",
        a=(
            "The validator accepts it: the signature is Twilio's.",
            "The sum is made over all fields; with another From it is another sum.",
        ),
        b=(
            "The validator turns it away: the sum covers every field.",
            "And without your Auth Token nobody can make the new one.",
        ),
        c=(
            "The validator cannot know.",
            "It makes the sum anew over what came, and compares.",
        ),
        right="b",
    ),
    Question(
        "What must lie in the folder before az webapp up?",
        a=(
            "app.py, and requirements.txt, which names starlette and uvicorn.",
            "The host installs what is named there, and starts app:app.",
        ),
        b=(
            "The notebook.",
            "A host runs programs: the page has to be in a file of its own.",
        ),
        c=(
            "app.py and .env with the Auth Token.",
            "The token belongs into the host's settings, never into a folder that travels.",
        ),
        right="a",
    ),
)
