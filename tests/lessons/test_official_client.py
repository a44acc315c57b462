"""Every lesson with Twilio's own package in our place: nothing that is learned is private to us.

What `from helpers import ...` gives a lesson is exchanged for what the package ``twilio`` has under
that name: the client of the session, the builders of TwiML, the validator of signatures, and the
exception, which there is called `TwilioRestException`. Each exercise gets its right answer. The
cells must show what is stored of them, letter for letter, but for what stands around the message of
an error (Twilio's has no code, no cause and no next step) and for the client's own name.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import twilio.base.exceptions
import twilio.request_validator
import twilio.rest
import twilio.twiml.messaging_response
import twilio.twiml.voice_response
from IPython.lib.pretty import pretty

import helpers
import helpers.session
from helpers.checks import checks_of, rehearsal
from helpers.lessons import Cell, Lesson, lessons
from helpers.testing.http_clients import SandboxHttpClient
from scripts.solutions import answers
from tests.lessons.cells import Failed, Notebook, opened
from tests.lessons.contract.book import shown

LESSONS = lessons()
NUMBERS = [lesson.number for lesson in LESSONS]
COLUMNS = 79  # as wide as a kernel writes values

OFFICIAL = {
    "MessagingResponse": twilio.twiml.messaging_response.MessagingResponse,
    "RequestValidator": twilio.request_validator.RequestValidator,
    "TwilioError": twilio.base.exceptions.TwilioRestException,
    "VoiceResponse": twilio.twiml.voice_response.VoiceResponse,
}


@pytest.fixture
def official(monkeypatch):
    """Twilio's own package behind the names that lessons import."""
    https: list[SandboxHttpClient] = []
    connect = helpers.session.connect

    def connect_officially(*given: Any, **options: Any) -> Any:
        session = connect(*given, **options)
        session.client = client(*session.auth, base_url=session.base)
        return session

    def client(account: str, token: str, *, base_url: str) -> twilio.rest.Client:
        https.append(SandboxHttpClient(base_url))
        return twilio.rest.Client(account, token, http_client=https[-1])

    monkeypatch.setattr(helpers, "connect", connect_officially, raising=False)
    # The checks try answers on a sandbox of their own, with a client for it.
    monkeypatch.setattr(rehearsal, "Client", client)
    for module in (rehearsal, *filter(None, map(checks_of, NUMBERS))):
        monkeypatch.setattr(module, "TwilioError", OFFICIAL["TwilioError"], raising=False)
    for name, theirs in OFFICIAL.items():
        monkeypatch.setattr(helpers, name, theirs, raising=False)
    yield
    for http in https:
        http.close()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_lesson_passes_with_the_official_package(lesson, official):
    right = {one.cell: one.code for one in answers(lesson.number) if one.says is None}
    assert any(cell.count for cell in lesson.cells), "it was never run; `make notebooks` runs it"
    differing = []
    with opened(lesson) as notebook:
        for cell in lesson.cells:
            if cell.kind != "code":
                continue
            exercise, _, part = cell.id.partition("-")
            differing += _compare(notebook, cell)
            if part == "check" and exercise in right:
                _solve(notebook, lesson, exercise, right[exercise])
    assert not differing, "\n".join(differing)


def _solve(notebook: Notebook, lesson: Lesson, exercise: str, answer: str) -> None:
    """The right answer must be right with the official package; then all is as it was."""
    attempt = lesson.cell(f"{exercise}-try")
    notebook.run(attempt, answer)
    verdict = notebook.run(lesson.cell(f"{exercise}-check"))
    assert verdict.right, f"lesson {lesson.number}, {exercise}: {verdict}"
    notebook.run(attempt)


def _compare(notebook: Notebook, cell: Cell) -> list[str]:
    """Run a cell; say where it shows something else than what is stored."""
    value = notebook.run(cell)
    if isinstance(value, Exception) and "raises-exception" in cell.tags:
        now = {"error": f"{type(value).__name__}: {value}"}
    else:
        now = {"stdout": notebook.printed} if notebook.printed else {}
        if value is not None:
            now["text/plain"] = _text_of(value)
    then: dict[str, str] = {}
    for output in cell.outputs:
        for kind, text in shown(output).items():
            then[kind] = then.get(kind, "") + text
    if isinstance(value, OFFICIAL["TwilioError"]) and value.code != _code(then.get("error", "")):
        return [f"{cell.id} fails with {value.code}; stored is {then.get('error', 'no error')!r}"]
    return [
        f"{cell.id}, {kind}:\n  stored   {then.get(kind, '')!r}\n  official {now.get(kind, '')!r}"
        for kind in ("stdout", "text/plain", "error")
        if _alike(then.get(kind, "")) != _alike(now.get(kind, ""))
    ]


def _text_of(value: Any) -> str:
    """What a kernel shows of a value where it shows text."""
    bundle = getattr(value, "_repr_mimebundle_", None)
    data = bundle() if bundle is not None else None
    data = data[0] if isinstance(data, tuple) else data
    return data["text/plain"] if data else pretty(value, max_width=COLUMNS)


def _code(text: str) -> int | None:
    """The code of an error as our package writes it."""
    found = re.match(r"TwilioError: (\d{5})  ", text)
    return int(found[1]) if found else None


def _alike(text: str) -> str:
    """*text* without what the two packages write differently."""
    text = text.replace("<Twilio AC", "<Client AC")
    text = re.sub(r"\b(?:TwilioError|TwilioRestException): ", "", text)
    text = re.sub(r"HTTP \d{3} error: ", "", text)
    text = re.sub(r"(?m)^\d{5}  ", "", text)
    return re.sub(r"(?m)^  (?:why|try)   .*\n?", "", text).strip()


OURS_ONLY = {
    "an address that the client keeps": "session.client.base_url",
    "what our error knows": """
try:
    session.client.calls("CA" + "0" * 32).fetch()
except TwilioError as error:
    error.more_info
""",
    "a signature that is None": 'RequestValidator("x").validate("https://example.com/", {}, None)',
}


@pytest.mark.parametrize("what", OURS_ONLY)
def test_what_is_ours_only_does_not_pass(what, official):
    start = "from helpers import RequestValidator, TwilioError, connect\nsession = connect()"
    with opened(LESSONS[0]) as notebook:
        notebook.run(Cell("set-up", "code", start))
        with pytest.raises(Failed):
            notebook.run(Cell("ours", "code", OURS_ONLY[what]))


def test_another_message_is_no_matter_of_writing():
    ours = "21211  Unable to create record: Invalid 'To'\n  why   No number.\n  try   Write it.\n"
    theirs = "HTTP 400 error: Unable to create record: Invalid 'To'\n"
    assert _alike(ours) == _alike(theirs)
    assert _alike(ours) != _alike(theirs.replace("To", "From"))
    assert _alike("<Call CA00>") != _alike("<Twilio.Api.V2010.CallInstance sid=CA00>")
    assert _alike("21211") != _alike("21212")
