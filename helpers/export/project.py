"""The files of an exported web site, and the guard over what is in the folder already.

What is written needs Twilio's own package and nothing of this one. ``pages.py`` holds the
functions, with all of the notebook that they use; ``app.py`` lets in what Twilio signed and nothing
else; the rest is what a host wants, and a first test. No secret is written, and no file that
somebody has changed since it was exported is written over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from helpers.errors import HelperError
from helpers.export.harvest import Harvest, Unfit, harvest, of_source
from helpers.serving.pages import Pages

MANIFEST = ".exported.json"  # what was written: so that a later export knows what was changed
CALLS, TEXTS = "/voice", "/sms"

#: What pages.py and app.py need, as in this project's own pyproject.toml.
NEEDED = ("starlette>=1.0,<2", "twilio>=9.8,<10", "uvicorn>=0.40,<1")

_IGNORED = ".env\n.venv/\n__pycache__/\n"
_SECRET = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])"  # an auth token
    r"|['\"](?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[0-9A-Za-z]{32}['\"]"  # the secret of an API key
    r"|(?i:token|secret|password)\w*['\"]?\s*[=:]\s*['\"](?=[^'\"]*\d)[0-9A-Za-z+/_-]{16,}['\"]"
    r"|://[^/\s'\"{}:@]+:[^/\s'\"{}@]+@"  # in an address
)
_HERE = re.compile(r"https?://(?:127\.[\d.]+|localhost|\[::1\])[^\s\"']*")
_OURS = re.compile(r"\+1500555\d{4}")


class Difference(NamedTuple):
    """What is one way in the sandbox and another way at Twilio."""

    subject: str
    here: str
    there: str


#: What to expect on the day a site goes live.
DIFFERENCES = (
    Difference(
        "address",
        "one of this machine will do",
        "Twilio refuses those (11205, 21205): a public one",
    ),
    Difference("https", "not needed", "wanted, with a certificate that is good (11235 to 11237)"),
    Difference(
        "signature",
        "made over the address that your app sees",
        "made over the public one; a proxy hides it, so `PUBLIC_URL` must be right to the letter",
    ),
    Difference(
        "trial notice",
        "a line in the transcript, no key is asked",
        "a trial's call waits for a key before your page is asked",
    ),
    Difference(
        "whom you reach",
        "every number is a simulated phone",
        "people: on trial those whose numbers are verified, later those who agreed",
    ),
    Difference("cost", "made-up money", "each segment, each minute begun, each number a month"),
    Difference(
        "time",
        "your page answers at once",
        "15 seconds at most (11200), and the caller hears silence; some hosts put apps to sleep",
    ),
    Difference("secrets", "made up, known to the session", "in the environment, nowhere else"),
    Difference(
        "registration",
        "none",
        "A2P 10DLC or toll-free verification before texts to the US arrive (30034, 30032)",
    ),
    Difference(
        "memory",
        "one process, until the kernel ends",
        "several, started anew at any time: what must last belongs in a database",
    ),
    Difference(
        "requests", "once, in order", "now and then twice, late or out of order: look at the SIDs"
    ),
    Difference(
        "people",
        "press what was planned",
        "hang up anywhere, press nothing, are understood wrongly, have a mailbox that answers",
    ),
    Difference(
        "errors",
        "`session.alerts()`",
        "the console's error log, and whatever you let watch it",
    ),
)


@dataclass(frozen=True)
class Exported:
    """What was written: *folder*, the *files* in it by name, and *notes* on this app in particular.

    ``differences`` are those that hold for every app.
    """

    folder: Path
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = field(default=DIFFERENCES, repr=False)

    def __repr__(self) -> str:
        lines = [f"{self.folder.name}: {', '.join(self.files)}"]
        return "\n".join([*lines, *(f"look at  {note}" for note in self.notes)])


def export(app: Any, folder: str | Path) -> Exported:
    """Write *app* as a project into *folder*, which is made if it is not there.

    *app* is a function of a request, a mapping of paths to such functions, a `Pages` or a
    Starlette app of plain routes; or source: a path, or text of several lines, that gives an ASGI
    app the name ``app``. Raises HelperError, and writes nothing, if something in it cannot be
    written (a secret, a session, a lambda), or if a file there was changed by somebody; and
    HelperError where the disk takes no file.
    """
    folder = Path(folder)
    try:
        found = _taken(app)
    except Unfit as problem:
        raise HelperError(problem.what, next_step=problem.next_step) from None
    written = _project(found)
    for name, text in written.items():
        if _SECRET.search(text):
            raise HelperError(
                f"What looks like a secret would stand in {name}, so nothing was written.",
                next_step='Read it where it is used, such as os.environ["TWILIO_AUTH_TOKEN"].',
            )
    _check_unchanged(folder, written)
    sums = {name: _sum(text) for name, text in written.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        (folder / MANIFEST).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise HelperError(
            f"{folder.name} cannot be written: {error.strerror or error}.",
            next_step='Choose another place: export(app, "my-shop").',
        ) from error
    return Exported(folder, tuple(written), tuple(_notes(found)))


def _taken(app: Any) -> Harvest:
    """The source of *app* with all that it needs."""
    if isinstance(app, Path) or (isinstance(app, str) and "\n" not in app.strip()):
        path = Path(app)
        if not path.is_file():
            raise Unfit(
                f"There is no file {path.name}.", "Give a function, or the path of a file that is."
            )
        return of_source(path.read_text(encoding="utf-8"), path.name)
    if isinstance(app, str):
        return of_source(app, "the text")
    if isinstance(app, Pages):
        app = app.functions
    if isinstance(app, Mapping):
        if not app:
            raise Unfit("There are no pages in it.", 'Give some: {"/voice": voice}.')
        wrong = [path for path in app if not str(path).startswith("/")]
        if wrong:
            raise Unfit(f"{wrong[0]!r} is no path of a web site.", "A path begins with /.")
    return harvest(app)


# --- the files --------------------------------------------------------------------------------


def _template(name: str) -> str:
    return (files("helpers.export") / "files" / f"{name}.txt").read_text(encoding="utf-8")


def _project(found: Harvest) -> dict[str, str]:
    """The project's files, by name."""
    paths = list(found.paths) or [CALLS]
    written = {"app.py": _template("app.py"), "pages.py": found.text}
    if found.plain:
        written["web.py"] = _template("web.py")
    settings = "".join(f"| `{name}` | {about} |\n" for name, about in found.settings.items())
    notes = "".join(f"- {note}\n" for note in _notes(found))
    differences = "\n".join(f"| {one.subject} | {one.here} | {one.there} |" for one in DIFFERENCES)
    web = "| `web.py` | makes a web app of plain functions |\n" if found.plain else ""
    written |= {
        "test_app.py": Template(_template("test_app.py")).substitute(
            paths=json.dumps(paths), **_test_parts(found)
        ),
        "requirements.txt": "\n".join([*NEEDED, *sorted(found.packages)]) + "\n",
        "Dockerfile": _template("Dockerfile"),
        "README.md": Template(_template("README.md"))
        .substitute(
            web=web,
            settings=settings,
            addresses=_addresses(found),
            differences=differences,
            notes=f"\n## To look at in this app\n\n{notes}" if notes else "",
        )
        .rstrip()
        + "\n",
        ".gitignore": _IGNORED,
        ".dockerignore": _IGNORED,
    }
    return written


