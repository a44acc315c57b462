"""Recordings of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    View,
    World,
    hidden,
    refuse_callback,
    shown,
)
from helpers.resources.call import CHANNELS, TRACKS, Call, one_of, recording_events

OF_CALL = View(
    "Calls/{call_sid}/Recordings",
    "recordings",
    "Recording",
    ("create", "list", "fetch", "update", "delete"),
)

OF_CONFERENCE = View(
    "Conferences/{conference_sid}/Recordings",
    "recordings",
    "Recording",
    ("list", "fetch", "update", "delete"),
)

RUNNING = ("in-progress", "paused")
DELETED, WITH_DELETED = "deleted", "IncludeSoftDeleted"
KEPT = timedelta(days=40)  # that a list can show one that was deleted


@dataclass(kw_only=True)
class Recording(Resource):
    """What was recorded of a call. Its sound is where its `uri` is, less the suffix."""

    prefix: ClassVar[str] = "RE"
    path: ClassVar[str] = "Recordings"
    plural: ClassVar[str] = "recordings"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "delete")
    more_views: ClassVar[tuple[View, ...]] = (OF_CALL, OF_CONFERENCE)
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "CallSid": ("call_sid", "="),
        "ConferenceSid": ("conference_sid", "="),
        "DateCreated": ("date_created", "day"),
        "DateCreated<": ("date_created", "day<"),
        "DateCreated>": ("date_created", "day>="),
        WITH_DELETED: ("date_deleted", "="),
    }
    indexed: ClassVar[tuple[str, ...]] = ("call_sid", "status")

    api_version: str = shown(VERSION)
    call_sid: str = shown("")
    channels: int = shown(1, kind="integer")
    conference_sid: str | None = shown()
    duration: int | None = shown(kind="number")
    encryption_details: str | None = shown()
    error_code: int | None = shown(kind="integer")
    price: str | None = shown()
    price_unit: str = shown("USD")
    date_deleted: datetime | None = hidden(kind="date")
    source: str = shown("RecordVerb")
    start_time: datetime | None = shown(kind="date")
    status: str = shown("in-progress", update="Status")

    track: str = hidden("both", create="RecordingTrack")
    sounds: list[dict[str, Any]] = hidden(kind="list")  # what is heard in it, piece by piece
    recording_status_callback: str = hidden("", create="RecordingStatusCallback")
    recording_channels: str = hidden("", create="RecordingChannels")
    recording_status_callback_method: str = hidden(
        "POST", "method", create="RecordingStatusCallbackMethod", code=MALFORMED_REQUEST
    )
    recording_status_callback_event: list[str] = hidden(
        kind="list", create="RecordingStatusCallbackEvent"
    )
    trim: str = hidden("do-not-trim", create="Trim")
    pause_behavior: str = hidden("silence", update="PauseBehavior")

    @classmethod
    def create(cls, params: Params, world: World) -> Recording:
        """Begin to record a call that is in progress."""
        given = cls.take("create", params)
        given["track"] = one_of("RecordingTrack", given.get("track", ""), TRACKS)
        given["trim"] = one_of("Trim", given.get("trim", ""), ("do-not-trim", "trim-silence"))
        asked = one_of("RecordingChannels", given.get("recording_channels", ""), CHANNELS)
        refuse_callback(given.get("recording_status_callback", ""))
        events = recording_events(given.pop("recording_status_callback_event", []))
        found = world.find(Call, sid=params.place.get("call_sid", ""))
        if not found or found[0].status != "in-progress":
            raise Refusal(
                400,
                21220,
                "Requested resource is not eligible for recording: the call is not in progress.",
            )
        return cls(
            **given,
            recording_status_callback_event=events,
            call_sid=found[0].sid,
            source="StartCallRecordingAPI",
            channels=2 if asked == "dual" and given["track"] == "both" else 1,
            start_time=world.now(),
        )

    def created(self, world: World) -> None:
        """Listen from now on."""
        [call] = world.find(Call, sid=self.call_sid)
        world.start_recording(call, self)

    def change(self, params: Params, world: World) -> None:
        """Stop it, or pause it and go on."""
        status = params.get("Status")
        if status not in ("in-progress", "paused", "stopped"):
            raise Refusal(
                400, MALFORMED_REQUEST, f"Status must be in-progress, paused or stopped: {status}"
            )
        pause = params.get("PauseBehavior") or "silence"
        if pause not in ("skip", "silence"):
            raise Refusal(400, MALFORMED_REQUEST, f"PauseBehavior must be skip or silence: {pause}")
        if self.status not in RUNNING:
            raise Refusal(400, 21220, "The recording has ended.")
        self.pause_behavior = pause
        self.status = status

    def changed(self, world: World) -> None:
        """Stop or pause it in fact; a stopped one is soon completed."""
        world.stop_recording(self, self.status)

    def delete(self, world: World) -> None:
        """Forget the sound of a recording that has ended; for a while it can still be listed."""
        if self.status in RUNNING:
            raise Refusal(400, 20009, "Cannot delete recording because it has not been completed.")
        voices = _voices(self)
        self.status, self.sounds = DELETED, []
        self.date_deleted = self.date_updated = world.now()
        world.update(self, "status", "sounds", "date_deleted", "date_updated")
        if voices:  # what somebody really said is gone for good, unless another one has it too
            for other in world.find(type(self)):
                voices -= _voices(other)
            for name in sorted(voices):
                world.forget_sound(name)

    @classmethod
    def tidy(cls, world: World) -> None:
        """After forty days nothing is left of what was deleted."""
        for recording in world.find(cls, status=DELETED):
            if recording.date_deleted and world.now() - recording.date_deleted >= KEPT:
                world.remove(recording)

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What a list shows: what was deleted only for who asks for it."""
        others = [c for c in super().conditions(params) if c[0] != "date_deleted"]
        return others if params.flag(WITH_DELETED) else [*others, ("date_deleted", "=", None)]

    def channels_for(self, params: Params) -> int:
        """How many channels of sound a request wants; as many as there are if it does not say.

        Refuses two where only one was recorded.
        """
        code = MALFORMED_REQUEST
        return params.integer("RequestedChannels", None, 1, self.channels, code) or self.channels

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """``Twilio.CURRENT`` is the recording of that call or conference which is running.

        What was deleted is there for who asks for such, for forty days.
        """
        if name != "Twilio.CURRENT":
            cls.tidy(world)
            gone = world.find(cls, sid=name, status=DELETED)
            return "" if gone and not params.flag(WITH_DELETED) else name
        all_there = world.find(cls, **params.place)
        running = [recording.sid for recording in all_there if recording.status in RUNNING]
        return running[-1] if running else name

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """In the list of all it tells where its sound is, in a call's list which side it heard."""
        reply = super().as_json(view, operation, server)
        if view is OF_CALL:
            return dict(sorted((reply | {"track": self.track}).items()))
        if view is OF_CONFERENCE:
            return reply
        below = f"{self.home()}/{self.sid}"
        reply["media_url"] = server + below
        reply["subresource_uris"] = {
            "add_on_results": f"{below}/AddOnResults.json",
            "transcriptions": f"{below}/Transcriptions.json",
        }
        return dict(sorted(reply.items()))


def _voices(recording: Recording) -> set[str]:
    """The names of what a microphone took in and this recording holds."""
    return {told["text"] for told in recording.sounds if told["kind"] == "voice"}
