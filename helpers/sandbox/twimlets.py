"""Small public documents that Twilio hosts, answered inside the sandbox.

The guide's first call is given ``http://twimlets.com/message?Message=...``; in here no request
leaves the machine for it. What each one answers follows Twilio's own published behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from helpers.sandbox.inside import App, Message
from helpers.twiml import VoiceResponse

Answer = tuple[int, str, bytes]  # status, content type, body


def answer(name: str, query: str) -> Answer:
    """What the twimlet called *name* answers."""
    given = parse_qsl(query, keep_blank_values=True)
    if name == "message":
        return _xml(message(values(given, "Message")))
    if name == "echo":
        return 200, "text/xml", next(iter(values(given, "Twiml")), "").encode()
    return 404, "text/plain", f"The sandbox has no twimlet called {name!r}.".encode()


def message(items: Sequence[str]) -> VoiceResponse:
    """Play each item that is a URL and say each that is not; blank ones are left out."""
    response = VoiceResponse()
    for item in items:
        if item.strip().lower().startswith("http"):
            response.play(item.strip())
        elif item.strip():
            response.say(item)
    return response


def demo() -> VoiceResponse:
    """The document that Twilio's own first steps point at."""
    response = VoiceResponse()
    response.say("Thanks for trying our documentation. Enjoy!", voice="woman")
    return response


def values(pairs: Sequence[tuple[str, str]], name: str) -> list[str]:
    """The values of an array parameter, written ``Name``, ``Name[]`` or ``Name[0]``, in order."""
    indexed: list[tuple[int, str]] = []
    for key, value in pairs:
        if match := re.fullmatch(re.escape(name) + r"(?:\[(\d{0,4})\])?", key):
            indexed.append((int(match[1]) if match[1] else 0, value))
    return [value for _, value in sorted(indexed, key=lambda pair: pair[0])]


def _xml(response: VoiceResponse) -> Answer:
    return 200, "text/xml", str(response).encode()


async def twimlets_com(scope: Message, receive: object, send: object) -> None:
    """The web site twimlets.com, as an ASGI app."""
    await _send(send, answer(scope["path"].strip("/"), scope["query_string"].decode()))


async def demo_twilio_com(scope: Message, receive: object, send: object) -> None:
    """The one page of demo.twilio.com that first steps point at."""
    found = scope["path"] == "/docs/voice.xml"
    text = b"The sandbox has /docs/voice.xml of this site only."
    await _send(send, _xml(demo()) if found else (404, "text/plain", text))


async def _send(send: object, answer: Answer) -> None:
    status, content_type, body = answer
    headers = [(b"content-type", content_type.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": body})  # type: ignore[operator]


_HOSTS: dict[str, App] = {
    "twimlets.com": twimlets_com,
    "www.twimlets.com": twimlets_com,
    "demo.twilio.com": demo_twilio_com,
}
SITES = {f"{s}://{host}": app for host, app in _HOSTS.items() for s in ("http", "https")}
