"""Verify v2: whether somebody has the phone they say they have.

    client.verify.v2.services(sid).verifications.create(to="+14155550100", channel="sms")
    client.verify.v2.services(sid).verification_checks.create(to="+14155550100", code="123456")

The code travels as a real text or call to a handset. As with Twilio neither stands in the lists of
messages and calls, and a verification that is over is not found any more. Only the channels of a
telephone are there (``sms``, ``call``): no e-mail leaves this machine.
Source: Twilio's pages on the Verify API's Service, Verification and VerificationCheck resources;
the texts of 60200, 60202 and 60203 as clients have recorded them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import (
    Params,
    World,
    derived,
    hidden,
    not_found,
    refuse_number,
    shown,
)
from helpers.resources.call import VERIFIER, Call
from helpers.resources.message import Message
from helpers.resources.newer import NewerResource, iso8601, required

DOMAIN, VERSION = "verify", "v2"
INVALID, NOT_OF_THIS_SERVICE, NO_CHANNEL = 60200, 60204, 60223
CHANNELS = ("sms", "call")
ELSEWHERE = ("email", "whatsapp", "rcs", "sna", "auto")  # Twilio has them, a handset has not
LASTS = timedelta(minutes=10)
MOST_SENT = MOST_CHECKED = 5
SHORTEST, LONGEST = 4, 10  # characters of a code
# What a check tells of the verification.
OF_A_CHECK = (
    *("sid", "account_sid", "service_sid", "to", "channel", "status", "valid", "amount", "payee"),
    *("date_created", "date_updated"),
)
ROUNDS = 2  # how often a call says the code


@dataclass(kw_only=True)
class VerifyService(NewerResource):
    """What the codes of one application have in common: its name, how long they are."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION
    prefix: ClassVar[str] = "VA"
    path: ClassVar[str] = "Services"
    plural: ClassVar[str] = "services"
    operations: ClassVar[tuple[str, ...]] = ("create", "list", "fetch", "update", "delete")
    kept: ClassVar[bool] = True
    links: ClassVar[dict[str, str]] = {
        "verifications": "Verifications",
        "verification_checks": "VerificationCheck",
    }

    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    code_length: int = shown(
        6,
        "integer",
        create="CodeLength",
        update="CodeLength",
        within=(SHORTEST, LONGEST, INVALID),
    )
    lookup_enabled: bool = shown(False, "boolean", create="LookupEnabled", update="LookupEnabled")
    psd2_enabled: bool = shown(False, "boolean", create="Psd2Enabled", update="Psd2Enabled")
    skip_sms_to_landlines: bool = shown(
        False, "boolean", create="SkipSmsToLandlines", update="SkipSmsToLandlines"
    )
    dtmf_input_required: bool = shown(
        True, "boolean", create="DtmfInputRequired", update="DtmfInputRequired"
    )
    tts_name: str | None = shown(create="TtsName", update="TtsName")
    do_not_share_warning_enabled: bool = shown(
        False, "boolean", create="DoNotShareWarningEnabled", update="DoNotShareWarningEnabled"
    )
    custom_code_enabled: bool = shown(
        False, "boolean", create="CustomCodeEnabled", update="CustomCodeEnabled"
    )
    push: dict[str, Any] | None = shown(kind="map")
    totp: dict[str, Any] | None = shown(kind="map")
    default_template_sid: str | None = shown(
        create="DefaultTemplateSid", update="DefaultTemplateSid"
    )
    whatsapp: dict[str, Any] | None = shown(kind="map")
    passkeys: dict[str, Any] | None = shown(kind="map")
    verify_event_subscription_enabled: bool = shown(
        False,
        "boolean",
        create="VerifyEventSubscriptionEnabled",
        update="VerifyEventSubscriptionEnabled",
    )

    @classmethod
    def create(cls, params: Params, world: World) -> VerifyService:
        """A service with a name, which stands in every text."""
        required(params, "FriendlyName")
        service = cls(**cls.take("create", params))
        service._check()
        return service

    def change(self, params: Params, world: World) -> None:
        """Other settings, for the codes to come."""
        super().change(params, world)
        self._check()

    def _check(self) -> None:
        if not 1 <= len(self.friendly_name) <= 32:
            raise Refusal(400, INVALID, "Invalid parameter: FriendlyName")


