"""The telephone company: live calls and messages, handsets, the event log.

One engine serves all accounts of a sandbox. Everything here runs on the server's event loop, so
nothing needs a lock. `live_call` and `live_message` say how one call and one message go, `post` how
plain texts go together; this file starts them, finds them, and keeps what the outside may see of
them. `world` is how resources reach it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from helpers.clock import Clock
from helpers.prices import PRICES_2026, PriceList
from helpers.resources.account import Account, ApiKey
from helpers.resources.application import Application
from helpers.resources.base import R, Resource
from helpers.resources.beside import RUNNING as BESIDE
from helpers.resources.beside import STOPPED
from helpers.resources.call import FINAL, Call
from helpers.resources.conference import Conference
from helpers.resources.message import FINAL as MESSAGE_FINAL
from helpers.resources.message import Message
from helpers.resources.messaging_service import WHATSAPP
from helpers.resources.notification import Notification
from helpers.resources.number import (
    IncomingPhoneNumber,
)
from helpers.resources.participant import Participant
from helpers.resources.queue import Member
from helpers.resources.recording import RUNNING, Recording
from helpers.resources.short_code import ShortCode
from helpers.resources.stream import Stream
from helpers.resources.transcription import RealTimeTranscription
from helpers.sandbox.actors import spawn
from helpers.sandbox.calls.live_call import LiveCall
from helpers.sandbox.event_log import LogLine, to_json
from helpers.sandbox.handsets import Handset
from helpers.sandbox.limits import Limits
from helpers.sandbox.live_message import UNDER_WAY, Delivery, Inbound
from helpers.sandbox.meetings import conferences
from helpers.sandbox.meetings.queues import Line
from helpers.sandbox.pairs import Pairs
from helpers.sandbox.post import PlainText, Post, is_plain
from helpers.sandbox.sound import mixing, mp3
from helpers.sandbox.store import Store
from helpers.sandbox.tables import Where
from helpers.sandbox.threads import in_a_thread
from helpers.sandbox.web.urls import shown_url
from helpers.sandbox.web.webhooks import DOCUMENT_LIMIT, TAKEN_OUT, Cookies, Reply, Webhooks
from helpers.sandbox.world import AccountWorld
from helpers.twiml import steps

_log = logging.getLogger(__name__)

#: Real seconds a call waits for a status callback's answer before it goes on. Sites that answer
#: at once are thereby always told of things in order; slow ones do not hold the call up.
CALLBACK_GRACE = 1.0
#: How many alerts of an account are kept (Twilio: those of 30 days), and how many go at a time.
ALERTS_KEPT, ALERTS_SWEPT = 10_000, 500
EVENT_BODY = 4_000  # characters of a web site's answer that the event log keeps

_NOW = "now"  # the setting that remembers where the clock was
# What a document says of a SIP party: <Sip username="..." password="...">, perhaps cut off.
_LOGIN = re.compile(r"""\b(username|password)(\s*=\s*)("[^"]*"?|'[^']*'?)""", re.IGNORECASE)
# In lower case: where none of these is, none of the patterns around them finds anything.
_SUSPICIOUS = ("@", "username", "password", "secret", "auth_token", "authtoken", "authorization")


_SECRET_NAME = re.compile(r"password|secret|auth_?token|authorization", re.IGNORECASE)


