"""Telephone numbers: those an account owns, and those of others that it has verified."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.available import area_of, capabilities, on_offer
from helpers.resources.base import (
    MALFORMED_REQUEST,
    OLDER_VERSION,
    VERSION,
    Params,
    Resource,
    View,
    World,
    find_application,
    friendly_name,
    hidden,
    is_web_address,
    kinds,
    refuse_callback,
    refuse_magic,
    refuse_number,
    shown,
)

INVALID_URL, INVALID_METHOD = 21402, 21403
_KINDS = (("Local", "local"), ("Mobile", "mobile"), ("TollFree", "toll-free"))
_ADDRESSES = ("VoiceUrl", "VoiceFallbackUrl", "SmsUrl", "SmsFallbackUrl", "StatusCallback")
#: Parameters that name things of other products, and the prefix of their SIDs.
_ELSEWHERE = {
    "AddressSid": "AD",
    "BundleSid": "BU",
    "EmergencyAddressSid": "AD",
    "IdentitySid": "RI",
    "TrunkSid": "TK",
}
#: Parameters that take one of a few words.
_WORDS = {
    "ApiVersion": (VERSION, OLDER_VERSION),
    "EmergencyStatus": ("Active", "Inactive"),
    "VoiceReceiveMode": ("voice", "fax"),
}
#: In how many accounts one number may be verified, by Twilio's page about its trials.
MOST_VERIFIERS = 3


@dataclass(kw_only=True)
class IncomingPhoneNumber(Resource):
    """A number the account owns, and what to ask when it is called or texted."""

    prefix: ClassVar[str] = "PN"
    path: ClassVar[str] = "IncomingPhoneNumbers"
    plural: ClassVar[str] = "incoming_phone_numbers"
    more_views: ClassVar[tuple[View, ...]] = tuple(
        View(
            f"IncomingPhoneNumbers/{part}",
            "incoming_phone_numbers",
            "IncomingPhoneNumber",
            ("create", "list"),
            (("type", kind),),
        )
        for part, kind in _KINDS
    )
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "PhoneNumber": ("phone_number", "like"),
        "FriendlyName": ("friendly_name", "="),
        "Beta": ("beta", "="),
        "Origin": ("origin", "="),
    }
    indexed: ClassVar[tuple[str, ...]] = ("phone_number",)

    account_sid: str = shown("", update="AccountSid")
    address_requirements: str = shown("none")
    address_sid: str | None = shown(create="AddressSid", update="AddressSid")
    api_version: str = shown(VERSION, create="ApiVersion", update="ApiVersion")
    beta: bool = shown(False, kind="boolean")
    bundle_sid: str | None = shown(create="BundleSid", update="BundleSid")
    capabilities: dict[str, bool] = shown(kind="map")
    emergency_address_sid: str | None = shown(
        create="EmergencyAddressSid", update="EmergencyAddressSid"
    )
    emergency_address_status: str = shown("unregistered")
    emergency_status: str = shown("Inactive", create="EmergencyStatus", update="EmergencyStatus")
    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    identity_sid: str | None = shown(create="IdentitySid", update="IdentitySid")
    origin: str = shown("twilio")
    phone_number: str = shown("", create="PhoneNumber")
    sms_application_sid: str | None = shown(
        None, create="SmsApplicationSid", update="SmsApplicationSid"
    )
    sms_fallback_method: str = shown(
        "POST",
        "method",
        create="SmsFallbackMethod",
        update="SmsFallbackMethod",
        code=INVALID_METHOD,
    )
    sms_fallback_url: str = shown("", create="SmsFallbackUrl", update="SmsFallbackUrl")
    sms_method: str = shown(
        "POST", "method", create="SmsMethod", update="SmsMethod", code=INVALID_METHOD
    )
    sms_url: str = shown("", create="SmsUrl", update="SmsUrl")
    status: str = shown("in-use")
    status_callback: str = shown("", create="StatusCallback", update="StatusCallback")
    status_callback_method: str = shown(
        "POST",
        "method",
        create="StatusCallbackMethod",
        update="StatusCallbackMethod",
        code=INVALID_METHOD,
    )
    trunk_sid: str | None = shown(create="TrunkSid", update="TrunkSid")
    type: str = shown("local")
    voice_application_sid: str | None = shown(
        None, create="VoiceApplicationSid", update="VoiceApplicationSid"
    )
    voice_caller_id_lookup: bool = shown(
        False, kind="boolean", create="VoiceCallerIdLookup", update="VoiceCallerIdLookup"
    )
    voice_fallback_method: str = shown(
        "POST",
        "method",
        create="VoiceFallbackMethod",
        update="VoiceFallbackMethod",
        code=INVALID_METHOD,
    )
    voice_fallback_url: str = shown("", create="VoiceFallbackUrl", update="VoiceFallbackUrl")
    voice_method: str = shown(
        "POST", "method", create="VoiceMethod", update="VoiceMethod", code=INVALID_METHOD
    )
    voice_receive_mode: str = shown("voice", create="VoiceReceiveMode", update="VoiceReceiveMode")
    voice_url: str = shown("", create="VoiceUrl", update="VoiceUrl")

    area_code: str = hidden("", create="AreaCode")
    months: int = hidden(1, kind="integer")  # that were paid, or came with the account

    def __post_init__(self) -> None:
        if not self.capabilities and self.phone_number:
            self.capabilities = capabilities(self.phone_number, self.type)

    def home(self, view: View | None = None) -> str:
        """The path of all numbers: those of one kind are listed and bought, but not found there."""
        return super().home()

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What a list shows. A PhoneNumber may be a part of one, with ``*`` for any digits."""
        return [
            (name, comparison, f"*{value}*" if comparison == "like" else value)
            for name, comparison, value in super().conditions(params)
        ]

    @classmethod
    def create(cls, params: Params, world: World) -> IncomingPhoneNumber:
        """Buy a number: the one named, or any of an area code."""
        number = cls(**cls.take("create", params))
        number._check_settings(world)
        if number.trunk_sid:
            number.voice_application_sid = None
        wanted = params.place.get("type")  # where only one kind of number is bought
        if not number.phone_number:
            number.phone_number = number._of_area(world, wanted)
        refuse_magic("buy", "number", number.phone_number)
        if not phone_numbers.is_e164(number.phone_number):
            refuse_number("buy", "number", number.phone_number, phone_numbers.MALFORMED)
        number.type = wanted or phone_numbers.kind(number.phone_number)
        if not phone_numbers.is_kind(number.phone_number, number.type):
            raise Refusal(
                400,
                21458,
                f"PhoneNumber Provisioning Type Mismatch: {number.phone_number} is not "
                f"{number.type}.",
            )
        if world.owner(number.phone_number) or world.verified(number.phone_number):
            raise Refusal(400, 21422, f"{number.phone_number} is not available")
        number._check_trial(world)
        number.capabilities = capabilities(number.phone_number, number.type)
        number.friendly_name = friendly_name(params, phone_numbers.national(number.phone_number))
        return number

    def created(self, world: World) -> None:
        """The first month is paid at once."""
        world.charge(self)

    def _check_trial(self, world: World) -> None:
        """A trial buys one number, and its sub-accounts none."""
        account = world.account
        if account.type != "Trial":
            return
        if account.sid != account.owner_account_sid:
            raise Refusal(400, 10002, "Trial accounts do not support the feature you tried to use")
        if world.find(IncomingPhoneNumber):
            raise Refusal(
                400,
                21404,
                "Trial accounts are allowed only one Twilio number. To purchase additional "
                "numbers, please upgrade your account.",
            )

    def _of_area(self, world: World, wanted: str | None) -> str:
        if wanted:
            raise Refusal(400, 21421, "PhoneNumber is required.")
        if not self.area_code:
            raise Refusal(400, 21421, "PhoneNumber or AreaCode is required.")
        refuse_magic("buy", "area code", self.area_code)
        if not re.fullmatch(r"[2-9]\d\d", self.area_code):
            raise Refusal(400, 21451, f"Invalid area code: {self.area_code}")
        area = area_of(self.area_code)
        offers = on_offer(area.country, "local", [("AreaCode", area.code)]) if area else []
        for offer in offers:
            if not world.owner(offer.phone_number):
                return offer.phone_number
        raise Refusal(400, 21452, f"No phone numbers found in area code {self.area_code}")

    def _check_settings(self, world: World) -> None:
        for param, name in self.parameters("update").items():
            given = getattr(self, name)
            if param in _ADDRESSES and given and not is_web_address(given):
                # Twilio's two texts differ in more than the name.
                wrong = "not valid" if param == "SmsUrl" else "not a valid URL"
                raise Refusal(400, INVALID_URL, f"{param} is {wrong}: {given}")
            if param in _WORDS and given not in _WORDS[param]:
                raise Refusal(
                    400,
                    MALFORMED_REQUEST,
                    f"{param} must be {' or '.join(_WORDS[param])}: {given}",
                )
            if param.endswith("Sid") and given == "":
                setattr(self, name, None)  # an empty one takes it away
            elif param in _ELSEWHERE and given:
                # The sandbox has no addresses, bundles, identities and trunks: their SIDs are
                # kept and shown, and nothing else comes of them. (A number with a trunk asks no
                # web site when it is called; so says Twilio's page.)
                prefix = _ELSEWHERE[param]
                if not re.fullmatch(prefix + "[0-9a-fA-F]{32}", given):
                    raise Refusal(
                        400,
                        MALFORMED_REQUEST,
                        f"{param} must be {prefix} and 32 hexadecimal digits: {given}",
                    )
        find_application(world, self.voice_application_sid or "")
        find_application(world, self.sms_application_sid or "")
        if self.voice_fallback_url and not self.voice_url:
            raise Refusal(400, 21405, "A VoiceFallbackUrl needs a VoiceUrl to fall back from.")
        if self.sms_fallback_url and not self.sms_url:
            raise Refusal(400, 21406, "An SmsFallbackUrl needs an SmsUrl to fall back from.")
        registered = self.emergency_address_sid is not None
        self.emergency_address_status = "registered" if registered else "unregistered"

    def _move(self, sid: str, world: World) -> None:
        """Give the number to another account of the family, which the main account may do."""
        if not re.fullmatch("AC[0-9a-fA-F]{32}", sid):
            raise Refusal(400, 21470, f"Invalid AccountSid: {sid}")
        account = world.relative(sid)
        if account is None:
            raise Refusal(400, 21471, f"Account does not exist: {sid}")
        if account.status != "active":
            raise Refusal(400, 21472, f"Account is not active: {sid}")
        if account.sid != self.account_sid:
            self._leave_pool(world)
            self.account_sid = account.sid
            # Its applications stay with the account that made them.
            self.voice_application_sid = self.sms_application_sid = None

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource; where only one kind of number stands, the kind is not told."""
        reply = super().as_json(view, operation, server)
        if view is not None and view.fixed:
            del reply["type"]
        return reply

    def _leave_pool(self, world: World) -> None:
        """Leave the pool of the messaging service that has it."""
        for pooled in world.find(kinds()["PoolNumber"], sid=self.sid):
            pooled.delete(world)

    def delete(self, world: World) -> None:
        """Release it."""
        self._leave_pool(world)
        world.remove(self)

    def for_texts(self, world: World) -> IncomingPhoneNumber:
        """The number with what is to be asked when a text arrives: an application's URLs win."""
        application = find_application(world, self.sms_application_sid or "")
        if application is None:
            return self
        return replace(
            self,
            sms_url=application.sms_url,
            sms_method=application.sms_method,
            sms_fallback_url=application.sms_fallback_url,
            sms_fallback_method=application.sms_fallback_method,
        )

    def change(self, params: Params, world: World) -> None:
        """Give it other settings, or to another account."""
        name = friendly_name(params, self.friendly_name)
        settings = self.take("update", params)
        account_sid = settings.pop("account_sid", "")
        # A trunk and an application exclude each other: the one that is set takes the other away.
        if settings.get("voice_application_sid"):
            self.trunk_sid = None
        if settings.get("trunk_sid"):
            settings["voice_application_sid"] = None
        for field, value in settings.items():
            setattr(self, field, value)
        self.friendly_name = name
        self._check_settings(world)
        if account_sid:
            self._move(account_sid, world)


