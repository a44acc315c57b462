"""Whom a Dial rings: where each party is reached, and who is shown to it as the caller."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from helpers import phone_numbers
from helpers.errors import PhoneNumberError
from helpers.resources.application import Application
from helpers.resources.call import Call
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

#: What a SIP address may be shown as the caller: no white space, and no address at all.
SIP_NAME = re.compile(r"[A-Za-z0-9+_.-]{1,255}")


class Unreachable(Exception):
    """A party that cannot be rung, as Twilio's debugger would say it."""

    def __init__(self, code: int, text: str, level: str = "warning") -> None:
        super().__init__(text)
        self.code = code
        self.level = level


def leg(
    live: LiveCall, target: steps.Target, step: steps.Connect, told: set[int]
) -> LiveCall | None:
    """The leg for one target, about to ring; None (and an alert) if it cannot be called.

    *told* are the codes of what was said of the whole Dial already.
    """
    application: Application | None = None
    try:
        if target.kind == "application":
            application = _application(live, target)
        to = _address(live, target)
        from_ = _caller_id(live, target.kind, step.caller_id, told)
    except Unreachable as why:
        live.alert(why.code, f"Dial: {why}", level=why.level)
        return None
    if not live.family.may_grow(live.clock.now()):
        if not live.family.warned:
            live.family.warned = True
            what = "too many calls came of one call: do numbers dial one another?"
            live.alert(13224, f"Dial: {what}", level="warning")
        return None
    call = Call.leg(
        live.world,
        live.call,
        to=to,
        from_=from_,
        status_callback=target.status_callback,
        status_callback_method=target.status_callback_method,
        status_callback_event=list(target.status_callback_events) or ["completed"],
    )
    live.world.save(call)
    made = live.engine.leg(call, live)
    if target.kind == "application":
        made.line = partial(_line, application=application, target=target)
    made.shown = _shown(target, step)
    made.start(made.run_leg(target))
    return made


def dialled(address: str, country: str = "US") -> str:
    """The E.164 form of a number; one without + is of that country. "" if it is none."""
    try:
        return phone_numbers.read(address, country)
    except PhoneNumberError:
        return ""


def _shown(target: steps.Target, step: steps.Connect) -> dict[str, Any]:
    """What the far end sees beside the caller; the log tells it when it rings."""
    shown: dict[str, Any] = {}
    if target.handed and target.kind != "application":
        shown["headers" if target.kind == "sip" else "parameters"] = dict(target.handed)
    if step.reason:
        shown["reason"] = step.reason
    return shown


# -- where it is reached -----------------------------------------------------------------------


def _address(live: LiveCall, target: steps.Target) -> str:
    """The To of the leg."""
    given = target.address
    if target.kind == "application":
        return live.call.to if target.copy_parent_to else given
    if target.kind in ("number", "whatsapp"):
        number = dialled(given.removeprefix("whatsapp:"))
        if not number:
            raise Unreachable(13223, f"{given} is no telephone number such as +14155550100")
        reachable = live.world.verified(number) or live.world.owned(number)
        if live.account.type == "Trial" and not reachable:
            text = f"the number {number} is unverified: a trial account may not dial it"
            raise Unreachable(21219, text, "error")
        return number if target.kind == "number" else f"whatsapp:{number}"
    address = given if target.kind == "sip" else given.removeprefix(f"{target.kind}:")
    address = address if target.kind == "sip" else f"{target.kind}:{address}"
    if not phone_numbers.is_address(address):
        code = 13243 if target.kind == "sip" else 13224
        raise Unreachable(code, f"{given} is no address of a {target.kind.upper()} party")
    return address


def _application(live: LiveCall, target: steps.Target) -> Application | None:
    """The application that is called; None where the noun's own url takes its place."""
    found = live.engine.store.find(Application, None, sid=target.address)
    mine = [
        application
        for application in found
        if application.account_sid == live.call.account_sid
        or application.public_application_connect_enabled
    ]
    if mine:
        return mine[0]
    if target.url:
        return None
    raise Unreachable(21218, f"there is no application {target.address} to call", "error")


def _line(leg: LiveCall, application: Application | None, target: steps.Target) -> LiveCall:
    """The call that an application gets, at the other end of *leg*."""
    engine, parent = leg.engine, leg.parent
    sid = application.account_sid if application is not None else leg.call.account_sid
    world = engine.world(engine.account(sid))
    call = Call.of_application(world, application, to=leg.call.to, from_=leg.call.from_)
    if target.url:
        call.url, call.method = target.url, target.method
    world.save(call)
    line = engine.carry(call, far=leg)
    customer = target.customer or (parent or leg).call.account_sid
    line.first_told = (
        ("CustomerId", customer),
        *((f"Param_{name}", value) for name, value in target.handed),
    )
    return line


# -- who is shown as the caller ----------------------------------------------------------------


def _caller_id(live: LiveCall, kind: str, wanted: str, told: set[int]) -> str:
    """The From of the leg: what the Dial wants, if that is allowed, or the caller's own."""
    own = live.call.from_
    to_phone = kind in ("number", "sim")
    if kind == "whatsapp":
        if wanted.startswith("whatsapp:") and phone_numbers.is_address(wanted):
            return wanted
        text = "WhatsApp is called from a callerId such as whatsapp:+15005550006"
        raise Unreachable(13247, text, "error")
    if to_phone and wanted and ":" in wanted:
        raise Unreachable(13247, f"callerId {wanted} is no number, and a number is called", "error")
    if wanted and _allowed(live, kind, wanted):
        return dialled(wanted) or wanted
    if to_phone and ":" in own:
        raise Unreachable(13214, f"a call from {own} needs a callerId, a number of yours")
    if wanted and 13214 not in told:
        told.add(13214)
        live.alert(
            13214,
            f"Dial: callerId {wanted} is neither verified nor owned, so the caller's own is shown",
            level="warning",
        )
    return own


def _allowed(live: LiveCall, kind: str, wanted: str) -> bool:
    call, number = live.call, dialled(wanted) or wanted
    if number in (call.from_, call.to) or live.world.owned(number) or live.world.verified(number):
        return True
    if kind == "sip":
        return SIP_NAME.fullmatch(wanted) is not None or phone_numbers.is_address(wanted)
    return kind in ("client", "application") and wanted.startswith("client:")
