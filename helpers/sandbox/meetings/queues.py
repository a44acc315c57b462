"""Queues while calls wait in them: the order, what is heard meanwhile, and who takes whom out.

One who waits is a call whose Enqueue is in `wait`, one who takes is a call whose Dial is in `take`.
The signal ``queue`` only means "look again": the place in the line says what to do.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from helpers.clock import begun
from helpers.resources.queue import Member, Queue, average
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.calls import recording
from helpers.sandbox.meetings import waiting
from helpers.sandbox.meetings.company import Company, talk
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.clock import Planned
    from helpers.sandbox.calls.callbacks import Pairs
    from helpers.sandbox.calls.live_call import LiveCall
    from helpers.sandbox.engine import Engine

FULL = 14207

#: How an Enqueue ended, as its action hears of it.
BRIDGED, LEFT, HUNG_UP, WRONG = "bridged", "leave", "hangup", "error"
REDIRECTED, REDIRECTED_LATER = "redirected", "redirected-from-bridged"


class Place:
    """One call's place in a line. *taker* is who reaches for it, *bridge* what joins the two."""

    def __init__(self, line: Line, live: LiveCall, member: Member) -> None:
        self.line = line
        self.live = live
        self.member = member
        self.taker: LiveCall | None = None
        self.wish: steps.TakeFromQueue | None = None
        self.bridge: Bridge | None = None
        self.seconds = 0  # how long it waited, once it is out

    def waited(self) -> int:
        """Whole seconds since it came."""
        return int(round(self.member.waited(self.live.clock.now()), 3))


class Line:
    """Those who wait in one queue, in the order they came, and those who wait for one to come."""

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self.engine = engine
        self.queue = queue
        self.places: list[Place] = []
        self.takers: list[LiveCall] = []
        engine.lines[queue.sid] = self

    def first(self) -> Place | None:
        """Who has waited longest, of those nobody reaches for yet."""
        return next((place for place in self.places if place.taker is None), None)

    def enter(self, live: LiveCall) -> Place:
        """Put a call at the end of the line; who waits for one to come is told."""
        member = Member.waiting(live.world, self.queue, live.call.sid)
        live.world.save(member)
        place = Place(self, live, member)
        self.places.append(place)
        self._log(place, "enqueued")
        self.call_takers()
        return place

    def call_takers(self) -> None:
        """Let those who wait for a caller look whether there is one."""
        for taker in self.takers:
            taker.tell("queue")

    def leave(self, place: Place, how: str) -> None:
        """Take a call out of the line; nothing happens if it is out already."""
        if place not in self.places:
            return
        place.seconds = place.waited()
        self.places.remove(place)
        place.live.world.remove(place.member)
        self._log(place, "dequeued", result=how)
        self.forget_if_idle()

    def dequeue(self, live: LiveCall) -> None:
        """The API takes a call out, to send it elsewhere."""
        for place in self.places:
            if place.live is live:
                self.leave(place, REDIRECTED)
                return

    def forget_if_idle(self) -> None:
        """Only a line in which somebody stands is kept; the queue itself stays."""
        if not self.places and not self.takers:
            self.engine.lines.pop(self.queue.sid, None)

    def about(self, place: Place) -> Pairs:
        """What the requests of a waiting caller's documents say."""
        now = place.live.clock.now()
        members = [other.member for other in self.places]
        position = self.places.index(place) + 1 if place in self.places else 0
        queues = place.live.world.find(Queue, sid=self.queue.sid)  # its size may have changed
        return [
            ("QueuePosition", str(position)),
            ("QueueSid", self.queue.sid),
            ("QueueTime", str(place.waited())),
            ("AvgQueueTime", str(average(members, now))),
            ("CurrentQueueSize", str(len(members))),
            ("MaxQueueSize", str((queues[0] if queues else self.queue).max_size)),
        ]

    def _log(self, place: Place, event: str, **more: object) -> None:
        about = {"queue_sid": self.queue.sid, "queue": self.queue.friendly_name, "event": event}
        self.engine.event(
            self.queue.account_sid, "state", about | more, call_sid=place.live.call.sid
        )


