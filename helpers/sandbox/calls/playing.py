"""What a call plays to its far end: words, files, keys.

Files are fetched as Twilio fetches them: nothing about the call is told, 5 MB at most, and what
the site allows to be kept (``Cache-Control: max-age``) is not asked for again in this call.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpers.resources.recording import DELETED, Recording
from helpers.sandbox.actors import Interrupted
from helpers.sandbox.calls import listening
from helpers.sandbox.sound import pieces, sound_files
from helpers.sandbox.web.webhooks import MEDIA_LIMIT, Reply
from helpers.twiml import steps
from helpers.twiml.interpreter import AUDIO_TYPES

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

# What sites call the same things, beside the names in the reference.
MORE_TYPES = {"audio/mp3", "audio/basic", "audio/x-mpeg", "audio/mpeg3"}
GAPS = {"w": 0.5, "W": 1.0}  # seconds


@dataclass(frozen=True, slots=True)
class File:
    """A sound that was fetched. *until* is the second of the call's clock it may be kept to.

    Its *body* is there only if somebody keeps or hears the sound of the call, and until it was
    played: then
    the store has it under *name*. A thousand calls may play at once.
    """

    seconds: float
    body: bytes = b""
    content_type: str = ""
    recording: str = ""
    until: float = 0.0
    name: str = ""


async def speak(live: LiveCall, step: steps.Speak) -> bool | None:
    """Say the words of a step."""
    if listening.cut(live, step):
        return True
    live.heard("outbound", step.text, *pieces.of_speech(step))
    manner = {"voice": step.voice, "language": step.language, "seconds": step.seconds}
    with live.in_the_ear("words", text=step.text, **manner):
        return await _sounding(live, step.seconds, step)


async def play(live: LiveCall, step: steps.Sound) -> bool | None:
    """Play a file; False, and an alert, if it cannot be played."""
    if not step.fetched or step.url not in live.files:
        await load(live, step.url)
    file = live.files[step.url]
    if file is None:
        return False
    if listening.cut(live, step):
        return True
    piece = piece_of(live, file)
    if file.body:
        live.files[step.url] = replace(file, body=b"", name=piece.text)
    live.sounded("outbound", piece)
    with live.in_the_ear("file", sound=piece.text, seconds=file.seconds):
        return await _sounding(live, file.seconds, step)


async def send(live: LiveCall, digits: str) -> None:
    """Send keys to whoever is at the far end."""
    for key in digits:
        if key in GAPS:
            await live.wait(GAPS[key])
            continue
        live.pressed("outbound", key)
        if live.far is not None and not live.far.over:
            live.far.press(key, heard=False)  # that was the line before


def beep(live: LiveCall) -> None:
    """Sound a beep. It takes no time, as a key takes none."""
    live.sounded("outbound", pieces.BEEP)


async def _sounding(live: LiveCall, seconds: float, step: steps.Speak | steps.Sound) -> bool | None:
    try:
        cut = await listening.pass_time(live, seconds, step.until_key, step.until_word)
    except (Interrupted, asyncio.CancelledError):
        live.hush("outbound")
        raise
    if cut:
        live.hush("outbound")
    return cut or None


# -- files --------------------------------------------------------------------------------------


async def load(live: LiveCall, url: str, code: int = 13420) -> None:
    """Fetch a file into ``live.files``, unless it is there and may be kept; None if unusable."""
    kept = live.files.get(url)
    # A file that was fetched before somebody began to record has nothing to be recorded.
    usable = kept is not None and (kept.body or kept.name or not _wanted(live))
    if kept is not None and usable and live.moment() < kept.until:
        return
    live.files[url] = _own_recording(live, url) or await _fetched(live, url, code)


async def _fetched(live: LiveCall, url: str, code: int) -> File | None:
    ask = live.engine.ask(
        live.call.account_sid,
        url,
        "GET",
        (),
        call_sid=live.call.sid,
        cookies=live.cookies,
        limit=MEDIA_LIMIT,
    )
    reply = await live.during(ask)
    wrong = reply.failed
    if wrong is None and reply.content_type not in AUDIO_TYPES | MORE_TYPES:
        where = "<Play> inside <Gather>" if code == 13325 else "<Play>"
        text = (
            f"{where}: {reply.content_type or 'no Content-Type'} is no audio; "
            "send the file as audio/mpeg, audio/wav or the like"
        )
        wrong = (code, text)
    if wrong is not None:
        live.alert(*wrong, request_url=url, request_method="GET", reply=reply)
        return None
    seconds = sound_files.length(reply.body, reply.content_type)
    # What cannot be measured counts a second.
    seconds = 1.0 if seconds is None else round(seconds, 3)
    until = live.moment() + _may_be_kept(reply)
    body = reply.body if _wanted(live) else b""
    return File(seconds, body, reply.content_type, until=until)


def _wanted(live: LiveCall) -> bool:
    """Whether anybody wants the sound of a file, and not only its length."""
    return live.kept_by_somebody() or live.watched()


def _may_be_kept(reply: Reply) -> float:
    """For how many seconds the site lets a file be kept without asking again."""
    said = reply.headers.get("cache-control", "").lower()
    age = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", said)
    if age is None or re.search(r"\bno-(store|cache)\b", said):
        return 0.0
    return float(age[1])


def _own_recording(live: LiveCall, url: str) -> File | None:
    """The recording that a RecordingUrl of this sandbox names."""
    base = live.engine.base_url
    if not base or not url.startswith(base + "/"):
        return None
    sid = urlsplit(url).path.rsplit("/", 1)[-1].split(".")[0]
    found = live.world.find(Recording, sid=sid)
    if not found or found[0].status == DELETED:
        return None
    return File(float(found[0].duration or 0), recording=sid)


def piece_of(live: LiveCall, file: File) -> pieces.Piece:
    """A file as a piece; its content is kept, where somebody wants the sound of this call."""
    if file.recording:
        return pieces.Piece("recording", file.seconds, file.recording)
    if not file.body:
        return pieces.Piece("file", file.seconds, file.name)
    account = live.call.account_sid
    name = "sound" + hashlib.sha256(account.encode() + file.body).hexdigest()[:32]
    store = live.engine.store
    if store.blob(name) is None:
        store.save_blob(name, account, file.content_type, file.body)
    return pieces.Piece("file", file.seconds, name)