def _test_parts(found: Harvest) -> dict[str, str]:
    """What the test has more where pages ask Twilio for something: settings, and no network."""
    if not found.settings:
        return {"imports": "", "more": "", "offline": ""}
    return {
        "imports": "from twilio.http.http_client import TwilioHttpClient\n"
        "from twilio.http.response import Response\n",
        "more": "".join(
            f'os.environ["{name}"] = "for this test only"\n' for name in found.settings
        ),
        "offline": "# What pages ask of Twilio is not sent: each request gets an empty answer.\n"
        'TwilioHttpClient.request = lambda *given, **more: Response(200, "{}")\n\n',
    }


def _addresses(found: Harvest) -> str:
    """What a number is to be told."""
    if found.everywhere:
        paths = [CALLS, TEXTS]
        said = ["for calls (`voice_url`)", "for texts (`sms_url`), if it answers texts"]
    else:
        paths, said = list(found.paths), ["" for _ in found.paths]
    return "\n".join(
        f"- `PUBLIC_URL{path}` {what}".rstrip() for path, what in zip(paths, said, strict=True)
    )


def _notes(found: Harvest) -> Iterator[str]:
    """What in this very app will not be as it was in the notebook."""
    yield from found.notes
    for address in sorted(set(_HERE.findall(found.text))):
        yield f"`{address}` is an address of this machine: Twilio cannot reach it."
    for number in sorted(set(_OURS.findall(found.text))):
        yield f"`{number}` is a number of the sandbox: yours is another."


# --- what is there already --------------------------------------------------------------------


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]  # 32 digits would look like a secret


def _check_unchanged(folder: Path, written: Mapping[str, str]) -> None:
    """HelperError if a file that would be written over is somebody's own work."""
    if folder.exists() and not folder.is_dir():
        raise HelperError(
            f"{folder.name} is a file, so nothing was written.",
            next_step="Name a folder that is not there yet.",
        )
    sums = _manifest(folder)
    changed = []
    for name, text in written.items():
        path = folder / name
        if path.exists():
            there = _sum(path.read_bytes().decode(errors="replace").replace("\r\n", "\n"))
            if there not in (sums.get(name), _sum(text)):
                changed.append(name)
    if changed:
        several = len(changed) > 1
        raise HelperError(
            f"{', '.join(changed)} in {folder.name} {'are' if several else 'is'} not as exported:"
            " somebody's work is in there, so nothing was written.",
            next_step=f"Export into another folder, or move {'them' if several else 'it'} away.",
        )


def _manifest(folder: Path) -> dict[str, str]:
    """The sums of an earlier export; none if it left none that can be read."""
    try:
        read = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}
