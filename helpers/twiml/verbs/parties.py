"""Whom Dial can ring: Number, Client, Sip, Sim, WhatsApp, Application.

Sources: the TwiML reference on each noun, on answering machine detection and on the use of
Application; error pages 13221 to 13255.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from helpers.twiml.attributes import (
    Attribute,
    Choice,
    Digits,
    Flag,
    Method,
    Text,
    Url,
    Whole,
    declare,
)
from helpers.twiml.element import Fault, TwiML
from helpers.twiml.steps import Detection, Target

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = [
    "Application",
    "ApplicationSid",
    "Client",
    "Header",
    "Headers",
    "Identity",
    "Number",
    "Party",
    "Sim",
    "Sip",
    "SipUri",
    "WhatsApp",
    "given",
    "is_number",
    "no_number",
]

# The headers that may be sent to a SIP party beside those whose names begin with X- (13252).
HEADERS = {"user-to-user", "remote-party-id", "p-preferred-identity", "p-called-party-id"}
LONGEST_HEADER = 1024
# Twilio counts <Uri>s and <Header>s and does not say how far: sandbox choice, as many as parties.
MOST_URIS = MOST_HEADERS = 10

PROGRESS = "initiated ringing answered completed"
LONGEST_URI = 255
SIGNING_IN = ("username", "password")

# A simulated SIP party lets everybody in, so nothing keeps or shows what these say.
NO_PASSWORD = "a simulated SIP party asks for no name and no password"


def detecting() -> Mapping[str, Attribute]:
    """The attributes that ask whether a person or a machine has answered."""
    return declare(
        machine_detection=Choice("Enable DetectMessageEnd"),
        amd_status_callback_method=Method(),
        amd_status_callback=Url(),
        machine_detection_timeout=Whole(30, low=3, high=60, unit="seconds"),
        machine_detection_speech_threshold=Whole(2400, low=1000, high=6000, unit="milliseconds"),
        machine_detection_speech_end_threshold=Whole(1200, low=500, high=5000, unit="milliseconds"),
        machine_detection_silence_timeout=Whole(5000, low=2000, high=10000, unit="milliseconds"),
    )


# 3 to 15 digits, with or without a plus, and what people write between them.
_NUMBER = re.compile(r"\+?(?:[\s()./-]*[0-9]){3,15}[\s()./-]*")


def is_number(written: str) -> bool:
    """Whether this can be a telephone number, however it is written."""
    return _NUMBER.fullmatch(written.strip()) is not None


def no_number(tag: str, written: str) -> Fault:
    """The fault of a text that is no telephone number."""
    return Fault(
        13223,
        f'"{written[:40]}" in <{tag}> is no telephone number',
        "write it with its country, like +14155550100",
    )


def given(element: TwiML) -> tuple[tuple[str, str], ...]:
    """The names and values of the <Parameter>s, or of the <Header>s, right inside an element."""
    return tuple(
        (child.attrs["name"], child.attrs.get("value", ""))
        for child in element.elements
        if child.name in ("Parameter", "Header") and child.attrs.get("name")
    )


class Party(TwiML):
    """A noun of Dial that can be rung."""

    kind: ClassVar[str] = ""

    def address(self) -> str:
        """Whom to ring."""
        return self.own_text()

    def _handed(self) -> tuple[tuple[str, str], ...]:
        """What whoever is called gets to know beside the caller: names and values."""
        return given(self)

    def target(self, scene: Scene) -> Target:
        """The party as the engine wants it."""
        return Target(
            self.kind,
            self.address(),
            url=scene.link(self._own("url")),
            method=self._own("method") or "POST",
            send_digits=self._own("send_digits") or "",
            status_callback=scene.link(self._own("status_callback")),
            status_callback_method=self._own("status_callback_method") or "POST",
            status_callback_events=self._own("status_callback_event") or ("completed",),
            handed=self._handed(),
            detection=self._detection(scene),
            customer=self._own("customer_id") or "",
            copy_parent_to=bool(self._own("copy_parent_to")),
        )

    def _own(self, keyword: str) -> Any:
        """The value of an attribute, None where this noun has no such attribute."""
        return self.get(keyword) if keyword in self.attributes else None

    def _detection(self, scene: Scene) -> Detection | None:
        mode = self._own("machine_detection")
        if mode is None:
            return None
        return Detection(
            mode,
            scene.link(self.get("amd_status_callback")),
            self.get("amd_status_callback_method"),
            timeout=self.get("machine_detection_timeout"),
            speech=self.get("machine_detection_speech_threshold") / 1000,
            speech_end=self.get("machine_detection_speech_end_threshold") / 1000,
            silence=self.get("machine_detection_silence_timeout") / 1000,
        )


class Number(Party):
    """A telephone number to ring, in the form +14155550100.

    *url* is a document for the called side, run before the two are joined.
    """

    inside = ("Dial",)
    body_name = "phone_number"
    body_required = True
    text = "required"
    attributes = declare(
        send_digits=Digits(
            pattern=r"[0-9*#wW]+", kind="keys: 0-9 * #, w for half a second", code=13222
        ),
        url=Url(),
        method=Method(code=13221),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        byoc=Text().without_effect("there is one simulated carrier, and no other to choose"),
        **detecting(),
    )

    kind = "number"

    def foreseen(self) -> Iterator[Fault]:
        """What is no number."""
        if self.address() and not is_number(self.address()):
            yield no_number("Number", self.address())


class Client(Party):
    """A browser or app to ring, by its identity."""

    inside = ("Dial",)
    body_name = "identity"
    text = "optional"
    attributes = declare(
        url=Url(),
        method=Method(),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        client_notification_url=Url(listed=False).without_effect(
            "a simulated client needs no message that wakes it"
        ),
    )

    kind = "client"

    def address(self) -> str:
        """The identity, from the text or from <Identity>."""
        named = [child.own_text() for child in self.elements if isinstance(child, Identity)]
        return named[0] if named else self.own_text()

    def faults(self) -> Iterator[Fault]:
        """Nobody to call."""
        if not self.address():
            yield Fault(12200, "<Client> calls nobody", "write an identity into it")


class Identity(TwiML):
    """The identity of a <Client>, when it has parameters too."""

    inside = ("Client",)
    body_name = "client_identity"
    body_required = True
    text = "required"


class Sip(Party):
    """A SIP address to ring, such as sip:alice@example.com.

    Headers for the called side stand after a question mark, or in <Headers> beside a <Uri>.
    """

    inside = ("Dial",)
    body_name = "sip_url"
    text = "optional"
    attributes = declare(
        username=Text().without_effect(NO_PASSWORD),
        password=Text().without_effect(NO_PASSWORD),
        url=Url(),
        method=Method(code=13241),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        **detecting(),
    )

    kind = "sip"

    def _uri(self) -> str:
        """The whole address: the text, or the <Uri> that comes first in priority and weight."""
        named = [child for child in self.elements if isinstance(child, SipUri)]
        uri = min(named, key=SipUri._rank).own_text() if named else self.own_text()
        # Twilio's own samples leave "sip:" out at times.
        return f"sip:{uri}" if uri and not uri.startswith(("sip:", "sips:")) else uri

    def address(self) -> str:
        """The address without what only says how to reach it (transport, region, headers)."""
        return self._uri().partition("?")[0].partition(";")[0].strip()

    def _handed(self) -> tuple[tuple[str, str], ...]:
        """The headers, of the address and of <Headers>."""
        written = parse_qsl(self._uri().partition("?")[2], keep_blank_values=True)
        inside = [child for child in self.elements if isinstance(child, Headers)]
        return (*written, *(pair for headers in inside for pair in given(headers)))

    def foreseen(self) -> Iterator[Fault]:
        """What is no SIP address."""
        if "@" not in self.address():
            yield self._no_address()

    def _no_address(self) -> Fault:
        return Fault(
            13243,
            f'"{self._uri().removeprefix("sip:")[:40]}" of <Sip> is no SIP address',
            "write one such as sip:alice@example.com, at most 255 characters long",
        )

    def faults(self) -> Iterator[Fault]:
        """Too long an address, too much beside it."""
        if "@" in self.address() and len(self._uri()) > LONGEST_URI:
            yield self._no_address()
        uris = [child for child in self.elements if isinstance(child, SipUri)]
        if len(uris) > MOST_URIS:
            what = f"<Sip> has {len(uris)} <Uri>, {MOST_URIS} are allowed"
            yield Fault(13250, what, "leave some out")
        if any(element.attrs.get(name) == "" for element in (self, *uris) for name in SIGNING_IN):
            yield Fault(
                13249, "a username or password of <Sip> is empty", "write it, or leave it out"
            )
        yield from self._bad_headers()

    def _bad_headers(self) -> Iterator[Fault]:
        headers = self._handed()
        if len(headers) > MOST_HEADERS:
            what = f"<Sip> sends {len(headers)} headers, {MOST_HEADERS} are allowed"
            yield Fault(13251, what, "leave some out")
        for name, value in headers:
            known = name.lower().startswith("x-") or name.lower() in HEADERS
            if not known or re.fullmatch("[A-Za-z0-9-]+", name) is None:
                yield Fault(
                    13252,
                    f'the SIP header "{name[:40]}" cannot be sent',
                    "begin its name with X-, and use letters, digits and hyphens",
                )
            if len(name) + len(value) > LONGEST_HEADER:
                what = f"the SIP header {name[:40]} has more than {LONGEST_HEADER} characters"
                yield Fault(13253, what, "shorten it")


class SipUri(TwiML):
    """The address of a <Sip>, when it has headers too.

    Of several the one with the lowest *priority* counts, among equals the highest *weight*.
    """

    tag = "Uri"
    inside = ("Sip",)
    body_name = "sip_url"
    text = "optional"
    attributes = declare(
        priority=Text(),
        weight=Text(),
        username=Text().without_effect(NO_PASSWORD),
        password=Text().without_effect(NO_PASSWORD),
    )

    def _rank(self) -> tuple[int, int]:
        """What it is sorted by. A simulated party is always reached, so only the first counts."""
        numbers = {
            name: int(written) if (written := self.get(name) or "").isdecimal() else 0
            for name in ("priority", "weight")
        }
        return numbers["priority"], -numbers["weight"]


class Headers(TwiML):
    """SIP headers for the called side."""

    inside = ("Sip",)


class Header(TwiML):
    """One SIP header."""

    inside = ("Headers",)
    attributes = declare(
        name=Text(),
        value=Text(),
    )


class WhatsApp(Party):
    """A WhatsApp number to ring."""

    inside = ("Dial",)
    body_name = "phone_number"
    body_required = True
    text = "required"
    attributes = declare(
        url=Url(),
        method=Method(),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
    )

    kind = "whatsapp"

    def foreseen(self) -> Iterator[Fault]:
        """What is no number."""
        if self.address() and not is_number(self.address().removeprefix("whatsapp:")):
            yield no_number("WhatsApp", self.address())


class Sim(Party):
    """A SIM card to ring, by its SID."""

    inside = ("Dial",)
    body_name = "sim_sid"
    body_required = True
    text = "required"

    kind = "sim"


class Application(Party):
    """A TwiML application to call, by its SID: its VoiceUrl, or *url*, says what happens there.

    Parameters inside arrive there as ``Param_NAME``. A Hangup or Reject there may have parameters
    too, which come back to the action of the Dial as ``ReturnParam_NAME``.
    """

    inside = ("Dial",)
    body_name = "application_sid"
    text = "optional"
    attributes = declare(
        url=Url(),
        method=Method(),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        customer_id=Text(longest=256, note="default: the account sid"),
        copy_parent_to=Flag(False),
    )

    kind = "application"

    def address(self) -> str:
        """The SID, from the text or from <ApplicationSid>."""
        named = [child.own_text() for child in self.elements if isinstance(child, ApplicationSid)]
        return named[0] if named else self.own_text()

    def faults(self) -> Iterator[Fault]:
        """Nothing to call."""
        if not self.address():
            yield Fault(12200, "<Application> calls nothing", "write an application's SID into it")


class ApplicationSid(TwiML):
    """The SID of an <Application>, when it has parameters too."""

    inside = ("Application",)
    body_name = "sid"
    body_required = True
    text = "required"
