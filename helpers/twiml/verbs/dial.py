"""Dial: ring somebody else and join the two calls. `parties` has whom it can ring.

Sources: the TwiML reference on Dial; error pages 13000, 13210 to 13256, 13802.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from helpers.twiml.attributes import (
    RECORD,
    RECORDING_EVENTS,
    TRIM,
    Choice,
    Flag,
    Method,
    Text,
    Url,
    Whole,
    declare,
)
from helpers.twiml.element import Fault, GenericNode, TwiML
from helpers.twiml.steps import (
    Begin,
    Connect,
    Connected,
    Fetch,
    Join,
    Step,
    TakeFromQueue,
    Target,
)
from helpers.twiml.verbs.conference import Conference
from helpers.twiml.verbs.parties import Party, is_number, no_number
from helpers.twiml.verbs.queue import Queue
from helpers.twiml.verbs.taping import taping

if TYPE_CHECKING:
    from helpers.twiml.interpreter import Scene

__all__ = ["Dial"]

# Beside numbers: a client, WhatsApp, or for a SIP party any word of these characters.
CALLER_ID = r"((client|whatsapp|sips?):)?[A-Za-z0-9+_.@-]+"
# Twilio says "too long" (13248) and not how long: sandbox choice, as long as a SIP address.
LONGEST_CALLER_ID = 255

#: How many parties one Dial may ring.
MOST = 10
#: Nouns that share a Dial with nobody.
ALONE = {"Conference", "Queue", "Application", "Sim"}


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
            30,
            low=5,
            high=600,
            unit="seconds",
            code=13212,
            # Sandbox choice: to the second, so that a reader sees what the document says.
            note="the real network adds about 5, the sandbox none",
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
        recording_configuration_id=Text().without_effect(
            "this sandbox keeps no recording configurations"
        ),
        recording_status_callback_method=Method(),
        recording_status_callback_event=Choice(RECORDING_EVENTS, default="completed", several=True),
        answer_on_bridge=Flag(False, code=13219),
        ring_tone=Choice(
            "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx "
            "my nl no nz ph pl pt ru se sg th uk us us-old tw ve za",
            code=13220,
            note="default: the carrier",
        ).without_effect("ringing makes no sound here, so there is none to choose"),
        recording_track=Choice("both inbound outbound", default="both"),
        sequential=Flag(False, code=13218),
        refer_url=Url(),
        refer_method=Method(),
        events=Choice("call-progress-event").without_effect(
            "Twilio does not say what it is for; ask for events on the party that is rung"
        ),
        passports=Text().without_effect("a simulated network signs nobody's identity"),
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
        alone = {party.name for party in parties} & ALONE
        if alone and len(parties) > 1:
            yield Fault(
                13000,
                f"<{min(alone)}> shares its <Dial> with others",
                "give it a <Dial> of its own",
            )

    def foreseen(self) -> Iterator[Fault]:
        """A number or a caller id that is none."""
        written = "" if self.elements else self.own_text()
        if written and not is_number(written):
            yield no_number("Dial", written)
        caller_id = self.attrs.get("callerId")
        if caller_id is None:
            return
        if len(caller_id) > LONGEST_CALLER_ID:
            what = f"callerId of <Dial> has {len(caller_id)} characters"
            yield Fault(13248, what, f"shorten it to {LONGEST_CALLER_ID} at most")
        elif not (is_number(caller_id) or re.fullmatch(CALLER_ID, caller_id)):
            yield Fault(
                13214,
                f'callerId="{caller_id[:40]}" of <Dial> is no number and no address',
                "name a number of yours, like +14155550100, or take it out",
            )

    def answering(self) -> str:
        """With answerOnBridge the caller hears ringing until somebody answers."""
        return "never" if self.get("answer_on_bridge") else "before"

    def run(self, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Ring everybody, join the first who answers; afterwards go to the action."""
        parties = self.parties()[:MOST]
        # Sandbox choice: a noun that shares its Dial with nobody is dialled without the others.
        parties = [party for party in parties if party.name in ALONE][:1] or parties
        targets: list[Target] = []
        meeting: Join | TakeFromQueue | None = None
        notes: tuple[str, ...] = ()
        for party in parties:
            if isinstance(party, Conference | Queue):
                meeting = party.step(self, scene)
                why = f"of <Dial>: it is not for a <{party.name}>."
                notes = tuple(f"{name} {why}" for name in party.not_of_dial if name in self.attrs)
            elif isinstance(party, Party):
                target = party.target(scene)
                if target.address or target.url and party.name == "Application":
                    targets.append(target)
            else:
                yield scene.alert(party, 12200, f"<{party.name}> cannot be dialled here.")
        if not self.parties() and self.own_text():
            targets = [Target("number", self.own_text())]
        names = [target.address for target in targets] or ([meeting.name] if meeting else [])
        yield Begin("Dial", ", ".join(names), notes)
        ended = Connected("failed")
        step = self._connect(tuple(targets), scene) if targets else meeting
        if step:
            ended = yield step
            scene.answered = scene.answered or ended.bridged
        return (yield from self.afterwards(ended, scene))

    def _connect(self, targets: tuple[Target, ...], scene: Scene) -> Connect:
        return Connect(
            targets,
            caller_id=self.get("caller_id") or "",
            timeout=self.get("timeout"),
            time_limit=self.get("time_limit"),
            hangup_on_star=self.get("hangup_on_star"),
            sequential=self.get("sequential"),
            # A call that is answered already has nothing left to put off.
            answer_on_bridge=self.get("answer_on_bridge") and not scene.answered,
            taping=taping(self, scene),
            reason=self.get("call_reason") or "",
            refers=bool(self.get("refer_url")),
        )

    def afterwards(self, ended: Connected, scene: Scene) -> Generator[Step, Any, Fetch | None]:
        """Go where the called side sends the caller, to the action, or to the next verb."""
        if ended.refer_to:
            told = (("ReferTransferTarget", ended.refer_to),)
            return Fetch(scene.resolve(self.get("refer_url")), self.get("refer_method"), told)
        if ended.passed_over:
            return None
        if not self.get("action"):
            if ended.caller_left:
                scene.over = True
            return None
        action = scene.onward(self, *_outcome(ended))
        if ended.caller_left:
            # Whether Twilio asks then is not documented, only that it "always" does.
            yield from scene.ask_in_vain(action)
            return None
        return action


def _outcome(ended: Connected) -> list[tuple[str, str]]:
    """What the action is told."""
    params = [("DialCallStatus", ended.status)]
    if ended.sid:
        params.append(("DialCallSid", ended.sid))
        if ended.duration is not None:
            params.append(("DialCallDuration", str(ended.duration)))
    params.append(("DialBridged", "true" if ended.bridged else "false"))
    if ended.recording_url:
        params.append(("RecordingUrl", ended.recording_url))
    return [*params, *ended.more]
