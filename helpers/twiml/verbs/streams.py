"""Stream: the call's sound over a WebSocket, one way or both.

Sources: the TwiML reference on Stream; the page on Media Streams messages; error pages 31920 to
31951.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Method, Text, Url, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Disconnected, OpenStream, Step
from helpers.twiml.verbs.connect import Service, custom, socket_url

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Parameter", "Stream"]


class Stream(Service):
    """The call's sound over a WebSocket of yours.

    In a Start a copy of the sound goes there while the call goes on; in a Connect the sound you
    send back is heard in the call, until you close the WebSocket. Messages are JSON: connected,
    start, media (20 ms of mu-law sound in base64), dtmf, mark, stop. Twilio opens ``wss://`` only;
    here ``ws://`` on this machine works too.
    """

    inside = ("Connect", "Start", "Stop")
    beside = "stream"
    attributes = declare(
        name=Text(),
        connector_name=Text().without_effect(
            "connectors are set up in Twilio's Console, and this sandbox has none"
        ),
        url=Url(schemes=("wss",), local=("ws",), note="without a query string"),
        track=Choice("inbound_track outbound_track both_tracks", default="inbound_track"),
        status_callback=Url(),
        status_callback_method=Method(),
        audio_format=Text().without_effect("sound is always sent as audio/x-mulaw here"),
        sample_rate=Text().without_effect("sound is always sent with 8000 samples a second here"),
    )

    def missing(self, way: str) -> Fault | None:
        """No address, or tracks that a Connect cannot send."""
        if not self.attrs.get("url", "").strip():
            if self.get("connector_name"):
                what = f"there is no connector {self.get('connector_name')}: nothing is streamed"
                return Fault(31940, what, "name the url of a WebSocket")
            return Fault(31920, "<Stream> has no url: nothing is streamed", "name a WebSocket")
        if way == "connect" and self.get("track") != "inbound_track":
            what = f"a <Connect> streams the inbound_track only, not {self.get('track')}"
            return Fault(31941, what, "take track out, or stream from a <Start>")
        return None

    def faults(self) -> Iterator[Fault]:
        """A query string, which Twilio does not send."""
        if "?" in (self.get("url") or ""):
            what = "url of <Stream> takes no query string: it is left out"
            yield Fault(31920, what, "hand values over with a <Parameter>", minded=True)

    def connect(self, scene: Scene) -> Generator[Step, Any, Disconnected]:
        """Stream both ways until the other side closes the WebSocket."""
        if not self.get("url"):
            return Disconnected()  # what is there is no address: the checker has told
        ended: Disconnected = yield self._step(scene, two_way=True)
        return ended

    def start(self, scene: Scene) -> Generator[Step, Any, None]:
        """Send a copy of the sound from now on."""
        if self.get("url"):
            yield self._step(scene)

    def _step(self, scene: Scene, two_way: bool = False) -> OpenStream:
        url = socket_url(scene, self.get("url")).partition("#")[0].partition("?")[0]
        return OpenStream(
            url=url,
            two_way=two_way,
            name=self.get("name") or "",
            track=self.get("track"),
            parameters=custom(self),
            callback=scene.link(self.get("status_callback")),
            callback_method=self.get("status_callback_method"),
        )


class Parameter(TwiML):
    """A name and a value to hand over."""

    inside = (
        "Application",
        "Client",
        "ConversationRelay",
        "Hangup",
        "Pay",
        "Reject",
        "Siprec",
        "Stream",
        "Transcription",
        "VirtualAgent",
    )
    attributes = declare(
        name=Text(),
        value=Text(),
    )

    def faults(self) -> Iterator[Fault]:
        """One of the two is missing."""
        if not self.attrs.get("name"):
            yield Fault(12200, "<Parameter> has no name", 'give it one: name="..."')
        elif "value" not in self.attrs:
            yield Fault(12200, "<Parameter> has no value", 'give it one: value="..."')
