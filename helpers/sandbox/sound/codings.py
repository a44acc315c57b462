"""How sound is written as bytes: 16-bit samples, and what telephones make of them.

PCM here is 16 bits a sample, low byte first, one channel. A telephone line carries 8 bits a
sample, mu-law or A-law (ITU-T G.711); files may also hold IMA ADPCM, four bits a sample.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache
from itertools import accumulate, pairwise

__all__ = [
    "RATE",
    "alaw_to_pcm",
    "ima_to_pcm",
    "pcm",
    "resampled",
    "to_bytes",
    "to_samples",
    "ulaw",
]

RATE = 8_000  # samples a second: what a telephone line carries


def to_samples(pcm: bytes) -> array[int]:
    """The samples of 16-bit PCM as numbers; half a sample at the end is left out."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def to_bytes(samples: array[int]) -> bytes:
    """Numbers as 16-bit PCM."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def ulaw(pcm: bytes) -> bytes:
    """Code 16-bit PCM as mu-law: a byte a sample."""
    # Two bytes name one of 65,536 samples, and the table has the answer for each.
    table = _ulaw_table()
    return bytes(map(table.__getitem__, array("H", to_samples(pcm).tobytes())))


def pcm(ulaw: bytes) -> bytes:
    """Turn mu-law into 16-bit PCM again."""
    return _widened(ulaw, _ulaw_decoded())


def alaw_to_pcm(alaw: bytes) -> bytes:
    """Turn A-law into 16-bit PCM."""
    return _widened(alaw, _alaw_decoded())


def _widened(coded: bytes, tables: tuple[bytes, bytes]) -> bytes:
    low, high = tables
    out = bytearray(2 * len(coded))
    out[0::2] = coded.translate(low)
    out[1::2] = coded.translate(high)
    return bytes(out)


def _split(values: list[int]) -> tuple[bytes, bytes]:
    return bytes(v & 0xFF for v in values), bytes((v >> 8) & 0xFF for v in values)


@cache
def _ulaw_table() -> bytes:
    """The mu-law byte of every 16-bit sample, negative ones in the upper half."""
    codes = []
    for magnitude in range(8193):  # G.711 looks at 14 bits
        biased = min(magnitude, 8158) + 33
        segment = max(0, biased.bit_length() - 6)
        codes.append((segment << 4) | ((biased >> (segment + 1)) & 0x0F))
    positive = b"".join(bytes([code ^ 0xFF]) * 4 for code in codes[:8192])
    negative = b"".join(bytes([code ^ 0x7F]) * 4 for code in reversed(codes[1:]))
    return positive + negative


@cache
def _ulaw_decoded() -> tuple[bytes, bytes]:
    values = []
    for byte in range(256):
        code = byte ^ 0xFF
        magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
        values.append(-magnitude if code & 0x80 else magnitude)
    return _split(values)


@cache
def _alaw_decoded() -> tuple[bytes, bytes]:
    values = []
    for byte in range(256):
        code = byte ^ 0x55
        segment, magnitude = (code >> 4) & 7, ((code & 0x0F) << 4) + 8
        if segment:
            magnitude = (magnitude + 0x100) << (segment - 1)
        values.append(magnitude if code & 0x80 else -magnitude)
    return _split(values)


_IMA_INDEX = (-1, -1, -1, -1, 2, 4, 6, 8)


@cache
def _ima_steps() -> tuple[int, ...]:
    """The 89 step sizes: each about a tenth more than the one before."""
    first = (7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55)
    more = (60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307)
    most = (337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411)
    last = (1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358)
    top = (5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500)
    return (*first, *more, *most, *last, *top, 20350, 22385, 24623, 27086, 29794, 32767)


def ima_to_pcm(data: bytes, block: int) -> bytes:
    """Turn IMA ADPCM of one channel, in blocks of *block* bytes as WAV files have it, into PCM."""
    steps, out = _ima_steps(), array("h")
    for start in range(0, len(data) - 3, max(4, block)):
        piece = data[start : start + max(4, block)]
        value = int.from_bytes(piece[:2], "little", signed=True)
        index = min(piece[2], 88)
        out.append(value)
        for byte in piece[4:]:
            for nibble in (byte & 0x0F, byte >> 4):
                step = steps[index]
                change = step >> 3
                if nibble & 4:
                    change += step
                if nibble & 2:
                    change += step >> 1
                if nibble & 1:
                    change += step >> 2
                value = value - change if nibble & 8 else value + change
                value = max(-32768, min(32767, value))
                index = max(0, min(88, index + _IMA_INDEX[nibble & 7]))
                out.append(value)
    return to_bytes(out)


def resampled(pcm: bytes, rate: int) -> bytes:
    """16-bit PCM of *rate* samples a second at the rate of a telephone.

    Each new sample is the mean of those it stands for, so that high tones do not come back as
    low ones.
    """
    if rate == RATE or rate <= 0:
        return pcm
    samples = to_samples(pcm)
    count = len(samples) * RATE // rate
    if rate < RATE:
        return to_bytes(array("h", [samples[i * rate // RATE] for i in range(count)]))
    sums = [0, *accumulate(samples)]
    edges = [i * rate // RATE for i in range(count + 1)]
    means = [(sums[b] - sums[a]) // (b - a) for a, b in pairwise(edges)]
    return to_bytes(array("h", means))
