"""What one account's resources act on: the telephone company, as that account sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from helpers.resources.account import Account
from helpers.resources.base import R, Resource
from helpers.resources.beside import BesideCall
from helpers.resources.call import Call
from helpers.resources.conference import Conference
from helpers.resources.message import Message
from helpers.resources.number import (
    IncomingPhoneNumber,
    OutgoingCallerId,
    ValidationRequest,
)
from helpers.resources.participant import Participant
from helpers.resources.payment import Payment
from helpers.resources.queue import Member
from helpers.resources.recording import Recording
from helpers.resources.usage import Spent
from helpers.sandbox import books
from helpers.sandbox.calls import recording as recordings
from helpers.sandbox.calls.live_call import LiveCall
from helpers.sandbox.calls.paying import Paying
from helpers.sandbox.live_message import CANCELED, Delivery
from helpers.sandbox.meetings import conferences
from helpers.sandbox.meetings.announcements import Announcement
from helpers.sandbox.meetings.conference_events import VIA_API
from helpers.sandbox.pairs import Pair
from helpers.sandbox.streams import started

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine


@dataclass
class AccountWorld:
    """`resources.base.World` for one account. Its owner may ask in its place (*asker*)."""

    engine: Engine
    account: Account
    asker: Account | None = None

    def now(self) -> datetime:
        return self.engine.clock.now()

    def sid(self, prefix: str) -> str:
        return self.engine.store.next_sid(self.engine.seed, self.account.sid, prefix)

    def count(self, name: str) -> int:
        return self.engine.store.next(self.account.sid, name)

    def find(self, kind: type[R], **fields: Any) -> list[R]:
        return self.engine.store.find(kind, self.account.sid, **fields)

    @property
    def address(self) -> str:
        return self.engine.base_url

    def log(self, call_sid: str) -> list[dict[str, Any]]:
        return self.engine.store.events(self.account.sid, 0, call_sid)

    def _by_number(self, kind: type[R]) -> Mapping[Any, R]:
        return self.engine.store.lookup_by(kind, self.account.sid, "phone_number")

    def owner(self, number: str) -> IncomingPhoneNumber | None:
        return self.engine.owner(number)

    def owned(self, number: str) -> IncomingPhoneNumber | None:
        return self._by_number(IncomingPhoneNumber).get(number)

    def verified(self, number: str) -> OutgoingCallerId | None:
        return self._by_number(OutgoingCallerId).get(number)

    def verifiers(self, number: str) -> int:
        rows = self.engine.store.lookup(OutgoingCallerId, None, phone_number=number)
        return len({row.account_sid for row in rows})

    def relative(self, sid: str) -> Account | None:
        asker = self.asker or self.account
        if asker.sid != asker.owner_account_sid:  # a sub-account gives nothing away
            return asker if sid == asker.sid else None
        found = self.engine.store.get(Account, None, sid)
        return found if found and found.owner_account_sid == asker.sid else None

    def save(self, resource: Resource) -> None:
        self.engine.store.add(resource)

    def update(self, resource: Resource, *names: str) -> None:
        if isinstance(resource, IncomingPhoneNumber) and "account_sid" in names:
            books.catch_up(self)  # whose it was pays until now
        self.engine.store.update(resource, *names)
        live = self.engine.calls.get(resource.sid) if isinstance(resource, Call) else None
        if live is not None and live.call is not resource:  # a running call reads its own copy
            for name in names:
                setattr(live.call, name, getattr(resource, name))
            if "time_limit" in names:
                live.plan_limit()

    def remove(self, resource: Resource) -> None:
        if isinstance(resource, IncomingPhoneNumber):
            books.catch_up(self)  # what is released was had until now
        self.engine.store.remove(resource)

    def forget_sound(self, name: str) -> None:
        self.engine.store.remove_blob(name)

    def alert(self, code: int, text: str, **about: Any) -> None:
        self.engine.alert(self.account.sid, code, text, **about)

    def charge(self, thing: Resource) -> str | None:
        return books.charge(self, thing)

    def spent(self, first: date, last: date, *, owned: bool) -> list[Spent]:
        return books.spent(self, first, last, owned=owned)

    def look_at_usage(self) -> None:
        books.look_at_triggers(self.engine, self.account)

    def beside(self, account: Account) -> AccountWorld:
        return self.engine.world(account)

    def pair(self, us: str, them: str) -> Pair:
        """What is remembered of a number of ours and whom it texts with."""
        return self.engine.pairs.of(self.account.sid, us, them, self.now)

    def count_message(self) -> None:
        self.engine.limits.message(self)

    def blocked(self, sender: str, recipient: str) -> bool:
        return self.engine.store.opted_out(self.account.sid, sender, recipient)

    def start_call(self, call: Call) -> None:
        self.engine.start_call(call)

    def redirect_call(self, call: Call, url: str, method: str, twiml: str) -> None:
        live = self.engine.calls.get(call.sid)
        if live is not None:
            live.redirect(url, method, twiml)

    def end_call(self, call: Call, status: str) -> None:
        live = self.engine.calls.get(call.sid)
        if live is not None:
            live.end(status)
            call.status = live.call.status
            call.end_time, call.duration = live.call.end_time, live.call.duration

    def send_message(self, message: Message) -> None:
        self.engine.deliver(message)

    def cancel_message(self, message: Message) -> None:
        live = self.engine.messages.get(message.sid)
        if isinstance(live, Delivery):
            live.tell(CANCELED)

    def start_validation(self, request: ValidationRequest) -> str:
        call = Call.validating(self, request)
        self.save(call)
        live = LiveCall(self.engine, call)
        live.start(live.run_validation(request))
        return call.sid

    def start_recording(self, call: Call, recording: Recording) -> None:
        live = self.engine.calls.get(call.sid)
        if live is not None:
            recordings.hold(live, recording)

    def change_payment(self, payment: Payment) -> None:
        live = self.engine.calls.get(payment.call_sid)
        running = live.beside.get(payment.sid) if live is not None else None
        if isinstance(running, Paying):
            running.change(payment)

    def begin_beside(self, thing: BesideCall | Payment) -> None:
        live = self.engine.calls.get(thing.call_sid)
        if live is not None:
            started.begin(live, thing)

    def end_beside(self, thing: BesideCall) -> None:
        live = self.engine.calls.get(thing.call_sid)
        running = live.beside.pop(thing.sid, None) if live is not None else None
        if running is not None:
            self.engine.background(self.account.sid, running.end())

    def stop_recording(self, recording: Recording, status: str) -> None:
        live = self.engine.calls.get(recording.call_sid)
        if recording.conference_sid:
            room = self._room(recording.conference_sid)
            if room is not None:
                recordings.change(room, recording, status)
        elif live is not None:
            recordings.change(live, recording, status)

    def _room(self, conference_sid: str) -> conferences.Room | None:
        rooms = self.engine.rooms.values()
        return next((room for room in rooms if room.conference.sid == conference_sid), None)

    def open_conference(self, name: str) -> Conference:
        return conferences.opened(self.engine, self, name).conference

    def end_conference(self, conference: Conference) -> None:
        room = self._room(conference.sid)
        if room is not None:
            room.end(VIA_API)
            for name in ("status", "reason_conference_ended", "call_sid_ending_conference"):
                setattr(conference, name, getattr(room.conference, name))

    def announce(self, conference: Conference, call_sid: str | None, url: str, method: str) -> None:
        room = self._room(conference.sid)
        if room is not None and (call_sid is None or call_sid in room.seats):
            announcement = Announcement(room, call_sid, url, method)
            self.engine.background(self.account.sid, announcement.run())

    def ring_participant(self, participant: Participant) -> None:
        room = self._room(participant.conference_sid)
        if room is not None:
            room.ring(participant)

    def change_participant(self, participant: Participant) -> None:
        room = self._room(participant.conference_sid)
        if room is not None:
            room.change(participant)

    def remove_participant(self, participant: Participant) -> None:
        room = self._room(participant.conference_sid)
        if room is not None:
            room.kick(participant)

    def dequeue(self, member: Member, url: str, method: str) -> None:
        live, line = self.engine.calls.get(member.call_sid), self.engine.lines.get(member.queue_sid)
        if live is not None and line is not None:
            line.dequeue(live)
            live.redirect(url, method, "")
