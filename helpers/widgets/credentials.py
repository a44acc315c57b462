"""Where real credentials go: a form that looks at them and, if told to, writes ``.env``.

They are only for live mode, and the sandbox never reads them. Nothing is sent to anybody here: what
can be said of a credential without Twilio is whether it has the right shape.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers import phone_numbers
from helpers.config import find_dotenv
from helpers.errors import PhoneNumberError, SettingsError
from helpers.widgets.blocks import listing, words
from helpers.widgets.forms import Answer, Button, Field, FieldError, Form, Values, call_of

HEX = "32 characters, each 0-9 or a-f"
#: The settings a form can write: field, name in the file, label, shape, what the shape is called.
SETTINGS = (
    ("account_sid", "TWILIO_ACCOUNT_SID", "Account SID", r"AC[0-9a-fA-F]{32}", f"AC and {HEX}"),
    ("auth_token", "TWILIO_AUTH_TOKEN", "Auth Token", r"[0-9a-fA-F]{32}", HEX),
    ("api_key", "TWILIO_API_KEY", "API key's SID", r"SK[0-9a-fA-F]{32}", f"SK and {HEX}"),
    (
        "api_secret",
        "TWILIO_API_SECRET",
        "API key's secret",
        r"[0-9A-Za-z]{32}",
        "32 letters and figures",
    ),
    ("from_number", "TWILIO_FROM_NUMBER", "Number of your account", "", ""),
    ("my_number", "MY_PHONE_NUMBER", "Your own phone", "", ""),
)
SECRET = ("auth_token", "api_secret")


@dataclass(frozen=True)
class Written:
    """What became of a file of settings: which *names* it got, and which of them *replaced* others.

    No value is in it.
    """

    names: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    new: bool = False

    def __str__(self) -> str:
        kind = "a new file .env" if self.new else "the file .env"
        said = f"{_and(self.names)} {'is' if len(self.names) == 1 else 'are'} in {kind} now."
        if self.replaced:
            said += f" The old value of {_and(self.replaced)} is gone."
        return f"{said} Only you can read the file (mode 0600), and git passes it over."

    __repr__ = __str__


def check_credentials(**given: str) -> dict[str, str]:
    """Return the settings for a file, by name: what was *given*, as it should be written.

    What is empty is left out. FieldError if something has a shape that no such credential has, or
    if what there is would not do: an account needs a token or a key, a key its secret. The
    sentence never holds what was given.
    """
    found = {}
    for field, name, label, shape, called in SETTINGS:
        text = given.get(field, "").strip()
        if not text:
            continue
        if not shape:
            try:
                text = phone_numbers.read(text)
            except PhoneNumberError as error:
                raise FieldError(field, f"{label}: {error.what.rstrip('.')}.") from None
        elif not re.fullmatch(shape, text):
            raise FieldError(field, f"{label} must be {called}: copy it once more.")
        found[name] = text
    if not given.get("account_sid", "").strip():
        raise FieldError(
            "account_sid", "The Account SID is missing: the console's first page has it."
        )
    if bool(given.get("api_key", "").strip()) != bool(given.get("api_secret", "").strip()):
        raise FieldError("api_secret", "An API key needs its secret, and a secret its key.")
    if not ("TWILIO_AUTH_TOKEN" in found or "TWILIO_API_KEY" in found):
        raise FieldError("auth_token", "An Auth Token, or an API key with its secret, is missing.")
    return found


def write_credentials(*, folder: Path | str | None = None, **given: str) -> Written:
    """Write credentials into ``.env``, readable by you alone; everything else in it stays.

    The file is the one that `connect(mode="live")` would find from *folder* (by default the
    working directory); if there is none it is made beside ``pyproject.toml``, or in *folder*.
    Takes ``account_sid``, ``auth_token``, ``api_key``, ``api_secret``, ``from_number`` and
    ``my_number``, as :func:`check_credentials` does, and raises what that raises; SettingsError if
    the file cannot be read or written. It is written as a whole or not at all.
    """
    settings = check_credentials(**given)
    file = find_dotenv(folder) or _home(Path.cwd() if folder is None else Path(folder)) / ".env"
    try:
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        _write(file.resolve(), _merged(old, settings))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The file .env could not be written ({type(error).__name__}); nothing was changed.",
            next_step="Look at who owns it and its folder, and whether it is text.",
        ) from None
    names = tuple(settings)
    replaced = tuple(name for name in names if _line_of(name).search(old))
    return Written(names, replaced, new=not old)


def _home(start: Path) -> Path:
    """The project's folder, so that every notebook finds the file; else *start* itself."""
    start = start.resolve()
    places = (start, *start.parents)
    return next((place for place in places if (place / "pyproject.toml").is_file()), start)


def _line_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*(?:export[ \t]+)?{name}[ \t]*=.*$\n?", re.MULTILINE)


def _merged(old: str, settings: Mapping[str, str]) -> str:
    """The old text with the lines of these settings replaced; new ones come at its end."""
    text = old
    for name in settings:
        text = _line_of(name).sub("", text)
    if text and not text.endswith("\n"):
        text += "\n"
    return text + "".join(f"{name}={value}\n" for name, value in settings.items())


def _write(file: Path, text: str) -> None:
    """Write a file in one step; its new form is closed to others before anything is in it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".env-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as new:
            os.chmod(name, stat.S_IRUSR | stat.S_IWUSR)
            new.write(text)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def credentials_form(*, folder: Path | str | None = None) -> Form:
    """A form for the credentials of a real account, which nothing here needs.

    "Look at them" says whether they have the right shape, "Write them to .env" writes them; nothing
    is written otherwise, and nothing is sent. All of it is private: none becomes part of the
    notebook.
    """
    fields = [
        Field(
            field,
            label,
            "secret" if field in SECRET else "text" if shape else "tel",
            private=True,
            variable=name,
            example={"account_sid": "AC...", "api_key": "SK..."}.get(field, ""),
            help={"api_key": "In place of the token, or beside it."}.get(field, ""),
        )
        for field, name, label, shape, _ in SETTINGS
    ]

    def look(values: Values) -> Answer:
        found = check_credentials(**values)
        said = words("These have the right shape. Nothing was sent and nothing was written.", "✓")
        # Pressing on must find what was typed: `done` would empty the fields.
        return Answer([said, listing(found)], done=False)

    def write(values: Values) -> Answer:
        written = write_credentials(folder=folder, **values)
        after = 'The sandbox never reads it: it is for connect(mode="live").'
        return Answer([words(str(written), "✓"), words(after)])

    return Form(
        "Credentials of a real account",
        fields,
        [Button("Look at them", look), Button("Write them to .env", write)],
        note="Only live mode needs them. What you type here is in no notebook and no output.",
        code=credentials_code,
    )


def credentials_code(values: Values) -> str:
    """The cell that writes the same; what is secret comes from the environment."""
    given = {field: f'os.environ.get("{name}", "")' for field, name, *_ in SETTINGS}
    call = call_of("write_credentials", given)
    return f"import os\n\nfrom helpers.widgets import write_credentials\n\n{call}"


def _and(names: tuple[str, ...]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
