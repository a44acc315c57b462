"""Answering machine detection: whether a person or a machine has answered a leg of a Dial.

It listens while the call goes on, as it does for a Dial, and tells its own callback once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.clock import Planned
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall


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
        live.world.update(live.call, "answered_by")
        if not self.asked.callback:
            return
        told = [
            ("CallSid", live.call.sid),
            ("AccountSid", live.call.account_sid),
            ("AnsweredBy", who),
            ("MachineDetectionDuration", str(round(self._seconds() * 1000))),
        ]
        callback, method = self.asked.callback, self.asked.method
        sent = live.engine.tell(
            live.call.account_sid, callback, method, told, call_sid=live.call.sid
        )
        live.engine.background(live.call.account_sid, sent)
