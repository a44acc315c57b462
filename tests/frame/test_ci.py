"""`.ci/run`: installs what is missing where it may, then runs the targets that people run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a shell script")

NAMES = ("REQUIRE_BROWSER", "REQUIRE_NODE", "REQUIRE_SPEECH")
OBLIGED = " ".join(f"{name}=${name}" for name in NAMES)


class Machine:
    """A machine with nothing on its PATH but what is put there; every call of a stub is noted."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        (folder / ".ci").mkdir()
        (folder / "tests" / "node").mkdir(parents=True)
        (folder / "scripts" / "reveal").mkdir(parents=True)
        shutil.copy(root / ".ci" / "run", folder / ".ci")
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("bash", "dirname"):
            (self.bin / name).symlink_to(shutil.which(name) or "")
        self.has("timeout", 'shift; exec "$@"')
        self.has("python3")
        self.has("make", f'echo "make $* with {OBLIGED}" >> "$CALLS"')
        self.has("npm", 'echo "npm $* in ${PWD##*/}" >> "$CALLS"')
        self.has("id", "echo 0")
        for name in ("espeak-ng", "lame", "node", "php", "speech-dispatcher"):
            self.has(name)

    def has(self, name: str, script: str = "") -> None:
        """Give the machine a program."""
        program = self.bin / name
        program.write_text(f"#!{shutil.which('sh')}\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        return subprocess.run(
            [str(self.folder / ".ci" / "run")],
            env={"PATH": str(self.bin), "CALLS": str(self.calls)},
            capture_output=True,
            text=True,
            timeout=30,
        )

    def called(self) -> list[str]:
        """What was called, in order."""
        return self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []


FROM_NPM = ["npm ci --silent in node", "npm ci --silent in reveal"]
MADE = [
    *FROM_NPM,
    *(
        f"make {what} with REQUIRE_BROWSER=1 REQUIRE_NODE=1 REQUIRE_SPEECH=1"
        for what in ("check", "test")
    ),
]
APT = 'echo "apt-get $*" >> "$CALLS"'


@pytest.fixture
def machine(root: Path, tmp_path: Path) -> Machine:
    return Machine(root, tmp_path)


def test_with_everything_there_nothing_is_installed(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("apt-get", APT)
    assert machine.run().returncode == 0
    assert machine.called() == MADE


def test_a_missing_browser_is_installed_and_then_obligatory(machine: Machine) -> None:
    machine.has("apt-get", APT)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    update, install, *rest = machine.called()
    assert update == "apt-get update -qq"
    assert install.endswith("--no-install-recommends chromium fonts-dejavu-core")
    assert rest == MADE


def test_what_makes_speech_and_mp3_is_installed_too(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("apt-get", APT)
    for name in ("espeak-ng", "lame"):
        (machine.bin / name).unlink()
    assert machine.run().returncode == 0
    assert machine.called()[1].endswith("--no-install-recommends espeak-ng lame")


def test_what_lets_a_browser_speak_is_installed_too(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("apt-get", APT)
    (machine.bin / "speech-dispatcher").unlink()
    assert machine.run().returncode == 0
    packages = "speech-dispatcher speech-dispatcher-espeak-ng"
    assert machine.called()[1].endswith(f"--no-install-recommends {packages}")


def test_node_and_npm_are_installed_where_they_are_not(machine: Machine) -> None:
    machine.has("chromium")
    (machine.bin / "node").unlink()
    npm = machine.bin / "npm"
    packed = npm.rename(machine.folder / "npm.deb")
    unpack = f"{shutil.which('mv')} {packed} {npm}"
    machine.has("apt-get", f'{APT}; [ "$1" = update ] || {unpack}')
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.called()[1].endswith("--no-install-recommends npm nodejs")
    assert machine.called()[2:] == MADE


def test_php_is_installed_where_it_cannot_ask_a_server(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("php", "exit 1")  # as one without its curl extension answers
    machine.has("apt-get", APT)
    assert machine.run().returncode == 0
    assert machine.called()[1].endswith("--no-install-recommends php-cli php-curl")


def test_a_lock_that_npm_refuses_ends_the_run(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("npm", "exit 1")
    assert machine.run().returncode == 1
    assert machine.called() == []


def test_a_missing_venv_module_is_installed_unless_uv_is_there(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("python3", "exit 1")
    machine.has("apt-get", APT)
    assert machine.run().returncode == 0
    assert machine.called()[1].endswith(" python3-venv")
    machine.calls.unlink()
    machine.has("uv")
    assert machine.run().returncode == 0
    assert machine.called() == MADE


def test_who_may_not_install_is_told_what_is_missing(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("apt-get", APT)
    done = machine.run()
    assert done.returncode == 1
    assert "Not installed here: chromium" in done.stderr
    assert machine.called() == []


def test_a_failing_check_ends_the_run(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("make", 'echo "make $*" >> "$CALLS"; exit 2')
    assert machine.run().returncode == 2
    assert machine.called() == [*FROM_NPM, "make check"]
