"""Sound that goes elsewhere: Connect, Start, Stop and the nouns they take."""

from __future__ import annotations

from helpers.twiml.attributes import Choice, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import TwiML

__all__ = [
    "AiSession",
    "Autopilot",
    "Config",
    "Connect",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "Language",
    "Parameter",
    "Recording",
    "Room",
    "Siprec",
    "Start",
    "Stop",
    "Stream",
    "Transcription",
    "VirtualAgent",
]

RECORDING_EVENTS = "in-progress completed absent"
TRIM = "trim-silence do-not-trim"
RECORD = (
    "do-not-record record-from-answer record-from-ringing record-from-answer-dual "
    "record-from-ringing-dual true false"
)


class Connect(TwiML):
    """Join the call to a service, and wait until that is over."""

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(),
        method=Method(),
    )


class Start(TwiML):
    """Begin something beside the call: a stream, a recording, a transcription."""

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(),
        method=Method(),
    )


class Stop(TwiML):
    """End what a Start began."""

    inside = ("VoiceResponse",)


class Stream(TwiML):
    """The call's sound over a WebSocket."""

    inside = ("Connect", "Start", "Stop")
    attributes = declare(
        name=Text(),
        connector_name=Text(),
        url=Url(schemes=("wss",), note="without a query string"),
        track=Choice("inbound_track outbound_track both_tracks", default="inbound_track"),
        status_callback=Url(),
        status_callback_method=Method(),
        audio_format=Text(),
        sample_rate=Text(),
    )


class Siprec(TwiML):
    """The call's sound to a SIPREC recorder."""

    inside = ("Connect", "Start", "Stop")
    built_in = ("Stop", "Start")
    attributes = declare(
        name=Text(),
        connector_name=Text(),
        track=Choice("inbound_track outbound_track both_tracks"),
        status_callback=Url(),
        status_callback_method=Method(),
    )


class Recording(TwiML):
    """A recording of the call."""

    inside = ("Start", "Stop")
    built_in = ("Start",)
    attributes = declare(
        recording_status_callback=Url(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, default="completed", several=True),
        trim=Choice(TRIM, default="trim-silence"),
        track=Choice("inbound outbound both", default="both"),
        channels=Choice("mono dual", default="dual"),
        recording_configuration_id=Text(),
        name=Text(listed=False),
    )


class Transcription(TwiML):
    """The call's words as text, while they are spoken."""

    inside = ("Start", "Stop")
    attributes = declare(
        name=Text(),
        track=Choice("inbound_track outbound_track both_tracks", default="both_tracks"),
        status_callback_url=Url(),
        status_callback_method=Method(),
        inbound_track_label=Text(),
        outbound_track_label=Text(),
        partial_results=Flag(False),
        language_code=Text("en-US"),
        transcription_engine=Text("google"),
        profanity_filter=Flag(True),
        speech_model=Text("telephony"),
        hints=Text(),
        enable_automatic_punctuation=Flag(True),
        intelligence_service=Text(),
        conversation_configuration=Text(listed=False),
        conversation_id=Text(listed=False),
        enable_provider_data=Flag(False, listed=False),
    )


class Parameter(TwiML):
    """A name and a value to hand over."""

    inside = (
        "Application",
        "Client",
        "ConversationRelay",
        "Hangup",
        "Pay",
        "Reject",
        "Siprec",
        "Stream",
        "Transcription",
        "VirtualAgent",
    )
    attributes = declare(
        name=Text(),
        value=Text(),
    )


class Config(TwiML):
    """A setting of a service."""

    inside = ("Transcription", "VirtualAgent")
    attributes = declare(
        name=Text(),
        value=Text(),
    )


class ConversationRelay(TwiML):
    """A talk with a language model, through a WebSocket of yours."""

    inside = ("Connect",)
    attributes = declare(
        url=Url(),
        language=Text(),
        tts_language=Text(),
        transcription_language=Text(),
        tts_provider=Text(),
        voice=Text(),
        transcription_provider=Text(),
        speech_model=Text(),
        profanity_filter=Flag(),
        dtmf_detection=Flag(),
        welcome_greeting=Text(),
        partial_prompts=Flag(),
        welcome_greeting_interruptible=Text(),
        interruptible=Text(),
        preemptible=Flag(),
        hints=Text(),
        intelligence_service=Text(),
        report_input_during_agent_speech=Flag(),
        elevenlabs_text_normalization=Text(),
        interrupt_sensitivity=Text(),
        debug=Text(),
        backgroundNoiseReduction=Text(),
        speechTimeout=Text(),
        deepgramSmartFormat=Text(),
        ignoreBackchannel=Text(),
        events=Text(),
        partial_prompt_on_hangup=Text(),
        eager_eot_threshold=Text(),
        asr_smart_format=Text(),
        tts_text_normalization=Text(),
        tts_language_text_normalization=Text(),
        elevenlabs_language_text_normalization=Text(),
        include_in_prompt=Text(),
        customer_name=Text(),
        application_reconnect=Text(),
        echo_prompt_filtering=Text(),
        turn_detection=Text(),
    )


class Language(TwiML):
    """How one language is heard and spoken in a ConversationRelay."""

    inside = ("ConversationRelay",)
    attributes = declare(
        code=Text(),
        tts_provider=Text(),
        voice=Text(),
        transcription_provider=Text(),
        speech_model=Text(),
        hints=Text(),
        asr_smart_format=Text(),
        tts_text_normalization=Text(),
        tts_language_text_normalization=Text(),
    )


class ConversationRelaySession(TwiML):
    """A prepared ConversationRelay (undocumented)."""

    inside = ("Connect",)
    attributes = declare(
        connector=Text(),
        session_configuration=Text(),
    )


class AiSession(TwiML):
    """A session with a prepared AI connector (undocumented)."""

    inside = ("Connect",)
    attributes = declare(
        ai_connector=Text(),
        ai_session_configuration=Text(),
    )


class VirtualAgent(TwiML):
    """A virtual agent of another service."""

    inside = ("Connect",)
    attributes = declare(
        connector_name=Text(),
        language=Text(),
        sentiment_analysis=Flag(),
        status_callback=Url(),
        status_callback_method=Method(),
    )


class Conversation(TwiML):
    """A conversation of a product that has been retired."""

    inside = ("Connect",)
    attributes = declare(
        service_instance_sid=Text(),
        inbound_autocreation=Flag(),
        routing_assignment_timeout=Whole(),
        inbound_timeout=Whole(),
        url=Url(),
        method=Method(),
        record=Choice(RECORD),
        trim=Choice(TRIM),
        recording_status_callback=Url(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        status_callback_event=Choice(
            "call-initiated call-ringing call-answered call-completed", several=True
        ),
    )


class Room(TwiML):
    """A video room to join by sound."""

    inside = ("Connect",)
    body_name = "name"
    body_required = True
    text = "required"
    attributes = declare(
        participant_identity=Text(),
    )


class Autopilot(TwiML):
    """An assistant of a product that has been retired."""

    inside = ("Connect",)
    body_name = "name"
    body_required = True
    text = "required"
