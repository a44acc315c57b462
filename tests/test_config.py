"""Settings: where they come from, which one wins, and what is said when one is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.config import find_dotenv, read_settings
from helpers.errors import SettingsError

SID = "AC" + "a1" * 16
TOKEN = "5ecre7" * 5 + "00"
KEY = "SK" + "b2" * 16
LIVE = {"TWILIO_MODE": "live", "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def write(file: Path, text: str, mode: int = 0o600) -> None:
    file.write_text(text)
    file.chmod(mode)


def test_with_nothing_set_it_is_the_sandbox_and_nobody_is_there(project):
    settings = read_settings(environ={}, folder=project)
    assert (settings.mode, settings.live, settings.watched) == ("sandbox", False, False)
    assert settings.credentials is None
    assert settings.sandbox_url is None


def test_credentials_come_from_the_environment_before_the_file(project):
    write(project / ".env", f"TWILIO_ACCOUNT_SID=ACfile\nTWILIO_AUTH_TOKEN={TOKEN}\n")
    settings = read_settings(environ={"TWILIO_ACCOUNT_SID": SID}, folder=project / "notebooks")
    assert settings.credentials == (SID, TOKEN)
    assert settings.problems == ()


def test_the_file_cannot_make_the_mode_live(project):
    write(project / ".env", f"TWILIO_MODE=live\nTWILIO_ACCOUNT_SID={SID}\nTWILIO_AUTH_TOKEN=x\n")
    settings = read_settings(environ={}, folder=project)
    assert settings.mode == "sandbox"
    assert any("TWILIO_MODE" in sentence for sentence in settings.problems)


def test_the_file_sets_nothing_but_the_account(project):
    write(
        project / ".env",
        "TWILIO_WATCHED=yes\nTWILIO_SANDBOX_URL=http://x\nTWILIO_DOTENV=none\nTWILIO_AUTH_TOKEN=t",
    )
    settings = read_settings(environ={}, folder=project)
    assert (settings.watched, settings.sandbox_url, settings.auth_token) == (False, None, "t")


def test_the_file_may_be_left_closed(project):
    write(project / ".env", f"TWILIO_ACCOUNT_SID={SID}\nTWILIO_AUTH_TOKEN={TOKEN}\n")
    settings = read_settings(environ={"TWILIO_DOTENV": "none"}, folder=project)
    assert settings.credentials is None
    assert settings.dotenv is None


def test_the_file_is_looked_for_up_to_the_project_and_no_further(project):
    inner = project / "notebooks"
    write(project / ".env", "")
    assert find_dotenv(inner) == project / ".env"
    write(inner / ".env", "")
    assert find_dotenv(inner) == inner / ".env"
    (inner / ".env").unlink()
    (inner / "pyproject.toml").write_text("")
    assert find_dotenv(inner) is None


def test_outside_a_project_only_the_folder_itself_counts(tmp_path):
    write(tmp_path / ".env", "")
    deeper = tmp_path / "somewhere"
    deeper.mkdir()
    assert find_dotenv(deeper) is None
    assert find_dotenv(tmp_path) == tmp_path / ".env"


def test_a_token_with_a_dollar_sign_means_what_it_says(project):
    write(project / ".env", "TWILIO_ACCOUNT_SID=a\nTWILIO_AUTH_TOKEN=a${HOME}b$c\n")
    assert read_settings(environ={}, folder=project).auth_token == "a${HOME}b$c"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_file_that_others_can_read_is_reported(project):
    write(project / ".env", "TWILIO_AUTH_TOKEN=t\n", mode=0o644)
    (sentence,) = read_settings(environ={}, folder=project).problems
    assert "chmod 600" in sentence


def test_a_damaged_file_is_reported_and_ignored(project):
    (project / ".env").write_bytes(b"TWILIO_AUTH_TOKEN=\xff\xfe\n")
    settings = read_settings(environ={}, folder=project)
    assert settings.auth_token is None
    assert "not UTF-8" in settings.problems[0]


def test_live_with_an_api_key(project):
    environ = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_API_KEY": KEY, "TWILIO_API_SECRET": "s3cret"}
    settings = read_settings("live", environ=environ, folder=project)
    assert settings.live
    assert settings.credentials == (KEY, "s3cret")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TWILIO_ACCOUNT_SID": ""}, "there is no account"),
        ({"TWILIO_AUTH_TOKEN": ""}, "no password"),
        ({"TWILIO_AUTH_TOKEN": "", "TWILIO_API_KEY": KEY}, "without TWILIO_API_SECRET"),
        ({"TWILIO_API_KEY": "nokey", "TWILIO_API_SECRET": "x"}, "no API key"),
        ({"TWILIO_ACCOUNT_SID": KEY}, "an API key"),
        ({"TWILIO_ACCOUNT_SID": "ACxxxxxxxx"}, "no Account SID"),
        ({"TWILIO_MODE": "production"}, "no mode 'production'"),
        ({"TWILIO_FROM_NUMBER": "555"}, "TWILIO_FROM_NUMBER"),
        ({"TWILIO_WATCHED": "perhaps"}, "neither yes nor no"),
    ],
)
def test_live_says_what_is_missing_and_what_to_do(project, changes, words):
    with pytest.raises(SettingsError) as caught:
        read_settings(environ=LIVE | changes, folder=project)
    assert words in str(caught.value)
    assert caught.value.next_step
    assert TOKEN not in str(caught.value)


def test_a_bad_number_matters_in_live_mode_only(project):
    settings = read_settings(environ={"MY_PHONE_NUMBER": "555"}, folder=project)
    assert settings.my_number is None
    assert "MY_PHONE_NUMBER" in settings.problems[0]


def test_numbers_are_read_however_they_are_written(project):
    environ = LIVE | {"TWILIO_FROM_NUMBER": "+1 (415) 555-0100"}
    assert read_settings(environ=environ, folder=project).from_number == "+14155550100"


def test_whether_somebody_is_there(project):
    def watched(**environ: str) -> bool:
        return read_settings(environ=environ, folder=project).watched

    assert watched(JPY_SESSION_NAME="/home/me/lesson.ipynb")
    assert not watched(JPY_SESSION_NAME="/home/me/lesson.ipynb", TWILIO_WATCHED="no")
    assert watched(TWILIO_WATCHED="Yes")


def test_a_sandbox_that_runs_elsewhere(project):
    environ = {
        "TWILIO_SANDBOX_URL": "http://127.0.0.1:8900/",
        "TWILIO_SANDBOX_ACCOUNT": SID,
        "TWILIO_SANDBOX_TOKEN": TOKEN,
    }
    settings = read_settings(environ=environ, folder=project)
    assert settings.sandbox_url == "http://127.0.0.1:8900"
    assert settings.sandbox_account == SID
    for without in ("TWILIO_SANDBOX_ACCOUNT", "TWILIO_SANDBOX_TOKEN"):
        with pytest.raises(SettingsError, match=without):
            read_settings(environ=environ | {without: " "}, folder=project)
    with pytest.raises(SettingsError, match="no web address"):
        read_settings(environ=environ | {"TWILIO_SANDBOX_URL": "localhost"}, folder=project)


def test_no_secret_is_shown(project):
    environ = LIVE | {
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": "s3cret-one",
        "TWILIO_SANDBOX_TOKEN": "s3cret-two",
    }
    shown = repr(read_settings(environ=environ, folder=project))
    assert SID in shown
    assert TOKEN not in shown
    assert "s3cret" not in shown
