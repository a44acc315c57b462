"""Text messages: what it takes to send one, what a reply shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from helpers import phone_numbers, sms
from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    View,
    World,
    find_application,
    hidden,
    is_web_address,
    refuse_callback,
    refuse_magic,
    refuse_number,
    shown,
)
from helpers.resources.number import IncomingPhoneNumber

FINAL = ("delivered", "undelivered", "failed", "received", "read", "canceled")
MOST_MEDIA = 10
LONGEST_WAIT = 36_000  # seconds that a message may be queued
OLD = View("SMS/Messages", "sms_messages", "SMSMessage", ("create", "list", "fetch"))


@dataclass(kw_only=True)
class Message(Resource):
    """One text message, out or in. It also stands where older libraries look: SMS/Messages."""

    prefix: ClassVar[str] = "SM"
    path: ClassVar[str] = "Messages"
    plural: ClassVar[str] = "messages"
    more_views: ClassVar[tuple[View, ...]] = (OLD,)
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "To": ("to", "="),
        "From": ("from_", "="),
        "DateSent": ("date_sent", "day"),
        "DateSent<": ("date_sent", "day<="),
        "DateSent>": ("date_sent", "day>="),
    }
    links: ClassVar[dict[str, str]] = {"media": "Media"}
    indexed: ClassVar[tuple[str, ...]] = ("to",)

    api_version: str = shown(VERSION)
    body: str = shown("", create="Body", update="Body")
    date_sent: datetime | None = shown(kind="date")
    direction: str = shown("outbound-api")
    error_code: int | None = shown(kind="integer")
    error_message: str | None = shown()
    from_: str = shown("", create="From")
    messaging_service_sid: str | None = shown(create="MessagingServiceSid")
    num_media: int = shown(0, kind="number")
    num_segments: int = shown(1, kind="number")
    price: str | None = shown()
    price_unit: str = shown("USD")
    status: str = shown("queued", update="Status")
    to: str = shown("", create="To")

    media_url: list[str] = hidden(kind="list", create="MediaUrl")
    status_callback: str = hidden("", create="StatusCallback")
    status_callback_method: str = hidden("POST", "method")
    application_sid: str = hidden("", create="ApplicationSid")
    #: another product that sent it, such as Verify; Twilio's lists leave those out
    sent_by: str = hidden("")
    validity_period: int = hidden(
        LONGEST_WAIT, "integer", create="ValidityPeriod", within=(1, LONGEST_WAIT, 21624)
    )

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What a list shows: what was asked for, and nothing that another product sent."""
        return [*super().conditions(params), ("sent_by", "=", "")]

    @classmethod
    def create(cls, params: Params, world: World) -> Message:
        """Check a request for a message: what it says, whom it is for, who sends it."""
        message = cls(**cls.take("create", params))
        if not message.to:
            raise Refusal(400, 21604, "A 'To' phone number is required.")
        if message.messaging_service_sid:
            raise Refusal(
                400, 21701, f"There is no messaging service {message.messaging_service_sid}."
            )
        if not message.from_:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        if params.get("SendAt"):
            raise Refusal(
                400, MALFORMED_REQUEST, "Only a messaging service can send at a later time."
            )
        application = find_application(world, message.application_sid)
        if application is not None and not message.status_callback:
            message.status_callback = application.message_status_callback
        message.messaging_service_sid = None
        message._check_content(old=params.view is OLD)
        message._check_numbers(world)
        if world.account.type == "Trial":
            message.body = sms.TRIAL_PREFIX + message.body
        message._count()
        return message

    def _check_content(self, *, old: bool) -> None:
        if not self.body and not self.media_url:
            raise Refusal(
                400,
                21602 if old else 21619,
                "Message body is required."
                if old
                else "A text message body or media urls must be specified.",
            )
        if old and len(self.body) > sms.MOST_CHARACTERS_THEN:
            raise Refusal(400, 21605, "The message body exceeds the 160 character limit.")
        if len(self.body) > sms.MOST_CHARACTERS:
            raise Refusal(
                400, 21617, "The concatenated message body exceeds the 1600 character limit."
            )
        if len(self.media_url) > MOST_MEDIA:
            raise Refusal(400, 21623, f"A message has at most {MOST_MEDIA} media.")
        for url in self.media_url:
            if not is_web_address(url):
                raise Refusal(400, 21620, f"Invalid media URL: {url}")
        refuse_callback(self.status_callback)

    def _check_numbers(self, world: World) -> None:
        """Owned numbers first, then the magic ones, then the trial's rules."""
        owned = world.owned(self.from_)
        if not owned:
            refuse_magic("message", "from", self.from_)
        if not world.owner(self.to):
            refuse_magic("message", "to", self.to, self.from_)
        if not phone_numbers.is_e164(self.from_):
            refuse_number("message", "from", self.from_, phone_numbers.MALFORMED)
        if not phone_numbers.is_e164(self.to):
            refuse_number("message", "to", self.to, phone_numbers.MALFORMED)
        if self.to == self.from_:
            raise Refusal(400, 21266, "'To' and 'From' number cannot be the same")
        if not owned and self.from_ != phone_numbers.GOOD_SENDER:
            if world.owner(self.from_):
                raise Refusal(400, 21660, "Mismatch between the 'From' number and the account")
            refuse_number("message", "from", self.from_, phone_numbers.NOT_YOURS)
        if world.account.type == "Trial" and not (world.verified(self.to) or world.owned(self.to)):
            raise Refusal(
                400,
                21608,
                f"The number {self.to} is unverified. Trial accounts cannot send messages to "
                f"unverified numbers; verify {self.to} at "
                "twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to "
                "send messages to unverified numbers",
            )
        if world.blocked(self.from_, self.to):
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")

    def _count(self) -> None:
        self.num_segments = 1 if self.media_url else sms.segments(self.body).count
        self.num_media = len(self.media_url)

    @classmethod
    def inbound(
        cls,
        world: World,
        owned: IncomingPhoneNumber,
        sender: str,
        body: str,
        media: Sequence[str] = (),
    ) -> Message:
        """The unsaved message that reaches a number of this account."""
        now = world.now()
        message = cls(
            sid=world.sid("MM" if media else "SM"),
            account_sid=world.account.sid,
            date_created=now,
            date_updated=now,
            to=owned.phone_number,
            from_=sender,
            body=body,
            media_url=list(media),
            direction="inbound",
            status="receiving",
        )
        message._count()
        return message

    @property
    def sid_prefix(self) -> str:
        """MM for a message with media."""
        return "MM" if self.media_url else "SM"

    def created(self, world: World) -> None:
        """Take it to its handset."""
        world.send_message(self)

    def change(self, params: Params, world: World) -> None:
        """Take its words out, which is all that may be changed of a message that was sent."""
        if "Body" in params:
            if params.get("Body"):
                raise Refusal(
                    400, MALFORMED_REQUEST, "Body can only be emptied: send an empty Body."
                )
            if self.status not in FINAL:
                raise Refusal(
                    400, 20009, "Cannot redact message because delivery has not been completed."
                )
            self.body = ""
        if params.get("Status"):
            raise Refusal(400, MALFORMED_REQUEST, "Only a scheduled message can be canceled.")

    def delete(self, world: World) -> None:
        """Forget a message that has arrived, or cannot."""
        if self.status not in FINAL:
            raise Refusal(
                400, 20009, "Cannot delete message because delivery has not been completed."
            )
        world.remove(self)

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource; the older place never knew of media, segments and services."""
        reply = super().as_json(view, operation, server)
        if view is OLD:
            for name in (
                "num_media",
                "num_segments",
                "messaging_service_sid",
                "error_code",
                "error_message",
                "subresource_uris",
            ):
                del reply[name]
        return reply
