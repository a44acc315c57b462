"""What the phone shows, worked out from the handset's state: plain values in, plain values out.

The result is the one value that travels to the browser (see `phone.js`), and the one the stored
picture is drawn from (see `picture.py`), so that both always tell the same. Addresses of this
machine are named in it, as in everything that is stored with a notebook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.phone import Entry, Heard, Message, PhoneCall, PhoneState, named

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
KEYS = re.compile(r"[0-9A-Da-d*#wW]+")  # what a Play sends, where it is no address

# What became of a text that this phone sent, in the words a phone has for it. The account on the
# other side calls the same text "receiving" and then "received".
SENT = {"receiving": "sent", "received": "delivered"}

# A story longer than this is cut at its beginning: a browser draws it at once.
KEEP = 200
HISTORY = 50  # calls


def current(calls: Sequence[PhoneCall]) -> PhoneCall | None:
    """The call to show: the newest that is alive, else the newest of all."""
    alive = [call for call in calls if call.status in LIVE]
    return alive[-1] if alive else calls[-1] if calls else None


def caption(call: PhoneCall | None, heard: Heard | None = None) -> str:
    """What is to be heard now in *call*; nothing before and after it."""
    if call is None or call.status != "in-progress":
        return ""
    for entry in reversed(call.transcript):
        if entry.verb not in HEARD:
            continue
        if entry.verb == "Gather" and heard is not None and heard.speech:
            return f"(waits for your words{' or keys' if heard.keys else ''})"
        if entry.verb == "Play" and KEYS.fullmatch(entry.text):
            return f"(the keys {entry.text} sound)"
        return HEARD[entry.verb].format(named(entry.text) or "a sound")
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
    way = "from" if incoming else "to"
    if call.live:  # ordered a moment ago: it has not come as far as the handset
        return "idle", f"A call {way} {other} is about to ring"
    return "idle", f"Last call: {way} {other}, {call.status}"


def bubble(message: Message) -> dict[str, Any]:
    """One text as it is shown: who, what, with which pictures, and what became of it."""
    reason = ""
    if message.error_code:
        said = f": {message.error_message}" if message.error_message else ""
        reason = f"{message.error_code}{said}"
    return {
        "way": message.way,
        "who": message.who,
        "body": named(message.body),
        "media": [named(address) for address in message.media],
        "pictures": [sid for sid, kind in message.pictures if kind.startswith("image/")],
        "status": SENT.get(message.status, message.status),
        "reason": reason,
    }


def last_words(calls: Sequence[PhoneCall]) -> list[Entry]:
    """What was said in the call before, while a new one rings: it is read until the answer."""
    call = current(calls)
    if call is None or call.status not in LIVE or call.transcript:
        return []
    return next((one.transcript for one in reversed(calls) if one.transcript), [])


def _said(entry: Entry) -> dict[str, Any]:
    return {"at": f"{entry.at:.1f} s", "verb": entry.verb, "text": named(entry.text)}


def _past(number: str, call: PhoneCall) -> dict[str, str]:
    incoming = call.to == number
    return {
        "way": "from" if incoming else "to",
        "who": (call.from_ if incoming else call.to) or "an unknown number",
        "status": call.status,
    }


def _ear(heard: Heard | None) -> dict[str, Any]:
    if heard is None:
        return {}
    # What is left of a Gather's patience would be another number at every look.
    told = {name: getattr(heard, name) for name in heard.__slots__ if name != "left"}
    return {name: value for name, value in told.items() if value or name == "id"}


def view_of(
    state: PhoneState,
    *,
    name: str = "",
    contacts: Sequence[str] | Mapping[str, str] = (),
    messages: Sequence[Message] = (),
    heard: Heard | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """Everything the phone shows, as values JSON can carry.

    *name* is what the handset is called on screen, *contacts* the numbers it suggests to call
    or text (perhaps with their names), *messages* its texts, *heard* what is in its ear now,
    *problem* a sentence about the last thing that did not work.
    """
    call = current(state.calls)
    names = dict(contacts) if isinstance(contacts, Mapping) else {}
    word, sentence = line(state.number, call)
    texts = [bubble(message) for message in messages]
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
        "caption": caption(call, heard),
        "heard": _ear(heard),
        "transcript": [_said(entry) for entry in (call.transcript if call else [])][-KEEP:],
        "before": [_said(entry) for entry in last_words(state.calls)][-KEEP:],
        "texts": texts[-KEEP:],
        "history": [_past(state.number, call) for call in state.calls[-HISTORY:]],
        "contacts": [
            {"number": other, "name": names.get(other, "")}
            for other in dict.fromkeys(others)
            if other.startswith("+")
        ],
        "problem": problem,
    }
