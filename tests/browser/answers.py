"""A web site for the phone's tests: it records whoever answers."""

from __future__ import annotations

from helpers import VoiceResponse


def answer(request: object) -> str:
    """A message after the beep, until the pound key."""
    if "done" in str(getattr(request, "path", "")):
        return str(VoiceResponse())
    response = VoiceResponse()
    response.record(action="/done", finish_on_key="#", timeout=30)
    return str(response)
