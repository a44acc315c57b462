"""A telephone call: what it takes to start one, what may be changed, what a reply shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    World,
    find_application,
    hidden,
    is_web_address,
    refuse_callback,
    refuse_magic,
    refuse_number,
    shown,
)

if TYPE_CHECKING:
    from helpers.resources.application import Application
    from helpers.resources.number import IncomingPhoneNumber, ValidationRequest

FINAL = ("completed", "busy", "failed", "no-answer", "canceled")
EVENTS = ("initiated", "ringing", "answered", "completed")
INLINE_LIMIT = 4000  # characters of TwiML given in the request itself
LONGEST = 86_400  # seconds, the highest TimeLimit
INVALID_TIMEOUT, INVALID_METHOD = 21208, 21209
#: One code for all that concerns machine detection: its page names each parameter.
INVALID_DETECTION = 21234
BOTH_GIVEN = 32019
RECORDING_EVENTS = ("in-progress", "completed", "absent")
CHANNELS, TRACKS = ("mono", "dual"), ("both", "inbound", "outbound")
TRIMS = ("trim-silence", "do-not-trim")
DETECTIONS = ("Enable", "DetectMessageEnd")
RATED = 5.0  # seconds after its end until a call tells its price; Twilio says "some time"
VERIFIER = "+14155550199"  # who rings with a validation request


@dataclass(kw_only=True)
class Call(Resource):
    """One leg between a phone and the telephone company."""

    prefix: ClassVar[str] = "CA"
    path: ClassVar[str] = "Calls"
    plural: ClassVar[str] = "calls"
    indexed: ClassVar[tuple[str, ...]] = ("parent_call_sid",)
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "To": ("to", "="),
        "From": ("from_", "="),
        "ParentCallSid": ("parent_call_sid", "="),
        "Status": ("status", "="),
        "StartTime": ("start_time", "day"),
        "StartTime<": ("start_time", "day<"),
        "StartTime>": ("start_time", "day>="),
        "EndTime": ("end_time", "day"),
        "EndTime<": ("end_time", "day<"),
        "EndTime>": ("end_time", "day>="),
    }
    links: ClassVar[dict[str, str]] = {
        "notifications": "Notifications",
        "recordings": "Recordings",
        "payments": "Payments",
        "events": "Events",
        "siprec": "Siprec",
        "streams": "Streams",
        "transcriptions": "Transcriptions",
        "user_defined_messages": "UserDefinedMessages",
        "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    }

    parent_call_sid: str | None = shown()
    to: str = shown("", create="To")
    to_formatted: str = shown("")
    from_: str = shown("", create="From")
    from_formatted: str = shown("")
    phone_number_sid: str | None = shown()
    status: str = shown("queued", update="Status")
    start_time: datetime | None = shown(kind="date")
    end_time: datetime | None = shown(kind="date")
    duration: int | None = shown(kind="number")
    price: str | None = shown()
    price_unit: str = shown("USD")
    direction: str = shown("outbound-api")
    answered_by: str | None = shown()
    api_version: str = shown(VERSION)
    forwarded_from: str | None = shown()
    group_sid: str | None = shown()
    caller_name: str | None = shown()
    queue_time: int = shown(0, kind="number")
    trunk_sid: str | None = shown()
    annotation: str | None = shown()

    url: str = hidden("", create="Url", update="Url")
    method: str = hidden("POST", "method", create="Method", update="Method", code=INVALID_METHOD)
    twiml: str = hidden("", create="Twiml", update="Twiml")
    fallback_url: str = hidden("", create="FallbackUrl", update="FallbackUrl")
    fallback_method: str = hidden(
        "POST", "method", create="FallbackMethod", update="FallbackMethod", code=INVALID_METHOD
    )
    application_sid: str = hidden("", create="ApplicationSid")
    status_callback: str = hidden("", create="StatusCallback", update="StatusCallback")
    status_callback_method: str = hidden(
        "POST",
        "method",
        create="StatusCallbackMethod",
        update="StatusCallbackMethod",
        code=INVALID_METHOD,
    )
    status_callback_event: list[str] = hidden(kind="list", create="StatusCallbackEvent")
    send_digits: str = hidden("", create="SendDigits")
    timeout: int = hidden(60, "integer", create="Timeout", within=(1, 600, INVALID_TIMEOUT))
    time_limit: int | None = hidden(
        None,
        "integer",
        create="TimeLimit",
        update="TimeLimit",
        within=(1, LONGEST, INVALID_TIMEOUT),
    )
    record: bool = hidden(False, kind="boolean", create="Record")
    recording_channels: str = hidden("mono", create="RecordingChannels")
    recording_track: str = hidden("both", create="RecordingTrack")
    recording_status_callback: str = hidden("", create="RecordingStatusCallback")
    recording_status_callback_method: str = hidden(
        "POST", "method", create="RecordingStatusCallbackMethod", code=INVALID_METHOD
    )
    recording_status_callback_event: list[str] = hidden(
        kind="list", create="RecordingStatusCallbackEvent"
    )
    trim: str = hidden("trim-silence", create="Trim")
    caller_id: str = hidden("", create="CallerId")
    machine_detection: str = hidden("", create="MachineDetection")
    # Seconds, then milliseconds; the ranges are those of Twilio's page on machine detection.
    machine_detection_timeout: int = hidden(
        30, "integer", create="MachineDetectionTimeout", within=(3, 59, INVALID_DETECTION)
    )
    machine_detection_speech_threshold: int = hidden(
        2_400,
        "integer",
        create="MachineDetectionSpeechThreshold",
        within=(1_000, 6_000, INVALID_DETECTION),
    )
    machine_detection_speech_end_threshold: int = hidden(
        1_200,
        "integer",
        create="MachineDetectionSpeechEndThreshold",
        within=(500, 5_000, INVALID_DETECTION),
    )
    machine_detection_silence_timeout: int = hidden(
        5_000,
        "integer",
        create="MachineDetectionSilenceTimeout",
        within=(2_000, 10_000, INVALID_DETECTION),
    )
    async_amd: bool = hidden(False, kind="boolean", create="AsyncAmd")
    async_amd_status_callback: str = hidden("", create="AsyncAmdStatusCallback")
    async_amd_status_callback_method: str = hidden(
        "POST", "method", create="AsyncAmdStatusCallbackMethod", code=INVALID_METHOD
    )
    call_reason: str = hidden("", create="CallReason")
    # What follows is taken, and does nothing: there are no carriers here, no SIP network to log in
    # to, no apps to be woken, and a caller ID needs no token to be passed on.
    byoc: str = hidden("", create="Byoc")
    call_token: str = hidden("", create="CallToken")
    client_notification_url: str = hidden("", create="ClientNotificationUrl")
    sip_auth_username: str = hidden("", create="SipAuthUsername")
    sip_auth_password: str = hidden("", create="SipAuthPassword")  # never kept, see `create`
    detection_milliseconds: int | None = hidden(kind="integer")  # until `answered_by` was known
    sequence: int = hidden(0, kind="integer")  # of its status callbacks
    #: another product that made it, such as Verify; Twilio's lists leave those out
    sent_by: str = hidden("")
    answer_time: datetime | None = hidden(kind="date")
    charge: str | None = hidden()  # what `price` becomes when the call is rated

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What a list shows: what was asked for, and nothing that another product made."""
        return [*super().conditions(params), ("sent_by", "=", "")]

    @classmethod
    def create(cls, params: Params, world: World) -> Call:
        """Check a request for a call, in the order in which a caller would want to hear of it."""
        call = cls(**cls.take("create", params))
        call.to = phone_numbers.american(phone_numbers.address_of(call.to))
        call.from_ = phone_numbers.american(call.from_)
        if not call.to:
            raise Refusal(400, 21201, "No 'To' number is specified")
        if not call.from_:
            raise Refusal(400, 21213, "No 'From' number is specified")
        if not (call.url or call.twiml or call.application_sid):
            raise Refusal(400, 21205, "Url parameter is required.")
        _check_instructions(call.url, call.twiml)
        if call.url and call.twiml:
            text = "Twiml and Voice URL are both set. Using Voice URL."
            world.alert(BOTH_GIVEN, text, level="warning")
            call.twiml = ""
        application = find_application(world, call.application_sid)
        _check_callbacks(
            call.fallback_url,
            call.status_callback,
            call.recording_status_callback,
            call.async_amd_status_callback,
        )
        call._check_words()
        call._check_events(world)
        if call.send_digits and not re.fullmatch(r"[0-9A-Da-d*#wW]{1,32}", call.send_digits):
            raise Refusal(400, 21206, f"Invalid SendDigits: {call.send_digits}")
        if call.send_digits:
            call.machine_detection = ""  # Twilio's specification: it is ignored then
        call.sip_auth_password = ""
        call._check_numbers(world)
        call.take_settings(application)
        if application is not None:
            call.twiml = ""
        return call

    def _check_words(self) -> None:
        self.recording_channels = one_of("RecordingChannels", self.recording_channels, CHANNELS)
        self.recording_track = one_of("RecordingTrack", self.recording_track, TRACKS)
        self.trim = one_of("Trim", self.trim, TRIMS)
        self.recording_status_callback_event = recording_events(
            self.recording_status_callback_event
        )
        if self.machine_detection not in ("", *DETECTIONS):
            raise Refusal(
                400,
                INVALID_DETECTION,
                f"MachineDetection must be Enable or DetectMessageEnd: {self.machine_detection}",
            )

    def _check_events(self, world: World) -> None:
        wanted = [e for given in self.status_callback_event for e in given.split()]
        if any(event not in EVENTS for event in wanted):
            # Twilio takes such a call, logs 21626, and then sends no callback at all.
            world.alert(21626, f"Invalid 'StatusCallbackEvent': {' '.join(wanted)}")
            self.status_callback = ""
        self.status_callback_event = wanted or ["completed"]

    def _check_numbers(self, world: World) -> None:
        """Who may call whom: owned numbers first, then the magic ones, then the trial's rules."""
        owned, verified = world.owned(self.from_), world.verified(self.from_)
        if not owned:
            refuse_magic("call", "from", self.from_)
        if not world.owner(self.to):
            refuse_magic("call", "to", self.to)
        elsewhere = ":" in self.to and phone_numbers.is_address(self.to)
        if elsewhere and not phone_numbers.is_e164(self.from_):
            self._format_numbers()
            return  # who has no number may be called by a name, and nobody needs to own that
        if not phone_numbers.is_e164(self.from_):
            refuse_number("call", "from", self.from_, phone_numbers.MALFORMED)
        if not elsewhere and not phone_numbers.is_e164(self.to):
            refuse_number("call", "to", self.to, phone_numbers.MALFORMED)
        if not owned and not verified and self.from_ != phone_numbers.GOOD_SENDER:
            refuse_number("call", "from", self.from_, phone_numbers.NOT_YOURS)
        if not elsewhere and phone_numbers.is_premium(self.to):
            raise Refusal(400, 21202, f"Called number is a premium number: {self.to}")
        reachable = world.verified(self.to) or world.owned(self.to)
        if world.account.type == "Trial" and not reachable and not elsewhere:
            refuse_number("call", "to", self.to, phone_numbers.UNVERIFIED)
        self._format_numbers()
        caller = owned or verified
        self.phone_number_sid = caller.sid if caller else None

    def _format_numbers(self) -> None:
        self.to_formatted = phone_numbers.national(self.to)
        self.from_formatted = phone_numbers.national(self.from_)

    @classmethod
    def inbound(cls, world: World, owned: IncomingPhoneNumber, caller: str) -> Call:
        """The unsaved call that reaches a number of this account: its VoiceUrl is to be asked."""
        call = cls._made(
            world,
            to=owned.phone_number,
            from_=caller,
            phone_number_sid=owned.sid,
            status="ringing",
            direction="inbound",
            url="" if owned.trunk_sid else owned.voice_url or "",
            method=owned.voice_method,
            fallback_url=owned.voice_fallback_url or "",
            fallback_method=owned.voice_fallback_method,
            status_callback=owned.status_callback or "",
            status_callback_method=owned.status_callback_method,
            status_callback_event=["completed"],
        )
        if owned.voice_application_sid:  # it wins over the URLs
            call.take_settings(find_application(world, owned.voice_application_sid))
        return call

    @classmethod
    def of_application(
        cls, world: World, application: Application | None, *, to: str, from_: str
    ) -> Call:
        """The unsaved call that reaches an application: its VoiceUrl is to be asked."""
        call = cls._made(
            world,
            to=to,
            from_=from_,
            status="ringing",
            direction="inbound",
            status_callback_event=["completed"],
        )
        call.take_settings(application)
        return call

    def take_settings(self, application: Application | None) -> None:
        """Ask what an application asks; its settings take the place of one's own."""
        if application is not None:
            self.application_sid = application.sid
            self.url, self.method = application.voice_url or "", application.voice_method
            self.fallback_url = application.voice_fallback_url or ""
            self.fallback_method = application.voice_fallback_method
            self.status_callback = application.status_callback or ""
            self.status_callback_method = application.status_callback_method
            self.status_callback_event = ["completed"]

    @classmethod
    def leg(cls, world: World, parent: Call, *, to: str, from_: str, **fields: Any) -> Call:
        """The unsaved leg that a Dial in *parent* makes."""
        shown_as = world.owned(from_) or world.verified(from_)
        return cls._made(
            world,
            to=to,
            from_=from_,
            parent_call_sid=parent.sid,
            phone_number_sid=shown_as.sid if shown_as else parent.phone_number_sid,
            direction="outbound-dial",
            **fields,
        )

    @classmethod
    def to_conference(cls, params: Params, world: World) -> Call:
        """The unsaved call that takes somebody into a conference; refused as any other call is."""
        # What it does when it is answered is not the request's business, but there must be some.
        asked = Params([*params.pairs, ("Twiml", "<Response/>")])
        call, now = cls.create(asked, world), world.now()
        call.sid, call.account_sid = world.sid(cls.prefix), world.account.sid
        call.date_created = call.date_updated = now
        return call

    @classmethod
    def validating(cls, world: World, request: ValidationRequest) -> Call:
        """The unsaved call that asks for a validation request's code."""
        return cls._made(
            world,
            to=request.phone_number,
            from_=VERIFIER,
            status_callback=request.status_callback,
            status_callback_method=request.status_callback_method,
            status_callback_event=["completed"],
        )

    @classmethod
    def _made(cls, world: World, **fields: Any) -> Call:
        call = cls.new(world, **fields)
        call._format_numbers()
        return call

    def idle(self) -> list[str]:
        """What was asked for that has no meaning here."""
        asked = {
            "Byoc": self.byoc,
            "CallToken": self.call_token,
            "ClientNotificationUrl": self.client_notification_url,
            "SipAuthUsername": self.sip_auth_username,
        }
        return [name for name, given in asked.items() if given]

    def seen(self, world: World) -> None:
        """A call that has ended tells its price when it has been rated."""
        if self.charge and self.end_time:
            rated = (world.now() - self.end_time).total_seconds() >= RATED
            self.price = self.charge if rated else None

    def created(self, world: World) -> None:
        """Dial it."""
        world.start_call(self)

    def change(self, params: Params, world: World) -> None:
        """End it, cancel it, or give it other instructions."""
        settings = self.take("update", params)
        asked, url, twiml = (settings.pop(name, "") for name in ("status", "url", "twiml"))
        method = settings.pop("method", "POST")
        if asked and asked not in ("canceled", "completed"):
            raise Refusal(400, MALFORMED_REQUEST, f"Status must be canceled or completed: {asked}")
        if url and twiml:
            raise Refusal(
                400, MALFORMED_REQUEST, "Url and Twiml exclude each other: give one of them."
            )
        _check_instructions(url, twiml)
        _check_callbacks(settings.get("fallback_url", ""), settings.get("status_callback", ""))
        if ((url or twiml) and self.status != "in-progress") or (asked and self.status in FINAL):
            raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect. ")
        for name, value in settings.items():
            setattr(self, name, value)
        if asked == "completed" or (asked == "canceled" and self.status != "in-progress"):
            world.end_call(self, asked)
        elif url or twiml:
            world.redirect_call(self, url, method, twiml)

    def delete(self, world: World) -> None:
        """Forget a call that has ended."""
        if self.status not in FINAL:
            raise Refusal(400, 20009, "Cannot delete call because it has not ended.")
        world.remove(self)


