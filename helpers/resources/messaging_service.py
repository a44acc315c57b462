"""Messaging Services (Messaging v1): senders in a pool, and what they have in common.

    service = client.messaging.v1.services.create(friendly_name="Pizza")
    client.messaging.v1.services(service.sid).phone_numbers.create(phone_number_sid=number.sid)
    client.messages.create(to="+14155550100", messaging_service_sid=service.sid, body="Ready!")

A message names the service, and the service chooses who sends it. Texts to the numbers of its pool
are the service's, and who has stopped one of them has stopped the service.
Source: Twilio's pages on Messaging Services, their features and their resources; the texts of
21704, 21710 and 21712 as clients have recorded them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    Params,
    Resource,
    World,
    hidden,
    is_web_address,
    not_found,
    refuse_callback,
    shown,
)
from helpers.resources.newer import NewerResource, required
from helpers.resources.number import IncomingPhoneNumber
from helpers.resources.short_code import ShortCode

P = TypeVar("P", bound="_Pooled")

DOMAIN, VERSION = "messaging", "v1"
NO_SERVICE, EMPTY, INVALID_SID = 21701, 21704, 21705
IN_THE_POOL, IN_ANOTHER, INVALID_USE = 21710, 21712, 21713
LONGEST_WAIT = 36_000  # seconds that a message may be queued
USES = ("notifications", "marketing", "verification", "discussion", "poll", "undeclared")
SCANS = ("inherit", "enable", "disable")
ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
#: Where a text cannot come from a name: only numbers and short codes are let through.
NUMBERS_ONLY = ("US", "CA", "CN", "MX", "TR", "ZA")
WHATSAPP = "whatsapp:"


def _switch(default: bool, name: str) -> Any:
    return shown(default, "boolean", create=name, update=name)


def _text(default: str | None, name: str) -> Any:
    return shown(default, create=name, update=name)


def _method(name: str) -> Any:
    return shown("POST", "method", create=name, update=name, code=MALFORMED_REQUEST)


@dataclass(kw_only=True)
class MessagingService(NewerResource):
    """A pool of senders with settings of its own."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION
    prefix: ClassVar[str] = "MG"
    path: ClassVar[str] = "Services"
    plural: ClassVar[str] = "services"
    operations: ClassVar[tuple[str, ...]] = ("create", "list", "fetch", "update", "delete")
    kept: ClassVar[bool] = True
    links: ClassVar[dict[str, str]] = {
        "phone_numbers": "PhoneNumbers",
        "short_codes": "ShortCodes",
        "alpha_senders": "AlphaSenders",
    }

    friendly_name: str = _text("", "FriendlyName")
    inbound_request_url: str | None = _text(None, "InboundRequestUrl")
    inbound_method: str = _method("InboundMethod")
    fallback_url: str | None = _text(None, "FallbackUrl")
    fallback_method: str = _method("FallbackMethod")
    status_callback: str | None = _text(None, "StatusCallback")
    sticky_sender: bool = _switch(True, "StickySender")
    smart_encoding: bool = _switch(True, "SmartEncoding")
    mms_converter: bool = _switch(True, "MmsConverter")
    fallback_to_long_code: bool = _switch(True, "FallbackToLongCode")
    scan_message_content: str = _text("inherit", "ScanMessageContent")
    area_code_geomatch: bool = _switch(True, "AreaCodeGeomatch")
    validity_period: int = shown(
        LONGEST_WAIT,
        "integer",
        create="ValidityPeriod",
        update="ValidityPeriod",
        within=(1, LONGEST_WAIT, 21624),
    )
    synchronous_validation: bool = _switch(False, "SynchronousValidation")
    usecase: str = _text("undeclared", "Usecase")
    us_app_to_person_registered: bool = shown(False, "boolean")
    use_inbound_webhook_on_number: bool = _switch(False, "UseInboundWebhookOnNumber")

    @classmethod
    def create(cls, params: Params, world: World) -> MessagingService:
        """A service with a name and nobody in its pool yet."""
        if not params.get("FriendlyName"):
            raise Refusal(
                400, MALFORMED_REQUEST, "Missing required parameter FriendlyName in the post body"
            )
        service = cls(**cls.take("create", params))
        service._check()
        return service

    def change(self, params: Params, world: World) -> None:
        """Other settings, for the messages to come."""
        super().change(params, world)
        self._check()

    def _check(self) -> None:
        if not 1 <= len(self.friendly_name) <= 64:
            raise Refusal(400, MALFORMED_REQUEST, "FriendlyName has 1 to 64 characters.")
        for name in ("inbound_request_url", "fallback_url", "status_callback"):
            setattr(self, name, getattr(self, name) or None)  # emptied is none
        for param, url in (
            ("InboundRequestUrl", self.inbound_request_url),
            ("FallbackUrl", self.fallback_url),
        ):
            if url and not is_web_address(url):
                raise Refusal(400, MALFORMED_REQUEST, f"{param} is not a valid URL: {url}")
        refuse_callback(self.status_callback or "")
        if self.usecase not in USES:
            raise Refusal(
                400, INVALID_USE, f"Messaging Service Use Case is Invalid: {self.usecase}"
            )
        if self.scan_message_content not in SCANS:
            raise Refusal(
                400, MALFORMED_REQUEST, f"ScanMessageContent is one of {', '.join(SCANS)}."
            )

    def delete(self, world: World) -> None:
        """Forget it, and who was in its pool."""
        for kind in (PoolNumber, PoolShortCode, AlphaSender, StickySender):
            for row in world.find(kind, service_sid=self.sid):
                world.remove(row)
        world.remove(self)

    # -- who is in it --------------------------------------------------------------------------

    @classmethod
    def named(cls, sid: str, world: World) -> MessagingService:
        """This account's service with that SID, as a message names it; any other is refused."""
        if not re.fullmatch(r"MG[0-9a-fA-F]{32}", sid):
            raise Refusal(400, INVALID_SID, f"The Messaging Service Sid {sid} is invalid.")
        found = world.find(cls, sid=sid)
        if not found:
            raise Refusal(400, NO_SERVICE, f"The Messaging Service {sid} does not exist.")
        return found[0]

    @classmethod
    def of(cls, number: IncomingPhoneNumber, world: World) -> MessagingService | None:
        """The service that has a number (or what stands for a short code) in its pool, if any."""
        kind = PoolShortCode if number.sid.startswith(ShortCode.prefix) else PoolNumber
        pooled = world.find(kind, sid=number.sid)
        return world.find(cls, sid=pooled[0].service_sid)[0] if pooled else None

    def senders(self, world: World) -> list[str]:
        """Everybody in its pool: numbers, short codes and names, each in the order they came."""
        numbers = [row.phone_number for row in world.find(PoolNumber, service_sid=self.sid)]
        codes = [row.short_code for row in world.find(PoolShortCode, service_sid=self.sid)]
        names = [row.alpha_sender for row in world.find(AlphaSender, service_sid=self.sid)]
        return numbers + codes + names

    def chosen(self, to: str, world: World) -> str:
        """Who sends to *to*: "" if nobody in the pool can.

        A name where names are let through; else whom that phone knows already (Sticky Sender); else
        a number of the same area code (Geomatch), or of the same country, or any, in turn.
        """
        number = to.removeprefix(WHATSAPP)
        country = phone_numbers.region(number)
        pool = self.senders(world)
        names = [sender for sender in pool if ALPHANUMERIC.fullmatch(sender)]
        lets_through = country not in NUMBERS_ONLY and world.account.type != "Trial"
        if names and lets_through and number == to:
            return names[0]
        pool = [sender for sender in pool if sender not in names]
        if number != to:
            pool = [sender for sender in pool if sender.startswith("+")]
        known = world.find(StickySender, service_sid=self.sid, to=to) if self.sticky_sender else []
        if known and known[0].from_.removeprefix(WHATSAPP) in pool:
            return known[0].from_
        if not pool:
            return ""
        near = [s for s in pool if s.startswith("+") and phone_numbers.region(s) == country] or pool
        if self.area_code_geomatch and number.startswith("+1"):
            near = [s for s in near if s[:5] == number[:5]] or near
        turn = world.count(f"sender/{self.sid}") - 1
        sender = (WHATSAPP if number != to else "") + near[turn % len(near)]
        if self.sticky_sender:
            world.save(StickySender.new(world, service_sid=self.sid, to=to, from_=sender))
        return sender

    def for_texts(self, number: IncomingPhoneNumber) -> IncomingPhoneNumber:
        """A number of its pool with what is to be asked when a text arrives.

        Without an InboundRequestUrl nobody is asked. (Twilio then drops the text altogether; here
        it stays in the list of messages, so that whoever looks for it finds it.)
        """
        if self.use_inbound_webhook_on_number:
            return number
        return replace(
            number,
            sms_url=self.inbound_request_url or "",
            sms_method=self.inbound_method,
            sms_fallback_url=self.fallback_url or "",
            sms_fallback_method=self.fallback_method,
        )