class Bridge(Company):
    """What joins a caller who waited with the call that took it; over when one of them leaves."""

    def __init__(self, place: Place, taker: LiveCall, wish: steps.TakeFromQueue) -> None:
        self.calls = (place.live, taker)
        self.taker = taker
        self.star = wish.hangup_on_star
        self.over = False
        for live in self.calls:
            live.company = self

    def end(self, by: LiveCall | None = None) -> None:
        """They talk no longer; each call goes on by itself, first the one that leaves."""
        if self.over:
            return
        self.over = True
        first, second = self.calls if by is not self.taker else self.calls[::-1]
        first.company = second.company = None
        if by is None:
            first.tell("queue")
        first.then(lambda: second.tell("queue"))

    def hearers(self, live: LiveCall) -> list[LiveCall]:
        """The other one."""
        return [other for other in self.calls if other is not live]

    def keyed(self, live: LiveCall, keys: str) -> None:
        """A star of the taker's may end it."""
        super().keyed(live, keys)
        if live is self.taker and self.star and "*" in keys:
            self.end()


def _line(engine: Engine, queue: Queue) -> Line:
    return engine.lines.get(queue.sid) or Line(engine, queue)


# -- one who waits ----------------------------------------------------------------------------


async def wait(live: LiveCall, step: steps.WaitInQueue) -> steps.Dequeued:
    """Let a call wait in a queue; returns when it is out, and what came of it."""
    found = live.world.find(Queue, friendly_name=step.name)
    queue = found[0] if found else Queue.opened(live.world, step.name, step.most)
    if not found:
        live.world.save(queue)
    # Sandbox choice: a document may allow fewer than the queue itself, not more.
    most = min(step.most or queue.max_size, queue.max_size)
    line = live.engine.lines.get(queue.sid)
    if line is not None and len(line.places) >= most:
        text = f"Enqueue: the queue {step.name} is full: {most} wait in it"
        live.alert(FULL, text, level="warning")
        return steps.Dequeued("queue-full")
    place = _line(live.engine, queue).enter(live)
    result = HUNG_UP
    try:
        with live.broken_off_by("queue"):
            result = await _wait(live, place, step)
    except Interrupted as stop:
        result = _parted(place, stop)
        # The action is asked still, and then the call ends, or goes where the API sent it.
        live.gone, live.parting = True, stop.signal
    finally:
        _step_out(place, result)
        live.untold("queue")
    return steps.Dequeued(result, queue.sid, place.seconds)


def _parted(place: Place, stop: Interrupted) -> str:
    if stop.signal.kind == "redirect":
        return REDIRECTED_LATER if place.bridge else REDIRECTED
    return BRIDGED if place.bridge else HUNG_UP


def _step_out(place: Place, how: str) -> None:
    """Whatever happened: the call waits no longer, and is joined with nobody."""
    place.line.leave(place, how)
    if place.bridge is not None:
        place.bridge.end(place.live)
    elif place.taker is not None:
        place.taker.tell("queue")  # it has to look for another one


async def _wait(live: LiveCall, place: Place, step: steps.WaitInQueue) -> str:
    """Hear what is played, until somebody takes the call out; then talk until the end of that."""
    outcome, line = "", place.line
    while place.bridge is None:
        try:
            if place.taker is not None:
                await _be_taken(live, place)
            elif outcome == "done":
                await live.wait(None)
            else:
                outcome = await waiting.hear(
                    live, step.wait_url, step.wait_method, "queue", partial(line.about, place)
                )
        except Interrupted as stop:
            if stop.signal.kind != "queue":
                raise
            continue
        if outcome == "leave":
            return LEFT
        if outcome == "failed":
            return WRONG
        if outcome == "completed":  # its document hung up
            live.end("completed")
    bridge = place.bridge
    await talk(live, "queue", lambda: bridge.over)
    return BRIDGED


