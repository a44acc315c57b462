"""Alerts: the debugger's entries as the Monitor API tells them. They are Notifications, newly told.

Source: Twilio's specification of Monitor v1, and its page on the Alert resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, VERSION, Params, View, World, shown
from helpers.resources.newer import NewerResource
from helpers.resources.notification import Notification

LEVELS = ("error", "warning", "notice", "debug")
# What only the answer about a single alert holds.
_DETAILS = ("request_headers", "request_variables", "response_body", "response_headers")


@dataclass(kw_only=True)
class Alert(NewerResource):
    """One alert: a code, when, what was asked of which web site, and what it is about."""

    domain: ClassVar[str] = "monitor"
    prefix: ClassVar[str] = "NO"
    path: ClassVar[str] = "Alerts"
    plural: ClassVar[str] = "alerts"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch")
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "LogLevel": ("log_level", "="),
        "StartDate": ("date_generated", ">="),
        "EndDate": ("date_generated", "<="),
    }

    alert_text: str = shown("")
    api_version: str = shown(VERSION)
    date_generated: datetime | None = shown(kind="date")
    error_code: str = shown("")
    log_level: str = shown("error")
    more_info: str = shown("")
    request_headers: str | None = shown()  # Notifications do not know them
    request_method: str | None = shown()
    request_url: str | None = shown()
    request_variables: str = shown("")
    resource_sid: str | None = shown()
    response_body: str = shown("")
    response_headers: str = shown("")
    service_sid: str | None = shown()

    @classmethod
    def made_up(cls, params: Params, world: World) -> list[Alert]:
        """The account's alerts, the newest first, of the level and time that are asked for."""
        level = params.get("LogLevel")
        if level and level not in LEVELS:
            raise Refusal(
                400, MALFORMED_REQUEST, f"LogLevel must be one of {', '.join(LEVELS)}: {level}"
            )
        first, _ = _span(params, "StartDate")
        _, last = _span(params, "EndDate")
        alerts = [cls._of(note) for note in reversed(world.find(Notification))]
        return [
            alert
            for alert in alerts
            if alert.date_generated is not None
            and level in ("", alert.log_level)
            and (first is None or first <= alert.date_generated)
            and (last is None or alert.date_generated < last)
        ]

    @classmethod
    def _of(cls, note: Notification) -> Alert:
        return cls(
            sid=note.sid,
            account_sid=note.account_sid,
            alert_text=note.message_text,
            date_created=note.date_created,
            date_generated=note.message_date,
            date_updated=note.date_updated,
            error_code=note.error_code,
            log_level="error" if note.log == "0" else "warning",
            more_info=note.more_info,
            request_method=note.request_method,
            request_url=note.request_url,
            request_variables=note.request_variables,
            resource_sid=note.resource_sid,
            response_body=note.response_body,
            response_headers=note.response_headers,
        )

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """A list leaves out what was sent and answered."""
        reply = super().as_json(view, operation, server)
        if operation == "list":
            for name in _DETAILS:
                del reply[name]
        return reply


def _span(params: Params, name: str) -> tuple[datetime | None, datetime | None]:
    """When the second or the day that a parameter names begins, and when it is over."""
    given = params.get(name).strip()
    if not given:
        return None, None
    try:
        moment = datetime.fromisoformat(given)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        lasts = timedelta(days=1) if len(given) <= len("2026-01-05") else timedelta(seconds=1)
        return moment, moment + lasts
    except (ValueError, OverflowError):
        raise Refusal(
            400,
            MALFORMED_REQUEST,
            f"{name} must be a date, or a moment as 2026-01-05T09:00:00Z: {given}",
        ) from None
