"""One live message: on its way to a handset, or come in and answered by a web site."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import Params
from helpers.resources.message import Message
from helpers.resources.number import IncomingPhoneNumber
from helpers.sandbox.actors import Actor
from helpers.sandbox.calls.parties import dialled
from helpers.sandbox.pairs import MOST_REPLIES
from helpers.sandbox.web.webhooks import MEDIA_LIMIT, Cookies
from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.engine import AccountWorld, Engine

#: Seconds of the clock from one status of an outbound message to the next.
HOPS = {"queued": ("sending", 0.0), "sending": ("sent", 1.0), "sent": ("delivered", 1.0)}
SUSPENDED, UNREACHABLE = 30002, 30003
TOO_FAST = 14107  # replies that follow one another as in a loop

MEDIA_TYPES = {
    "gif": "image/gif",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "vcf": "text/vcard",
    "wav": "audio/wav",
    "webp": "image/webp",
}

# The whole message must be the word. Twilio's newer lists have the last two of STOP.
STOP = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"])
START = frozenset(["START", "YES", "UNSTOP"])
HELP = frozenset(["HELP", "INFO"])

STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."

#: What a debugger says where the API would refuse a message.
CODES = {
    **dict.fromkeys((21211, 21266), 14101),
    21212: 14102,
    **dict.fromkeys((21606, 21659, 21660), 14108),
    21608: 14111,
    21609: 14105,
    **dict.fromkeys((21602, 21617, 21619, 21620, 21623), 14103),
}


class _MessageActor(Actor):
    def __init__(self, engine: Engine, message: Message) -> None:
        super().__init__(engine.clock)
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

    def become(self, status: str, **fields: Any) -> None:
        """Write down another status and what came with it."""
        self.message.status = status
        self.message.date_updated = self.clock.now()
        for name, value in fields.items():
            setattr(self.message, name, value)
        self.world.update(self.message, "status", "date_updated", *fields)
        self.event("state", {"status": status})

    def event(self, kind: str, data: dict[str, Any]) -> None:
        self.engine.event(self.message.account_sid, kind, data, message_sid=self.message.sid)

    def alert(self, code: int, text: str, **about: Any) -> None:
        self.engine.alert(
            self.message.account_sid, code, text, message_sid=self.message.sid, **about
        )


class Delivery(_MessageActor):
    """Takes an outbound message to its handset, or to the number that owns the address."""

    async def run(self) -> None:
        try:
            if self.message.status == "failed":  # it was, before it left
                await self.wait(0)
                self.event("state", {"status": "failed"})
                await self._callback()
            while self.message.status in HOPS:
                status, seconds = HOPS[self.message.status]
                await self.wait(seconds)
                if status == "sending":
                    await self._fetch_media()
                await self._become(status)
        finally:
            self.engine.messages.pop(self.message.sid, None)

    async def _fetch_media(self) -> None:
        """Get the pictures, as a carrier would; one that cannot be had holds no words up."""
        message = self.message
        for url in message.media_url:
            reply = await self.engine.ask(
                message.account_sid, url, "GET", (), message_sid=message.sid, limit=MEDIA_LIMIT
            )
            if reply.failed:
                self.alert(*reply.failed, request_url=url, request_method="GET", reply=reply)

    async def _become(self, status: str) -> None:
        message = self.message
        fields: dict[str, Any] = {}
        owned = self.engine.owner(message.to)
        if status == "sent" and not self.engine.account(message.account_sid).is_active:
            status = "failed"
            fields = {"error_code": SUSPENDED, "error_message": "Account suspended"}
        elif status == "sent":
            fields["date_sent"] = self.clock.now()
        elif status == "delivered":
            handset = self.engine.handset(message.account_sid, message.to)
            if owned is None and handset.mode == "off":
                status = "undelivered"
                fields = {
                    "error_code": UNREACHABLE,
                    "error_message": "Unreachable destination handset",
                }
        with self.engine.store.transaction():  # or a kill between the two would lose the text
            if status == "sent":
                fields["price"] = self.world.charge(message)
            self.become(status, **fields)
            if status == "delivered" and owned is not None:
                self.engine.text_in(message.from_, owned, message.body, message.media_url)
        if status == "failed":
            self.alert(SUSPENDED, "the account was suspended before the text was sent")
        if status == "undelivered":
            self.alert(UNREACHABLE, f"{message.to} is switched off", level="warning")
        await self._callback()

    async def _callback(self) -> None:
        message = self.message
        if not message.status_callback:
            return
        pairs = [
            ("SmsSid", message.sid),
            ("SmsStatus", message.status),
            ("MessageStatus", message.status),
            ("To", message.to),
            ("MessageSid", message.sid),
            ("AccountSid", message.account_sid),
            ("From", message.from_),
            ("ApiVersion", message.api_version),
        ]
        if message.error_code:
            pairs.insert(0, ("ErrorCode", str(message.error_code)))
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
        self.handset_account = handset_account or message.account_sid

    async def run(self) -> None:
        try:
            await self.wait(0)
            if not self.engine.account(self.message.account_sid).is_active:
                self.alert(10001, f"the account of {self.message.to} is not active")
                self.become("failed", error_code=10001, error_message="Account is not active")
                return
            with self.engine.store.transaction():
                price = self.world.charge(self.message)
                self.become("received", date_sent=self.clock.now(), price=price)
            self._keyword()
            if self.owned.sms_url:
                await self._converse()
        finally:
            self.engine.messages.pop(self.message.sid, None)

    def _keyword(self) -> None:
        """STOP and its kin are obeyed before anybody's web site is asked."""
        word = self.message.body.strip().upper()
        us, them, store = self.message.to, self.message.from_, self.engine.store
        blocked = self.world.blocked(us, them)
        if word in STOP and not blocked:
            self._reply(steps.SendText(None, None, STOPPED))
            store.block(self.message.account_sid, us, them)
        elif word in START:
            store.unblock(self.message.account_sid, us, them)
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
        countries = {
            side: phone_numbers.region(number) or ""
            for side, number in (("From", message.from_), ("To", message.to))
        }
        pairs = [
            ("ToCountry", countries["To"]),
            ("ToState", ""),
            ("SmsMessageSid", message.sid),
            ("NumMedia", str(len(message.media_url))),
            ("ToCity", ""),
            ("FromZip", ""),
            ("SmsSid", message.sid),
            ("FromState", ""),
            ("SmsStatus", "received"),
            ("FromCity", ""),
            ("Body", message.body),
            ("FromCountry", countries["From"]),
            ("To", message.to),
            ("ToZip", ""),
            ("NumSegments", str(message.num_segments)),
            ("MessageSid", message.sid),
            ("AccountSid", message.account_sid),
            ("From", message.from_),
            ("ApiVersion", message.api_version),
        ]
        for i, url in enumerate(message.media_url):
            pairs += [(f"MediaUrl{i}", url), (f"MediaContentType{i}", _media_type(url))]
        return pairs


def _media_type(url: str) -> str:
    """What a picture or file is, by the end of its name: nothing is fetched to find out."""
    suffix = url.partition("?")[0].rpartition(".")[2].lower()
    return MEDIA_TYPES.get(suffix, "image/jpeg")


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
    message.sid = world.sid("MM" if step.media else "SM")
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
