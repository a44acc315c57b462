"""One live message: on its way to a handset, or come in and answered by a web site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import Params
from helpers.resources.media import LARGEST, TOO_LARGE, Media, unfit
from helpers.resources.message import Message
from helpers.resources.messaging_service import WHATSAPP, MessagingService
from helpers.resources.number import IncomingPhoneNumber
from helpers.sandbox.actors import Actor
from helpers.sandbox.calls.parties import dialled
from helpers.sandbox.opt_out import HELP, HELPED, START, STARTED, STOP, STOPPED
from helpers.sandbox.pairs import MOST_REPLIES
from helpers.sandbox.web.urls import shown_url
from helpers.sandbox.web.webhooks import MEDIA_LIMIT, Cookies, Reply
from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine
    from helpers.sandbox.world import AccountWorld

#: Seconds of the clock from one status of an outbound message to the next.
HOPS = {
    "accepted": ("queued", 0.0),
    "queued": ("sending", 0.0),
    "sending": ("sent", 1.0),
    "sent": ("delivered", 1.0),
}
#: What a message on its way may be found as after a restart.
UNDER_WAY = ("scheduled", *HOPS)
SUSPENDED, UNREACHABLE = 30002, 30003
UNSUBSCRIBED = 21610
NO_SENDER = 21703
NO_MMS_THERE = 30011
# Twilio's page on 30036 names the ValidityPeriod; 30001, which older lists name for it, is about a
# queue that is full.
TOO_OLD = 30036
TOO_FAST = 14107  # replies that follow one another as in a loop
MMS_COUNTRIES = ("US", "CA")

CANCELED = "canceled"
#: What a message says of its error_code: the title of the code's page.
DELIVERY_ERRORS = {
    11200: "HTTP retrieval failure",
    11201: "TCP connection timed out",
    11202: "TCP connection refused",
    11205: "HTTP connection failure",
    11206: "HTTP protocol violation",
    11210: "HTTP bad host name",
    11215: "HTTP too many redirects",
    11751: "Media exceeds messaging provider size limit",
    12300: "Invalid Content-Type",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30011: "MMS not supported by the receiving phone number in this region",
    30019: "Content size exceeds carrier limit",
    30036: "Validity period expired",
}


class Failure(NamedTuple):
    """Why something cannot be: a code of Twilio's, a sentence, and the answer that showed it."""

    code: int
    text: str
    reply: Reply | None = None
    url: str = ""


#: What a debugger says where the API would refuse a message.
CODES = {
    **dict.fromkeys((21211, 21265, 21266, 21910), 14101),
    21212: 14102,
    **dict.fromkeys((21267, 21606, 21621, 21659, 21660, 21661, 63007), 14108),
    21608: 14111,
    21609: 14105,
    **dict.fromkeys((21602, 21617, 21619, 21620, 21623), 14103),
}


