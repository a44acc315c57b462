"""All that `helpers.twiml` offers, in one place: it loads this when the first of it is asked for.

A program that only builds responses pays for the builder alone until it uses the rest.
"""

from __future__ import annotations

from helpers.errors import TwimlError, TwiMLException
from helpers.twiml import steps
from helpers.twiml.checker import Problem, problems
from helpers.twiml.document import Document, parse
from helpers.twiml.element import GenericNode, TwiML
from helpers.twiml.explain import steps_of
from helpers.twiml.interpreter import conversation
from helpers.twiml.names import format_language, lower_camel
from helpers.twiml.responses import (
    FaxResponse,
    MessagingResponse,
    Receive,
    VoiceResponse,
)
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
