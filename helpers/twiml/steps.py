"""What a verb may ask of a call: one small class per ability.

A verb does not act. Its ``run`` yields steps, and whoever carries the call performs each and sends
the answer back into the generator::

    keys = yield ReadKeys(most=1, finish="#", timeout=5)

So verbs need no network and no clock, a test compares steps like any other value, and
``helpers.twiml.steps(document)`` can list them without a server.

Steps are frozen dataclasses. The second half of the file holds the answers. Seconds are seconds of
the call's clock; URLs are absolute unless a field says otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.twiml.document import Document
    from helpers.twiml.element import TwiML
    from helpers.twiml.explain import Steps

__all__ = [
    "Alert",
    "Answer",
    "Begin",
    "Connect",
    "Connected",
    "Dequeued",
    "Detection",
    "Disconnected",
    "Fetch",
    "HangUp",
    "Join",
    "Keys",
    "LeaveQueue",
    "Load",
    "OpenRelay",
    "OpenStream",
    "Page",
    "Phrase",
    "ReadKeys",
    "RecordCall",
    "RecordCaller",
    "Recorded",
    "Refuse",
    "Repeat",
    "SendText",
    "Sent",
    "Sound",
    "Speak",
    "Step",
    "StopBeside",
    "TakeFromQueue",
    "Taping",
    "Target",
    "Tones",
    "Transcribe",
    "Transfer",
    "Transferred",
    "Wait",
    "WaitInQueue",
]


#: How long speech lasts, said or heard.
SECONDS_A_WORD = 0.4


def _quoted(text: str) -> str:
    """Words as one short line in quotes."""
    folded = " ".join(text.split())
    return repr(folded if len(folded) <= 60 else folded[:57] + "...")


def _lasting(seconds: float | None) -> str:
    """Seconds as a reader wants them: no fraction where there is none."""
    return "any time" if seconds is None else f"{round(seconds, 3):g} s"


class Step:
    """What all steps share: they are what a verb asks for.

    ``str(step)`` is one plain sentence for a reader.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Begin(Step):
    """A verb begins: write it into the transcript. Answer: None.

    A loop begins once a round. *text* is what a reader wants to see: the words with white space
    folded, the URL, the digits, the seconds ("5"), the number dialled. *notes* say, a sentence
    each, what the document asked for and this sandbox does nothing about; only the log shows them.
    *line* and *column* are where the element stands in its document, or 0; two steps that differ in
    nothing else are equal.
    """

    verb: str
    text: str = ""
    notes: tuple[str, ...] = ()
    line: int = field(default=0, compare=False, repr=False)
    column: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return f"<{self.verb}> {self.text}".rstrip()

    @property
    def details(self) -> dict[str, Any]:
        """What the log keeps beside verb and text."""
        place: dict[str, Any] = {"line": self.line, "column": self.column} if self.line else {}
        return place | ({"notes": list(self.notes)} if self.notes else {})


@dataclass(frozen=True, slots=True)
class Answer(Step):
    """Pick up an inbound call; nothing happens if somebody did. Answer: None."""

    def __str__(self) -> str:
        return "answer the call"


@dataclass(frozen=True, slots=True)
class Alert(Step):
    """Something is wrong with what the web site sent: tell its owner. Answer: None.

    *code* is Twilio's (12200, 13310 ...), *level* "error" or "warning", *line* the line of the
    document or 0, *url* the document's own address or "" for an inline one.
    """

    code: int
    text: str
    level: str = "warning"
    line: int = 0
    url: str = ""

    def __str__(self) -> str:
        return f"{self.level} {self.code}: {self.text}"