class _UnderWay:
    """A message, and what it does to the world."""

    def __init__(self, engine: Engine, message: Message) -> None:
        self.clock = engine.clock
        self.engine = engine
        self.message = message
        self.world = engine.world(engine.account(message.account_sid))
        engine.messages[message.sid] = self  # type: ignore[assignment]

    def failed(self, problem: Exception) -> None:
        """A mistake of the sandbox itself: the message stays where it is."""
        self.engine.failure(problem)
        self.alert(12400, f"the sandbox itself went wrong: {type(problem).__name__}")

    def forget(self) -> None:
        """Drop it without a word."""
        self.engine.messages.pop(self.message.sid, None)

    def become(self, status: str, *, now: datetime | None = None, **fields: Any) -> None:
        """Write down another status and what came with it."""
        message = self.message
        message.status = status
        message.date_updated = now = now or self.clock.now()
        for name, value in fields.items():
            setattr(message, name, value)
        self.world.update(message, "status", "date_updated", *fields)
        data = {"status": status}
        self.engine.event(message.account_sid, "state", data, message_sid=message.sid, at=now)

    async def fetched(self, urls: list[str]) -> tuple[list[tuple[str, bytes]], Failure | None]:
        """Get files for this message until one cannot be had: their types and bytes, and why."""
        found: list[tuple[str, bytes]] = []
        for url in urls:
            reply = await self.engine.ask(
                self.message.account_sid,
                url,
                "GET",
                (),
                message_sid=self.message.sid,
                limit=MEDIA_LIMIT,
            )
            wrong = reply.failed or unfit(reply.content_type, len(reply.body))
            size = sum(len(body) for _, body in found) + len(reply.body)
            if wrong is None and size > LARGEST:
                wrong = TOO_LARGE, f"the media have more than {LARGEST} bytes together"
            if wrong is not None:
                return found, Failure(wrong[0], f"{shown_url(url)}: {wrong[1]}", reply, url)
            found.append((reply.content_type, reply.body))
        return found, None

    def media(self) -> list[Media]:
        """The files that were fetched for it."""
        if not self.message.media_url:
            return []
        return self.world.find(Media, parent_sid=self.message.sid)

    def keep_media(self, found: list[tuple[str, bytes]]) -> None:
        """Write down the files of the message, all at once."""
        with self.engine.store.transaction():
            for content_type, content in found:
                medium = Media.new(
                    self.world, parent_sid=self.message.sid, content_type=content_type
                )
                self.world.save(medium)
                self.engine.store.save_blob(medium.sid, medium.account_sid, content_type, content)

    def event(self, kind: str, data: dict[str, Any]) -> None:
        self.engine.event(self.message.account_sid, kind, data, message_sid=self.message.sid)

    def _alert(self, why: Failure, **about: Any) -> None:
        if why.reply is not None:
            about |= {"reply": why.reply, "request_url": why.url, "request_method": "GET"}
        self.alert(why.code, why.text, **about)

    def alert(self, code: int, text: str, **about: Any) -> None:
        self.engine.alert(
            self.message.account_sid, code, text, message_sid=self.message.sid, **about
        )


class _MessageActor(_UnderWay, Actor):
    def __init__(self, engine: Engine, message: Message) -> None:
        Actor.__init__(self, engine.clock)
        _UnderWay.__init__(self, engine, message)


class Outbound(_UnderWay):
    """A message to a handset, or to the number that owns the address."""

    def advance(self, status: str, now: datetime) -> None:
        """Become what is next, or fail."""
        wrong = self._obstacle(status)
        if wrong is None:
            self._become(status, now)
        else:
            self._fail(wrong)

    def _obstacle(self, status: str) -> Failure | None:
        """What stands in a status's way, or None."""
        message = self.message
        if status == "sent" and not self.engine.account(message.account_sid).is_active:
            return Failure(SUSPENDED, "the account was suspended before the text was sent")
        if status != "sending":
            return None
        begun = message.send_at or message.date_created
        assert begun is not None
        if self.clock.now() > begun + timedelta(seconds=message.validity_period):
            return Failure(TOO_OLD, f"it was to leave within {message.validity_period} seconds")
        if message.is_mms and not message.to.startswith(WHATSAPP):
            country = phone_numbers.region(message.to)
            if country not in MMS_COUNTRIES:
                return Failure(NO_MMS_THERE, f"phones in {country} get no MMS")
        return None

    def _fail(self, why: Failure) -> None:
        """It cannot be sent."""
        self._alert(why)
        title = DELIVERY_ERRORS.get(why.code, why.text)
        self.become("failed", error_code=why.code, error_message=title)

    def _become(self, status: str, now: datetime) -> None:
        if status == "sent":
            with self.engine.store.transaction():  # what is charged for has left
                price = self.world.charge(self.message)
                self.become(status, now=now, date_sent=now, price=price)
        elif status == "delivered":
            self._arrive(now)
        else:
            self.become(status, now=now)

    def _arrive(self, now: datetime) -> None:
        message = self.message
        owned = self.engine.owner(message.to)
        on = owned is not None or self.engine.handset_mode(message.account_sid, message.to) != "off"
        with self.engine.store.transaction():  # or a kill between the two would lose the text
            if on:
                self.become("delivered", now=now)
            else:
                title = DELIVERY_ERRORS[UNREACHABLE]
                why = {"error_code": UNREACHABLE, "error_message": title}
                self.become("undelivered", now=now, **why)
            if owned is not None:
                self.engine.text_in(message.from_, owned, message.body, message.media_url)
            if message.content_retention == "discard":
                self._discard()
        if not on:
            self.alert(UNREACHABLE, f"{message.to} is switched off", level="warning")

    def _discard(self) -> None:
        """Forget what it said, as its sender wished (ContentRetention)."""
        self.message.redact()
        self.world.update(self.message, "body", "arrived")
        for medium in self.world.find(Media, parent_sid=self.message.sid):
            self.world.remove(medium)


