"""How a ``<say-as>`` is read: "42" as one number, as two digits, as the forty-second ...

What comes out are the words that are heard, in English, so that their number gives the time they
take. Numbers stay in figures: "21st" is one word, and what it sounds like is the voice's business.

Sources: the W3C note on say-as and the voices' own pages (Amazon Polly, Google), whose wording is
loose. What cannot be read in the way wanted is read as it stands, as they do.
"""

from __future__ import annotations

import re

__all__ = ["heard"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SIGNS = dict(
    pair.split()
    for pair in (
        *("+ plus", "- dash", "* star", "# pound", ". dot", ", comma", "@ at", "/ slash"),
        *("_ underscore", "& and", "% percent", ": colon"),
    )
)
UNITS = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*([A-Za-z%\N{DEGREE SIGN}\N{MICRO SIGN}/\d²³]+)")
TIME = re.compile(r"(?:(\d+)')?(?:(\d+(?:\.\d+)?)\")?")


def heard(text: str, kind: str, form: str = "") -> str:
    """The words heard of *text*; *kind* is what ``interpret-as`` says, *form* the ``format``."""
    text = " ".join(text.split())
    if kind in ("characters", "spell-out"):
        return " ".join(SIGNS.get(sign, sign) for sign in text if sign != " ")
    if kind in ("digits", "telephone"):
        # A telephone number is read digit by digit; its brackets and hyphens are for the eye.
        said = [SIGNS.get(sign, sign) for sign in text if sign.isalnum() or sign in "+*#"]
        return " ".join(said)
    if kind == "ordinal" and text.isdecimal():
        return _ordinal(text)
    if kind == "fraction":
        return re.sub(r"(\d+)\s*/\s*(\d+)", r"\1 over \2", text.replace("+", " and "))
    if kind == "unit":
        return UNITS.sub(r"\1 \2", text)
    if kind == "date":
        return _date(text, form)
    if kind == "time":
        return _time(text)
    return text  # cardinal, number, address: the words are the reading


def _ordinal(number: str) -> str:
    teens = number[-2:-1] == "1"
    return number + ("th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th"))


def _date(text: str, form: str) -> str:
    """A date such as 12/31/2026 with *form* "mdy": "December 31st 2026"."""
    if re.fullmatch(r"[\d?]{8}", text):  # yyyymmdd, a question mark for what is not said
        parts, form = [text[:4], text[4:6], text[6:]], "ymd"
    else:
        parts = re.findall(r"\d+", text)
        if not form and re.match(r"\d{4}\D", text):
            form = "ymd"
    form = form or "mdy"
    if len(parts) != len(form) or re.search(r"[^\W\d]", text):
        return text
    found = dict(zip(form, parts, strict=True))
    said = []
    if "?" not in (month := found.get("m", "?")):
        if not 1 <= int(month) <= 12:
            return text
        said.append(MONTHS[int(month) - 1])
    if "?" not in (day := found.get("d", "?")):
        said.append(_ordinal(str(int(day))))
    if "?" not in (year := found.get("y", "?")):
        said.append(year)
    return " ".join(said) or text


def _time(text: str) -> str:
    """A duration such as 1'21": "1 minute 21 seconds"."""
    found = TIME.fullmatch(text)
    if not text or found is None:
        return text
    minutes, seconds = found.groups()
    said = [f"{minutes} minute{'' if minutes == '1' else 's'}"] if minutes else []
    said += [f"{seconds} second{'' if seconds == '1' else 's'}"] if seconds else []
    return " ".join(said)
