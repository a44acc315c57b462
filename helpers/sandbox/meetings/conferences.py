"""Conferences while they last: who is in the room, who hears whom, and what its owner is told.

A participant is a call whose Dial waits in `join`. The room wakes it with the signal ``room``,
which only means "look again": the state of the room and of the seat says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.resources.call import Call
from helpers.resources.conference import Conference
from helpers.resources.participant import LABEL_IN_USE, NO_SUCH_COACHED, Participant
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.calls import playing, recording
from helpers.sandbox.meetings import waiting
from helpers.sandbox.meetings.company import Company
from helpers.sandbox.meetings.conference_events import (
    BY_API,
    ENDED,
    HUNG_UP,
    MODERATOR,
    NEVER_CAME,
    REASONS,
    VIA_API,
    Teller,
)
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.twiml import VoiceResponse, steps

if TYPE_CHECKING:
    from helpers.resources.recording import Recording
    from helpers.sandbox.calls.live_call import Listener, LiveCall
    from helpers.sandbox.engine import Engine
    from helpers.sandbox.world import AccountWorld

FULL = 16020

#: Changes of a participant that are told as one event, beside muting and holding.
MODIFIED = ("beep_on_exit", "end_conference_on_exit", "call_sid_to_coach", "wait_url")


class Seat:
    """A participant's place in a room. *why* it left, or is to leave, is "" while it stays."""

    def __init__(self, live: LiveCall, step: steps.Join, participant: Participant) -> None:
        self.live = live
        self.step = step
        self.participant = participant
        self.why = ""
        self.failed = False  # what it was to hear while waiting could not be had

    def look(self) -> None:
        """Let the call see that something has changed."""
        self.live.tell("room")

    def go(self) -> None:
        """Let the call leave of its own accord: after a star, or at the limit of its Dial."""
        self.why = self.why or HUNG_UP
        self.look()