def one_of(name: str, given: str, allowed: Sequence[str]) -> str:
    """What was given if it is among the words allowed, the first of them for "".

    Refuses any other; no code of its own is known.
    """
    if given and given not in allowed:
        raise Refusal(
            400, MALFORMED_REQUEST, f"{name} must be one of {', '.join(allowed)}: {given}"
        )
    return given or allowed[0]


def recording_events(given: Sequence[str]) -> list[str]:
    """The states of a recording that somebody wants to be told of; several may stand in one.

    Refuses any that there is not; without any it is the completed one.
    """
    wanted = [event for one in given for event in one.split()]
    for event in wanted:
        one_of("RecordingStatusCallbackEvent", event, RECORDING_EVENTS)
    return wanted or ["completed"]


def _check_instructions(url: str, twiml: str) -> None:
    if url and not is_web_address(url):
        raise Refusal(400, 21205, f"Url is not a valid URL: {url}")
    if len(twiml) > INLINE_LIMIT:
        raise Refusal(
            400, 32018, f"Twiml size exceeded maximum allowed value of {INLINE_LIMIT} characters"
        )


def _check_callbacks(fallback_url: str, *callbacks: str) -> None:
    if fallback_url and not is_web_address(fallback_url):
        raise Refusal(400, 21205, f"FallbackUrl is not a valid URL: {fallback_url}")
    for callback in callbacks:
        refuse_callback(callback)
