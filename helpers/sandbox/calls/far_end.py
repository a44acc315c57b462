"""What is done to the far end of a call beside talking: hand it over (Refer), repeat it (Echo)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import phone_numbers
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.handsets import AUTO_ANSWER
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

RINGS = 30.0  # seconds a SIP device lets the new call ring
TAKEN = 202  # what a simulated SIP device answers when it is asked to call somebody else
RINGING = 180

# How the new call goes: by the mode of the handset it reaches. It does not go through us, so
# nobody can answer it by hand.
OUTCOMES = {
    "auto": (AUTO_ANSWER, "in-progress", 200),
    "manual": (AUTO_ANSWER, "in-progress", 200),
    "busy": (0.0, "busy", 486),
    "decline": (AUTO_ANSWER, "busy", 486),
    "no-answer": (RINGS, "no-answer", 487),
    "off": (RINGS, "no-answer", 487),
}


async def transfer(live: LiveCall, address: str) -> steps.Transferred | None:
    """Ask the SIP device at the far end to call *address*; None where there is no such device."""
    call = live.call
    if not (call.from_ if call.direction == "inbound" else call.to).startswith(("sip:", "sips:")):
        return None
    reached = phone_numbers.address_of(address)
    mode = live.engine.handset(call.account_sid, reached).mode
    seconds, status, code = OUTCOMES[mode]
    try:
        await live.wait(seconds)
    except Interrupted as stop:
        if stop.signal.kind != "hangup":
            raise
        live.gone = True
        return steps.Transferred("canceled", TAKEN, RINGING, caller_left=True)
    return steps.Transferred(status, TAKEN, code)


async def repeat(live: LiveCall) -> None:
    """Play back what the far end says, when it has said it, until it hangs up."""
    with live.listening():
        while True:
            signal = await live.wait(None, "live_key", "words")
            if signal is None:
                return
            said = str(signal.value)
            if signal.kind == "words":
                await live.wait(SECONDS_A_WORD * len(said.split()))
            live.entry("Echo", said)
            if signal.kind == "words":
                live.heard("outbound", said)
