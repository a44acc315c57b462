"""One live call: ringing, answering, running TwiML step by step, ending.

A verb says what should happen (a step); this file makes it happen on the clock and tells the verb
how it went. `LiveCall.perform` is the table of steps. At the far end of a call is a handset, or,
when the number called is owned here, another live call.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpers import phone_numbers
from helpers.clock import Planned
from helpers.errors import PhoneNumberError
from helpers.resources.base import rfc2822
from helpers.resources.call import Call
from helpers.resources.number import OutgoingCallerId
from helpers.resources.recording import Recording
from helpers.sandbox import audio
from helpers.sandbox.actors import Actor, Interrupted, Signal
from helpers.sandbox.handsets import AUTO_ANSWER, Handset
from helpers.sandbox.webhooks import MEDIA_LIMIT, Cookies
from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine

SECONDS_A_WORD = audio.SECONDS_A_WORD
TRIAL_LIMIT = 600  # seconds a trial's call may last, warning 13805
CALL_LIMIT = 14_400
CODE_TRIES = 3  # how often a validation call asks for its code
AUDIO_TYPES = frozenset(
    f"audio/{kind}"
    for kind in "mpeg mp3 wav wave x-wav aiff x-aifc x-aiff x-gsm gsm ulaw basic".split()
)

Conversation = Generator[Any, Any, None]


class LiveCall(Actor):
    """Carries one call; *far* is the other leg where the far end is no handset."""

    interrupts = ("hangup", "end", "redirect")

    def __init__(self, engine: Engine, call: Call, *, far: LiveCall | None = None) -> None:
        super().__init__(engine.clock)
        self.engine = engine
        self.call = call
        self.account = engine.account(call.account_sid)
        self.world = engine.world(self.account)
        self.far = far
        self.handset_number = "" if far else (call.from_ if call.direction == "inbound" else call.to)
        self.parent: LiveCall | None = None
        self.cookies = Cookies()
        self.answered_at: datetime | None = None
        self.gone = False  # the caller hung up, and a verb's last request is still to be made
        self.live_keys = False  # keys go to whoever listens now, and are not kept
        self.recording_words = False  # likewise words
        self.over = False
        self._limit: Planned | None = None
        self._recordings: dict[str, tuple[Recording, datetime]] = {}
        engine.calls[call.sid] = self

    # -- what may be seen ------------------------------------------------------------------

    @property
    def handset(self) -> Handset:
        return self.engine.handset(self.call.account_sid, self.handset_number)

    def seconds(self) -> float:
        """Seconds of the clock since the call was answered, 0 before."""
        if self.answered_at is None:
            return 0.0
        return round((self.clock.now() - self.answered_at).total_seconds(), 3)

    def _update(self, *names: str) -> None:
        self.call.date_updated = self.clock.now()
        self.world.update(self.call, "date_updated", *names)

    def _state(self, status: str) -> None:
        self.call.status = status
        self._update("status")
        self._event("state", {"status": status})

    def _event(self, kind: str, data: dict[str, Any]) -> None:
        self.engine.event(self.call.account_sid, kind, data, call_sid=self.call.sid)

    def entry(self, verb: str, text: str = "") -> None:
        """Write a line of the transcript: a verb begins, or a person does something."""
        at = self.seconds()
        self.engine.store.add_entry(self.call.account_sid, self.call.sid, at, verb, text)
        kind = "verb" if verb[:1].isupper() or verb == "notice" else "person"
        self._event(kind, {"verb": verb, "text": text, "seconds": at})

    def alert(self, code: int, text: str, **about: Any) -> None:
        self.engine.alert(self.call.account_sid, code, text, call_sid=self.call.sid, **about)

    # -- what people and the API do to it ----------------------------------------------------

    def answer(self, by: str = "answer") -> None:
        """The call is picked up: by a person (*by* "answer"), or by its first verb ("")."""
        if self.answered_at is not None or self.over:
            return
        self.answered_at = self.call.answer_time = self.clock.now()
        if self.call.start_time is None:
            self.call.start_time = self.answered_at
        self.call.status = "in-progress"
        self._update("status", "answer_time", "start_time")
        if by:
            self.entry(by)
        self._event("state", {"status": "in-progress"})
        if self.account.type == "Trial" and self.call.direction != "outbound-dial":
            self.entry("notice", "A trial account: a real call says so here and waits for a key.")
        self._plan_limit()
        self.tell("answered")
        if self.far is not None and self.call.direction == "inbound":
            self.far.answer("")

    def _plan_limit(self) -> None:
        limit = self.call.time_limit or CALL_LIMIT
        trial = self.account.type == "Trial" and limit > TRIAL_LIMIT

        def reached() -> None:
            self._limit = None
            if trial:
                self.alert(13805, "a trial account's call lasts ten minutes at most", level="warning")
            self.end("completed")

        self._limit = self.clock.plan(TRIAL_LIMIT if trial else limit, reached)

    def decline(self) -> None:
        """The person called does not want to talk."""
        self.entry("decline")
        self.tell("declined", "busy")

    def hang_up(self) -> None:
        """The person at the far end hangs up."""
        self.entry("hangup")
        self._close("completed" if self.answered_at else "canceled")
        self.tell("hangup")

    def end(self, status: str) -> None:
        """The API, a limit or the other leg ends it: ``completed``, ``canceled``, ``no-answer``."""
        if self.over:
            return
        queued = self.call.status == "queued"
        if self.answered_at is not None:
            status = "completed"
        self._close(status)
        if queued and status == "canceled":
            self.call.status_callback = ""  # Twilio tells nobody of a call that was never dialled
        self.tell("end", status)

    def redirect(self, url: str, method: str, twiml: str) -> None:
        """The API gives it other instructions."""
        self.tell("redirect", steps.Fetch(url, method) if url else twiml)

    def press(self, digits: str) -> None:
        """The person presses keys; a Gather reads them now or later."""
        self.entry("press", digits)
        if self.live_keys:
            for key in digits:
                self.tell("live_key", key)
            return
        handset = self.handset
        handset.keys += [(key, True) for key in digits]
        handset.save()
        self.tell("key", keep=False)

    def speak(self, words: str) -> None:
        """The person says something."""
        self.entry("speak", words)
        if self.recording_words:
            self.tell("words", words)
            return
        handset = self.handset
        handset.speech.append((words, True))
        handset.save()
        self.tell("key", keep=False)

    def mode_changed(self) -> None:
        """The handset meets calls in another way from now on."""
        self.tell("mode", keep=False)

    def forget(self) -> None:
        """Drop it without a word: the account is reset, or the sandbox ends."""
        self.over = True
        if self._limit is not None:
            self._limit.cancel()
        self.engine.calls.pop(self.call.sid, None)

    def failed(self, problem: Exception) -> None:
        """A mistake of the sandbox itself: the call ends as failed."""
        self.engine.failure(problem)
        self.alert(12400, f"the sandbox itself went wrong: {type(problem).__name__}")
        self._close("failed")
        if self.parent is not None:
            self.parent.tell("leg", (self, "over"))

    # -- the ways a call runs ----------------------------------------------------------------

    async def run_outbound(self) -> None:
        """A call that the API asked for."""
        try:
            await self.wait(0)  # its turn in the queue
            outcome = await self.ring(self.call.timeout)
            if outcome == "answered":
                await self._begin_talking()
                outcome = "completed"
        except Interrupted as stop:
            outcome = self._outcome(stop.signal)
        await self.finish(outcome)

    async def run_inbound(self) -> None:
        """A call to a number that an account owns: its web site decides."""
        try:
            await self.wait(0)
            if not self.call.url:
                self.alert(11100, f"{self.call.to} has no VoiceUrl, so nobody answers")
                await self.finish("failed")
                return
            outcome = await self.talk(self._first())
        except Interrupted as stop:
            outcome = self._outcome(stop.signal)
        await self.finish(outcome)

    async def run_validation(self, request: Any) -> None:
        """The call that asks for the six digits of a validation request."""
        verified = False
        try:
            await self.wait(float(request.call_delay or 0))
            outcome = await self.ring(self.call.timeout)
            if outcome == "answered":
                outcome = "completed"
                verified = await self._ask_for_code(request)
        except Interrupted as stop:
            outcome = self._outcome(stop.signal)
        extra: list[tuple[str, str]] = [("VerificationStatus", "success" if verified else "failed")]
        if verified:
            caller_id = self._save_caller_id(request)
            extra.append(("OutgoingCallerIdSid", caller_id.sid))
        await self.finish(outcome, extra)

    async def run_lost(self) -> None:
        """A call that was live when the process ended."""
        self.alert(12400, "the sandbox was started again while this call was live")
        await self.finish("failed")

    async def run_leg(self, target: steps.Target) -> None:
        """A leg that a Dial of *parent* made."""
        assert self.parent is not None
        joined = False
        try:
            outcome = await self.ring(None)
            if outcome == "answered":
                outcome = "completed"
                joined = await self._greet(target)
                if joined:
                    self.parent.tell("leg", (self, "joined"))
                    await self.wait(None)
        except Interrupted as stop:
            outcome = self._outcome(stop.signal)
        await self.finish(outcome)
        self.parent.tell("leg", (self, "over"))

    async def _greet(self, target: steps.Target) -> bool:
        """What the called side hears before it is joined; False if its document hangs up."""
        if target.send_digits:
            await self.perform(steps.Tones(target.send_digits))
        if not target.url:
            return True
        talk = conversation(
            steps.Fetch(target.url, target.method), kind="called", moved=self._moved
        )
        return await self._converse(talk) == "done"

    @staticmethod
    def _outcome(signal: Signal) -> str:
        return signal.value if signal.kind == "end" else "completed"

    async def _begin_talking(self) -> None:
        if self.call.send_digits:
            await self.perform(steps.Tones(self.call.send_digits))
        if self.call.record:
            self.start_recording(self._new_recording("OutboundAPI"))
        await self.talk(self._first())

    def _first(self) -> steps.Fetch | str:
        call = self.call
        return call.twiml if call.twiml and not call.url else steps.Fetch(call.url, call.method)

    # -- ringing -----------------------------------------------------------------------------

    async def ring(self, timeout: float | None) -> str:
        """Ring the far end; returns "answered", or the status the call ends with."""
        self.call.start_time = self.clock.now()
        self._update("start_time")
        await self.progress("initiated")
        owned = self.engine.owner(self.call.to)
        if owned is not None:
            self.handset_number = ""
            if self._hops() > 10:
                self.alert(13224, "numbers that forward to one another in a circle")
                return "failed"
            self.far = self.engine.inbound(owned, self.call.from_, far=self)
            self.far.start(self.far.run_inbound())
        elif self.handset.mode == "busy" or self._engaged():
            return "busy"
        self._state("ringing")
        await self.progress("ringing")
        return await (self._ring_line(timeout) if owned else self._ring_handset(timeout))

    def _hops(self) -> int:
        """How many owned numbers this call went through before."""
        hops, leg = 0, self.parent or self.far
        while leg is not None and hops < 20:
            hops, leg = hops + 1, leg.parent or (leg.far if leg.call.direction == "inbound" else None)
        return hops

    def _engaged(self) -> bool:
        return any(
            other is not self
            and other.handset_number == self.handset_number
            and other.call.account_sid == self.call.account_sid
            and (other.call.status in ("ringing", "in-progress"))
            for other in self.engine.calls.values()
        )

    async def _ring_handset(self, timeout: float | None) -> str:
        began = self.clock.now()
        while True:
            mode = self.handset.mode
            waited = (self.clock.now() - began).total_seconds()
            left = None if timeout is None else max(0.0, timeout - waited)
            acts = mode in ("auto", "decline") and (left is None or left >= AUTO_ANSWER)
            signal = await self.wait(
                AUTO_ANSWER if acts else left, "answered", "declined", "mode"
            )
            if signal is None and not acts:
                return "no-answer"
            if signal is None and mode == "auto":
                self.answer()
                signal = self._take(("answered",))
            if signal is None or signal.kind == "declined":
                if signal is None:
                    self.entry("decline")
                return "busy"
            if signal.kind == "answered":
                await self.progress("answered")
                return "answered"

    async def _ring_line(self, timeout: float | None) -> str:
        signal = await self.wait(timeout, "answered", "declined")
        if signal is None:
            assert self.far is not None
            self.far.end("no-answer")
            return "no-answer"
        if signal.kind == "declined":
            return str(signal.value)
        await self.progress("answered")
        return "answered"

    # -- status callbacks ----------------------------------------------------------------------

    async def progress(self, event: str, extra: list[tuple[str, str]] | None = None) -> None:
        """Send the status callback for *event*, if it was asked for."""
        call = self.call
        if not call.status_callback or event not in call.status_callback_event:
            return
        params = self.parameters()
        if event == "initiated":
            params = [(k, "initiated" if k == "CallStatus" else v) for k, v in params]
        if call.direction != "inbound":
            params += [
                ("Timestamp", rfc2822(self.clock.now())),
                ("CallbackSource", "call-progress-events"),
                ("SequenceNumber", str(call.sequence)),
            ]
            call.sequence += 1
            self._update("sequence")
        await self.engine.tell(
            call.account_sid,
            call.status_callback,
            call.status_callback_method,
            params + (extra or []),
            call_sid=call.sid,
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that every request about this call carries."""
        call = self.call
        pairs = [
            ("CallSid", call.sid),
            ("AccountSid", call.account_sid),
            ("From", call.from_),
            ("To", call.to),
            ("Caller", call.from_),
            ("Called", call.to),
            ("CallStatus", call.status),
            ("ApiVersion", call.api_version),
            ("Direction", call.direction),
        ]
        if call.parent_call_sid:
            pairs.append(("ParentCallSid", call.parent_call_sid))
        for side, number in (("From", call.from_), ("To", call.to)):
            country = phone_numbers.region(number) or ""
            pairs += [(f"{side}City", ""), (f"{side}State", ""), (f"{side}Zip", "")]
            pairs.append((f"{side}Country", country))
        return pairs

    # -- ending --------------------------------------------------------------------------------

    def _close(self, status: str) -> None:
        """Write down that it is over; what follows (callbacks) may take its time."""
        if self.over:
            return
        self.over = True
        now = self.clock.now()
        if self._limit is not None:
            self._limit.cancel()
        self.call.end_time = now
        self.call.duration = math.ceil(self.seconds())  # begun seconds count
        self.call.status = status
        self._update("status", "end_time", "duration")
        self._event("state", {"status": status, "duration": self.call.duration})
        if self.handset_number:
            self.handset.forget()
        self.engine.calls.pop(self.call.sid, None)
        if self.far is not None and not self.far.over:
            if self.call.direction != "inbound":
                self.far.hang_up_leg()
            elif self.answered_at is None:
                self.far.tell("declined", status)
            else:
                self.far.hang_up_leg()

    def hang_up_leg(self) -> None:
        """The other leg is over, so this one is."""
        if not self.over:
            self._close("completed" if self.answered_at else "canceled")
            self.tell("hangup")

    async def finish(self, status: str, extra: list[tuple[str, str]] | None = None) -> None:
        """End the call, if nobody did yet, and tell its status callback."""
        self._close(status)
        for recording, began in list(self._recordings.values()):
            await self._save_recording(recording, (self.clock.now() - began).total_seconds())
        pairs = list(extra or [])
        pairs.append(("CallDuration", str(self.call.duration or 0)))
        if self.call.status == "completed":
            pairs.append(("Duration", str(max(1, math.ceil((self.call.duration or 0) / 60)))))
        await self.progress("completed", pairs)

    # -- talking -------------------------------------------------------------------------------

    def _moved(self) -> float:
        return self.clock.now().timestamp()

    async def talk(self, first: steps.Fetch | str) -> str:
        """Follow documents until the call is over; returns the status it ends with."""
        fallback = (
            steps.Fetch(self.call.fallback_url, self.call.fallback_method)
            if self.call.fallback_url
            else None
        )
        while True:
            talk = conversation(
                first,
                fallback=fallback,
                moved=self._moved,
                answered=self.answered_at is not None,
            )
            try:
                return await self._converse(talk)
            except Interrupted as stop:
                if stop.signal.kind != "redirect":
                    raise
                first = stop.signal.value
            finally:
                talk.close()

    async def _converse(self, talk: Conversation) -> str:
        """Perform what a conversation asks for. "done" when a called side's document ran out."""
        answer: Any = None
        while True:
            try:
                step = talk.send(answer)
            except StopIteration:
                return "done"
            if isinstance(step, steps.HangUp):
                return "completed"
            if isinstance(step, steps.Refuse):
                return self._refused(step)
            if self.gone and not isinstance(step, steps.Fetch):
                raise Interrupted(Signal("hangup"))
            answer = await self.perform(step)
            if self.gone and isinstance(step, steps.Fetch):
                raise Interrupted(Signal("hangup"))  # its answer cannot be run any more

    def _refused(self, step: steps.Refuse) -> str:
        if self.answered_at is not None:
            self.alert(13810, "Reject came after the call was answered: it hangs up", level="warning")
            return "completed"
        return "busy" if step.reason == "busy" else "no-answer"

    async def perform(self, step: steps.Step) -> Any:
        """Make one step happen; returns what the verb wants to know."""
        match step:
            case steps.Begin(verb, text):
                self.entry(verb, text)
            case steps.Answer():
                self.answer("")
            case steps.Alert(code, text, level):
                self.alert(code, text, level=level, request_url=step.url)
            case steps.Fetch(url, method, params):
                return await self._fetch(url, method, params)
            case steps.Speak(text):
                return await self._pass(SECONDS_A_WORD * len(text.split()), step.until_key)
            case steps.Sound(url):
                return await self._play(url, step.until_key)
            case steps.Wait(seconds):
                return await self._pass(seconds, step.until_key)
            case steps.Tones(digits):
                await self._tones(digits)
            case steps.ReadKeys():
                return await self._read(step)
            case steps.RecordCaller():
                return await self._record(step)
            case steps.Connect():
                return await self._connect(step)
            case steps.SendText():
                return await self._send_text(step)
            case _:
                raise TypeError(f"a call cannot do this: {step!r}")
        return None

    # -- steps: documents and sounds -----------------------------------------------------------

    async def _fetch(self, url: str, method: str, params: tuple[tuple[str, str], ...]) -> Any:
        pairs = self.parameters() + list(params)
        ask = self.engine.ask(
            self.call.account_sid,
            url,
            method,
            pairs,
            call_sid=self.call.sid,
            cookies=self.cookies,
        )
        reply = await (ask if self.gone else self.during(ask))
        failed = reply.failed
        if not failed and not reply.content_type:
            failed = (11200, f"{url} answered without a Content-Type")
        if failed:
            self.alert(*failed, request_url=url, request_method=method, reply=reply)
        return steps.Page(reply.url, reply.body, reply.headers.get("content-type", ""), failed)

    async def _pass(self, seconds: float, until_key: bool) -> bool:
        """Let time pass; with *until_key* a key or a word cuts it short: then True."""
        if until_key and (self.handset_keys() or self.handset_speech()):
            return True
        if seconds <= 0:
            return False
        return await self.wait(seconds, *(("key",) if until_key else ())) is not None

    async def _play(self, url: str, until_key: bool) -> bool:
        seconds: float | None = 1.0
        recording = self._own_recording(url)
        if recording is not None:
            seconds = float(recording.duration or 0)
        else:
            reply = await self.during(
                self.engine.ask(
                    self.call.account_sid,
                    url,
                    "GET",
                    (),
                    call_sid=self.call.sid,
                    cookies=self.cookies,
                    limit=MEDIA_LIMIT,
                )
            )
            if reply.failed:
                self.alert(*reply.failed, request_url=url, request_method="GET", reply=reply)
                return False
            if reply.content_type not in AUDIO_TYPES:
                self.alert(
                    13420,
                    f"Play: {reply.content_type or 'no Content-Type'} is no audio",
                    request_url=url,
                    request_method="GET",
                )
                return False
            seconds = audio.length(reply.body) or 1.0
        return await self._pass(seconds, until_key)

    def _own_recording(self, url: str) -> Recording | None:
        """The recording that a RecordingUrl of this sandbox names."""
        if not self.engine.base_url or not url.startswith(self.engine.base_url + "/"):
            return None
        name = urlsplit(url).path.rsplit("/", 1)[-1].split(".")[0]
        found = self.world.find(Recording, sid=name)
        return found[0] if found else None

    async def _tones(self, digits: str) -> None:
        for key in digits:
            if key in "wW":
                await self.wait(0.5 if key == "w" else 1.0)
            elif self.far is not None and not self.far.over:
                self.far.press(key)

    # -- steps: keys and words -----------------------------------------------------------------

    def handset_keys(self) -> list[tuple[str, bool]]:
        return self.handset.keys

    def handset_speech(self) -> list[tuple[str, bool]]:
        return self.handset.speech

    def _next_key(self, early: list[str]) -> str:
        """The oldest key nobody read, or ""; one keyed before the call is noted in *early*."""
        handset = self.handset
        if not handset.keys:
            return ""
        key, told = handset.keys.pop(0)
        handset.save()
        if not told:
            early.append(key)
        return key

    def _next_words(self) -> str:
        handset = self.handset
        if not handset.speech:
            return ""
        words, told = handset.speech.pop(0)
        handset.save()
        if not told:
            self.entry("speak", words)
        return words

    async def _read(self, step: steps.ReadKeys) -> steps.Keys:
        digits, finished, early = "", "", list[str]()
        try:
            while True:
                words = self._next_words() if step.speech and not digits else ""
                if words:
                    # The words take their time, and so does the silence that ends them.
                    pause = step.speech_timeout if step.speech_timeout is not None else 1.0
                    await self.wait(SECONDS_A_WORD * len(words.split()) + pause)
                    return steps.Keys(speech=words, confidence=0.9)
                key = self._next_key(early) if step.keys else ""
                if not key:
                    if await self.wait(step.timeout, "key") is None:
                        break
                    continue
                if key == step.finish:
                    finished = key
                    break
                digits += key
                if step.most is not None and len(digits) >= step.most:
                    break
        finally:
            if early:
                self.entry("press", "".join(early))
        return steps.Keys(digits=digits, finished_on=finished)

    async def _ask_for_code(self, request: Any) -> bool:
        for _ in range(CODE_TRIES):
            text = "Please enter your six-digit verification code."
            await self.perform(steps.Begin("Say", text))
            await self.perform(steps.Speak(text, until_key=True))
            await self.perform(steps.Begin("Gather", "6 digits"))
            keys = await self._read(steps.ReadKeys(most=6, timeout=10))
            if keys.digits == request.validation_code:
                thanks = "Thank you. Your number is verified."
                await self.perform(steps.Begin("Say", thanks))
                await self.perform(steps.Speak(thanks))
                return True
            text = "That is not the code."
            await self.perform(steps.Begin("Say", text))
            await self.perform(steps.Speak(text))
        return False

    def _save_caller_id(self, request: Any) -> OutgoingCallerId:
        now = self.clock.now()
        caller_id = OutgoingCallerId(
            sid=self.world.sid("PN"),
            account_sid=self.call.account_sid,
            date_created=now,
            date_updated=now,
            friendly_name=request.friendly_name or phone_numbers.national(request.phone_number),
            phone_number=request.phone_number,
        )
        self.world.save(caller_id)
        return caller_id

    # -- steps: recording ----------------------------------------------------------------------

    def _new_recording(self, source: str, **fields: Any) -> Recording:
        now = self.clock.now()
        recording = Recording(
            sid=self.world.sid("RE"),
            account_sid=self.call.account_sid,
            date_created=now,
            date_updated=now,
            call_sid=self.call.sid,
            status="in-progress",
            source=source,
            start_time=now,
            **fields,
        )
        self.world.save(recording)
        return recording

    def start_recording(self, recording: Recording) -> None:
        """Record both sides of the call from now on."""
        self._recordings[recording.sid] = (recording, self.clock.now())

    def change_recording(self, recording: Recording, status: str) -> None:
        """Stop a recording that was started; others of its states are kept as asked."""
        if status == "stopped" and recording.sid in self._recordings:
            kept, began = self._recordings.pop(recording.sid)
            kept.duration = int((self.clock.now() - began).total_seconds())
            kept.status = "completed"
            self.world.update(kept, "duration", "status")

    def recording_url(self, recording: Recording) -> str:
        """Where its sound can be fetched, without suffix."""
        return f"{self.engine.base_url}{recording.uri.removesuffix('.json')}"

    async def _record(self, step: steps.RecordCaller) -> steps.Recorded:
        recording = self._new_recording("RecordVerb")
        began = self.clock.now()
        ended_by, said, sounds = "", 0.0, list[list[float]]()
        self.live_keys = self.recording_words = True
        try:
            while True:
                now = self._since(began)
                ends = [step.max_length] + ([max(said, 0.0) + step.timeout] if step.timeout else [])
                signal = await self.wait(max(0.0, min(ends) - now), "live_key", "words")
                if signal is None:
                    break
                if signal.kind == "words":
                    start, words = max(said, self._since(began)), len(signal.value.split())
                    sounds.append([start, words])
                    said = start + SECONDS_A_WORD * words
                elif signal.value in step.finish:
                    ended_by = signal.value
                    break
        except Interrupted as stop:
            if stop.signal.kind != "hangup":
                await self._save_recording(recording, self._since(began))
                raise
            ended_by, self.gone = "hangup", True
        finally:
            self.live_keys = self.recording_words = False
        length = self._since(began)
        silent = not sounds and not ended_by
        if step.trim == "trim-silence" and sounds:
            length = min(length, said)
        recording.sounds = sounds
        await self._save_recording(
            recording,
            0 if silent else max(1.0, length),
            step.callback,
            step.callback_method,
            step.callback_events,
        )
        return steps.Recorded(
            "" if silent else recording.sid,
            self.recording_url(recording),
            recording.duration or 0,
            ended_by,
            silent,
        )

    def _since(self, moment: datetime) -> float:
        return (self.clock.now() - moment).total_seconds()

    async def _save_recording(
        self,
        recording: Recording,
        seconds: float,
        callback: str = "",
        method: str = "POST",
        events: tuple[str, ...] = ("completed",),
    ) -> None:
        """A recording is over: keep it, and tell who asked to be told."""
        self._recordings.pop(recording.sid, None)
        recording.duration = int(seconds)
        recording.status = "completed" if seconds else "absent"
        recording.date_updated = self.clock.now()
        self.world.update(recording, "duration", "status", "sounds", "date_updated")
        if recording.source == "OutboundAPI":
            callback = self.call.recording_status_callback
            method = self.call.recording_status_callback_method
        if not callback or recording.status not in events:
            return
        await self.engine.tell(
            self.call.account_sid,
            callback,
            method,
            [
                ("AccountSid", self.call.account_sid),
                ("CallSid", self.call.sid),
                ("RecordingSid", recording.sid),
                ("RecordingUrl", self.recording_url(recording)),
                ("RecordingStatus", recording.status),
                ("RecordingDuration", str(recording.duration)),
                ("RecordingChannels", str(recording.channels)),
                ("RecordingStartTime", rfc2822(recording.start_time or self.clock.now())),
                ("RecordingSource", recording.source),
                ("RecordingTrack", recording.track or "both"),
            ],
            call_sid=self.call.sid,
        )

    # -- steps: other parties ------------------------------------------------------------------

    async def _connect(self, step: steps.Connect) -> steps.Connected:
        if not step.answer_on_bridge:
            self.answer("")
        outcomes: dict[str, str] = {}
        batches = [[t] for t in step.targets] if step.sequential else [list(step.targets)]
        last: steps.Connected | None = None
        for batch in batches:
            legs = [leg for target in batch if (leg := self._leg(target, step)) is not None]
            last = await self._join(legs, step, outcomes)
            if last.bridged or self.gone:
                break
        return last or steps.Connected("failed")

    def _leg(self, target: steps.Target, step: steps.Connect) -> LiveCall | None:
        """The leg for one target, ringing; None (and an alert) if it cannot be called."""
        number = dialled(target.address) if target.kind == "number" else ""
        if not number:
            what = "this sandbox has no such party" if target.kind != "number" else "no such number"
            self.alert(13224, f"Dial: {target.address}: {what}", level="warning")
            return None
        trial = self.account.type == "Trial"
        if trial and not self.world.verified(number) and not self.engine.owner(number):
            self.alert(21219, f"The number {number} is unverified: a trial account may not dial it")
            return None
        events = [e for e in target.status_callback_events] or ["completed"]
        caller = self._caller_id(step.caller_id)
        call = Call.leg(
            self.world,
            self.call,
            to=number,
            from_=caller,
            status_callback=target.status_callback,
            status_callback_method=target.status_callback_method,
            status_callback_event=events,
        )
        self.world.save(call)
        leg = LiveCall(self.engine, call)
        leg.parent = self
        leg.start(leg.run_leg(target))
        return leg

    def _caller_id(self, wanted: str) -> str:
        if not wanted or wanted in (self.call.from_, self.call.to):
            return wanted or self.call.from_
        if self.world.owned(wanted) or self.world.verified(wanted):
            return wanted
        self.alert(
            13214,
            f"Dial: callerId {wanted} is neither verified nor owned, so the caller's own is shown",
            level="warning",
        )
        return self.call.from_

    async def _join(
        self, legs: list[LiveCall], step: steps.Connect, outcomes: dict[str, str]
    ) -> steps.Connected:
        """Ring *legs*, join the first that answers, wait for the end."""
        if not legs:
            return steps.Connected("failed")
        began = self.clock.now()
        waiting = list(legs)
        try:
            while waiting:
                left = max(0.0, step.timeout - self._since(began))
                signal = await self.wait(left, "leg")
                if signal is None:
                    self._end(waiting, "no-answer")
                    break
                leg, what = signal.value
                if what == "joined":
                    self._end([other for other in waiting if other is not leg], "canceled")
                    return await self._bridge(leg, step)
                waiting.remove(leg)
        except Interrupted as stop:
            self._end(waiting, "canceled")
            if stop.signal.kind != "hangup":
                raise
            self.gone = True
            return steps.Connected("canceled", legs[0].call.sid, caller_left=True)
        rank = {"completed": 0, "busy": 1, "no-answer": 2, "canceled": 3, "failed": 4}
        best = min(legs, key=lambda leg: rank.get(leg.call.status, 5))
        status = best.call.status
        return steps.Connected(status, best.call.sid, best.call.duration or 0)

    def _end(self, legs: list[LiveCall], status: str) -> None:
        for leg in legs:
            leg.end(status)

    async def _bridge(self, leg: LiveCall, step: steps.Connect) -> steps.Connected:
        """The two sides talk until one of them, a star or the limit ends it."""
        self.answer("")
        recording = None
        if step.record not in ("do-not-record", "false", ""):
            channels = 2 if step.record.endswith("dual") else 1
            recording = self._new_recording("DialVerb", channels=channels)
        began = self.clock.now()
        self.live_keys = self.recording_words = True
        try:
            while True:
                left = max(0.0, step.time_limit - self._since(began))
                signal = await self.wait(left, "leg", "live_key")
                if signal is None:
                    leg.end("completed")
                    break
                if signal.kind == "leg" and signal.value[0] is leg:
                    break
                if signal.kind == "live_key" and signal.value == "*" and step.hangup_on_star:
                    leg.end("completed")
                    break
        except Interrupted as stop:
            leg.end("completed")
            if stop.signal.kind != "hangup":
                raise
            self.gone = True
        finally:
            self.live_keys = self.recording_words = False
        seconds = math.ceil(self._since(began))
        url = ""
        if recording is not None:
            await self._save_recording(
                recording,
                max(1, seconds),
                step.recording_callback,
                step.recording_callback_method,
                step.recording_callback_events,
            )
            url = self.recording_url(recording)
        return steps.Connected("completed", leg.call.sid, seconds, True, url, self.gone)

    # -- steps: a text from a call ---------------------------------------------------------------

    async def _send_text(self, step: steps.SendText) -> steps.Sent:
        from helpers.sandbox.live_message import send_from_document

        inbound = self.call.direction == "inbound"
        us, them = (self.call.to, self.call.from_) if inbound else (self.call.from_, self.call.to)
        return send_from_document(
            self.world,
            step,
            to=step.to or them,
            from_=step.from_ or us,
            direction="outbound-call",
            alert=lambda code, text: self.alert(code, text, level="warning"),
        )


def dialled(address: str) -> str:
    """The E.164 form of what a Dial names; a number without + is a US one. "" if it is none."""
    try:
        return phone_numbers.read(address, "US")
    except PhoneNumberError:
        return ""
