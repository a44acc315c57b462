"""Record: keep what the caller says.

Sources: the TwiML reference on Record, today's and archived; error pages 13610 to 13699; a
captured request.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import (
    RECORDING_EVENTS,
    TRIM,
    Choice,
    Digits,
    Flag,
    Method,
    Text,
    Url,
    Whole,
    declare,
)
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Fetch, RecordCaller, Recorded, Step

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Record"]

SHORTEST_TRANSCRIBED = 2  # seconds
NOTHING_RECOGNISED = (
    "transcribe of <Record>: nothing is recognised here, "
    "the transcription is what the caller said, word for word"
)


class Record(TwiML):
    """Record the caller, after a beep.

    It ends at a key of *finish_on_key*, after *timeout* seconds of silence, or after *max_length*
    seconds. Then *action* is asked with ``RecordingUrl``, ``RecordingDuration`` and ``Digits``.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(note="default: the document's own URL"),
        method=Method(code=13610),
        timeout=Whole(5, low=0, unit="seconds", code=13611, note="0 = off"),
        finish_on_key=Digits(
            "1234567890*#", pattern=r"[0-9#*]*", kind="keys out of 0-9 # *", code=13613
        ),
        max_length=Whole(
            3600,
            low=1,
            high=86400,
            unit="seconds",
            code=13612,
            note="14400 unless account raised; 120 when transcribing",
        ),
        play_beep=Flag(True, code=13616),
        trim=Choice(TRIM, default="trim-silence", code=13699),
        recording_status_callback=Url(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(
            RECORDING_EVENTS, default="completed", several=True, code=13621
        ),
        transcribe=Flag(False, code=13614),
        transcribe_callback=Url(code=13615),
        recording_configuration_id=Text().without_effect(
            "recordings are the same here, whatever configuration is named"
        ),
    )

    def foreseen(self) -> Iterator[Fault]:
        """Too short to be transcribed, whatever is said."""
        if self.get("transcribe") and self.get("max_length") < SHORTEST_TRANSCRIBED:
            yield Fault(
                13617,
                f"<Record> ends after {self.get('max_length')} s, too short to be transcribed",
                f"let maxLength be {SHORTEST_TRANSCRIBED} to 120",
            )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Record, then go to the action with the recording's URL."""
        transcribe = self.get("transcribe")
        longest = self.get("max_length")
        if transcribe and "maxLength" not in self.attrs:
            longest = 120  # nothing longer is transcribed
        yield Begin("Record", notes=(NOTHING_RECOGNISED,) if transcribe else ())
        made: Recorded = yield RecordCaller(
            finish=self.get("finish_on_key"),
            timeout=self.get("timeout"),
            max_length=longest,
            beep=self.get("play_beep"),
            trim=self.get("trim"),
            callback=scene.link(self.get("recording_status_callback")),
            callback_method=self.get("recording_status_callback_method"),
            callback_events=self.get("recording_status_callback_event"),
            transcribe=transcribe,
            transcribe_callback=scene.link(self.get("transcribe_callback")),
        )
        left = made.digits == "hangup"
        if not made.sid and not left:
            return None  # nothing was recorded: the old rule, visible in many samples
        where = [("RecordingUrl", made.url), ("RecordingSid", made.sid)] if made.sid else []
        action = scene.onward(
            self, *where, ("RecordingDuration", str(made.duration)), ("Digits", made.digits)
        )
        if left:
            # A captured request shows that the action is asked even so.
            yield from scene.ask_in_vain(action)
            return None
        return action
