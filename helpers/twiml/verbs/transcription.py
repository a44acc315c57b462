"""Transcription: the words of a call as text, while they are spoken.

Sources: the TwiML reference on Transcription and the callbacks it lists.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Attribute, Choice, Flag, Method, Text, Url, declare
from helpers.twiml.element import TwiML
from helpers.twiml.steps import Begin, Step, Transcribe
from helpers.twiml.verbs.connect import Service, custom

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Config", "Transcription"]


def _not_recognised(kind: Attribute) -> Any:
    """An attribute for whoever has to recognise speech: it is told, and has no other effect."""
    return kind.without_effect("callbacks tell it, and nothing is recognised here")


def _not_kept(kind: Attribute) -> Any:
    """An attribute for a product that keeps transcripts."""
    return kind.without_effect("this sandbox keeps no transcript; callbacks alone tell the words")


class Transcription(Service):
    """The call's words as text, told to *status_callback_url* while they are spoken.

    Here nothing is recognised: the words said are the transcript. Callbacks tell of
    transcription-started, -content and -stopped; the words are in TranscriptionData, as JSON.
    """

    inside = ("Start", "Stop")
    beside = "transcription"
    here = ("nothing is recognised here: the words said are the transcript",)
    attributes = declare(
        name=Text(),
        track=Choice("inbound_track outbound_track both_tracks", default="both_tracks"),
        status_callback_url=Url(),
        status_callback_method=Method(),
        inbound_track_label=Text(),
        outbound_track_label=Text(),
        partial_results=Flag(False),
        language_code=Text("en-US"),
        transcription_engine=_not_recognised(Text("google")),
        profanity_filter=_not_recognised(Flag(True)),
        speech_model=_not_recognised(Text("telephony")),
        hints=_not_recognised(Text()),
        enable_automatic_punctuation=_not_recognised(Flag(True)),
        intelligence_service=_not_kept(Text()),
        conversation_configuration=_not_kept(Text(listed=False)),
        conversation_id=_not_kept(Text(listed=False)),
        enable_provider_data=_not_recognised(Flag(False, listed=False)),
    )

    def start(self, scene: Scene) -> Generator[Step, Any, None]:
        """Tell the words said from now on."""
        if not self.get("status_callback_url"):
            yield Begin("notice", "It has no statusCallbackUrl, so nobody is told the words.")
        settings = {
            "profanityFilter": str(self.get("profanity_filter")).lower(),
            "speechModel": self.get("speech_model"),
            "enableAutomaticPunctuation": str(self.get("enable_automatic_punctuation")).lower(),
            "hints": self.get("hints") or "",
        }
        yield Transcribe(
            name=self.get("name") or "",
            track=self.get("track"),
            callback=scene.link(self.get("status_callback_url")),
            callback_method=self.get("status_callback_method"),
            language=self.get("language_code"),
            partial=self.get("partial_results"),
            labels=(self.get("inbound_track_label") or "", self.get("outbound_track_label") or ""),
            engine=self.get("transcription_engine"),
            settings=(*settings.items(), *custom(self, "Config")),
            parameters=custom(self),
        )


class Config(TwiML):
    """A setting of a service."""

    inside = ("Transcription", "VirtualAgent")
    attributes = declare(
        name=Text(),
        value=Text(),
    )
