"""Where a call goes: Redirect, Hangup, Reject; and Echo.

Sources: the TwiML reference on each verb and on the use of Dial's Application; error pages 13710
and 13810.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Choice, Method, Url, declare
from helpers.twiml.element import TwiML
from helpers.twiml.steps import Begin, Fetch, Repeat, Step
from helpers.twiml.verbs.parties import given

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Echo", "Hangup", "Redirect", "Reject"]


class Redirect(TwiML):
    """Go on in another document, for good: no verb after this one runs.

    The text is its URL; without one it is the document's own.
    """

    inside = ("VoiceResponse",)
    body_name = "url"
    body_required = True
    text = "optional"
    text_kind = Url()
    attributes = declare(
        method=Method(code=13710),
    )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch]:
        """Go on in another document."""
        url = scene.resolve(self.own_text())
        yield Begin("Redirect", url)
        return Fetch(url, self.get("method"))


class Hangup(TwiML):
    """End the call.

    Parameters inside go back to the action of the Dial that called this application.
    """

    inside = ("VoiceResponse",)

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """End the call."""
        yield Begin("Hangup")
        yield scene.hang_up(*given(self))


class Reject(TwiML):
    """Refuse an inbound call without answering it, so that it costs nothing.

    Parameters inside go back to the action of the Dial that called this application.
    """

    inside = ("VoiceResponse",)
    attributes = declare(
        reason=Choice("rejected busy", default="rejected", code=13810),
    )

    def answering(self) -> str:
        """Never: that is its point."""
        return "never"

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Refuse the call; if it is answered already, hang up."""
        reason = self.get("reason")
        yield Begin("Reject", reason)
        if scene.answered:
            # What Twilio does here is not documented.
            yield scene.alert(
                self, 12200, "<Reject> comes after the call was answered: it hangs up instead."
            )
            yield scene.hang_up(*given(self))
        else:
            yield scene.refuse(reason, *given(self))


class Echo(TwiML):
    """Play back to callers what they say, until they hang up (undocumented)."""

    inside = ("VoiceResponse",)

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Play back whatever is said: no verb after this one runs."""
        yield Begin("Echo")
        yield Repeat()
        yield scene.hang_up()
