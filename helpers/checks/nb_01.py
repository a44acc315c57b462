"""Checks of lesson 01, create an account and keep its token secret."""

from __future__ import annotations

import contextlib
import io
import os
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helpers.checks.attempt import function, outcome
from helpers.checks.quiz import Question
from helpers.checks.verdict import Gap, Verdict, not_tried, not_yet, right
from helpers.config import Settings, read_settings
from helpers.errors import SettingsError
from helpers.prices import ITEMS, PRICES_2026

KEEP = "keep(folder, account_sid, auth_token)"
ACCOUNT, TOKEN = "AC" + "3" * 32, "4" * 32  # made up
OTHERS = 0o077  # bits of a file's mode
SHOP = {"texts": 600, "minutes_in": 200, "numbers": 1}
PAYS = sum(PRICES_2026.prices[item] * count for item, count in SHOP.items())


def check_1(keep: Any) -> Verdict:
    """A function that leaves the credentials in a closed file, and shows nothing."""
    function(keep, KEEP)
    screen = io.StringIO()
    with TemporaryDirectory() as name:
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            outcome(keep, KEEP, Path(name), ACCOUNT, TOKEN)
        file = Path(name) / ".env"
        if not file.is_file():
            left = sorted(one.name + "/" * one.is_dir() for one in Path(name).iterdir())
            return not_yet(
                f"there is no file .env in the folder, but {', '.join(left) or 'nothing'}.",
                'It goes to Path(folder) / ".env".',
            )
        found = _settings(name)
        mode = file.stat().st_mode
    if found.account_sid != ACCOUNT:
        return not_yet(
            "a program that reads the file does not find the Account SID.",
            "Write a line TWILIO_ACCOUNT_SID=, with the SID behind it.",
        )
    if found.auth_token != TOKEN:
        return not_yet(
            "a program that reads the file does not find the Auth Token.",
            "Write a line TWILIO_AUTH_TOKEN=, with the token behind it.",
        )
    if os.name == "posix" and mode & OTHERS:
        return not_yet(
            f"others on this machine can open the file: its mode is {mode & 0o777:o}.",
            "Close it before you fill it: file.chmod(0o600).",
        )
    if TOKEN in screen.getvalue():
        return not_yet("the token is on the screen.", "Take the print out.")
    return right("a program finds both credentials, you can read them, and nobody else.")


def _settings(folder: str) -> Settings:
    """What `connect` would read there; Gap if that cannot be read."""
    try:
        return read_settings(folder=folder, environ={})
    except SettingsError as problem:
        raise Gap(f"the file cannot be used: {problem.what}") from problem


def check_2(month: Any) -> Verdict:
    """What the shop pays: 600 segments, 200 minutes that come in, one number."""
    if month is None:
        return not_tried("put what `estimate` gives into `month`.")
    if isinstance(month, int | float | Decimal) and not isinstance(month, bool):
        if f"{month:.2f}" == f"{PAYS:.2f}":
            return right(f"{PAYS:.2f} dollars.")
        return not_yet(f"{month} dollars is not the sum.", "Let estimate(...) work it out.")
    if not hasattr(month, "lines") or not hasattr(month, "prices"):
        return not_yet(f"`month` is {month!r:.40}, no estimate.", "Write month = estimate(...).")
    counted = {line.item: line.count for line in month.lines}
    for item in ITEMS:
        count, rightly = counted.get(item, 0), SHOP.get(item, 0)
        if count != rightly:
            return not_yet(
                f"{ITEMS[item][0]}: you have {count}, not {rightly}.", HELP.get(item, "")
            )
    if month.prices != PRICES_2026:
        return not_yet(f"these are the prices of {month.prices.name}.", "Leave prices= out.")
    return right(f"{month.total} dollars a month.")


HELP = {
    "texts": "300 texts of two segments: it is segments that are paid.",
    "minutes_in": "The calls come in.",
    "minutes_out": "The calls come in: that is minutes_in.",
    "numbers": "The shop rents one local number.",
}

#: Where each objective is practised.
PRACTISED = ("quiz 1", "quiz 2", "ex1", "quiz 3", "ex2")

QUIZ = (
    Question(
        "Your trial texts a customer who knows nothing of Twilio. What happens?",
        a=(
            "It arrives, with a sentence in front.",
            "That is how texts to verified numbers arrive.",
        ),
        b=(
            "It is refused: the customer's number is not verified.",
            "A trial reaches verified numbers only. After the upgrade it reaches everybody.",
        ),
        c=(
            "It arrives, and is paid from the credit.",
            "Credit does not help: the rule comes first.",
        ),
        right="b",
    ),
    Question(
        "A program of a colleague's is to send texts from your account. What do you hand over?",
        a=(
            "An API key made for it, with its secret.",
            "It can be taken back without touching anything else.",
        ),
        b=(
            "The Auth Token.",
            "It opens everything, and to take it back you must move all programs.",
        ),
        c=(
            "The Account SID: it is no secret.",
            "True, and so it proves nothing: the answer is 20003.",
        ),
        right="a",
    ),
    Question(
        "A request that worked yesterday gets 20003. What does that tell you?",
        a=("The SID is wrong.", "It may be; the answer does not say which half it is."),
        b=(
            "The account has no money left.",
            "That has other codes; this one is about who you are.",
        ),
        c=(
            "SID and token do not belong together, or the token was renewed.",
            "So copy both again, from one page.",
        ),
        right="c",
    ),
)
