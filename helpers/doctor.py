"""Say what is wrong with this machine's set-up, and how to mend it: `python -m helpers.doctor`.

One line per subject, `ok` or `problem`, and under each problem what to do. The exit status is 0
only if there is no problem. No credential is ever printed, only whether one is set.
"""

from __future__ import annotations

import importlib.metadata
import os
import socket
import sqlite3
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTION = "twilio-by-notebook"
OLDEST_PYTHON = (3, 11)
# RETURNING came with 3.35.
OLDEST_SQLITE = (3, 35, 0)
INSTALL_AGAIN = "make lab   (without make: uv pip install -r requirements.lock)"


@dataclass(frozen=True)
class Finding:
    """What one look at the machine found.

    subject: what was looked at. said: what was seen, in words. mend: what to do about it, empty
    when all is well or when *said* says it already. problem: whether something is wrong.
    """

    subject: str
    said: str
    mend: str = ""
    problem: bool = False

    @property
    def bad(self) -> bool:
        """Whether something is wrong; whatever needs mending is."""
        return self.problem or bool(self.mend)

    def __str__(self) -> str:
        line = f"{'problem' if self.bad else 'ok':8} {self.subject:12} {self.said}"
        return f"{line}\n{'':8} {'to mend it':12} {self.mend}" if self.mend else line


