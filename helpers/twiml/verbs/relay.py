"""ConversationRelay: a talk led by a program of yours, in words, through a WebSocket.

Sources: the TwiML reference on ConversationRelay; the page on its WebSocket messages; error pages
64101 to 64107.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Attribute, Flag, Text, Url, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Disconnected, OpenRelay, Step
from helpers.twiml.verbs.connect import Service, custom, socket_url

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["ConversationRelay", "ConversationRelaySession", "Language"]

INPUTS = ("none", "dtmf", "speech", "any")
# How long a caller may be silent before the words go to the program, in milliseconds.
SPEECH_TIMEOUT = (600, 5000)


def _heard(kind: Attribute) -> Any:
    """An attribute about how speech is recognised."""
    return kind.without_effect("the words said are the prompt, so nothing is recognised here")


def _said(kind: Attribute) -> Any:
    """An attribute about how text becomes speech."""
    return kind.without_effect("all text is said as it is written here")


class ConversationRelay(Service):
    """A talk led by a program of yours, through a WebSocket: words come, words go back.

    Twilio turns speech into text and text into speech; here the words said are the text. Messages
    are JSON: setup, prompt, dtmf, interrupt and error come from Twilio; text, play, sendDigits,
    language and end from you. The talk ends when you send end (its handoffData goes to the
    Connect's action), close the WebSocket, or the caller hangs up.
    """

    inside = ("Connect",)
    here = ("nothing is recognised here: the words said are the prompt",)
    attributes = declare(
        url=Url(schemes=("wss",), local=("ws",)),
        language=Text(),
        tts_language=Text(),
        transcription_language=Text(),
        tts_provider=_said(Text()),
        voice=Text(),
        transcription_provider=_heard(Text()),
        speech_model=_heard(Text()),
        profanity_filter=_heard(Flag()),
        dtmf_detection=Flag(),
        welcome_greeting=Text(),
        partial_prompts=Flag(),
        welcome_greeting_interruptible=Text(),
        interruptible=Text(),
        preemptible=Flag(),
        hints=_heard(Text()),
        intelligence_service=Text().without_effect("this sandbox keeps no transcript of the talk"),
        report_input_during_agent_speech=Flag(also=INPUTS),
        elevenlabs_text_normalization=_said(Text()),
        interrupt_sensitivity=Text().without_effect("a caller's first word interrupts here"),
        debug=Text(),
        backgroundNoiseReduction=Text().without_effect("there is no noise in this sandbox"),
        speechTimeout=Text(),
        deepgramSmartFormat=_heard(Text()),
        ignoreBackchannel=Text().without_effect("all words count here, an 'uh-huh' as well"),
        events=Text(),
        partial_prompt_on_hangup=Text().without_effect(
            "words that a hang-up cuts off are not told here"
        ),
        eager_eot_threshold=_heard(Text()),
        asr_smart_format=_heard(Text()),
        tts_text_normalization=_said(Text()),
        tts_language_text_normalization=_said(Text()),
        elevenlabs_language_text_normalization=_said(Text()),
        include_in_prompt=_heard(Text()),
        customer_name=Text().without_effect("this sandbox keeps no memory of customers"),
        application_reconnect=Text().without_effect(
            "a WebSocket that is lost is not opened again here"
        ),
        echo_prompt_filtering=Text().without_effect("a call in this sandbox has no echo"),
        turn_detection=Text().without_effect(
            "a caller's turn ends when what was said is over and speechTimeout has passed"
        ),
    )

    def missing(self, way: str) -> Fault | None:
        """No address."""
        if not self.attrs.get("url", "").strip():
            what = "<ConversationRelay> has no url: there is nobody to talk to"
            return Fault(64101, what, "name a WebSocket")
        return None

    def connect(self, scene: Scene) -> Generator[Step, Any, Disconnected]:
        """Talk until one of the two sides ends it."""
        if not self.get("url"):
            return Disconnected()  # what is there is no address: the checker has told
        language = self.get("language") or "en-US"
        told = f"{self.get('events') or ''} {self.get('debug') or ''}".split()
        ended: Disconnected = yield OpenRelay(
            url=socket_url(scene, self.get("url")).partition("#")[0],
            parameters=custom(self),
            greeting=self.get("welcome_greeting") or "",
            greeting_interruptible=_input(self.get("welcome_greeting_interruptible"), "any"),
            interruptible=_input(self.get("interruptible"), "any"),
            preemptible=bool(self.get("preemptible")),
            reported=_input(self.get("report_input_during_agent_speech"), "none"),
            dtmf=bool(self.get("dtmf_detection")),
            partial=bool(self.get("partial_prompts")),
            speech_timeout=_seconds(self.get("speechTimeout")),
            speaks=self.get("tts_language") or language,
            hears=self.get("transcription_language") or language,
            voices=self._voices(language),
            events=tuple(word for word in told if word in ("speaker-events", "tokens-played")),
        )
        return ended

    def _voices(self, language: str) -> tuple[tuple[str, str], ...]:
        """Which voice speaks which language."""
        first = (self.get("tts_language") or language, self.get("voice") or "")
        others = [child for child in self.elements if isinstance(child, Language)]
        return (first, *((o.get("code") or "", o.get("voice") or "") for o in others))


def _input(value: Any, default: str) -> str:
    """What kind of input may do something: none, dtmf, speech, any; true and false are older."""
    if isinstance(value, bool):
        value = str(value).lower()
    word = {"true": "any", "false": "none"}.get(value, value)
    return word if word in INPUTS else default


def _seconds(value: str | None) -> float | None:
    """Milliseconds of silence as seconds, or None where the sandbox is to choose."""
    low, high = SPEECH_TIMEOUT
    if value and value.isascii() and value.isdigit() and low <= int(value[:9]) <= high:
        return int(value) / 1000
    return None


class Language(TwiML):
    """How one language is heard and spoken in a ConversationRelay."""

    inside = ("ConversationRelay",)
    attributes = declare(
        code=Text(),
        tts_provider=_said(Text()),
        voice=Text(),
        transcription_provider=_heard(Text()),
        speech_model=_heard(Text()),
        hints=_heard(Text()),
        asr_smart_format=_heard(Text()),
        tts_text_normalization=_said(Text()),
        tts_language_text_normalization=_said(Text()),
    )


class ConversationRelaySession(Service):
    """A prepared ConversationRelay (undocumented)."""

    inside = ("Connect",)
    idle = "Prepared sessions are kept at Twilio, and this sandbox has none: nobody talks here."
    attributes = declare(
        connector=Text(),
        session_configuration=Text(),
    )
