"""How a text is cut into SMS: which alphabet it needs, and how many segments that makes.

A segment holds 140 octets. The GSM alphabet packs 160 characters of 7 bits into them; one
character outside it makes the whole text UCS-2, 16 bits each, 70 to a segment. Parts of a
longer text carry a header of 6 octets, which leaves 153 and 67. Twilio bills by the segment.
Source: GSM 03.38, and Twilio's pages on the SMS character limit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: What a trial account's texts begin with. It counts towards the segments.
TRIAL_PREFIX = "Sent from your Twilio trial account - "

#: The most characters that a message's body may have, and that the old SMS resource took.
MOST_CHARACTERS = 1600
MOST_CHARACTERS_THEN = 160

# The table of GSM 03.38 in the order of its codes, 0x00 to 0x7F; 0x1B, the escape that leads to
# the extension, is left out.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
#: These are an escape and a character: they count twice.
EXTENSION = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    """How a text travels: *count* segments in one *encoding*, "GSM-7" or "UCS-2".

    *units* is its length in septets or in 16-bit units, *left* how many more fit into the last
    segment before another begins, *parts* the text as it was cut.
    """

    encoding: str
    count: int
    units: int
    left: int
    parts: tuple[str, ...]


def encoding(text: str) -> str:
    """Return "GSM-7" if every character of *text* is in that alphabet, else "UCS-2"."""
    return "UCS-2" if outsiders(text) else "GSM-7"


def outsiders(text: str) -> tuple[str, ...]:
    """Return the characters that make *text* UCS-2, each once, in the order they come."""
    return tuple(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENSION))


def segments(text: str) -> Segments:
    """Cut *text* into the segments it would travel in; an empty text is one."""
    if len(text) <= 160 and BASIC.issuperset(text):  # as most are: nothing needs to be cut
        return Segments("GSM-7", 1, len(text), 160 - len(text), (text,))
    name = encoding(text)
    if name == "GSM-7":
        pieces, cost, alone, each = list(text), _septets, 160, 153
    else:
        pieces, cost, alone, each = list(_graphemes(text)), _utf16, 70, 67
    units = cost(text)
    room = alone if units <= alone else each
    parts = [text] if units <= alone else _fill(pieces, cost, room)
    return Segments(name, len(parts), units, room - cost(parts[-1]), tuple(parts))


def _septets(text: str) -> int:
    return sum(2 if c in EXTENSION else 1 for c in text)


def _utf16(text: str) -> int:
    return sum(2 if ord(c) > 0xFFFF else 1 for c in text)


def _fill(pieces: list[str], cost: Callable[[str], int], room: int) -> list[str]:
    """Put whole pieces into parts, a new part when one is full.

    A piece longer than a part, such as a letter with a hundred accents, goes in character by
    character: it cannot stay whole anyway.
    """
    parts, used = [""], 0
    for piece in pieces:
        for bit in [piece] if cost(piece) <= room else piece:
            if used + cost(bit) > room:
                parts.append("")
                used = 0
            parts[-1] += bit
            used += cost(bit)
    return parts


# What joins the character before it, beside combining marks: joiners, variation selectors (both
# are marks or listed here), skin tones, the tag letters of regional flags.
_ZWJ = "\u200d"


def _graphemes(text: str) -> Iterator[str]:
    """Yield what a reader would call characters; an emoji of many code points is one.

    This is Unicode's rule for what people write in messages (accents, emoji sequences, flags),
    not the whole of its annex 29: conjuncts of Indic scripts and Hangul letters stay single.
    """
    cluster = ""
    for char in text:
        if cluster and _joins(cluster, char):
            cluster += char
        else:
            if cluster:
                yield cluster
            cluster = char
    if cluster:
        yield cluster


def _joins(cluster: str, char: str) -> bool:
    code = ord(char)
    if cluster[-1] in "\r\n":
        return False
    if char == _ZWJ or unicodedata.category(char) in ("Mn", "Me", "Mc"):
        return True
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return True
    if cluster[-1] == _ZWJ:
        return unicodedata.category(char) == "So"
    # Two regional indicators are a flag; a third begins another.
    return len(cluster) == 1 and _is_indicator(cluster) and _is_indicator(char)


def _is_indicator(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


# -- smart encoding -----------------------------------------------------------------------------

# What Twilio's Smart Encoding may do to a text: a look-alike of the GSM alphabet for a character
# outside it. The table is ours, made of what Twilio's page names (quotation marks, dashes, blanks,
# fractions, wide letters ...); where one stands for several blanks in Twilio's, ours keeps one.
_LOOK_ALIKES = {  # by their code points: in print they look alike
    '"': "00AB 00BB 201C 201D 201E 201F 275D 275E 2033 2036 02BA 3003",
    "'": "2018 2019 201B 275B 275C 2032 2035 02B9 02BB 02BC 02BD 02C8 02CA 02CB 0060 00B4 A78C",
    ",": "201A 3001",
    "-": "2010 2011 2012 2013 2014 2015 2212 2043 2022 02D7 FE63",
    "...": "2026",
    "<": "2039 3008",
    ">": "203A 3009",
    "!": "01C3",
    "/": "2044 2215 00F7",
    "*": "2217 204E 2605",
    "|": "2223 00A6",
    "~": "02DC 223C 301C",
    "^": "02C6 2038",
    "_": "02CD",
    "1/4": "00BC",
    "1/2": "00BD",
    "3/4": "00BE",
    "1/3": "2153",
    "2/3": "2154",
    "(c)": "00A9",
    "(R)": "00AE",
    "TM": "2122",
    " ": "0009 00A0 1680 2000 2001 2002 2003 2004 2005 2006 2007 2008 2009 200A 202F 205F "
    "3000 2028 2029",
    "": "200B 200C 2060 FEFF 00AD 180E",
}
_SMART = {int(code, 16): plain for plain, codes in _LOOK_ALIKES.items() for code in codes.split()}
# Letters, digits and signs as wide as a Chinese one: each stands 0xFEE0 behind the plain one.
_SMART |= {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}


def smart(text: str) -> str:
    """Return *text* with look-alikes for characters that would make it UCS-2, where there are some.

    What has none, such as an emoji, stays.
    """
    return text.translate(_SMART)
