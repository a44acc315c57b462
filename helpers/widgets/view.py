"""What the phone shows, worked out from the handset's state: plain values in, plain values out.

The result is the one value that travels to the browser (see `phone.js`), and the one the stored
picture is drawn from (see `picture.py`), so that both always tell the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.phone import Entry, PhoneCall, PhoneState

# Twilio's words for a call that is not over yet. One that is queued or initiated has not
# reached the handset: nothing rings there.
LIVE = ("ringing", "in-progress")

# How the handset meets a call when nobody touches it; a person's own hands need no words.
MODES = {
    "auto": "answers by itself",
    "manual": "",
    "busy": "is always busy",
    "no-answer": "is never answered",
    "decline": "declines every call",
    "off": "is switched off",
}

# What is heard while a verb runs. An act of the person (answer, press, ...) makes no sound.
HEARD = {
    "Say": "{}",
    "notice": "{}",
    "Play": "(plays {})",
    "Pause": "(silence)",
    "Gather": "(waits for your keys)",
    "Record": "(records you: speak after the beep)",
    "Dial": "(rings {})",
    "hold": "(on hold)",
}

# A story longer than this is cut at its beginning: a browser draws it at once.
KEEP = 200


@dataclass(frozen=True)
class SentText:
    """A text that went out from this handset, and how many had come in before it."""

    to: str
    body: str
    media: tuple[str, ...] = ()
    after: int = 0


def current(calls: Sequence[PhoneCall]) -> PhoneCall | None:
    """The call to show: the newest that is alive, else the newest of all."""
    alive = [call for call in calls if call.status in LIVE]
    return alive[-1] if alive else calls[-1] if calls else None


def caption(call: PhoneCall | None) -> str:
    """What is to be heard now in *call*; nothing before and after it."""
    if call is None or call.status != "in-progress":
        return ""
    for entry in reversed(call.transcript):
        if entry.verb in HEARD:
            return HEARD[entry.verb].format(entry.text or "a sound")
    return ""


def line(number: str, call: PhoneCall | None) -> tuple[str, str]:
    """The state of the line in one word, and a sentence about it.

    The word is Twilio's own where it has one: idle, ringing (somebody calls this phone),
    calling (this phone calls somebody), in-progress.
    """
    if call is None:
        return "idle", "No calls yet"
    incoming = call.to == number
    other = (call.from_ if incoming else call.to) or "an unknown number"
    if call.status == "ringing" and incoming:
        return "ringing", f"Call from {other}"
    if call.status == "ringing":
        return "calling", f"Calling {other}"
    if call.status == "in-progress":
        return "in-progress", f"In a call with {other}"
    return "idle", f"Last call: {'from' if incoming else 'to'} {other}, {call.status}"


def bubbles(state: PhoneState, sent: Sequence[SentText]) -> list[dict[str, Any]]:
    """The texts in the order they came and went, each with its direction and the other number."""
    shown: list[dict[str, Any]] = []
    waiting = list(sent)
    for place, text in enumerate(state.inbox):
        while waiting and waiting[0].after <= place:
            shown.append(_outgoing(waiting.pop(0)))
        shown.append({"way": "in", "who": text.from_, "body": text.body, "media": list(text.media)})
    return shown + [_outgoing(text) for text in waiting]


def _outgoing(text: SentText) -> dict[str, Any]:
    return {"way": "out", "who": text.to, "body": text.body, "media": list(text.media)}


def last_words(calls: Sequence[PhoneCall]) -> list[Entry]:
    """What was said in the call before, while a new one rings: it is read until the answer."""
    call = current(calls)
    if call is None or call.status not in LIVE or call.transcript:
        return []
    return next((one.transcript for one in reversed(calls) if one.transcript), [])


def _said(entry: Entry) -> dict[str, Any]:
    return {"at": f"{entry.at:.1f} s", "verb": entry.verb, "text": entry.text}


def view_of(
    state: PhoneState,
    *,
    name: str = "",
    contacts: Sequence[str] = (),
    sent: Sequence[SentText] = (),
    problem: str = "",
) -> dict[str, Any]:
    """Everything the phone shows, as values JSON can carry.

    *name* is what the handset is called on screen, *contacts* the numbers it suggests to call
    or text, *sent* what it texted, *problem* a sentence about the last thing that did not work.
    """
    call = current(state.calls)
    word, sentence = line(state.number, call)
    texts = bubbles(state, sent)
    # Whoever called or wrote last is the likeliest to be answered.
    others = [*contacts]
    if texts:
        others.insert(0, texts[-1]["who"])
    elif call is not None:
        others.insert(0, call.from_ if call.to == state.number else call.to)
    return {
        "number": state.number,
        "name": name,
        "mode": MODES.get(state.mode, state.mode),
        "state": word,
        "line": sentence,
        "caption": caption(call),
        "transcript": [_said(entry) for entry in (call.transcript if call else [])][-KEEP:],
        "before": [_said(entry) for entry in last_words(state.calls)][-KEEP:],
        "texts": texts[-KEEP:],
        "contacts": [other for other in dict.fromkeys(others) if other.startswith("+")],
        "problem": problem,
    }
