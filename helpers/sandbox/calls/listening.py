"""What the far end of a call says and keys: for a Gather, and for a validation call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers import phone_numbers
from helpers.resources.number import OutgoingCallerId, ValidationRequest
from helpers.sandbox.calls import callbacks
from helpers.sandbox.sound.audio import SECONDS_A_WORD
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

Prompt = steps.Speak | steps.Sound | steps.Wait

PAUSE = 1.0  # seconds of silence that end what is said, where nobody says how many
MOMENT = 0.0005  # seconds; a clock's arithmetic leaves crumbs
CONFIDENCE = 0.9  # how sure the recognition is; there is none here, so always the same
#: What the profanity filter takes for rude. Twilio's list is not published; these few show it.
RUDE = {"arse", "bastard", "bloody", "bollocks", "bugger", "crap", "damn", "shit"}
CODE_TRIES = 3  # how often a validation call asks for its code


def cut(live: LiveCall, step: Prompt) -> bool:
    """Whether a key or a word that nobody read yet cuts a step short before it begins."""
    handset = live.handset
    return bool((step.until_key and handset.keys) or (step.until_word and handset.speech))


async def pass_time(
    live: LiveCall, seconds: float, until_key: bool = False, until_word: bool = False
) -> bool:
    """Let time pass; True if a key (*until_key*) or a word (*until_word*) cut it short."""
    handset = live.handset
    if (until_key and handset.keys) or (until_word and handset.speech):
        return True
    if seconds <= 0:
        return False
    kinds = ["key"] * until_key + ["word"] * until_word
    return await live.wait(seconds, *kinds) is not None


async def read(live: LiveCall, step: steps.ReadKeys) -> steps.Keys:
    """Wait for keys, or words, or both."""
    wanted = {"keys": step.keys, "speech": step.speech, "language": step.language}
    with live.in_the_ear("listen", **wanted) as ear:
        return await _read(live, step, ear)


async def _read(live: LiveCall, step: steps.ReadKeys, ear: dict[str, Any]) -> steps.Keys:
    digits = ""
    while True:
        # Once there are digits, words do not count.
        listens = step.speech and not digits and not (step.keys and _keys_first(live))
        if listens and (words := _words(live)):
            ear.pop("until", None)  # who talks is listened to for as long as it takes
            return await _speech(live, step, words)
        more, over = _keys(live, step, len(digits)) if step.keys else ("", "")
        digits += more
        if over or len(digits) == step.most:
            return steps.Keys(digits=digits, finished_on=over)
        kinds = ["key"] * step.keys + ["word"] * (step.speech and not digits)
        ear["until"] = live.moment() + step.timeout
        if await live.wait(step.timeout, *kinds) is None:
            return steps.Keys(digits=digits)


def _keys_first(live: LiveCall) -> bool:
    """Whether, of what nobody read yet, keys were given before words."""
    return bool(live.handset.keys) and live.handset.keys_first


async def _speech(live: LiveCall, step: steps.ReadKeys, first: str) -> steps.Keys:
    """Listen on until the far end is silent; it began with the words *first*."""
    began, pause = live.moment(), PAUSE if step.speech_timeout is None else step.speech_timeout
    words = first.split()
    ends = [SECONDS_A_WORD * (i + 1) for i in range(len(words))]  # seconds from the beginning
    told = 0
    while True:
        now = round(live.moment() - began, 3)
        while step.partial and told < len(words) and ends[told] <= now + MOMENT:
            told += 1
            _tell_partial(live, step, words[:told], told - 1)
        over = min(ends[-1] + pause, step.max_speech)
        if now >= over - MOMENT:
            break
        untold = step.partial and told < len(words)
        due = min(ends[told], over) if untold else over
        if await live.wait(due - now, "word") is not None:
            now = max(ends[-1], live.moment() - began)
            more = _words(live, newest=True).split()
            ends += [now + SECONDS_A_WORD * (i + 1) for i in range(len(more))]
            words += more
    said = [word for word, end in zip(words, ends, strict=True) if end <= over + MOMENT]
    return steps.Keys(speech=_heard(step, said), confidence=CONFIDENCE)


def _heard(step: steps.ReadKeys, words: list[str]) -> str:
    """Words as the web site is told them: of a rude one it gets the first letter only."""
    if step.profanity:
        return " ".join(words)
    masked = []
    for word in words:
        bare = word.strip(".,!?")
        hidden = bare[:1] + "*" * (len(bare) - 1)
        masked.append(word.replace(bare, hidden) if bare.lower() in RUDE else word)
    return " ".join(masked)


def _tell_partial(live: LiveCall, step: steps.ReadKeys, words: list[str], number: int) -> None:
    """Tell what was heard so far. Nobody waits for the answer, and it changes nothing."""
    pairs = [
        *callbacks.parameters(live.call),
        ("SequenceNumber", str(number)),
        ("UnstableSpeechResult", _heard(step, words)),
        # Sandbox choice: nothing is called stable before all is said.
        ("StableSpeechResult", ""),
        ("Stability", str(CONFIDENCE)),
        ("Language", step.language),
    ]
    account, sid = live.call.account_sid, live.call.sid
    told = live.engine.tell(account, step.partial, step.partial_method, pairs, call_sid=sid)
    live.engine.background(account, told)


def _words(live: LiveCall, newest: bool = False) -> str:
    """The oldest words that nobody heard, or "". What was said before the call is told now.

    The *newest* are those that were said just now.
    """
    handset = live.handset
    if not handset.speech:
        return ""
    words, told = handset.speech.pop(-1 if newest else 0)
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
    verified = OutgoingCallerId.new(
        live.world,
        friendly_name=request.friendly_name or phone_numbers.national(request.phone_number),
        phone_number=request.phone_number,
    )
    live.world.save(verified)
    return verified
