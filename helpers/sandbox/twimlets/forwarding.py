"""The twimlets that call somebody: forward, callme, findme, simulring, and their whisper.

They are asked twice: for the Dial, and (as its action, with ``Dial=true``) when it is over.
"""

from __future__ import annotations

from urllib.parse import quote_plus

from helpers.sandbox.twimlets.asked import Answer, Asked, digits, document, elsewhere, utter
from helpers.twiml import VoiceResponse

REACHED = ("completed", "answered")
RESTRICTED = "Sorry, you are calling from a restricted number. Good bye."


def forward(asked: Asked) -> Answer:
    """Call one number, for callers on a list if there is one."""
    if (after := _after(asked)) is not None:
        return after
    response = VoiceResponse()
    allowed = {digits(number) for number in asked.many("AllowedCallers")}
    here = {digits(asked.told("From", "Caller")), digits(asked.told("To", "Called"))}
    if allowed and not allowed & here:
        response.say(RESTRICTED)
        return document(response)
    response.dial(
        asked.setting("PhoneNumber"),
        action="/forward?Dial=true" + _fail_url(asked),
        timeout=asked.setting("Timeout") or "20",
        caller_id=asked.setting("CallerId") or None,
    )
    return document(response)


def callme(asked: Asked) -> Answer:
    """Call one number, where a voice says who calls before the two are joined."""
    if (after := _after(asked)) is not None:
        return after
    response = VoiceResponse()
    dial = response.dial(
        action="/callme?Dial=true" + _fail_url(asked), timeout=asked.setting("Timeout") or "20"
    )
    dial.number(asked.setting("PhoneNumber"), url=_whisper(asked))
    return document(response)


def simulring(asked: Asked) -> Answer:
    """Call several numbers at once; the first that answers gets the call."""
    if (after := _after(asked)) is not None:
        return after
    response = VoiceResponse()
    dial = response.dial(
        action=f"/simulring?Dial=true&FailUrl={quote_plus(asked.setting('FailUrl'))}",
        timeout=asked.setting("Timeout") or "20",
    )
    for number in sorted(asked.many("PhoneNumbers")):
        dial.number(number, url=_whisper(asked))
    return document(response)


def findme(asked: Asked) -> Answer:
    """Call several numbers, one after the other, until a person there presses a key."""
    numbers = asked.many("PhoneNumbers")
    if len(numbers) > 10:
        numbers = numbers[10:]  # the live twimlet drops the first ten, not the rest
    response = VoiceResponse()
    over = asked.has("Dial") and _reached(asked)
    if not over and not numbers and asked.told("FailUrl"):
        return elsewhere(asked.told("FailUrl"))
    if over or not numbers:
        response.hangup()
        return document(response)
    first, *rest = numbers
    settings = "".join(
        f"&{name}={quote_plus(asked.told(name))}" for name in ("FailUrl", "Timeout", "Message")
    )
    settings += "".join(f"&PhoneNumbers%5B%5D={quote_plus(number)}" for number in rest)
    dial = response.dial(
        action=f"/findme?Dial=true{settings}", timeout=asked.told("Timeout") or "60"
    )
    dial.number(first, url=_whisper(asked) + "&HumanCheck=1")
    return document(response)


def whisper(asked: Asked) -> Answer:
    """What the person called hears first. A key joins the two; with HumanCheck only a key does."""
    response = VoiceResponse()
    if asked.has("Digits"):
        if not asked.told("Digits"):
            response.hangup()
        return document(response)
    caller = "".join(f"{sign}. " for sign in asked.told("From", "Caller"))
    default = f"You are receiving a call from {caller}.  Press any key to accept."
    utter(response.gather(num_digits=1), asked.setting("Message") or default)
    if asked.told("HumanCheck"):
        response.hangup()
    return document(response)


def _after(asked: Asked) -> Answer | None:
    """The answer when the Dial is over, or None when it is still to come."""
    status = asked.told("DialCallStatus", "DialStatus")
    if not asked.has("Dial") or not status:
        return None
    fail_url = asked.told("FailUrl")
    if fail_url and not _reached(asked):
        return elsewhere(fail_url)
    response = VoiceResponse()
    response.hangup()
    return document(response)


def _reached(asked: Asked) -> bool:
    """Whether somebody was reached: a machine that presses no key, and is hung up on, is nobody."""
    status = asked.told("DialCallStatus", "DialStatus")
    return status in REACHED and asked.told("DialBridged") != "false"


def _fail_url(asked: Asked) -> str:
    url = asked.setting("FailUrl")
    return f"&FailUrl={quote_plus(url)}" if url else ""


def _whisper(asked: Asked) -> str:
    return f"whisper?Message={quote_plus(asked.told('Message'))}"
