"""Payments while they are taken: what a caller keys in goes to the payment, and to nobody else.

No recording, stream or other listener of the call has those keys, the transcript and the log show
an x for each, and only their last digits are told or kept. There is no connector to a bank here.

Sources: Twilio's pages on the call's Payments resource and on Pay, for the names of what is told;
what their examples leave open is a choice of this sandbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from helpers.clock import Planned
from helpers.resources.payment import Payment

if TYPE_CHECKING:
    from datetime import datetime

    from helpers.sandbox.calls.live_call import LiveCall

#: Keys after which there is nothing more to wait for; other things end with a # or a silence.
LENGTHS = {"expiration-date": 4, "bank-routing-number": 9}
CARDS = {"3": "amex", "4": "visa", "5": "mastercard", "2": "mastercard", "6": "discover"}
#: What a callback calls each.
TOLD = {
    "payment-card-number": "PaymentCardNumber",
    "expiration-date": "ExpirationDate",
    "security-code": "SecurityCode",
    "postal-code": "PaymentCardPostalCode",
    "bank-routing-number": "BankRoutingNumber",
    "bank-account-number": "BankAccountNumber",
}
LEFT = 4  # digits of a card's or an account's number that are told


class Paying:
    """A payment of a live call. *keys* are what was keyed in of what is being asked for."""

    kind = "payment"
    name = ""

    def __init__(self, live: LiveCall, row: Payment) -> None:
        self.live, self.row = live, row
        self.keys = ""
        self.due: Planned | None = None
        live.beside[row.sid] = self
        self._tell(("Required", ",".join(row.missing())))

    def change(self, row: Payment) -> None:
        """The API wants something keyed in, or the payment to end."""
        self.row = row
        self._rest()
        if row.capture:
            self.live.paying, self.keys = self, ""
            self._wait()
            handset = self.live.handset
            before = "".join(key for key, _ in handset.keys)
            if before:  # a script said beforehand what it would key
                handset.keys = []
                handset.save()
                self.live.press(before)
            return
        self.live.beside.pop(row.sid, None)
        if row.status == "completed":
            token = hashlib.sha256(row.sid.encode()).hexdigest()[:16]
            charged = float(row.charge_amount or 0) > 0
            name = "PaymentConfirmationCode" if charged else "PaymentToken"
            self._tell(("Result", "success"), (name, token))
        else:
            self._tell(("Result", "canceled"))

    def take(self, keys: str) -> str:
        """Keys come in; returns those that are not the payment's any more."""
        for number, key in enumerate(keys, 1):
            if key != "#":
                self.keys += key
            if key == "#" or len(self.keys) >= self._most():
                self._over()
                return keys[number:]
        self._wait()
        return ""

    async def end(self) -> None:
        """The call is over, and so is what was not complete."""
        self.drop()

    def drop(self) -> None:
        """Nothing more happens, and nobody is told."""
        self._rest()
        self.live.beside.pop(self.row.sid, None)

    def _rest(self) -> None:
        if self.due is not None:
            self.due.cancel()
            self.due = None
        if self.live.paying is self:
            self.live.paying = None

    def _wait(self) -> None:
        if self.due is not None:
            self.due.cancel()
        self.due = self.live.clock.plan(self.row.timeout, self._over)

    def _most(self) -> int:
        amex = self.row.captured.get("type") == "amex"
        if self.row.capture == "payment-card-number":
            return 15 if self.keys[:2] in ("34", "37") else 16
        if self.row.capture == "security-code":
            return 4 if amex else 3
        return LENGTHS.get(self.row.capture, 17)

    def _over(self) -> None:
        """Judge what was keyed in, keep what may be kept of it, and tell."""
        row, keys = self.row, self.keys
        self._rest()
        self.keys = ""
        wrong = "timeout" if not keys else self._mistake(keys)
        if not wrong:
            row.captured = row.captured | {row.capture: _masked(row.capture, keys)}
            if row.capture == "payment-card-number":
                row.captured["type"] = CARDS[keys[0]]
            self.live.world.update(row, "captured")
        self._tell(
            ("Capture", row.capture),
            ("PartialResult", "true" if row.missing() else "false"),
            ("Required", ",".join(row.missing())),
            *((TOLD[name], text) for name, text in row.captured.items() if name in TOLD),
            *([("PaymentCardType", row.captured["type"])] if "type" in row.captured else []),
            *([("ErrorType", wrong)] if wrong else []),
        )

    def _mistake(self, keys: str) -> str:
        """What is wrong with keys, in Twilio's word for it; "" for nothing."""
        capture, row = self.row.capture, self.row
        if not keys.isdigit():
            return WRONG[capture]
        if capture == "payment-card-number" and _is_card(keys):
            accepted = CARDS.get(keys[0], "") in row.valid_card_types.replace(",", " ").split()
            return "" if accepted else "invalid-card-type"
        if capture == "security-code":
            return "" if len(keys) == self._most() else WRONG[capture]
        if capture == "postal-code":
            return "" if len(keys) >= row.min_postal_code_length else WRONG[capture]
        return "" if RIGHT[capture](keys, self.live.clock.now()) else WRONG[capture]

    def _tell(self, *more: tuple[str, str]) -> None:
        row, live = self.row, self.live
        pairs = [
            ("AccountSid", row.account_sid),
            ("CallSid", row.call_sid),
            ("Sid", row.sid),
            ("PaymentConnector", row.payment_connector),
            ("PaymentMethod", row.payment_method),
            ("ChargeAmount", row.charge_amount or "0"),
            ("Currency", row.currency),
            ("TokenType", row.token_type),
            *([("Description", row.description)] if row.description else []),
            *more,
        ]
        sent = live.engine.tell(
            row.account_sid, row.status_callback, "POST", pairs, call_sid=row.call_sid
        )
        live.engine.background(row.account_sid, sent)


def _is_card(keys: str) -> bool:
    """Whether a card can have this number: its length, and its check digit by Luhn's rule."""
    if not 13 <= len(keys) <= 19 or keys[0] not in CARDS:
        return False
    odd, even = keys[-1::-2], keys[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return (sum(map(int, odd)) + doubled) % 10 == 0


def _is_to_come(keys: str, now: datetime) -> bool:
    """Whether a card that is good until this month and year (MMYY) is good now."""
    if len(keys) != 4 or not 1 <= int(keys[:2]) <= 12:
        return False
    return (2000 + int(keys[2:]), int(keys[:2])) >= (now.year, now.month)


def _masked(capture: str, keys: str) -> str:
    """What is told of keys: dates and places whole, the end of a number, nothing of a code."""
    if capture in ("expiration-date", "postal-code"):
        return keys
    shown = 0 if capture == "security-code" else min(LEFT, len(keys) // 2)
    return "x" * (len(keys) - shown) + keys[len(keys) - shown :]


RIGHT: dict[str, Callable[[str, datetime], bool]] = {
    "payment-card-number": lambda keys, now: _is_card(keys),
    "expiration-date": _is_to_come,
    "bank-routing-number": lambda keys, now: len(keys) == 9,
    "bank-account-number": lambda keys, now: 4 <= len(keys) <= 17,
}
WRONG = {
    "payment-card-number": "invalid-card-number",
    "expiration-date": "invalid-date",
    "security-code": "invalid-security-code",
    "postal-code": "invalid-postal-code",
    "bank-routing-number": "invalid-bank-routing-number",
    "bank-account-number": "invalid-bank-account-number",
}
