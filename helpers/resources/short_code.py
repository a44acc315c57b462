"""Short codes: the five or six digits that a business rents in one country to text from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
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


def is_short_code(text: str) -> bool:
    """Tell whether *text* has the form of a short code: five or six digits."""
    return re.fullmatch(r"[0-9]{5,6}", text) is not None


@dataclass(kw_only=True)
class ShortCode(Resource):
    """A short code of the account, and what to ask when it is texted.

    They are leased from carriers by contract, not bought by a request: the sandbox has those that
    it was started with (``--number 12345``). Source: Twilio's page on the ShortCode resource.
    """

    prefix: ClassVar[str] = "SC"
    path: ClassVar[str] = "SMS/ShortCodes"
    plural: ClassVar[str] = "short_codes"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "update")
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "FriendlyName": ("friendly_name", "="),
        "ShortCode": ("short_code", "like"),
    }
    indexed: ClassVar[tuple[str, ...]] = ("short_code",)

    api_version: str = shown(VERSION, update="ApiVersion")
    friendly_name: str = shown("", update="FriendlyName")
    short_code: str = shown("")
    sms_fallback_method: str = shown(
        "POST", "method", update="SmsFallbackMethod", code=INVALID_METHOD
    )
    sms_fallback_url: str = shown("", update="SmsFallbackUrl")
    sms_method: str = shown("POST", "method", update="SmsMethod", code=INVALID_METHOD)
    sms_url: str = shown("", update="SmsUrl")

    @classmethod
    def leased(cls, world: World, code: str) -> ShortCode:
        """The unsaved short code that an account begins with."""
        return cls.new(world, short_code=code, friendly_name=code)

    def as_number(self) -> IncomingPhoneNumber:
        """Itself as a number that is texted: what to ask, and the SID by which a pool has it."""
        return IncomingPhoneNumber(
            sid=self.sid,
            account_sid=self.account_sid,
            phone_number=self.short_code,
            sms_url=self.sms_url,
            sms_method=self.sms_method,
            sms_fallback_url=self.sms_fallback_url,
            sms_fallback_method=self.sms_fallback_method,
        )

    def change(self, params: Params, world: World) -> None:
        """Give it other settings."""
        name = friendly_name(params, self.friendly_name)
        super().change(params, world)
        self.friendly_name = name
        for param, url in (("SmsUrl", self.sms_url), ("SmsFallbackUrl", self.sms_fallback_url)):
            if url and not is_web_address(url):
                raise Refusal(400, INVALID_URL, f"{param} is not a valid URL: {url}")
