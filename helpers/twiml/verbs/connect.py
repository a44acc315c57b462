"""Connect, Start and Stop: join a call to a service, or let one run beside the call.

What each can name (Stream, Recording, ConversationRelay ...) has a file of its own beside this
one. Sources: the TwiML reference on Connect, Start and Stop; error pages 12200, 14300, 31940 and
31941. What they leave open is said in comments.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from helpers.twiml.attributes import Method, Url, declare
from helpers.twiml.element import Fault, GenericNode, TwiML
from helpers.twiml.steps import Begin, Disconnected, Fetch, Step, StopBeside

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Connect", "Service", "Start", "Stop", "custom", "socket_url"]


class Service(TwiML):
    """What a Connect, a Start or a Stop names; by itself it says why nothing happens here."""

    #: what a Stop ends, for those that can run beside a call
    beside = ""
    #: what is different about it in this sandbox, where something is
    here: ClassVar[tuple[str, ...]] = ()

    def connect(self, scene: Scene) -> Generator[Step, Any, Disconnected]:
        """Talk to the service until that is over."""
        yield Begin("notice", self.idle)
        return Disconnected()

    def start(self, scene: Scene) -> Generator[Step, Any, None]:
        """Let it run beside the call; comes back at once."""
        yield Begin("notice", self.idle)

    def stop(self, scene: Scene) -> Generator[Step, Any, None]:
        """End the one of this name that a Start began."""
        if not self.beside:
            yield Begin("notice", self.idle)
            return
        name = self.get("name") or ""
        if not (yield StopBeside(self.beside, name)):
            called = f"called {name}" if name else "without a name"
            text = f"No {self.name} {called} is running, so there is nothing to stop."
            yield Begin("notice", text)

    def title(self) -> str:
        """What a reader of the transcript wants to see."""
        title = f"{self.name} {self.attrs.get('url') or self.own_text()}".strip()
        return f"{title} as {self.attrs['name']}" if self.attrs.get("name") else title

    def missing(self, way: str) -> Fault | None:
        """What it lacks to be connected or started (*way*), or None."""
        return None


class Connect(TwiML):
    """Join the call to a service, and wait until that is over.

    With *action* that is asked then; without, the next verb runs.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(),
        method=Method(),
    )

    def services(self) -> list[Service]:
        """What stands in it."""
        return _services(self)

    def faults(self) -> Iterator[Fault]:
        """Not exactly one service, or one that cannot be connected."""
        found = self.services()
        if len(found) > 1:
            what = f"<Connect> takes one service, and here are {len(found)}: it is passed over"
            yield Fault(12200, what, "keep one of them")
        elif found:
            yield from _missing(found, "connect")
        elif not _has_unknown(self):
            yield Fault(12200, "<Connect> is empty", "put a <Stream> or another service into it")

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Talk to the service; then on to the action, or to the next verb."""
        found = self.services()
        # Two services at once make no sense, and which was meant nobody can say.
        if len(found) != 1:
            yield Begin("Connect")
            return None
        service = found[0]
        yield Begin("Connect", service.title(), service.here)
        ended = Disconnected()
        if service.missing("connect") is None:
            ended = yield from service.connect(scene)
        # The action is asked even if the service could not be had, so that a web site can go on.
        if not self.get("action"):
            scene.over = scene.over or ended.caller_left
            return None
        action = scene.onward(self, *ended.told)
        if ended.caller_left:
            yield from scene.ask_in_vain(action)
            return None
        return action


class Start(TwiML):
    """Begin something beside the call: a stream, a recording, a transcription.

    The next verb runs at once, and if there is none the call ends. What was begun goes on through
    later documents, until a Stop names it or the call is over.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url().without_effect("a Start goes on at once, so nothing is asked"),
        method=Method().without_effect("a Start goes on at once, so nothing is asked"),
    )

    def faults(self) -> Iterator[Fault]:
        """Nothing in it, or something that cannot be started."""
        found = _services(self)
        if not found and not _has_unknown(self):
            yield Fault(14300, "<Start> is empty", "put a <Stream> or a <Recording> into it")
        yield from _missing(found, "start")

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Begin all that stands in it."""
        for service in _services(self):
            yield Begin("Start", service.title(), service.here)
            if service.missing("start") is None:
                yield from service.start(scene)
        return None


class Stop(TwiML):
    """End what a Start began, by its name."""

    inside = ("VoiceResponse",)

    def faults(self) -> Iterator[Fault]:
        """Nothing in it."""
        if not _services(self) and not _has_unknown(self):
            yield Fault(14300, "<Stop> is empty", "name what a <Start> began, such as a <Stream>")

    def foreseen(self) -> Iterator[Fault]:
        """Something without its name."""
        for service in _services(self):
            if service.beside and not service.attrs.get("name"):
                what = f"<{service.name}> in a <Stop> has no name"
                yield Fault(12200, what, "give it the name that it has in its <Start>")

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """End all that stands in it."""
        for service in _services(self):
            yield Begin("Stop", f"{service.name} {service.get('name') or ''}".strip())
            yield from service.stop(scene)
        return None


def _services(verb: TwiML) -> list[Service]:
    return [child for child in verb.elements if isinstance(child, Service)]


def _has_unknown(verb: TwiML) -> bool:
    """Whether something in it is told of anyway."""
    return any(isinstance(child, GenericNode) for child in verb.elements)


def _missing(services: list[Service], way: str) -> Iterator[Fault]:
    for service in services:
        fault = service.missing(way)
        if fault is not None:
            yield fault


# --- what services share ---------------------------------------------------------------------


def custom(element: TwiML, tag: str = "Parameter") -> tuple[tuple[str, str], ...]:
    """The <Parameter>s in an element, or others with a name and a value."""
    return tuple(
        (child.get("name"), child.get("value") or "")
        for child in element.elements
        if child.name == tag and child.get("name")
    )


def socket_url(scene: Scene, url: str) -> str:
    """Where a WebSocket is, seen from the current document: http becomes ws, https wss."""
    resolved = scene.link(url)
    try:
        parts = urlsplit(resolved)
    except ValueError:
        return resolved  # the attempt to connect will tell
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit(parts._replace(scheme=scheme))
