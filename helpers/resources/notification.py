"""Notifications: what Twilio's debugger would show of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from helpers.resources.base import VERSION, Resource, View, hidden, shown


@dataclass(kw_only=True)
class Notification(Resource):
    """One alert: a code, when, and what was asked of which web site. `log` is 0 for an error."""

    prefix: ClassVar[str] = "NO"
    path: ClassVar[str] = "Notifications"
    plural: ClassVar[str] = "notifications"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch")
    more_views: ClassVar[tuple[View, ...]] = (
        View("Calls/{call_sid}/Notifications", "notifications", "Notification", ("list", "fetch")),
    )
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "Log": ("log", "="),
        "MessageDate": ("message_date", "day"),
        "MessageDate<": ("message_date", "day<"),
        "MessageDate>": ("message_date", "day>="),
    }

    api_version: str = shown(VERSION)
    call_sid: str | None = shown()
    error_code: str = shown("")
    log: str = shown("0")
    message_date: datetime | None = shown(kind="date")
    message_text: str = shown("")
    more_info: str = shown("")
    request_method: str | None = shown()
    request_url: str | None = shown()
    request_variables: str = shown("")
    response_body: str = shown("")
    response_headers: str = shown("")

    resource_sid: str | None = hidden()  # the call or the message it is about

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """A list leaves out what was sent and answered."""
        reply = super().as_json(view, operation, server)
        if operation == "list":
            for name in ("request_variables", "response_body", "response_headers"):
                del reply[name]
        return reply
