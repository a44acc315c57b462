"""The telephone company's books: what a call, a message, a recording or a number costs, and whom.

Charges are written down at the moment that makes them (a call ends, a text leaves), in one row for
each account, day and category. Numbers cost something every month: that is caught up with whenever
somebody looks. Whoever is to be told of usage (`UsageTrigger`) is told soon after a charge.

Not charged: what failed; what another product sent (Verify has prices of its own, by the check);
the call that asks for a verification code; and the fees that carriers add to American texts, which
Twilio bills apart from the message.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from helpers import phone_numbers
from helpers.prices import PriceList, charged
from helpers.resources.account import Account
from helpers.resources.call import VERIFIER, Call
from helpers.resources.message import Message
from helpers.resources.number import IncomingPhoneNumber
from helpers.resources.recording import Recording
from helpers.resources.usage import Spent, UsageTrigger

if TYPE_CHECKING:
    from helpers.sandbox.engine import Engine
    from helpers.sandbox.world import AccountWorld

#: Seconds of the clock from a charge until triggers are looked at. Twilio looks once a minute.
LOOKED_AT = 1.0


class Charge(NamedTuple):
    """What is written down: so much used in a category; *price* None where none is known."""

    category: str
    usage: int
    price: int | None


# -- what things cost ---------------------------------------------------------------------------


def of_call(call: Call, prices: PriceList) -> Charge | None:
    """A call that was answered costs each minute begun, whoever called."""
    if call.status != "completed" or call.sent_by or call.from_ == VERIFIER:
        return None
    minutes = max(1, math.ceil((call.duration or 0) / 60))
    category, item = _of_line(call)
    return Charge(category, minutes, prices.parts(item, minutes) if item else None)


def _of_line(call: Call) -> tuple[str, str]:
    """The category of a call and the item it is priced as, "" where the lists have no price."""
    for end in (call.to, call.from_):
        if end.startswith("sip:"):
            return "calls-sip", ""
        if not end.startswith("+"):
            return "calls-client", ""  # a client, or one that called an application
    if call.direction != "inbound":
        return "calls-outbound", "minutes_out"
    kind = phone_numbers.kind(call.to)
    if kind == "toll-free":
        return "calls-inbound-tollfree", "minutes_in_toll_free"
    return f"calls-inbound-{kind}", "minutes_in"


def of_message(message: Message, prices: PriceList) -> Charge | None:
    """A text costs each segment, a message with pictures the same however long it is."""
    if message.sent_by:
        return None
    side = "inbound" if message.direction == "inbound" else "outbound"
    if message.num_media:
        item = "picture_texts_in" if side == "inbound" else "picture_texts"
        return Charge(f"mms-{side}-longcode", 1, prices.parts(item))
    segments = message.num_segments
    return Charge(f"sms-{side}-longcode", segments, prices.parts("texts", segments))


def of_recording(recording: Recording, prices: PriceList) -> Charge | None:
    """A recording costs each minute begun."""
    minutes = math.ceil((recording.duration or 0) / 60)
    if not minutes:
        return None
    return Charge("recordings", minutes, prices.parts("minutes_recorded", minutes))


def of_number(number: IncomingPhoneNumber, prices: PriceList) -> Charge:
    """A number costs something every month."""
    if phone_numbers.kind(number.phone_number) == "toll-free":
        return Charge("phonenumbers-tollfree", 1, prices.parts("numbers_toll_free"))
    kind = "mobile" if number.type == "mobile" else "local"
    return Charge(f"phonenumbers-{kind}", 1, prices.parts("numbers"))


# -- writing it down ----------------------------------------------------------------------------


def charge(world: AccountWorld, thing: object) -> str | None:
    """Charge an account for a thing; returns the price that the thing shows, None if it has none.

    Raises TypeError for what nobody charges for.
    """
    engine = world.engine
    match thing:
        case Call():
            cost = of_call(thing, engine.prices)
        case Message():
            cost = of_message(thing, engine.prices)
        case Recording():
            cost = of_recording(thing, engine.prices)
        case IncomingPhoneNumber():
            cost = of_number(thing, engine.prices)
        case _:
            raise TypeError(f"nobody charges for a {type(thing).__name__}")
    if cost is None:
        return None
    _write(world, cost, world.now().date())
    look_at_triggers(engine, world.account)
    return None if cost.price is None else charged(cost.price)


def _write(world: AccountWorld, cost: Charge, day: date) -> None:
    world.engine.store.charge(
        world.account.sid, day.isoformat(), cost.category, cost.usage, cost.price or 0
    )


def spent(world: AccountWorld, first: date, last: date, *, owned: bool) -> list[Spent]:
    """What an account was charged from one day to another; *owned*: its sub-accounts, too."""
    engine, own = world.engine, world.account
    accounts = [own]
    if owned:
        accounts += [a for a in _owned(engine, own) if a.sid != own.sid]
    for account in accounts:
        catch_up(engine.world(account))
    rows = engine.store.charges([a.sid for a in accounts], first.isoformat(), last.isoformat())
    return [Spent(date.fromisoformat(row[0]), *row[1:]) for row in rows]


def _owned(engine: Engine, account: Account) -> Iterable[Account]:
    return engine.store.lookup(Account, None, owner_account_sid=account.sid)


# -- what numbers cost every month --------------------------------------------------------------


def catch_up(world: AccountWorld) -> None:
    """Charge an account for the months that have begun since its numbers were last charged for."""
    store = world.engine.store
    for number in store.lookup(IncomingPhoneNumber, world.account.sid):
        begun = months(number.date_created or world.now(), world.now())
        if begun > number.months:
            with store.transaction():
                _catch_up(world, number.sid, begun)


def _catch_up(world: AccountWorld, sid: str, begun: int) -> None:
    number = world.engine.store.get(IncomingPhoneNumber, world.account.sid, sid)
    assert number is not None and number.date_created is not None
    cost = of_number(number, world.engine.prices)
    for past in range(number.months, begun):
        _write(world, cost, _monthly(number.date_created, past))
    number.months = begun
    world.engine.store.update(number, "months")


def months(start: datetime, now: datetime) -> int:
    """How many months have begun, the first one at *start*."""
    passed = (now.year - start.year) * 12 + now.month - start.month
    return passed + (now.date() >= _monthly(start, passed))


def _monthly(start: datetime, passed: int) -> date:
    """The day on which the month begins that is so many after the first."""
    year, month = divmod(start.year * 12 + start.month - 1 + passed, 12)
    _, last = calendar.monthrange(year, month + 1)
    return date(year, month + 1, min(start.day, last))


# -- triggers -----------------------------------------------------------------------------------


def look_at_triggers(engine: Engine, account: Account) -> None:
    """See soon whether a charge of this account's is what a trigger waits for, its owner's too."""
    for sid in {account.sid: None, account.owner_account_sid: None}:
        waiting = engine.store.lookup(UsageTrigger, sid)
        if waiting and sid not in engine.looking:
            engine.looking.add(sid)
            engine.clock.plan(LOOKED_AT, partial(_look, engine, sid))


def _look(engine: Engine, account_sid: str) -> None:
    engine.looking.discard(account_sid)
    accounts = engine.store.lookup(Account, None, sid=account_sid) if not engine.closing else []
    for account in accounts:  # it may be gone by a reset
        world = engine.world(account)
        ready = [trigger for trigger in world.find(UsageTrigger) if trigger.due(world)]
        if ready:
            engine.background(account_sid, _fire(world, ready))


async def _fire(world: AccountWorld, triggers: list[UsageTrigger]) -> None:
    """Ask their web sites, one after the other."""
    for trigger in triggers:
        trigger.date_fired = world.now()
        trigger.seen(world)
        world.update(trigger, "date_fired")
        await world.engine.tell(
            trigger.account_sid, trigger.callback_url, trigger.callback_method, trigger.told()
        )
