"""What comes next in a call: the verb after this one, or the request that Twilio would make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from helpers.story.documents import Documents, Page, shown
from helpers.story.words import Events, Names
from helpers.twiml.element import TwiML

#: What a verb tells its action, beside what every request says.
TOLD = {
    "Gather": "Digits or SpeechResult",
    "Record": "RecordingUrl",
    "Dial": "DialCallStatus",
    "Enqueue": "QueueResult",
    "Refer": "ReferCallStatus",
    "Pay": "Result",
}
#: Their action is the document itself, where none is named; the others go on with the next verb.
ASKS_ANYWAY = ("Gather", "Record")
LEADS_AWAY = ("Redirect",)
ENDS = ("Hangup", "Reject")
FINAL_REQUEST = "then the call ends"


def expected(documents: Documents, events: Events, sid: str, names: Mapping[str, str]) -> list[str]:
    """What Twilio would do next in the call *sid*, a sentence each; nothing once it is over."""
    naming = Names(names)
    if documents.over:
        return []
    if documents.running is not None:
        page, element = documents.running
        sentences = _after(page, element)
    elif documents.pages:
        page = documents.pages[-1]
        verbs = page.document.root.elements if page.document else []
        sentences = [_then(verbs[0] if verbs else None)]
    else:
        sentences = _at_the_answer(events, sid)
    return [naming.named(sentence) for sentence in sentences]


def _at_the_answer(events: Events, sid: str) -> list[str]:
    for event in events:
        if event["type"] == "request" and event["call_sid"] == sid:
            told = event["data"]["parameters"]
            if told.get("Twiml"):
                return ["when it is answered: the TwiML that came with the request"]
            if told.get("Url"):
                return [f"when it is answered: {told.get('Method', 'POST')} {told['Url']}"]
    return ["when it is answered: its instructions are asked for"]


def _after(page: Page, element: TwiML) -> list[str]:
    """What follows the verb that *element* is, or stands in."""
    assert page.document is not None
    verbs = page.document.root.elements
    place = next((n for n, verb in enumerate(verbs) if element in _all(verb)), 0)
    verb = verbs[place]
    following = verbs[place + 1] if place + 1 < len(verbs) else None
    sentences = []
    if verb is not element:
        sentences.append(f"<{verb.name}> goes on")
    action = (verb.attrs.get("action") or "").strip()
    told = f" with {TOLD[verb.name]}" if verb.name in TOLD else ""
    if verb.name in LEADS_AWAY:
        return [_request(page, verb, verb.words(), "")]
    if verb.name in ENDS:
        return [FINAL_REQUEST]
    if verb.name == "Gather":
        asked = _request(page, verb, action, told)
        silent = verb.attrs.get("actionOnEmptyResult", "").lower() == "true"
        without = [] if silent else [f"without a key or word: {_then(following)}"]
        return [*sentences, f"with keys or words: {asked}", *without]
    if action or verb.name in ASKS_ANYWAY:
        return [*sentences, _request(page, verb, action, told)]
    return [*sentences, _then(following)]


def _all(verb: TwiML) -> list[TwiML]:
    return list(verb.walk())


def _request(page: Page, verb: TwiML, url: str, told: str) -> str:
    method = (verb.attrs.get("method") or "POST").upper()
    try:
        where = urljoin(page.url, url)
    except ValueError:
        where = url  # no address at all: the call will tell
    return f"{method} {where or 'the same document'}{told}"


def _then(verb: Any) -> str:
    return FINAL_REQUEST if verb is None else f"then {shown(verb)}"