class Delivery(Outbound, _MessageActor):
    """Takes one that has to wait for others: whom it tells of its way, pictures, a sender."""

    async def run(self) -> None:
        try:
            if self.message.status == "failed":  # it was, before it left
                await self.wait(0)
                self.event("state", {"status": "failed"})
                await self._callback()
            if self.message.status == "scheduled":
                await self._wait_for_its_time()
            while self.message.status in HOPS:
                status, seconds = HOPS[self.message.status]
                if seconds or self.clock.kind != "real":  # on the wall's clock now is now
                    await self.wait(seconds)
                wrong = self._obstacle(status)
                if wrong is None and status == "sending":
                    wrong = await self._fetch_media()
                if wrong is None:
                    self._become(status, self.clock.now())
                else:
                    self._fail(wrong)
                await self._callback()
        finally:
            self.engine.messages.pop(self.message.sid, None)

    async def _wait_for_its_time(self) -> None:
        """Until it is to be sent, or somebody cancels it."""
        message = self.message
        assert message.send_at is not None
        left = (message.send_at - self.clock.now()).total_seconds()
        if await self.wait(max(0.0, left), CANCELED):
            message.status = CANCELED  # the row says so already
            self.event("state", {"status": CANCELED})
            await self._callback()
        else:
            self._become("accepted", self.clock.now())
            await self._callback()

    def _obstacle(self, status: str) -> Failure | None:
        """The same; its sender is found on the way to the queue."""
        return self._take_sender() if status == "queued" else super()._obstacle(status)

    def _take_sender(self) -> Failure | None:
        """Let the messaging service choose who sends it, and say how it travels."""
        message = self.message
        try:
            service = MessagingService.named(message.messaging_service_sid or "", self.world)
        except Refusal as refusal:  # it was deleted meanwhile
            return Failure(refusal.code, refusal.message)
        if self.world.blocked(service.sid, message.to):
            return Failure(UNSUBSCRIBED, "Attempt to send to unsubscribed recipient")
        sender = message.from_ or service.chosen(message.to, self.world)
        if not sender:
            return Failure(
                NO_SENDER,
                "The Messaging Service does not have a phone number available to send a message",
            )
        message.from_ = sender
        if message.shorten_urls:
            # Twilio sends the links as they are, too, when it cannot shorten them.
            self.alert(30101, "no domain is set up to shorten links with", level="warning")
        whatsapp = message.to.startswith(WHATSAPP)
        gets_mms = phone_numbers.region(message.to) in MMS_COUNTRIES
        if service.mms_converter and message.is_mms and not whatsapp and not gets_mms:
            # The MMS converter: where there is no MMS, links stand for the pictures.
            message.body = " ".join([message.body, *message.media_url]).strip()
            message.media_url, message.send_as_mms = [], False
        message.count()
        self.world.update(
            message, "from_", "body", "media_url", "send_as_mms", "num_segments", "num_media"
        )
        return None

    async def _fetch_media(self) -> Failure | None:
        """Get the pictures, as a carrier would; without one of them nothing is sent."""
        if not self.message.media_url or self.media():
            return None  # before a restart it had them already
        found, wrong = await self.fetched(self.message.media_url)
        if wrong is None:
            self.keep_media(found)
        return wrong

    async def _callback(self) -> None:
        message = self.message
        if not message.status_callback:
            return
        pairs = []
        if message.error_code:
            pairs.append(("ErrorCode", str(message.error_code)))
        if message.status in ("delivered", "undelivered"):  # what the carrier's receipt says
            pairs.append(("RawDlrDoneDate", self.clock.now().strftime("%y%m%d%H%M")))
        pairs += [
            ("SmsSid", message.sid),
            ("SmsStatus", message.status),
            ("MessageStatus", message.status),
            ("To", message.to),
        ]
        if message.messaging_service_sid:
            pairs.append(("MessagingServiceSid", message.messaging_service_sid))
        pairs += [
            ("MessageSid", message.sid),
            ("AccountSid", message.account_sid),
            ("From", message.from_),
            ("ApiVersion", message.api_version),
        ]
        if message.to.startswith(WHATSAPP):
            pairs.append(("ChannelPrefix", WHATSAPP[:-1]))
        await self.engine.tell(
            message.account_sid,
            message.status_callback,
            message.status_callback_method,
            pairs,
            message_sid=message.sid,
        )


