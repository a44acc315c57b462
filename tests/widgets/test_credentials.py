"""The form for real credentials: their shapes, the file, and that nothing of them is kept."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from helpers.config import read_settings
from helpers.errors import SettingsError
from helpers.session import connect
from helpers.widgets.credentials import (
    check_credentials,
    credentials_form,
    write_credentials,
)
from helpers.widgets.forms import FieldError
from tests.widgets.cells import run_cell

SID, TOKEN = "AC" + "1f" * 16, "9b" * 16
KEY, KEY_SECRET = "SK" + "2e" * 16, "aZ" * 16
GOOD = {"account_sid": SID, "auth_token": TOKEN}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of its own, two folders deep."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({}, "account_sid", "The Account SID is missing"),
        ({"account_sid": SID}, "auth_token", "An Auth Token, or an API key"),
        (GOOD | {"account_sid": KEY}, "account_sid", "Account SID must be AC and 32"),
        (GOOD | {"auth_token": TOKEN[1:]}, "auth_token", "Auth Token must be 32"),
        (GOOD | {"auth_token": f"{TOKEN[1:]}\n"}, "auth_token", "Auth Token must be 32"),
        (GOOD | {"api_key": KEY}, "api_secret", "An API key needs its secret"),
        (GOOD | {"my_number": "555"}, "my_number", "Your own phone: "),
    ],
)
def test_what_will_not_do_is_one_sentence(given: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(FieldError) as caught:
        check_credentials(**given)
    assert caught.value.field == field
    assert caught.value.what.startswith(sentence)
    assert TOKEN[1:] not in str(caught.value)


def test_a_key_does_without_the_token() -> None:
    found = check_credentials(account_sid=SID, api_key=KEY, api_secret=KEY_SECRET)
    assert list(found) == ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"]


def test_the_file_is_new_closed_and_where_live_mode_finds_it(folder: Path) -> None:
    said = str(write_credentials(folder=folder, **GOOD, my_number="+1 (415) 555-0100"))
    file = folder.parent / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said == (
        "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and MY_PHONE_NUMBER are in a new file .env now. "
        "Only you can read the file (mode 0600), and git passes it over."
    )
    found = read_settings("live", environ={}, folder=folder)
    assert found.credentials == (SID, TOKEN)
    assert found.my_number == "+14155550100"
    assert found.problems == ()


def test_the_rest_of_the_file_stays_and_old_values_go(folder: Path) -> None:
    file = folder.parent / ".env"
    file.write_text(f"# mine\nOTHER=1\nexport TWILIO_AUTH_TOKEN='old'\nTWILIO_API_KEY={KEY}")
    file.chmod(0o644)
    written = write_credentials(folder=folder, **GOOD)
    assert file.read_text().splitlines() == [
        "# mine",
        "OTHER=1",
        f"TWILIO_API_KEY={KEY}",
        f"TWILIO_ACCOUNT_SID={SID}",
        f"TWILIO_AUTH_TOKEN={TOKEN}",
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert written.replaced == ("TWILIO_AUTH_TOKEN",)
    assert "The old value of TWILIO_AUTH_TOKEN is gone." in str(written)


def test_a_file_that_cannot_be_read_is_left_alone(folder: Path) -> None:
    file = folder.parent / ".env"
    file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SettingsError, match="nothing was changed"):
        write_credentials(folder=folder, **GOOD)
    assert file.read_bytes() == b"\xff\xfe\xff"
    assert [each.name for each in folder.parent.iterdir() if each.name.startswith(".env")] == [
        ".env"
    ]


def test_only_the_button_writes(folder: Path) -> None:
    form = credentials_form(folder=folder)
    assert form.press(**GOOD).splitlines() == [
        "✓ These have the right shape. Nothing was sent and nothing was written.",
        "- TWILIO_ACCOUNT_SID",
        "- TWILIO_AUTH_TOKEN",
    ]
    assert not (folder.parent / ".env").exists()
    assert "Only you can read the file" in form.press("Write them to .env", **GOOD)
    assert (folder.parent / ".env").exists()


def test_nothing_of_them_is_kept(folder: Path) -> None:
    form = credentials_form(folder=folder)
    kept = []
    for label in form.buttons:
        form.press(label, **GOOD, api_key=KEY, api_secret=KEY_SECRET)
        kept += [json.dumps(form.get_state(), default=str), repr(form), form.still()]
    for given in (SID, TOKEN, KEY, KEY_SECRET):
        assert not any(given in text for text in kept)


def test_its_code_writes_the_same_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = credentials_form(folder=folder)
    form.press("Write them to .env", **GOOD)
    by_form = (folder.parent / ".env").read_text()
    (folder.parent / ".env").unlink()
    form.press("Show me the code", **GOOD)
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("TWILIO_", "MY_PHONE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SID)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    run_cell(form.code)
    assert (folder.parent / ".env").read_text() == by_form


def test_the_sandbox_does_not_read_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_credentials(folder=folder, **GOOD)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("TWILIO_DOTENV", raising=False)
    session = connect(lesson="00")
    assert session.mode == "sandbox"
    assert SID not in (session.account, *session.auth) and TOKEN not in session.auth
    session.close()
