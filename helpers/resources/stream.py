"""Streams: a running call's sound sent to a WebSocket, started and stopped by the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, Params, hidden, refuse_callback
from helpers.resources.beside import BesideCall, handed_over
from helpers.resources.call import one_of

TRACKS = ("inbound_track", "outbound_track", "both_tracks")
INVALID_URL = 21205


@dataclass(kw_only=True)
class Stream(BesideCall):
    """A copy of what a call sounds like, one way, as `<Start><Stream>` makes one.

    One that a document began is here, too. Source: Twilio's page on the call's Stream resource.
    """

    prefix: ClassVar[str] = "MZ"
    path: ClassVar[str] = "Calls/{call_sid}/Streams"
    plural: ClassVar[str] = "streams"
    operations: ClassVar[tuple[str, ...]] = ("create", "update")
    kept: ClassVar[bool] = True

    url: str = hidden("", create="Url")
    track: str = hidden("inbound_track", create="Track")
    status_callback: str = hidden("", create="StatusCallback")
    status_callback_method: str = hidden(
        "POST", "method", create="StatusCallbackMethod", code=MALFORMED_REQUEST
    )
    parameters_given: dict[str, str] = hidden(kind="map")

    def check(self, params: Params) -> None:
        """An address of a WebSocket, and a track."""
        self.url = self.url.strip().partition("#")[0]
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme.lower() in ("ws", "wss") and bool(parts.hostname)
            usable = usable and (parts.port is None or parts.port > 0)
        except ValueError:  # a port that is no number, or brackets that are no IPv6 address
            usable = False
        if not usable or any(sign.isspace() for sign in self.url):
            # Twilio takes wss only; ws on one's own machine has no certificate to show.
            raise Refusal(400, INVALID_URL, f"Url is not a valid WebSocket URL: {self.url}")
        self.url = self.url.partition("?")[0]  # Twilio sends no query: parameters are handed over
        self.track = one_of("Track", self.track, TRACKS)
        refuse_callback(self.status_callback)
        self.parameters_given = handed_over(params)