async def _be_taken(live: LiveCall, place: Place) -> None:
    """Hear what the taker's document says, then be joined with the taker."""
    taker, wish = place.taker, place.wish
    assert taker is not None and wish is not None
    if wish.url:

        def told() -> Pairs:
            return [
                ("QueueSid", place.line.queue.sid),
                ("QueueTime", str(place.waited())),
                ("DequeingCallSid", taker.call.sid),
            ]

        await waiting.hear(live, wish.url, wish.method, "dequeued", told)
    if place.taker is taker:
        place.bridge = Bridge(place, taker, wish)
        place.line.leave(place, BRIDGED)
        taker.tell("queue")


# -- one who takes --------------------------------------------------------------------------


async def take(live: LiveCall, step: steps.TakeFromQueue) -> steps.Connected:
    """Join a call with the first that waits in a queue; returns when their talk is over."""
    if not step.answer_on_bridge:
        live.answer("")
    found = live.world.find(Queue, friendly_name=step.name)
    if not found:
        live.entry("notice", f"There is no queue called {step.name}.")
        return steps.Connected("failed")
    line = _line(live.engine, found[0])
    place: Place | None = None
    status = "no-answer"
    began = live.clock.now()
    tape: recording.Tape | None = None
    timer: Planned | None = None
    parted: Interrupted | None = None
    try:
        with live.broken_off_by("queue"):
            place = await _reach(live, line, step)
            if place is not None:
                status, began = "completed", live.clock.now()
                live.answer("")
                bridge = place.bridge
                assert bridge is not None
                timer = live.clock.plan(step.time_limit, bridge.end)
                if step.taping is not None:
                    tape = await recording.begin_of_dial(live, step.taping)
                await talk(live, "queue", lambda: bridge.over)
    except Interrupted as stop:
        parted = stop
    finally:
        if timer is not None:
            timer.cancel()
        _let_go(live, line)
        live.untold("queue")
    seconds = (live.clock.now() - began).total_seconds()
    url = ""
    if tape is not None:
        await recording.end(live, tape, least=1.0)
        url = recording.url(live, tape.recording)
    if parted is not None:  # the action is asked still
        live.gone, live.parting = True, parted.signal
    if place is None:
        return steps.Connected("canceled" if live.gone else status, caller_left=live.gone)
    # Beside what other Dials tell, the action hears what the caller's document heard.
    return steps.Connected(
        status,
        place.live.call.sid,
        begun(min(seconds, step.time_limit)),
        bridged=True,
        recording_url=url,
        caller_left=live.gone,
        more=(
            ("QueueSid", line.queue.sid),
            ("QueueTime", str(place.seconds)),
            ("DequeingCallSid", live.call.sid),
        ),
    )


async def _reach(live: LiveCall, line: Line, step: steps.TakeFromQueue) -> Place | None:
    """The place of a caller with whom *live* is joined now; None when the time is over."""
    over = live.clock.now().timestamp() + step.timeout
    line.takers.append(live)
    while True:
        place = next((p for p in line.places if p.taker is live), None) or line.first()
        left: float | None = over - live.clock.now().timestamp()
        if place is not None and place.taker is None:
            place.taker, place.wish = live, step
            place.live.tell("queue")
        if place is not None:
            left = None  # it hears a document first, perhaps
        try:
            await live.wait(left)
            return None
        except Interrupted as stop:
            if stop.signal.kind != "queue":
                raise
        if place is not None and place.bridge is not None:
            line.takers.remove(live)
            return place


def _let_go(live: LiveCall, line: Line) -> None:
    """A taker wants nobody any more: who was reached for waits on, who talked is free."""
    if live in line.takers:
        line.takers.remove(live)
    if isinstance(live.company, Bridge):
        live.company.end(live)
    for place in line.places:
        if place.taker is live:
            place.taker = place.wish = None
            place.live.tell("queue")
            line.call_takers()
    line.forget_if_idle()
