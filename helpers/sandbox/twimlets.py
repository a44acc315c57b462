"""Small public documents that Twilio hosts, answered inside the sandbox.

The guide's first call is given ``http://twimlets.com/message?Message=...``; in here no request
leaves the machine for it. What each one answers follows Twilio's own published behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from helpers.twiml import VoiceResponse

HOSTS = ("twimlets.com", "www.twimlets.com")
DEMO = ("demo.twilio.com", "/docs/voice.xml")

Answer = tuple[int, str, bytes]  # status, content type, body


def answer(url: str, method: str, params: Sequence[tuple[str, str]]) -> Answer | None:
    """What such an address answers, or None when *url* is not one of them."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if (host, parts.path) == DEMO:
        return _xml(demo())
    if host not in HOSTS:
        return None
    given = parse_qsl(parts.query, keep_blank_values=True)
    name = parts.path.strip("/")
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