class LiveCalls(dict[str, LiveCall]):
    """The calls under way, by SID, and found by their handset's number without a search."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, str] = {}  # by SID: a call may lose its handset
        self._by_number: dict[str, dict[str, LiveCall]] = {}

    def __setitem__(self, sid: str, live: LiveCall) -> None:
        super().__setitem__(sid, live)
        self._numbers[sid] = live.handset_number
        self._by_number.setdefault(live.handset_number, {})[sid] = live

    def pop(self, sid: str, default: Any = None) -> Any:
        """Take one out, or return *default*."""
        number = self._numbers.pop(sid, None)
        if number is not None:
            there = self._by_number[number]
            del there[sid]
            if not there:
                del self._by_number[number]
        return super().pop(sid, default)

    def at(self, account_sid: str, number: str) -> list[LiveCall]:
        """Those that ring at that handset, or that it is in."""
        there = self._by_number.get(number, {}).values()
        return [live for live in there if live.at_handset(account_sid, number)]


#: Whatever is under way.
Carried = LiveCall | Delivery | Inbound | PlainText


@dataclass
class Engine:
    """Carries calls and messages. *seed* is what SIDs are derived from."""

    store: Store
    clock: Clock
    webhooks: Webhooks
    seed: str = "sandbox"
    base_url: str = ""
    limits: Limits = field(default_factory=Limits)
    prices: PriceList = PRICES_2026
    calls: LiveCalls = field(default_factory=LiveCalls)
    messages: dict[str, Delivery | Inbound | PlainText] = field(default_factory=dict)
    rooms: dict[tuple[str, str], conferences.Room] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=Pairs)
    looking: set[str] = field(default_factory=set)  # accounts whose triggers are soon looked at
    _background: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _watchers: set[asyncio.Future[None]] = field(default_factory=set)
    closing: bool = False
    loop: asyncio.AbstractEventLoop | None = None
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.post = Post(self)
        self.store.put_events_into_words(self._without_secrets, Account, ApiKey)

    # -- the world, account by account -----------------------------------------------------

    def world(self, account: Account, asker: Account | None = None) -> AccountWorld:
        """What one account's resources act on; *asker* is whose credentials ask for it."""
        return AccountWorld(self, account, asker)

    def account(self, sid: str) -> Account:
        """The account with this SID, which must exist."""
        found = self.store.known(Account, sid)
        assert found is not None, sid
        return found

    def owner(self, number: str) -> IncomingPhoneNumber | None:
        """The number's row in whichever account owns it."""
        return self.store.lookup_by(IncomingPhoneNumber, None, "phone_number").get(number)

    def texted(self, number: str) -> IncomingPhoneNumber | None:
        """Who gets texts to a number or short code, in whichever account."""
        found = self.store.lookup(ShortCode, None, short_code=number)
        return found[0].as_number() if found else self.owner(number)

    # -- the log ---------------------------------------------------------------------------

    def event(
        self,
        account_sid: str,
        kind: str,
        data: dict[str, Any],
        *,
        call_sid: str | None = None,
        message_sid: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Note that something happened, now or *at* a moment, and tell those who wait for it.

        The log will tell it without secrets; nobody may change *data* any more.
        """
        at = at or self.clock.now()
        self.store.add_event(account_sid, at, kind, call_sid, message_sid, data)
        if self._watchers:
            self._wake_watchers()

    def _secrets(self, account_sid: str) -> list[str]:
        account = self.store.known(Account, account_sid)
        keys = self.store.lookup(ApiKey, account_sid)
        return [*([account.auth_token] if account else []), *(key.secret for key in keys)]

    def _without_secrets(self, account_sid: str, lines: Sequence[LogLine]) -> str:
        """Lines of an account's log as JSON that anybody may read.

        Most hold no secret: they are searched all at once.
        """
        text, secrets = to_json(lines), self._secrets(account_sid)
        if _may_tell_a_secret(text, [to_json(secret)[1:-1] for secret in secrets]):
            text = to_json([(*about, _scrubbed(data, secrets)) for *about, data in lines])
        return text

    def _wake_watchers(self) -> None:
        watchers, self._watchers = self._watchers, set()
        for watcher in watchers:
            if not watcher.done():
                watcher.set_result(None)

    async def next_event(self, seconds: float) -> None:
        """Return at the next event of any account, or after *seconds* of real time."""
        watcher = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        await asyncio.wait({watcher}, timeout=seconds)
        self._watchers.discard(watcher)

    def alert(
        self,
        account_sid: str,
        code: int,
        text: str,
        *,
        level: str = "error",
        line: int = 0,
        call_sid: str | None = None,
        message_sid: str | None = None,
        request_url: str = "",
        request_method: str = "",
        reply: Reply | None = None,
        page: steps.Page | None = None,
    ) -> None:
        """What Twilio's debugger would show: a Notification, and an event.

        *reply* is what the web site answered, or *page* the document if that is what is wrong,
        in this *line*.
        """
        if reply is None and page is not None and page.url == request_url:
            reply = Reply(page.url, 200, dict(page.headers), page.body, asked=page.asked)
        world = self.world(self.account(account_sid))
        now = self.clock.now()
        secrets = self._secrets(account_sid)
        url, text = _scrubbed(request_url, secrets), _scrubbed(text, secrets)
        pairs = {
            "EmailNotification": "false",
            "LogLevel": level.upper(),
            "sourceComponent": "14100" if message_sid else "12000",
            "Msg": text,
            "httpResponse": str(reply.status) if reply and reply.status else "",
            "ErrorCode": str(code),
            "url": url,
        }
        world.save(
            Notification.new(
                world,
                call_sid=call_sid,
                resource_sid=call_sid or message_sid,
                error_code=str(code),
                log="0" if level == "error" else "1",
                message_date=now,
                message_text=urlencode(pairs),
                more_info=f"https://www.twilio.com/docs/errors/{code}",
                request_method=request_method or (reply.asked[0] if reply else "") or None,
                request_url=url or None,
                request_variables=urlencode(reply.asked[1]) if reply else "",
                response_body=_scrubbed(_text(reply), secrets) if reply else "",
                response_headers=urlencode(reply.headers) if reply else "",
            )
        )
        if world.count("alert") % ALERTS_SWEPT == 0:
            self._sweep_alerts(account_sid)
        self.event(
            account_sid,
            "alert",
            {"code": code, "text": text, "level": level, "url": url}
            | ({"line": line} if line else {}),
            call_sid=call_sid,
            message_sid=message_sid,
        )

    def _sweep_alerts(self, account_sid: str) -> None:
        """Let the oldest alerts go: a site that always fails must not fill the file."""
        old = self.store.page(Notification, account_sid, limit=2 * ALERTS_SWEPT, skip=ALERTS_KEPT)
        with self.store.transaction():
            for _, notification in old:
                self.store.remove(notification)

    # -- web sites -------------------------------------------------------------------------

    async def ask(
        self,
        account_sid: str,
        url: str,
        method: str,
        params: Sequence[tuple[str, str]],
        *,
        call_sid: str | None = None,
        message_sid: str | None = None,
        cookies: Cookies | None = None,
        limit: int = DOCUMENT_LIMIT,
        purpose: str = "media",
    ) -> Reply:
        """Ask a web site in an account's name; time does not jump meanwhile.

        *purpose* says what for: "document", "callback" or "media". The log keeps it.
        """
        reply = Reply(url, failed=(11200, "nobody waits for the answer any more"))
        self.store.commit()  # what a web site is told of is in the file
        began = self.clock.now()
        try:
            with self.clock.work():
                reply = await self.webhooks.ask(
                    url,
                    method,
                    params,
                    token=self.account(account_sid).auth_token,
                    cookies=cookies,
                    limit=limit,
                )
            reply.asked = (method, params)
        finally:  # a caller who hangs up meanwhile is no reason to keep quiet about the request
            requested, headers = reply.sent
            exactly = {"requested": requested} if requested not in ("", url) else {}
            self.event(
                account_sid,
                "webhook",
                {
                    "method": method,
                    "url": url,
                    **exactly,
                    "purpose": purpose,
                    "headers": dict(headers),
                    "parameters": dict(params),
                    "status": reply.status,
                    "body": _text(reply),
                    "error": reply.failed[1] if reply.failed else None,
                    "content_type": reply.headers.get("content-type", ""),
                    # Of the clock: where time stands still meanwhile, it took none.
                    "milliseconds": round((self.clock.now() - began).total_seconds() * 1000),
                },
                call_sid=call_sid,
                message_sid=message_sid,
            )
        return reply

    async def page(
        self,
        account_sid: str,
        url: str,
        method: str,
        params: Sequence[tuple[str, str]],
        *,
        cookies: Cookies,
        call_sid: str | None = None,
        message_sid: str | None = None,
    ) -> steps.Page:
        """Ask for a document; an alert says why it cannot be used."""
        reply = await self.ask(
            account_sid,
            url,
            method,
            params,
            call_sid=call_sid,
            message_sid=message_sid,
            cookies=cookies,
            purpose="document",
        )
        failed = reply.failed
        if not failed and not reply.body and reply.headers.get("transfer-encoding") == "chunked":
            failed = (11770, f"{shown_url(url)} answered with nothing, in chunks")
        if not failed and not reply.content_type:
            failed = (11200, f"{shown_url(url)} answered without a Content-Type")
        if failed:
            self.alert(
                account_sid,
                *failed,
                call_sid=call_sid,
                message_sid=message_sid,
                request_url=url,
                request_method=method,
                reply=reply,
            )
        # What we told with a GET is no part of the document's own address.
        where = reply.url.removesuffix(urlencode(list(params))) if method == "GET" else reply.url
        if where != reply.url:
            where = where[:-1]  # the ? or & before it
        kind = reply.headers.get("content-type", "")
        return steps.Page(where, reply.body, kind, failed, reply.asked, reply.headers)

    async def tell(
        self,
        account_sid: str,
        url: str,
        method: str,
        params: Sequence[tuple[str, str]],
        *,
        call_sid: str | None = None,
        message_sid: str | None = None,
    ) -> None:
        """Send a status callback: its answer changes nothing, its failure is only logged."""

        async def send() -> None:
            reply = await self.ask(
                account_sid,
                url,
                method,
                params,
                call_sid=call_sid,
                message_sid=message_sid,
                purpose="callback",
            )
            if reply.failed:
                refused = reply.status >= 400
                self.alert(
                    account_sid,
                    15003 if refused else reply.failed[0],
                    f"status callback: {reply.failed[1]}",
                    level="warning" if refused else "error",
                    call_sid=call_sid,
                    message_sid=message_sid,
                    request_url=url,
                    request_method=method,
                    reply=reply,
                )

        await asyncio.wait({self.background(account_sid, send())}, timeout=CALLBACK_GRACE)

    def background(self, account_sid: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something for an account beside its calls; the clock waits for it."""
        task = spawn(self.clock, work)
        self._background[task] = account_sid
        task.add_done_callback(self._background.pop)
        return task

    def aside(self, account_sid: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """The same for what mostly waits for the world outside: the clock does not wait for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._background[task] = account_sid
        task.add_done_callback(self._background.pop)
        return task

    # -- handsets --------------------------------------------------------------------------

    def handset(self, account_sid: str, number: str) -> Handset:
        """The simulated telephone with this number, as this account sees it."""
        return Handset.load(self.store, account_sid, number)

    def handset_mode(self, account_sid: str, number: str) -> str:
        """How it meets a call: what most who ask want to know of it."""
        return Handset.mode_of(self.store, account_sid, number)

    def call_of(self, account_sid: str, number: str) -> LiveCall | None:
        """The live call that a handset is in, ringing included."""
        return next(iter(self.calls.at(account_sid, number)), None)

    def calls_of(self, account_sid: str, number: str) -> list[Call]:
        """Every call a handset made or got, oldest first."""
        out = self.store.find(Call, account_sid, to=number)
        came = self.store.find(Call, account_sid, from_=number, direction="inbound")
        rows = (
            [c for c in out if c.direction != "inbound"]
            + came
            + self._abroad(Call, account_sid, number)
        )
        return sorted(rows, key=self.store.position)

    def inbox_of(self, account_sid: str, number: str) -> list[Message]:
        """The messages that arrived on a handset, oldest first."""
        rows = self.store.find(Message, account_sid, to=number)
        rows += self._abroad(Message, account_sid, number)
        arrived = [
            m for m in rows if m.status in ("delivered", "read") and m.direction != "inbound"
        ]
        return sorted(arrived, key=self.store.position)

    def _abroad(self, kind: type[R], account_sid: str, number: str) -> list[R]:
        """What a handset has with numbers of other accounts."""
        sids = self.handset(account_sid, number).abroad
        return [row for sid in sids if (row := self.store.get(kind, None, sid)) is not None]

    def note_abroad(self, account_sid: str, number: str, thing: Resource) -> None:
        """Remember that a handset has part in another account's call or text."""
        if thing.account_sid != account_sid:
            handset = self.handset(account_sid, number)
            handset.abroad.append(thing.sid)
            handset.save()

    # -- starting things -------------------------------------------------------------------

    def start_call(self, call: Call) -> LiveCall:
        """Begin an outbound call that was just saved."""
        live = LiveCall(self, call)
        live.start(live.run_outbound())
        return live

    def ring_in(self, account_sid: str, number: str, owned: IncomingPhoneNumber) -> Call:
        """A handset of *account_sid* calls an owned number; returns the inbound call."""
        live = self.inbound(owned, number, handset_account=account_sid)
        self.note_abroad(account_sid, number, live.call)
        live.start(live.run_inbound())
        return live.call

    def ring_application(self, account_sid: str, caller: str, application: Application) -> Call:
        """A handset calls an application of its own account; returns the inbound call."""
        world = self.world(self.account(account_sid))
        call = Call.of_application(world, application, to=application.sid, from_=caller)
        world.save(call)
        live = LiveCall(self, call)
        live.start(live.run_inbound())
        return call

    def inbound(self, owned: IncomingPhoneNumber, caller: str, **far_end: Any) -> LiveCall:
        """Make the inbound call that *owned*'s account sees, not started yet."""
        world = self.world(self.account(owned.account_sid))
        call = Call.inbound(world, owned, caller)
        world.save(call)
        return LiveCall(self, call, **far_end)

    def leg(self, call: Call, parent: LiveCall) -> LiveCall:
        """Carry a call that a Dial of *parent* just made, not started yet."""
        return self.carry(call, parent=parent)

    def carry(self, call: Call, **ends: Any) -> LiveCall:
        """Carry any call that was just saved, not started yet; *ends* as `LiveCall` has them."""
        return LiveCall(self, call, **ends)

    def text_in(
        self,
        sender: str,
        owned: IncomingPhoneNumber,
        body: str,
        media: Sequence[str] = (),
        *,
        handset_account: str = "",
    ) -> Message:
        """A text reaches an owned number; returns the inbound message."""
        world = self.world(self.account(owned.account_sid))
        message = Message.inbound(world, owned, sender, body, media)
        world.save(message)
        arrival = Inbound(self, message, owned, handset_account=handset_account)
        arrival.start(arrival.run())
        return message

    def deliver(self, message: Message) -> None:
        """Take an outbound message that was just saved towards its handset."""
        if is_plain(message):
            self.post.take(message)
        else:
            delivery = Delivery(self, message)
            delivery.start(delivery.run())

    async def recording_audio(self, recording: Recording, channels: int = 0) -> bytes:
        """A recording's sound as a WAV file, made by a thread of its own: it may take seconds.

        In as many *channels* as it has, or both mixed into one.
        """
        wanted = replace(recording, channels=channels or recording.channels)
        return await in_a_thread(mixing.wav_file, mixing.material(self.store, wanted))

    async def recording_mp3(self, recording: Recording, channels: int = 0) -> bytes | None:
        """The same as an MP3 file, or None if nothing on this machine makes one."""
        if mp3.program() is None:
            return None
        return await in_a_thread(mp3.made_of, await self.recording_audio(recording, channels))

    def failure(self, problem: BaseException) -> None:
        """Keep the trace of a mistake of ours, for whoever runs the sandbox with logging on."""
        _log.error("the sandbox itself went wrong", exc_info=problem)
        self.failures.append(problem)

    # -- the engine's own life -------------------------------------------------------------

    def keep_moment(self) -> None:
        """Remember where a hurried or manual clock is, for the next start."""
        if self.clock.kind != "real":
            self.store.save_setting(_NOW, self.clock.now().isoformat())

    def kept_moment(self) -> datetime | None:
        """Where the clock of the file was last known to be."""
        kept, last = self.store.setting(_NOW), self.store.last_moment()
        moments = [datetime.fromisoformat(kept)] if kept else []
        return max([*moments, *([last] if last else [])], default=None)

    async def resume(self) -> None:
        """After a restart: messages go on, calls that were live have failed."""
        self.loop = asyncio.get_running_loop()
        for message in self._unfinished(Message, MESSAGE_FINAL):
            if message.status in UNDER_WAY:
                self.deliver(message)
            elif message.status == "receiving":
                owned = self.texted(message.to.removeprefix(WHATSAPP))
                if owned is not None:
                    arrival = Inbound(self, message, owned)
                    arrival.start(arrival.run())
        for call in self._unfinished(Call, FINAL):
            live = LiveCall(self, call)
            live.start(live.run_lost())
        self._empty_rooms()
        for status in RUNNING:
            for made in self.store.find(Recording, None, status=status):
                made.status, made.duration = "absent", 0  # nobody knows how far it came
                self.store.update(made, "status", "duration")
        for kind in (Stream, RealTimeTranscription):
            for row in self.store.find(kind, None, status=BESIDE):
                row.status = STOPPED
                self.store.update(row, "status")

    def _unfinished(self, kind: type[R], final: Sequence[str]) -> list[R]:
        """Those of a kind, in all accounts, that had not ended, oldest first.

        The file picks them out: it may hold a hundred thousand that have.
        """
        where = [Where("status", "!=", status) for status in final]
        rows = self.store.page(kind, None, where, limit=-1, newest_first=False)
        return [row for _, row in rows]

    def _empty_rooms(self) -> None:
        """After a restart nobody is in a conference or a queue: those calls have failed."""
        for conference in self._unfinished(Conference, ("completed",)):
            conference.status = "completed"
            self.store.update(conference, "status")
        for kind in (Participant, Member):
            for row in self.store.find(kind, None):
                self.store.remove(row)

    def actors(self, account_sid: str | None = None) -> Iterator[Carried]:
        """Everything under way, of one account or of all."""
        for call in list(self.calls.values()):
            if account_sid in (None, call.call.account_sid):
                yield call
        for message in list(self.messages.values()):
            if account_sid in (None, message.message.account_sid):
                yield message

    async def drop(self, account_sid: str | None = None) -> None:
        """Stop everything under way without a word to anyone: a reset, or the end."""
        self.pairs.forget(account_sid)
        while tasks := self._stopped(account_sid):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _stopped(self, account_sid: str | None) -> list[asyncio.Task[None]]:
        """Forget everything under way; returns the tasks that are to be cancelled."""
        actors = list(self.actors(account_sid))
        for actor in actors:
            actor.forget()
        for actor in actors:  # the other end may be another account's, which hears a hang-up
            if isinstance(actor, LiveCall) and actor.far is not None:
                actor.far.leave()
        for room in list(self.rooms.values()):
            if account_sid in (None, room.conference.account_sid):
                room.forget()
        tasks = [task for task, whose in self._background.items() if account_sid in (None, whose)]
        return tasks + [actor.task for actor in actors if actor.task is not None]

    async def close(self) -> None:
        """End everything within moments; what was acknowledged is in the file. Safe to repeat."""
        self.closing = True
        self._wake_watchers()
        await self.drop()
        await self.webhooks.close()


def _may_tell_a_secret(text: str, coded: Sequence[str]) -> bool:
    """Whether JSON is worth a closer look, for one of the secrets as they stand in JSON, say."""
    plain = text.lower()
    return any(word in plain for word in _SUSPICIOUS) or any(secret in text for secret in coded)


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    """*value* without credentials and tokens, whatever it is made of."""
    if isinstance(value, dict):
        return {
            name: TAKEN_OUT if inner and _SECRET_NAME.search(name) else _scrubbed(inner, secrets)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_scrubbed(inner, secrets) for inner in value]
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, TAKEN_OUT)
    return shown_url(_LOGIN.sub(rf'\1\2"{TAKEN_OUT}"', value))


def _text(reply: Reply) -> str:
    text = reply.body[: EVENT_BODY * 4].decode(errors="replace")[:EVENT_BODY]
    return _LOGIN.sub(rf'\1\2"{TAKEN_OUT}"', text)