def python() -> Iterable[Finding]:
    """Look at the version of Python (3.11 is what Starlette and IPython ask for)."""
    version = "{}.{}.{}".format(*sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        yield Finding(
            "Python", f"{version} is too old, 3.11 or newer is needed", "make PYTHON=python3.12 lab"
        )
    else:
        yield Finding("Python", version)


def folder() -> Iterable[Finding]:
    """Look whether the helpers in use are those of the folder one stands in."""
    here = Path.cwd() / "helpers"
    if here.is_dir() and here.resolve() != ROOT / "helpers":
        said = f"the helpers in use come from another folder, {ROOT}"
        yield Finding("folder", said, "make clean lab   (an environment does not survive moving)")
    else:
        yield Finding("folder", "the helpers of this folder are in use")


def requirements(root: Path = ROOT) -> list[str]:
    """Return what the project needs to run its notebooks, as requirement texts.

    Read from pyproject.toml in *root*, or else from the installed package's metadata.
    """
    file = root / "pyproject.toml"
    if file.is_file():
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        return [*project["dependencies"], *project["optional-dependencies"]["notebook"]]
    return list(importlib.metadata.requires(DISTRIBUTION) or [])


def packages(
    needed: Iterable[str] | None = None,
    installed: Callable[[str], str] = importlib.metadata.version,
) -> Iterable[Finding]:
    """Look whether every required package is there, in a version that fits.

    needed: requirement texts, the project's own when None. installed: gives a package's version.
    """
    from packaging.requirements import Requirement

    right = 0
    for requirement in map(Requirement, requirements() if needed is None else needed):
        if requirement.marker and not requirement.marker.evaluate({"extra": "notebook"}):
            continue
        try:
            version = installed(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding("packages", f"{requirement.name} is not installed", INSTALL_AGAIN)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            said = f"{requirement.name} is {version}, but {requirement.specifier} is needed"
            if requirement.name == "ipykernel":
                said += ": in an older one a cell that waits never hears the click"
            yield Finding("packages", said, INSTALL_AGAIN)
        else:
            right += 1
    yield Finding("packages", f"{right} as required")


def kernel() -> Iterable[Finding]:
    """Look whether the kernel named python3, which the notebooks ask for, is this Python."""
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    program = Path(spec.argv[0])
    # A bare name is replaced by the running interpreter when the kernel starts.
    if program.is_absolute() and program.parent != Path(sys.executable).parent:
        said = f"python3 starts another Python, {program}"
        mend = f"remove or rename {spec.resource_dir}"
        yield Finding("kernel", said, mend)
    else:
        yield Finding("kernel", "python3 is this Python")


def loopback() -> Iterable[Finding]:
    """Look whether programs on this machine can talk to one another."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(5)
            with socket.create_connection(server.getsockname()[:2], timeout=5):
                server.accept()[0].close()
    except OSError as error:
        mend = "allow Python to use 127.0.0.1 in this machine's firewall or container"
        yield Finding("loopback", f"127.0.0.1 cannot be used: {error}", mend)
    else:
        yield Finding("loopback", "127.0.0.1 can be used")


def proxy() -> Iterable[Finding]:
    """Look whether a proxy would be asked for addresses on this very machine."""
    named = urllib.request.getproxies().get("http")
    if named and not urllib.request.proxy_bypass("127.0.0.1"):
        said = "requests to this machine itself would go to a proxy"
        yield Finding("proxy", said, "export NO_PROXY=127.0.0.1,localhost")
    else:
        yield Finding("proxy", "none between the notebooks and the sandbox")


def database() -> Iterable[Finding]:
    """Look whether SQLite is new enough, and can write ahead (WAL) in the temporary folder."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        said = f"SQLite {sqlite3.sqlite_version} is too old, 3.35 or newer is needed"
        yield Finding("database", said, "use a newer Python; it brings a newer SQLite")
        return
    with tempfile.TemporaryDirectory() as place:
        connection = sqlite3.connect(Path(place) / "try.sqlite")
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        finally:
            connection.close()
    if mode != "wal":
        said = f"SQLite cannot keep a write-ahead log in {tempfile.gettempdir()}"
        yield Finding("database", said, "set TMPDIR to a folder on a local disk")
    else:
        yield Finding("database", f"SQLite {sqlite3.sqlite_version}, with write-ahead log")


def lessons(root: Path = ROOT) -> Iterable[Finding]:
    """Look whether the notebooks are there and can be saved."""
    place = root / "notebooks"
    count = len(list(place.glob("*.ipynb")))
    if not count:
        said = f"there are none in {place}"
        yield Finding("notebooks", said, "fetch the whole project: git clone, or unpack it anew")
    elif not os.access(place, os.W_OK):
        said = "they can be read but not saved here"
        yield Finding(
            "notebooks", said, f"copy the project to a folder of your own, or chmod u+w {place}"
        )
    else:
        yield Finding("notebooks", f"{count}, in a folder that can be written")


def settings(
    environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterable[Finding]:
    """Look whether anything here could reach the real Twilio, without saying any secret.

    environ, folder: the process's environment and working directory when None.
    """
    from helpers.config import read_settings
    from helpers.errors import SettingsError

    try:
        found = read_settings(environ=environ, folder=folder)
    except SettingsError as error:
        yield Finding(
            "settings", f"{error.what} {error.why}".strip(), error.next_step or "unset it"
        )
        return
    for sentence in found.problems:  # each says itself what to do
        yield Finding("settings", sentence, problem=True)
    account = "set" if found.credentials else "not set"
    if found.live:
        yield Finding("settings", f"mode: live, account: {account}; calls are real and cost money")
    else:
        yield Finding("settings", f"mode: sandbox, account: {account}; nothing can be dialled")


def sandbox() -> Iterable[Finding]:
    """Start a telephone company for a moment, and ask whether it is well."""
    mend = "python -m helpers.sandbox says more"
    try:
        from helpers.sandbox import Sandbox
    except ImportError as error:
        yield Finding("sandbox", f"it cannot be loaded: {error}", mend)
        return
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with (
        Sandbox(clock="manual") as company,
        straight.open(f"{company.url}/_sandbox/health", timeout=10) as reply,
    ):
        status = reply.status
    if status == 200:
        yield Finding("sandbox", "starts, and answers")
    else:
        yield Finding("sandbox", f"starts, but its health is {status}", mend)


LOOKS: tuple[Callable[[], Iterable[Finding]], ...] = (
    python,
    folder,
    packages,
    kernel,
    loopback,
    proxy,
    database,
    lessons,
    settings,
    sandbox,
)


def examine(looks: Iterable[Callable[[], Iterable[Finding]]] = LOOKS) -> list[Finding]:
    """Take every look and return what was found, also when a look itself fails."""
    found: list[Finding] = []
    for look in looks:
        try:
            found += look()
        except Exception as error:  # whatever it is, it is a finding and not a traceback
            said = f"cannot be looked at: {type(error).__name__}: {error}"
            found.append(Finding(look.__name__, said, INSTALL_AGAIN))
    return found


def main() -> int:
    """Print the findings; return 0 if nothing is wrong, else 1."""
    findings = examine()
    for finding in findings:
        print(finding)
    problems = sum(finding.bad for finding in findings)
    print(f"\n{problems} to mend." if problems else "\nAll is well: make lab")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
