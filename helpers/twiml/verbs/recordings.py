"""Recording: record a call while it goes on.

Sources: the TwiML reference on Recording; the page on recording status callbacks.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import RECORDING_EVENTS, TRIM, Choice, Method, Text, Url, declare
from helpers.twiml.steps import RecordCall, Step
from helpers.twiml.verbs.connect import Service

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Recording"]


class Recording(Service):
    """A recording of the call, made while the call goes on."""

    inside = ("Start", "Stop")
    built_in = ("Start",)
    beside = "recording"
    attributes = declare(
        recording_status_callback=Url(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, default="completed", several=True),
        trim=Choice(TRIM, default="trim-silence"),
        track=Choice("inbound outbound both", default="both"),
        channels=Choice("mono dual", default="dual"),
        recording_configuration_id=Text().without_effect(
            "such configurations are made in Twilio's Console, and this sandbox has none"
        ),
        name=Text(listed=False),
    )

    def start(self, scene: Scene) -> Generator[Step, Any, None]:
        """Record from now on."""
        yield RecordCall(
            name=self.get("name") or "",
            track=self.get("track"),
            channels=2 if self.get("channels") == "dual" else 1,
            trim=self.get("trim"),
            callback=scene.link(self.get("recording_status_callback")),
            callback_method=self.get("recording_status_callback_method"),
            callback_events=self.get("recording_status_callback_event"),
        )
