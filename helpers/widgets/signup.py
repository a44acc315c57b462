"""A rehearsal of opening an account: the questions, the rules, and what you are given.

Nothing is sent anywhere and nothing is kept: the account is made up, and the same details give the
same one. The password rules are those Twilio published in 2021.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from helpers import phone_numbers
from helpers.errors import HelperError, PhoneNumberError
from helpers.widgets import blocks, forms

SHORTEST = 16  # characters of a password
NOT_IN_A_PASSWORD = ("twilio", "sendgrid")
# Letters are often swapped for the figures that look like them; that does not hide a word.
LOOKALIKES = str.maketrans("013457$@!", "oieastsai")
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class SignUp:
    """What came of signing up: an account, or the *problems* as sentences.

    *phone* is verified by signing up, so a trial account may call and text it. The token is a
    secret: it is an attribute, but never part of the text form.
    """

    problems: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    phone: str = ""
    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    type: str = ""

    @property
    def accepted(self) -> bool:
        """Whether there is an account."""
        return not self.problems

    def rows(self) -> list[tuple[str, str]]:
        """What the account page would show."""
        return [
            ("Account SID", self.account_sid),
            ("Auth Token", "set"),
            ("Type", self.type),
            ("Verified number", self.phone),
        ]

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(f"- {problem}" for problem in self.problems)
        return "\n".join(f"{label:<16} {value}" for label, value in self.rows())

    __repr__ = __str__


def password_problems(password: str) -> list[str]:
    """What is wrong with *password*, as sentences; none if it would do."""
    problems = []
    if len(password) < SHORTEST:
        missing = SHORTEST - len(password)
        problems.append(
            f"The password needs {SHORTEST} characters or more: {missing} "
            f"{'is' if missing == 1 else 'are'} missing."
        )
    if re.search(r"(.)\1\1", password):
        problems.append("The password has the same character three times in a row.")
    plain = password.lower()
    for word in NOT_IN_A_PASSWORD:
        if word in plain or word in plain.translate(LOOKALIKES):
            problems.append(f"The password must not contain the word {word}, however it is spelt.")
    return problems


def sign_up(name: str, email: str, password: str, phone: str, *, seed: str = "sandbox") -> SignUp:
    """Open a made-up account for these details.

    Gives a :class:`SignUp`: with an account, or with one sentence for each thing that is wrong.
    *seed* and *email* decide the Account SID and the Auth Token; the password decides nothing and
    is not kept.
    """
    problems = []
    number = ""
    if not name.strip():
        problems.append("Your name is missing.")
    if not ADDRESS.fullmatch(email.strip()):
        problems.append("The e-mail address is not complete: it looks like ada@example.com.")
    problems += password_problems(password)
    try:
        number = phone_numbers.read(phone)
    except PhoneNumberError as error:
        problems.append(f"The phone number will not do: {error.what.rstrip('.')}.")
    if problems:
        return SignUp(problems=tuple(problems))
    address = email.strip().lower()
    return SignUp(
        name=name.strip(),
        email=address,
        phone=number,
        account_sid="AC" + _made_up("account", seed, address),
        auth_token=_made_up("token", seed, address),
        type="Trial",
    )


def _made_up(kind: str, seed: str, address: str) -> str:
    return hashlib.sha256(f"{kind}/{seed}/{address}".encode()).hexdigest()[:32]


class SignUpForm(forms.Form):
    """The sign-up as a form. `result` is what came of it, None before the button was pressed."""

    result: SignUp | None = None

    def account(self) -> SignUp:
        """The account that was opened; HelperError if there is none yet."""
        if self.result is None or not self.result.accepted:
            raise HelperError(
                "there is no account yet", next_step="fill in the form and press Sign up"
            )
        return self.result


def sign_up_form() -> SignUpForm:
    """A form to rehearse signing up with. The password is forgotten as soon as it was judged."""

    def judge(values: forms.Values) -> forms.Answer:
        form.result = sign_up(**values)
        return _answer(form.result)

    form = SignUpForm(
        "Sign up (a rehearsal: nothing leaves this machine)",
        [
            forms.Field("name", "Your name", example="Ada Lovelace"),
            forms.Field("email", "E-mail", example="ada@example.com"),
            forms.Field(
                "password",
                "Password (invented)",
                "secret",
                example=f"{SHORTEST} characters or more",
            ),
            forms.Field("phone", "Your phone", "tel", example="+14155550100"),
        ],
        [forms.Button("Sign up", judge)],
        code=sign_up_code,
    )
    return form


def sign_up_code(values: forms.Values) -> str:
    """The cell that signs up as the form does; the password comes from the environment."""
    name, email, phone = (forms.quoted(values[each]) for each in ("name", "email", "phone"))
    written = {"password": 'os.environ["INVENTED_PASSWORD"]', "phone": phone}
    call = forms.call_of("sign_up", {"name": name, "email": email} | written)
    return f"import os\n\nfrom helpers.widgets import sign_up\n\naccount = {call}\naccount"


def _answer(result: SignUp) -> forms.Answer:
    if result.accepted:
        table = blocks.rows(("what", "value"), result.rows(), figures=False)
        return forms.Answer([blocks.words("Your account is ready.", "✓"), table])
    points = [blocks.words("Not yet:", "✗"), blocks.listing(result.problems)]
    return forms.Answer(points, said=" ".join(["Not yet:", *result.problems]), done=False)
