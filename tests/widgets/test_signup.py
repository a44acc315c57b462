"""The rehearsal of a sign-up: its rules, and where the secrets go."""

from __future__ import annotations

import json

import pytest

from helpers.errors import HelperError
from helpers.widgets.signup import SignUpForm, password_problems, sign_up, sign_up_form
from tests.widgets.cells import run_cell

GOOD = {
    "name": "Ada Lovelace",
    "email": "Ada@Example.com",
    "password": "an invented password",
    "phone": "+1 (415) 555-0100",
}


def test_good_details_open_an_account() -> None:
    account = sign_up(**GOOD)
    assert account.accepted
    assert account.account_sid.startswith("AC") and len(account.account_sid) == 34
    assert len(account.auth_token) == 32
    assert (account.email, account.phone, account.type) == (
        "ada@example.com",
        "+14155550100",
        "Trial",
    )


def test_the_same_details_open_the_same_account() -> None:
    assert sign_up(**GOOD) == sign_up(**GOOD)
    assert sign_up(**GOOD).auth_token != sign_up(**GOOD, seed="another").auth_token


def test_secrets_are_in_no_text_form() -> None:
    account = sign_up(**GOOD)
    for text in (str(account), repr(account)):
        assert account.auth_token not in text and GOOD["password"] not in text
    assert "Auth Token       set" in str(account)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Your name is missing."),
        ({"email": "ada"}, "The e-mail address is not complete: it looks like ada@example.com."),
        ({"email": "ada@localhost"}, "The e-mail address is not complete"),
        ({"phone": "555-0100"}, "The phone number will not do: "),
        ({"password": "fifteen letters"}, "16 characters or more: 1 is missing."),
    ],
)
def test_each_problem_is_one_sentence(wrong: dict[str, str], sentence: str) -> None:
    result = sign_up(**GOOD | wrong)
    assert not result.accepted
    assert len(result.problems) == 1
    assert sentence in result.problems[0]
    assert result.account_sid == result.auth_token == ""


@pytest.mark.parametrize(
    ("password", "count"),
    [
        ("an invented password", 0),
        ("aaab invented password", 1),
        ("my twilio password is this", 1),
        ("my Tw1l10 password is this", 1),
        ("s3ndGr1d", 2),
        ("", 1),
    ],
)
def test_the_rules_of_a_password(password: str, count: int) -> None:
    assert len(password_problems(password)) == count


def fill(form: SignUpForm) -> None:
    form.fill(**{name: value for name, value in GOOD.items() if name != "password"})


def test_the_form_opens_the_account_and_keeps_no_secret() -> None:
    form = sign_up_form()
    fill(form)
    assert form.press(password=GOOD["password"]).startswith("✓ Your account is ready.")
    token = form.account().auth_token
    kept = json.dumps([form.get_state(), form._repr_mimebundle_()], default=str)
    for secret in (token, GOOD["password"]):
        assert secret not in kept
        assert all(
            secret not in str(value) for value in vars(form).values() if value != form.result
        )


def test_the_password_cannot_be_filled_in() -> None:
    with pytest.raises(HelperError, match="never kept"):
        sign_up_form().fill(password=GOOD["password"])


def test_a_form_with_problems_lists_them_and_opens_nothing() -> None:
    form = sign_up_form()
    assert form.press().splitlines()[:2] == ["✗ Not yet:", "- Your name is missing."]
    assert form.still().count("<li>") == 4
    with pytest.raises(HelperError, match="no account yet"):
        form.account()


def test_its_code_opens_the_same_account(monkeypatch: pytest.MonkeyPatch) -> None:
    form = sign_up_form()
    fill(form)
    form.press(password=GOOD["password"])
    form.press("Show me the code")
    assert GOOD["password"] not in form.code
    monkeypatch.setenv("INVENTED_PASSWORD", GOOD["password"])
    assert run_cell(form.code) == form.result
