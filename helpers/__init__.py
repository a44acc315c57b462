"""Learn Twilio Voice and SMS in notebooks, with a telephone company on your own machine.

    from helpers import connect

The dozen names below are all that the lessons use. Each is loaded when it is first asked for, so
that a script which wants the client only pays for the client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.checks import check
    from helpers.client import Client
    from helpers.codes import explain
    from helpers.errors import TwilioError
    from helpers.learner.certificate import certificate
    from helpers.learner.progress import progress
    from helpers.learner.shipped import start_over
    from helpers.phone import Phone
    from helpers.sandbox import Sandbox
    from helpers.session import connect
    from helpers.signing import RequestValidator
    from helpers.twiml import MessagingResponse, VoiceResponse
    from helpers.widgets.quiz import quiz

__all__ = [
    "Client",
    "MessagingResponse",
    "Phone",
    "RequestValidator",
    "Sandbox",
    "TwilioError",
    "VoiceResponse",
    "certificate",
    "check",
    "connect",
    "explain",
    "progress",
    "quiz",
    "start_over",
]

_HOMES = {
    "Client": "helpers.client",
    "MessagingResponse": "helpers.twiml.responses",
    "Phone": "helpers.phone",
    "RequestValidator": "helpers.signing",
    "Sandbox": "helpers.sandbox",
    "TwilioError": "helpers.errors",
    "VoiceResponse": "helpers.twiml.responses",
    "certificate": "helpers.learner.certificate",
    "check": "helpers.checks",
    "connect": "helpers.session",
    "explain": "helpers.codes",
    "progress": "helpers.learner.progress",
    "quiz": "helpers.widgets.quiz",
    "start_over": "helpers.learner.shipped",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