@dataclass(kw_only=True)
class _Pooled(NewerResource):
    """One sender in the pool of a service."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION

    service_sid: str = shown("")
    capabilities: list[str] = shown(kind="list")


_OPERATIONS = ("create", "list", "fetch", "delete")


@dataclass(kw_only=True)
class PoolNumber(_Pooled):
    """A telephone number of the account in the pool of a service. It keeps the number's SID."""

    prefix: ClassVar[str] = "PN"
    path: ClassVar[str] = "Services/{service_sid}/PhoneNumbers"
    plural: ClassVar[str] = "phone_numbers"
    singular: ClassVar[str] = "PhoneNumber"
    operations: ClassVar[tuple[str, ...]] = _OPERATIONS
    kept: ClassVar[bool] = True
    indexed: ClassVar[tuple[str, ...]] = ("service_sid",)

    phone_number: str = shown("")
    country_code: str = shown("")

    @classmethod
    def create(cls, params: Params, world: World) -> PoolNumber:
        """Put a number into the pool; one that is in a pool already is refused."""
        number = _asked_for(IncomingPhoneNumber, cls, params, world)
        able = [word for word in ("voice", "sms", "mms") if number.capabilities.get(word)]
        return _saved(
            cls(
                sid=number.sid,
                service_sid=params.place["service_sid"],
                phone_number=number.phone_number,
                country_code=phone_numbers.region(number.phone_number) or "",
                capabilities=[{"voice": "Voice"}.get(word, word.upper()) for word in able],
            ),
            world,
        )

    def delete(self, world: World) -> None:
        """Take it out of the pool; those who knew it will know another one."""
        for known in world.find(StickySender, service_sid=self.service_sid):
            if known.from_.removeprefix(WHATSAPP) == self.phone_number:
                world.remove(known)
        world.remove(self)


