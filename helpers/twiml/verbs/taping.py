"""What a Dial says of its recording, the same whoever is dialled: parties, a room, a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.twiml.element import TwiML
from helpers.twiml.steps import Taping

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene


def taping(dial: TwiML, scene: Scene) -> Taping | None:
    """The recording that a Dial asks for: of its call alone; None if it asks for none."""
    record = dial.get("record")
    if record in ("do-not-record", "false"):
        return None
    return Taping(
        from_ringing=record.startswith("record-from-ringing"),
        channels=2 if record.endswith("-dual") else 1,
        track=dial.get("recording_track"),
        trim=dial.get("trim"),
        callback=scene.link(dial.get("recording_status_callback")),
        callback_method=dial.get("recording_status_callback_method"),
        callback_events=dial.get("recording_status_callback_event"),
    )
