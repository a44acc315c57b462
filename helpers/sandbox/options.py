"""What a sandbox is started with, checked before anything starts."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from helpers import phone_numbers
from helpers.clock import KINDS, START
from helpers.errors import SandboxError
from helpers.resources.short_code import is_short_code

ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"  # made up, good nowhere else
NUMBER = "+15005550006"
VERIFIED = "+14155550100"
MOST = 1_000_000  # of whatever a limit counts
TYPES = {"trial": "Trial", "full": "Full", "test": "Test"}
FIRST_TYPES = ("trial", "full")  # the first account must be able to do things


@dataclass(frozen=True)
class Options:
    """The options of ``python -m helpers.sandbox``; None means that nobody said.

    *accounts* are further accounts as ``(sid, token, type)``; the type ``test`` makes test
    credentials. *webhook_timeout* is in real seconds. *rate*, *concurrency* and *daily_messages*
    limit what each account may ask for (`limits`). Those and the other settings of one run may
    differ from start to start on the same data file.
    Raises SandboxError, in one sentence, for a value that makes no sense.
    """

    host: str = "127.0.0.1"
    port: int = 0
    data: str = ":memory:"
    clock: str = "real"
    account_sid: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    type: str | None = None
    numbers: tuple[str, ...] | None = None
    verified: tuple[str, ...] | None = None
    accounts: tuple[tuple[str, str, str], ...] | None = field(default=None, repr=False)
    allow_hosts: tuple[str, ...] = ()
    webhook_timeout: float = 15.0
    rate: int | None = None
    concurrency: int | None = None
    daily_messages: int | None = None
    seed: str | None = None
    start: str | None = None

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise SandboxError("The host is empty.", next_step="Leave --host out, or name one.")
        if not self.data.strip():
            raise SandboxError(
                "The data file has no name.", next_step="Leave --data out, or name it."
            )
        if self.clock not in KINDS:
            raise SandboxError(f"A clock is one of {', '.join(KINDS)}, not {self.clock!r}.")
        if not 0 <= self.port <= 65535:
            raise SandboxError(f"{self.port} is no port: it is 0 (any free one) to 65535.")
        if not 0 < self.webhook_timeout <= 600:
            raise SandboxError("The webhook timeout is more than 0 and at most 600 seconds.")
        for name, what in (
            ("rate", "requests a second"),
            ("concurrency", "requests at once"),
            ("daily_messages", "messages a day"),
        ):
            given = getattr(self, name)
            if given is not None and not 1 <= given <= MOST:
                raise SandboxError(
                    f"--{name.replace('_', '-')} is a number of {what}, 1 to {MOST}, not {given}."
                )
        first = self.account_sid, self.auth_token, self.type
        if self.type is not None and self.type not in FIRST_TYPES:
            raise SandboxError(f"The first account's type is trial or full, not {self.type!r}.")
        defaults = ACCOUNT_SID, AUTH_TOKEN, "trial"
        seen: set[str] = set()
        for sid, token, kind in [
            tuple(d if given is None else given for given, d in zip(first, defaults, strict=True)),
            *(self.accounts or ()),
        ]:
            _check_account(sid, token, kind)
            if sid in seen:
                raise SandboxError(
                    f"The account {sid} is there already: each has a SID of its own."
                )
            seen.add(sid)
        numbers = [n for n in self.numbers or () if not is_short_code(n)]
        for number in (*numbers, *(self.verified or ())):
            if not phone_numbers.is_e164(number):
                raise SandboxError(f"A number looks like +14155550100, not {number!r}.")
        for named in (self.numbers, self.verified):
            if named and len(set(named)) < len(named):
                raise SandboxError(f"A number is named twice: {', '.join(named)}.")
        if self.start is not None:
            moment(self.start)

    def world(self) -> dict[str, Any]:
        """What the first start writes into the data file, nothing left open."""
        start = moment(self.start) if self.start else START
        return {
            "account_sid": self.account_sid or ACCOUNT_SID,
            "auth_token": self.auth_token or AUTH_TOKEN,
            "type": self.type or "trial",
            "numbers": list(self.numbers if self.numbers is not None else (NUMBER,)),
            "verified": list(self.verified if self.verified is not None else (VERIFIED,)),
            "accounts": [list(account) for account in self.accounts or ()],
            "seed": self.seed if self.seed is not None else "sandbox",
            "start": start.isoformat(),
        }

    def contradictions(self, world: dict[str, Any]) -> list[str]:
        """The options that were given and differ from what a data file holds."""
        mine, given = self.world(), asdict(self)
        if given["start"] == "now":
            given["start"] = None  # it was, once, and the clock went on from there
        return [name for name in mine if given[name] is not None and mine[name] != world.get(name)]


def moment(text: str) -> datetime:
    """The moment an option names: ISO 8601, or ``now``."""
    if text == "now":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise SandboxError(
            f"A start is a moment such as 2026-01-05T09:00:00Z, or now; not {text!r}."
        ) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not 1970 <= found.year < 3000:
        raise SandboxError("A start is a moment of the years 1970 to 2999.")
    return found.astimezone(UTC)


def _check_account(sid: str, token: str, kind: str) -> None:
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", sid):
        raise SandboxError(f"An Account SID is AC and 32 hexadecimal digits, not {sid!r}.")
    if not re.fullmatch(r"[!-9;-~]{8,64}", token):
        raise SandboxError(f"The auth token of {sid} must be 8 to 64 characters without a colon.")
    if kind not in TYPES:
        raise SandboxError(f"An account's type is trial, full or test, not {kind!r}.")
