"""Transcriptions of recordings: what was said in a `<Record transcribe="true">`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.resources.base import VERSION, Resource, View, shown


@dataclass(kw_only=True)
class Transcription(Resource):
    """What was said in a recording, as text.

    Nothing is recognised here: the text is what the caller said, word for word. `type` says so.
    """

    prefix: ClassVar[str] = "TR"
    path: ClassVar[str] = "Transcriptions"
    plural: ClassVar[str] = "transcriptions"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "delete")
    more_views: ClassVar[tuple[View, ...]] = (
        View(
            "Recordings/{recording_sid}/Transcriptions",
            "transcriptions",
            "Transcription",
            ("list", "fetch", "delete"),
        ),
    )

    api_version: str = shown(VERSION)
    duration: int | None = shown(kind="number")
    price: str | None = shown()
    price_unit: str = shown("USD")
    recording_sid: str = shown("")
    status: str = shown("in-progress")
    transcription_text: str | None = shown()
    type: str = shown("sandbox")  # Twilio's are "fast"
