"""Conference: a room for any number of callers.

Sources: the TwiML reference on Conference; error pages 13230 to 13240, 16020 to 16025.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.twiml.attributes import (
    RECORDING_EVENTS,
    TRIM,
    Choice,
    Flag,
    Method,
    Text,
    Url,
    Whole,
    declare,
)
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Join
from helpers.twiml.verbs.taping import taping

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Conference"]


class Conference(TwiML):
    """A room in which any number of callers hear each other, by its name.

    It starts with two of them, one of whom may start it; until then they hear *wait_url*. The
    Dial around it goes on when the participant leaves, with ``DialCallStatus=answered``.
    """

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
        recording_configuration_id=Text().without_effect(
            "this sandbox keeps no recording configurations"
        ),
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
        event_callback_url=Url(note="deprecated: told of the recording at the end"),
        jitter_buffer_size=Choice("large medium small off", default="large").without_effect(
            "no sound is late on this machine, so nothing needs to be evened out"
        ),
        participant_label=Text(longest=128, code=16023),
    )

    def faults(self) -> Iterator[Fault]:
        """A name that is missing or too long."""
        if not 1 <= len(self.own_text()) <= 128:
            yield Fault(
                13237, "the name of a <Conference> has 1 to 128 characters", "give it such a name"
            )

    #: attributes of the Dial around it that are for parties that are rung
    not_of_dial = ("timeout", "callerId", "record", "recordingStatusCallback", "answerOnBridge")

    def step(self, dial: TwiML, scene: Scene) -> Join | None:
        """What the Dial around it asks for; None for a room that cannot be entered."""
        nobody = "coach" in self.attrs and self.get("coach") is None  # the checker has told
        if nobody or next(self.faults(), None) is not None:
            return None
        return Join(
            self.own_text(),
            muted=self.get("muted"),
            beep=self.get("beep"),
            starts=self.get("start_conference_on_enter"),
            ends=self.get("end_conference_on_exit"),
            # Of a waitUrl an empty one is something else than none.
            wait_url=scene.link(self.get("wait_url")) if "waitUrl" in self.attrs else None,
            wait_method=self.get("wait_method"),
            most=self.get("max_participants"),
            label=self.get("participant_label") or "",
            coach=self.get("coach") or "",
            region=self.get("region") or "",
            callback=scene.link(self.get("status_callback")),
            callback_method=self.get("status_callback_method"),
            callback_events=self.get("status_callback_event") or (),
            record=self.get("record") in ("record-from-start", "true"),
            trim=self.get("trim"),
            recording_callback=scene.link(self.get("recording_status_callback")),
            recording_callback_method=self.get("recording_status_callback_method"),
            recording_callback_events=self.get("recording_status_callback_event"),
            event_callback=scene.link(self.get("event_callback_url")),
            time_limit=dial.get("time_limit"),
            hangup_on_star=dial.get("hangup_on_star"),
            taping=taping(dial, scene),
        )
