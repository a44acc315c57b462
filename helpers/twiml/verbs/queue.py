"""Waiting lines: Enqueue puts a caller in, Leave takes it out, Dial's Queue takes the first.

Sources: the TwiML reference on Enqueue, Leave and Queue; error pages 14201 to 14223.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Method, Text, Url, Whole, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Dequeued, Fetch, LeaveQueue, Step, TakeFromQueue, WaitInQueue
from helpers.twiml.verbs.taping import taping

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Enqueue", "Leave", "Queue", "Task"]

LONGEST_NAME = 64
NO_TASKROUTER = "the sandbox has no TaskRouter to hand a task to"


class Enqueue(TwiML):
    """Put the caller into a queue to wait for somebody who dials it.

    Meanwhile the caller hears *wait_url*, over and over. Afterwards *action* is asked with
    ``QueueResult``; without one the call goes on with the next verb.
    """

    inside = ("VoiceResponse",)
    body_name = "name"
    text = "optional"
    attributes = declare(
        action=Url(code=14203),
        max_queue_size=Whole(low=1, high=5000, note="default: the queue's own, 1000"),
        method=Method(code=14201),
        wait_url=Url(code=14202, note="default: the hold music"),
        wait_url_method=Method(code=14206),
        workflow_sid=Text(pattern=r"WW[0-9a-f]{32}", kind="a workflow SID (WW...)").without_effect(
            "the sandbox has no TaskRouter, so the caller waits in a queue of that name"
        ),
    )

    def faults(self) -> Iterator[Fault]:
        """A name that is missing or too long."""
        name = self.own_text()
        if not name and not self.attrs.get("workflowSid"):
            yield Fault(14204, "<Enqueue> has no name", "write the queue's name between its tags")
        elif len(name) > LONGEST_NAME:
            yield Fault(14205, "the name in <Enqueue> has 64 characters at most", "shorten it")

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Wait; afterwards go to the action with what came of it."""
        # Sandbox choice: who waits for a workflow waits in a queue called like it, so that
        # somebody can dial it.
        name = self.own_text() or self.attrs.get("workflowSid", "").strip()
        tasks = [child for child in self.elements if isinstance(child, Task)]
        yield Begin("Enqueue", name, tuple(f"<Task>: {NO_TASKROUTER}" for _ in tasks))
        if 1 <= len(name) <= LONGEST_NAME:
            ended: Dequeued = yield WaitInQueue(
                name,
                most=self.get("max_queue_size"),
                # Of a waitUrl an empty one is something else than none.
                wait_url=scene.link(self.get("wait_url")) if "waitUrl" in self.attrs else None,
                wait_method=self.get("wait_url_method"),
            )
        else:
            ended = Dequeued("error")
        if not self.attrs.get("action", "").strip():
            return None
        params = [("QueueResult", ended.result)]
        if ended.sid:
            params += [("QueueSid", ended.sid), ("QueueTime", str(ended.seconds))]
        return scene.onward(self, *params)


class Task(TwiML):
    """What a TaskRouter workflow should know of a caller, as JSON."""

    inside = ("Enqueue",)
    body_name = "body"
    body_required = True
    text = "required"
    attributes = declare(
        priority=Whole(low=0).without_effect(NO_TASKROUTER),
        timeout=Whole(low=1, unit="seconds").without_effect(NO_TASKROUTER),
    )

    def faults(self) -> Iterator[Fault]:
        """Something that is not JSON."""
        text = self.own_text()
        try:
            is_object = isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            is_object = False
        if text and not is_object:
            yield Fault(
                14221, "the text of <Task> is no JSON object", 'write one like {"language": "en"}'
            )


class Leave(TwiML):
    """Leave the queue one waits in (used in the document that waiting callers hear)."""

    inside = ("VoiceResponse",)

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Leave the queue; the call goes on after its Enqueue."""
        yield Begin("Leave")
        if scene.kind == "queue":
            scene.over = True
            yield LeaveQueue()
        else:
            yield scene.alert(self, 12200, "<Leave> is for callers in a queue: it is passed over.")


class Queue(TwiML):
    """The first caller who waits in a queue, by the queue's name.

    *url* is a document for the one who waits, run before the two are joined.
    """

    inside = ("Dial",)
    built_in = ("VoiceResponse", "Dial")
    body_name = "name"
    body_required = True
    text = "required"
    attributes = declare(
        url=Url(code=14211),
        method=Method(code=14210),
        reservation_sid=Text().without_effect(
            "the sandbox has no TaskRouter that reserves callers"
        ),
        post_work_activity_sid=Text().without_effect(
            "the sandbox has no TaskRouter whose workers change their activity"
        ),
    )

    def faults(self) -> Iterator[Fault]:
        """A name that is missing or too long."""
        name = self.own_text()
        if not name:
            yield Fault(14212, "<Queue> has no name", "write the queue's name between its tags")
        elif len(name) > LONGEST_NAME:
            yield Fault(14213, "the name of a <Queue> has 64 characters at most", "shorten it")

    #: attributes of the Dial around it that are for parties that are rung
    not_of_dial = ("callerId",)

    def step(self, dial: TwiML, scene: Scene) -> TakeFromQueue | None:
        """What the Dial around it asks for; None for a queue that cannot be."""
        if next(self.faults(), None) is not None:
            return None
        return TakeFromQueue(
            self.own_text(),
            url=scene.link(self.get("url")),
            method=self.get("method"),
            timeout=dial.get("timeout"),
            time_limit=dial.get("time_limit"),
            hangup_on_star=dial.get("hangup_on_star"),
            answer_on_bridge=dial.get("answer_on_bridge") and not scene.answered,
            taping=taping(dial, scene),
        )
