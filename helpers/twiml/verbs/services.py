"""Services that live at Twilio or beyond: a call here can only say that they are not there.

Sources: the TwiML reference on Siprec, VirtualAgent, Conversation and Room; the official builder
for the others, which are not documented.
"""

from __future__ import annotations

from helpers.twiml.attributes import (
    RECORD,
    RECORDING_EVENTS,
    TRIM,
    Choice,
    Flag,
    Method,
    Text,
    Url,
    Whole,
    declare,
)
from helpers.twiml.verbs.connect import Service

__all__ = ["AiSession", "Autopilot", "Conversation", "Room", "Siprec", "VirtualAgent"]


class Siprec(Service):
    """The call's sound to a SIPREC recorder."""

    inside = ("Connect", "Start", "Stop")
    built_in = ("Stop", "Start")
    idle = "There is no SIPREC recorder in this sandbox: nothing is sent, and the call goes on."
    attributes = declare(
        name=Text(),
        connector_name=Text(),
        track=Choice("inbound_track outbound_track both_tracks"),
        status_callback=Url(),
        status_callback_method=Method(),
    )


class AiSession(Service):
    """A session with a prepared AI connector (undocumented)."""

    inside = ("Connect",)
    idle = "AI connectors are kept at Twilio, and this sandbox has none: nobody talks here."
    attributes = declare(
        ai_connector=Text(),
        ai_session_configuration=Text(),
    )


class VirtualAgent(Service):
    """A virtual agent of another service."""

    inside = ("Connect",)
    idle = "There is no virtual agent in this sandbox: nobody talks here, and the call goes on."
    attributes = declare(
        connector_name=Text(),
        language=Text(),
        sentiment_analysis=Flag(),
        status_callback=Url(),
        status_callback_method=Method(),
    )


class Conversation(Service):
    """A conversation of a product that has been retired."""

    inside = ("Connect",)
    idle = "Twilio has retired <Conversation> in calls: nobody is reached, and the call goes on."
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


class Room(Service):
    """A video room to join by sound."""

    inside = ("Connect",)
    body_name = "name"
    body_required = True
    text = "required"
    idle = "There are no video rooms in this sandbox: nobody is there, and the call goes on."
    attributes = declare(
        participant_identity=Text(),
    )


class Autopilot(Service):
    """An assistant of a product that has been retired."""

    inside = ("Connect",)
    body_name = "name"
    body_required = True
    text = "required"
    idle = "Twilio has retired Autopilot: nobody answers here, and the call goes on."
