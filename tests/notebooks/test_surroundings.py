"""Machines run notebooks in one environment, offline, with nobody's credentials."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.notebooks import normalise
from scripts.offline import is_here
from scripts.surroundings import for_kernels, quiet
from tests.notebooks.workbench import (
    PLANTED,
    ROOT,
    TOKEN,
    Workbench,
    notebook,
    printed,
    result,
)

SETTINGS = """\
from helpers.config import read_settings
settings = read_settings()
print(settings.mode, settings.credentials, settings.dotenv, settings.watched)"""
SURROUNDINGS = """\
import os, time
names = ("TWILIO_", "JPY_S", "PYTEST", "MY_", "HTTP_", "https_")
print(sorted(name for name in os.environ if name.startswith(names)))
print(os.environ["TZ"], time.timezone, os.environ["COLUMNS"], hash("a") == hash("a"))"""
DIAL = """\
import socket
try:
    socket.create_connection(("192.0.2.1", 443), timeout=30)
except OSError as error:
    print(type(error).__name__)
try:
    socket.getaddrinfo("api.twilio.com", 443)
except socket.gaierror:
    print("no such name")
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5).close()
    print("but this machine")"""
NAMES = "[name for name in dir() if not name.startswith('_')]"

QUIET_BOOK = notebook(
    (NAMES, [result("['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']")]),
    (SETTINGS, [printed("sandbox None None False\n")]),
    (SURROUNDINGS, [printed("['TWILIO_DOTENV', 'TWILIO_WATCHED']\nUTC 0 80 True\n")]),
    (DIAL, [printed("OSError\nno such name\nbut this machine\n")]),
)


@pytest.fixture
def planted(tmp_path: Path) -> Workbench:
    """A folder whose .env, like the environment of its runs, holds live settings."""
    bench = Workbench(tmp_path)
    bench.plant()
    bench.add("quiet", QUIET_BOOK).write_text(normalise(QUIET_BOOK), encoding="utf-8")
    return bench


def test_planted_live_settings_reach_no_kernel_of_the_tests(planted: Workbench) -> None:
    run = planted.compare(environ=PLANTED)
    assert run.status == 0, run.said


def test_planted_live_settings_reach_no_kernel_of_make_notebooks(planted: Workbench) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.notebooks", "--check", "notebooks/quiet.ipynb"],
        cwd=planted.folder,
        env={**os.environ, **PLANTED, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_a_kernel_that_is_not_guarded_would_see_them(planted: Workbench) -> None:
    """The settings are planted well: without the companion's environment they hold."""
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS],
        cwd=planted.folder / "notebooks",
        env={**os.environ, **PLANTED, "TWILIO_DOTENV": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    # The bench's folder has no pyproject.toml yet, so only the environment is found.
    assert done.stdout.startswith("live ('AC1212"), done.stderr


def test_unit_tests_are_run_without_them(planted: Workbench) -> None:
    """The companion cleans the environment of pytest itself, too."""
    (planted.folder / "test_it.py").write_text(
        "import os\n\n\ndef test_it():\n"
        "    assert sorted(n for n in os.environ if n.startswith(('TWILIO', 'MY_'))) == ["
        "'TWILIO_DOTENV', 'TWILIO_WATCHED']\n"
        "    assert os.environ['TZ'] == 'UTC'\n",
        encoding="utf-8",
    )
    run = planted.compare("test_it.py", environ=PLANTED)
    assert run.status == 0, run.said


def test_quiet_keeps_the_rest() -> None:
    kept = quiet({"PATH": "/bin", "HOME": "/nowhere", "PYTHONPATH": "x", "TWILIO_MODE": "live"})
    assert kept["PATH"] == "/bin"
    assert kept["PYTHONPATH"] == "x"
    assert "TWILIO_MODE" not in kept


def test_kernels_leave_the_readers_history_alone(tmp_path: Path) -> None:
    environment = for_kernels({"IPYTHONDIR": "/nowhere/ipython"}, tmp_path)
    assert environment["IPYTHONDIR"] == str(tmp_path / "ipython")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost", "site.localhost.", b"::1"],
)
def test_this_machine_is_here(host: str | bytes) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "api.twilio.com", "host"]
)
def test_other_machines_are_not(host: str) -> None:
    assert not is_here(host)


def test_this_very_process_stays_on_this_machine() -> None:
    with pytest.raises(OSError, match="unreachable"):
        socket.create_connection(("192.0.2.1", 443), timeout=30)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("api.twilio.com", 443)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        pytest.raises(OSError, match="unreachable"),
    ):
        datagram.sendto(b"x", ("192.0.2.1", 53))
