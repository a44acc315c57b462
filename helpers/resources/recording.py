"""Recordings of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    shown,
)
from helpers.resources.call import Call

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
    }

    api_version: str = shown(VERSION)
    call_sid: str = shown("")
    channels: int = shown(1, kind="integer")
    conference_sid: str | None = shown()
    duration: int | None = shown(kind="number")
    encryption_details: str | None = shown()
    error_code: int | None = shown(kind="integer")
    price: str | None = shown()
    price_unit: str = shown("USD")
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
        found = world.find(Call, sid=params.place.get("call_sid", ""))
        if not found or found[0].status != "in-progress":
            raise Refusal(
                400,
                21220,
                "Requested resource is not eligible for recording: the call is not in progress.",
            )
        given = cls.take("create", params)
        # Several may stand in one, with blanks between.
        events = [
            e for one in given.pop("recording_status_callback_event", []) for e in one.split()
        ]
        dual = params.get("RecordingChannels") == "dual"
        return cls(
            **given,
            recording_status_callback_event=events or ["completed"],
            call_sid=found[0].sid,
            source="StartCallRecordingAPI",
            channels=2 if dual and given.get("track", "both") == "both" else 1,
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
        """Forget a recording that has ended, and its sound."""
        if self.status in RUNNING:
            raise Refusal(400, 20009, "Cannot delete recording because it has not been completed.")
        world.remove(self)

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """``Twilio.CURRENT`` is the recording of that call or conference which is running."""
        if name != "Twilio.CURRENT":
            return name
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