class Inbound(_MessageActor):
    """A text that reached an owned number: ask its web site what to answer."""

    def __init__(
        self,
        engine: Engine,
        message: Message,
        owned: IncomingPhoneNumber,
        *,
        handset_account: str = "",
    ) -> None:
        super().__init__(engine, message)
        self.owned = owned.for_texts(self.world)
        self.service = MessagingService.of(owned, self.world)
        if self.service is not None:
            self.owned = self.service.for_texts(self.owned)
        self.handset_account = handset_account or message.account_sid

    async def run(self) -> None:
        try:
            await self.wait(0)
            if not self.engine.account(self.message.account_sid).is_active:
                self.alert(10001, f"the account of {self.message.to} is not active")
                self.become("failed", error_code=10001, error_message="Account is not active")
                return
            await self._take_media()
            with self.engine.store.transaction():
                self.become(
                    "received",
                    date_sent=self.clock.now(),
                    num_media=self.message.num_media,
                    price=self.world.charge(self.message),
                )
            self._keyword()
            if self.owned.sms_url:
                await self._converse()
        finally:
            self.engine.messages.pop(self.message.sid, None)

    async def _take_media(self) -> None:
        """Get the pictures that come with it; one that cannot be had is left out."""
        if not self.message.media_url or self.media():
            return  # before a restart it had them already
        found: list[tuple[str, bytes]] = []
        for url in self.message.media_url:
            got, wrong = await self.fetched([url])
            if wrong is not None:
                self._alert(wrong, level="warning")
            found += got
        self.keep_media(found)
        self.message.num_media = len(found)

    def _keyword(self) -> None:
        """STOP and its kin are obeyed before anybody's web site is asked."""
        word = self.message.body.strip().upper()
        us, them, store = self.message.to, self.message.from_, self.engine.store
        blocked = self.world.blocked(us, them)
        # Who stops one number of a service has stopped them all.
        ours = [us, self.service.sid] if self.service is not None else [us]
        if word in STOP:
            if not blocked:
                self._reply(steps.SendText(None, None, STOPPED))
            for sender in ours:
                store.block(self.message.account_sid, sender, them)
        elif word in START:
            for sender in ours:
                store.unblock(self.message.account_sid, sender, them)
            self._reply(steps.SendText(None, None, STARTED))
        elif word in HELP and not blocked:
            self._reply(steps.SendText(None, None, HELPED))

    def _reply(self, step: steps.SendText, *, paced: bool = False) -> steps.Sent:
        """Answer the text, or send what its web site wants sent to somebody else.

        *paced* ones fail when they follow one another too fast.
        """
        sent = send_from_document(
            self.world,
            step,
            to=step.to or self.message.from_,
            from_=step.from_ or self.message.to,
            direction="outbound-reply",
            alert=self._warn,
            paced=paced,
        )
        found = self.world.find(Message, sid=sent.sid) if sent.sid else []
        if found and found[0].to == self.message.from_:
            self.engine.note_abroad(self.handset_account, self.message.from_, found[0])
        return sent

    def _warn(self, code: int, text: str, level: str = "warning") -> None:
        self.alert(code, text, level=level)

    async def _converse(self) -> None:
        owned, message = self.owned, self.message
        cookies = self.world.pair(message.to, message.from_).cookies
        fallback = (
            steps.Fetch(owned.sms_fallback_url, owned.sms_fallback_method)
            if owned.sms_fallback_url
            else None
        )
        first = steps.Fetch(owned.sms_url or "", owned.sms_method)
        talk = conversation(first, kind="messaging", fallback=fallback, moved=self._moved)
        answer: Any = None
        page: steps.Page | None = None
        while True:
            try:
                step = talk.send(answer)
            except StopIteration:
                return
            answer = None
            match step:
                case steps.Fetch(url, method, params):
                    answer = page = await self._fetch(url, method, params, cookies)
                case steps.SendText():
                    answer = self._reply(step, paced=True)
                case steps.Alert(code, text, level):
                    self.alert(
                        code, text, level=level, line=step.line, request_url=step.url, page=page
                    )
                case steps.Begin(verb, text):
                    self.event("verb", {"verb": verb, "text": text} | step.details)
                case steps.HangUp():
                    return

    def _moved(self) -> float:
        return self.clock.now().timestamp()

    async def _fetch(
        self, url: str, method: str, params: tuple[tuple[str, str], ...], cookies: Cookies
    ) -> steps.Page:
        return await self.engine.page(
            self.message.account_sid,
            url,
            method,
            self.parameters() + list(params),
            message_sid=self.message.sid,
            cookies=cookies,
        )

    def parameters(self) -> list[tuple[str, str]]:
        """What a web site is told of an inbound message."""
        message = self.message
        media = self.media()
        countries = {
            side: phone_numbers.region(number.removeprefix(WHATSAPP)) or ""
            for side, number in (("From", message.from_), ("To", message.to))
        }
        pairs = [
            ("ToCountry", countries["To"]),
            ("ToState", ""),
            ("SmsMessageSid", message.sid),
            ("NumMedia", str(len(media))),
            ("ToCity", ""),
            ("FromZip", ""),
            ("SmsSid", message.sid),
            ("FromState", ""),
            ("SmsStatus", "received"),
            ("FromCity", ""),
            ("Body", message.body),
            ("FromCountry", countries["From"]),
            ("To", message.to),
        ]
        if message.messaging_service_sid:
            pairs.append(("MessagingServiceSid", message.messaging_service_sid))
        pairs += [
            ("ToZip", ""),
            ("NumSegments", str(message.num_segments)),
            ("MessageSid", message.sid),
            ("AccountSid", message.account_sid),
            ("From", message.from_),
            ("ApiVersion", message.api_version),
        ]
        if message.from_.startswith(WHATSAPP):
            pairs += [("ChannelPrefix", WHATSAPP[:-1]), ("WaId", message.from_.partition("+")[2])]
        for i, medium in enumerate(media):
            url = f"{self.engine.base_url}{medium.home()}/{medium.sid}"
            pairs += [(f"MediaUrl{i}", url), (f"MediaContentType{i}", medium.content_type)]
        return pairs


