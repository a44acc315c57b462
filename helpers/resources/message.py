"""Text messages: what it takes to send one, what a reply shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    day,
    find_application,
    hidden,
    is_web_address,
    refuse_callback,
    refuse_magic,
    refuse_number,
    shown,
)
from helpers.resources.media import Media
from helpers.resources.messaging_service import (
    ALPHANUMERIC,
    LONGEST_WAIT,
    NUMBERS_ONLY,
    WHATSAPP,
    MessagingService,
)
from helpers.resources.number import IncomingPhoneNumber
from helpers.resources.short_code import ShortCode, is_short_code

FINAL = ("delivered", "undelivered", "failed", "received", "read", "canceled")
MOST_MEDIA = 10
#: When a message may be scheduled for, counted from now. Of the pages on 35111 to 35117 some say 5
#: minutes and some, older for the most part, 15; the shorter time refuses nobody wrongly.
SOONEST, LATEST = timedelta(seconds=300), timedelta(days=35)
RETENTIONS = {
    "ContentRetention": ("retain", "discard"),
    "AddressRetention": ("retain", "obfuscate"),
}
OBFUSCATED = "XXXX"  # stands for the last four digits
FILTERED_BY_TIME = ("DateSent", "DateSent<", "DateSent>")
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
    links: ClassVar[dict[str, str]] = {"feedback": "Feedback", "media": "Media"}
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
    send_at: datetime | None = hidden(kind="date")
    send_as_mms: bool = hidden(False, "boolean", create="SendAsMms")
    shorten_urls: bool = hidden(False, "boolean", create="ShortenUrls")
    force_delivery: bool = hidden(False, "boolean", create="ForceDelivery")
    content_retention: str = hidden("retain", create="ContentRetention")
    address_retention: str = hidden("retain", create="AddressRetention")
    #: what the phone shows, where the record does not tell it any more
    arrived: str | None = hidden()

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What a list shows: what was asked for, and nothing that another product sent.

        DateSent names a day, or with a time of day a second; ``<`` and ``>`` include it. Midnight
        is the day: Twilio's libraries write it for a date without a time.
        """
        found: list[tuple[str, str, Any]] = [("sent_by", "=", "")]
        rest = []
        for name, value in params:
            moment = _moment(value) if name in FILTERED_BY_TIME else None
            if moment is None or moment == day(value) or moment.year in (1, 9999):
                rest.append((name, value))
                continue
            if name != "DateSent<":
                found.append(("date_sent", ">=", moment))
            if name != "DateSent>":
                found.append(("date_sent", "<", moment + timedelta(seconds=1)))
        return [*super().conditions(Params(rest, params.view, params.place)), *found]

    @classmethod
    def create(cls, params: Params, world: World) -> Message:
        """Check a request for a message: what it says, whom it is for, who sends it, and when."""
        message = cls(**cls.take("create", params))
        message.to = phone_numbers.american(message.to)
        message.from_ = phone_numbers.american(message.from_)
        if not message.to:
            raise Refusal(400, 21604, "A 'To' phone number is required.")
        service = message._take_service(world)
        if service is None and not message.from_:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        message._check_schedule(params, service, world)
        application = find_application(world, message.application_sid)
        if application is not None and not message.status_callback:
            message.status_callback = application.message_status_callback
        if service is not None:
            message._take_settings(params, service)
        message._check_options(params)
        message._check_content(old=params.view is OLD)
        message._check_numbers(world, service)
        if world.account.type == "Trial":
            message.body = sms.TRIAL_PREFIX + message.body
        if params.flag("SmartEncoded", service is not None and service.smart_encoding):
            message.body = sms.smart(message.body)
        message.count()
        if service is not None:
            message.status = "scheduled" if message.send_at else "accepted"
            message.num_segments = 0  # until it has a sender
        world.count_message()
        return message

    def _take_service(self, world: World) -> MessagingService | None:
        """The service that sends it, which may stand in From as well; the sender is then open."""
        sid = self.messaging_service_sid or ""
        if not sid and self.from_.startswith(MessagingService.prefix) and len(self.from_) == 34:
            sid, self.from_ = self.from_, ""
        self.messaging_service_sid = sid or None
        return MessagingService.named(sid, world) if sid else None

    def _take_settings(self, params: Params, service: MessagingService) -> None:
        """What the service says, where the message says nothing."""
        self.status_callback = self.status_callback or service.status_callback or ""
        if not params.get("ValidityPeriod"):
            self.validity_period = service.validity_period

    def _check_schedule(
        self, params: Params, service: MessagingService | None, world: World
    ) -> None:
        kind, given = params.get("ScheduleType"), params.get("SendAt")
        if not kind and not given:
            return
        if service is None:
            raise Refusal(400, 35118, "MessagingServiceSid is required to schedule a message.")
        if kind and kind != "fixed":
            raise Refusal(400, 35126, f"The ScheduleType value provided is not supported: {kind}")
        if not given:
            raise Refusal(400, 35111, "SendAt timestamp is missing.")
        if not kind:
            # Twilio's page names both as required; there is no code of its own for this half.
            raise Refusal(400, MALFORMED_REQUEST, "SendAt needs ScheduleType=fixed.")
        moment, now = _moment(given), world.now()
        if moment is None or not SOONEST <= moment - now <= LATEST:
            raise Refusal(
                400,
                35114,
                "SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the "
                f"future, inclusive, written like 2026-01-31T18:00:00Z: {given}",
            )
        self.send_at = moment

    def _check_options(self, params: Params) -> None:
        for param, values in RETENTIONS.items():
            given = params.get(param)
            if given and given not in values:
                raise Refusal(
                    400, MALFORMED_REQUEST, f"{param} is one of {', '.join(values)}: {given}"
                )
        if self.shorten_urls and self.messaging_service_sid is None:
            raise Refusal(400, MALFORMED_REQUEST, "ShortenUrls needs a MessagingServiceSid.")
        # Templates are made in another product of Twilio's, which is not here.
        content = params.get("ContentSid")
        if content:
            raise Refusal(
                400,
                21655,
                f"The ContentSid {content} is Invalid: this sandbox keeps no content templates. "
                "Send a Body.",
            )
        if params.get("ContentVariables"):
            raise Refusal(400, 21654, "ContentSid Required")

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

    def _check_numbers(self, world: World, service: MessagingService | None) -> None:
        """Owned numbers first, then the magic ones, then the trial's rules."""
        owned = world.owned(self.from_) if self.from_ else None
        if not owned:
            refuse_magic("message", "from", self.from_)
        if not world.owner(self.to):
            refuse_magic("message", "to", self.to, self.from_)
        if self.from_:
            self._check_form_of_sender()
        self._check_recipient()
        if self.to[0] == "+" and phone_numbers.takes_no_texts(self.to) and not self.force_delivery:
            raise Refusal(400, 21635, f"'To' number cannot be a landline: {self.to}")
        if self.from_ and self.from_.startswith(WHATSAPP) != self.to.startswith(WHATSAPP):
            raise Refusal(
                400, 21910, "Invalid From and To pair. From and To should be of the same channel"
            )
        if self.to == self.from_:
            raise Refusal(400, 21266, "'To' and 'From' number cannot be the same")
        if service is not None:
            self._check_pool(world, service)
        elif not owned:
            self._check_sender(world)
        if owned:
            self._check_abilities(owned)
        number = self.to.removeprefix(WHATSAPP)
        if world.account.type == "Trial" and not (world.verified(number) or world.owned(number)):
            refuse_number("message", "to", number, phone_numbers.UNVERIFIED)
        # With a service such a message is taken, and fails later.
        if service is None and world.blocked(self.from_, self.to):
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")

    def _check_form_of_sender(self) -> None:
        number = self.from_.removeprefix(WHATSAPP)
        if phone_numbers.is_e164(number):
            return
        name = number == self.from_ and (is_short_code(number) or ALPHANUMERIC.fullmatch(number))
        if not name:
            refuse_number("message", "from", self.from_, phone_numbers.MALFORMED)

    def _check_recipient(self) -> None:
        if is_short_code(self.to):
            raise Refusal(400, 21265, "'To' number cannot be a Short Code")
        if not phone_numbers.is_e164(self.to.removeprefix(WHATSAPP)):
            refuse_number("message", "to", self.to, phone_numbers.MALFORMED)

    def _check_pool(self, world: World, service: MessagingService) -> None:
        pool = service.senders(world)
        if self.from_ and self.from_.removeprefix(WHATSAPP) not in pool:
            raise Refusal(
                400,
                21711,
                "Phone Number, Shortcode, or AlphaSender is not associated to the specified "
                f"Messaging Service: {self.from_}",
            )
        if not pool:
            raise Refusal(400, 21704, "The Messaging Service contains no phone numbers.")

    def _check_sender(self, world: World) -> None:
        """Refuse a sender that this account does not have."""
        if ALPHANUMERIC.fullmatch(self.from_):  # anybody may make one up, where they are allowed
            if world.account.type == "Trial":
                raise Refusal(
                    400,
                    21267,
                    f"Alphanumeric Sender ID {self.from_} cannot be used as the 'From' number on "
                    "trial accounts",
                )
            if phone_numbers.region(self.to) in NUMBERS_ONLY:
                raise Refusal(
                    400,
                    21612,
                    f"Message cannot be sent with the current combination of 'To' ({self.to}) "
                    f"and/or 'From' ({self.from_}) parameters",
                )
            if self.is_mms:
                raise Refusal(400, 21621, f"The 'From' number {self.from_} cannot send MMS.")
        elif self.from_.startswith(WHATSAPP):
            if not world.owned(self.from_.removeprefix(WHATSAPP)):
                raise Refusal(
                    400, 63007, "Twilio could not find a Channel with the specified From address"
                )
        elif is_short_code(self.from_):
            if not world.find(ShortCode, short_code=self.from_):
                refuse_number("message", "from", self.from_, phone_numbers.NOT_YOURS)
        elif self.from_ != phone_numbers.GOOD_SENDER:
            if world.owner(self.from_):
                raise Refusal(
                    400,
                    21660,
                    f"Mismatch between the 'From' number {self.from_} and the account "
                    f"{world.account.sid}",
                )
            refuse_number("message", "from", self.from_, phone_numbers.NOT_YOURS)

    def _check_abilities(self, owned: IncomingPhoneNumber) -> None:
        if not owned.capabilities.get("sms", True):
            raise Refusal(400, 21661, f"'From' number {self.from_} is not SMS-capable")
        if self.is_mms and not owned.capabilities.get("mms", True):
            raise Refusal(400, 21621, f"The 'From' number {self.from_} cannot send MMS.")

    @property
    def is_mms(self) -> bool:
        """Whether it travels as MMS: with media, or because it was asked to."""
        return bool(self.media_url) or self.send_as_mms

    def count(self) -> None:
        """Work out how many segments it has (an MMS is one, however long), and how many media."""
        self.num_segments = 1 if self.is_mms else sms.segments(self.body).count
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
        service = MessagingService.of(owned, world)
        message = cls(
            sid=world.sid("MM" if media else "SM"),
            account_sid=world.account.sid,
            date_created=now,
            date_updated=now,
            to=(WHATSAPP if sender.startswith(WHATSAPP) else "") + owned.phone_number,
            from_=sender,
            messaging_service_sid=service.sid if service else None,
            body=body,
            media_url=list(media),
            direction="inbound",
            status="receiving",
        )
        message.count()
        return message

    @property
    def sid_prefix(self) -> str:
        """MM for an MMS."""
        return "MM" if self.is_mms else "SM"

    def created(self, world: World) -> None:
        """Take it to its handset."""
        world.send_message(self)

    def change(self, params: Params, world: World) -> None:
        """Take its words out, or cancel it while it waits for its time: nothing else is changed."""
        status = params.get("Status")
        if status and status != "canceled":
            raise Refusal(400, MALFORMED_REQUEST, f"Status can only become canceled: {status}")
        if params.get("Body"):
            raise Refusal(400, MALFORMED_REQUEST, "Body can only be emptied: send an empty Body.")
        if status:
            if self.status != "scheduled":
                raise Refusal(400, 30409, "This message cannot be canceled.")
            self.status = status
        if "Body" in params:
            if self.status not in FINAL:
                raise Refusal(
                    400, 20009, "Cannot redact message because delivery has not been completed."
                )
            self.redact()

    def redact(self) -> None:
        """Let the record forget the words; the phone that got them keeps them."""
        if self.arrived is None:
            self.arrived = self.body
        self.body = ""

    def changed(self, world: World) -> None:
        """Let it know that it is not to leave."""
        if self.status == "canceled":
            world.cancel_message(self)

    def delete(self, world: World) -> None:
        """Forget a message that has arrived, or cannot, and its media."""
        if self.status not in FINAL:
            raise Refusal(
                400, 20009, "Cannot delete message because delivery has not been completed."
            )
        for medium in world.find(Media, parent_sid=self.sid):
            world.remove(medium)
        world.remove(self)

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource; the older place never knew of media, segments and services."""
        reply = super().as_json(view, operation, server)
        reply["from"] = self.from_ or None  # while a service has not chosen yet
        if self.address_retention == "obfuscate":
            reply["to"] = self.to[: -len(OBFUSCATED)] + OBFUSCATED
        if operation == "create" or self.direction == "inbound":
            del reply["subresource_uris"]["feedback"]
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


def _moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 text names, in UTC unless it says otherwise; None if none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