@dataclass(kw_only=True)
class PoolShortCode(_Pooled):
    """A short code of the account in the pool of a service. It keeps the short code's SID."""

    prefix: ClassVar[str] = "SC"
    path: ClassVar[str] = "Services/{service_sid}/ShortCodes"
    plural: ClassVar[str] = "short_codes"
    singular: ClassVar[str] = "ShortCode"
    operations: ClassVar[tuple[str, ...]] = _OPERATIONS
    kept: ClassVar[bool] = True
    indexed: ClassVar[tuple[str, ...]] = ("service_sid",)

    short_code: str = shown("")
    country_code: str = shown("US")

    @classmethod
    def create(cls, params: Params, world: World) -> PoolShortCode:
        """Put a short code into the pool; one that is in a pool already is refused."""
        code = _asked_for(ShortCode, cls, params, world)
        return _saved(
            cls(
                sid=code.sid,
                service_sid=params.place["service_sid"],
                short_code=code.short_code,
                capabilities=["SMS"],
            ),
            world,
        )


@dataclass(kw_only=True)
class AlphaSender(_Pooled):
    """A name that texts come from, in the countries that let names through."""

    prefix: ClassVar[str] = "AI"
    path: ClassVar[str] = "Services/{service_sid}/AlphaSenders"
    plural: ClassVar[str] = "alpha_senders"
    operations: ClassVar[tuple[str, ...]] = _OPERATIONS
    kept: ClassVar[bool] = True
    indexed: ClassVar[tuple[str, ...]] = ("service_sid",)

    alpha_sender: str = shown("")

    @classmethod
    def create(cls, params: Params, world: World) -> AlphaSender:
        """Put a name into the pool: up to eleven characters, a letter among them."""
        name = required(params, "AlphaSender")
        service_sid = params.place["service_sid"]
        if not ALPHANUMERIC.fullmatch(name):
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                "AlphaSender has 1 to 11 letters, digits, blanks and + - _ &, "
                f"at least one of them a letter: {name}",
            )
        _refuse_pooled(world.find(cls, service_sid=service_sid, alpha_sender=name), service_sid)
        return cls(service_sid=service_sid, alpha_sender=name, capabilities=["SMS"])


@dataclass(kw_only=True)
class StickySender(NewerResource):
    """Which sender of a service a phone knows already. Nothing of it is ever shown."""

    domain: ClassVar[str] = DOMAIN
    version: ClassVar[str] = VERSION
    prefix: ClassVar[str] = "ST"
    kept: ClassVar[bool] = True
    indexed: ClassVar[tuple[str, ...]] = ("to",)

    service_sid: str = hidden("")
    to: str = hidden("")
    from_: str = hidden("")


def _asked_for(kind: type[Resource], pool: type[_Pooled], params: Params, world: World) -> Any:
    """The sender of the account that a request puts into the pool; refuses one that cannot be."""
    sid = required(params, f"{pool.singular}Sid")
    service_sid = params.place["service_sid"]
    found = world.find(kind, sid=sid)
    if not found:
        raise not_found(f"/Services/{service_sid}/{pool.path.rpartition('/')[2]}/{sid}")
    _refuse_pooled(world.find(pool, sid=sid), service_sid)
    return found[0]


def _refuse_pooled(rows: Sequence[_Pooled], service_sid: str) -> None:
    """Refuse a sender that is in a pool already: this one, or another's."""
    if rows and rows[0].service_sid == service_sid:
        raise Refusal(
            409, IN_THE_POOL, "Phone Number or Short Code is already in the Messaging Service."
        )
    if rows:
        raise Refusal(
            409,
            IN_ANOTHER,
            "Phone Number or Short Code is associated with another Messaging Service.",
        )


def _saved(row: P, world: World) -> P:
    """Keep a row that has its SID from elsewhere; what is new besides is the app's to say."""
    row.account_sid = world.account.sid
    row.date_created = row.date_updated = world.now()
    world.save(row)
    return row
