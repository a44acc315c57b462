"""Payments: what an agent has a caller key in while they talk, and what is charged in the end."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urljoin

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    Params,
    Resource,
    World,
    hidden,
    refuse_callback,
    shown,
)
from helpers.resources.beside import running_call
from helpers.resources.call import Call, one_of

#: What a caller keys in, by the way to pay.
CARD = ("payment-card-number", "expiration-date", "security-code", "postal-code")
BANK = ("bank-routing-number", "bank-account-number")
METHODS = ("credit-card", "ach-debit")
TOKENS = ("reusable", "one-time", "payment-method")
ACCOUNTS = ("consumer-checking", "consumer-savings", "commercial-checking")
OPEN, DONE = "open", {"complete": "completed", "cancel": "canceled"}


@dataclass(kw_only=True)
class Payment(Resource):
    """One payment of a running call, from its first request until it is complete or canceled.

    What is keyed in is not kept, not recorded and not told to anybody but in its last digits. No
    money moves: there is no connector here, and a payment that has all it needs always succeeds.
    Source: Twilio's page on the call's Payments resource.
    """

    prefix: ClassVar[str] = "PK"
    path: ClassVar[str] = "Calls/{call_sid}/Payments"
    plural: ClassVar[str] = "payments"
    operations: ClassVar[tuple[str, ...]] = ("create", "update")
    update_status: ClassVar[int] = 202  # says Twilio's specification, of this one alone
    indexed: ClassVar[tuple[str, ...]] = ("call_sid",)

    call_sid: str = shown("")

    idempotency_key: str = hidden("", create="IdempotencyKey", update="IdempotencyKey")
    first_key: str = hidden("")  # that of the request that made it
    status_callback: str = hidden("", create="StatusCallback", update="StatusCallback")
    capture: str = hidden("", update="Capture")
    status: str = hidden(OPEN, update="Status")
    charge_amount: str = hidden("", create="ChargeAmount")
    currency: str = hidden("usd", create="Currency")
    description: str = hidden("", create="Description")
    payment_connector: str = hidden("Default", create="PaymentConnector")
    payment_method: str = hidden("", create="PaymentMethod")
    bank_account_type: str = hidden("", create="BankAccountType")
    token_type: str = hidden("", create="TokenType")
    security_code: bool = hidden(True, kind="boolean", create="SecurityCode")
    postal_code: bool = hidden(True, kind="boolean", create="PostalCode")
    min_postal_code_length: int = hidden(
        0, "integer", create="MinPostalCodeLength", within=(0, 10, MALFORMED_REQUEST)
    )
    timeout: int = hidden(5, "integer", create="Timeout", within=(1, 600, MALFORMED_REQUEST))
    valid_card_types: str = hidden("visa mastercard amex", create="ValidCardTypes")
    # Keys are all that a caller can enter, nothing is entered twice, and nobody is asked to agree.
    input: str = hidden("dtmf", create="Input")
    parameter: str = hidden("", create="Parameter")
    require_matching_inputs: str = hidden("", create="RequireMatchingInputs")
    confirmation: str = hidden("", create="Confirmation")
    captured: dict[str, str] = hidden(kind="map")  # what was keyed in, all but its end made x

    @classmethod
    def create(cls, params: Params, world: World) -> Payment:
        """Begin to take a payment. The same IdempotencyKey again names the same payment."""
        made = cls(**cls.take("create", params))
        call = running_call(params, world)
        made._check_key()
        for known in world.find(cls, call_sid=call.sid, first_key=made.idempotency_key):
            return known
        made.call_sid, made.first_key = call.sid, made.idempotency_key
        made._check_callback(call)
        if made.charge_amount and not _is_amount(made.charge_amount):
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"ChargeAmount must be a number below 1000000: {made.charge_amount}",
            )
        made.payment_method = one_of("PaymentMethod", made.payment_method, METHODS)
        made.token_type = one_of("TokenType", made.token_type, TOKENS)
        made.bank_account_type = one_of("BankAccountType", made.bank_account_type, ACCOUNTS)
        made.currency = made.currency.lower() or "usd"
        return made

    def _check_key(self) -> None:
        if not self.idempotency_key:
            raise Refusal(400, MALFORMED_REQUEST, "IdempotencyKey is required.")

    def _check_callback(self, call: Call) -> None:
        """It may be relative to the document of the call, and must be there."""
        if not self.status_callback:
            raise Refusal(400, MALFORMED_REQUEST, "StatusCallback is required.")
        with suppress(ValueError):  # no address at all, which is refused now
            self.status_callback = urljoin(call.url, self.status_callback)
        refuse_callback(self.status_callback)

    def wanted(self) -> tuple[str, ...]:
        """All that this payment takes."""
        if self.payment_method == "ach-debit":
            return BANK
        left_out = {"security-code": not self.security_code, "postal-code": not self.postal_code}
        return tuple(name for name in CARD if not left_out.get(name))

    def missing(self) -> list[str]:
        """What was not keyed in yet."""
        return [name for name in self.wanted() if name not in self.captured]

    def created(self, world: World) -> None:
        """Tell that it has begun."""
        world.begin_beside(self)

    def change(self, params: Params, world: World) -> None:
        """Have the caller key something in, complete the payment, or cancel it."""
        before = self.idempotency_key, self.capture, self.status
        given = self.take("update", params)
        capture, status = given.get("capture", ""), given.get("status", "")
        self.idempotency_key = given.get("idempotency_key", "")
        self._check_key()
        if (self.idempotency_key, capture, DONE.get(status, self.status)) == before:
            return  # the same request once more
        self.status_callback = given.get("status_callback", "")
        self._check_callback(running_call(params, world))
        if self.status != OPEN:
            raise Refusal(400, MALFORMED_REQUEST, f"This payment is {self.status}.")
        if bool(capture) == bool(status):
            raise Refusal(400, MALFORMED_REQUEST, "Give Capture or Status, one of the two.")
        if capture and capture not in self.wanted():
            wanted = ", ".join(self.wanted())
            raise Refusal(
                400, MALFORMED_REQUEST, f"Capture must be one of {wanted} here: {capture}"
            )
        if status and status not in DONE:
            raise Refusal(400, MALFORMED_REQUEST, f"Status must be complete or cancel: {status}")
        if status == "complete" and self.missing():
            raise Refusal(
                400, MALFORMED_REQUEST, f"It is not complete without {', '.join(self.missing())}."
            )
        self.capture, self.status = capture, DONE.get(status, OPEN)
        world.change_payment(self)


def _is_amount(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(\.\d{1,8})?", text) is not None
