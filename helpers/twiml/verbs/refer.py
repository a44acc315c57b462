"""Refer: hand a SIP call over to another SIP address.

Sources: the TwiML reference on Refer; error page 13801.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Method, Url, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Fetch, Step, Transfer, Transferred

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Refer", "ReferSip"]


class Refer(TwiML):
    """Hand a SIP call over to another SIP address.

    The device at the far end is asked to call that address instead of us. With *action* it is
    asked at the end with ``ReferCallStatus`` (in-progress, busy, no-answer, failed, canceled),
    ``ReferSipResponseCode`` and ``NotifySipResponseCode``; without, the next verb runs.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        action=Url(),
        method=Method(),
    )

    def address(self) -> str:
        """Where the call is to go."""
        named = [child.own_text() for child in self.elements if isinstance(child, ReferSip)]
        return named[0] if named else ""

    def faults(self) -> Iterator[Fault]:
        """Nowhere to go."""
        if not self.address():
            yield Fault(12200, "<Refer> names nobody", "put a <Sip> with an address into it")

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Send the far end elsewhere, and say how that went."""
        address = self.address()
        yield Begin("Refer", address)
        ended: Transferred | None = (yield Transfer(address)) if address else None
        if address and ended is None:
            text = "<Refer> works on a SIP call only, and this one is none: it hands nothing over."
            yield scene.alert(self, 13801, text, "error")
        if not self.get("action"):
            scene.over = scene.over or (ended is not None and ended.caller_left)
            return None
        # Sandbox choice: the action is asked in any case, so that a web site can go on.
        params = [("ReferCallStatus", ended.status if ended else "failed")]
        if ended is not None:
            params.append(("ReferSipResponseCode", str(ended.refer_code)))
            params.append(("NotifySipResponseCode", str(ended.notify_code)))
        action = scene.onward(self, *params)
        if ended is not None and ended.caller_left:
            yield from scene.ask_in_vain(action)
            return None
        return action


class ReferSip(TwiML):
    """The SIP address a call is handed over to."""

    tag = "Sip"
    inside = ("Refer",)
    body_name = "sip_url"
    body_required = True
    text = "required"
