"""Recordings while they are made: of a caller (Record), or of all that is said in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from helpers.clock import Clock, begun
from helpers.resources.base import rfc2822
from helpers.resources.recording import Recording
from helpers.sandbox.sound.pieces import Piece

if TYPE_CHECKING:
    from helpers.resources.call import Call
    from helpers.sandbox.calls.live_call import Listener, LiveCall
    from helpers.sandbox.engine import Engine
    from helpers.sandbox.world import AccountWorld
    from helpers.twiml import steps


UNEVEN = 0.25  # seconds; parts of a voice that are no further apart follow one another


class Recordable(Protocol):
    """What can be recorded: a call, or a conference (whose *call* is that of the first in it)."""

    engine: Engine
    clock: Clock
    world: AccountWorld
    call: Call
    tapes: dict[str, Tape]
    listeners: dict[str, Listener]


@dataclass
class Tape:
    """A recording under way. *callback* is told when its state is one of *events*.

    One that *trims* loses the silence at both ends.
    """

    recording: Recording
    clock: Clock
    callback: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    sounds: list[dict[str, Any]] = field(default_factory=list)  # pieces, with "at" and "track"
    over: dict[str, float] = field(default_factory=dict)  # when each track falls silent
    trims: bool = False
    skipped: float = 0.0  # seconds of pauses that are left out
    stands: float | None = None  # the second it stands at, in such a pause

    def seconds(self) -> float:
        """How long it has run."""
        return self._passed() - self.skipped if self.stands is None else self.stands

    def _passed(self) -> float:
        began: datetime = self.recording.start_time or self.clock.now()
        return (self.clock.now() - began).total_seconds()

    def pause(self, skip: bool) -> None:
        """Take in nothing for a while; with *skip* the while is left out, else it is silence."""
        for track in list(self.over):
            self.hush(track)
        if skip:
            self.stands = self.seconds()

    def resume(self) -> None:
        """Take in what is heard again."""
        if self.stands is not None:
            self.skipped, self.stands = self._passed() - self.stands, None

    @property
    def said(self) -> float:
        """Seconds from the beginning to the end of the last sound."""
        return max(self.over.values(), default=0.0)

    def hear(self, track: str, words: str) -> None:
        """What is said comes as pieces too."""

    def press(self, track: str, keys: str) -> None:
        """Keys make no words."""

    def take(self, track: str, sounds: Sequence[Piece]) -> None:
        """Take pieces in; who speaks before the last words are over speaks after them."""
        if not self._hears(track):
            return
        at = begin = max(self.over.get(track, 0.0), self.seconds())
        for piece in sounds:
            if piece.kind == "voice":
                at = begin = self._said_until_now(track, piece.seconds)
            if piece.kind in ("keys", "beep"):
                # These take no time of the clock, and whatever else is heard is heard with them.
                self._note(self.seconds(), track, piece)
                continue
            if piece.kind != "gap":
                self._note(at, track, piece)
            at += piece.seconds
        if at > begin:
            self.over[track] = at

    def _said_until_now(self, track: str, seconds: float) -> float:
        """Where a voice begins that was heard until now; its parts come a little late or early."""
        before, began = self.over.get(track, 0.0), self.seconds() - seconds
        return before if began - before < UNEVEN else began

    def hush(self, track: str) -> None:
        """What sounds on a track is broken off."""
        now = self.seconds()
        if self.over.get(track, 0.0) <= now:
            return
        self.over[track] = now
        self.sounds = [s for s in self.sounds if s["track"] != track or s["at"] < now]
        for told in self.sounds:
            lasts = told.get("seconds", 0.0)
            if told["track"] == track and told["kind"] != "keys" and told["at"] + lasts > now:
                told |= {"whole": lasts, "seconds": round(now - told["at"], 3)}

    def forget_keys(self) -> None:
        """Forget the keys of this moment: one that ends a recording is not in it."""
        now = round(self.seconds(), 3)
        self.sounds = [s for s in self.sounds if s["kind"] != "keys" or s["at"] != now]

    def words(self) -> str:
        """What the far end said so far."""
        now, said = self.seconds(), []
        for told in self.sounds:
            if told["kind"] == "words" and told["track"] == "inbound" and told.get("seconds"):
                words = told["text"].split()
                part = min(1.0, (now - told["at"]) / told["seconds"])
                said += words[: max(0, int(len(words) * part + 0.001))]
        return " ".join(said)

    def trimmed(self) -> float:
        """Cut the silence at both ends off; returns the seconds that are left."""
        if not self.over:  # nothing but keys, and they take no time
            return self.seconds()
        first = min((told["at"] for told in self.sounds if told["kind"] != "keys"), default=0.0)
        self.sounds = [
            s | {"at": round(s["at"] - first, 3)} for s in self.sounds if s["at"] >= first
        ]
        return max(0.0, min(self.seconds(), self.said) - first)

    def _hears(self, track: str) -> bool:
        paused = self.recording.status == "paused"
        other = {"inbound": "outbound", "outbound": "inbound"}[track]
        return not paused and self.recording.track != other

    def _note(self, at: float, track: str, piece: Piece) -> None:
        self.sounds.append({"at": round(at, 3), "track": track, **piece.plain()})


async def begin(
    live: Recordable,
    source: str,
    *,
    channels: int = 1,
    track: str = "both",
    conference_sid: str | None = None,
    **told: Any,
) -> Tape:
    """Record the call, or one *track* of it; *told* is what else `Tape` has.

    That is the callback, its method and its events, and whether silence is trimmed.
    """
    recording = Recording.new(
        live.world,
        call_sid=live.call.sid,
        conference_sid=conference_sid,
        status="in-progress",
        source=source,
        channels=channels if track == "both" else 1,  # one side alone is always mono
        track=track,
        start_time=live.clock.now(),
    )
    live.world.save(recording)
    tape = live.tapes[recording.sid] = Tape(recording, live.clock, **told)
    live.listeners[recording.sid] = tape
    await _tell(live, tape)
    return tape


async def begin_of_dial(live: LiveCall, taping: steps.Taping) -> Tape:
    """Record a call from now on as its Dial wants it: alone, with all that it hears."""
    return await begin(
        live,
        "DialVerb",
        channels=taping.channels,
        track=taping.track,
        callback=taping.callback,
        method=taping.callback_method,
        events=tuple(taping.callback_events),
        trims=taping.trim == "trim-silence",
    )


async def begin_asked(live: LiveCall) -> None:
    """Record a call that was made with Record=true."""
    call = live.call
    await begin(
        live,
        "OutboundAPI",
        channels=2 if call.recording_channels == "dual" else 1,
        track=call.recording_track,
        trims=call.trim == "trim-silence",
        callback=call.recording_status_callback,
        method=call.recording_status_callback_method,
        events=tuple(e for given in call.recording_status_callback_event for e in given.split())
        or ("completed",),
    )


def hold(live: LiveCall, recording: Recording) -> None:
    """Record the call from now on, as the API asked while it runs."""
    tape = live.tapes[recording.sid] = live.listeners[recording.sid] = Tape(
        recording,
        live.clock,
        callback=recording.recording_status_callback,
        method=recording.recording_status_callback_method,
        events=tuple(recording.recording_status_callback_event),
        trims=recording.trim == "trim-silence",
    )
    live.engine.background(live.call.account_sid, _tell(live, tape))


def change(live: Recordable, recording: Recording, status: str) -> None:
    """Pause, resume or stop a recording that the API started."""
    tape = live.tapes.get(recording.sid)
    if tape is None:
        return
    before, tape.recording.status = tape.recording.status, status
    if status == "paused" and before != status:
        tape.pause(recording.pause_behavior == "skip")
    elif status == "in-progress":
        tape.resume()
    if status == "stopped":
        live.engine.background(live.call.account_sid, end(live, tape))


async def end(
    live: Recordable, tape: Tape, seconds: float | None = None, *, least: float = 0.0
) -> None:
    """A recording is over: keep it, and tell who asked to be told.

    It lasts *seconds*, or as long as it ran, less the silence that it trims; at *least* so long.
    """
    if live.tapes.pop(tape.recording.sid, None) is None:
        return
    live.listeners.pop(tape.recording.sid, None)
    recording = tape.recording
    if seconds is None:
        seconds = tape.trimmed() if tape.trims else tape.seconds()
    # Begun seconds count, so that no word is cut off. Clock arithmetic leaves crumbs behind.
    recording.duration = begun(max(least, seconds))
    recording.status = "completed" if recording.duration else "absent"
    recording.sounds = tape.sounds
    recording.date_updated = live.clock.now()
    with live.engine.store.transaction():
        recording.price = live.world.charge(recording)
        live.world.update(recording, "duration", "status", "sounds", "date_updated", "price")
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


def url(live: Recordable, recording: Recording) -> str:
    """Where its sound can be fetched, without suffix."""
    return f"{live.engine.base_url}{recording.uri.removesuffix('.json')}"


async def _tell(live: Recordable, tape: Tape) -> None:
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
    if recording.conference_sid is not None:
        pairs.append(("ConferenceSid", recording.conference_sid))
    if recording.duration is not None:
        pairs.append(("RecordingDuration", str(recording.duration)))
    await live.engine.tell(
        live.call.account_sid, tape.callback, tape.method, pairs, call_sid=live.call.sid
    )
