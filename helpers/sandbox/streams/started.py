"""What the API starts beside a call: streams and transcriptions as a document's Start, payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.resources.beside import BesideCall
from helpers.resources.payment import Payment
from helpers.resources.stream import Stream
from helpers.resources.transcription import RealTimeTranscription
from helpers.sandbox.calls import paying
from helpers.sandbox.streams import streaming, transcribing
from helpers.twiml import steps

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall


def begin(live: LiveCall, row: BesideCall | Payment) -> None:
    """Begin what the API asked for, while the call goes on."""
    match row:
        case Payment():
            paying.Paying(live, row)
            return
        case Stream():
            work = streaming.start(live, _stream(row), row)
        case RealTimeTranscription():
            work = transcribing.start(live, _transcribe(row), row)
        case _:
            raise TypeError(f"nothing of the kind runs beside a call: {row!r}")
    live.engine.background(live.call.account_sid, work)


def _stream(row: Stream) -> steps.OpenStream:
    return steps.OpenStream(
        row.url,
        name=row.name or "",
        track=row.track,
        parameters=tuple(row.parameters_given.items()),
        callback=row.status_callback,
        callback_method=row.status_callback_method,
    )


def _transcribe(row: RealTimeTranscription) -> steps.Transcribe:
    settings = {
        "profanityFilter": str(row.profanity_filter).lower(),
        "speechModel": row.speech_model,
        "enableAutomaticPunctuation": str(row.enable_automatic_punctuation).lower(),
        "hints": row.hints,
    }
    return steps.Transcribe(
        name=row.name or "",
        track=row.track,
        callback=row.status_callback_url,
        callback_method=row.status_callback_method,
        language=row.language_code,
        partial=row.partial_results,
        labels=(row.inbound_track_label, row.outbound_track_label),
        engine=row.transcription_engine,
        settings=tuple(settings.items()),
    )
