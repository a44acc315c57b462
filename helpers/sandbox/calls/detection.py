"""Answering machine detection: whether a person or a machine has answered a call.

For a Dial, a participant and a call with ``AsyncAmd`` it listens while the call goes on, and tells
its own callback once. Another call's first document waits until it is decided.

Sources: Twilio's page on answering machine detection, for ranges, values and parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.clock import Planned
from helpers.sandbox.calls import beforehand
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.sandbox.sound.pieces import Piece
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.resources.call import Call
    from helpers.sandbox.calls.live_call import LiveCall


DECIDED = "detected"  # the signal for a call that waits


class Detection:
    """Listens to the far end of *live*, which was just answered, as *asked*.

    A greeting as long as the threshold is a machine's, a shorter one a person's. Twilio calls
    long silence "unknown". Sandbox choice: here it is a person's, for a handset is in a hand, and
    who answers and says nothing is what most tests do.
    """

    def __init__(self, live: LiveCall, asked: steps.Detection) -> None:
        self.live = live
        self.asked = asked
        self.began = live.clock.now()
        self.first = -1.0  # when the greeting began, in seconds from the answer
        self.last = 0.0  # and when its newest word ends
        self.due: Planned | None = None
        live.listeners["detection"] = self
        self._decide("human", asked.silence)

    def press(self, track: str, keys: str) -> None:
        """Keys are no greeting."""

    def hear(self, track: str, words: str) -> None:
        """Words of the far end make its greeting longer."""
        if track != "inbound" or not words.split():
            return
        start = max(self.last, self._seconds())
        self.first = start if self.first < 0 else self.first
        self.last = start + SECONDS_A_WORD * len(words.split())
        quiet = self.last + self.asked.speech_end
        if self.last - self.first < self.asked.speech:
            self._decide("human", quiet)
        elif self.asked.mode == "Enable":
            self._decide("machine_start", self.first + self.asked.speech)
        else:
            self._decide("machine_end_silence", quiet)

    def take(self, track: str, sounds: Sequence[Piece]) -> None:
        """A beep after a long greeting is where a machine begins to record."""
        beeps = track == "inbound" and any(piece.kind == "beep" for piece in sounds)
        long = self.first >= 0 and self.last - self.first >= self.asked.speech
        if beeps and long and self.asked.mode == "DetectMessageEnd":
            self._decide("machine_end_beep", max(self.last, self._seconds()))

    def hush(self, track: str) -> None:
        """What is broken off was a greeting all the same."""

    def stop(self) -> None:
        """Listen no longer."""
        if self.due is not None:
            self.due.cancel()
        self.live.listeners.pop("detection", None)

    def _seconds(self) -> float:
        return (self.live.clock.now() - self.began).total_seconds()

    def _decide(self, who: str, at: float) -> None:
        """Say *who* it is when *at* seconds have passed, unless something else is heard."""
        if self.due is not None:
            self.due.cancel()
        if at > self.asked.timeout:
            who, at = "unknown", self.asked.timeout
        self.due = self.live.clock.plan(at - self._seconds(), lambda: self._tell(who))

    def _tell(self, who: str) -> None:
        self.stop()
        live = self.live
        live.call.answered_by = who
        live.call.detection_milliseconds = round(self._seconds() * 1000)
        live.world.update(live.call, "answered_by", "detection_milliseconds")
        live.tell(DECIDED, who, keep=_waits(live.call))
        if not self.asked.callback:
            return
        told = [
            ("CallSid", live.call.sid),
            ("AccountSid", live.call.account_sid),
            *told_of(live.call),
        ]
        callback, method = self.asked.callback, self.asked.method
        sent = live.engine.tell(
            live.call.account_sid, callback, method, told, call_sid=live.call.sid
        )
        live.engine.background(live.call.account_sid, sent)


def told_of(call: Call) -> list[tuple[str, str]]:
    """What requests say of who answered; nothing while that is not known."""
    if not call.answered_by:
        return []
    return [
        ("AnsweredBy", call.answered_by),
        ("MachineDetectionDuration", str(call.detection_milliseconds or 0)),
    ]


def begin(live: LiveCall) -> None:
    """Listen to who answers a call that the API made, from the first word on."""
    call = live.call
    live.detection = Detection(
        live,
        steps.Detection(
            call.machine_detection,
            callback=call.async_amd_status_callback if call.async_amd else "",
            method=call.async_amd_status_callback_method,
            timeout=call.machine_detection_timeout,
            speech=call.machine_detection_speech_threshold / 1000,
            speech_end=call.machine_detection_speech_end_threshold / 1000,
            silence=call.machine_detection_silence_timeout / 1000,
        ),
    )


async def of_call(live: LiveCall) -> None:
    """Return when a call whose detection has begun may go on.

    What a script said before the call is the greeting of who answers.
    """
    beforehand.greet(live)
    if not _waits(live.call):
        return
    with live.listening():
        await live.wait(None, DECIDED)
        live.untold("words")  # a greeting answers no question that is asked later


def _waits(call: Call) -> bool:
    return bool(call.machine_detection) and not call.async_amd
