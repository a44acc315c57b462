"""What the owner of a conference is told: the log, and the status callback in the order of events.

Sources: the parameters and events listed in the TwiML reference on Conference.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from helpers.resources.base import rfc2822
from helpers.resources.conference import Conference

if TYPE_CHECKING:
    from helpers.resources.participant import Participant
    from helpers.sandbox.calls.callbacks import Pairs
    from helpers.sandbox.engine import Engine
    from helpers.twiml import steps

#: What has to be asked for to be told of an event.
GROUPS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}

#: Why a participant left.
HUNG_UP, BY_API = "participant_hung_up", "participant_updated_via_api"
MODERATOR, ENDED = "moderator_ended_conference", "conference_ended_via_api"
NEVER_CAME = "participant_add_failed"

#: Why a conference ended, and the same in words.
VIA_API = "conference-ended-via-api"
REASONS = {
    VIA_API: "Conference ended via API",
    "last-participant-left": "Last participant left the conference",
    "last-participant-kicked": "Last participant was removed from the conference",
    "participant-with-end-conference-on-exit-left": "Participant with endConferenceOnExit left",
    "participant-with-end-conference-on-exit-kicked": (
        "Participant with endConferenceOnExit was removed"
    ),
}


class Teller:
    """Tells of one conference. *asked* is what its first participant wants to be told."""

    def __init__(self, engine: Engine, conference: Conference) -> None:
        self.engine = engine
        self.conference = conference
        self.asked: steps.Join | None = None
        self._turn = asyncio.Lock()  # one callback after the other
        self._told = 0

    def wants(self, event: str) -> bool:
        """Whether the status callback is to be told of an event."""
        asked = self.asked
        return asked is not None and bool(asked.callback) and GROUPS[event] in asked.callback_events

    def tell_later(self, event: str, participant: Participant) -> None:
        """As `tell`, for those who cannot wait."""
        account = self.conference.account_sid
        self.engine.background(account, self.tell(event, participant))

    async def tell(
        self, event: str, participant: Participant | None = None, more: Pairs | None = None
    ) -> None:
        """Something happened: the log has it, and the status callback, if it was asked for."""
        self.log(event, participant)
        if self.asked is None or not self.wants(event):
            return
        self._told += 1
        pairs = [
            ("StatusCallbackEvent", event),
            *self.about(),
            *(_about(participant) if participant else []),
            ("SequenceNumber", str(self._told)),
            *(more or []),
        ]
        async with self._turn:
            await self.engine.tell(
                self.conference.account_sid,
                self.asked.callback,
                self.asked.callback_method,
                pairs,
                call_sid=participant.call_sid if participant else None,
            )

    def about(self) -> Pairs:
        """What every request about the conference says."""
        return [
            ("ConferenceSid", self.conference.sid),
            ("FriendlyName", self.conference.friendly_name),
            ("AccountSid", self.conference.account_sid),
            ("Timestamp", rfc2822(self.engine.clock.now())),
        ]

    def log(self, event: str, participant: Participant | None, **more: object) -> None:
        """Write an event into the account's log."""
        about = {"conference": self.conference.friendly_name, "event": event, **more}
        self.engine.event(
            self.conference.account_sid,
            "state",
            {"conference_sid": self.conference.sid, **about},
            call_sid=participant.call_sid if participant else None,
        )


def _about(participant: Participant) -> Pairs:
    pairs = [("CallSid", participant.call_sid)]
    for name, value in (
        ("Muted", participant.muted),
        ("Hold", participant.hold),
        ("Coaching", participant.coaching),
        ("EndConferenceOnExit", participant.end_conference_on_exit),
        ("StartConferenceOnEnter", participant.start_conference_on_enter),
    ):
        pairs.append((name, "true" if value else "false"))
    if participant.label:
        pairs.append(("ParticipantLabel", participant.label))
    return pairs
