"""Dial: ring other parties from within a call, join the first that answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers import phone_numbers
from helpers.errors import PhoneNumberError
from helpers.resources.call import FINAL, Call
from helpers.sandbox import recording
from helpers.sandbox.actors import Interrupted, Signal
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.live_call import LiveCall

STAR = Signal("live_key", "*")

#: Which outcome a Dial tells when several parties did not answer, the most telling first.
OUTCOMES = ("completed", "busy", "no-answer", "canceled", "failed")


async def connect(live: LiveCall, step: steps.Connect) -> steps.Connected:
    """Ring the parties, at once or one after the other, until one of them answers."""
    if not step.answer_on_bridge:
        live.answer("")
    ended = steps.Connected("failed")
    for batch in [[t] for t in step.targets] if step.sequential else [list(step.targets)]:
        legs = [leg for target in batch if (leg := _leg(live, target, step)) is not None]
        if legs:
            ended = await _join(live, legs, step)
        if ended.bridged or live.gone:
            break
    return ended


def dialled(address: str, country: str = "US") -> str:
    """The E.164 form of a number; one without + is of that country. "" if it is none."""
    try:
        return phone_numbers.read(address, country)
    except PhoneNumberError:
        return ""


def _leg(live: LiveCall, target: steps.Target, step: steps.Connect) -> LiveCall | None:
    """The leg for one target, ringing; None (and an alert) if it cannot be called."""
    number = dialled(target.address) if target.kind == "number" else ""
    if not number:
        what = "this sandbox has no such party" if target.kind != "number" else "no such number"
        live.alert(13224, f"Dial: {target.address}: {what}", level="warning")
        return None
    reachable = live.world.verified(number) or live.world.owned(number)
    if live.account.type == "Trial" and not reachable:
        live.alert(21219, f"The number {number} is unverified: a trial account may not dial it")
        return None
    call = Call.leg(
        live.world,
        live.call,
        to=number,
        from_=_caller_id(live, step.caller_id),
        status_callback=target.status_callback,
        status_callback_method=target.status_callback_method,
        status_callback_event=list(target.status_callback_events) or ["completed"],
    )
    live.world.save(call)
    leg = live.engine.leg(call, live)
    leg.start(leg.run_leg(target))
    return leg


def _caller_id(live: LiveCall, wanted: str) -> str:
    call = live.call
    if not wanted or wanted in (call.from_, call.to):
        return wanted or call.from_
    if live.world.owned(wanted) or live.world.verified(wanted):
        return wanted
    live.alert(
        13214,
        f"Dial: callerId {wanted} is neither verified nor owned, so the caller's own is shown",
        level="warning",
    )
    return call.from_


async def _join(live: LiveCall, legs: list[LiveCall], step: steps.Connect) -> steps.Connected:
    """Ring *legs*, join the first that answers, wait for the end."""
    began = live.clock.now()
    waiting = list(legs)
    try:
        while waiting:
            left = step.timeout - (live.clock.now() - began).total_seconds()
            signal = await live.wait(left, "leg")
            if signal is None:
                _end(waiting, "no-answer")
                break
            leg, what = signal.value
            if leg not in waiting:
                continue  # one of an earlier Dial, whose last callback took its time
            waiting.remove(leg)
            if what == "joined":
                _end(waiting, "canceled")
                return await _bridge(live, leg, step)
    except Interrupted as stop:
        _end(waiting, "canceled")
        if stop.signal.kind != "hangup":
            raise
        live.gone = True
        return steps.Connected("canceled", legs[0].call.sid, caller_left=True)
    # A leg that the API sent elsewhere is not over, but it was answered.
    ended = {
        leg.call.status if leg.call.status in FINAL else "completed": leg.call
        for leg in reversed(legs)
    }
    status = next(outcome for outcome in OUTCOMES if outcome in ended)
    return steps.Connected(status, ended[status].sid, ended[status].duration or 0)


def _end(legs: list[LiveCall], status: str) -> None:
    for leg in legs:
        leg.end(status)


async def _bridge(live: LiveCall, leg: LiveCall, step: steps.Connect) -> steps.Connected:
    """The two sides talk until one of them, a star or the limit ends it."""
    live.answer("")
    tape = None
    if step.record != "do-not-record":
        tape = await recording.begin(
            live,
            "DialVerb",
            channels=2 if step.record.endswith("dual") else 1,
            callback=step.recording_callback,
            method=step.recording_callback_method,
            events=tuple(step.recording_callback_events),
        )
    began = live.clock.now()
    try:
        with live.listening():
            await _talk(live, leg, step)
    except Interrupted as stop:
        leg.end("completed")
        if stop.signal.kind != "hangup":
            if tape is not None:
                await recording.end(live, tape)
            raise
        live.gone = True
    seconds = math.ceil(round((live.clock.now() - began).total_seconds(), 3))
    url = ""
    if tape is not None:
        await recording.end(live, tape, max(1, seconds))
        url = recording.url(live, tape.recording)
    return steps.Connected("completed", leg.call.sid, seconds, True, url, live.gone)


async def _talk(live: LiveCall, leg: LiveCall, step: steps.Connect) -> None:
    """Return when the leg has left, or was ended by a star or the limit."""
    began = live.clock.now()
    while True:
        left = step.time_limit - (live.clock.now() - began).total_seconds()
        signal = await live.wait(left, "leg", "live_key", "words")
        if signal is not None and signal.kind == "leg":
            if signal.value[0] is leg:
                return
            continue
        if signal is None or (step.hangup_on_star and signal == STAR):
            leg.end("completed")
            return
        if leg.far is not None and not leg.far.over:  # no handset, but another web site's call
            (leg.far.press if signal.kind == "live_key" else leg.far.speak)(signal.value)
