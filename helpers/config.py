"""Settings: what the environment and the file ``.env`` say, as one frozen record.

Two things must be done on purpose before anything is sent to Twilio: the mode must be live, and
real credentials must be found. The mode is therefore never read from ``.env``, where somebody
else's project may have left it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from helpers.errors import PhoneNumberError, SettingsError
from helpers.phone_numbers import read

MODES = ("sandbox", "live")

#: The names that ``.env`` may set. All others come from the process's environment only.
IN_DOTENV = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_FROM_NUMBER",
    "MY_PHONE_NUMBER",
)

_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_KEY = re.compile(r"SK[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class Settings:
    """What a session goes by. Secrets are in no repr, nor what few set.

    *problems* are sentences about what was found and is not as it should be; in live mode what
    matters is an error instead.
    """

    mode: str = "sandbox"
    account_sid: str | None = None
    auth_token: str | None = field(default=None, repr=False)
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    from_number: str | None = None
    my_number: str | None = None
    sandbox_url: str | None = None
    sandbox_account: str | None = None
    sandbox_token: str | None = field(default=None, repr=False)
    watched: bool = False
    region: str | None = field(default=None, repr=False)
    edge: str | None = field(default=None, repr=False)
    dotenv: Path | None = field(default=None, repr=False)
    problems: tuple[str, ...] = field(default=(), repr=False)

    @property
    def live(self) -> bool:
        """Whether requests go to Twilio and cost money."""
        return self.mode == "live"

    @property
    def credentials(self) -> tuple[str, str] | None:
        """The user name and password for Twilio: an API key if there is one, else the account."""
        if self.api_key and self.api_secret:
            return self.api_key, self.api_secret
        if self.account_sid and self.auth_token:
            return self.account_sid, self.auth_token
        return None


def read_settings(
    mode: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | str | None = None,
) -> Settings:
    """Return the settings that hold now.

    *mode*, if given, wins over ``TWILIO_MODE``. *environ* stands for the process's environment
    and *folder* for its working directory, from where ``.env`` is looked for, up to the folder
    that holds the project. ``TWILIO_DOTENV=none`` keeps all files closed.

    SettingsError says which setting is missing or makes no sense, never its value if secret.
    """
    environ = os.environ if environ is None else environ
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    chosen = _mode(mode or given.get("TWILIO_MODE", "sandbox"))
    problems: list[str] = []
    file = None
    if given.get("TWILIO_DOTENV", "").lower() != "none":
        file = find_dotenv(folder)
    if file is not None:
        given = _from_file(file, problems) | given
    settings = Settings(
        mode=chosen,
        account_sid=given.get("TWILIO_ACCOUNT_SID"),
        auth_token=given.get("TWILIO_AUTH_TOKEN"),
        api_key=given.get("TWILIO_API_KEY"),
        api_secret=given.get("TWILIO_API_SECRET"),
        from_number=_number(given, "TWILIO_FROM_NUMBER", chosen, problems),
        my_number=_number(given, "MY_PHONE_NUMBER", chosen, problems),
        sandbox_url=_sandbox_url(given),
        sandbox_account=given.get("TWILIO_SANDBOX_ACCOUNT"),
        sandbox_token=given.get("TWILIO_SANDBOX_TOKEN"),
        watched=_watched(given),
        region=_label(given, "TWILIO_REGION"),
        edge=_label(given, "TWILIO_EDGE"),
        dotenv=file,
        problems=tuple(problems),
    )
    if settings.live:
        _check_live(settings)
    elif settings.sandbox_url and not (settings.sandbox_account and settings.sandbox_token):
        raise SettingsError(
            "TWILIO_SANDBOX_URL names a sandbox that runs already, but not who you are there.",
            next_step="Set TWILIO_SANDBOX_ACCOUNT and TWILIO_SANDBOX_TOKEN too; the line it"
            " printed when it started has both.",
        )
    return settings


def find_dotenv(folder: Path | str | None = None) -> Path | None:
    """Return the nearest ``.env`` from *folder* upwards, or None.

    The search ends at the folder with the project's ``pyproject.toml`` or ``.git``. Outside any
    project it does not climb at all: a file in somebody's home is not about this course.
    """
    start = Path.cwd() if folder is None else Path(folder).resolve()
    climb = [start]
    for place in (start, *start.parents):
        if place != start:
            climb.append(place)
        if (place / "pyproject.toml").is_file() or (place / ".git").exists():
            break
    else:
        climb = [start]
    return next((place / ".env" for place in climb if (place / ".env").is_file()), None)


def _from_file(file: Path, problems: list[str]) -> dict[str, str]:
    try:
        # No interpolation: a token with a dollar sign means what it says.
        found = dotenv_values(file, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        kind = "is not UTF-8 text" if isinstance(problem, UnicodeDecodeError) else "is unreadable"
        problems.append(f"{file} {kind}, so nothing was taken from it.")
        return {}
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        problems.append(f"Others on this machine can read {file}: chmod 600 {file} closes it.")
    if found.get("TWILIO_MODE"):
        problems.append(
            f"TWILIO_MODE in {file} is not looked at: set it in the environment, or write"
            ' connect(mode="live").'
        )
    values = {name: (found.get(name) or "").strip() for name in IN_DOTENV}
    return {name: value for name, value in values.items() if value}


def _mode(text: str) -> str:
    mode = text.strip().lower()
    if mode not in MODES:
        raise SettingsError(
            f"There is no mode {text!r}.",
            next_step='TWILIO_MODE is "sandbox" (nothing leaves this machine) or "live".',
        )
    return mode


def _watched(given: Mapping[str, str]) -> bool:
    # JupyterLab names the notebook there when a person opens it; nbconvert and nbval do not.
    answer = given.get("TWILIO_WATCHED", "yes" if given.get("JPY_SESSION_NAME") else "no")
    if answer.lower() not in ("yes", "no"):
        raise SettingsError(
            f"TWILIO_WATCHED is {answer!r}, which is neither yes nor no.",
            next_step="yes: somebody clicks Answer. no: the phone answers by itself.",
        )
    return answer.lower() == "yes"


def is_watched() -> bool:
    """Whether a person is there, by the environment alone; SettingsError as `read_settings`."""
    return _watched({name: value for name, value in os.environ.items() if value})


def _label(given: Mapping[str, str], name: str) -> str | None:
    """A part of a host's name, such as ``ie1`` or ``dublin``: nothing else, for a password is sent
    to the host that it names."""
    text = given.get(name)
    if text is not None and not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise SettingsError(
            f"{name} is {text!r}, which is no part of a host's name.",
            next_step="A region is written like ie1, an edge like dublin; or leave it out.",
        )
    return text


def _sandbox_url(given: Mapping[str, str]) -> str | None:
    url = given.get("TWILIO_SANDBOX_URL")
    if url is None:
        return None
    if not re.match(r"https?://[^/\s]", url):
        raise SettingsError(
            f"TWILIO_SANDBOX_URL is {url!r}, which is no web address.",
            next_step="Write it as the sandbox printed it, such as http://127.0.0.1:8900.",
        )
    return url.rstrip("/")


def _number(given: Mapping[str, str], name: str, mode: str, problems: list[str]) -> str | None:
    """Return the number *name* is set to. A bad one is an error only where it would be used."""
    if name not in given:
        return None
    try:
        return read(given[name])
    except PhoneNumberError as problem:
        if mode == "live":
            raise SettingsError(f"{name}: {problem.what}", next_step=problem.next_step) from None
        problems.append(f"{name}: {problem.what}")
        return None


def _check_live(settings: Settings) -> None:
    where = "in the environment or in the file .env"
    if not settings.account_sid:
        raise SettingsError(
            "The mode is live, but there is no account.",
            why=f"TWILIO_ACCOUNT_SID was looked for {where}.",
            next_step="Copy the Account SID and the Auth Token from the first page of"
            " https://console.twilio.com, or stay in the sandbox: TWILIO_MODE=sandbox.",
        )
    if not _SID.fullmatch(settings.account_sid):
        kind = "an API key" if _KEY.fullmatch(settings.account_sid) else "no Account SID"
        raise SettingsError(
            f"What TWILIO_ACCOUNT_SID holds is {kind}.",
            why="An Account SID is AC and 32 hexadecimal digits.",
            next_step="Copy it once more from https://console.twilio.com. An API key belongs in"
            " TWILIO_API_KEY.",
        )
    if settings.api_key and not _KEY.fullmatch(settings.api_key):
        raise SettingsError(
            "What TWILIO_API_KEY holds is no API key.",
            why="An API key's SID is SK and 32 hexadecimal digits.",
            next_step="Copy the key's SID once more, or leave it out and use TWILIO_AUTH_TOKEN.",
        )
    if settings.credentials is None:
        half = "TWILIO_API_KEY is set without TWILIO_API_SECRET. " if settings.api_key else ""
        raise SettingsError(
            "The mode is live, but there is no password for the account.",
            why=f"{half}TWILIO_AUTH_TOKEN was looked for {where}.",
            next_step="Put TWILIO_AUTH_TOKEN=... into .env (never into a cell) and close the file"
            " to others: chmod 600 .env.",
        )