@dataclass(frozen=True, slots=True)
class Fetch(Step):
    """Ask a web site for the next document. Answer: a `Page`, or None if nothing usable came.

    *params* come on top of the call's standard parameters. After None the alert is logged already.
    """

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params)
        asked = f"ask {self.method} {self.url or 'this document again'}"
        return f"{asked} with {told}" if told else asked


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of what a `Speak` says, and how: what SSML in a Say comes to.

    Without *words* it is a gap, or, with *beep*, the sound that covers them. *language* is ""
    where it is the Say's own; *volume* is in decibels, *pitch* in percent, above or below usual.
    """

    words: str
    seconds: float
    language: str = ""
    volume: float = 0.0
    pitch: float = 0.0
    beep: bool = False


@dataclass(frozen=True, slots=True)
class Speak(Step):
    """Say words; they take 0.4 seconds each. Answer: None, or True if it was cut short.

    With *until_key* a key cuts it short, with *until_word* a word does; either is kept for the
    `ReadKeys` that follows. A Gather skips its other prompts after a True. *phrases* tell how the
    words are said, where SSML asks for something else than 0.4 seconds each; *seconds* is how
    long all of it takes.
    """

    text: str
    voice: str = "man"
    language: str = "en-US"
    until_key: bool = False
    until_word: bool = field(default=False, repr=False)
    phrases: tuple[Phrase, ...] = field(default=(), repr=False)
    seconds: float = field(default=-1.0, repr=False)

    def __post_init__(self) -> None:
        if self.seconds < 0:
            told = [phrase.seconds for phrase in self.phrases]
            seconds = sum(told) if told else SECONDS_A_WORD * len(self.text.split())
            object.__setattr__(self, "seconds", round(seconds, 3))

    def __str__(self) -> str:
        return f"say {_quoted(self.text)} ({_lasting(self.seconds)})"


@dataclass(frozen=True, slots=True)
class Sound(Step):
    """Play an audio file. Answer: None, True if it was cut short, False if it cannot be played.

    *until_key* and *until_word* as in `Speak`. *fetched* says that the file is there already: a
    `Load` came before, or the round before in a loop.
    """

    url: str
    until_key: bool = False
    until_word: bool = field(default=False, repr=False)
    fetched: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        return f"play {self.url}"


@dataclass(frozen=True, slots=True)
class Load(Step):
    """Fetch audio files, so that each can be played at once. Answer: None.

    *code* is what Twilio's debugger says of one that is no audio.
    """

    urls: tuple[str, ...]
    code: int = 13420

    def __str__(self) -> str:
        return f"fetch {' and '.join(self.urls)}"


@dataclass(frozen=True, slots=True)
class Tones(Step):
    """Send keypad tones; ``w`` waits half a second, ``W`` a whole one. Answer: None."""

    digits: str

    def __str__(self) -> str:
        return f"send the keys {self.digits}"


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """Stay silent for *seconds*. Answer, *until_key* and *until_word* as in `Speak`."""

    seconds: float
    until_key: bool = False
    until_word: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        return f"stay silent for {_lasting(self.seconds)}"


@dataclass(frozen=True, slots=True)
class ReadKeys(Step):
    """Listen for keys, or words, or both. Answer: `Keys`.

    Ends at the first of: *most* keys (None: no limit), the key *finish* ("" : none), *timeout*
    seconds since the last key; with *speech*, words followed by *speech_timeout* seconds of
    silence (None: "auto", the first pause), or *max_speech* seconds of talk. What was keyed before
    and nobody read yet counts. *partial* is told of every word at once, "" for nobody; *profanity*
    says that rude words are heard as they are.
    """

    most: int | None = None
    finish: str = "#"
    timeout: float = 5
    speech: bool = False
    keys: bool = True
    speech_timeout: float | None = None
    hints: str = ""
    language: str = "en-US"
    max_speech: float = 60
    partial: str = ""
    partial_method: str = "POST"
    profanity: bool = False

    def __str__(self) -> str:
        count = "keys" if self.most is None else "1 key" if self.most == 1 else f"{self.most} keys"
        end = f" until {self.finish}" if self.finish and self.most != 1 else ""
        wanted = [count + end] * self.keys + ["words"] * self.speech
        return f"listen for {' or '.join(wanted)}, at most {_lasting(self.timeout)}"


@dataclass(frozen=True, slots=True)
class RecordCaller(Step):
    """Record what the caller says. Answer: `Recorded`.

    Ends at a live key of *finish*, after *timeout* seconds of silence (0: never), after
    *max_length* seconds, or when the caller hangs up. *callback_events* are the states that
    *callback* wants to hear of. *transcribe_callback* is "" or absolute, like *callback*.
    """

    finish: str = "1234567890*#"
    timeout: float = 5
    max_length: float = 3600
    beep: bool = True
    trim: str = "trim-silence"
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)
    transcribe: bool = False
    transcribe_callback: str = ""

    def __str__(self) -> str:
        ends = [f"{_lasting(self.timeout)} of silence"] if self.timeout else []
        ends += [f"a key of {self.finish}"] if self.finish else []
        return f"record the caller until {' or '.join([*ends, _lasting(self.max_length)])}"


@dataclass(frozen=True, slots=True)
class Detection:
    """How to find out whether a person or a machine answers a leg; all times in seconds.

    *mode* is "Enable" or "DetectMessageEnd" (then a machine is told of when its greeting is over).
    """

    mode: str
    callback: str = ""
    method: str = "POST"
    timeout: float = 30
    speech: float = 2.4
    speech_end: float = 1.2
    silence: float = 5


@dataclass(frozen=True, slots=True)
class Target:
    """One party of a `Connect`.

    *kind* is "number", "client", "sip", "sim", "whatsapp" or "application"; *url* a document to run
    on the called side before the two are joined, or "" (for an application: in place of its own).
    *handed* are names and values for whoever is called: headers of a SIP address, parameters of a
    client or an application; *customer* and *copy_parent_to* are for applications.
    """

    kind: str
    address: str
    url: str = ""
    method: str = "POST"
    send_digits: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("completed",)
    handed: tuple[tuple[str, str], ...] = ()
    detection: Detection | None = None
    customer: str = ""
    copy_parent_to: bool = False


@dataclass(frozen=True, slots=True)
class Connect(Step):
    """Ring other parties and join the first that answers. Answer: `Connected`.

    Comes back when the joined call is over, or nobody answered. *caller_id* "" means the caller's
    own; *taping* is how all of it is recorded, or None; *reason* is shown to who is called;
    *refers* says that a called SIP address may send the caller elsewhere.
    """

    targets: tuple[Target, ...]
    caller_id: str = ""
    timeout: float = 30
    time_limit: float = 14400
    hangup_on_star: bool = False
    sequential: bool = False
    answer_on_bridge: bool = False
    taping: Taping | None = None
    reason: str = ""
    refers: bool = False

    def __str__(self) -> str:
        order = " one after the other" if self.sequential and len(self.targets) > 1 else ""
        names = ", ".join(target.address for target in self.targets)
        return f"ring {names}{order}, at most {_lasting(self.timeout)}"


@dataclass(frozen=True, slots=True)
class Taping:
    """How a Dial wants recorded what is said in it: in 1 or 2 *channels*, and whom to tell.

    It begins with the answer, or *from_ringing* on.
    """

    from_ringing: bool = False
    channels: int = 1
    track: str = "both"
    trim: str = "do-not-trim"
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class Join(Step):
    """Enter the conference called *name* and stay until one of them ends it. Answer: `Connected`.

    *starts* and *ends* say whether the conference may start with this participant, and ends with
    it; *beep* is "true", "false", "onEnter" or "onExit". Who waits hears the document at
    *wait_url*, silence for "", the built-in music for None. *most* is the number of participants
    it may have, *coach* the call that alone hears this one. *callback* and all that concerns the
    recording are the conference's, as its first participant wants them; *taping* is a recording of
    this participant's call alone: what it says, and what it hears of the conference.
    """

    name: str
    muted: bool = False
    beep: str = "true"
    starts: bool = True
    ends: bool = False
    wait_url: str | None = None
    wait_method: str = "POST"
    most: int = 250
    label: str = ""
    coach: str = ""
    region: str = ""
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ()
    record: bool = False
    trim: str = "trim-silence"
    recording_callback: str = ""
    recording_callback_method: str = "POST"
    recording_callback_events: tuple[str, ...] = ("completed",)
    event_callback: str = ""
    time_limit: float = 14400
    hangup_on_star: bool = False
    taping: Taping | None = None

    def __str__(self) -> str:
        return f"join the conference {self.name}{', muted' if self.muted else ''}"


@dataclass(frozen=True, slots=True)
class WaitInQueue(Step):
    """Wait in the queue called *name* until somebody dials it. Answer: `Dequeued`.

    A queue that is not there yet is made. *most* is how many may wait in it, None as many as the
    queue says. What is heard meanwhile: as in `Join`, but a document begins again at its end.
    """

    name: str
    most: int | None = None
    wait_url: str | None = None
    wait_method: str = "POST"

    def __str__(self) -> str:
        return f"wait in the queue {self.name}"


@dataclass(frozen=True, slots=True)
class TakeFromQueue(Step):
    """Talk to the first who waits in the queue called *name*. Answer: `Connected`.

    An empty queue is waited for as long as *timeout*. *url* is a document for the one who waits,
    run before the two are joined, or "". The rest as in `Connect`.
    """

    name: str
    url: str = ""
    method: str = "POST"
    timeout: float = 30
    time_limit: float = 14400
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    taping: Taping | None = None

    def __str__(self) -> str:
        return f"take the first out of the queue {self.name}, for {_lasting(self.timeout)} at most"


@dataclass(frozen=True, slots=True)
class LeaveQueue(Step):
    """Leave the queue one waits in, in the document heard there. Never resumes."""

    def __str__(self) -> str:
        return "leave the queue"


@dataclass(frozen=True, slots=True)
class OpenStream(Step):
    """Send the call's sound to a WebSocket. Answer: None, or `Disconnected` if *two_way*.

    One way it begins and the call goes on; *two_way* the other side is heard too, until it closes
    the WebSocket. *track* is "inbound_track" (what the caller says), "outbound_track" or
    "both_tracks"; *parameters* are handed over; *callback* hears of its start, end and errors.
    """

    url: str
    two_way: bool = False
    name: str = ""
    track: str = "inbound_track"
    parameters: tuple[tuple[str, str], ...] = ()
    callback: str = ""
    callback_method: str = "POST"

    def __str__(self) -> str:
        return f"{'talk' if self.two_way else 'stream the sound'} to {self.url}"


@dataclass(frozen=True, slots=True)
class OpenRelay(Step):
    """Let a program behind a WebSocket lead the talk, in words. Answer: `Disconnected`.

    *interruptible* says what cuts off the words said ("none", "dtmf", "speech" or "any"),
    *reported* what is told although it does not; *speech_timeout* are the seconds of silence
    that end what a caller says (None: the sandbox chooses); *voices* are pairs of language and
    voice; *events* are "speaker-events" and "tokens-played".
    """

    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    greeting: str = ""
    greeting_interruptible: str = "any"
    interruptible: str = "any"
    preemptible: bool = False
    reported: str = "none"
    dtmf: bool = False
    partial: bool = False
    speech_timeout: float | None = None
    speaks: str = "en-US"
    hears: str = "en-US"
    voices: tuple[tuple[str, str], ...] = ()
    events: tuple[str, ...] = ()

    def __str__(self) -> str:
        greeting = f", after the greeting {_quoted(self.greeting)}" if self.greeting else ""
        return f"let {self.url} lead the talk{greeting}"


@dataclass(frozen=True, slots=True)
class RecordCall(Step):
    """Record the call from now on, while it goes on. Answer: None.

    *track* is "inbound" (what the caller says), "outbound" or "both"; *callback* and its fields
    as in `RecordCaller`.
    """

    name: str = ""
    track: str = "both"
    channels: int = 2
    trim: str = "trim-silence"
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)

    def __str__(self) -> str:
        return f"record the call from now on{', as ' + self.name if self.name else ''}"


@dataclass(frozen=True, slots=True)
class Transcribe(Step):
    """Tell *callback* the words said from now on, while the call goes on. Answer: None.

    *track* as in `OpenStream`; *labels* are names for the inbound and the outbound track;
    *settings* are those of the *engine*, *parameters* go into every callback.
    """

    name: str = ""
    track: str = "both_tracks"
    callback: str = ""
    callback_method: str = "POST"
    language: str = "en-US"
    partial: bool = False
    labels: tuple[str, str] = ("", "")
    engine: str = "google"
    settings: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"write down what is said{', for ' + self.callback if self.callback else ''}"


@dataclass(frozen=True, slots=True)
class StopBeside(Step):
    """End what runs beside the call: a "stream", "recording" or "transcription", by its *name*.

    Without a name all of the kind that have none. Answer: whether there was any.
    """

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"stop the {self.kind}{' ' + self.name if self.name else ''}"


@dataclass(frozen=True, slots=True)
class SendText(Step):
    """Send a text message. Answer: `Sent`.

    *to* and *from_* None mean the other and our own side of the call or of the inbound message.
    """

    to: str | None
    from_: str | None
    body: str
    media: tuple[str, ...] = ()
    status_callback: str = ""
    method: str = "POST"

    def __str__(self) -> str:
        pictures = f" and {len(self.media)} media" if self.media else ""
        return f"text {_quoted(self.body)}{pictures} to {self.to or 'the other side'}"


@dataclass(frozen=True, slots=True)
class Transfer(Step):
    """Ask the SIP device at the far end to call *address* instead of us. Answer: `Transferred`.

    The answer is None where the far end is no SIP address.
    """

    address: str

    def __str__(self) -> str:
        return f"hand the call over to {self.address}"


@dataclass(frozen=True, slots=True)
class Repeat(Step):
    """Play back to the far end whatever it says and keys, until it hangs up. Answer: None."""

    def __str__(self) -> str:
        return "play back whatever is said"


@dataclass(frozen=True, slots=True)
class Refuse(Step):
    """Do not answer; *reason* is "rejected" or "busy". Never resumes.

    *told* are names and values for the Dial that called an application; so in `HangUp`.
    """

    reason: str = "rejected"
    told: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"refuse the call ({self.reason})"


@dataclass(frozen=True, slots=True)
class HangUp(Step):
    """End the call. Never resumes."""

    told: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return "hang up"


# --- answers ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """What a web site answered to a `Fetch`.

    *url* is where the body came from in the end, redirects followed: relative URLs in it resolve
    against it. *failed* is None, or the (code, sentence) of an answer that is there but unusable,
    such as (11200, "... answered 500"); the alert for it is logged already. *asked* is how it was
    asked, for alerts about what is in it: method and parameters. *headers* are the answer's.
    """

    url: str
    body: bytes
    content_type: str = "text/xml"
    failed: tuple[int, str] | None = None
    asked: tuple[str, Sequence[tuple[str, str]]] = field(
        default=("", ()), compare=False, repr=False
    )
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a `ReadKeys` heard: *digits* without the finishing key, or *speech*."""

    digits: str = ""
    finished_on: str = ""
    speech: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a `RecordCaller` made; *digits* is the key that ended it, or "hangup", or ""."""

    sid: str
    url: str
    duration: int
    digits: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """How a `Connect` ended: *status* as DialCallStatus, *duration* in whole seconds.

    *duration* is None for a leg that the API sent elsewhere. *caller_left* says that the caller
    hung up: the action is still asked once, then all is over. *more* is what else the action is
    told, *refer_to* the address that a called SIP party wants the caller sent to. With
    *passed_over* no action is asked: the call goes on with the next verb.
    """

    status: str
    sid: str = ""
    duration: int | None = 0
    bridged: bool = False
    recording_url: str = ""
    caller_left: bool = False
    more: tuple[tuple[str, str], ...] = ()
    refer_to: str = ""
    passed_over: bool = False


@dataclass(frozen=True, slots=True)
class Transferred:
    """How a `Transfer` ended: the status of the new call, and two answers of the SIP device.

    *refer_code* answers our request, *notify_code* tells how the new call went.
    """

    status: str
    refer_code: int = 202
    notify_code: int = 200
    caller_left: bool = False


@dataclass(frozen=True, slots=True)
class Dequeued:
    """How a `WaitInQueue` ended: *result* as QueueResult, the queue's SID, whole seconds waited.

    The SID is "" for one who never waited.
    """

    result: str
    sid: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Disconnected:
    """How a talk over a WebSocket ended: *told* is what the action hears of it.

    *caller_left* as in `Connected`.
    """

    told: tuple[tuple[str, str], ...] = ()
    caller_left: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The message a `SendText` made; *status* is "sending", or "invalid" when it was refused."""

    sid: str
    status: str = "sending"


class _Steps(ModuleType):
    """The module of steps; called with a document, it lists what that document would do."""

    def __call__(
        self,
        document: Document | TwiML | str | bytes,
        kind: str | None = None,
        *,
        keys: str = "",
        speech: str = "",
    ) -> Steps:
        """See `helpers.twiml.explain.steps_of`."""
        from helpers.twiml.explain import steps_of

        return steps_of(document, kind, keys=keys, speech=speech)


# A learner writes steps(response), the engine steps.Fetch: one name for one subject. Python lets
# a module have a class of its own for such things.
sys.modules[__name__].__class__ = _Steps
