"""Checks of lesson 04, send an SMS."""

from __future__ import annotations

from typing import Any

from helpers import sms
from helpers.checks import Verdict


def check_1(body: Any) -> Verdict:
    """A text of one's own that fits one segment."""
    if body is None:
        return Verdict(None, "put your text in `body`.")
    if not isinstance(body, str):
        return Verdict(False, "a text message is a string: put it in quotation marks.")
    if not body.strip():
        return Verdict(False, "the text is empty: greet somebody.")
    parts = sms.segments(body)
    if parts.count > 1:
        room = 160 if parts.encoding == "GSM-7" else 70
        return Verdict(
            False,
            f"{parts.units} characters of {parts.encoding}: that is {parts.count} segments, "
            f"{parts.units - room} too many.",
        )
    return Verdict(True, f"{parts.units} characters of {parts.encoding}, one segment.")
