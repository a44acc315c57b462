"""Sound files that web sites send: how long they play, and what is in them.

The length of WAV, AIFF, MP3, GSM and raw mu-law is exact. The samples of WAV and mu-law can be
read; the other codings would need a decoder, and none is worth its weight here.
"""

from __future__ import annotations

import io
import struct
import wave
from typing import NamedTuple

from tinytag import TinyTag

from helpers.sandbox.sound.codings import RATE, alaw_to_pcm, ima_to_pcm, pcm, resampled

__all__ = ["as_wav", "length", "samples", "wav"]

GSM_BYTES_A_SECOND = 1_650  # 33 bytes each 20 milliseconds (GSM 06.10)
ULAW_BYTES_A_SECOND = 8_000
RAW_TYPES = {"audio/ulaw", "audio/basic"}
GSM_TYPES = {"audio/gsm", "audio/x-gsm"}
PCM, ALAW, ULAW, IMA, EXTENSIBLE = 1, 6, 7, 0x11, 0xFFFE  # codings of WAV files


class Wav(NamedTuple):
    """What a WAV file says of itself, and its data. *block* is the bytes of a frame or block."""

    coding: int
    channels: int
    rate: int
    bytes_a_second: int
    block: int
    bits: int
    data: bytes


def wav(content: bytes) -> Wav | None:
    """Read a WAV file, or None if it is none.

    Chunk by chunk: the standard library knows plain PCM only, and telephones use other codings
    too. A file that says it is longer than it is counts as long as it is.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    at, form = 12, b""
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt ":
            form = content[at : at + min(size, 40)]
        elif name == b"data":
            if len(form) < 16:
                return None
            coding, channels, rate, speed, block, bits = struct.unpack("<HHIIHH", form[:16])
            if coding == EXTENSIBLE:  # the coding itself stands further down
                coding = int.from_bytes(form[24:26], "little")
            found = Wav(coding, channels, rate, speed, block, bits, content[at : at + size])
            return found if speed else None
        at += size + size % 2
    return None


def length(content: bytes, content_type: str = "") -> float | None:
    """How long a file plays in seconds, or None if nobody can tell."""
    found = wav(content)
    if found is not None:
        return len(found.data) / found.bytes_a_second
    if content[:4] == b"RIFF":
        return None
    if content_type in RAW_TYPES:
        return len(_raw(content)) / ULAW_BYTES_A_SECOND
    if content_type in GSM_TYPES:
        return len(content) / GSM_BYTES_A_SECOND
    return _measured(content)


def _raw(content: bytes) -> bytes:
    """Mu-law without the header that a .au file puts in front of it."""
    if content[:4] == b".snd" and len(content) >= 24:
        return content[int.from_bytes(content[4:8], "big") :]
    return content


def _measured(content: bytes) -> float | None:
    """The length of an MP3 or AIFF file, by its frames."""
    name = "sound.aiff" if content[:4] == b"FORM" else "sound.mp3"
    try:
        found = TinyTag.get(filename=name, file_obj=io.BytesIO(content), tags=False)
    except Exception:  # whatever a web site calls audio may be anything
        return None
    return found.duration or None


def samples(content: bytes, content_type: str = "") -> bytes | None:
    """What is in a file, as 16-bit PCM of one channel, 8,000 samples a second; None if unreadable.

    Of several channels the first is taken.
    """
    found = wav(content)
    if found is None:
        return pcm(_raw(content)) if content_type in RAW_TYPES else None
    if found.coding == IMA and found.channels == 1:
        return resampled(ima_to_pcm(found.data, found.block), found.rate)
    width = found.bits // 8
    frame = width * found.channels
    if not 1 <= width <= 4 or not frame:
        return None
    whole = found.data[: len(found.data) // frame * frame]
    if found.coding in (ULAW, ALAW) and width == 1:
        decode = pcm if found.coding == ULAW else alaw_to_pcm
        return resampled(decode(whole[::frame]), found.rate)
    if found.coding != PCM:
        return None
    out = bytearray(2 * (len(whole) // frame))
    if width == 1:  # eight bits count from 0, with 128 in the middle
        out[1::2] = bytes((value - 128) & 0xFF for value in whole[::frame])
    else:  # the two high bytes of a sample are enough
        out[0::2] = whole[width - 2 :: frame]
        out[1::2] = whole[width - 1 :: frame]
    return resampled(bytes(out), found.rate)


def as_wav(samples: bytes) -> bytes:
    """16-bit PCM of one channel, 8,000 samples a second, as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()
