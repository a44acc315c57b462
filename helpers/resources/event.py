"""Events of a call: what was asked about it, by the API's user or of a web site, and answered."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from helpers.resources.base import Params, Resource, World, hidden, rfc2822, shown

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(kw_only=True)
class Event(Resource):
    """One request and its answer.

    Made of the sandbox's log: the requests that made and changed the call, and every request of a
    web site for it. Twilio has them fifteen minutes after the call's end; here they are there at
    once. Source: Twilio's page on the call's Event resource.
    """

    path: ClassVar[str] = "Calls/{call_sid}/Events"
    plural: ClassVar[str] = "events"
    operations: ClassVar[tuple[str, ...]] = ("list",)
    kept: ClassVar[bool] = False
    has_uri: ClassVar[bool] = False
    omits: ClassVar[tuple[str, ...]] = ("sid", "account_sid", "date_created", "date_updated")

    request: dict[str, Any] = shown(kind="map")
    response: dict[str, Any] = shown(kind="map")

    call_sid: str = hidden("")

    @classmethod
    def made_up(cls, params: Params, world: World) -> list[Event]:
        """The events of the call that the path names, oldest first."""
        sid = params.place["call_sid"]
        found = (cls._of(logged, sid, world) for logged in world.log(sid))
        return [event for event in found if event is not None]

    @classmethod
    def _of(cls, logged: dict[str, Any], sid: str, world: World) -> Event | None:
        data = logged["data"]
        if logged["type"] == "webhook":
            url, told = data["url"], data["parameters"]
            kind, body = data.get("content_type", ""), data["body"]  # a WebSocket has no type
        elif logged["type"] == "request" and _is_about(data, sid):
            url, kind = f"{world.address}{data['path']}", "application/json"
            told = {"AccountSid": world.account.sid, **data["parameters"]}
            body = json.dumps({"sid": sid})  # as in Twilio's own sample
        else:
            return None
        return cls(
            call_sid=sid,
            request={
                "method": data["method"],
                "url": url,
                "parameters": {_snake(name): value for name, value in told.items()},
            },
            response={
                "response_code": data["status"],
                "request_duration": data["milliseconds"] if logged["type"] == "webhook" else 0,
                "content_type": kind,
                "response_body": body,
                "date_created": rfc2822(datetime.fromisoformat(logged["at"])),
            },
        )


def _is_about(data: dict[str, Any], sid: str) -> bool:
    """Whether a logged API request made this call, or changed it."""
    last = data["path"].rpartition("/")[2].partition(".")[0]
    return data["method"] == "POST" and last in ("Calls", sid)


def _snake(name: str) -> str:
    """``StatusCallback`` as ``status_callback``."""
    return _WORDS.sub("_", name).lower()
