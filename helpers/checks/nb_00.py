"""Checks of lesson 00, start here."""

from __future__ import annotations

from typing import Any

import requests

from helpers.checks.documents import document as text_of
from helpers.checks.documents import silences
from helpers.checks.quiz import Question
from helpers.checks.rehearsal import Rehearsal, no_alerts
from helpers.checks.verdict import Gap, Verdict, not_tried, not_yet, right
from helpers.errors import HelperError
from helpers.session import Session, current

SILENCE = 1.0  # seconds that exercise 2 asks for
#: What an address leads to, by how the SID of the answer begins.
KINDS = {"AC": "your account", "CA": "a call", "PN": "a number"}


def check_1(address: Any) -> Verdict:
    """The address of one text, which GET really finds there."""
    if address is None:
        return not_tried("put the address of your text into `address`.")
    if not isinstance(address, str):
        return not_yet(
            f"`address` is no text in quotation marks, but {address!r:.40}.",
            "An address is what session.url(...) gives.",
        )
    try:
        session = current()
    except HelperError as nothing_open:
        raise Gap(nothing_open.what, "Run the set-up cell, then the cells below it.") from None
    found = _asked(session, address)
    if "messages" in found:
        return not_yet(
            "that is the list of all texts.", "Say which: the SID of yours goes behind a slash."
        )
    sid = str(found.get("sid", ""))
    if "body" not in found:
        what = KINDS.get(sid[:2], "another list" if not sid else "something else")
        return not_yet(f"at that address is {what}, not a text.", "Texts are under Messages.")
    return right(f"GET finds your text there: {found['body']!r}.")


def _asked(session: Session, address: str) -> dict[str, Any]:
    """What the API has at *address*; Gap if that is elsewhere, nothing, or no JSON."""
    if not address.startswith(f"{session.base}/2010-04-01/"):
        raise Gap(
            f"{session.shown(address)!r:.60} is no address of this API.",
            'Let it begin as session.url("Messages") does.',
        )
    with requests.Session() as http:
        http.trust_env = False  # a proxy is for the way out, not for this machine
        try:
            reply = http.get(address, auth=session.auth, timeout=10)
        except requests.RequestException as problem:
            raise Gap(f"nothing answers there: {type(problem).__name__}.") from problem
    if reply.status_code != 200:
        raise Gap(
            f"GET {session.shown(address)} answers {reply.status_code}.",
            "Print the address and compare it with that of the list, session.url(...).",
        )
    try:
        told: dict[str, Any] = reply.json()
    except ValueError:
        raise Gap("the answer is XML, not JSON.", "Let the address end in .json.") from None
    return told


def check_2(document: Any) -> Verdict:
    """A name, a second of silence, goodbye."""
    with Rehearsal() as stage:
        heard = stage.ring(twiml=text_of(document, "document"))
    no_alerts(heard)
    said = heard.said
    if len(said) < 2:
        return not_yet(
            f"the caller hears {said[0]!r} only." if said else "the caller hears nothing.",
            "Two Say: your name, and Goodbye.",
        )
    if "goodbye" not in said[-1].casefold():
        return not_yet(f"the last words are {said[-1]!r}, not Goodbye.", "Say Goodbye at the end.")
    silence = silences(heard)[-1]
    if silence != SILENCE:
        return not_yet(
            f"{silence:g} seconds lie before Goodbye, not {SILENCE:g}.",
            "The Pause stands between the two Say, and its length is 1.",
        )
    return right(f"{said[0]!r}, a second, {said[-1]!r}.")


#: Where each objective is practised.
PRACTISED = ("quiz 1", "ex1", "quiz 2", "ex2", "quiz 3")

QUIZ = (
    Question(
        "You ordered a call, and its status is queued. What do you know?",
        a=("The phone rings.", "It may, or not yet: the answer came before anybody dialled."),
        b=(
            "Twilio has written the order down.",
            "No more than that. What comes of it comes later.",
        ),
        c=("Somebody has answered.", "That would be in-progress, and you would have to ask again."),
        right="b",
    ),
    Question(
        "Your program has worked for a month. Today it gets 20404. What do you look at first?",
        a=(
            "Whether the SID is whole, and of this account.",
            "There is no such thing here: misspelt, deleted, or another account's.",
        ),
        b=(
            "Whether Twilio is out of order.",
            "Then there would be no answer, or one of 500 and up.",
        ),
        c=("Whether the token is right.", "With a wrong token it would be 20003, and 401."),
        right="a",
    ),
    Question(
        "Which of these verbs sends the call on to another document, and never comes back?",
        a=("Pause", "It waits, and then the next verb has its turn."),
        b=("Dial", "It connects; when the other side has hung up, the next verb has its turn."),
        c=("Redirect", "The document at the other address takes the place of this one."),
        right="c",
    ),
)
