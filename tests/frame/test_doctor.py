"""The doctor: says what is wrong, says how to mend it, and never a secret."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from helpers import doctor
from helpers.doctor import Finding

TOKEN = "fedcba9876543210fedcba9876543210"
ACCOUNT = "AC" + "12" * 16


def one(findings) -> Finding:
    """The first finding that is bad, or else the last one."""
    found = list(findings)
    return next((finding for finding in found if finding.bad), found[-1])


def test_a_line_says_whether_what_and_how_to_mend() -> None:
    assert str(Finding("kernel", "python3 is this Python")) == (
        "ok       kernel       python3 is this Python"
    )
    assert str(Finding("kernel", "it is another", "remove it")) == (
        "problem  kernel       it is another\n         to mend it   remove it"
    )


def test_this_python_is_new_enough() -> None:
    assert not one(doctor.python()).bad


def test_an_old_python_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    assert one(doctor.python()).said == "3.10.13 is too old, 3.11 or newer is needed"


def test_the_installed_packages_are_as_the_project_asks() -> None:
    assert not one(doctor.packages()).bad


def test_a_package_that_is_missing_is_named() -> None:
    def installed(name: str) -> str:
        raise PackageNotFoundError(name)

    finding = one(doctor.packages(["lxml>=6,<7"], installed))
    assert finding.said == "lxml is not installed"
    assert finding.mend.startswith("make lab")


def test_a_package_of_a_wrong_version_is_named() -> None:
    finding = one(doctor.packages(["lxml>=6,<7"], lambda name: "5.4.0"))
    assert finding.said == "lxml is 5.4.0, but <7,>=6 is needed"


def test_an_old_kernel_package_is_explained() -> None:
    """Before 7.4 a cell that waits for a click waits for ever."""
    finding = one(doctor.packages(["ipykernel>=7.4,<8"], lambda name: "6.31.0"))
    assert "a cell that waits never hears the click" in finding.said


def test_packages_for_other_systems_are_not_missed() -> None:
    needed = ["pywin32>=1 ; sys_platform == 'no-such-system'", "mypy>=1 ; extra == 'dev'"]
    assert not one(doctor.packages(needed)).bad


def test_a_kernel_of_another_python_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kernels" / "python3"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(
        '{"argv": ["/opt/other/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],'
        ' "display_name": "Other", "language": "python"}',
        encoding="utf-8",
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    finding = one(doctor.kernel())
    assert finding.said == "python3 starts another Python, /opt/other/bin/python"
    assert str(place) in finding.mend


def test_loopback_works_here() -> None:
    assert not one(doctor.loopback()).bad


def test_a_machine_without_loopback_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not permitted")

    monkeypatch.setattr(socket, "create_server", refuse)
    assert one(doctor.loopback()).said == "127.0.0.1 cannot be used: not permitted"


def test_a_proxy_in_between_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"http": "http://10.0.0.1:3128"})
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: False)
    assert one(doctor.proxy()).mend == "export NO_PROXY=127.0.0.1,localhost"


def test_a_proxy_that_leaves_this_machine_alone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"http": "http://10.0.0.1:3128"})
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: True)
    assert not one(doctor.proxy()).bad


def test_the_database_is_new_enough_here() -> None:
    assert not one(doctor.database()).bad


def test_an_old_database_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr("sqlite3.sqlite_version", "3.31.1")
    assert one(doctor.database()).said == "SQLite 3.31.1 is too old, 3.35 or newer is needed"


def test_a_folder_without_lessons_is_a_problem(tmp_path: Path) -> None:
    assert one(doctor.lessons(tmp_path)).said == f"there are none in {tmp_path / 'notebooks'}"


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write anywhere")
def test_lessons_that_cannot_be_saved_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "notebooks").chmod(0o555)
    assert one(doctor.lessons(tmp_path)).said == "they can be read but not saved here"


def test_no_settings_are_no_problem(tmp_path: Path) -> None:
    finding = one(doctor.settings({}, tmp_path))
    assert finding.said == "mode: sandbox, account: not set; nothing can be dialled"
    assert not finding.bad


def test_real_credentials_are_said_to_be_there_and_not_shown(tmp_path: Path) -> None:
    environ = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    said = "\n".join(map(str, doctor.settings(environ, tmp_path)))
    assert "mode: sandbox, account: set; nothing can be dialled" in said
    assert TOKEN not in said
    assert ACCOUNT not in said


def test_a_live_mode_without_credentials_is_a_problem(tmp_path: Path) -> None:
    assert one(doctor.settings({"TWILIO_MODE": "live"}, tmp_path)).bad


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_secret_that_others_can_read_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"TWILIO_AUTH_TOKEN={TOKEN}\n", encoding="utf-8")
    file.chmod(0o644)
    finding = one(doctor.settings({}, tmp_path))
    assert finding.bad
    assert "chmod 600" in str(finding)
    assert TOKEN not in str(finding)
    file.chmod(0o600)
    assert not one(doctor.settings({}, tmp_path)).bad


def test_the_sandbox_starts_and_answers() -> None:
    assert one(doctor.sandbox()).said == "starts, and answers"


def test_a_look_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def eyes() -> list[Finding]:
        raise RuntimeError("shut")

    [finding] = doctor.examine([eyes])
    assert finding.said == "cannot be looked at: RuntimeError: shut"
    assert finding.bad


@pytest.mark.parametrize(
    ("findings", "status", "last"),
    [
        ([Finding("a", "well")], 0, "All is well: make lab"),
        ([Finding("a", "well"), Finding("b", "ill", "mend")], 1, "1 to mend."),
        ([Finding("a", "ill", problem=True)], 1, "1 to mend."),
    ],
)
def test_the_status_says_whether_something_is_wrong(
    findings: list[Finding],
    status: int,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert doctor.main() == status
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_the_command_finds_nothing_wrong_here(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "helpers.doctor"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


def test_it_notices_that_the_helpers_are_of_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helpers").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "come from another folder" in one(doctor.folder()).said
