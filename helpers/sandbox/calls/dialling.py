"""Dial: ring other parties from within a call, join the first that answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.resources.call import FINAL
from helpers.sandbox.actors import Interrupted, Signal
from helpers.sandbox.calls import parties, recording
from helpers.sandbox.calls.callbacks import SIP_CODES
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

STAR = Signal("live_key", "*")

#: Which outcome a Dial tells when several parties did not answer, the most telling first.
OUTCOMES = ("completed", "busy", "no-answer", "canceled", "failed")


async def connect(live: LiveCall, step: steps.Connect) -> steps.Connected:
    """Ring the parties, at once or one after the other, until one of them answers."""
    if not step.answer_on_bridge:
        live.answer("")
    live.dial = Dialling(live, step)
    try:
        return await live.dial.run()
    finally:
        live.dial = None


class Dialling:
    """One Dial of *live* under way, as *step* asks for it."""

    def __init__(self, live: LiveCall, step: steps.Connect) -> None:
        self.live = live
        self.step = step
        self.targets: dict[LiveCall, steps.Target] = {}  # every leg there was
        self.ringing: list[LiveCall] = []  # those that may still be joined
        self.winner: LiveCall | None = None  # who answered
        self.told: set[int] = set()  # codes of alerts that one for the whole Dial is enough of
        self.tape: recording.Tape | None = None

    async def run(self) -> steps.Connected:
        """Ring everybody; the recording, if there is one, ends when the Dial does."""
        try:
            ended = await self._ring_all()
        except Interrupted:
            await self._stop_tape()
            raise
        await self._stop_tape()
        if self.tape is not None:
            ended = replace(ended, recording_url=recording.url(self.live, self.tape.recording))
        return ended

    async def _ring_all(self) -> steps.Connected:
        ended = steps.Connected("failed")
        targets = self.step.targets
        for batch in [[t] for t in targets] if self.step.sequential else [list(targets)]:
            legs = self._legs(batch)
            if not legs:
                continue
            self.ringing, self.winner = list(legs), None
            await self._record(ringing=True)
            ended = await self._join(legs)
            if ended.bridged or self.live.gone:
                break
        return ended

    def _legs(self, batch: list[steps.Target]) -> list[LiveCall]:
        legs = []
        for target in batch:
            leg = parties.leg(self.live, target, self.step, self.told)
            if leg is not None:
                self.targets[leg] = target
                legs.append(leg)
        return legs

    # -- ringing -----------------------------------------------------------------------------

    def answered(self, leg: LiveCall) -> None:
        """The first who answers wins: at that moment nothing rings any more anywhere else.

        Called, not signalled, so that of two who answer at nearly the same time one is first on
        every clock.
        """
        if leg not in self.ringing or self.winner is not None:
            return
        self.winner = leg
        others, self.ringing = [other for other in self.ringing if other is not leg], [leg]
        ended = [other for other in others if other.end("canceled", wake=False)]
        leg.then(lambda: _wake(ended))
        self.live.tell("leg", (leg, "answered"))

    async def _join(self, legs: list[LiveCall]) -> steps.Connected:
        """Ring *legs*, join the first that answers, wait for the end."""
        live, began = self.live, self.live.clock.now()
        try:
            while self.ringing:
                left = self.step.timeout - (live.clock.now() - began).total_seconds()
                signal = await live.wait(None if self.winner else left, "leg")
                if signal is None:
                    if self.winner is None:
                        await self._end(self.ringing, "no-answer")
                        break
                    continue
                leg, what = signal.value
                if leg not in self.ringing or what == "answered":
                    continue  # perhaps one of an earlier Dial, whose last callback took its time
                self.ringing.remove(leg)
                if what == "joined":
                    return await self._bridge(leg)
        except Interrupted as stop:
            await self._interrupted(stop, self.ringing, "canceled")
        return self._outcome(legs)

    def _outcome(self, legs: list[LiveCall]) -> steps.Connected:
        """How it went when nobody was joined."""
        # A leg that the API sent elsewhere is not over, but it was answered.
        ended = {
            leg.call.status if leg.call.status in FINAL else "completed": leg
            for leg in reversed(legs)
        }
        status = next(outcome for outcome in OUTCOMES if outcome in ended)
        return self._told(ended[status], status)

    def _told(
        self, leg: LiveCall, status: str, bridged: bool = False, refer_to: str = ""
    ) -> steps.Connected:
        """What is to be said of *leg* when all is over."""
        call = leg.call
        about: list[tuple[str, str]] = []
        if self.targets[leg].kind == "sip":
            about.append(("DialSipCallId", f"{call.sid[2:]}@0.0.0.0"))
            about.append(("DialSipResponseCode", str(SIP_CODES.get(call.status, 200))))
        if leg.far is not None:
            about += [(f"ReturnParam_{name}", value) for name, value in leg.far.told_back]
        return steps.Connected(
            status,
            call.sid,
            (call.duration or 0) if leg.over else None,
            bridged=bridged,
            caller_left=self.live.gone,
            more=tuple(about),
            refer_to=refer_to,
        )

    # -- talking -----------------------------------------------------------------------------

    async def _bridge(self, leg: LiveCall) -> steps.Connected:
        """The two sides talk until one of them, a star or the limit ends it."""
        live = self.live
        live.answer("")
        await self._record()
        refer_to = ""
        try:
            with live.listening():
                refer_to = await self._talk(leg)
        except Interrupted as stop:
            await self._interrupted(stop, [leg], "completed")
        return self._told(leg, "completed", bridged=True, refer_to=refer_to)

    async def _talk(self, leg: LiveCall) -> str:
        """Return when the leg has left, or was ended by a star or the limit.

        What is returned is the address that the called side wants the caller sent to, or "".
        """
        live, step = self.live, self.step
        began = live.clock.now()
        while True:
            left = step.time_limit - (live.clock.now() - began).total_seconds()
            signal = await live.wait(left, "leg", "refer", "live_key", "words")
            if signal is not None and signal.kind == "leg":
                if signal.value[0] is leg and signal.value[1] == "over":
                    return ""
            elif signal is not None and signal.kind == "refer":
                if step.refers:
                    await self._end([leg], "completed")
                    return str(signal.value)
                text = "Dial: the called side wants to send the caller elsewhere: give a referUrl"
                live.alert(13802, text)
            elif signal is None or (step.hangup_on_star and signal == STAR):
                await self._end([leg], "completed")
                return ""
            elif leg.far is not None and not leg.far.over:  # another web site's call
                (leg.far.press if signal.kind == "live_key" else leg.far.speak)(signal.value)

    # -- ending ------------------------------------------------------------------------------

    async def _interrupted(self, stop: Interrupted, legs: list[LiveCall], status: str) -> None:
        """The caller hung up, a limit or the API ended the call, or the API sends it elsewhere.

        End *legs*. The action is asked still, as somebody saw Twilio do; what it answers is not
        followed any more.
        """
        self.live.gone, self.live.parting = True, stop.signal
        await self._end(legs, status)

    async def _end(self, legs: list[LiveCall], status: str) -> None:
        """End *legs*, and wait until who asked to be told of them has been told."""
        ending = list(legs)
        _wake([leg for leg in ending if leg.end(status, wake=False)])
        while ending:
            signal = await self.live.wait(None, "leg")
            assert signal is not None
            if signal.value[0] in ending and signal.value[1] == "over":
                ending.remove(signal.value[0])

    # -- recording ---------------------------------------------------------------------------

    async def _record(self, ringing: bool = False) -> None:
        """Record from now on, if that is wanted and nothing runs yet."""
        taping = self.step.taping
        if taping is not None and self.tape is None and (taping.from_ringing or not ringing):
            self.tape = await recording.begin_of_dial(self.live, taping)

    async def _stop_tape(self) -> None:
        if self.tape is not None:
            await recording.end(self.live, self.tape, least=1.0)


def _wake(ended: list[LiveCall]) -> None:
    """Wake legs that are over, so that each tells its own web site before the next one does."""
    if ended:
        first, *others = ended
        first.tell("end", first.call.status)
        first.then(lambda: _wake(others))
