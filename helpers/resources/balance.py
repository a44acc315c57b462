"""Balance: the money that is left of an account's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from helpers.prices import PARTS, dollars
from helpers.resources.base import Params, Resource, World, shown

#: What an account begins with: the credit of a classic trial, and the least that an upgrade pays
#: in. Nothing happens when it is used up: at Twilio the account is suspended until somebody pays,
#: and here nobody could.
CREDIT = {"Trial": 15 * PARTS + PARTS // 2, "Full": 20 * PARTS}


@dataclass(kw_only=True)
class Balance(Resource):
    """What is left after all that the account and its sub-accounts were charged.

    A sub-account has none: its owner pays (Twilio's specification, and its page on sub-accounts).
    """

    path: ClassVar[str] = "Balance"
    plural: ClassVar[str] = "balance"
    operations: ClassVar[tuple[str, ...]] = ("list",)
    kept: ClassVar[bool] = False
    alone: ClassVar[bool] = True
    omits: ClassVar[tuple[str, ...]] = ("sid", "date_created", "date_updated")
    has_uri: ClassVar[bool] = False

    balance: str = shown("")
    currency: str = shown("USD")

    @classmethod
    def made_up(cls, params: Params, world: World) -> list[Balance] | None:
        """The one balance, or none of a sub-account's."""
        account = world.account
        if account.owner_account_sid != account.sid:
            return None
        spent = sum(row.price for row in world.spent(date.min, world.now().date(), owned=True))
        left = dollars(CREDIT[account.type] - spent, least=2)
        return [cls(account_sid=account.sid, balance=left)]
