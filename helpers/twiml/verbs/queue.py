"""Waiting lines: Enqueue and its Task."""

from __future__ import annotations

from helpers.twiml.attributes import Method, Text, Url, Whole, declare
from helpers.twiml.element import TwiML

__all__ = ["Enqueue", "Task"]


class Enqueue(TwiML):
    """Put the caller into a queue to wait for somebody who dials it."""

    inside = ("VoiceResponse",)
    body_name = "name"
    text = "optional"
    attributes = declare(
        action=Url(code=14203),
        max_queue_size=Whole(low=1, high=5000),
        method=Method(code=14201),
        wait_url=Url(code=14202, note="default: the hold music"),
        wait_url_method=Method(code=14206),
        workflow_sid=Text(pattern=r"WW[0-9a-f]{32}", kind="a workflow SID (WW...)"),
    )


class Task(TwiML):
    """What a TaskRouter workflow should know of a caller, as JSON."""

    inside = ("Enqueue",)
    body_name = "body"
    body_required = True
    text = "required"
    attributes = declare(
        priority=Whole(low=0),
        timeout=Whole(low=1, unit="seconds"),
    )
