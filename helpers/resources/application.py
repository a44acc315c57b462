"""TwiML applications: settings of a web site under a name, for numbers, calls and Dial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    OLDER_VERSION,
    VERSION,
    Params,
    Resource,
    World,
    friendly_name,
    is_web_address,
    shown,
)
from helpers.resources.number import IncomingPhoneNumber

INVALID_URL, INVALID_METHOD = 21402, 21403


def _method(name: str) -> str:
    method: str = shown("POST", "method", create=name, update=name, code=INVALID_METHOD)
    return method


def _address(name: str) -> str:
    address: str = shown("", create=name, update=name)
    return address


@dataclass(kw_only=True)
class Application(Resource):
    """What to ask when a number, a call or a Dial names this application."""

    prefix: ClassVar[str] = "AP"
    path: ClassVar[str] = "Applications"
    plural: ClassVar[str] = "applications"
    filters: ClassVar[dict[str, tuple[str, str]]] = {"FriendlyName": ("friendly_name", "=")}

    api_version: str = shown(VERSION, create="ApiVersion", update="ApiVersion")
    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    message_status_callback: str = _address("MessageStatusCallback")
    public_application_connect_enabled: bool = shown(
        False,
        kind="boolean",
        create="PublicApplicationConnectEnabled",
        update="PublicApplicationConnectEnabled",
    )
    sms_fallback_method: str = _method("SmsFallbackMethod")
    sms_fallback_url: str = _address("SmsFallbackUrl")
    sms_method: str = _method("SmsMethod")
    sms_status_callback: str = _address("SmsStatusCallback")
    sms_url: str = _address("SmsUrl")
    status_callback: str = _address("StatusCallback")
    status_callback_method: str = _method("StatusCallbackMethod")
    voice_caller_id_lookup: bool = shown(
        False, kind="boolean", create="VoiceCallerIdLookup", update="VoiceCallerIdLookup"
    )
    voice_fallback_method: str = _method("VoiceFallbackMethod")
    voice_fallback_url: str = _address("VoiceFallbackUrl")
    voice_method: str = _method("VoiceMethod")
    voice_url: str = _address("VoiceUrl")

    @classmethod
    def create(cls, params: Params, world: World) -> Application:
        """Check the settings; without a name it is called as Twilio would call it."""
        made = cls(**cls.take("create", params))
        made.friendly_name = friendly_name(params, "Unnamed application")
        made._check()
        return made

    def change(self, params: Params, world: World) -> None:
        """Give it other settings."""
        name = friendly_name(params, self.friendly_name)
        super().change(params, world)
        self.friendly_name = name
        self._check()

    def delete(self, world: World) -> None:
        """Forget it; the numbers that named it ask their own URLs again."""
        for name in ("voice_application_sid", "sms_application_sid"):
            for number in world.find(IncomingPhoneNumber, **{name: self.sid}):
                setattr(number, name, None)
                world.update(number, name)
        world.remove(self)

    def _check(self) -> None:
        if self.api_version not in (VERSION, OLDER_VERSION):
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"ApiVersion must be {VERSION} or {OLDER_VERSION}: {self.api_version}",
            )
        for param, name in self.parameters("update").items():
            given = getattr(self, name)
            if param.endswith(("Url", "Callback")) and given and not is_web_address(given):
                raise Refusal(400, INVALID_URL, f"{param} is not a valid URL: {given}")