class Room(Company):
    """A conference that is not over. It can be recorded as a call can (`recording`)."""

    def __init__(self, engine: Engine, world: AccountWorld, conference: Conference) -> None:
        self.engine = engine
        self.world = world
        self.clock = engine.clock
        self.conference = conference
        self.seats: dict[str, Seat] = {}  # by the SID of the call, in the order they came
        self.invited: dict[str, Participant] = {}  # those who are being rung
        self.call = Call()  # that of the first participant
        self.teller = Teller(engine, conference)
        self.tapes: dict[str, recording.Tape] = {}
        self.listeners: dict[str, Listener] = {}
        self.recorded: steps.Join | None = None  # by whose wish
        self.over = False
        self._owed = 0  # how many have left of whom nobody was told yet
        self._finished = False
        self._placed = False  # somebody has named a region
        self._ended_by: Participant | None = None
        engine.rooms[self.key] = self

    @property
    def key(self) -> tuple[str, str]:
        """What it is found by: the account and the name."""
        return self.conference.account_sid, self.conference.friendly_name

    @property
    def started(self) -> bool:
        """Whether the participants hear each other yet."""
        return self.conference.status == "in-progress"

    # -- coming --------------------------------------------------------------------------------

    def ring(self, participant: Participant) -> None:
        """Ring one who comes in when the call is answered."""
        self.invited[participant.call_sid] = participant
        [call] = self.world.find(Call, sid=participant.call_sid)
        call.twiml = str(_invitation(self.conference.friendly_name, participant))
        self.world.update(call, "twiml")
        live = self.engine.carry(call)
        live.invitation = self
        live.start(live.run_outbound())

    def refusal(self, live: LiveCall, step: steps.Join) -> tuple[int, str] | None:
        """Why a call may not come in, as Twilio's debugger says it."""
        name = self.conference.friendly_name
        if step.coach and step.coach not in self.seats:
            return NO_SUCH_COACHED, f"Conference {name}: {step.coach} is not in it to be coached"
        # Sandbox choice: the first participant's limit holds for all, another's for itself.
        first = self.teller.asked or step
        most = min(step.most, first.most)
        if len(self.seats) >= most:
            return FULL, f"Conference {name} is full: it has {most} participants"
        others = [*(seat.participant for seat in self.seats.values()), *self.invited.values()]
        if step.label and any(
            other.label == step.label and other.call_sid != live.call.sid for other in others
        ):
            return LABEL_IN_USE, f"Conference {name}: the label {step.label} is in use"
        return None

    def enter(self, live: LiveCall, step: steps.Join) -> Seat:
        """Give a call a seat; the conference starts if it may."""
        participant = self.invited.pop(live.call.sid, None) or self._participant(live, step)
        live.invitation = None
        if not self.seats:
            self.call = live.call
        if self.teller.asked is None:
            self.teller.asked = step
        seat = self.seats[live.call.sid] = Seat(live, step, participant)
        live.company = self
        if step.region and not self._placed:
            self._placed = True
            self.conference.region = step.region
            self.world.update(self.conference, "region")
        return seat

    def _participant(self, live: LiveCall, step: steps.Join) -> Participant:
        participant = Participant.new(
            self.world,
            call_sid=live.call.sid,
            conference_sid=self.conference.sid,
            label=step.label or None,
            muted=step.muted,
            coaching=bool(step.coach),
            call_sid_to_coach=step.coach or None,
            start_conference_on_enter=step.starts,
            end_conference_on_exit=step.ends,
            beep=step.beep,
            beep_on_exit=step.beep in ("true", "onExit"),
            wait_url=step.wait_url,
            wait_method=step.wait_method,
        )
        self.world.save(participant)
        return participant

    async def welcome(self, seat: Seat) -> None:
        """Tell of a participant who has come, and start the conference if it can begin now."""
        starters = [s for s in self.seats.values() if s.participant.start_conference_on_enter]
        starts = not self.started and len(self.seats) > 1 and bool(starters)
        if starts:
            self._state("in-progress")
            for other in self.seats.values():
                other.look()
        if self.started and seat.participant.beep in ("true", "onEnter"):
            self._beep(seat.participant, "joined")
        await self.teller.tell("participant-join", seat.participant)
        if starts:
            await self.teller.tell("conference-start")
        await self._record()

    def _beep(self, who: Participant, what: str) -> None:
        """Everybody hears that somebody has *what*: joined, or left."""
        hearers = [seat for seat in self.seats.values() if not seat.participant.hold]
        for seat in hearers:
            playing.beep(seat.live)
        self.teller.log("beep", who, what=what, by=[seat.live.call.sid for seat in hearers])

    def _state(self, status: str, *names: str) -> None:
        self.conference.status = status
        self.conference.date_updated = self.clock.now()
        self.world.update(self.conference, "status", "date_updated", *names)

    # -- leaving -------------------------------------------------------------------------------

    def leave(self, seat: Seat, why: str, *, kicked: bool = False) -> None:
        """Take a participant out; nothing happens if it left before."""
        seat.why = seat.why or why
        participant = seat.participant
        if self.seats.pop(participant.call_sid, None) is None:
            return
        self._owed += 1
        seat.live.company = None
        if self.over:
            return
        self.world.remove(participant)
        how = "kicked" if kicked else "left"
        if participant.end_conference_on_exit:
            reason = f"participant-with-end-conference-on-exit-{how}"
            self.end(reason, participant, seat.live)
        elif not self.seats and not self.invited:
            self.end(f"last-participant-{how}", participant)
        elif self.started and participant.beep_on_exit:
            self._beep(participant, "left")

    def end(
        self, reason: str, by: Participant | None = None, leaver: LiveCall | None = None
    ) -> None:
        """It is over for everybody; each call goes on by itself, first the one that leaves."""
        self.over = True
        self.engine.rooms.pop(self.key, None)
        self.conference.reason_conference_ended = reason
        self.conference.call_sid_ending_conference = by.call_sid if by else None
        self._ended_by = by
        self._state("completed", "reason_conference_ended", "call_sid_ending_conference")
        for seat in self.seats.values():
            self.world.remove(seat.participant)
            seat.why = ENDED if reason == VIA_API else MODERATOR
            if leaver is None:
                seat.look()
            else:
                leaver.then(seat.look)
            leaver = seat.live
        for sid in list(self.invited):
            if (live := self.engine.calls.get(sid)) is not None:
                live.end("canceled")

    async def farewell(self, participant: Participant, why: str, status: str) -> None:
        """Tell of a participant who has left, and of the end when the last one has."""
        about = [("ParticipantCallStatus", status), ("ReasonParticipantLeft", why)]
        await self.teller.tell("participant-leave", participant, about)
        self._owed -= 1
        if not self.over or self.seats or self.invited or self._owed or self._finished:
            return
        self._finished = True
        for tape in list(self.tapes.values()):
            await recording.end(self, tape, least=1.0)
            await self._tell_of_recording(tape.recording)
        reason = self.conference.reason_conference_ended or ""
        ended = [("ReasonConferenceEnded", reason), ("Reason", REASONS[reason])]
        if self._ended_by is not None:
            ended.append(("CallSidEndingConference", self._ended_by.call_sid))
            if self._ended_by.label:
                ended.append(("ParticipantLabelEndingConference", self._ended_by.label))
        await self.teller.tell("conference-end", None, ended)

    async def absent(self, live: LiveCall) -> None:
        """One who was rung did not come: nobody answered, or the room was full."""
        participant = self.invited.pop(live.call.sid, None)
        if participant is None:
            return
        self._owed += 1
        self.world.remove(participant)
        if not self.over and not self.seats and not self.invited:
            self.end("last-participant-left", participant)
        await self.farewell(participant, NEVER_CAME, live.call.status)

    def forget(self) -> None:
        """Drop it without a word: the account is reset, or the sandbox ends."""
        self.over = self._finished = True
        self.engine.rooms.pop(self.key, None)
        for seat in self.seats.values():
            seat.live.company = None
        self.seats.clear()
        self.invited.clear()

    # -- who hears whom --------------------------------------------------------------------------

    def hearers(self, live: LiveCall) -> list[LiveCall]:
        """All others who are not on hold, or the one who is coached; nobody before it starts."""
        seat = self.seats.get(live.call.sid)
        if seat is None or not self.started or seat.participant.muted or seat.participant.hold:
            return []
        only = seat.participant.call_sid_to_coach
        return [
            other.live
            for other in self.seats.values()
            if other is not seat
            and not other.participant.hold
            and only in (None, other.participant.call_sid)
        ]

    def hearing(self, live: LiveCall) -> Iterator[tuple[Listener, str]]:
        """Those who hear it, and the recording, unless it is for one alone."""
        yield from super().hearing(live)
        if self.hearers(live) and not self.seats[live.call.sid].participant.coaching:
            yield from ((listener, "inbound") for listener in list(self.listeners.values()))

    def said(self, live: LiveCall, words: str) -> None:
        """The log tells who heard it."""
        super().said(live, words)
        if speaker := self._log_heard(live, words=words):
            self._speaks(speaker, SECONDS_A_WORD * len(words.split()))

    def keyed(self, live: LiveCall, keys: str) -> None:
        """A star may mean that it wants to leave."""
        super().keyed(live, keys)
        self._log_heard(live, keys=keys)
        seat = self.seats.get(live.call.sid)
        if seat is not None and seat.step.hangup_on_star and "*" in keys:
            seat.go()

    def _log_heard(self, live: LiveCall, **what: str) -> Participant | None:
        """Write down who heard it; returns who was heard, if anybody was."""
        hearers = self.hearers(live)
        if not hearers:
            return None
        participant = self.seats[live.call.sid].participant
        sids = [hearer.call.sid for hearer in hearers]
        self.teller.log("participant-heard", participant, **what, by=sids)
        return participant

    def _speaks(self, participant: Participant, seconds: float) -> None:
        if not self.teller.wants("participant-speech-start"):
            return

        def stop() -> None:
            if participant.call_sid in self.seats:
                self.teller.tell_later("participant-speech-stop", participant)

        self.teller.tell_later("participant-speech-start", participant)
        self.clock.plan(seconds, stop)

    # -- what the API does -----------------------------------------------------------------------

    def change(self, participant: Participant) -> None:
        """A participant is from now on as the API wants it."""
        seat = self.seats.get(participant.call_sid)
        if seat is None:
            if participant.call_sid in self.invited:
                self.invited[participant.call_sid] = participant
            return
        before, seat.participant = seat.participant, participant
        if before.muted != participant.muted:
            mute = "participant-mute" if participant.muted else "participant-unmute"
            self.teller.tell_later(mute, participant)
        if before.hold != participant.hold:
            hold = "participant-hold" if participant.hold else "participant-unhold"
            self.teller.tell_later(hold, participant)
        if any(getattr(before, name) != getattr(participant, name) for name in MODIFIED):
            self.teller.tell_later("participant-modify", participant)
        sounds = ("hold", "hold_url", "wait_url")
        if any(getattr(before, name) != getattr(participant, name) for name in sounds):
            seat.look()

    def kick(self, participant: Participant) -> None:
        """Take a participant out, or do not ring any longer."""
        seat = self.seats.get(participant.call_sid)
        if seat is not None:
            seat.look()  # before the others, if it is over for them too
            self.leave(seat, BY_API, kicked=True)
        elif (live := self.engine.calls.get(participant.call_sid)) is not None:
            live.end("canceled")

    # -- recording -------------------------------------------------------------------------------

    async def _record(self) -> None:
        """Record from the moment two are joined, if one of them wants it."""
        wish = next((s.step for s in self.seats.values() if s.step.record), None)
        if not self.started or self.recorded is not None or wish is None:
            return
        self.recorded = wish
        await recording.begin(
            self,
            "Conference",
            conference_sid=self.conference.sid,
            callback=wish.recording_callback,
            method=wish.recording_callback_method,
            events=tuple(wish.recording_callback_events),
            trims=wish.trim == "trim-silence",
        )

    async def _tell_of_recording(self, made: Recording) -> None:
        """The old callback, for a conference that has no newer one."""
        wish = self.recorded
        if wish is None or not wish.event_callback or wish.recording_callback:
            return
        pairs = [
            ("EventName", "conference-record-end"),
            *self.teller.about(),
            ("RecordingUrl", recording.url(self, made)),
            ("Duration", str(made.duration or 0)),
            ("RecordingFileSize", str(len(await self.engine.recording_audio(made)))),
        ]
        account = self.conference.account_sid
        await self.engine.tell(account, wish.event_callback, "POST", pairs)


