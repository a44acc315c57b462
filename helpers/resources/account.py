"""Accounts, sub-accounts, and the API keys that open them."""

from __future__ import annotations

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
    derived,
    friendly_name,
    kinds,
    shown,
)

STATUSES = ("active", "suspended", "closed")
MOST_OWNED = 1_000  # sub-accounts of an account

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
    """The next secret of an account: 32 hexadecimal digits."""
    return derived(world, name).hex()[:32]


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
        if len(world.find(cls)) > MOST_OWNED:  # the account itself is among them
            raise Refusal(
                400, MALFORMED_REQUEST, f"An account has {MOST_OWNED} sub-accounts at most."
            )
        now = world.now()
        return cls(
            auth_token=_secret(world, "token"),
            friendly_name=friendly_name(
                params,
                f"SubAccount Created at {now:%Y-%m-%d %I:%M} {'am' if now.hour < 12 else 'pm'}",
            ),
            owner_account_sid=owner,
            type=world.account.type,
        )

    def change(self, params: Params, world: World) -> None:
        """Rename it, or say how it stands.

        Only a sub-account's status changes, and only its owner changes it. A closed one stays
        closed and loses its numbers; of a suspended one everything is kept, but it makes and gets
        no calls and no messages. Source: Twilio's page on sub-accounts, and its errors 21475 on.
        """
        status = params.get("Status")
        if status:
            self._check_status(status, world)
        self.friendly_name = friendly_name(params, self.friendly_name)
        if status == "closed" and self.status != "closed":
            own = world.beside(self)
            for number in own.find(kinds()["IncomingPhoneNumber"]):
                number.delete(own)
        self.status = status or self.status

    def _check_status(self, status: str, world: World) -> None:
        if status not in STATUSES:
            raise Refusal(400, 21475, "Unable to update Status, invalid Status.")
        if self.owner_account_sid == self.sid:
            raise Refusal(400, 21477, "Unable to update Status for parent accounts")
        if world.account.sid == self.sid:
            raise Refusal(403, 20403, "Only the owner of a sub-account changes its Status.")
        if self.status == "closed" and status != "closed":
            raise Refusal(
                400,
                21479,
                "Unable to update Status for subaccount, subaccount has been closed.",
            )

    @property
    def is_active(self) -> bool:
        """Whether it may make and get calls and messages."""
        return self.status == "active"

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
    """A key that opens an account's things; its secret is told once, when it is made.

    It is a Standard one: it opens neither accounts nor keys. Signing keys are the same things by an
    older name. Source: Twilio's page on API keys.
    """

    prefix: ClassVar[str] = "SK"
    path: ClassVar[str] = "Keys"
    plural: ClassVar[str] = "keys"
    omits: ClassVar[tuple[str, ...]] = ("account_sid",)
    singular: ClassVar[str] = "Key"
    more_views: ClassVar[tuple[View, ...]] = (
        View(
            "SigningKeys",
            "signing_keys",
            "SigningKey",
            ("create", "list", "fetch", "update", "delete"),
        ),
    )
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
