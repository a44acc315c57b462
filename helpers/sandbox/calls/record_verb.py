"""What a Record does: beep, record the far end, and write down what it said.

Nothing is recognised for that: what a person here says are words already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.resources.recording import Recording
from helpers.resources.transcription import Transcription
from helpers.sandbox.actors import Actor, Interrupted
from helpers.sandbox.calls import beforehand, callbacks, playing, recording
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall
    from helpers.sandbox.calls.recording import Tape

# Seconds; what is not longer than the first or longer than the second is not transcribed (13617).
# The reference says "shorter than 120"; but as long as that is what it lets a Record be.
SHORTEST, LONGEST = 2, 120


async def record(live: LiveCall, step: steps.RecordCaller) -> steps.Recorded:
    """Record what the caller says, until a key, silence, the limit or the end."""
    if step.beep:
        playing.beep(live)
    tape = await recording.begin(
        live,
        "RecordVerb",
        callback=step.callback,
        method=step.callback_method,
        events=tuple(step.callback_events),
    )
    ended_by = ""
    try:
        with live.in_the_ear("record", beep=step.beep, seconds=float(step.max_length)) as ear:
            ended_by = await _listen(live, step, tape, ear)
    except Interrupted as stop:
        if stop.signal.kind != "hangup":
            await recording.end(live, tape)
            raise
        ended_by, live.gone = "hangup", True
    if not tape.over and not ended_by:
        live.alert(16102, "nothing was said, so no recording was kept", level="warning")
        await recording.end(live, tape, 0)
        return steps.Recorded("", "", 0, silent=True)
    if not tape.seconds() and not tape.over:
        live.alert(16101, "the recording ended as it began, so none was kept", level="warning")
        await recording.end(live, tape, 0)
        return steps.Recorded("", "", 0, ended_by)
    words = tape.words()
    seconds = tape.trimmed() if step.trim == "trim-silence" else tape.seconds()
    await recording.end(live, tape, max(1.0, seconds))
    made = tape.recording
    duration = made.duration or 0
    if step.transcribe:
        _transcribe(live, step, made, words)
    return steps.Recorded(made.sid, recording.url(live, made), duration, ended_by)


async def _listen(live: LiveCall, step: steps.RecordCaller, tape: Tape, ear: dict[str, Any]) -> str:
    """Wait until the recording is to end; returns the key that ended it, or ""."""
    with live.listening():
        if beforehand.waiting(live, keys=False):
            beforehand.act(live, keys=False)
        while True:
            quiet = [tape.said + step.timeout] if step.timeout else []
            left = round(min([step.max_length, *quiet]) - tape.seconds(), 3)
            if left <= 0:
                return ""
            ear["until"] = live.moment() + left
            # Another call at the far end speaks without a signal: so it is reckoned again.
            signal = await live.wait(left, "live_key", "words")
            if signal is not None and signal.kind == "live_key" and signal.value in step.finish:
                tape.forget_keys()
                return str(signal.value)


def _transcribe(live: LiveCall, step: steps.RecordCaller, made: Recording, words: str) -> None:
    """Have *words* written down, beside the call."""
    duration = made.duration or 0
    if not SHORTEST < duration <= LONGEST:
        text = f"{duration} s are not transcribed: it takes more than {SHORTEST}, at most {LONGEST}"
        live.alert(13617, text, level="warning")
        return
    written = Transcription.new(live.world, duration=duration, recording_sid=made.sid)
    live.world.save(written)
    work = _written(live, written, words, step.transcribe_callback, recording.url(live, made))
    live.engine.background(made.account_sid, work)


async def _written(
    live: LiveCall, written: Transcription, words: str, callback: str, url: str
) -> None:
    """Be done after as long as it took to say the words, and tell so."""
    await Actor(live.clock).wait(float(written.duration or 0))
    written.status, written.transcription_text = "completed", words
    written.date_updated = live.clock.now()
    live.world.update(written, "status", "transcription_text", "date_updated")
    if not callback:
        return
    pairs = [
        *callbacks.parameters(live.call),
        ("TranscriptionSid", written.sid),
        ("TranscriptionText", words),
        ("TranscriptionStatus", written.status),
        ("TranscriptionUrl", f"{live.engine.base_url}{written.uri.removesuffix('.json')}"),
        ("TranscriptionType", written.type),
        ("RecordingSid", written.recording_sid),
        ("RecordingUrl", url),
    ]
    await live.engine.tell(written.account_sid, callback, "POST", pairs, call_sid=live.call.sid)
