"""Conference: a room for any number of callers.

Sources: the TwiML reference on Conference; error pages 13230 to 13240, 16020 to 16025.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.twiml.attributes import Choice, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import Fault, TwiML

__all__ = ["Conference"]

RECORDING_EVENTS = "in-progress completed absent"
TRIM = "trim-silence do-not-trim"


class Conference(TwiML):
    """A room in which any number of callers hear each other, by its name."""

    inside = ("Dial",)
    body_name = "name"
    body_required = True
    text = "required"
    attributes = declare(
        muted=Flag(False, code=13230),
        beep=Choice("true false onEnter onExit", default="true", code=13235),
        start_conference_on_enter=Flag(True, code=13232),
        end_conference_on_exit=Flag(False, code=13231),
        wait_url=Url(code=13233, note="default: the hold music"),
        wait_method=Method(code=13234),
        max_participants=Whole(250, low=1, high=250),
        record=Choice("do-not-record record-from-start true false", default="do-not-record"),
        recording_configuration_id=Text(),
        region=Choice("us1 us2 ie1 sg1 br1 au1 jp1 de1"),
        coach=Text(pattern=r"CA[0-9a-f]{32}", kind="a call SID (CA...)", code=13240),
        trim=Choice(TRIM, default="trim-silence", code=13239),
        status_callback_event=Choice(
            "start end join leave mute hold modify speaker announcement", several=True
        ),
        status_callback=Url(),
        status_callback_method=Method(),
        recording_status_callback=Url(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, default="completed", several=True),
        event_callback_url=Url(),
        jitter_buffer_size=Choice("large medium small off", default="large"),
        participant_label=Text(longest=128, code=16023),
    )

    def faults(self) -> Iterator[Fault]:
        """A name that is missing or too long."""
        if not 1 <= len(self.own_text()) <= 128:
            yield Fault(
                13237, "the name of a <Conference> has 1 to 128 characters", "give it such a name"
            )
