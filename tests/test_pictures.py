"""A picture from letters: a PNG that its readers accept, the same bytes everywhere."""

import struct
import zlib

import pytest

from helpers.errors import HelperError
from helpers.pictures import INK, PAPER, SCALE, png


def parts(data):
    """The chunks of a PNG, by their names; each sum is checked."""
    found, place = {}, 8
    while place < len(data):
        [length] = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        [told] = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert told == zlib.crc32(kind + body)
        found[kind] = body
        place += 12 + length
    return found


def test_it_is_a_png_of_squares():
    data = png(["#.", " x"])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    found = parts(data)
    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    # Eight bits of red, green and blue; packed, filtered and in rows as every PNG without more.
    size = (2 * SCALE, 2 * SCALE)
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (*size, 8, 2, 0, 0, 0)
    pixels = zlib.decompress(found[b"IDAT"])
    first, last = bytes(INK) * SCALE, bytes(PAPER) * SCALE
    line = 1 + len(first) + len(last)
    assert pixels[:line] == b"\0" + first + last
    assert pixels[-line:] == b"\0" + last + first


def test_short_rows_are_filled_and_long_pictures_hold_together():
    assert png(["##", "#"]) == png(["##", "#."])
    assert parts(png(["#"]))[b"IHDR"][:4] == struct.pack(">I", SCALE)
    pixels = zlib.decompress(parts(png(["#" * 64] * 64))[b"IDAT"])
    assert len(pixels) == 64 * SCALE * (1 + 64 * SCALE * 3)


@pytest.mark.parametrize("rows", [[], [""], "##", 7, None, [1, 2], ["#" * 65], ["#"] * 65])
def test_what_makes_no_picture_is_said(rows):
    with pytest.raises(HelperError, match=r"A picture (is|has)"):
        png(rows)
