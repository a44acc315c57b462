"""What belongs together: a call and the legs its Dials made, a text and the answers to it.

The log tells what happened to each call and text by its SID. Who is at the far end of it, and which
of them belong together, is known from the resources themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.story.words import Events

#: Where the log keeps the SID of what calls meet in.
PLACES = ("conference_sid", "queue_sid")


@dataclass(frozen=True)
class End:
    """Who is at the far end of a call or text.

    *number* is theirs, *ours* the other one, *began* whether they called or wrote, *parent* the
    call whose Dial made this leg, *answers* whether it is a text that a document sent, *words* what
    is in a text.
    """

    number: str
    ours: str = ""
    began: bool = False
    parent: str = ""
    answers: bool = False
    words: str = ""


Ends = Mapping[str, End]


def end_of_call(call: Any) -> End:
    """The far end of a call, as our client and the official one give it."""
    began = call.direction == "inbound"
    theirs, ours = (call._from, call.to) if began else (call.to, call._from)
    return End(theirs or "", ours or "", began, call.parent_call_sid or "")


def end_of_message(message: Any) -> End:
    """The far end of a text, likewise."""
    began = message.direction == "inbound"
    theirs, ours = (message.from_, message.to) if began else (message.to, message.from_)
    answers = message.direction in ("outbound-reply", "outbound-call")
    return End(theirs or "", ours or "", began, "", answers, message.body or "")


def members(events: Events, sid: str, ends: Ends) -> set[str]:
    """The SIDs of the calls and texts that a story of *sid* tells of.

    *sid* is a call's (then the legs of its Dials are in it, and the texts its documents sent), a
    message's (then the answers to it), a conference's or a queue's (then all that were in it).
    """
    found = {sid}
    found |= {event["call_sid"] for event in events if sid in _places(event) and event["call_sid"]}
    sent = answers(events, ends)
    size = 0
    while len(found) > size:
        size = len(found)
        found |= {one for one, end in ends.items() if end.parent in found}
        found |= {text for text, owner in sent.items() if owner in found}
    return found


def of_family(events: Events, sid: str, ends: Ends) -> list[Mapping[str, Any]]:
    """The events of *sid* and of all that belongs to it, in order.

    What happens to a conference as a whole is nobody's, and belongs to all who are in it.
    """
    family = members(events, sid, ends)
    rooms = {place for event in events if event["call_sid"] in family for place in _places(event)}
    return [event for event in events if _belongs(event, family, rooms)]


def answers(events: Events, ends: Ends) -> dict[str, str]:
    """The texts that documents sent, each with the SID of the call or text whose document it was.

    The log has them in this order: the verb of the one, then the first of the other.
    """
    waiting: list[tuple[str, str]] = []
    owners: dict[str, str] = {}
    for event in events:
        owner, text = event["message_sid"] or event["call_sid"], event["message_sid"]
        if event["type"] == "verb" and event["data"]["verb"] in ("Message", "Sms") and owner:
            waiting.append((owner, event["data"]["text"]))
        end = ends.get(text or "")
        if text is None or end is None or not end.answers or text in owners:
            continue
        for wanted in waiting:
            # What the trial account adds stands before the words.
            if " ".join(end.words.split()).endswith(wanted[1]):
                waiting.remove(wanted)
                owners[text] = wanted[0]
                break
    return owners


def _places(event: Mapping[str, Any]) -> Iterable[str]:
    """The conference or queue that an event tells of."""
    data = event["data"]
    told = [data[name] for name in PLACES if name in data]
    asked = data.get("parameters") if event["type"] == "webhook" else None
    return told + [asked[n] for n in ("ConferenceSid", "QueueSid") if asked and asked.get(n)]


def _belongs(event: Mapping[str, Any], family: set[str], rooms: set[str]) -> bool:
    sid = event["call_sid"] or event["message_sid"]
    return sid in family if sid else any(place in rooms for place in _places(event))
