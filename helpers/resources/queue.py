"""Queues of calls, and the calls that wait in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    Params,
    Resource,
    World,
    hidden,
    is_web_address,
    shown,
)

LONGEST_NAME = 64
USUAL_SIZE, LARGEST = 1_000, 5_000
# Codes of their own are not known.
INVALID_METHOD = NOT_UNIQUE = NOT_EMPTY = MALFORMED_REQUEST


@dataclass(kw_only=True)
class Queue(Resource):
    """A queue in which calls wait to be dialled. `Enqueue` makes it when it is not there."""

    prefix: ClassVar[str] = "QU"
    path: ClassVar[str] = "Queues"
    plural: ClassVar[str] = "queues"
    indexed: ClassVar[tuple[str, ...]] = ("friendly_name",)

    average_wait_time: int = shown(0, kind="integer")
    current_size: int = shown(0, kind="integer")
    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    max_size: int = shown(
        USUAL_SIZE,
        "integer",
        create="MaxSize",
        update="MaxSize",
        within=(1, LARGEST, MALFORMED_REQUEST),
    )

    @classmethod
    def create(cls, params: Params, world: World) -> Queue:
        """A queue with nobody in it."""
        made = cls(**cls.take("create", params))
        made._check_name(world)
        return made

    @classmethod
    def opened(cls, world: World, name: str, size: int | None) -> Queue:
        """The unsaved queue that an Enqueue makes."""
        return cls.new(world, friendly_name=name, max_size=size or USUAL_SIZE)

    def change(self, params: Params, world: World) -> None:
        """Give it another name or size; who waits goes on waiting."""
        size = self.max_size
        super().change(params, world)
        if not params.get("MaxSize").strip():
            self.max_size = size
        self._check_name(world)

    def _check_name(self, world: World) -> None:
        name = self.friendly_name
        if not 1 <= len(name) <= LONGEST_NAME:
            raise Refusal(
                400, MALFORMED_REQUEST, "FriendlyName is required, with 64 characters at most."
            )
        if any(queue.sid != self.sid for queue in world.find(Queue, friendly_name=name)):
            raise Refusal(400, NOT_UNIQUE, f"There is a queue called {name} already.")

    def delete(self, world: World) -> None:
        """Forget it, if nobody waits in it."""
        if world.find(Member, queue_sid=self.sid):
            raise Refusal(400, NOT_EMPTY, "Calls wait in this queue: it cannot be deleted.")
        world.remove(self)

    def seen(self, world: World) -> None:
        """How many wait, and how long they have on average."""
        members = world.find(Member, queue_sid=self.sid)
        self.current_size, self.average_wait_time = len(members), average(members, world.now())


@dataclass(kw_only=True)
class Member(Resource):
    """A call that waits in a queue. The first one is also called ``Front``."""

    prefix: ClassVar[str] = "QM"  # not shown: its call's SID names it
    key: ClassVar[str] = "call_sid"
    path: ClassVar[str] = "Queues/{queue_sid}/Members"
    plural: ClassVar[str] = "queue_members"
    singular: ClassVar[str] = "QueueMember"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "update")
    omits: ClassVar[tuple[str, ...]] = ("sid", "account_sid", "date_created", "date_updated")
    indexed: ClassVar[tuple[str, ...]] = ("queue_sid",)
    newest_first: ClassVar[bool] = False

    call_sid: str = shown("")
    date_enqueued: datetime | None = shown(kind="date")
    position: int = shown(0, kind="integer")
    queue_sid: str = shown("")
    wait_time: int = shown(0, kind="integer")

    url: str = hidden("", update="Url")
    method: str = hidden("POST", "method", update="Method", code=INVALID_METHOD)

    @classmethod
    def waiting(cls, world: World, queue: Queue, call_sid: str) -> Member:
        """The unsaved member that a call becomes now."""
        return cls.new(
            world,
            call_sid=call_sid,
            date_enqueued=world.now(),
            queue_sid=queue.sid,
        )

    def waited(self, now: datetime) -> float:
        """Seconds since it came."""
        return (now - (self.date_enqueued or now)).total_seconds()

    def change(self, params: Params, world: World) -> None:
        """Take it out of the queue, to go on with the document at a URL."""
        super().change(params, world)
        if not is_web_address(self.url):
            raise Refusal(400, MALFORMED_REQUEST, f"Url is required, and a valid URL: {self.url}")
        self.seen(world)

    def changed(self, world: World) -> None:
        """Send it there."""
        world.dequeue(self, self.url, self.method)

    def seen(self, world: World) -> None:
        """Where it stands, and how long it has waited."""
        others = [member.sid for member in world.find(Member, queue_sid=self.queue_sid)]
        if self.sid in others:
            self.position = others.index(self.sid) + 1
            self.wait_time = int(self.waited(world.now()))

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """By the SID of its call; ``Front`` is the one who has waited longest."""
        members = world.find(cls, queue_sid=params.place.get("queue_sid", ""))
        if name == "Front":
            return members[0].sid if members else ""
        return next((member.sid for member in members if member.call_sid == name), "")


def average(members: list[Member], now: datetime) -> int:
    """How long they have waited on average, in whole seconds."""
    return int(sum(member.waited(now) for member in members) / len(members)) if members else 0
