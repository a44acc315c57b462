"""Refer: hand a SIP call over to another SIP address.

Sources: the TwiML reference on Refer; error page 13801.
"""

from __future__ import annotations

from helpers.twiml.attributes import Method, Url, declare
from helpers.twiml.element import TwiML

__all__ = ["Refer", "ReferSip"]


class Refer(TwiML):
    """Hand a SIP call over to another SIP address."""

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(),
        method=Method(),
    )


class ReferSip(TwiML):
    """The SIP address a call is handed over to."""

    tag = "Sip"
    inside = ("Refer",)
    body_name = "sip_url"
    body_required = True
    text = "required"
