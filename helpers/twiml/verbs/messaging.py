"""Text messages: Message with Body and Media, the older Sms, and messaging's own Redirect.

Sources: the TwiML reference on messaging and (archived) on Sms; error pages 14101 to 14110.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import Method, Text, Url, declare
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Begin, Fetch, SendText, Sent, Step

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Body", "Media", "Message", "MessagingRedirect", "Sms"]

#: What one message may hold, and how many of them one inbound message may cause.
LONGEST = 1600
MOST_MEDIA = 10
MOST_REPLIES = 10


# Numbers and short codes however they are written, channels such as whatsapp:+1..., and for a
# sender a name: 1 to 11 letters, digits and blanks, one of them a letter.
RECIPIENT = re.compile(r"\+?[0-9][0-9 ().-]{1,20}|[a-z]+:\S+")
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def bad_parties(element: TwiML) -> Iterator[Fault]:
    """A recipient or a sender that no text can go to or come from."""
    to, sender = element.attrs.get("to", "").strip(), element.attrs.get("from", "").strip()
    if to and RECIPIENT.fullmatch(to) is None:
        what = f'to="{to[:40]}" of <{element.name}> is no number'
        yield Fault(14101, what, "write it with its country, like +14155550100")
    if sender and not (RECIPIENT.fullmatch(sender) or NAME.fullmatch(sender)):
        what = f'from="{sender[:40]}" of <{element.name}> is no number and no name'
        yield Fault(14102, what, "name a number of yours, or take it out")


def send(
    element: TwiML, scene: Scene, body: str, media: tuple[str, ...]
) -> Generator[Step, Any, None]:
    """Send one reply, unless it is empty, too long, or one too many."""
    if len(body) > LONGEST or not (body or media):
        return  # the checker has told about it
    scene.replies += 1
    if scene.replies > MOST_REPLIES:
        text = f"One message is answered by {MOST_REPLIES} at most: this one is not sent."
        yield scene.alert(element, 14109, text)
        return
    # Whether `action` steers what comes next is told in two ways; like the newer text we take it
    # for the place that hears of the delivery.
    callback = element.get("status_callback") or element.get("action")
    yield Begin(element.name, " ".join(body.split()))
    yield SendText(
        element.get("to"),
        element.get("from_"),
        body,
        media,
        status_callback=scene.link(callback),
        method=element.get("method"),
    )


class Message(TwiML):
    """Send a text message; in answer to one it goes back to its sender.

    *action* or *status_callback* is told what becomes of it.
    """

    inside = ("MessagingResponse",)
    body_name = "body"
    text = "optional"
    attributes = declare(
        to=Text(code=14101),
        from_=Text(code=14102),
        action=Url(),
        method=Method(code=14104),
        status_callback=Url(code=14105),
    )

    def body_text(self) -> str:
        """The text of the message: its own and that of every <Body>, one after the other."""
        parts = [child.spoken() for child in self.elements if isinstance(child, Body)]
        return "".join([self.own_text(), *parts]).strip()

    def media_urls(self) -> list[str]:
        """The URLs of the pictures to send, as written."""
        return [child.own_text() for child in self.elements if isinstance(child, Media)]

    def foreseen(self) -> Iterator[Fault]:
        """Nobody to send it to, or to send it from."""
        return bad_parties(self)

    def faults(self) -> Iterator[Fault]:
        """Nothing to send, or too much."""
        body, media = self.body_text(), self.media_urls()
        if not body and not media:
            yield Fault(14103, "<Message> has neither text nor media", "write a text into it")
        elif len(body) > LONGEST:
            yield Fault(
                14103,
                f"the message has {len(body)} characters, {LONGEST} are allowed",
                "send two messages",
            )
        if len(media) > MOST_MEDIA:
            yield Fault(
                12200,
                f"<Message> has {len(media)} <Media>, {MOST_MEDIA} are sent",
                "leave some out",
            )

    def run(self, scene: Scene) -> Generator[Step, Any, None]:
        """Send it, and go on: `action` is told how it went, and asked for nothing."""
        media = tuple(scene.resolve(url) for url in self.media_urls()[:MOST_MEDIA] if url)
        yield from send(self, scene, self.body_text(), media)


class Body(TwiML):
    """The text of a message."""

    inside = ("Message",)
    body_name = "message"
    body_required = True
    text = "required"


class Media(TwiML):
    """A picture or other file to send with a message: its URL."""

    inside = ("Message",)
    body_name = "url"
    body_required = True
    text = "required"
    text_kind = Url()


class Sms(TwiML):
    """Send a text message: during a call, or as the older name of Message."""

    inside = ("MessagingResponse", "VoiceResponse")
    built_in = ("VoiceResponse",)
    body_name = "message"
    body_required = True
    text = "required"
    attributes = declare(
        to=Text(code=14101),
        from_=Text(code=14102),
        action=Url(),
        method=Method(code=14104),
        status_callback=Url(code=14105),
    )

    def foreseen(self) -> Iterator[Fault]:
        """Nobody to send it to, or to send it from."""
        return bad_parties(self)

    def faults(self) -> Iterator[Fault]:
        """Nothing to send, or too much."""
        length = len(self.own_text())
        if not 1 <= length <= LONGEST:
            yield Fault(
                14103, f"<Sms> has {length} characters", f"write a text of 1 to {LONGEST} into it"
            )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Send the text; in a call with an action, go there with its SID and status."""
        if scene.kind == "messaging":
            yield from send(self, scene, self.own_text(), ())
            return None
        body = self.own_text()
        yield Begin("Sms", " ".join(body.split()))
        sent: Sent = yield SendText(
            self.get("to"),
            self.get("from_"),
            body,
            status_callback=scene.link(self.get("status_callback")),
        )
        if not self.attrs.get("action", "").strip():
            return None
        return scene.onward(self, ("SmsSid", sent.sid), ("SmsStatus", sent.status))


class MessagingRedirect(TwiML):
    """Go on in another document: no message after this one is sent.

    The text is its URL; without one it is the document's own.
    """

    tag = "Redirect"
    inside = ("MessagingResponse",)
    body_name = "url"
    body_required = True
    text = "optional"
    text_kind = Url()
    attributes = declare(
        method=Method(code=14104),
    )

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch]:
        """Go on in another document."""
        url = scene.resolve(self.own_text())
        yield Begin("Redirect", url)
        return Fetch(url, self.get("method"))
