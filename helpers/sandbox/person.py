"""What a person at a handset sees, hears and says, for a page that shows it.

A transcript tells what was said; a page that rings, speaks and records wants to know more: which
voice speaks now and for how long, the sound of the file that is played, the pictures of a text,
what became of the texts that were sent. And what a microphone takes in comes to a call here.
"""

from __future__ import annotations

import hashlib
from array import array
from typing import TYPE_CHECKING, Any

from helpers.resources.media import Media
from helpers.resources.message import Message
from helpers.resources.recording import DELETED, Recording
from helpers.sandbox.sound import sound_files
from helpers.sandbox.sound.codings import RATE, to_samples
from helpers.sandbox.sound.pieces import Piece

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall
    from helpers.sandbox.engine import Engine

#: What one request may bring of a microphone: bytes of a file, and seconds of sound.
LARGEST, LONGEST = 4_000_000, 60.0
QUIET = 200  # what no sample is louder than (of 32,767) is silence
UNTOLD = 2.0  # seconds of silence after which a voice is told of again

ARRIVED = ("delivered", "read", "undelivered", "failed")
TELEPHONE_ONLY = {"audio/basic", "audio/ulaw"}  # what no browser plays


def thread(engine: Engine, account_sid: str, number: str) -> list[dict[str, Any]]:
    """The texts a handset got and sent, in their order, with what became of each.

    ``way`` is "in", "out", or "lost" for one that never reached it; ``pictures`` are the files
    that came with it, to be had by their SIDs.
    """
    return [_text(engine, m) for m in _texts(engine, account_sid, number)]


def medium(engine: Engine, account_sid: str, number: str, sid: str) -> tuple[str, bytes] | None:
    """A file of one of its texts, with its content type."""
    found = engine.store.get(Media, None, sid)
    if found is None:
        return None
    texts = _texts(engine, account_sid, number)
    return engine.store.blob(sid) if any(m.sid == found.parent_sid for m in texts) else None


def _texts(engine: Engine, account_sid: str, number: str) -> list[Message]:
    store = engine.store
    came = store.find(Message, account_sid, to=number)
    reached = [m for m in came if m.direction != "inbound" and m.status in ARRIVED]
    sent = store.find(Message, account_sid, from_=number, direction="inbound")
    sids = engine.handset(account_sid, number).abroad
    abroad = [m for sid in sids if (m := store.get(Message, None, sid)) is not None]
    return sorted([*reached, *sent, *abroad], key=store.position)


def _text(engine: Engine, message: Message) -> dict[str, Any]:
    sent = message.direction == "inbound"
    lost = message.status in ("undelivered", "failed")
    files = engine.store.find(Media, message.account_sid, parent_sid=message.sid)
    return {
        "sid": message.sid,
        "way": "out" if sent else "lost" if lost else "in",
        "who": message.to if sent else message.from_,
        "body": message.body if message.arrived is None else message.arrived,
        "media": list(message.media_url),
        "pictures": [{"sid": f.sid, "content_type": f.content_type} for f in files],
        "status": message.status,
        "error_code": message.error_code,
        "error_message": message.error_message,
    }


# -- what is heard ------------------------------------------------------------------------------


def hearing(live: LiveCall | None) -> dict[str, Any]:
    """What goes on in a call's ear now; nothing (``{}``) while nothing does.

    ``kind`` is "words" (with ``text``, ``voice``, ``language``), "file" (``sound`` is the name its
    bytes are to be had by, or ""), "record" (with ``beep``) or "listen" (for ``keys``, for
    ``speech`` in a ``language``), the last two giving up when ``left`` seconds more are silent;
    ``id`` is another for each, and ``seconds`` how long it lasts.
    """
    if live is None or live.answered_at is None:
        return {}
    told = dict(live.ear)
    if "until" in told:
        told["left"] = round(max(0.0, told.pop("until") - live.moment()), 3)
    return told


async def sound(live: LiveCall | None, name: str) -> tuple[str, bytes] | None:
    """The file that is played to a handset now, if *name* is its name: its type and its bytes."""
    heard = hearing(live)
    if live is None or not name or heard.get("sound") != name:
        return None
    made = live.world.find(Recording, sid=name)
    if made and made[0].status != DELETED:
        return "audio/wav", await live.engine.recording_audio(made[0], 1)
    kept = live.engine.store.blob(name)
    if kept is not None and kept[0] in TELEPHONE_ONLY:
        samples = sound_files.samples(kept[1], kept[0])
        return None if samples is None else ("audio/wav", sound_files.as_wav(samples))
    return kept


# -- what is said -------------------------------------------------------------------------------


def say(live: LiveCall, content: bytes) -> None:
    """Let a call hear what a microphone took in until now: a WAV file.

    It lies where it was said, just before now. ValueError says what is wrong with the file.
    """
    found = sound_files.wav(content)
    samples = sound_files.samples(content) if found is not None else None
    if samples is None:
        raise ValueError("The sound is no WAV file that can be read: send 16-bit PCM.")
    seconds = len(samples) / 2 / RATE
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"The sound lasts {seconds:.1f} seconds; send more than 0, at most 60.")
    if _loudest(to_samples(samples)) <= QUIET:
        return
    now = live.moment()
    if now - live.voice_heard > UNTOLD:
        live.entry("speak", "(into the microphone)")
    live.voice_heard = max(now, live.voice_heard)
    account, store = live.call.account_sid, live.engine.store
    told = f"{live.call.sid} {store.last_seq(account)} {now}".encode()
    name = "voice" + hashlib.sha256(told + samples).hexdigest()[:32]
    store.save_blob(name, account, "audio/wav", sound_files.as_wav(samples))
    live.sounded("inbound", Piece("voice", round(seconds, 3), name))


def _loudest(samples: array[int]) -> int:
    return max(max(samples), -min(samples))
