"""Twilio's official Python client, aimed at a sandbox.

    client = twilio.rest.Client(sid, token, http_client=SandboxHttpClient(sandbox.url))

The official client makes a host name of its own for each API (api, messaging, verify, monitor ...)
and gives the whole address to its HTTP client, which is the documented place to step in: "Custom
HTTP Clients for Python" in Twilio's documentation. These send what is meant for any of Twilio's
hosts to one address, the path unchanged, and everything else where it was meant to go.

They need the package ``twilio``, and so are no part of what ``helpers.testing`` imports by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

__all__ = ["AsyncSandboxHttpClient", "SandboxHttpClient", "aimed", "redirected"]


def aimed(url: str, sandbox_url: str) -> str:
    """*url* as the sandbox at *sandbox_url* answers it, if it is one of Twilio's."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host != "twilio.com" and not host.endswith(".twilio.com"):
        return url
    query = f"?{parts.query}" if parts.query else ""
    return sandbox_url.rstrip("/") + parts.path + query


class SandboxHttpClient(TwilioHttpClient):
    """The official HTTP client for ``Client(..., http_client=...)``; takes what that one takes."""

    def __init__(self, sandbox_url: str, **options: Any) -> None:
        super().__init__(**options)
        self.sandbox_url = sandbox_url
        if self.session is not None:
            self.session.trust_env = False  # a proxy is for the way out, not for this machine

    def request(self, method: str, url: str, *given: Any, **options: Any) -> Response:
        """Send a request that is meant for Twilio to the sandbox."""
        return super().request(method, aimed(url, self.sandbox_url), *given, **options)

    def close(self) -> None:
        """Close the kept connections."""
        if self.session is not None:
            self.session.close()


class AsyncSandboxHttpClient(AsyncTwilioHttpClient):
    """The same for the calls that end in ``_async``; made within a running loop."""

    def __init__(self, sandbox_url: str, **options: Any) -> None:
        super().__init__(**options)
        self.sandbox_url = sandbox_url

    async def request(self, method: str, url: str, *given: Any, **options: Any) -> Response:
        """Send a request that is meant for Twilio to the sandbox."""
        return await super().request(method, aimed(url, self.sandbox_url), *given, **options)


@contextmanager
def redirected(sandbox_url: str) -> Iterator[None]:
    """Aim every official client of this process at the sandbox while the block lasts.

    For an app that makes its ``Client(sid, token)`` itself, unchanged. It also means that no test
    reaches Twilio by mistake.
    """
    send, send_async = TwilioHttpClient.request, AsyncTwilioHttpClient.request

    def request(self: Any, method: str, url: str, *given: Any, **options: Any) -> Response:
        return send(self, method, aimed(url, sandbox_url), *given, **options)

    async def request_async(
        self: Any, method: str, url: str, *given: Any, **options: Any
    ) -> Response:
        return await send_async(self, method, aimed(url, sandbox_url), *given, **options)

    TwilioHttpClient.request = request
    AsyncTwilioHttpClient.request = request_async
    try:
        yield
    finally:
        TwilioHttpClient.request = send
        AsyncTwilioHttpClient.request = send_async
