"""What the API can start beside a running call, and stop: streams, transcriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, Params, Resource, World, shown
from helpers.resources.call import Call

RUNNING, STOPPED = "in-progress", "stopped"
NOT_RUNNING = 21220


def running_call(params: Params, world: World) -> Call:
    """The call that the path names; refused while it is not in progress."""
    [call] = world.find(Call, sid=params.place["call_sid"])
    if call.status != "in-progress":
        raise Refusal(400, NOT_RUNNING, f"Call {call.sid} is not in-progress.")
    return call


@dataclass(kw_only=True)
class BesideCall(Resource):
    """One thing beside a call. It goes by its SID, or by the name that it was given."""

    operations: ClassVar[tuple[str, ...]] = ()
    kept: ClassVar[bool] = False  # a subclass is
    omits: ClassVar[tuple[str, ...]] = ("date_created",)
    indexed: ClassVar[tuple[str, ...]] = ("call_sid",)

    call_sid: str = shown("")
    name: str | None = shown(create="Name")
    status: str = shown(RUNNING, update="Status")

    @classmethod
    def create(cls, params: Params, world: World) -> Any:
        """Check what is to be started; it takes a call in progress."""
        made = cls(**cls.take("create", params))
        made.call_sid = running_call(params, world).sid
        made.check(params)
        same = world.find(cls, call_sid=made.call_sid, name=made.name, status=RUNNING)
        if made.name and same:
            raise Refusal(400, MALFORMED_REQUEST, f"This call has one called {made.name} already.")
        return made

    def check(self, params: Params) -> None:
        """Refuse what makes no sense for this kind."""

    def created(self, world: World) -> None:
        """Begin."""
        world.begin_beside(self)

    def change(self, params: Params, world: World) -> None:
        """Stop it. Nothing happens if it was over already."""
        status = params.get("Status")
        if status != STOPPED:
            raise Refusal(400, MALFORMED_REQUEST, f"Status must be stopped: {status}")
        self.status = STOPPED

    def changed(self, world: World) -> None:
        """Stop it in fact."""
        world.end_beside(self)

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """By its SID, or its name: then the newest so called."""
        named = world.find(cls, name=name, **params.place)
        return named[-1].sid if named else name


def handed_over(params: Params) -> dict[str, str]:
    """The values of ``Parameter1.Name``, ``Parameter1.Value`` and so on, up to 99."""
    found = {}
    for number in range(1, 100):
        name = params.get(f"Parameter{number}.Name")
        if name:
            found[name] = params.get(f"Parameter{number}.Value")
    return found
