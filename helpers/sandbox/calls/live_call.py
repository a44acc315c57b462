"""One live call: ringing, answering, running TwiML step by step, ending.

A verb says what should happen (a step); `LiveCall.perform` makes it happen on the clock and tells
the verb how it went. What takes more than a few lines has a file of its own: `listening`,
`recording`, `dialling`, `callbacks`. At the far end of a call is a handset, or, when the number
called is owned here, another live call.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from helpers.clock import Planned, begun
from helpers.resources.call import Call
from helpers.resources.number import ValidationRequest
from helpers.sandbox.actors import Actor, Interrupted, Signal
from helpers.sandbox.calls import (
    callbacks,
    detection,
    dialling,
    far_end,
    listening,
    paying,
    playing,
    record_verb,
    recording,
)
from helpers.sandbox.calls.family import Family
from helpers.sandbox.handsets import AUTO_ANSWER, Handset
from helpers.sandbox.meetings import conferences, queues
from helpers.sandbox.meetings.company import Company
from helpers.sandbox.sound import pieces
from helpers.sandbox.sound.pieces import Piece
from helpers.sandbox.streams import beside, relay, streaming, transcribing
from helpers.sandbox.web.urls import shown_url
from helpers.sandbox.web.webhooks import Cookies
from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine

TRIAL_LIMIT = 600  # seconds a trial's call may last, warning 13805
CALL_LIMIT = 14_400
MOST_HOPS = 10  # owned numbers that one call may be forwarded through

Conversation = Generator[Any, Any, bool]


class Listener(Protocol):
    """Something that listens in to a call: a recording, a stream, a transcription.

    *track* is "inbound" (what the far end says) or "outbound" (what it hears). Whoever wants the
    sound too, with files and beeps, is a `pieces.Taker` besides.
    """

    def hear(self, track: str, words: str) -> None:
        """Words are said; they take `audio.SECONDS_A_WORD` each from now on."""

    def press(self, track: str, keys: str) -> None:
        """Keys are pressed."""


class LiveCall(Actor):
    """Carries one call.

    *far* is the other leg where the far end is no handset, *parent* the call whose Dial made this
    one, *handset_account* the account whose handset it is (by default the call's own).
    """

    interrupts = ("hangup", "end", "redirect")

    def __init__(
        self,
        engine: Engine,
        call: Call,
        *,
        far: LiveCall | None = None,
        parent: LiveCall | None = None,
        handset_account: str = "",
    ) -> None:
        super().__init__(engine.clock)
        self.engine = engine
        self.call = call
        self.account = engine.account(call.account_sid)
        self.world = engine.world(self.account)
        self.far = far
        self.parent = parent
        self.handset_account = handset_account or call.account_sid
        self.handset_number = call.from_ if call.direction == "inbound" else call.to
        if far is not None:
            self.handset_number = ""
        made_by = parent or far
        self.family: Family = made_by.family if made_by is not None else Family()
        self.family.members.add(call.sid)
        self.cookies = Cookies(self.clock.now)
        self.tapes: dict[str, recording.Tape] = {}
        self.listeners: dict[str, Listener] = {}
        self.beside: dict[str, beside.Beside] = {}  # what a Start began, by SID
        self.files: dict[str, playing.File | None] = {}  # what it played, by URL
        self.answered_at: datetime | None = None
        self.ear: dict[str, Any] = {}  # what goes on in it now, for who shows the far end
        self._ears = 0
        self.voice_heard = float("-inf")  # when a microphone was heard last
        self.gone = False  # the caller hung up, and a verb's last request is still to be made
        self.parting = Signal("hangup")  # what becomes of the call after that request
        self.joined = False  # a leg that talks with its parent's other side
        self.company: Company | None = None  # what joins it with others
        self.invitation: conferences.Room | None = None  # the conference it is rung for
        self.dial: dialling.Dialling | None = None  # the Dial that this call waits for
        self.line: Callable[[LiveCall], LiveCall] | None = None  # makes the other leg
        self.shown: dict[str, Any] = {}  # what the far end sees when it rings, beside the caller
        self.first_told: tuple[tuple[str, str], ...] = ()  # extras of the first request
        self.told_back: tuple[tuple[str, str], ...] = ()  # what its end tells a Dial
        self.detection: detection.Detection | None = None
        self.paying: paying.Paying | None = None  # the payment that the keys are for
        self.over: bool = False
        self._page: steps.Page | None = None  # the newest document
        self._listens = False  # keys and words go to whoever listens now, and are not kept
        self._limit: Planned | None = None
        self._no_handset = Handset(engine.store, call.account_sid, "")
        engine.calls[call.sid] = self

    # -- what may be seen ------------------------------------------------------------------

    @property
    def handset(self) -> Handset:
        """What is at the far end: a telephone, or a stand-in that only keeps keys and words."""
        if not self.handset_number:
            return self._no_handset
        return self.engine.handset(self.handset_account, self.handset_number)

    @property
    def mode(self) -> str:
        """How its handset meets a call."""
        if not self.handset_number:
            return Handset.mode
        return self.engine.handset_mode(self.handset_account, self.handset_number)

    def at_handset(self, account_sid: str, number: str) -> bool:
        """Whether that handset rings with this call, or is in it."""
        return (
            self.handset_number == number
            and account_sid in (self.handset_account, self.call.account_sid)
            and self.call.status in ("ringing", "in-progress")
        )

    def seconds(self) -> float:
        """Seconds of the clock since the call was answered, 0 before."""
        if self.answered_at is None:
            return 0.0
        return round((self.clock.now() - self.answered_at).total_seconds(), 3)

    def moment(self) -> float:
        """The clock in seconds."""
        return self.clock.now().timestamp()

    def kept_by_somebody(self, track: str = "outbound") -> bool:
        """Whether somebody keeps the sound of this call."""
        return any(pieces.taker(listener) for listener, _ in self._hearing(track))

    def watched(self) -> bool:
        """Whether a person holds the handset at the far end, who may want to hear what plays."""
        return self.mode == "manual"

    @contextmanager
    def in_the_ear(self, kind: str, **more: Any) -> Iterator[dict[str, Any]]:
        """Let those who show the far end know what goes on there while the block runs.

        What is told of it may be changed by the block.
        """
        self._ears += 1
        mine = self.ear = {"id": f"{self.call.sid}:{self._ears}", "kind": kind, **more}
        try:
            yield mine
        finally:
            if self.ear is mine:
                self.ear = {}

    def _update(self, *names: str) -> None:
        self.call.date_updated = self.clock.now()
        self.world.update(self.call, "date_updated", *names)

    def _state(self, status: str, *names: str, **more: Any) -> None:
        self.call.status = status
        self._update("status", *names)
        self._event("state", {"status": status, **more})

    def _event(self, kind: str, data: dict[str, Any]) -> None:
        for account in {self.call.account_sid: None, self.handset_account: None}:
            self.engine.event(account, kind, data, call_sid=self.call.sid)

    def entry(self, verb: str, text: str = "", **more: Any) -> None:
        """Write a line of the transcript: a verb begins, or a person does something.

        The log keeps *more* about it.
        """
        at, text = self.seconds(), shown_url(text)
        self.engine.store.add_entry(self.call.account_sid, self.call.sid, at, verb, text)
        kind = "verb" if verb[:1].isupper() or verb == "notice" else "person"
        self._event(kind, {"verb": verb, "text": text, "seconds": at} | more)

    def alert(self, code: int, text: str, **about: Any) -> None:
        """Tell the account's debugger."""
        self.engine.alert(self.call.account_sid, code, text, call_sid=self.call.sid, **about)

    # -- what people and the API do to it ----------------------------------------------------

    def answer(self, by: str = "answer", after: LiveCall | None = None) -> None:
        """The call is picked up: by a person (*by* "answer"), or by its first verb ("").

        It goes on when *after*, the call at its far end that picked it up, has done its own.
        """
        if self.answered_at is not None or self.over:
            return
        self.answered_at = self.call.answer_time = self.clock.now()
        self.call.start_time = self.call.start_time or self.answered_at
        if by:
            self.entry(by)
        self._state("in-progress", "answer_time", "start_time")
        if self.account.type == "Trial" and self.call.direction != "outbound-dial":
            self.entry("notice", "A trial account: a real call says so here and waits for a key.")
        self.plan_limit()
        if self.call.machine_detection:
            detection.begin(self)
        if after is None:
            self.tell("answered")
        else:  # two web sites that are asked at once would be asked in chance order
            after.then(lambda: self.tell("answered"))
        if self.parent is not None and self.parent.dial is not None:
            self.parent.dial.answered(self)
        if self.far is not None and self.call.direction == "inbound":
            self.far.answer("", after=self)

    def plan_limit(self) -> None:
        """See to it that the call ends when it has lasted as long as it may."""
        if self._limit is not None:
            self._limit.cancel()
        if self.answered_at is None or self.over:
            return
        limit = self.call.time_limit or CALL_LIMIT
        trial = self.account.type == "Trial" and limit > TRIAL_LIMIT

        def reached() -> None:
            if trial:
                text = "a trial account's call lasts ten minutes at most"
                self.alert(13805, text, level="warning")
            self.end("completed")

        left = (TRIAL_LIMIT if trial else limit) - self.seconds()
        self._limit = self.clock.plan(left, reached)

    def decline(self) -> None:
        """The person called does not want to talk."""
        self.entry("decline")
        self._close("busy")
        self.tell("end", "busy")

    def hang_up(self) -> None:
        """The person at the far end hangs up."""
        self.entry("hangup")
        self.leave()

    def leave(self) -> None:
        """The far end is gone."""
        if not self.over:
            self._close("completed" if self.answered_at else "canceled")
            self.tell("hangup")

    def end(self, status: str, *, wake: bool = True) -> bool:
        """The API, a limit or the other leg ends it: ``completed``, ``canceled``, ``no-answer``.

        Only what was answered is completed; what the API ends before has been canceled, whichever
        of the two it said. Without *wake* it is over, but does not know yet: whoever ended it
        wakes it in its turn.
        Returns whether there was something to end.
        """
        if self.over:
            return False
        if status == "completed" and self.answered_at is None:
            status = "canceled"
        if self.call.start_time is None and status == "canceled":
            self.call.status_callback = ""  # Twilio tells nobody of a call that was never dialled
        self._close("completed" if self.answered_at else status)
        if wake:
            self.tell("end", self.call.status)
        return True

    def redirect(self, url: str, method: str, twiml: str) -> None:
        """The API gives it other instructions."""
        self.tell("redirect", steps.Fetch(url, method) if url else twiml)

    def press(self, digits: str, *, heard: bool = True) -> None:
        """The person presses keys; a Gather reads them now or later.

        *heard* is false for another call's keys, for whoever listens in has heard them there.
        """
        if self.paying is not None:
            rest = self.paying.take(digits)
            self.entry("press", "x" * (len(digits) - len(rest)))
            if not rest:
                return
            digits = rest
        self.entry("press", digits)
        if heard:
            self.pressed("inbound", digits)
        if self.company is not None:
            self.company.keyed(self, digits)
        if self._listens:
            for key in digits:
                self.tell("live_key", key)
        else:
            self.handset.press(digits, told=True)
            self.tell("key", keep=False)

    def speak(self, words: str) -> None:
        """The person says something."""
        self.entry("speak", words)
        self.heard("inbound", words)
        if self.company is not None:
            self.company.said(self, words)
        if self._listens:
            self.tell("words", words)
        else:
            self.handset.speak(words, told=True)
            self.tell("word", keep=False)

    def refer(self, address: str) -> None:
        """The SIP party that a Dial joined wants the caller sent to *address*."""
        self.entry("refer", address)
        if self.parent is not None:
            self.parent.tell("refer", address)

    def heard(self, track: str, words: str, *sounds: Piece) -> None:
        """Whoever listens in hears words: of the far end ("inbound"), or of our side ("outbound").

        *sounds* are how they are said, where it is not as usual.
        """
        for listener, side in self._hearing(track):
            listener.hear(side, words)
        self.sounded(track, *(sounds or [pieces.words(words)]))

    def pressed(self, track: str, keys: str) -> None:
        """Whoever listens in hears keys."""
        for listener, side in self._hearing(track):
            listener.press(side, keys)
        self.sounded(track, pieces.keys(keys))

    def sounded(self, track: str, *sounds: Piece) -> None:
        """Whoever keeps the sound of the call takes these, one after the other from now on."""
        for listener, side in self._hearing(track):
            if (taker := pieces.taker(listener)) is not None:
                taker.take(side, sounds)

    def hush(self, track: str) -> None:
        """What sounds on this track is broken off."""
        for listener, side in self._hearing(track):
            if (taker := pieces.taker(listener)) is not None:
                taker.hush(side)

    def _hearing(self, track: str) -> Iterator[tuple[Listener, str]]:
        """Who listens in, and the track it is for each.

        A leg that is joined is heard in its parent's call too, where it is our side. What is said
        here to another call is heard there.
        """
        yield from ((listener, track) for listener in list(self.listeners.values()))
        if self.joined and self.parent is not None:
            side = "outbound" if track == "inbound" else "inbound"
            yield from ((listener, side) for listener in list(self.parent.listeners.values()))
        if track == "inbound" and self.company is not None:
            yield from self.company.hearing(self)
        if track == "outbound" and self.far is not None and not self.far.over:
            yield from self.far._hearing("inbound")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take keys and words as signals ``live_key`` and ``words`` while the block runs.

        What came too late for it is kept for the next who reads.
        """
        self._listens = True
        try:
            yield
        finally:
            self._listens = False
            for key in self.untold("live_key"):
                self.handset.press(key, told=True)
            for words in self.untold("words"):
                self.handset.speak(words, told=True)

    def mode_changed(self) -> None:
        """The handset meets calls in another way from now on."""
        self.tell("mode", keep=False)

    def forget(self) -> None:
        """Drop it without a word: the account is reset, or the sandbox ends."""
        self.over = True
        for thing in list(self.beside.values()):
            thing.drop()
        if self._limit is not None:
            self._limit.cancel()
        self.engine.calls.pop(self.call.sid, None)
        self.family.members.discard(self.call.sid)
        self.company = self.invitation = None

    def failed(self, problem: Exception) -> None:
        """A mistake of the sandbox itself: the call ends as failed."""
        self.engine.failure(problem)
        self.alert(12400, f"the sandbox itself went wrong: {type(problem).__name__}")
        self._close("failed")
        self._leave_dial()

    # -- the ways a call runs ----------------------------------------------------------------

    async def run_outbound(self) -> None:
        """A call that the API asked for."""
        await self.finish(await self._to_the_end(self._call_out()))

    async def _call_out(self) -> str:
        self.shown = self._shown()
        await self.wait(0)  # its turn in the queue
        outcome = await self.ring(self.call.timeout)
        if outcome != "answered":
            return outcome
        if self.call.send_digits:
            await self._send_digits(self.call.send_digits)
        if self.call.record:
            await recording.begin_asked(self)
        if self.call.machine_detection:
            await detection.of_call(self)
        return await self.talk(self._first())

    def _shown(self) -> dict[str, Any]:
        """What the far end sees when it rings, and what was asked for that means nothing here."""
        call = self.call
        shown: dict[str, Any] = {}
        if call.call_reason:
            shown["reason"] = call.call_reason
        if call.caller_id:
            shown["caller_id"] = call.caller_id
        idle = call.idle()
        guest = self.invitation.invited.get(call.sid) if self.invitation is not None else None
        if guest is not None:
            idle += guest.idle()
        notes = [f"{name} has no meaning in the sandbox." for name in idle]
        return shown | ({"notes": notes} if notes else {})

    async def _send_digits(self, digits: str) -> None:
        self.entry("notice", f"The call sends the keys {digits}.")
        await self.perform(steps.Tones(digits))

    async def run_inbound(self) -> None:
        """A call to a number that an account owns: its web site decides."""
        await self.finish(await self._to_the_end(self._be_called()))

    async def _be_called(self) -> str:
        await self.wait(0)
        if not self.account.is_active:
            self.alert(10001, f"the account of {self.call.to} is not active, so nobody answers")
            return "failed"
        if not self.call.url:
            self.alert(11100, f"{self.call.to} has no VoiceUrl, so nobody answers")
            return "failed"
        return await self.talk(self._first())

    async def run_validation(self, request: ValidationRequest) -> None:
        """The call that asks for the six digits of a validation request."""
        told = [("VerificationStatus", "failed")]

        async def work() -> str:
            await self.wait(float(request.call_delay or 0))
            outcome = await self.ring(self.call.timeout)
            if outcome != "answered":
                return outcome
            if request.extension:
                await self.perform(steps.Tones(request.extension))
            if await listening.ask_for_code(self, request):
                sid = listening.caller_id(self, request).sid
                told[:] = [("VerificationStatus", "success"), ("OutgoingCallerIdSid", sid)]
            return "completed"

        await self.finish(await self._to_the_end(work()), told)

    async def run_leg(self, target: steps.Target) -> None:
        """A leg that a Dial of *parent* made."""
        await self.finish(await self._to_the_end(self._be_dialled(target)))
        self._leave_dial()

    async def _be_dialled(self, target: steps.Target) -> str:
        await self.wait(0)  # all legs of a Dial are there before the first one rings
        outcome = await self.ring(None)
        if outcome != "answered":
            return outcome
        if target.detection is not None:
            self.detection = detection.Detection(self, target.detection)
        if target.send_digits:
            await self._send_digits(target.send_digits)
        if target.url and target.kind != "application":
            first = steps.Fetch(target.url, target.method)
            talk = conversation(first, kind="called", moved=self.rested)
            if await self.converse(talk) != "done":
                return "completed"  # it does not want to be joined
        assert self.parent is not None
        self.joined = True
        self.parent.tell("leg", (self, "joined"))
        await self.wait(None)
        return "completed"

    def _leave_dial(self) -> None:
        """Tell the Dial that made this leg, once, that it is gone."""
        if self.parent is not None:
            self.parent.tell("leg", (self, "over"))
            self.parent, self.joined = None, False

    async def run_lost(self) -> None:
        """A call that was live when the process ended."""
        self.alert(12400, "the sandbox was started again while this call was live")
        self.handset.forget()
        await self.finish("failed")

    async def _to_the_end(self, work: Coroutine[Any, Any, str]) -> str:
        """Run *work*, or what the API asks for instead; returns the status the call ends with."""
        while True:
            try:
                return await work
            except Interrupted as stop:
                signal = stop.signal
            if signal.kind != "redirect":
                return str(signal.value) if signal.kind == "end" else "completed"
            self.gone, self.parting = False, Signal("hangup")
            self._leave_dial()
            work = self.talk(signal.value, updates=True)

    def _first(self) -> steps.Fetch | str:
        call = self.call
        if call.twiml and not call.url:
            return call.twiml
        return steps.Fetch(call.url, call.method, self.first_told)

    # -- ringing -----------------------------------------------------------------------------

    async def ring(self, timeout: float | None) -> str:
        """Ring the far end; returns "answered", or the status the call ends with."""
        self.call.start_time = self.clock.now()
        self._update("start_time")
        await self._progress("initiated")
        owned = self.engine.owner(self.call.to)
        if owned is not None and self.line is None:
            self.line = lambda leg: self.engine.inbound(owned, leg.call.from_, far=leg)
        if self.line is not None:
            self.handset_number = ""
            if self._hops() > MOST_HOPS:
                self.alert(13224, "numbers that forward to one another in a circle")
                return "failed"
            self.far = self.line(self)
            self.far.start(self.far.run_inbound())
        elif self.mode == "busy" or self._engaged():
            return "busy"
        self._state("ringing", **self.shown)
        await self._progress("ringing")
        outcome = await (self._ring_line(timeout) if self.line else self._ring_handset(timeout))
        if outcome == "answered":
            await self._progress("answered")
        return outcome

    async def _progress(self, event: str) -> None:
        self.check()
        await callbacks.progress(self, event)
        self.check()  # a slow web site's time is long enough for somebody to end the call

    def _hops(self) -> int:
        """How many owned numbers this call went through before."""
        hops, leg = 0, self.parent or self.far
        while leg is not None and hops <= MOST_HOPS:
            hops += leg.call.direction == "inbound"
            leg = leg.parent or (leg.far if leg.call.direction == "inbound" else None)
        return hops

    def _engaged(self) -> bool:
        there = self.engine.calls.at(self.handset_account, self.handset_number)
        return any(other is not self for other in there)

    async def _ring_handset(self, timeout: float | None) -> str:
        began = self.clock.now()
        while True:
            mode = self.mode
            left = None if timeout is None else timeout - (self.clock.now() - began).total_seconds()
            acts = mode in ("auto", "decline") and (left is None or left >= AUTO_ANSWER)
            if mode == "busy":
                return "busy"
            signal = await self.wait(AUTO_ANSWER if acts else left, "answered", "mode")
            if signal is None and not acts:
                return "no-answer"
            if signal is None and mode == "decline":
                self.entry("decline")
                return "busy"
            if signal is None:
                self.answer()
                self.untold("answered")
                return "answered"
            if signal.kind == "answered":
                return "answered"

    async def _ring_line(self, timeout: float | None) -> str:
        signal = await self.wait(timeout, "answered", "declined")
        if signal is None:
            assert self.far is not None
            self.far.end("no-answer")
            return "no-answer"
        return "answered" if signal.kind == "answered" else str(signal.value)

    # -- ending --------------------------------------------------------------------------------

    def _close(self, status: str) -> None:
        """Write down that it is over; what follows (callbacks) may take its time."""
        if self.over:
            return
        self.over = True
        if self._limit is not None:
            self._limit.cancel()
        if self.detection is not None:
            self.detection.stop()
        self.call.end_time = self.clock.now()
        self.call.duration = begun(self.seconds())
        self.call.status = status
        with self.engine.store.transaction():  # what has ended is paid for, and once
            self.call.charge = self.world.charge(self.call)
            self._state(status, "end_time", "duration", "charge", duration=self.call.duration)
        if self.answered_at is not None:
            self.handset.forget()
        self.engine.calls.pop(self.call.sid, None)
        self.family.members.discard(self.call.sid)
        if self.far is not None and not self.far.over:
            if self.call.direction == "inbound" and self.answered_at is None:
                self.far.tell("declined", status)
            else:
                self.far.leave()

    async def finish(self, status: str, told: callbacks.Pairs | None = None) -> None:
        """End the call, if nobody did yet, and tell its status callback."""
        self._close(status)
        if self.invitation is not None:
            await self.invitation.absent(self)
        await beside.stop_all(self)
        for tape in list(self.tapes.values()):
            await recording.end(self, tape)
        told = [*(told or []), *callbacks.ending(self.call)]
        if self.call.record:
            told += recording.about(self)
        await callbacks.progress(self, "completed", told)

    # -- talking -------------------------------------------------------------------------------

    async def talk(self, first: steps.Fetch | str, *, updates: bool = False) -> str:
        """Follow documents until the call is over; returns the status it ends with.

        *updates* when the API gives them in place of others.
        """
        call = self.call
        fallback = None
        if call.fallback_url:
            fallback = steps.Fetch(call.fallback_url, call.fallback_method)
        answered = self.answered_at is not None
        return await self.converse(
            conversation(
                first,
                fallback=fallback,
                moved=self.rested,
                answered=answered,
                updates=updates,
            )
        )

    async def converse(self, talk: Conversation) -> str:
        """Perform what a conversation asks for; returns the status it ends the call with.

        A document heard aside (`problems.ASIDE`) returns "done" at its end, "failed" when it
        cannot be had, "leave" when it leaves the queue.
        """
        answer: Any = None
        try:
            while True:
                step = talk.send(answer)
                if self.gone and not isinstance(step, steps.Fetch):
                    raise Interrupted(self.parting)
                if isinstance(step, steps.LeaveQueue):
                    return "leave"
                if isinstance(step, steps.HangUp):
                    self.told_back = step.told
                    return "completed"
                if isinstance(step, steps.Refuse):
                    self.told_back = step.told
                    return "busy" if step.reason == "busy" else "no-answer"
                answer = await self.perform(step)
                if self.gone and isinstance(step, steps.Fetch):
                    raise Interrupted(self.parting)  # its answer cannot be run any more
        except StopIteration as end:
            if self.gone:  # there was no action to ask
                raise Interrupted(self.parting) from None
            return "done" if end.value else "failed"
        finally:
            talk.close()

    async def perform(self, step: steps.Step) -> Any:
        """Make one step happen; returns what the verb wants to know."""
        if not self.gone:
            self.check()
        match step:
            case steps.Begin(verb, text):
                self.entry(verb, text, **step.details)
            case steps.Answer():
                self.answer("")
            case steps.Alert(code, text, level):
                self.alert(
                    code, text, level=level, line=step.line, request_url=step.url, page=self._page
                )
            case steps.Fetch(url, method, params):
                return await self._fetch(url, method, params)
            case steps.Speak():
                return await playing.speak(self, step)
            case steps.Load(urls, code):
                for url in urls:
                    await playing.load(self, url, code)
            case steps.Sound():
                return await playing.play(self, step)
            case steps.Wait(seconds):
                return await listening.pass_time(self, seconds, step.until_key, step.until_word)
            case steps.Tones(digits):
                await playing.send(self, digits)
            case steps.ReadKeys():
                return await listening.read(self, step)
            case steps.RecordCaller():
                return await record_verb.record(self, step)
            case steps.Connect():
                return await dialling.connect(self, step)
            case steps.Join():
                return await conferences.join(self, step)
            case steps.WaitInQueue():
                return await queues.wait(self, step)
            case steps.TakeFromQueue():
                return await queues.take(self, step)
            case steps.Transfer(address):
                return await far_end.transfer(self, address)
            case steps.Repeat():
                await far_end.repeat(self)
            case steps.OpenStream(_, two_way):
                return await (streaming.connect if two_way else streaming.start)(self, step)
            case steps.OpenRelay():
                return await relay.connect(self, step)
            case steps.RecordCall():
                await beside.record(self, step)
            case steps.Transcribe():
                await transcribing.start(self, step)
            case steps.StopBeside():
                return await beside.stop(self, step)
            case steps.SendText():
                return self._send_text(step)
            case _:
                raise TypeError(f"a call cannot do this: {step!r}")
        return None

    # -- steps: documents, texts -----------------------------------------------------------------

    async def _fetch(
        self, url: str, method: str, params: tuple[tuple[str, str], ...]
    ) -> steps.Page:
        call = self.call
        told = callbacks.parameters(call) + list(params)
        if call.machine_detection and not call.async_amd:
            told += detection.told_of(call)
        ask = self.engine.page(
            call.account_sid,
            url,
            method,
            told,
            call_sid=call.sid,
            cookies=self.cookies,
        )
        self._page = await (ask if self.gone else self.during(ask))
        return self._page

    def _send_text(self, step: steps.SendText) -> steps.Sent:
        from helpers.sandbox.live_message import send_from_document

        inbound = self.call.direction == "inbound"
        us, them = (self.call.to, self.call.from_) if inbound else (self.call.from_, self.call.to)
        return send_from_document(
            self.world,
            step,
            to=step.to or them,
            from_=step.from_ or us,
            direction="outbound-call",
            alert=lambda code, text, level="warning": self.alert(code, text, level=level),
        )
