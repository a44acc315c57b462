"""The twimlet that takes a message for somebody who is not there."""

from __future__ import annotations

import re
from urllib.parse import quote

from helpers.sandbox.twimlets.asked import Answer, Asked, document, utter
from helpers.twiml import VoiceResponse

LANGUAGES = ("en", "en-gb", "es", "fr", "de")
VOICES = ("man", "woman")


def voicemail(asked: Asked) -> Answer:
    """Greet, record, thank; asked again with the recording, and again with its transcription."""
    response = VoiceResponse()
    transcribes = asked.setting("Transcribe").lower() in ("", "true")
    if asked.told("TranscriptionStatus").lower() in ("completed", "failed"):
        return document(response, _mail(asked))
    if asked.told("RecordingUrl"):
        response.say("Thanks. Good bye.")
        response.hangup()
        return document(response, "" if transcribes else _mail(asked))
    greeting = asked.setting("Message")
    if greeting.strip():
        utter(response, greeting, **_voice(asked))
    else:
        response.say("Please leave a message after the beep.")
    if transcribes:
        back = f"{asked.address}?Email={quote(asked.setting('Email'), safe='@')}"
        response.record(transcribe=True, transcribe_callback=back)
    else:
        response.record()
    return document(response)


def _voice(asked: Asked) -> dict[str, str]:
    language, voice = asked.setting("Language").lower(), asked.setting("Voice").lower()
    return ({"language": language} if language in LANGUAGES else {}) | (
        {"voice": voice} if voice in VOICES else {}
    )


def _mail(asked: Asked) -> str:
    """What is said, in the answer and so in the event log, in place of the mail."""
    address = re.sub(r"[^!-~]|--|[<>&]", "?", asked.setting("Email"))[:200] or "nobody"
    return (
        f"The sandbox sends no mail. The real twimlet would now write to {address} "
        "where to listen to the message, and what was understood of it."
    )
