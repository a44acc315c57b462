"""Accounts, sub-accounts, and the API keys that open them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    View,
    World,
    friendly_name,
    shown,
)

STATUSES = ("active", "suspended", "closed")

# What an account links to: the key in the reply, and the path below the account.
LINKS = {
    "addresses": "Addresses",
    "applications": "Applications",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "available_phone_numbers": "AvailablePhoneNumbers",
    "balance": "Balance",
    "calls": "Calls",
    "conferences": "Conferences",
    "connect_apps": "ConnectApps",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys",
    "messages": "Messages",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "recordings": "Recordings",
    "short_codes": "SMS/ShortCodes",
    "signing_keys": "SigningKeys",
    "sip": "SIP",
    "transcriptions": "Transcriptions",
    "usage": "Usage",
}


def _secret(world: World, name: str) -> str:
    """The next secret of an account: the same in every run, and nobody else's to work out."""
    own, made = world.account.auth_token, world.count(name)
    return hmac.new(own.encode(), f"{name}/{made}".encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(kw_only=True)
class Account(Resource):
    """Whose things are whose. A sub-account is made by its owner and opened by its credentials.

    `account_sid` is the owner's SID: the account's own for a main one.
    """

    prefix: ClassVar[str] = "AC"
    path: ClassVar[str] = ""
    plural: ClassVar[str] = "accounts"
    operations: ClassVar[tuple[str, ...]] = ("create", "list", "fetch", "update")
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "FriendlyName": ("friendly_name", "="),
        "Status": ("status", "="),
    }

    auth_token: str = shown("")
    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    owner_account_sid: str = shown("")
    status: str = shown("active", update="Status")
    type: str = shown("Full")

    @classmethod
    def create(cls, params: Params, world: World) -> Account:
        """A sub-account of the account that asks."""
        owner = world.account.owner_account_sid
        if owner != world.account.sid:
            raise Refusal(400, MALFORMED_REQUEST, "A sub-account cannot have sub-accounts.")
        return cls(
            auth_token=_secret(world, "token"),
            friendly_name=friendly_name(params, "SubAccount Created"),
            owner_account_sid=owner,
            type=world.account.type,
        )

    def change(self, params: Params, world: World) -> None:
        """Rename it, or say how it stands."""
        status = params.get("Status")
        if status and status not in STATUSES:
            raise Refusal(
                400, MALFORMED_REQUEST, f"Status must be one of {', '.join(STATUSES)}: {status}"
            )
        self.friendly_name = friendly_name(params, self.friendly_name)
        self.status = status or self.status

    def home(self, view: View | None = None) -> str:
        """The path of all accounts."""
        return f"/{VERSION}/Accounts"

    def link_uris(self, view: View | None = None) -> dict[str, str]:
        """Where the account's things are."""
        return {key: f"{self.home()}/{self.sid}/{path}.json" for key, path in LINKS.items()}

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource, less the `account_sid` that others have."""
        reply = super().as_json(view, operation, server)
        del reply["account_sid"]
        return dict(sorted((reply | {"subresource_uris": self.link_uris()}).items()))


@dataclass(kw_only=True)
class ApiKey(Resource):
    """A key that opens an account's things; its secret is told once, when it is made."""

    prefix: ClassVar[str] = "SK"
    path: ClassVar[str] = "Keys"
    plural: ClassVar[str] = "keys"
    omits: ClassVar[tuple[str, ...]] = ("account_sid",)
    singular: ClassVar[str] = "Key"
    has_uri: ClassVar[bool] = False

    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    secret: str = shown("")

    @classmethod
    def create(cls, params: Params, world: World) -> ApiKey:
        """A key with a secret of its own."""
        return cls(friendly_name=friendly_name(params, ""), secret=_secret(world, "secret"))

    def change(self, params: Params, world: World) -> None:
        """Rename it."""
        self.friendly_name = friendly_name(params, self.friendly_name)

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """Four fields, and the secret only in the answer that makes the key."""
        reply = super().as_json(view, operation, server)
        if operation != "create":
            del reply["secret"]
        return reply
