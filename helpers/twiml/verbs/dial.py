"""Dial: ring somebody else and join the two calls.

Sources: the TwiML reference on Dial and its nouns; error pages 13000, 13210 to 13256, 1421x.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from helpers.twiml.attributes import Choice, Digits, Flag, Method, Text, Url, Whole, declare
from helpers.twiml.element import Fault, GenericNode, TwiML
from helpers.twiml.steps import Begin, Connect, Connected, Fetch, Step, Target

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = [
    "Application",
    "ApplicationSid",
    "Client",
    "Dial",
    "Header",
    "Headers",
    "Identity",
    "Number",
    "Sim",
    "Sip",
    "SipUri",
    "WhatsApp",
]

PROGRESS = "initiated ringing answered completed"
RECORDING_EVENTS = "in-progress completed absent"
RECORD = (
    "do-not-record record-from-answer record-from-ringing record-from-answer-dual "
    "record-from-ringing-dual true false"
)
ALIASES = {"true": "record-from-answer", "false": "do-not-record"}
TRIM = "trim-silence do-not-trim"

#: How many parties one Dial may ring.
MOST = 10


class Party(TwiML):
    """A noun of Dial that can be rung."""

    kind: ClassVar[str] = ""

    def address(self) -> str:
        """Whom to ring."""
        return self.own_text()

    def target(self, scene: Scene) -> Target:
        """The party as the engine wants it."""
        has_digits = "send_digits" in self.attributes  # numbers only
        return Target(
            self.kind,
            self.address(),
            url=scene.link(self.get("url")),
            method=self.get("method"),
            send_digits=(self.get("send_digits") or "") if has_digits else "",
            status_callback=scene.link(self.get("status_callback")),
            status_callback_method=self.get("status_callback_method"),
            status_callback_events=self.get("status_callback_event"),
        )


class Dial(TwiML):
    """Ring another party and join the two calls.

    The text is a number, or there are up to ten nouns inside; the first who answers is joined.
    With *action* it is asked at the end with ``DialCallStatus`` (completed, busy, no-answer,
    failed, canceled); without, the call goes on with the next verb.
    """

    inside = ("VoiceResponse",)
    body_name = "number"
    text = "optional"
    attributes = declare(
        action=Url(),
        method=Method(code=13210),
        timeout=Whole(
            30, low=5, high=600, unit="seconds", code=13212, note="5 s are always added in practice"
        ),
        hangup_on_star=Flag(False, code=13213),
        time_limit=Whole(
            14400,
            low=1,
            high=86400,
            unit="seconds",
            code=13216,
            note="14400 is also the ceiling unless the account allows 24 h",
        ),
        caller_id=Text(code=13214, note="default: the caller's id"),
        record=Choice(RECORD, default="do-not-record", code=13217),
        trim=Choice(TRIM, default="do-not-trim"),
        recording_status_callback=Url(code=13256),
        recording_configuration_id=Text(),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, default="completed", several=True),
        answer_on_bridge=Flag(False, code=13219),
        ring_tone=Choice(
            "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx "
            "my nl no nz ph pl pt ru se sg th uk us us-old tw ve za",
            code=13220,
            note="default: the carrier",
        ),
        recording_track=Choice("both inbound outbound", default="both"),
        sequential=Flag(False, code=13218),
        refer_url=Url(),
        refer_method=Method(),
        events=Choice("call-progress-event"),
        passports=Text(),
        call_reason=Text(longest=50, listed=False),
    )

    def parties(self) -> list[TwiML]:
        """The nouns inside, as far as Dial takes them."""
        return [child for child in self.elements if not isinstance(child, GenericNode)]

    def faults(self) -> Iterator[Fault]:
        """Nobody to call, too many, or a conference together with others."""
        parties = self.parties()
        if not parties and not self.own_text():
            yield Fault(13215, "<Dial> calls nobody", "put a number or a <Number> into it")
        if len(parties) > MOST:
            yield Fault(
                13215,
                f"<Dial> calls {len(parties)} parties, {MOST} are allowed",
                "leave some out, or dial them in a later <Dial>",
            )
        alone = {party.name for party in parties} & {"Conference", "Queue", "Application", "Sim"}
        if alone and len(parties) > 1:
            yield Fault(
                13000,
                f"<{min(alone)}> shares its <Dial> with others",
                "give it a <Dial> of its own",
            )

    def answering(self) -> str:
        """With answerOnBridge the caller hears ringing until somebody answers."""
        return "never" if self.get("answer_on_bridge") else "before"

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Ring everybody, join the first who answers; afterwards go to the action."""
        targets: list[Target] = []
        for party in self.parties()[:MOST]:
            if isinstance(party, Party):
                target = party.target(scene)
                if target.address:
                    targets.append(target)
            else:
                yield scene.alert(party, 12200, f"<{party.name}> cannot be dialled here.")
        if not self.parties() and self.own_text():
            targets = [Target("number", self.own_text())]
        yield Begin("Dial", ", ".join(target.address for target in targets))
        if targets:
            record = self.get("record")
            ended: Connected = yield Connect(
                tuple(targets),
                caller_id=self.get("caller_id") or "",
                timeout=self.get("timeout"),
                time_limit=self.get("time_limit"),
                hangup_on_star=self.get("hangup_on_star"),
                sequential=self.get("sequential"),
                # A call that is answered already has nothing left to put off.
                answer_on_bridge=self.get("answer_on_bridge") and not scene.answered,
                record=ALIASES.get(record, record),
                recording_callback=scene.link(self.get("recording_status_callback")),
                recording_callback_method=self.get("recording_status_callback_method"),
                recording_callback_events=self.get("recording_status_callback_event"),
                trim=self.get("trim"),
                ring_tone=self.get("ring_tone") or "",
            )
            scene.answered = scene.answered or ended.bridged
        else:
            ended = Connected("failed")
        if not self.attrs.get("action", "").strip():
            if ended.caller_left:
                scene.over = True
            return None
        params = [("DialCallStatus", ended.status)]
        if ended.sid:
            params += [("DialCallSid", ended.sid), ("DialCallDuration", str(ended.duration))]
        params.append(("DialBridged", "true" if ended.bridged else "false"))
        if ended.recording_url:
            params.append(("RecordingUrl", ended.recording_url))
        action = scene.onward(self, *params)
        if ended.caller_left:
            yield from scene.ask_in_vain(action)
            return None
        return action


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
        byoc=Text(),
        machine_detection=Choice("Enable DetectMessageEnd"),
        amd_status_callback_method=Method(),
        amd_status_callback=Url(),
        machine_detection_timeout=Whole(30, low=3, high=60, unit="seconds"),
        machine_detection_speech_threshold=Whole(2400, low=1000, high=6000, unit="milliseconds"),
        machine_detection_speech_end_threshold=Whole(1200, low=500, high=5000, unit="milliseconds"),
        machine_detection_silence_timeout=Whole(5000, low=2000, high=10000, unit="milliseconds"),
    )

    kind = "number"


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
        client_notification_url=Url(listed=False),
    )

    kind = "client"

    def address(self) -> str:
        """The identity, from the text or from <Identity>."""
        named = [child.own_text() for child in self.elements if isinstance(child, Identity)]
        return named[0] if named else self.own_text()


