"""Checks of lesson 09, hold a text conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from helpers.checks.attempt import function, outcome
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal
from helpers.checks.verdict import Gap, Verdict, right, short
from helpers.phone import Phone
from helpers.serving import WebRequest
from helpers.twiml import MessagingResponse

ADA, BEA, CEM = "+14155550100", "+14155550101", "+14155550102"


def check_1(answer: Any) -> Verdict:
    """One keyword more than the lesson's."""
    head = "answer(words)"
    reply_to = function(answer, head)

    def page(request: WebRequest) -> MessagingResponse:
        return _message(outcome(reply_to, head, request["Body"]), "answer", request["Body"])

    with Rehearsal(type="full") as stage:
        line = Line(stage, page)
        for words in ("PRICE", "price", " Price? "):
            line.expect(words, "4 dollars", "Tidy the words first, as `shop` does.")
        line.expect("Hours", "7 to 18", "Leave it to shop(words).")
        line.expect("bread", "rye", "Leave it to shop(words).")
        menu = line.ask("Good morning")
    for word in ("HOURS", "BREAD", "PRICE"):
        if word not in menu.upper():
            raise Gap(
                f"who writes Good morning is not told of {word}: they get {menu!r}.",
                "Name every keyword in the answer to what you do not understand.",
            )
    return right("PRICE is answered however it is typed, and the menu names it.")


def check_2(talk: Any) -> Verdict:
    """An order in three steps, by two people at once."""
    head = "talk(words, state)"
    step = function(talk, head)

    def page(request: WebRequest) -> tuple[str, int, dict[str, str]]:
        before = unquote(request.headers.get("cookie", "").partition("state=")[2])
        given = outcome(step, head, request["Body"], before)
        if not (isinstance(given, tuple) and len(given) == 2):
            raise Gap(
                f"`talk` gave {short(given)} for {request['Body']!r}.",
                "Return two things: the reply, and the next state.",
            )
        reply, state = given
        if not isinstance(state, str):
            raise Gap(
                f"the state after {request['Body']!r} is a {type(state).__name__}, and a cookie "
                "holds text only.",
                "Return it as text: str(...), or f-strings.",
            )
        told = str(_message(reply, "talk", request["Body"]))
        return told, 200, {"Set-Cookie": f"state={quote(state, safe='')}"}

    with Rehearsal(type="full") as stage:
        line = Line(stage, page)
        ada, bea = stage.handset(ADA), stage.handset(BEA)
        again, then = "The first steps are those of `order`.", "After the number ask for the name."
        line.expect("Order", "how many", again, ada)
        line.expect("three", "number", again, ada)
        line.expect("order", "how many", again, bea)
        line.expect("3", "name", then, ada)
        line.expect("12", "name", then, bea)
        for phone, name, loaves, other in ((ada, "Ada", "3", "12"), (bea, "Bea", "12", "3")):
            reply = line.ask(name, phone)
            if name.lower() not in reply.lower():
                raise Gap(
                    f"{name} gave her name and got {reply!r}.", "Put the name into the last reply."
                )
            if loaves not in reply.replace(name, ""):
                mixed = other in reply
                raise Gap(
                    f"{name} ordered {loaves} loaves and got {reply!r}.",
                    "Two people wrote at once, and a variable is one for both: carry it in the "
                    "state."
                    if mixed
                    else "Carry the number to the last step in the state.",
                )
        line.expect("Order", "how many", 'After the order the state is "" again.', ada)
    return right("two people ordered at the same time, and each got their own loaves.")


def check_3(tell: Any) -> Verdict:
    """A text to everybody, past those who said STOP."""
    head = "tell(client, sender, numbers, body)"
    send = function(tell, head)
    with Rehearsal(type="full") as stage:
        ada, bea, cem = map(stage.handset, (ADA, BEA, CEM))
        bea.text(stage.number, "STOP")
        stage.run()
        body = "Fresh rye today!"
        gone = _sent(send, stage.client, stage.number, [ADA, BEA, CEM], body)
        stage.run()
        got = {phone.number: [t.body for t in phone.inbox] for phone in (ada, bea, cem)}
        if body not in got[ADA]:
            raise Gap(f"{ADA}, the first, did not get the text.", "Send it to each of numbers.")
        if body not in got[CEM]:
            raise Gap(
                f"{CEM}, after the one who said STOP, did not get the text.",
                "Put the try inside the loop, around the line that sends.",
            )
        for number in (ADA, CEM):
            if got[number].count(body) > 1:
                raise Gap(f"{number} got the text {got[number].count(body)} times.", "Send once.")
        if not isinstance(gone, list | tuple | set) or list(gone) != [BEA]:
            raise Gap(
                f"it should return {[BEA]}, and returned {short(gone)}.",
                "Collect the numbers that meet 21610, and return the list after the loop.",
            )
        _others_pass(send, stage)
    return right("everybody got the text but the one who said STOP, and you know who that is.")


