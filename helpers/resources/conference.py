"""Conferences: rooms in which calls meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    World,
    hidden,
    is_web_address,
    shown,
)

INVALID_METHOD = MALFORMED_REQUEST  # no code of its own is known


@dataclass(kw_only=True)
class Conference(Resource):
    """A room in which calls meet. A name that is used again later is another conference."""

    prefix: ClassVar[str] = "CF"
    path: ClassVar[str] = "Conferences"
    plural: ClassVar[str] = "conferences"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "update")
    links: ClassVar[dict[str, str]] = {
        "participants": "Participants",
        "recordings": "Recordings",
    }
    indexed: ClassVar[tuple[str, ...]] = ("friendly_name",)
    # Sandbox choice: without Status all are listed. Since September 2026 Twilio then lists those
    # in progress only; a reader who looks for one that just ended should find it.
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "FriendlyName": ("friendly_name", "="),
        "Status": ("status", "="),
        "DateCreated": ("date_created", "day"),
        "DateCreated<": ("date_created", "day<"),
        "DateCreated>": ("date_created", "day>="),
        "DateUpdated": ("date_updated", "day"),
        "DateUpdated<": ("date_updated", "day<"),
        "DateUpdated>": ("date_updated", "day>="),
    }

    api_version: str = shown(VERSION)
    call_sid_ending_conference: str | None = shown()
    friendly_name: str = shown("")
    reason_conference_ended: str | None = shown()
    region: str = shown("us1")
    status: str = shown("init", update="Status")

    announce_url: str = hidden("", update="AnnounceUrl")
    announce_method: str = hidden("POST", "method", update="AnnounceMethod", code=INVALID_METHOD)

    @classmethod
    def opened(cls, world: World, name: str) -> Conference:
        """The unsaved conference that begins in the room called *name*."""
        return cls.new(world, friendly_name=name)

    @classmethod
    def running(cls, world: World, name: str) -> Conference | None:
        """The conference in the room called *name* that is not over."""
        found = world.find(cls, friendly_name=name)
        return next((room for room in found if room.status != "completed"), None)

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """One that is not over goes by the name of its room, too."""
        named = None if name.startswith(cls.prefix) else cls.running(world, name)
        return named.sid if named else name

    def change(self, params: Params, world: World) -> None:
        """End it, or say something to all in it."""
        status, url = params.get("Status"), params.get("AnnounceUrl")
        if status not in ("", "completed"):
            raise Refusal(400, MALFORMED_REQUEST, f"Status must be completed: {status}")
        self.announce_url = refuse_announcement(url)
        self.announce_method = params.method("AnnounceMethod", INVALID_METHOD)
        if self.status == "completed":
            raise Refusal(400, MALFORMED_REQUEST, "The conference is over: it cannot be changed.")
        if status:
            self.announce_url = ""
            world.end_conference(self)

    def changed(self, world: World) -> None:
        """Say it."""
        if self.announce_url:
            world.announce(self, None, self.announce_url, self.announce_method)


def refuse_announcement(url: str) -> str:
    """*url*, unless it is no address: then refuse it."""
    if url and not is_web_address(url):
        raise Refusal(400, MALFORMED_REQUEST, f"This is not a valid URL: {url}")
    return url
