"""Transcriptions: of a recording (`<Record transcribe="true">`), and of a call while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    View,
    hidden,
    refuse_callback,
    shown,
)
from helpers.resources.beside import BesideCall
from helpers.resources.call import one_of
from helpers.resources.stream import TRACKS


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


@dataclass(kw_only=True)
class RealTimeTranscription(BesideCall):
    """What is said in a running call, told as text while it is said.

    As `<Start><Transcription>` makes one; one that a document began is here, too. Nothing is
    recognised: the words said are the transcript. What tells Twilio how to recognise is told on to
    the callback, and has no other effect.
    Source: Twilio's page on the call's Transcription resource.
    """

    prefix: ClassVar[str] = "GT"
    path: ClassVar[str] = "Calls/{call_sid}/Transcriptions"
    plural: ClassVar[str] = "transcriptions"
    singular: ClassVar[str] = "Transcription"
    operations: ClassVar[tuple[str, ...]] = ("create", "update")
    kept: ClassVar[bool] = True

    track: str = hidden("both_tracks", create="Track")
    status_callback_url: str = hidden("", create="StatusCallbackUrl")
    status_callback_method: str = hidden(
        "POST", "method", create="StatusCallbackMethod", code=MALFORMED_REQUEST
    )
    inbound_track_label: str = hidden("", create="InboundTrackLabel")
    outbound_track_label: str = hidden("", create="OutboundTrackLabel")
    partial_results: bool = hidden(False, kind="boolean", create="PartialResults")
    language_code: str = hidden("en-US", create="LanguageCode")
    transcription_engine: str = hidden("google", create="TranscriptionEngine")
    profanity_filter: bool = hidden(True, kind="boolean", create="ProfanityFilter")
    speech_model: str = hidden("telephony", create="SpeechModel")
    hints: str = hidden("", create="Hints")
    enable_automatic_punctuation: bool = hidden(
        True, kind="boolean", create="EnableAutomaticPunctuation"
    )
    # For products that keep transcripts, and for what engines say beside the words.
    intelligence_service: str = hidden("", create="IntelligenceService")
    conversation_configuration: str = hidden("", create="ConversationConfiguration")
    conversation_id: str = hidden("", create="ConversationId")
    transcription_configuration_id: str = hidden("", create="TranscriptionConfigurationId")
    enable_provider_data: bool = hidden(False, kind="boolean", create="EnableProviderData")

    def check(self, params: Params) -> None:
        """A track, and an address to tell."""
        self.track = one_of("Track", self.track, TRACKS[::-1])  # both are usual
        refuse_callback(self.status_callback_url)
