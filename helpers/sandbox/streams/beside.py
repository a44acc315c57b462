"""What runs beside a call: streams, recordings, transcriptions, from a Start until a Stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from helpers.sandbox.calls import recording
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

__all__ = ["Beside", "record", "stop", "stop_all"]


class Beside(Protocol):
    """One thing beside a call: a "stream", "recording" or "transcription"."""

    kind: str
    name: str

    async def end(self) -> None:
        """It is over; tell who asked to be told."""

    def drop(self) -> None:
        """Nothing more happens, and nobody is told: the account is reset, or the sandbox ends."""


class Recording:
    """A recording that a Start began."""

    kind = "recording"

    def __init__(self, live: LiveCall, step: steps.RecordCall, tape: recording.Tape) -> None:
        self.live, self.name, self.tape = live, step.name, tape

    async def end(self) -> None:
        """Keep it, and tell who asked to be told."""
        await recording.end(self.live, self.tape)

    def drop(self) -> None:
        """There is nothing that would happen by itself."""


async def record(live: LiveCall, step: steps.RecordCall) -> None:
    """Record the call from now on."""
    tape = await recording.begin(
        live,
        "StartCallRecordingTwiML",
        channels=step.channels,
        track=step.track,
        callback=step.callback,
        method=step.callback_method,
        events=step.callback_events,
        trims=step.trim == "trim-silence",
    )
    live.beside[tape.recording.sid] = Recording(live, step, tape)


async def stop(live: LiveCall, step: steps.StopBeside) -> bool:
    """End what has this kind and name; False if there is none."""
    found = {
        sid: thing
        for sid, thing in live.beside.items()
        if (thing.kind, thing.name) == (step.kind, step.name)
    }
    for sid, thing in found.items():
        live.beside.pop(sid, None)
        await thing.end()
    return bool(found)


async def stop_all(live: LiveCall) -> None:
    """The call is over, and so is what ran beside it."""
    things, live.beside = list(live.beside.values()), {}
    await asyncio.gather(*(thing.end() for thing in things))
