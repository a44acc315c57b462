"""The outermost elements: a Response for calls, for messages, for faxes.

They stand apart from the verbs so that a program can have the builder without them: the verbs are
loaded when a response is first given one.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.twiml.attributes import Choice, Flag, Method, Text, Url, declare
from helpers.twiml.element import Fault, TwiML

__all__ = ["FaxResponse", "MessagingResponse", "Receive", "VoiceResponse"]


#: How many messages one inbound message may cause.
MOST_REPLIES = 10


def version() -> Text:
    """The obsolete attribute of every Response."""
    kind = Text(
        pattern="2008-08-01|2010-04-01",
        kind="2008-08-01 or 2010-04-01",
        code=12101,
        listed=False,
    )
    return kind.without_effect("there is one version of TwiML here, that of 2010-04-01")


class VoiceResponse(TwiML):
    """What a call is to do: build it verb by verb, and send ``str(response)``."""

    tag = "Response"
    inside = ()
    attributes = declare(version=version())


class MessagingResponse(TwiML):
    """How to answer a message: build it, and send ``str(response)``."""

    tag = "Response"
    inside = ()
    attributes = declare(version=version())

    def foreseen(self) -> Iterator[Fault]:
        """More replies than one message may have."""
        replies = [child for child in self.elements if child.name in ("Message", "Sms")]
        if len(replies) > MOST_REPLIES:
            yield Fault(
                14109,
                f"one message is answered {len(replies)} times, {MOST_REPLIES} are sent",
                "say it in fewer messages",
            )


class FaxResponse(TwiML):
    """How to answer a fax (a product that has been retired)."""

    tag = "Response"
    inside = ()


class Receive(TwiML):
    """Take a fax (a product that has been retired)."""

    inside = ("FaxResponse",)
    idle = "Twilio has retired faxes, and nothing in this sandbox sends one: none is taken."
    attributes = declare(
        action=Url(),
        method=Method(),
        media_type=Choice("application/pdf image/tiff"),
        page_size=Choice("letter legal a4"),
        store_media=Flag(),
    )
