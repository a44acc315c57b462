"""A small picture from letters: `png` makes a file of it that any phone shows.

HEART = [
    ".##.##.",
    "#######",
    ".#####.",
    "...#...",
]
png(HEART)
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from helpers.errors import HelperError

SCALE = 16  # pixels of a letter
INK, PAPER = (120, 66, 18), (255, 246, 229)  # red, green, blue: the two make ten to one
MOST = 64  # letters of a row, and rows


def png(rows: Sequence[str]) -> bytes:
    """The bytes of a PNG file: a square for each letter, dark but where it is a dot or a blank.

    HelperError for what makes no picture: no rows, rows that are no text, too many of them.
    """
    listed = isinstance(rows, Sequence) and not isinstance(rows, str)
    if not listed or not all(isinstance(row, str) for row in rows):
        raise HelperError("A picture is a list of texts, one for each row.")
    wide = max(map(len, rows), default=0)
    if not 0 < wide <= MOST or len(rows) > MOST:
        raise HelperError(
            f"A picture has 1 to {MOST} rows of 1 to {MOST} letters.",
            next_step="Draw it smaller, or with at least one letter.",
        )
    lines = b""
    for row in rows:
        squares = [PAPER if letter in ". " else INK for letter in row.ljust(wide)]
        # Each line of pixels begins with the number of its filter: 0 is none.
        lines += (b"\0" + b"".join(bytes(each) * SCALE for each in squares)) * SCALE
    size = struct.pack(">IIBBBBB", wide * SCALE, len(rows) * SCALE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", _stored(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(data: bytes) -> bytes:
    """*data* as zlib has it, but not squeezed: how small it becomes differs by version.

    Source: RFC 1950 and RFC 1951, section 3.2.4.
    """
    blocks = [data[i : i + 65_535] for i in range(0, len(data), 65_535)]
    written = b"".join(
        struct.pack("<BHH", place == len(blocks), len(block), len(block) ^ 0xFFFF) + block
        for place, block in enumerate(blocks, start=1)
    )
    return b"\x78\x01" + written + struct.pack(">I", zlib.adler32(data))
