"""What a web site is told of a call: the parameters of every request, and status callbacks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers import phone_numbers
from helpers.resources.base import rfc2822
from helpers.resources.call import Call
from helpers.sandbox.calls import detection

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

Pairs = list[tuple[str, str]]

#: What the network says of the end of an outbound call.
SIP_CODES = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}


def parameters(call: Call) -> Pairs:
    """The parameters that every request about a call carries."""
    pairs = [
        ("CallSid", call.sid),
        ("AccountSid", call.account_sid),
        ("From", call.from_),
        ("To", call.to),
        ("Caller", call.from_),
        ("Called", call.to),
        ("CallStatus", call.status),
        ("ApiVersion", call.api_version),
        ("Direction", call.direction),
    ]
    if call.parent_call_sid:
        pairs.append(("ParentCallSid", call.parent_call_sid))
    if call.application_sid:
        pairs.append(("ApplicationSid", call.application_sid))
    for sides, number in ((("From", "Caller"), call.from_), (("To", "Called"), call.to)):
        # A client or a SIP address is nowhere, whatever digits it has.
        country = (phone_numbers.region(number) or "") if number.startswith("+") else ""
        for side in sides:
            pairs += [(f"{side}City", ""), (f"{side}State", ""), (f"{side}Zip", "")]
            pairs.append((f"{side}Country", country))
    return pairs


async def progress(live: LiveCall, event: str, extra: Pairs | None = None) -> None:
    """Send the status callback for *event*, if it was asked for."""
    call = live.call
    if not call.status_callback or event not in call.status_callback_event:
        return
    pairs = parameters(call)
    if event == "initiated":  # a status that only callbacks know
        pairs = [(k, "initiated" if k == "CallStatus" else v) for k, v in pairs]
    if call.direction != "inbound":
        pairs += [
            ("Timestamp", rfc2822(live.clock.now())),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(call.sequence)),
        ]
        call.sequence += 1
        live.world.update(call, "sequence")
    await live.engine.tell(
        call.account_sid,
        call.status_callback,
        call.status_callback_method,
        pairs + (extra or []),
        call_sid=call.sid,
    )


def ending(call: Call) -> Pairs:
    """What the last callback adds."""
    pairs = [("CallDuration", str(call.duration or 0))]
    if call.status == "completed":
        pairs.append(("Duration", str(max(1, math.ceil((call.duration or 0) / 60)))))
    if call.direction != "inbound":
        pairs.append(("SipResponseCode", str(SIP_CODES[call.status])))
    return pairs + detection.told_of(call)
