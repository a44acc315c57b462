"""What a document would do, listed without a server.

    steps(response)               # if the caller does nothing
    steps(response, keys="1")     # and if the caller presses 1

Each step is data, as the engine gets it; the list shows itself a line a step, with the seconds
since the call began.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from helpers.errors import TwimlError
from helpers.twiml.document import Document, parse
from helpers.twiml.interpreter import conversation
from helpers.twiml.steps import (
    Begin,
    Connect,
    Connected,
    Dequeued,
    Disconnected,
    Fetch,
    HangUp,
    Join,
    Keys,
    OpenRelay,
    OpenStream,
    ReadKeys,
    RecordCaller,
    Recorded,
    Refuse,
    SendText,
    Sent,
    Sound,
    Speak,
    Step,
    StopBeside,
    TakeFromQueue,
    Tones,
    Transfer,
    Transferred,
    Wait,
    WaitInQueue,
)

__all__ = ["Steps", "steps_of"]

# A caller who does nothing: no key, no word, nobody answers a Dial; only a Record has something.
SILENT_CALLER: dict[type[Step], Any] = {
    ReadKeys: Keys(),
    RecordCaller: Recorded(sid="RE...", url="", duration=1),
    Connect: Connected("no-answer"),
    Join: Connected("answered", bridged=True),
    WaitInQueue: Dequeued("leave", "QU..."),
    TakeFromQueue: Connected("no-answer"),
    SendText: Sent("SM..."),
    OpenStream: Disconnected(),
    OpenRelay: Disconnected(),
    StopBeside: True,
    Transfer: Transferred("in-progress"),
}

# Enough for what a person wants to read; loop="0" alone would give two thousand.
MOST = 10_000
MOST_SHOWN = 60

#: Nobody has fetched the sound, so nobody knows how long it is; the sandbox takes a second for
#: what it cannot measure.
SECONDS_OF_A_SOUND = 1.0


class Steps(list[Step]):
    """Steps in order, as a list; shown, it is a line for each, with the time it begins.

    *at* are the seconds since the first step. How long a sound plays and how long somebody else
    talks is not known without a server: a sound counts as a second, a talk as none.
    """

    def __init__(self, steps: Iterable[Step] = (), at: Iterable[float] = ()) -> None:
        super().__init__(steps)
        self.at = list(at)

    def __repr__(self) -> str:
        if len(self.at) != len(self):  # somebody has changed the list
            return super().__repr__()
        lines = [
            # What a verb asks for stands below the verb.
            f"{at:7.1f} s  {step if isinstance(step, Begin) else f'  {step}'}"
            for at, step in zip(self.at[:MOST_SHOWN], self, strict=False)
        ]
        if len(self) > MOST_SHOWN:
            lines.append(f"    ...    {len(self) - MOST_SHOWN} more steps")
        return "\n".join(lines) if lines else "nothing at all"

    __str__ = __repr__


class Caller:
    """A caller who presses *keys* when keys are wanted, and says *speech* when words are."""

    def __init__(self, keys: str, speech: str) -> None:
        self.keys = keys
        self.speech = speech

    def answer(self, step: Step) -> Any:
        """What comes back to the verb."""
        if isinstance(step, ReadKeys) and (self.keys or self.speech):
            return self._heard(step)
        if isinstance(step, RecordCaller) and self.keys and self.keys[0] in step.finish:
            key, self.keys = self.keys[0], self.keys[1:]
            return Recorded(sid="RE...", url="", duration=1, digits=key)
        return SILENT_CALLER.get(type(step))

    def _heard(self, step: ReadKeys) -> Keys:
        if step.speech and self.speech:
            words, self.speech = self.speech, ""
            return Keys(speech=words)
        digits, over = "", ""
        while step.keys and self.keys and not over and len(digits) != step.most:
            key, self.keys = self.keys[0], self.keys[1:]
            over = key if key == step.finish else ""
            digits += "" if over else key
        return Keys(digits, over)


@runtime_checkable
class Built(Protocol):
    """A response that was built: ours, or one of Twilio's package."""

    def to_xml(self) -> str:
        """The document."""


def steps_of(
    document: Document | Built | str | bytes,
    kind: str | None = None,
    *,
    keys: str = "",
    speech: str = "",
) -> Steps:
    """The steps of a document, as if the caller only pressed *keys* and said *speech*.

    Args:
        document: what `parse` returned, a response that was built (with Twilio's package, too), or
            the XML itself.
        kind: "voice" (the default), "messaging", or one of those in `ASIDE`.
        keys: what the caller presses, one key after the other, whenever keys are wanted.
        speech: what the caller says when words are wanted.

    Returns:
        The steps in order. Where the document leads to another one the list ends with that
        `Fetch`. What cannot be read gives the alert and the apology a caller would hear.
    """
    if isinstance(document, Built):
        kind = kind or ("messaging" if type(document).__name__ == "MessagingResponse" else None)
        document = document.to_xml()
    source = document.source if isinstance(document, Document) else document
    if kind is None:
        kind = document.kind if isinstance(document, Document) else _kind(document)
    listed = Steps()
    caller = Caller(keys, speech)
    talk = conversation(source, kind=kind, url="")
    answer: Any = None
    now = 0.0
    while len(listed) < MOST:
        try:
            step = talk.send(answer)
        except StopIteration:
            break
        listed.append(step)
        listed.at.append(round(now, 3))
        if isinstance(step, Fetch | HangUp | Refuse):
            break
        answer = caller.answer(step)
        now += _seconds(step, answer)
    talk.close()
    return listed


def _kind(source: str | bytes) -> str:
    """What a document is for; one that cannot be read is a call's, which tells what is wrong."""
    try:
        return parse(source).kind
    except TwimlError:
        return "voice"


def _seconds(step: Step, answer: Any) -> float:
    """How long a step takes, as far as that can be known."""
    match step, answer:
        case Speak(), _:
            return step.seconds
        case Sound(), _:
            return SECONDS_OF_A_SOUND
        case Wait(seconds), _:
            return seconds
        case Tones(digits), _:
            return 0.5 * digits.count("w") + 1.0 * digits.count("W")
        case ReadKeys(most, _, timeout), Keys(digits, over, speech):
            ended = over or speech or len(digits) == most
            return 0.0 if ended else timeout
        case RecordCaller(), Recorded():
            return float(answer.duration)
        case Connect() | TakeFromQueue(), Connected("no-answer"):
            return step.timeout
    return 0.0
