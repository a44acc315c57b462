"""Announcements: what the API lets all in a conference, or one of them, hear beside their talk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from helpers.sandbox.actors import Actor
from helpers.sandbox.calls import callbacks, playing
from helpers.sandbox.sound import pieces
from helpers.sandbox.web.webhooks import Cookies
from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall
    from helpers.sandbox.meetings.conferences import Room, Seat

UNUSABLE = "the document or the sound at the AnnounceUrl could not be had"


class Announcement(Actor):
    """One announcement, in a room, for all in it or for the participant with *call_sid*.

    It runs beside the calls of those who hear it, whatever they do meanwhile.
    """

    def __init__(self, room: Room, call_sid: str | None, url: str, method: str) -> None:
        super().__init__(room.clock)
        self.room = room
        self.call_sid = call_sid
        self.url = url
        self.method = method
        # What `playing` wants to know of whoever fetches a sound.
        self.engine = room.engine
        self.world = room.world
        self.call = room.seats[call_sid].live.call if call_sid else room.call
        self.cookies = Cookies()
        self.files: dict[str, Any] = {}

    def moment(self) -> float:
        """The clock in seconds."""
        return self.clock.now().timestamp()

    def alert(self, code: int, text: str, **about: Any) -> None:
        """Tell the account's debugger."""
        self.engine.alert(
            self.call.account_sid, code, text, call_sid=self.call_sid or self.call.sid, **about
        )

    async def run(self) -> None:
        """Play it to its end, or until nobody is left to hear it."""
        talk = conversation(
            steps.Fetch(self.url, self.method), kind="conference", moved=self.rested
        )
        whole, answer = True, None
        try:
            while self._hearers():
                answer = await self._perform(talk.send(answer))
        except StopIteration as end:
            whole = bool(end.value)
        finally:
            talk.close()
        if self.room.over:
            return
        seat = self.room.seats.get(self.call_sid or "")
        about = [("AnnounceUrl", self.url)]
        if not whole:
            about.append(("ReasonAnnouncementFailed", UNUSABLE))
        event = "announcement-end" if whole else "announcement-fail"
        await self.room.teller.tell(event, seat.participant if seat else None, about)

    def _hearers(self) -> list[Seat]:
        seats = self.room.seats
        if self.call_sid is None:
            return list(seats.values())
        return [seats[self.call_sid]] if self.call_sid in seats else []

    def _all(self, act: Callable[[LiveCall], None]) -> None:
        for seat in self._hearers():
            act(seat.live)

    async def _perform(self, step: steps.Step) -> Any:
        match step:
            case steps.Begin(verb, text):
                self._all(lambda live: live.entry(verb, text, announcement=True, **step.details))
            case steps.Alert(code, text, level):
                self.alert(code, text, level=level, line=step.line, request_url=step.url)
            case steps.Fetch(url, method, params):
                return await self.engine.page(
                    self.call.account_sid,
                    url,
                    method,
                    [*self._told(), *params],
                    call_sid=self.call_sid,
                    cookies=self.cookies,
                )
            case steps.Speak():
                self._all(lambda live: live.heard("outbound", step.text))
                await self.wait(step.seconds)
            case steps.Sound(url):
                await playing.load(cast("LiveCall", self), url)
                file = self.files[url]
                if file is not None:
                    piece = pieces.Piece("file", file.seconds)
                    self._all(lambda live: live.sounded("outbound", piece))
                    await self.wait(file.seconds)
            case steps.Wait(seconds):
                await self.wait(seconds)
        return None

    def _told(self) -> callbacks.Pairs:
        """What the request for the document says; that of one participant is one of its call."""
        room = self.room.conference
        about = [("ConferenceSid", room.sid), ("FriendlyName", room.friendly_name)]
        if self.call_sid:
            return [*callbacks.parameters(self.call), *about]
        return [("AccountSid", room.account_sid), *about]