def send_from_document(
    world: AccountWorld,
    step: steps.SendText,
    *,
    to: str,
    from_: str,
    direction: str,
    alert: Callable[..., None],
    paced: bool = False,
) -> steps.Sent:
    """Send the message that a document asks for; what the API would refuse becomes an alert.

    A *paced* one fails when it is one too many of those that follow one another quickly.
    """
    # Without a plus it is a number of the sender's country.
    if not to.startswith(WHATSAPP):
        to = dialled(to, phone_numbers.region(from_) or "US") or to
    pairs = [("To", to), ("From", from_), ("Body", step.body)]
    pairs += [("MediaUrl", url) for url in step.media]
    if step.status_callback:
        pairs.append(("StatusCallback", step.status_callback))
    try:
        message = Message.create(Params(pairs), world)
    except Refusal as refusal:
        alert(CODES.get(refusal.code, refusal.code), refusal.message)
        return steps.Sent("", "invalid")
    now = world.now()
    message.sid = world.sid(message.sid_prefix)
    message.account_sid = world.account.sid
    message.date_created = message.date_updated = now
    message.direction = direction
    message.status_callback_method = step.method
    if paced and not world.pair(message.from_, message.to).may_reply(now):
        message.status, message.error_code = "failed", TOO_FAST
        message.error_message = "SMS send rate limit exceeded"
        text = (
            f"more than {MOST_REPLIES} replies to {message.to}, each within 30 seconds of another"
        )
        alert(TOO_FAST, f"{text}: for 30 seconds they fail", level="error")
    world.save(message)
    world.send_message(message)
    return steps.Sent(message.sid, "failed" if message.status == "failed" else "sending")
