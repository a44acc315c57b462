"""What the far end of a call says and keys: for a Gather, and for a validation call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import phone_numbers
from helpers.resources.number import OutgoingCallerId, ValidationRequest
from helpers.sandbox.audio import SECONDS_A_WORD
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.live_call import LiveCall

PAUSE = 1.0  # seconds of silence that end what is said, where nobody says how many
CODE_TRIES = 3  # how often a validation call asks for its code


async def pass_time(live: LiveCall, seconds: float, until_key: bool) -> bool:
    """Let time pass; with *until_key* a key or a word cuts it short: then True."""
    handset = live.handset
    if until_key and (handset.keys or handset.speech):
        return True
    if seconds <= 0:
        return False
    kinds = ("key", "word") if until_key else ()
    return await live.wait(seconds, *kinds) is not None


async def read(live: LiveCall, step: steps.ReadKeys) -> steps.Keys:
    """Wait for keys, or words, or both."""
    digits = ""
    while True:
        listens = step.speech and not digits  # once there are digits, words do not count
        if listens and (words := _words(live)):
            pause = PAUSE if step.speech_timeout is None else step.speech_timeout
            await live.wait(SECONDS_A_WORD * len(words.split()) + pause)
            return steps.Keys(speech=words, confidence=0.9)
        more, over = _keys(live, step, len(digits)) if step.keys else ("", "")
        digits += more
        if over or len(digits) == step.most:
            return steps.Keys(digits=digits, finished_on=over)
        kinds = ["key"] * step.keys + ["word"] * (step.speech and not digits)
        if await live.wait(step.timeout, *kinds) is None:
            return steps.Keys(digits=digits)


def _words(live: LiveCall) -> str:
    """The oldest words that nobody heard, or "". What was said before the call is told now."""
    handset = live.handset
    if not handset.speech:
        return ""
    words, told = handset.speech.pop(0)
    handset.save()
    if not told:
        live.entry("speak", words)
        live.heard("inbound", words)
    return words


def _keys(live: LiveCall, step: steps.ReadKeys, have: int) -> tuple[str, str]:
    """The keys that nobody read, as many as are wanted, and the one that ended it, or "".

    Those of before the call are told now.
    """
    handset, digits, over, early = live.handset, "", "", ""
    while handset.keys and not over and (step.most is None or have + len(digits) < step.most):
        key, told = handset.keys.pop(0)
        early += "" if told else key
        if key == step.finish:
            over = key
        else:
            digits += key
    if digits or over:
        handset.save()
    if early:
        live.entry("press", early)
    return digits, over


async def ask_for_code(live: LiveCall, request: ValidationRequest) -> bool:
    """Ask for the six digits of a validation request; whether they were keyed."""
    question = "Please enter your six-digit verification code."
    for _ in range(CODE_TRIES):
        await _say(live, question, until_key=True)
        await live.perform(steps.Begin("Gather", "6 digits"))
        keys = await read(live, steps.ReadKeys(most=6, timeout=10))
        if keys.digits == request.validation_code:
            await _say(live, "Thank you. Your number is verified.")
            return True
        await _say(live, "That is not the code.")
    return False


async def _say(live: LiveCall, text: str, until_key: bool = False) -> None:
    await live.perform(steps.Begin("Say", text))
    await live.perform(steps.Speak(text, until_key=until_key))


def caller_id(live: LiveCall, request: ValidationRequest) -> OutgoingCallerId:
    """Keep a number as verified, once."""
    if (known := live.world.verified(request.phone_number)) is not None:
        return known
    now = live.clock.now()
    verified = OutgoingCallerId(
        sid=live.world.sid("PN"),
        account_sid=live.call.account_sid,
        date_created=now,
        date_updated=now,
        friendly_name=request.friendly_name or phone_numbers.national(request.phone_number),
        phone_number=request.phone_number,
    )
    live.world.save(verified)
    return verified