def _invitation(name: str, who: Participant) -> VoiceResponse:
    """What the call of one who is rung does when it is answered."""
    response = VoiceResponse()
    asked: dict[str, object] = {
        "muted": who.muted,
        "beep": who.beep,
        "start_conference_on_enter": who.start_conference_on_enter,
        "end_conference_on_exit": who.end_conference_on_exit,
        "wait_url": who.wait_url,
        "wait_method": who.wait_method,
        "max_participants": who.max_participants,
        "participant_label": who.label,
        "coach": who.call_sid_to_coach,
        "region": who.region or None,
        "record": who.conference_record,
        "trim": who.conference_trim,
        "status_callback": who.conference_status_callback or None,
        "status_callback_method": who.conference_status_callback_method,
        "status_callback_event": " ".join(who.conference_status_callback_event) or "start end",
        "recording_status_callback": who.conference_recording_status_callback or None,
        "recording_status_callback_method": who.conference_recording_status_callback_method,
        "recording_status_callback_event": (
            " ".join(who.conference_recording_status_callback_event) or None
        ),
    }
    response.dial().conference(name, **{k: v for k, v in asked.items() if v is not None})
    return response


# -- a call in a room -----------------------------------------------------------------------------


async def join(live: LiveCall, step: steps.Join) -> steps.Connected:
    """Take a call into a conference; returns when it has left."""
    live.answer("")
    room = live.engine.rooms.get((live.call.account_sid, step.name))
    refusal = room.refusal(live, step) if room else None
    if room is None and step.coach:
        refusal = NO_SUCH_COACHED, f"Conference {step.name}: nobody is in it to be coached"
    if refusal is not None:
        code, text = refusal
        live.alert(code, text)
        return steps.Connected("failed", passed_over=code == LABEL_IN_USE)
    room = room or opened(live.engine, live.world, step.name)
    seat = room.enter(live, step)
    parted: Interrupted | None = None
    tape: recording.Tape | None = None
    limit = live.clock.plan(step.time_limit, seat.go)
    try:
        with live.listening(), live.broken_off_by("room"):
            try:
                if step.taping is not None:
                    tape = await recording.begin_of_dial(live, step.taping)
                await room.welcome(seat)
                await _stay(live, room, seat)
            finally:
                live.untold("live_key")  # nobody reads the keys and words of a conference later
                live.untold("words")
    except Interrupted as stop:
        parted = stop
    finally:
        limit.cancel()
        hung_up = parted is None or parted.signal.kind == "hangup"
        room.leave(seat, HUNG_UP if hung_up else BY_API)
        live.untold("room")
    await room.farewell(seat.participant, seat.why, live.call.status)
    url = ""
    if tape is not None:
        await recording.end(live, tape, least=1.0)
        url = recording.url(live, tape.recording)
    if parted is not None:  # the action is asked still
        live.gone, live.parting = True, parted.signal
    if seat.failed:
        return steps.Connected("failed", caller_left=live.gone)
    return steps.Connected("answered", bridged=True, recording_url=url, caller_left=live.gone)


async def _stay(live: LiveCall, room: Room, seat: Seat) -> None:
    """Be in the room, waiting, talking or on hold, until there is a reason to leave."""
    while not seat.why:
        try:
            await _hear(live, room, seat)
        except Interrupted as stop:
            if stop.signal.kind != "room":
                raise


async def _hear(live: LiveCall, room: Room, seat: Seat) -> None:
    participant = seat.participant
    if participant.hold:
        url, method = participant.hold_url, participant.hold_method
        await waiting.hear(live, url, method, "conference")
    elif not room.started:
        url, method = participant.wait_url, participant.wait_method
        if await waiting.hear(live, url, method, "conference") == "failed":
            # The conference is not set up then, says the reference.
            seat.failed, seat.why = True, NEVER_CAME
            return
    await live.wait(None)


def opened(engine: Engine, world: AccountWorld, name: str) -> Room:
    """The room in which a conference begins now."""
    conference = Conference.opened(world, name)
    world.save(conference)
    return Room(engine, world, conference)
