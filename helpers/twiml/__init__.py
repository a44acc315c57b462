"""TwiML: build it, read it, check it, and see what a call would do with it.

    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/menu")
    gather.say("Press 1 for the weather.")
    str(response)                  # the XML to send
    problems(response)             # what is wrong with it
    steps(response)                # what a call would do if nobody pressed a key
    steps(response, keys="1")      # and if somebody pressed 1

The elements have the names and arguments of the official ``twilio.twiml``. Two tags mean different
things in two places: `Redirect` is a call's, `MessagingRedirect` a message's; `Sip` stands in a
Dial, `ReferSip` in a Refer.
"""

from __future__ import annotations

from types import ModuleType

from helpers.errors import TwimlError, TwiMLException
from helpers.twiml import steps
from helpers.twiml.document import Document, parse
from helpers.twiml.element import GenericNode, TwiML
from helpers.twiml.explain import Steps, steps_of
from helpers.twiml.interpreter import conversation
from helpers.twiml.names import format_language, lower_camel
from helpers.twiml.problems import Problem, problems
from helpers.twiml.verbs.conference import (
    Conference,
)
from helpers.twiml.verbs.connect import (
    Connect,
    Start,
    Stop,
)
from helpers.twiml.verbs.dial import (
    Dial,
)
from helpers.twiml.verbs.documents import (
    FaxResponse,
    MessagingResponse,
    Receive,
    VoiceResponse,
)
from helpers.twiml.verbs.flow import (
    Echo,
    Hangup,
    Redirect,
    Reject,
)
from helpers.twiml.verbs.gather import (
    Gather,
)
from helpers.twiml.verbs.messaging import (
    Body,
    Media,
    Message,
    MessagingRedirect,
    Sms,
)
from helpers.twiml.verbs.parties import (
    Application,
    ApplicationSid,
    Client,
    Header,
    Headers,
    Identity,
    Number,
    Sim,
    Sip,
    SipUri,
    WhatsApp,
)
from helpers.twiml.verbs.pay import (
    Pay,
    Prompt,
)
from helpers.twiml.verbs.queue import (
    Enqueue,
    Leave,
    Queue,
    Task,
)
from helpers.twiml.verbs.record import (
    Record,
)
from helpers.twiml.verbs.recordings import (
    Recording,
)
from helpers.twiml.verbs.refer import (
    Refer,
    ReferSip,
)
from helpers.twiml.verbs.relay import (
    ConversationRelay,
    ConversationRelaySession,
    Language,
)
from helpers.twiml.verbs.services import (
    AiSession,
    Autopilot,
    Conversation,
    Room,
    Siprec,
    VirtualAgent,
)
from helpers.twiml.verbs.speech import (
    Pause,
    Play,
    Say,
)
from helpers.twiml.verbs.ssml import (
    SsmlBreak,
    SsmlEmphasis,
    SsmlLang,
    SsmlP,
    SsmlPhoneme,
    SsmlProsody,
    SsmlS,
    SsmlSayAs,
    SsmlSub,
    SsmlW,
)
from helpers.twiml.verbs.streams import (
    Parameter,
    Stream,
)
from helpers.twiml.verbs.transcription import (
    Config,
    Transcription,
)


class _Steps(ModuleType):
    """The module of steps; called with a document, it lists what that document would do."""

    def __call__(
        self,
        document: Document | TwiML | str | bytes,
        kind: str | None = None,
        *,
        keys: str = "",
        speech: str = "",
    ) -> Steps:
        """See `steps_of`."""
        return steps_of(document, kind, keys=keys, speech=speech)


# A learner writes steps(response), the engine steps.Fetch: one name for one subject. Python lets
# a module have a class of its own for such things.
steps.__class__ = _Steps

__all__ = [
    "AiSession",
    "Application",
    "ApplicationSid",
    "Autopilot",
    "Body",
    "Client",
    "Conference",
    "Config",
    "Connect",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "Dial",
    "Document",
    "Echo",
    "Enqueue",
    "FaxResponse",
    "Gather",
    "GenericNode",
    "Hangup",
    "Header",
    "Headers",
    "Identity",
    "Language",
    "Leave",
    "Media",
    "Message",
    "MessagingRedirect",
    "MessagingResponse",
    "Number",
    "Parameter",
    "Pause",
    "Pay",
    "Play",
    "Problem",
    "Prompt",
    "Queue",
    "Receive",
    "Record",
    "Recording",
    "Redirect",
    "Refer",
    "ReferSip",
    "Reject",
    "Room",
    "Say",
    "Sim",
    "Sip",
    "SipUri",
    "Siprec",
    "Sms",
    "SsmlBreak",
    "SsmlEmphasis",
    "SsmlLang",
    "SsmlP",
    "SsmlPhoneme",
    "SsmlProsody",
    "SsmlS",
    "SsmlSayAs",
    "SsmlSub",
    "SsmlW",
    "Start",
    "Stop",
    "Stream",
    "Task",
    "Transcription",
    "TwiML",
    "TwiMLException",
    "TwimlError",
    "VirtualAgent",
    "VoiceResponse",
    "WhatsApp",
    "conversation",
    "format_language",
    "lower_camel",
    "parse",
    "problems",
    "steps",
    "steps_of",
]
