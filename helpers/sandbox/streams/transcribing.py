"""Real-time transcription: what is said in a call, told as text while it is said.

Nothing is recognised: the words said are the transcript. They are told when the last of them is
over; with partial results also every few words, as engines do that think aloud.

Sources: the TwiML reference on Transcription, for the callbacks and their parameters.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from helpers.clock import Planned
from helpers.resources.beside import STOPPED
from helpers.resources.transcription import RealTimeTranscription as Row
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.sandbox.sound.pieces import Piece
from helpers.sandbox.streams.streaming import TRACKS
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

__all__ = ["start"]

CONFIDENCE = 0.9  # as in a Gather
STABILITY = 0.8  # of a partial result
PARTIAL = 5  # words between two partial results


@dataclass
class _Utterance:
    """Words that are being said on a *track*, *began* seconds after the transcription."""

    track: str
    words: list[str]
    began: float
    plans: list[Planned] = field(default_factory=list)


class Transcription:
    """One transcription, from its first callback to its last."""

    kind = "transcription"

    def __init__(self, live: LiveCall, step: steps.Transcribe, row: Row) -> None:
        self.live, self.step, self.name = live, step, step.name
        self.row, self.sid = row, row.sid
        self.began = live.clock.now()
        self._sequence = 0
        self._under_way: list[_Utterance] = []
        self._sending: asyncio.Task[None] | None = None

    # -- listening in --------------------------------------------------------------------------

    def hear(self, track: str, words: str) -> None:
        """Words are said from now on, or after those that are being said."""
        said = words.split()
        if not said or track not in TRACKS[self.step.track]:
            return
        before = [u for u in self._under_way if u.track == track]
        begin = max([self._seconds(), *(u.began + SECONDS_A_WORD * len(u.words) for u in before)])
        utterance = _Utterance(track, said, begin)
        self._under_way.append(utterance)
        wait = begin - self._seconds()
        clock = self.live.clock
        for count in range(PARTIAL, len(said), PARTIAL) if self.step.partial else ():
            due = wait + SECONDS_A_WORD * count
            utterance.plans.append(clock.plan(due, partial(self._partly, utterance, count)))
        due = wait + SECONDS_A_WORD * len(said)
        utterance.plans.append(clock.plan(due, partial(self._over, utterance, len(said))))

    def press(self, track: str, keys: str) -> None:
        """Keys make no words."""

    def take(self, track: str, sounds: Sequence[Piece]) -> None:
        """Only words are of interest."""

    def hush(self, track: str) -> None:
        """What is being said is broken off: only words that began were said."""
        for utterance in [u for u in self._under_way if u.track == track]:
            self._break_off(utterance)

    def _break_off(self, utterance: _Utterance) -> None:
        said = int((self._seconds() - utterance.began) / SECONDS_A_WORD + 1e-6)
        self._over(utterance, max(0, said))

    def _over(self, utterance: _Utterance, count: int) -> None:
        self._under_way.remove(utterance)
        for plan in utterance.plans:
            plan.cancel()
        if count:
            self._content(utterance, count, ("Final", "true"))

    def _partly(self, utterance: _Utterance, count: int) -> None:
        self._content(utterance, count, ("Final", "false"), ("Stability", str(STABILITY)))

    def _seconds(self) -> float:
        return (self.live.clock.now() - self.began).total_seconds()

    # -- telling -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Listen from now on, and say how."""
        self.live.listeners[self.sid] = self
        self.live.beside[self.sid] = self
        inbound, outbound = self.step.labels
        self._tell(
            "transcription-started",
            ("LanguageCode", self.step.language),
            ("TranscriptionEngine", self.step.engine),
            ("ProviderConfiguration", json.dumps(dict(self.step.settings))),
            ("Track", self.step.track),
            ("PartialResults", str(self.step.partial).lower()),
            *([("InboundTrackLabel", inbound)] if inbound else []),
            *([("OutboundTrackLabel", outbound)] if outbound else []),
        )

    async def end(self) -> None:
        """Tell what was said so far, and that it is over."""
        self.live.listeners.pop(self.sid, None)
        self.live.beside.pop(self.sid, None)
        for utterance in list(self._under_way):
            self._break_off(utterance)
        self.row.status, self.row.date_updated = STOPPED, self.live.clock.now()
        self.live.world.update(self.row, "status", "date_updated")
        self._tell("transcription-stopped")
        await self.told()

    def drop(self) -> None:
        """Nothing more happens, and nobody is told."""
        self.live.listeners.pop(self.sid, None)
        self.live.beside.pop(self.sid, None)
        for utterance in self._under_way:
            for plan in utterance.plans:
                plan.cancel()

    async def told(self) -> None:
        """Return when the callbacks so far are sent."""
        if self._sending is not None:
            await asyncio.wait({self._sending})

    def _content(self, utterance: _Utterance, count: int, *more: tuple[str, str]) -> None:
        data = {"transcript": " ".join(utterance.words[:count]), "confidence": CONFIDENCE}
        self._tell(
            "transcription-content",
            ("LanguageCode", self.step.language),
            ("Track", f"{utterance.track}_track"),
            ("TranscriptionData", json.dumps(data)),
            *more,
        )

    def _tell(self, event: str, *more: tuple[str, str]) -> None:
        """Send a callback after those before it."""
        self._sequence += 1
        pairs = [
            ("AccountSid", self.live.call.account_sid),
            ("CallSid", self.live.call.sid),
            ("TranscriptionSid", self.sid),
            ("TranscriptionEvent", event),
            ("Timestamp", self.live.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
            ("SequenceId", str(self._sequence)),
            *([("Name", self.name)] if self.name else []),
            *more,
            *self.step.parameters,
        ]
        if self.step.callback:
            work = self._send(pairs, self._sending)
            self._sending = self.live.engine.background(self.live.call.account_sid, work)

    async def _send(self, pairs: list[tuple[str, str]], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self.live.engine.tell(
            self.live.call.account_sid,
            self.step.callback,
            self.step.callback_method,
            pairs,
            call_sid=self.live.call.sid,
        )


async def start(live: LiveCall, step: steps.Transcribe, row: Row | None = None) -> None:
    """Transcribe from now on. *row* is what the API has of it, if it was the API that asked."""
    if row is None:
        row = Row.new(live.world, call_sid=live.call.sid, name=step.name or None)
        live.world.save(row)
    transcription = Transcription(live, step, row)
    transcription.begin()
    await transcription.told()