class Identity(TwiML):
    """The identity of a <Client>, when it has parameters too."""

    inside = ("Client",)
    body_name = "client_identity"
    body_required = True
    text = "required"


class Sip(Party):
    """A SIP address to ring."""

    inside = ("Dial",)
    body_name = "sip_url"
    text = "optional"
    attributes = declare(
        username=Text(),
        password=Text(),
        url=Url(),
        method=Method(code=13241),
        status_callback_event=Choice(PROGRESS, default="completed", several=True),
        status_callback=Url(),
        status_callback_method=Method(),
        machine_detection=Choice("Enable DetectMessageEnd"),
        amd_status_callback_method=Method(),
        amd_status_callback=Url(),
        machine_detection_timeout=Whole(30, low=3, high=60, unit="seconds"),
        machine_detection_speech_threshold=Whole(2400, low=1000, high=6000, unit="milliseconds"),
        machine_detection_speech_end_threshold=Whole(1200, low=500, high=5000, unit="milliseconds"),
        machine_detection_silence_timeout=Whole(5000, low=2000, high=10000, unit="milliseconds"),
    )

    kind = "sip"

    def address(self) -> str:
        """The SIP address, from the text or from <Uri>."""
        named = [child.own_text() for child in self.elements if isinstance(child, SipUri)]
        return named[0] if named else self.own_text()


class SipUri(TwiML):
    """The address of a <Sip>, when it has headers too."""

    tag = "Uri"
    inside = ("Sip",)
    body_name = "sip_url"
    text = "optional"
    attributes = declare(
        priority=Text(),
        weight=Text(),
        username=Text(),
        password=Text(),
    )


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


class Sim(TwiML):
    """A SIM card to ring, by its SID."""

    inside = ("Dial",)
    body_name = "sim_sid"
    body_required = True
    text = "required"


class Application(TwiML):
    """A TwiML application to call, by its SID."""

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


class ApplicationSid(TwiML):
    """The SID of an <Application>, when it has parameters too."""

    inside = ("Application",)
    body_name = "sid"
    body_required = True
    text = "required"