@dataclass(kw_only=True)
class Verification(NewerResource):
    """A code on its way to a phone, until it is checked or ten minutes are over."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION
    prefix: ClassVar[str] = "VE"
    path: ClassVar[str] = "Services/{service_sid}/Verifications"
    plural: ClassVar[str] = "verifications"
    operations: ClassVar[tuple[str, ...]] = ("create", "fetch", "update")
    kept: ClassVar[bool] = True
    indexed: ClassVar[tuple[str, ...]] = ("to",)

    service_sid: str = shown("")
    to: str = shown("", create="To")
    channel: str = shown("", create="Channel")
    status: str = shown("pending", update="Status")
    valid: bool = shown(False, "boolean")
    lookup: dict[str, Any] = shown(kind="map")
    amount: str | None = shown(create="Amount")
    payee: str | None = shown(create="Payee")
    send_code_attempts: list[dict[str, Any]] = shown(kind="list")
    sna: str | None = shown()

    code: str = hidden("")
    checks: int = hidden(0, "integer")

    @classmethod
    def create(cls, params: Params, world: World) -> Verification:
        """Send a code; while one is on its way to that phone, the same code once more."""
        required(params, "To")
        required(params, "Channel")
        service = _service(params, world)
        asked = cls(**cls.take("create", params))
        asked.channel = asked.channel.lower()
        if asked.channel in ELSEWHERE:
            raise Refusal(403, NO_CHANNEL, f"Delivery channel disabled: {asked.channel.upper()}")
        if asked.channel not in CHANNELS:
            raise Refusal(400, INVALID, "Invalid parameter: Channel")
        if not phone_numbers.is_e164(asked.to):
            raise Refusal(400, INVALID, f"Invalid parameter `To`: {asked.to}")
        custom = params.get("CustomCode")
        if custom and not service.custom_code_enabled:
            raise Refusal(
                400, NOT_OF_THIS_SERVICE, "Service does not support this parameter: CustomCode"
            )
        if custom and not (SHORTEST <= len(custom) <= LONGEST and custom.isalnum()):
            raise Refusal(400, INVALID, "Invalid parameter: CustomCode")
        if world.account.type == "Trial" and not world.verified(asked.to):
            refuse_number("message", "to", asked.to, phone_numbers.UNVERIFIED)
        running = _running(world, service.sid, to=asked.to)
        if running and len(running.send_code_attempts) >= MOST_SENT:
            raise Refusal(429, 60203, "Max send attempts reached")
        if running:
            # The same verification goes on: same SID, same code, its ten minutes not begun anew.
            running.channel, running.code = asked.channel, custom or running.code
            running._send(service, params, world)
            world.update(running, "channel", "code", "send_code_attempts")
            return running
        asked.service_sid = service.sid
        asked.code = custom or _code(world, service.code_length)
        asked._send(service, params, world)
        return asked

    def _send(self, service: VerifyService, params: Params, world: World) -> None:
        name = params.get("CustomFriendlyName") or service.friendly_name
        attempt = world.sid("VL")
        if self.channel == "sms":
            words = f"Your {name} verification code is: {self.code}"
            if service.do_not_share_warning_enabled:
                words += ". Don't share this code with anyone; our employees will never ask for it."
            message = Message.new(world, to=self.to, from_=VERIFIER, body=words, sent_by=attempt)
            world.save(message)
            world.send_message(message)
        else:
            # Twilio asks for a key first (DtmfInputRequired); here the code is said at once.
            spoken = escape(f"Your {service.tts_name or name} verification code is: ")
            spoken += ", ".join(self.code)
            call = Call.new(
                world,
                to=self.to,
                from_=VERIFIER,
                twiml=f"<Response>{f'<Say>{spoken}</Say>' * ROUNDS}</Response>",
                send_digits=params.get("SendDigits"),
                sent_by=attempt,
            )
            world.save(call)
            world.start_call(call)
        said = {"attempt_sid": attempt, "channel": self.channel, "time": iso8601(world.now())}
        self.send_code_attempts = [*self.send_code_attempts, said]

    def change(self, params: Params, world: World) -> None:
        """Say how it ended, for one who found out by other means."""
        required(params, "Status")
        status = params.get("Status")
        if status not in ("approved", "canceled"):
            raise Refusal(400, INVALID, "Invalid parameter: Status")
        self.status, self.valid = status, status == "approved"

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """One that is under way, by its SID or by the phone; those that are over are gone."""
        by = "sid" if name.startswith(cls.prefix) else "to"
        running = _running(world, params.place["service_sid"], **{by: name})
        return running.sid if running else ""


@dataclass(kw_only=True)
class VerificationCheck(NewerResource):
    """Whether a code was the right one: the verification as the check left it."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION
    path: ClassVar[str] = "Services/{service_sid}/VerificationCheck"
    plural: ClassVar[str] = "verification_checks"
    operations: ClassVar[tuple[str, ...]] = ("create",)
    has_uri: ClassVar[bool] = False

    service_sid: str = shown("")
    to: str = shown("", create="To")
    channel: str = shown("")
    status: str = shown("")
    valid: bool = shown(False, "boolean")
    amount: str | None = shown(create="Amount")
    payee: str | None = shown(create="Payee")
    sna_attempts_error_codes: list[Any] | None = shown(None)

    verification_sid: str = hidden("", create="VerificationSid")
    code: str = hidden("", create="Code")

    @classmethod
    def create(cls, params: Params, world: World) -> VerificationCheck:
        """Compare a code with the one that was sent."""
        service = _service(params, world)
        asked = cls(**cls.take("create", params))
        required(params, "Code")
        if not SHORTEST <= len(asked.code) <= LONGEST:
            raise Refusal(400, INVALID, "Invalid parameter: Code")
        if asked.verification_sid:
            running = _running(world, service.sid, sid=asked.verification_sid)
        else:
            required(params, "To")
            running = _running(world, service.sid, to=asked.to)
        if running is None:
            raise not_found(f"/Services/{service.sid}/VerificationCheck")
        if running.checks >= MOST_CHECKED:
            raise Refusal(429, 60202, "Max check attempts reached")
        running.checks += 1
        if hmac.compare_digest(asked.code.encode(), running.code.encode()):
            running.status, running.valid = "approved", True
        running.date_updated = world.now()
        world.update(running, "checks", "status", "valid", "date_updated")
        return cls(**{name: getattr(running, name) for name in OF_A_CHECK})


def _service(params: Params, world: World) -> VerifyService:
    """The service that the path names; the app has looked that it is there."""
    return world.find(VerifyService, sid=params.place["service_sid"])[0]


def _running(world: World, service_sid: str, **named: str) -> Verification | None:
    """The verification that is under way, if it is not over by now."""
    for one in reversed(world.find(Verification, service_sid=service_sid, **named)):
        made = one.date_created
        if one.status == "pending" and made is not None and world.now() < made + LASTS:
            return one
    return None


def _code(world: World, length: int) -> str:
    """The account's next code."""
    return str(int.from_bytes(derived(world, "verify")) % 10**length).zfill(length)
