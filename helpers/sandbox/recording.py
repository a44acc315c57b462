"""Recordings while they are made: of a caller (Record), or of all that is said in a call."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpers.clock import Clock
from helpers.resources.base import rfc2822
from helpers.resources.recording import Recording
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.audio import SECONDS_A_WORD
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.live_call import LiveCall


@dataclass
class Tape:
    """A recording under way. *callback* is told when its state is one of *events*."""

    recording: Recording
    clock: Clock
    callback: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    sounds: list[list[float]] = field(default_factory=list)  # (start in seconds, words)
    said: float = 0.0  # seconds from the beginning to the end of the last word

    def seconds(self) -> float:
        """How long it has run."""
        began: datetime = self.recording.start_time or self.clock.now()
        return (self.clock.now() - began).total_seconds()

    def press(self, track: str, keys: str) -> None:
        """Keys make no words."""

    def hear(self, track: str, words: str) -> None:
        """Take words in; who speaks before the last ones are over speaks after them."""
        if self.recording.status == "paused" or self.recording.track not in (None, "both", track):
            return
        start, count = max(self.said, self.seconds()), len(words.split())
        self.sounds.append([round(start, 3), count])
        self.said = start + SECONDS_A_WORD * count

    def trimmed(self) -> float:
        """Cut the silence at both ends off; returns the seconds that are left."""
        if not self.sounds:
            return self.seconds()
        first = self.sounds[0][0]
        self.sounds = [[round(start - first, 3), words] for start, words in self.sounds]
        return min(self.seconds(), self.said) - first


async def begin(
    live: LiveCall, source: str, *, channels: int = 1, track: str = "both", **told: Any
) -> Tape:
    """Record the call, or one *track* of it; *told* are the callback, its method and its events."""
    now = live.clock.now()
    recording = Recording(
        sid=live.world.sid("RE"),
        account_sid=live.call.account_sid,
        date_created=now,
        date_updated=now,
        call_sid=live.call.sid,
        status="in-progress",
        source=source,
        channels=channels if track == "both" else 1,  # one side alone is always mono
        track=track,
        start_time=now,
    )
    live.world.save(recording)
    tape = live.tapes[recording.sid] = Tape(recording, live.clock, **told)
    live.listeners[recording.sid] = tape
    await _tell(live, tape)
    return tape


async def begin_asked(live: LiveCall) -> None:
    """Record a call that was made with Record=true."""
    call = live.call
    await begin(
        live,
        "OutboundAPI",
        channels=2 if call.recording_channels == "dual" else 1,
        callback=call.recording_status_callback,
        method=call.recording_status_callback_method,
        events=tuple(e for given in call.recording_status_callback_event for e in given.split())
        or ("completed",),
    )


def hold(live: LiveCall, recording: Recording) -> None:
    """Record the call from now on, as the API asked while it runs."""
    live.tapes[recording.sid] = live.listeners[recording.sid] = Tape(
        recording, live.clock, callback=recording.recording_status_callback
    )


def change(live: LiveCall, recording: Recording, status: str) -> None:
    """Pause, resume or stop a recording that the API started."""
    tape = live.tapes.get(recording.sid)
    if tape is None:
        return
    tape.recording.status = status
    if status == "stopped":
        live.engine.background(live.call.account_sid, end(live, tape))


async def end(live: LiveCall, tape: Tape, seconds: float | None = None) -> None:
    """A recording is over: keep it, and tell who asked to be told."""
    if live.tapes.pop(tape.recording.sid, None) is None:
        return
    live.listeners.pop(tape.recording.sid, None)
    recording = tape.recording
    seconds = tape.seconds() if seconds is None else seconds
    # Begun seconds count, so that no word is cut off. Clock arithmetic leaves crumbs behind.
    recording.duration = math.ceil(round(seconds, 3))
    recording.status = "completed" if recording.duration else "absent"
    recording.sounds = tape.sounds
    recording.date_updated = live.clock.now()
    live.world.update(recording, "duration", "status", "sounds", "date_updated")
    await _tell(live, tape)


def about(live: LiveCall) -> list[tuple[str, str]]:
    """What the last status callback of a call says of the recording it was made with."""
    made = live.world.find(Recording, call_sid=live.call.sid, source="OutboundAPI")
    if not made:
        return []
    return [
        ("RecordingUrl", url(live, made[0])),
        ("RecordingSid", made[0].sid),
        ("RecordingDuration", str(made[0].duration or 0)),
    ]


def url(live: LiveCall, recording: Recording) -> str:
    """Where its sound can be fetched, without suffix."""
    return f"{live.engine.base_url}{recording.uri.removesuffix('.json')}"


async def _tell(live: LiveCall, tape: Tape) -> None:
    recording = tape.recording
    if not tape.callback or recording.status not in tape.events:
        return
    pairs = [
        ("AccountSid", live.call.account_sid),
        ("CallSid", live.call.sid),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", url(live, recording)),
        ("RecordingStatus", recording.status),
        ("RecordingChannels", str(recording.channels)),
        ("RecordingStartTime", rfc2822(recording.start_time or live.clock.now())),
        ("RecordingSource", recording.source),
        ("RecordingTrack", recording.track or "both"),
    ]
    if recording.duration is not None:
        pairs.append(("RecordingDuration", str(recording.duration)))
    await live.engine.tell(
        live.call.account_sid, tape.callback, tape.method, pairs, call_sid=live.call.sid
    )


async def record(live: LiveCall, step: steps.RecordCaller) -> steps.Recorded:
    """Record what the caller says, until a key, silence, the limit or the end."""
    tape = await begin(
        live,
        "RecordVerb",
        callback=step.callback,
        method=step.callback_method,
        events=tuple(step.callback_events),
    )
    ended_by = ""
    try:
        with live.listening():
            while not ended_by:
                quiet = [tape.said + step.timeout] if step.timeout else []
                left = min([step.max_length, *quiet]) - tape.seconds()
                signal = await live.wait(left, "live_key", "words")
                if signal is None:
                    break
                if signal.kind == "live_key" and signal.value in step.finish:
                    ended_by = signal.value
    except Interrupted as stop:
        if stop.signal.kind != "hangup":
            await end(live, tape)
            raise
        ended_by, live.gone = "hangup", True
    silent = not tape.sounds and not ended_by
    seconds = tape.trimmed() if step.trim == "trim-silence" else tape.seconds()
    await end(live, tape, 0 if silent else max(1.0, seconds))
    recording = tape.recording
    return steps.Recorded(
        "" if silent else recording.sid,
        url(live, recording),
        recording.duration or 0,
        ended_by,
        silent,
    )
