"""A lesson's session: where its requests go, its phone, its web sites, and its waiting.

    session = connect(lesson="03")
    call = session.client.calls.create(to=session.phone.number, from_=session.number, url=...)
    await session.answered(session.phone)

The same cells work in three surroundings. With a *person* there, in real time: waits last as long
as their patience does, and then the handset follows its plan, so that Run All ends green; what they
declined or hung up is told in a sentence. With *nobody* there (tests, a run on a server): waits
turn a manual clock and the handset follows its plan at once, so that the outcome is the same
everywhere. And *live*, with Twilio itself.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any, TypeVar

from IPython.core.getipython import get_ipython

from helpers import prices
from helpers.alerts import Alerts
from helpers.client import REACHABLE, Client
from helpers.clock_control import ClockControl
from helpers.config import Settings, read_settings
from helpers.errors import HandsetError, HelperError, SettingsError, WaitError
from helpers.learner import in_words, record
from helpers.live import Detour, Expected, LivePhone, Note, NotYet
from helpers.phone import Entry, Phone, PhoneCall, Text
from helpers.progress_bar import Progress
from helpers.sandbox import Sandbox
from helpers.sandbox.options import NUMBER, VERIFIED
from helpers.serving import Site
from helpers.stand_in import StandIn
from helpers.story import Documents, Log, Moment, States, Story, Traffic, sid_of
from helpers.widgets.following import Following
from helpers.widgets.phone import PhoneWidget
from helpers.widgets.stepper import Stepper
from helpers.wire import Wire

#: Seconds of real time that a person may take before the handset follows its plan (planned keys are
#: pressed before a Gather gives up, see `helpers.stand_in`), and how long a wait goes on then.
PATIENCE, AFTERWARDS = 45.0, 60.0
LONGEST_WAIT = 4 * 3600.0  # seconds of a manual clock
MOST_ALERTS = 100  # the newest of an account's
LIVE_POLL = 1.0  # seconds between two looks at the real Twilio
NOTICED = 1.0  # seconds within which a wait notices that the reader interrupts it
LIVE_PATIENCE = 180.0  # seconds that a wait goes on there: a person has to answer, listen, press
OLDEST_KERNEL = (7, 4)

#: What a lesson's sandbox starts with where it differs from the usual one.
WORLDS: dict[str, dict[str, Any]] = {
    "01": {"numbers": (), "verified": ()},  # an account that was opened a moment ago
    "02": {"numbers": (), "verified": ()},
    "06": {"verified": (VERIFIED, "+14155550101")},  # and a colleague
    "08": {"verified": (VERIFIED, "+14155550123")},  # a shop and its workshop
    "09": {"verified": (VERIFIED, "+14155550101")},  # two people write
}

ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
#: How a call that is over is told of to who waited for something in it.
OVER = {
    "busy": "The call was declined",
    "no-answer": "Nobody answered the call",
    "canceled": "The call was canceled",
    "failed": "The call failed",
}

ARRIVED = ("delivered", "undelivered", "failed", "received", "read", "canceled")

T = TypeVar("T")

_open: Session | None = None
_steps: Session | None = None  # the one that goes step by step, beside it


def connect(
    lesson: str = "00", *, mode: str | None = None, clock: str | None = None, step: bool = False
) -> Session:
    """Start the session of a lesson; one that is open already is closed first.

    *mode* is ``"sandbox"`` (the default) or ``"live"``; *clock* ``"real"``, ``"hurried"`` or
    ``"manual"``, by default what fits whether somebody watches. Raises SettingsError when live mode
    lacks credentials.

    With *step* the session has a sandbox of its own, also in live mode and in a classroom's, where
    time stands still between two calls of :meth:`Session.step`. It stands beside the session that
    is open; one of its kind is closed first. SettingsError for another mode or clock.
    """
    global _open
    if step:
        return _connect_steps(lesson, mode, clock)
    settings = read_settings(mode)
    if _open is not None:
        _open.close()
        _open = None
    if settings.watched:
        _check_kernel()
        _say_errors_in_words()
    _open = Session(settings, lesson, clock)
    if lost := record.note(record.OPENED, lesson):
        print(lost)
    return _open


def _connect_steps(lesson: str, mode: str | None, clock: str | None) -> Session:
    """The session that goes step by step; SettingsError for what contradicts that."""
    global _steps
    if mode not in (None, "sandbox"):
        raise SettingsError(
            "Real calls cannot go step by step: their time is everybody's.",
            next_step='Leave mode="live" out, or leave step=True out.',
        )
    if clock not in (None, "manual"):
        raise SettingsError(
            f"Step by step needs a manual clock, not a {clock} one.",
            next_step="Leave clock out.",
        )
    if read_settings(None).live:
        print("live: real calls cannot go step by step. This session is a sandbox, at no cost.")
    settings = replace(read_settings("sandbox"), sandbox_url=None)
    if _steps is not None:
        _steps.close()
        _steps = None
    _steps = Session(settings, lesson, "manual", step=True)
    return _steps


def _check_kernel() -> None:
    """Say so when the kernel is one in which a waiting cell cannot hear a click."""
    found = re.match(r"(\d+)\.(\d+)", version("ipykernel"))
    if found and (int(found[1]), int(found[2])) < OLDEST_KERNEL:
        print(
            f"ipykernel {version('ipykernel')} does not hear clicks while a cell waits: "
            "run `make lab`, which installs 7.4 or newer."
        )


def _say_errors_in_words() -> None:
    """Have this kernel say some errors in words, where `make lab` did not."""
    shell = get_ipython()
    if shell is not None:
        in_words.load_ipython_extension(shell)


class Session:
    """What :func:`connect` returns."""

    def __init__(
        self, settings: Settings, lesson: str, clock: str | None, step: bool = False
    ) -> None:
        self.settings = settings
        self.lesson = lesson
        self.steps = step
        self.mode = settings.mode
        self.watched = settings.watched
        self.sites: list[Site] = []
        self._sandbox: Sandbox | None = None
        self._wire: Wire | None = None  # to the sandbox's clock
        # Both by the identity of a phone, which its StandIn keeps alive.
        self._stand_ins: dict[int, StandIn] = {}
        self._waited: dict[int, str] = {}  # the newest call that was over after a wait
        if settings.live:
            self._connect_live(settings)
        else:
            self._connect_sandbox(settings, clock)
        self._log = Log(self._events, self._names, self.client)

    def _connect_live(self, settings: Settings) -> None:
        user, password = settings.credentials or ("", "")
        self.account = settings.account_sid or user
        self.auth = (user, password)
        self.turns = False
        self.number = settings.from_number or ""
        self._site_names: dict[str, str] = {}
        self.client = Client(
            user,
            password,
            self.account,
            settings.region,
            edge=settings.edge,
            detour=Detour(self._site_names, password),
            live=True,
        )
        self.base = self.client.base_url
        self.phone: Any = LivePhone(settings.my_number or "")
        print(
            f"live: what you send now goes to real telephones and costs money. Call and text only "
            f"{self.phone.number or 'a phone of your own'}: {self._cost('Calls')}; "
            f"{self._cost('Messages')}. A trial account's call says so first, and goes on when you "
            "press a key."
        )
        for name, value in (
            ("TWILIO_FROM_NUMBER, the number of your account to call from,", self.number),
            ("MY_PHONE_NUMBER, the phone of your own to call,", self.phone.number),
        ):
            if not value:
                print(f"live: {name} is not set: calls and texts are refused without it.")

    def _connect_sandbox(self, settings: Settings, clock: str | None) -> None:
        if settings.sandbox_url:
            self.base = settings.sandbox_url.rstrip("/")
            self.account = settings.sandbox_account or ""
            self.auth = (self.account, settings.sandbox_token or "")
            kind = "real"
        else:
            kind = clock or ("real" if self.watched else "manual")
            world = WORLDS.get(self.lesson, {})
            _keep_off_proxies()
            with Progress("Starting the sandbox", shown=self.watched):
                self._sandbox = Sandbox(seed=f"lesson {self.lesson}", clock=kind, **world).start()
            self.base = self._sandbox.url
            self.account = self._sandbox.account_sid
            self.auth = (self._sandbox.account_sid, self._sandbox.auth_token)
        self.turns = kind == "manual"
        self._wire = Wire(self.auth)
        self._clock = ClockControl(self.base, self._wire)
        self.client = Client(*self.auth, base_url=self.base)
        self.number, mine = NUMBER, VERIFIED
        if settings.sandbox_url:
            # A classroom's sandbox: each account there has numbers of its own.
            owned = self.client.incoming_phone_numbers.list(limit=1)
            verified = self.client.outgoing_caller_ids.list(limit=1)
            self.number = owned[0].phone_number if owned else ""
            mine = verified[0].phone_number if verified else VERIFIED
        self.phone = self.handset(mine)
        if self.watched and not self.turns:
            self.phone.set_mode("manual")

    # -- what a lesson reaches for -------------------------------------------------------------

    def handset(self, number: str, name: str = "Your phone") -> Any:
        """Another telephone of the sandbox, shown when it stands last in a cell.

        In live mode nobody but its owner is called or texted: your own phone takes its place.
        """
        if self.settings.live:
            print(f"live: {number} would be somebody else's, so your own phone takes its place.")
            return LivePhone(self.phone.number)
        contacts = {self.number: "Your Twilio number"}
        return PhoneWidget(Phone(number, self.base, self.auth), name=name, contacts=contacts)

    def url(self, resource: str) -> str:
        """The full URL of a resource of this account: ``session.url("Messages")``."""
        if self.settings.live and (cost := self._cost(resource.rpartition("/")[2])):
            print(f"live: what is posted to {resource} goes to the real number in To: {cost}.")
        return f"{self.base}/2010-04-01/Accounts/{self.account}/{resource}.json"

    def site(self, app: Any) -> Site:
        """Serve a web app, or a function of a request, for as long as the session lasts.

        ``site.url`` is its address, ``site.requests`` what it was asked; see `helpers.serving`.
        """
        site = Site(app, tokens=self.auth[1:], names={self.base: "$SANDBOX"})
        self.sites.append(site)
        if self.settings.live:
            if not self._site_names:  # once is enough
                print(f"live: only this machine can reach the site. For Twilio: {REACHABLE}")
            self._site_names[site.url] = "$SITE"
        return site

    # -- pictures of what happened ---------------------------------------------------------------

    def story(self, thing: Any = None) -> Story | Note:
        """Who asked whom what, as a sequence diagram.

        Of a call (with the legs that its Dials made), a message (with the answers to it), a
        conference or a queue, each as a resource or its SID; without one, of all that happened.
        """
        return self._log.story(thing) if not self.settings.live else _not_live("the story of")

    def states(self, thing: Any) -> States | Note:
        """The states of a call or message, and the path it took through them, with times."""
        return self._log.states(thing) if not self.settings.live else _not_live("the states of")

    def document(self, thing: Any) -> Documents | Following | Note:
        """The TwiML of a call or message: which verbs ran and when, and which runs now.

        While a person watches a call under way, the picture follows it.
        """
        if self.settings.live:
            return _not_live("the TwiML of")
        documents = self._log.documents(thing)
        if not self.watched or self.turns or documents.over:
            return documents
        return Following(lambda: self._log.documents(thing), self._next_event)

    def traffic(self, thing: Any = None, *, looking: bool = False) -> Traffic | Note:
        """The requests and webhooks of a call or message, or all: headers, bodies, signatures.

        Requests that only look (a GET to the API) are left out unless *looking*. Each comes with
        the `curl` line that repeats it; `helpers.story.traffic` says what its variables are.
        """
        if self.settings.live:
            return _not_live("the traffic of")
        return self._log.traffic(thing, token=self.auth[1], account=self.account, looking=looking)

    def _names(self) -> dict[str, str]:
        return {self.base: "$SANDBOX"} | {site.url: "$SITE" for site in self.sites}

    def _events(self) -> list[dict[str, Any]]:
        events, _ = self.phone.phone.wait_events(0, 0)
        return events

    # -- step by step ----------------------------------------------------------------------------

    def step(self, call: Any = None) -> Moment:
        """Run a call to its next verb, or to its end; tells what was done and what comes next.

        *call* is by default the newest. The phone does as planned, else answers by itself; one may
        act on it between two steps. Raises HelperError in a session that was not opened with
        ``step=True``, and when there is no call.
        """
        if not self.steps:
            raise HelperError(
                "This session does not go step by step.",
                next_step=f'Run session = connect(lesson="{self.lesson}", step=True).',
            )
        sid = sid_of(call) if call is not None else self._log.newest_call()
        if not sid:
            raise HelperError(
                "There is no call yet.", next_step="Make one, then take it further: session.step()."
            )
        if not self._stand_in(self.phone).followed:
            self._stand_in(self.phone).follow()
        passed = 0.0
        while not self._log.untold(sid) and not self._log.over(sid):
            turned = self._turn()
            if turned is None or (passed := passed + turned) > LONGEST_WAIT:
                return self._log.next_moment(sid, "nothing happens by itself now: use the phone")
        return self._log.next_moment(sid)

    def stepper(self, call: Any = None) -> Stepper:
        """A button for :meth:`step`, with what it tells below."""
        return Stepper(lambda: self.step(call))

    def alerts(self) -> Alerts:
        """What the debugger has to say of this account: a line for each thing that went wrong."""
        return Alerts.of(self.client.notifications.list(limit=MOST_ALERTS), self.shown)

    def shown(self, text: str | None) -> str:
        """*text* with the addresses of this machine replaced by ``$SANDBOX`` and ``$SITE``."""
        text = text or ""
        for site in self.sites:
            text = text.replace(site.url, "$SITE")
        return text if self.settings.live else text.replace(self.base, "$SANDBOX")

    # -- waiting ---------------------------------------------------------------------------------

    async def answered(self, phone: Any = None) -> PhoneCall | None:
        """Wait until the newest call of *phone* (by default the session's own) was answered.

        None, and a sentence, if a person declined it.
        """
        phone = phone or self.phone
        if self.settings.live:
            return await self._live_call(phone, ("in-progress", *ENDED))
        what = f"{phone.number} to be answered"
        return await self._until(lambda: _answered(phone), what, phone, in_call=True)

    async def hears(self, words: str, phone: Any = None) -> Entry | None:
        """Wait until *words* are said in the phone's newest call; returns that line of it.

        None, and a sentence, if a person declined the call or ended it before.
        """
        phone = phone or self.phone
        if self.settings.live:
            print(f"Listen: your phone should say {words!r}.")
            return None
        what = f"{phone.number} to hear {words!r}"
        return await self._until(lambda: _heard(phone, words), what, phone, in_call=True)

    async def ended(self, call: Any) -> Any:
        """Wait until a call (or the call with that SID) is over; returns it as it is then."""
        if isinstance(call, Expected):
            return await self._live_arrival(self.client.calls, call, ENDED)
        sid = str(getattr(call, "sid", call))

        def look() -> Any:
            now = self.client.calls(sid).fetch()
            return now if now.status in ENDED else None

        ended = await self._until(look, f"call {sid} to end", self.phone)
        return ended or self.client.calls(sid).fetch()

    async def delivered(self, message: Any) -> Any:
        """Wait until a message has arrived, or cannot; returns it as it is then."""
        if isinstance(message, Expected):
            return await self._live_arrival(self.client.messages, message, ARRIVED)
        sid = str(getattr(message, "sid", message))

        def look() -> Any:
            now = self.client.messages(sid).fetch()
            return now if now.status in ARRIVED else None

        arrived = await self._until(look, f"message {sid} to arrive", self.phone)
        return arrived or self.client.messages(sid).fetch()

    async def received(self, words: str, phone: Any = None) -> Text | None:
        """Wait until the phone's inbox has a text with *words* in it; returns that text."""
        phone = phone or self.phone
        if self.settings.live:
            print(f"Look: your phone should get a text with {words!r}.")
            return None
        return await self._until(
            lambda: _text_with(phone, words), f"{phone.number} to get a text with {words!r}", phone
        )

    async def _until(
        self, look: Callable[[], T | None], what: str, phone: Any, *, in_call: bool = False
    ) -> T | None:
        """Look until it is so. All HTTP is done in a thread, so that clicks are heard meanwhile.

        *in_call* says that it happens in the phone's newest call, if at all. None in live mode,
        where what a person or a carrier does may take its time, and None, with a sentence, where a
        person who watches has not brought it about: what follows is run all the same.
        """
        if self.settings.live:
            found = await self._watch_until(look, LIVE_PATIENCE, what)
            if found is None:
                print(f"live: waited {LIVE_PATIENCE:g} seconds for {what}; look again later.")
            return found
        if self.turns:
            return await self._turn_until(look, what, phone)
        if self.watched:
            try:
                return await self._wait_for_person(look, what, phone, in_call)
            except _InVainError as vain:
                print(vain)
                return None
        await asyncio.to_thread(self._stand_in(phone).follow)
        found = await self._watch_until(look, PATIENCE + AFTERWARDS, what)
        if found is None:
            raise WaitError(f"Waited in vain for {what}.", next_step="Run the cell again.")
        return found

    async def _wait_for_person(
        self, look: Callable[[], T | None], what: str, phone: Any, in_call: bool
    ) -> T:
        """Let a person do it; what they leave undone the handset does.

        _InVainError if it was to come *in_call* and that call is over, or else if it does not come.
        """
        stand_in = self._stand_in(phone)
        overdue = False

        async def meanwhile() -> float:
            over = await asyncio.to_thread(_over, phone) if in_call else None
            # An earlier wait had another call: after that one, this one's may be yet to come.
            if over and (overdue or over.sid != self._waited.get(id(phone))):
                # It may have come between the two looks.
                if await asyncio.to_thread(look) is not None:
                    return 0
                raise _InVainError(_call_over(over, what))
            said, seconds = await asyncio.to_thread(stand_in.continue_, overdue)
            if said:
                print(said)
            return seconds

        found = await self._watch_until(look, PATIENCE, what, meanwhile)
        if found is None:
            overdue = True
            found = await self._carry_on(look, what, phone, meanwhile)
        if found is None:
            raise _InVainError(f"Waited in vain for {what}. To wait on, run the cell again.")
        if (over := await asyncio.to_thread(_over, phone)) is not None:
            self._waited[id(phone)] = over.sid
        return found

    async def _carry_on(
        self,
        look: Callable[[], T | None],
        what: str,
        phone: Any,
        meanwhile: Callable[[], Awaitable[float]],
    ) -> T | None:
        """Their patience is over: let the handset follow its plan, for this wait."""
        before = await asyncio.to_thread(lambda: phone.mode)
        try:
            await meanwhile()
            if said := await asyncio.to_thread(self._stand_in(phone).take_over, PATIENCE):
                print(said)
            if await asyncio.to_thread(self._all_quiet, phone):
                return await asyncio.to_thread(look)
            return await self._watch_until(look, AFTERWARDS, what, meanwhile)
        finally:
            # A person who missed one call may want to answer the next.
            await asyncio.to_thread(phone.set_mode, before)

    def _all_quiet(self, phone: Any) -> bool:
        """Whether nothing is going to happen by itself."""
        return phone.call_now is None and self._clock.read()["due"] is None

    async def _turn_until(self, look: Callable[[], T | None], what: str, phone: Any) -> T:
        await asyncio.to_thread(self._stand_in(phone).follow)
        passed = 0.0
        while (found := await asyncio.to_thread(look)) is None:
            turned = await asyncio.to_thread(self._turn)
            if turned is None or (passed := passed + turned) > LONGEST_WAIT:
                raise WaitError(
                    f"Waited in vain for {what}: nothing more is going to happen.",
                    next_step="Look at session.story(call), or at the phone's transcript.",
                )
        return found

    async def _watch_until(
        self,
        look: Callable[[], T | None],
        patience: float,
        what: str,
        meanwhile: Callable[[], Awaitable[float]] | None = None,
    ) -> T | None:
        """Look whenever something happens, and when *meanwhile* asks for it in so many seconds."""
        deadline = time.monotonic() + patience
        seen = 0
        with Progress(f"Waiting for {what}", patience, shown=self.watched):
            while (found := await asyncio.to_thread(look)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                soon = await meanwhile() if meanwhile else left
                seen = await asyncio.to_thread(self._next_event, seen, min(left, soon, NOTICED))
        return found

    def _next_event(self, seen: int, seconds: float) -> int:
        if self.settings.live:
            time.sleep(min(LIVE_POLL, seconds))
            return 0
        _, last = self.phone.phone.wait_events(seen, seconds)
        return int(last)

    def _turn(self) -> float | None:
        """Turn the clock to the next thing due; seconds turned, None if nothing is due."""
        try:
            return self._clock.next()
        except HandsetError as stuck:
            raise WaitError(stuck.what) from stuck

    def _stand_in(self, phone: Any) -> StandIn:
        """Who follows the plan of *phone*, and knows how far it was followed."""
        return self._stand_ins.setdefault(id(phone), StandIn(phone))

    async def _live_call(self, phone: Any, statuses: tuple[str, ...]) -> Any:
        def look() -> Any:
            newest = self.client.calls.list(to=phone.number, limit=1)
            return newest[0] if newest and newest[0].status in statuses else None

        return await self._until(look, f"{phone.number} to be answered", phone)

    async def _live_arrival(
        self, things: Any, expected: Expected, statuses: tuple[str, ...]
    ) -> Any:
        """Wait for what a person was asked to do by hand, if it is newer than the newest there."""
        where = {"from_": expected.from_, "to": expected.to, "limit": 1}
        before = {one.sid for one in await asyncio.to_thread(lambda: things.list(**where))}

        def look() -> Any:
            newest = things.list(**where)
            fresh = bool(newest) and newest[0].sid not in before
            return newest[0] if fresh and newest[0].status in statuses else None

        found = await self._until(look, f"a {expected.what} from {expected.from_}", self.phone)
        return found or NotYet()

    # -- saying what it costs ----------------------------------------------------------------------

    @staticmethod
    def _cost(what: str) -> str:
        """What creating a resource costs, as reported in 2026 for the United States."""
        return prices.creating(what)

    # -- its end -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop the sandbox and the sites; safe to repeat."""
        for site in self.sites:
            site.close()
        self.sites.clear()
        if self._wire is not None:
            self._wire.close()
        if self._sandbox is not None:
            self._sandbox.stop()
            self._sandbox = None

    def __repr__(self) -> str:
        lines = [f"mode: {self.mode}", f"account: {self.account}"]
        if not self.settings.live:
            lines[1] += " (made up, good in this sandbox only)"
        lines += [f"your phone: {self.phone.number}"]
        return "\n".join(lines)


def _not_live(what: str) -> Note:
    return Note(
        f"live: {what} a call is told from the sandbox's log; of a real call, look at"
        " client.calls(sid).events.list() or at the Console's call log."
    )


def _keep_off_proxies() -> None:
    """Have this kernel reach this machine directly, whatever proxy leads to the internet."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host.strip()]
        missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts]
        if missing:
            os.environ[name] = ",".join([*hosts, *missing])


class _InVainError(Exception):
    """What a person was to bring about does not come; the text says why, and what to do."""


def _call_over(call: PhoneCall, what: str) -> str:
    how = OVER.get(call.status, "The call is over")
    return (
        f"{how}, so there is no use in waiting for {what}. "
        "To try once more, run the cell that makes the call, then this one."
    )


def _over(phone: Any) -> PhoneCall | None:
    """The phone's newest call, if it is over."""
    calls = phone.calls
    return calls[-1] if calls and not calls[-1].live else None


def _answered(phone: Any) -> PhoneCall | None:
    """The phone's newest call, if somebody answered it; it may be over by the time one looks."""
    calls = phone.calls
    newest = calls[-1] if calls else None
    if newest is None:
        return None
    picked_up = any(entry.verb == "answer" for entry in newest.transcript)
    return newest if picked_up or newest.status == "in-progress" else None


def _heard(phone: Any, words: str) -> Entry | None:
    wanted = " ".join(words.split()).lower()
    for entry in phone.transcript:
        if entry.verb == "Say" and wanted in entry.text.lower():
            return entry
    return None


def _text_with(phone: Any, words: str) -> Text | None:
    for text in phone.inbox:
        if words.lower() in text.body.lower():
            return text
    return None


def current() -> Session:
    """The session that is open; HelperError if none is."""
    if _open is None:
        raise HelperError("No session is open.", next_step='Run session = connect(lesson="00").')
    return _open
