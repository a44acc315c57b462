"""Waiting lines: Enqueue puts a caller in, Leave takes it out, Dial's Queue takes the first.

Sources: the TwiML reference on Enqueue, Leave and Queue; error pages 14201 to 14223.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.twiml.attributes import Method, Text, Url, Whole, declare
from helpers.twiml.element import Fault, TwiML

__all__ = ["Enqueue", "Leave", "Queue", "Task"]


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


class Leave(TwiML):
    """Leave the queue one waits in (used in the document that waiting callers hear)."""

    inside = ("VoiceResponse",)


class Queue(TwiML):
    """The first caller who waits in a queue, by the queue's name."""

    inside = ("Dial",)
    built_in = ("VoiceResponse", "Dial")
    body_name = "name"
    body_required = True
    text = "required"
    attributes = declare(
        url=Url(code=14211),
        method=Method(code=14210),
        reservation_sid=Text(),
        post_work_activity_sid=Text(),
    )

    def faults(self) -> Iterator[Fault]:
        """A name that is missing or too long."""
        name = self.own_text()
        if not name:
            yield Fault(14212, "<Queue> has no name", "write the queue's name between its tags")
        elif len(name) > 64:
            yield Fault(14213, "the name of a <Queue> has 64 characters at most", "shorten it")
