"""What only a sandbox has: the telephones themselves, the clock, the event log.

Routes under ``/_sandbox``. Same credentials as the API; an account sees its own things only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpers import phone_numbers
from helpers.resources.account import Account
from helpers.resources.application import Application
from helpers.resources.base import Params, is_web_address
from helpers.resources.call import Call
from helpers.resources.message import Message
from helpers.sandbox import dry_run, person
from helpers.sandbox.calls.live_call import LiveCall
from helpers.sandbox.engine import Engine
from helpers.sandbox.handsets import MODES

LONGEST_POLL = 30.0  # real seconds
LONGEST_TURN = 86_400.0  # seconds of the clock
ASKED = 1.0  # real seconds a turn waits for a web site that was asked before the turn began

WAV_TYPES = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")

Authenticate = Callable[[Request], Account]
ReadForm = Callable[[Request], Awaitable[Params]]


class ControlRefusal(Exception):
    """A request that makes no sense (400), names nothing (404) or comes at a wrong time (409)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Control:
    """The control routes. *reset* puts one account back to its start."""

    def __init__(
        self,
        engine: Engine,
        authenticate: Authenticate,
        read_form: ReadForm,
        reset: Callable[[Account], Awaitable[None]],
        first_account: str,
    ) -> None:
        self.engine = engine
        self.authenticate = authenticate
        self.read_form = read_form
        self.reset_account = reset
        self.first_account = first_account

    def routes(self) -> list[Route]:
        """All of them, for the app."""
        phone = "/_sandbox/phones/{number}"
        table: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", "/_sandbox/health", self.health),
            ("GET", phone, self.phone),
            ("GET", f"{phone}/messages", self.messages),
            ("GET", f"{phone}/media/{{sid}}", self.media),
            ("GET", f"{phone}/sound", self.hearing),
            ("GET", f"{phone}/sound/{{name}}", self.sound),
            ("POST", phone, self.mode),
            ("POST", f"{phone}/answer", self.answer),
            ("POST", f"{phone}/decline", self.decline),
            ("POST", f"{phone}/hangup", self.hangup),
            ("POST", f"{phone}/press", self.press),
            ("POST", f"{phone}/speak", self.speak),
            ("POST", f"{phone}/record", self.record),
            ("POST", f"{phone}/refer", self.refer),
            ("POST", f"{phone}/call", self.call),
            ("POST", f"{phone}/text", self.text),
            ("GET", "/_sandbox/events", self.events),
            ("GET", "/_sandbox/clock", self.clock),
            ("POST", "/_sandbox/clock", self.turn),
            ("POST", "/_sandbox/reset", self.reset),
        ]
        return [
            Route(path, self._guarded(method, handler), methods=[method])
            for method, path, handler in table
        ]

    def _guarded(
        self, method: str, handler: Callable[..., Any]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                if handler == self.health:
                    return await self.health()
                account = self.authenticate(request)
                if method == "POST" and dry_run.applies_to(account):
                    raise ControlRefusal(403, "Test credentials can look, but do nothing here.")
                reads = method == "POST" and handler != self.record
                form = await self.read_form(request) if reads else Params()
                return await handler(request, account, form)
            except ControlRefusal as refusal:
                body = {"status": refusal.status, "message": refusal.message}
                return JSONResponse(body, refusal.status)

        return endpoint

    async def health(self) -> Response:
        return JSONResponse({"status": "ok"})

    # -- handsets ----------------------------------------------------------------------------

    async def phone(self, request: Request, account: Account, form: Params) -> Response:
        return self._shown(account, _number(request))

    async def mode(self, request: Request, account: Account, form: Params) -> Response:
        number, mode = _number(request), form.get("Mode")
        if mode not in MODES:
            raise ControlRefusal(400, f"Mode is one of {', '.join(MODES)}, not {mode!r}.")
        handset = self.engine.handset(account.sid, number)
        if handset.mode != mode:
            handset.mode = mode
            handset.save()
            live = self.engine.call_of(account.sid, number)
            if live is not None:
                live.mode_changed()
        return self._shown(account, number)

    async def answer(self, request: Request, account: Account, form: Params) -> Response:
        number = _number(request)
        self._ringing(account, number).answer()
        return self._shown(account, number)

    async def decline(self, request: Request, account: Account, form: Params) -> Response:
        number = _number(request)
        self._ringing(account, number).decline()
        return self._shown(account, number)

    async def hangup(self, request: Request, account: Account, form: Params) -> Response:
        number = _number(request)
        live = self.engine.call_of(account.sid, number)
        if live is None:
            raise ControlRefusal(409, f"{number} is in no call, so there is nothing to hang up.")
        if live.answered_at is None and live.call.direction != "inbound":
            live.decline()
        else:
            live.hang_up()
        return self._shown(account, number)

    async def press(self, request: Request, account: Account, form: Params) -> Response:
        number, digits = _number(request), form.get("Digits")
        if not re.fullmatch(r"[0-9*#]{1,64}", digits):
            raise ControlRefusal(400, f"Digits are 1 to 64 keys of 0-9, * and #, not {digits!r}.")
        live = self.engine.call_of(account.sid, number)
        if live is not None and live.answered_at is not None:
            live.press(digits)
        else:
            self.engine.handset(account.sid, number).press(digits, told=False)
        return self._shown(account, number)

    async def speak(self, request: Request, account: Account, form: Params) -> Response:
        number, words = _number(request), " ".join(form.get("Speech").split())
        if not 1 <= len(words) <= 2_000:
            raise ControlRefusal(400, "Speech is 1 to 2000 characters of words.")
        live = self.engine.call_of(account.sid, number)
        if live is not None and live.answered_at is not None:
            live.speak(words)
        else:
            self.engine.handset(account.sid, number).speak(words, told=False)
        return self._shown(account, number)

    async def record(self, request: Request, account: Account, form: Params) -> Response:
        """What a microphone took in until now, as a WAV file: into what is being recorded."""
        number = _number(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in WAV_TYPES:
            raise ControlRefusal(415, f"The body is a WAV file (audio/wav), not {kind[:60]!r}.")
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > person.LARGEST:
                raise ControlRefusal(413, f"The sound is larger than {person.LARGEST} bytes.")
        live = self.engine.call_of(account.sid, number)
        if live is None or live.answered_at is None or not live.kept_by_somebody("inbound"):
            raise ControlRefusal(409, f"Nothing records what is said at {number} now.")
        try:
            person.say(live, bytes(content))
        except ValueError as wrong:
            raise ControlRefusal(400, str(wrong)) from None
        return self._shown(account, number)

    async def refer(self, request: Request, account: Account, form: Params) -> Response:
        """The SIP party of a Dial asks that its caller be sent elsewhere."""
        number, to = _number(request), form.get("To")
        if not phone_numbers.is_address(to):
            raise ControlRefusal(400, f"To is an address such as sip:bob@example.com, not {to!r}.")
        live = self.engine.call_of(account.sid, number)
        if live is None or not live.joined or not number.startswith("sip"):
            raise ControlRefusal(409, f"{number} is no SIP party that a Dial has joined.")
        live.refer(to)
        return self._shown(account, number)

    # -- what a page shows of a handset beside that --------------------------------------------

    async def messages(self, request: Request, account: Account, form: Params) -> Response:
        return JSONResponse({"messages": person.thread(self.engine, account.sid, _number(request))})

    async def media(self, request: Request, account: Account, form: Params) -> Response:
        sid = str(request.path_params["sid"])
        found = person.medium(self.engine, account.sid, _number(request), sid)
        if found is None:
            raise ControlRefusal(404, "That handset has no such picture.")
        return Response(found[1], media_type=found[0])

    async def hearing(self, request: Request, account: Account, form: Params) -> Response:
        live = self.engine.call_of(account.sid, _number(request))
        return JSONResponse(person.hearing(live))

    async def sound(self, request: Request, account: Account, form: Params) -> Response:
        live = self.engine.call_of(account.sid, _number(request))
        found = await person.sound(live, str(request.path_params["name"]))
        if found is None:
            raise ControlRefusal(404, "That is not played to this handset now.")
        return Response(found[1], media_type=found[0])

    # -- calling and texting -----------------------------------------------------------------

    async def call(self, request: Request, account: Account, form: Params) -> Response:
        number, to = _number(request), form.get("To")
        if self.engine.call_of(account.sid, number) is not None:
            raise ControlRefusal(409, f"{number} is in a call already. Hang up first.")
        if to.startswith("AP"):  # as a client calls: not a number, but an application
            found = self.engine.store.find(Application, account.sid, sid=to)
            if not found:
                raise ControlRefusal(404, f"There is no application {to} to call.")
            call = self.engine.ring_application(account.sid, number, found[0])
            return JSONResponse({"sid": call.sid}, 201)
        number, owned = self._callee(request, form, self.engine.owner)
        call = self.engine.ring_in(account.sid, number, owned)
        return JSONResponse({"sid": call.sid}, 201)

    async def text(self, request: Request, account: Account, form: Params) -> Response:
        number, owned = self._callee(request, form, self.engine.texted)
        if not phone_numbers.is_e164(number.removeprefix("whatsapp:")):
            raise ControlRefusal(400, f"{number} is no telephone number: it can only call.")
        body, media = form.get("Body"), form.all("MediaUrl")
        if not body and not media:
            raise ControlRefusal(400, "A text needs a Body or a MediaUrl.")
        if len(body) > 1_600:
            raise ControlRefusal(400, f"A text has at most 1600 characters, this one {len(body)}.")
        if len(media) > 10:
            raise ControlRefusal(400, f"A text has at most 10 media, this one {len(media)}.")
        for url in media:
            if not is_web_address(url):
                raise ControlRefusal(400, f"A MediaUrl is an http or https address, not {url!r}.")
        message = self.engine.text_in(number, owned, body, media, handset_account=account.sid)
        self.engine.note_abroad(account.sid, number, message)
        return JSONResponse({"sid": message.sid}, 201)

    def _callee(
        self, request: Request, form: Params, find: Callable[[str], Any]
    ) -> tuple[str, Any]:
        number, to = _number(request), form.get("To")
        owned = find(to)
        if owned is None and not phone_numbers.is_e164(to):
            raise ControlRefusal(400, f"To is a number such as +15005550006, not {to!r}.")
        if owned is None:
            raise ControlRefusal(404, f"No account of this sandbox owns {to}.")
        return number, owned

    def _ringing(self, account: Account, number: str) -> LiveCall:
        live = self.engine.call_of(account.sid, number)
        if live is None:
            raise ControlRefusal(409, f"Nothing rings at {number} now.")
        if live.answered_at is not None:
            raise ControlRefusal(409, f"{number} is in a call already.")
        if live.call.direction == "inbound":
            raise ControlRefusal(409, f"{number} calls somebody itself: nothing rings there.")
        return live

    def _shown(self, account: Account, number: str) -> Response:
        engine = self.engine
        return JSONResponse(
            {
                "number": number,
                "mode": engine.handset(account.sid, number).mode,
                "calls": [self._call(c) for c in engine.calls_of(account.sid, number)],
                "inbox": [_text(m) for m in engine.inbox_of(account.sid, number)],
            }
        )

    def _call(self, call: Call) -> dict[str, Any]:
        return {
            "sid": call.sid,
            "direction": call.direction,
            "from": call.from_,
            "to": call.to,
            "status": call.status,
            "transcript": self.engine.store.entries(call.account_sid, call.sid),
        }

    # -- the log -----------------------------------------------------------------------------

    async def events(self, request: Request, account: Account, form: Params) -> Response:
        query = request.query_params
        since, wait = query.get("since", "0"), query.get("wait", "0")
        if not re.fullmatch(r"\d{1,15}", since):
            raise ControlRefusal(400, f"since is the number of an event, not {since!r}.")
        if not re.fullmatch(r"\d{1,3}(\.\d{1,18})?", wait) or float(wait) > LONGEST_POLL:
            raise ControlRefusal(400, f"wait is 0 to {LONGEST_POLL:g} seconds, not {wait!r}.")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + float(wait)
        while True:
            events = self.engine.store.events(
                account.sid, int(since), query.get("call_sid"), query.get("message_sid")
            )
            left = deadline - loop.time()
            news = any(_happened(event) for event in events)
            if news or left <= 0 or self.engine.closing or await request.is_disconnected():
                break
            await self.engine.next_event(left)
        last = self.engine.store.last_seq(account.sid)
        following = events[-1]["seq"] if events else max(int(since), last)
        return JSONResponse({"events": events, "next": following})

    # -- the clock ---------------------------------------------------------------------------

    async def clock(self, request: Request, account: Account, form: Params) -> Response:
        return JSONResponse(self._clock())

    def _clock(self) -> dict[str, Any]:
        clock = self.engine.clock
        due = clock.due()
        return {
            "kind": clock.kind,
            "now": clock.now().isoformat(),
            "due": due.isoformat() if due else None,
        }

    async def turn(self, request: Request, account: Account, form: Params) -> Response:
        engine, clock = self.engine, self.engine.clock
        if account.sid != self.first_account:
            raise ControlRefusal(403, "Only the sandbox's first account turns the clock.")
        if clock.kind != "manual":
            raise ControlRefusal(409, f"This is a {clock.kind} clock: it turns by itself.")
        seconds: float | None = None
        if "Advance" in form:
            given = form.get("Advance")
            if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", given) or float(given) > LONGEST_TURN:
                raise ControlRefusal(400, f"Advance is 0 to 86400 seconds, not {given!r}.")
            seconds = float(given)
        elif form.get("Next") != "1":
            raise ControlRefusal(400, "Give Advance=SECONDS, or Next=1.")
        await self._not_while_asked()
        await clock.turn(seconds)
        engine.keep_moment()
        return JSONResponse(self._clock())

    async def _not_while_asked(self) -> None:
        """Refuse a web site that wants to turn the clock while the clock waits for it."""
        engine = self.engine
        if engine.webhooks.asking and not engine.clock.turning:
            # Asked outside a turn: most likely somebody else's, and over in a moment.
            waiting = asyncio.ensure_future(engine.clock.settled())
            await asyncio.wait({waiting}, timeout=ASKED)
            waiting.cancel()
        if engine.webhooks.asking:
            raise ControlRefusal(
                409, "A web site is being asked right now: the clock waits for its answer."
            )

    # -- starting again ----------------------------------------------------------------------

    async def reset(self, request: Request, account: Account, form: Params) -> Response:
        await self.reset_account(account)
        return JSONResponse({"status": "ok"})


def _number(request: Request) -> str:
    # A plus that came unescaped in a path stays a plus; "%2B" was decoded to one.
    number = str(request.path_params["number"])
    if not phone_numbers.is_address(number):
        raise ControlRefusal(
            400,
            f"A handset's number looks like +14155550100 (or client:alice, "
            f"sip:alice@example.com, whatsapp:+14155550100), not {number!r}.",
        )
    return number


def _happened(event: dict[str, Any]) -> bool:
    """Whether an event ends a long poll. Who only looks changes nothing.

    Else whoever waits for a change and then looks would wake up by their own looking, for ever.
    """
    return event["type"] != "request" or event["data"]["method"] not in ("GET", "HEAD")


def _text(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "from": message.from_,
        "body": message.body if message.arrived is None else message.arrived,
        "media": list(message.media_url),
    }
