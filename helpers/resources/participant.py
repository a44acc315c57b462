"""Participants: the calls that are in a conference, or on their way into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    Params,
    Resource,
    View,
    World,
    hidden,
    shown,
)
from helpers.resources.call import Call
from helpers.resources.conference import INVALID_METHOD, Conference, refuse_announcement

LABEL_TOO_LONG, LABEL_IN_USE = 16023, 16025
NO_SUCH_COACHED = 13240
LONGEST_LABEL = 128
BEEPS = ("true", "false", "onEnter", "onExit")
RECORD = ("true", "false", "record-from-start", "do-not-record")

#: What a new participant's call is asked for, as any other call is.
OF_THE_CALL = (
    *("From", "To", "Timeout", "TimeLimit", "CallerId", "CallReason", "CallToken", "Byoc"),
    *("SipAuthUsername", "SipAuthPassword", "ClientNotificationUrl"),
    *("MachineDetection", "MachineDetectionTimeout", "MachineDetectionSpeechThreshold"),
    *("MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout"),
    *("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"),
    *("Record", "RecordingChannels", "RecordingTrack", "Trim"),
    *("RecordingStatusCallback", "RecordingStatusCallbackMethod", "RecordingStatusCallbackEvent"),
)

#: Whom to tell what machine detection finds out; for a call these begin with Async.
OF_DETECTION = ("AmdStatusCallback", "AmdStatusCallbackMethod")

#: How a participant is called while its call goes this far.
STATUS = {"queued": "queued", "initiated": "connecting", "ringing": "ringing"}


@dataclass(kw_only=True)
class Participant(Resource):
    """A call in a conference. It is named by its call's SID, or by its label."""

    prefix: ClassVar[str] = "CP"  # not shown: its call's SID names it
    key: ClassVar[str] = "call_sid"
    path: ClassVar[str] = "Conferences/{conference_sid}/Participants"
    plural: ClassVar[str] = "participants"
    omits: ClassVar[tuple[str, ...]] = ("sid",)
    indexed: ClassVar[tuple[str, ...]] = ("conference_sid", "call_sid")
    #: who is rung into a room that nobody is in yet opens it
    above_optional: ClassVar[tuple[str, ...]] = ("create",)
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "Muted": ("muted", "="),
        "Hold": ("hold", "="),
        "Coaching": ("coaching", "="),
    }

    call_sid: str = shown("")
    call_sid_to_coach: str | None = shown(create="CallSidToCoach", update="CallSidToCoach")
    coaching: bool = shown(False, kind="boolean", create="Coaching", update="Coaching")
    conference_sid: str = shown("")
    end_conference_on_exit: bool = shown(
        False, kind="boolean", create="EndConferenceOnExit", update="EndConferenceOnExit"
    )
    hold: bool = shown(False, kind="boolean", update="Hold")
    label: str | None = shown(create="Label")
    muted: bool = shown(False, kind="boolean", create="Muted", update="Muted")
    queue_time: int | None = shown(kind="number")
    start_conference_on_enter: bool = shown(True, kind="boolean", create="StartConferenceOnEnter")
    status: str = shown("queued")

    from_: str = hidden("", create="From")
    to: str = hidden("", create="To")
    beep: str = hidden("true", create="Beep")
    beep_on_exit: bool = hidden(True, kind="boolean", update="BeepOnExit")
    wait_url: str | None = hidden(None, create="WaitUrl", update="WaitUrl")  # "": silence
    wait_method: str = hidden(
        "POST", "method", create="WaitMethod", update="WaitMethod", code=INVALID_METHOD
    )
    hold_url: str | None = hidden(None, update="HoldUrl")
    hold_method: str = hidden("GET", "method", update="HoldMethod", code=INVALID_METHOD)
    announce_url: str = hidden("", update="AnnounceUrl")
    announce_method: str = hidden("POST", "method", update="AnnounceMethod", code=INVALID_METHOD)
    max_participants: int = hidden(
        250, "integer", create="MaxParticipants", within=(1, 250, MALFORMED_REQUEST)
    )
    region: str = hidden("", create="Region")
    conference_record: str = hidden("false", create="ConferenceRecord")
    conference_trim: str = hidden("trim-silence", create="ConferenceTrim")
    conference_status_callback: str = hidden("", create="ConferenceStatusCallback")
    conference_status_callback_method: str = hidden(
        "POST", "method", create="ConferenceStatusCallbackMethod", code=INVALID_METHOD
    )
    conference_status_callback_event: list[str] = hidden(
        kind="list", create="ConferenceStatusCallbackEvent"
    )
    conference_recording_status_callback: str = hidden(
        "", create="ConferenceRecordingStatusCallback"
    )
    conference_recording_status_callback_method: str = hidden(
        "POST", "method", create="ConferenceRecordingStatusCallbackMethod", code=INVALID_METHOD
    )
    conference_recording_status_callback_event: list[str] = hidden(
        kind="list", create="ConferenceRecordingStatusCallbackEvent"
    )

    # Who waits for nobody hears what is said before the answer, and sound takes no time to come:
    # these are taken, and do nothing.
    early_media: bool = hidden(True, kind="boolean", create="EarlyMedia")
    jitter_buffer_size: str = hidden("", create="JitterBufferSize")
    caller_display_name: str = hidden("", create="CallerDisplayName")

    @classmethod
    def create(cls, params: Params, world: World) -> Participant:
        """Ring somebody who is taken into the conference as soon as the call is answered."""
        made = cls(**cls.take("create", params))
        room = params.place["conference_sid"]
        known = world.find(Conference, sid=room)
        running = known[0] if known else Conference.running(world, room)
        if running is None and (room.startswith(Conference.prefix) or not 1 <= len(room) <= 128):
            raise Refusal(404, 20404, f"There is no conference {room}.")
        if running is not None and running.status == "completed":
            raise Refusal(400, MALFORMED_REQUEST, "The conference is over.")
        made._check_words(params)
        made._check_label(world, running)
        made._check_coach(world, running)
        made.beep_on_exit = made.beep in ("true", "onExit")
        given = [(name, value) for name, value in params if name in OF_THE_CALL]
        # Here detection never keeps anybody waiting, and goes by names of its own.
        given.append(("AsyncAmd", "true"))
        given += [(f"Async{name}", value) for name, value in params if name in OF_DETECTION]
        call = Call.to_conference(Params(given), world)
        world.save(call)
        made.call_sid = call.sid
        made.conference_sid = (running or world.open_conference(room)).sid
        return made

    def _check_words(self, params: Params) -> None:
        for name, value, allowed in (
            ("Beep", self.beep, BEEPS),
            ("ConferenceRecord", self.conference_record, RECORD),
            ("ConferenceTrim", self.conference_trim, ("trim-silence", "do-not-trim")),
        ):
            if value not in allowed:
                raise Refusal(
                    400, MALFORMED_REQUEST, f"{name} must be one of {', '.join(allowed)}: {value}"
                )
        for name in ("ConferenceStatusCallback", "ConferenceRecordingStatusCallback", "WaitUrl"):
            refuse_announcement(params.get(name))

    def _check_label(self, world: World, room: Conference | None) -> None:
        if self.label is None:
            return
        if len(self.label) > LONGEST_LABEL:
            raise Refusal(400, LABEL_TOO_LONG, "Label must be at most 128 characters long.")
        if room and world.find(Participant, conference_sid=room.sid, label=self.label):
            raise Refusal(400, LABEL_IN_USE, f"Label is in use in this conference: {self.label}")

    def _check_coach(self, world: World, room: Conference | None) -> None:
        """Who coaches names somebody in the conference; who names nobody does not coach."""
        if not self.call_sid_to_coach:
            if self.coaching:
                raise Refusal(400, MALFORMED_REQUEST, "Coaching needs a CallSidToCoach.")
            self.call_sid_to_coach = None
            return
        here = world.find(Participant, call_sid=self.call_sid_to_coach)
        if room is None or not here or here[0].conference_sid != room.sid:
            raise Refusal(
                400, NO_SUCH_COACHED, f"{self.call_sid_to_coach} is not in this conference."
            )

    def idle(self) -> list[str]:
        """What was asked for that has no meaning here."""
        asked = {
            "EarlyMedia": not self.early_media,
            "JitterBufferSize": self.jitter_buffer_size,
            "CallerDisplayName": self.caller_display_name,
        }
        return [name for name, given in asked.items() if given]

    def created(self, world: World) -> None:
        """Ring."""
        self.queue_time = 0
        world.ring_participant(self)

    def change(self, params: Params, world: World) -> None:
        """Mute, hold, coach, or say something to this one alone."""
        settings = self.take("update", params)
        for name in ("hold_url", "wait_url", "announce_url"):
            refuse_announcement(settings.get(name, ""))
        if "call_sid_to_coach" in settings and "coaching" not in settings:
            settings["coaching"] = bool(settings["call_sid_to_coach"])
        self.announce_url = ""
        for name, value in settings.items():
            setattr(self, name, value)
        if "coaching" in settings:
            if not self.coaching:
                self.call_sid_to_coach = None
            rooms = world.find(Conference, sid=self.conference_sid)
            self._check_coach(world, rooms[0] if rooms else None)

    def changed(self, world: World) -> None:
        """Do it."""
        world.change_participant(self)
        if self.announce_url:
            [room] = world.find(Conference, sid=self.conference_sid)
            world.announce(room, self.call_sid, self.announce_url, self.announce_method)

    def delete(self, world: World) -> None:
        """Take it out of the conference."""
        world.remove_participant(self)

    def seen(self, world: World) -> None:
        """How far its call is."""
        calls = world.find(Call, sid=self.call_sid)
        self.status = STATUS.get(calls[0].status, "connected") if calls else "complete"

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """By the SID of its call, or by its label."""
        room = params.place.get("conference_sid", "")
        found = world.find(cls, conference_sid=room, call_sid=name)
        found = found or world.find(cls, conference_sid=room, label=name)
        return found[0].sid if found else ""

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """How long its call waited, the first reply alone tells."""
        reply = super().as_json(view, operation, server)
        if operation != "create":
            reply["queue_time"] = None
        return reply