def _sent(send: Callable[..., Any], *values: Any) -> Any:
    try:
        return outcome(send, "tell(client, sender, numbers, body)", *values)
    except Gap as gap:
        if getattr(gap.__cause__, "code", None) == 21610:
            raise Gap(
                "it ends at the first who said STOP, with 21610.",
                "Catch the error inside the loop, and go on.",
            ) from gap
        raise


def _others_pass(send: Callable[..., Any], stage: Rehearsal) -> None:
    """Gap if a refusal that is not STOP's is swallowed."""
    try:
        send(stage.client, stage.number, ["+1415555"], "Hello")
    except Exception as problem:
        if getattr(problem, "code", None) == 21211:
            return
        raise Gap(
            f"a malformed number made it fail with {type(problem).__name__}.",
            "Hand the error on as it is, with a bare raise.",
        ) from problem
    raise Gap(
        "21211, a number with digits missing, was swallowed: nobody will ever know.",
        "Only 21610 is yours. For any other code: raise.",
    )


class Line:
    """A number whose texts *page* answers; a Gap in the page is raised where the text was sent."""

    def __init__(self, stage: Rehearsal, page: Callable[[WebRequest], Any]) -> None:
        self._stage = stage
        self._page = page
        self._gap: Gap | None = None
        self._url = stage.serve(self._answer)

    def _answer(self, request: WebRequest) -> Any:
        try:
            return self._page(request)
        except Gap as gap:
            self._gap = gap
            return None

    def ask(self, words: str, phone: Phone | None = None) -> str:
        """What *phone* is answered when it texts *words*."""
        replies = self._stage.text_in(words, self._url, phone=phone)
        if self._gap is not None:
            raise self._gap
        return " ".join(replies)

    def expect(self, words: str, wanted: str, step: str, phone: Phone | None = None) -> None:
        """Gap, with *step* as the next one, if the answer lacks *wanted*, in any case."""
        said = self.ask(words, phone)
        if wanted.lower() not in said.lower():
            raise Gap(f"{words!r} got {said!r}, without {wanted!r}.", step)


def _message(reply: Any, name: str, words: str) -> MessagingResponse:
    if reply is None:
        raise Gap(f"`{name}` gave nothing for {words!r}.", "Return the reply; print is not enough.")
    if not isinstance(reply, str):
        raise Gap(
            f"`{name}` gave a {type(reply).__name__} for {words!r}.",
            "Return the words alone, as text: the page makes TwiML of them.",
        )
    response = MessagingResponse()
    response.message(reply)
    return response


PRACTISED = ("ex1", "ex2", "quiz 2", "ex3", "quiz 3")

QUIZ = (
    Question(
        "You text: Reply YES to confirm. What happens when somebody does?",
        a=(
            "My page gets YES and confirms; nothing else.",
            "It gets it, but so does Twilio: YES is one of the words for START.",
        ),
        b=(
            "Twilio takes it for START and answers, and my page is asked, too.",
            "They get two answers, one of them about subscribing. Ask for OK instead.",
        ),
        c=(
            "Nothing: YES is blocked.",
            "It unblocks, rather: YES counts as START, and your page is asked as well.",
        ),
        right="b",
    ),
    Question(
        "What does media_url hold?",
        a=(
            "The picture's bytes.",
            "They travel another way: Twilio fetches the file from the address you give.",
        ),
        b=(
            "The path of a file on my disk.",
            "Twilio cannot look at your disk. The file has to be on the web, with its type.",
        ),
        c=(
            "A web address from which Twilio fetches the file, when it sends.",
            "That is why a wrong address fails later, with 12300 or 11200, and not at once.",
        ),
        right="c",
    ),
    Question(
        "A text has been sent, with no delivered after it, for an hour. What now?",
        a=(
            "Send it again, to be sure.",
            "It may have been read long ago: not every network reports. They would get it twice.",
        ),
        b=(
            "Leave it: send again only after undelivered or failed, if the code allows.",
            "Sent may be the last that one hears. An error code is what you act on.",
        ),
        c=(
            "Strike the number off the list.",
            "Nothing is known against it. Strike it after 30005, 30006 or 21610.",
        ),
        right="b",
    ),
)