@dataclass(kw_only=True)
class OutgoingCallerId(Resource):
    """A number of somebody else's that may be shown as the caller: its owner keyed in a code."""

    prefix: ClassVar[str] = "PN"
    path: ClassVar[str] = "OutgoingCallerIds"
    plural: ClassVar[str] = "outgoing_caller_ids"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "update", "delete")
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "PhoneNumber": ("phone_number", "="),
        "FriendlyName": ("friendly_name", "="),
    }

    friendly_name: str = shown("", update="FriendlyName")
    phone_number: str = shown("")

    def change(self, params: Params, world: World) -> None:
        """Rename it."""
        self.friendly_name = friendly_name(params, self.friendly_name)


@dataclass(kw_only=True)
class ValidationRequest(Resource):
    """A request to verify a number: a call that asks for the six digits told here."""

    prefix: ClassVar[str] = "VR"
    path: ClassVar[str] = "OutgoingCallerIds"
    plural: ClassVar[str] = "validation_requests"
    operations: ClassVar[tuple[str, ...]] = ("create",)
    omits: ClassVar[tuple[str, ...]] = ("sid", "date_created", "date_updated")
    kept: ClassVar[bool] = False
    create_status: ClassVar[int] = 200
    has_uri: ClassVar[bool] = False

    call_sid: str = shown("")
    friendly_name: str = shown("", create="FriendlyName")
    phone_number: str = shown("", create="PhoneNumber")
    validation_code: str = shown("")

    call_delay: int = hidden(0, "integer", create="CallDelay", within=(0, 60, 21454))
    extension: str = hidden("", create="Extension")
    status_callback: str = hidden("", create="StatusCallback")
    status_callback_method: str = hidden(
        "POST", "method", create="StatusCallbackMethod", code=INVALID_METHOD
    )

    @classmethod
    def create(cls, params: Params, world: World) -> ValidationRequest:
        """Check the number; the code is six digits that this account has not had before."""
        request = cls(**cls.take("create", params))
        number = request.phone_number
        if not phone_numbers.is_e164(number):
            raise Refusal(400, 21401, f"Invalid phone number: {number}")
        if world.verified(number):
            raise Refusal(400, 21450, f"Phone number {number} is already verified.")
        if world.owned(number):
            raise Refusal(400, 21449, f"Phone number {number} is yours: it needs no verification.")
        if world.verifiers(number) >= MOST_VERIFIERS:
            raise Refusal(400, 21453, f"Phone number {number} is verified on other accounts.")
        if not re.fullmatch("[0-9*#wW]{0,32}", request.extension):
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"Extension is keys (0-9, *, #) and w for a pause: {request.extension}",
            )
        refuse_callback(request.status_callback)
        request.friendly_name = friendly_name(params, phone_numbers.national(number))
        seed = f"{world.sid('VR')}/{number}"
        digest = int(hashlib.sha256(seed.encode()).hexdigest(), 16)
        request.validation_code = str(100_000 + digest % 900_000)
        return request

    def created(self, world: World) -> None:
        """Ring the number."""
        self.call_sid = world.start_validation(self)
