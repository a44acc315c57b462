"""What a document would do, listed without a server."""

from __future__ import annotations

from typing import Any

from helpers.twiml.document import Document
from helpers.twiml.element import TwiML
from helpers.twiml.interpreter import conversation
from helpers.twiml.steps import (
    Connect,
    Connected,
    Fetch,
    HangUp,
    Keys,
    ReadKeys,
    RecordCaller,
    Recorded,
    Refuse,
    SendText,
    Sent,
    Step,
)

__all__ = ["steps_of"]

# A caller who does nothing: no key, no word, nobody answers a Dial; only a Record has something.
SILENT_CALLER: dict[type[Step], Any] = {
    ReadKeys: Keys(),
    RecordCaller: Recorded(sid="RE...", url="", duration=1),
    Connect: Connected("no-answer"),
    SendText: Sent("SM..."),
}

# Enough for what a person wants to read; loop="0" alone would give two thousand.
MOST = 10_000


def steps_of(document: Document | TwiML | str | bytes, kind: str | None = None) -> list[Step]:
    """The steps of a document, as if the caller pressed no key and said nothing.

    Args:
        document: what `parse` returned, a response that was built, or the XML itself.
        kind: "voice" (the default), "messaging" or "called".

    Returns:
        The steps in order. Where the document leads to another one the list ends with that
        `Fetch`. What cannot be read gives the alert and the apology a caller would hear.
    """
    source: str | bytes
    if isinstance(document, Document):
        kind, source = kind or document.kind, document.source
    elif isinstance(document, TwiML):
        kind = kind or ("messaging" if type(document).__name__ == "MessagingResponse" else "voice")
        source = document.to_xml()
    else:
        source = document
    listed: list[Step] = []
    talk = conversation(source, kind=kind or "voice", url="")
    answer: Any = None
    while len(listed) < MOST:
        try:
            step = talk.send(answer)
        except StopIteration:
            break
        listed.append(step)
        if isinstance(step, Fetch | HangUp | Refuse):
            break
        answer = SILENT_CALLER.get(type(step))
    talk.close()
    return listed
