"""Test credentials: a request is checked, and answered as if it had been carried out.

Twilio gives every account a second SID and token that can start calls, send messages and buy
numbers, and nothing else. Nothing is sent, kept or charged, and no web site is asked. The magic
numbers decide how a request goes; any other recipient is checked as usual, any other sender is
refused. Here such an account has the type ``test``.
Source: https://www.twilio.com/docs/iam/test-credentials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.account import Account
from helpers.resources.base import Params, Resource, refuse_magic
from helpers.resources.call import Call
from helpers.resources.message import Message
from helpers.resources.number import IncomingPhoneNumber
from helpers.sandbox.world import AccountWorld

#: The type of an account that was made for test credentials.
TYPE = "Test"

_OPEN: dict[type[Resource], str] = {Call: "call", Message: "message", IncomingPhoneNumber: "buy"}


@dataclass
class DryWorld(AccountWorld):
    """The world of test credentials: they own nothing, and leave nothing behind."""

    def owner(self, number: str) -> IncomingPhoneNumber | None:
        # Whoever owns the magic number here, it can always be bought.
        return None if number == phone_numbers.GOOD_SENDER else super().owner(number)

    def alert(self, code: int, text: str, **about: Any) -> None:
        pass

    def count_message(self) -> None:
        pass


def applies_to(account: Account) -> bool:
    """Whether an account's credentials are test credentials."""
    return account.type == TYPE


def check(kind: type[Resource], operation: str) -> None:
    """Refuse with 403 and 20008 what test credentials cannot do."""
    if operation != "create" or kind not in _OPEN:
        raise _closed()


def create(kind: type[Resource], params: Params, world: DryWorld) -> Resource:
    """What a create request would have made, saved nowhere; refused as Twilio refuses it."""
    operation = _OPEN[kind]
    if operation == "buy":
        refuse_magic("buy", "number", params.get("PhoneNumber"))
    else:
        if "MessagingServiceSid" in params:
            raise _closed()
        sender, to = (phone_numbers.american(params.get(name)) for name in ("From", "To"))
        _check_numbers(operation, sender, to)
    made = kind.create(params, world)
    made.sid, made.account_sid = world.sid(made.sid_prefix), world.account.sid
    made.date_created = made.date_updated = world.now()
    return made


def _check_numbers(operation: str, sender: str, to: str) -> None:
    if sender and sender != phone_numbers.GOOD_SENDER:
        refuse_magic(operation, "from", sender)
        stranger = phone_numbers.STRANGERS[operation]
        raise Refusal(stranger.status, stranger.code, stranger.message(sender))
    refuse_magic(operation, "to", to, sender)


def _closed() -> Refusal:
    return Refusal(403, 20008, "Resource not accessible with Test Account Credentials")
