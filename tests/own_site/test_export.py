"""A reader's web app leaves the notebook: what is written runs, elsewhere, and lets Twilio in only.

The exported project is started as its README says, by uvicorn in a process of its own and in its
own folder, and the sandbox calls it as https://shop.example through a stand-in for a proxy.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from helpers import Client, MessagingResponse, RequestValidator, TwilioError, VoiceResponse
from helpers.errors import HelperError
from helpers.export import DIFFERENCES, export
from helpers.export.project import NEEDED
from helpers.serving import Pages, requires_signature
from helpers.testing import open_sandbox
from helpers.twiml import Gather
from tests.docs.pages import DOCS
from tests.own_site.test_production import ALICE, PUBLIC, behind_a_proxy, served

ROOT = Path(__file__).resolve().parents[2]

# --- an app as it stands in a notebook --------------------------------------------------------

PRICES = {"1": "three dollars", "2": "five dollars"}
GREETING = """Welcome to the "shop".
It's open.
"""
orders: list[str] = []


class Till:
    """Counts."""

    def __init__(self, first: int) -> None:
        self.first = first

    def next(self) -> int:
        return self.first + len(orders)


def priced(key: str) -> str:
    # what does it cost?
    return PRICES.get(key, "nothing")


def voice(request: Any) -> VoiceResponse:
    response = VoiceResponse()
    if digits := request["Digits"]:
        response.say(f"That is {priced(digits)}.")
        return response
    gather = Gather(num_digits=1, action="/voice")
    gather.say(GREETING)
    response.append(gather)
    return response


async def sms(request: Any) -> MessagingResponse:
    """Takes an order."""
    orders.append(request["Body"])
    response = MessagingResponse()
    response.message(f"Order {Till(1).next()}: {json.dumps(request['Body'])}")
    return response


@requires_signature("not this one")
def locked(request: Any) -> str:
    return "<Response><Say>Open at last.</Say></Response>"


def status() -> None:
    """Nothing to say."""


def pair(request: Any) -> Any:
    return {"path": request.path, "query": request.query}, 201, {"X-Kind": "pair"}


def without(request: Any = None) -> str:
    return "nothing was given" if request is None else "a request"


async def hello(request: Any) -> Response:
    return Response("<Response><Say>Hello.</Say></Response>", media_type="text/xml")


client = Client("AC" + "1" * 32, "a token", base_url="http://127.0.0.1:1")


def sends(request: Any) -> None:
    try:
        client.messages.create(to=request["From"], from_=request["To"], body="Thanks")
    except TwilioError:
        RequestValidator("x")


def unit_tests(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest"],
        cwd=folder,
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


# --- it runs ----------------------------------------------------------------------------------


def test_functions_by_their_paths_answer_calls_and_texts(tmp_path):
    folder = tmp_path / "shop"
    exported = export({"/voice": voice, "/sms": sms, "/pair": pair, "/status": status}, folder)
    assert "Ran 3 tests" in unit_tests(folder)
    with open_sandbox() as sandbox, served("app", folder, sandbox) as inner:
        behind_a_proxy(sandbox, inner)
        alice = sandbox.phone(ALICE)
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=PUBLIC + "/voice")
        sandbox.clock.advance(3)
        alice.press("2")
        sandbox.clock.run()
        assert alice.heard == 'Welcome to the "shop". It\'s open.\nThat is five dollars.'
        [number] = sandbox.client.incoming_phone_numbers.list()
        number.update(sms_url=PUBLIC + "/sms")
        alice.text(sandbox.number, "Fish & chips")
        sandbox.clock.run()
        assert alice.inbox[-1].body == 'Order 2: "Fish & chips"'
        assert sandbox.alerts == []
        for headers in ({}, {"X-Twilio-Signature": "AAAA"}):
            answer = requests.post(inner + "/voice", {"From": "x"}, headers=headers, timeout=10)
            assert (answer.status_code, answer.text) == (403, "This page is for Twilio only.")
        assert requests.get(inner + "/health", timeout=10).text == "ok"
    assert "`orders` is kept in memory, and begins as it was here (0 in it;" in repr(exported)
    assert "PRICES" not in repr(exported)  # nobody changes them


def test_a_body_that_is_no_form_needs_its_hash_in_the_address(tmp_path):
    """Twilio's validator cannot look at one without: whoever sends it is a stranger."""
    export({"/voice": voice}, tmp_path)
    body = b'{"a": 1}'
    hashed = f"/voice?bodySHA256={hashlib.sha256(body).hexdigest()}"
    json_, form = "application/json", "Application/X-WWW-Form-Urlencoded; charset=utf-8"
    with open_sandbox() as sandbox, served("app", tmp_path, sandbox) as inner:
        validator = RequestValidator(sandbox.auth_token)
        for path, sent, kind, signature, status in (
            ("/voice", body, json_, None, 403),
            ("/voice", body, json_, validator.compute_signature(PUBLIC + "/voice"), 403),
            (hashed, body, json_, validator.compute_signature(PUBLIC + hashed), 200),
            (hashed, b"{}", json_, validator.compute_signature(PUBLIC + hashed), 403),
            ("/voice?bodySHA256=", body, json_, "AAAA", 403),
            (
                "/voice",
                b"A=1",
                form,
                validator.compute_signature(PUBLIC + "/voice", {"A": "1"}),
                200,
            ),
        ):
            headers = {"Content-Type": kind} | (
                {"X-Twilio-Signature": signature} if signature else {}
            )
            answer = requests.post(inner + path, sent, headers=headers, timeout=10)
            assert answer.status_code == status, (path, sent, kind)


def test_one_function_answers_every_path(tmp_path):
    export(locked, tmp_path / "shop")
    assert "requires_signature" not in (tmp_path / "shop" / "pages.py").read_text(encoding="utf-8")
    with open_sandbox() as sandbox, served("app", tmp_path / "shop", sandbox) as inner:
        behind_a_proxy(sandbox, inner)
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=PUBLIC + "/any/path?x=1")
        sandbox.clock.run()
        assert sandbox.phone(ALICE).heard == "Open at last."


@pytest.mark.parametrize(
    "app",
    [
        Starlette(routes=[Route("/voice", hello, methods=["POST"])]),
        "from starlette.applications import Starlette\n"
        "from starlette.responses import Response\n"
        "from starlette.routing import Route\n\n\n"
        "async def hello(request):\n"
        "    form = await request.form()\n"
        '    return Response("<Response><Say>Hello.</Say></Response>", media_type="text/xml")\n\n\n'
        'app = Starlette(routes=[Route("/voice", hello, methods=["POST"])])\n',
    ],
    ids=["app", "source"],
)
def test_a_starlette_app_or_the_source_of_one(app, tmp_path):
    export(app, tmp_path / "shop")
    assert not (tmp_path / "shop" / "web.py").exists()
    unit_tests(tmp_path / "shop")
    with open_sandbox() as sandbox, served("app", tmp_path / "shop", sandbox) as inner:
        behind_a_proxy(sandbox, inner)
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=PUBLIC + "/voice")
        sandbox.clock.run()
        assert sandbox.phone(ALICE).heard == "Hello."


def test_answers_are_those_of_the_course(tmp_path):
    """What a page may return means the same in web.py as in helpers.serving.pages."""
    all_of_them = {"/pair": pair, "/status": status, "/without": without}
    export(all_of_them, tmp_path)
    with open_sandbox() as sandbox, served("app", tmp_path, sandbox) as inner:
        site = sandbox.site(all_of_them)
        for path in ("/pair?a=1&b=", "/status", "/without", "/nowhere"):
            signature = RequestValidator(sandbox.auth_token).compute_signature(PUBLIC + path, {})
            there = requests.get(
                inner + path, headers={"X-Twilio-Signature": signature}, timeout=10
            )
            here = requests.get(site.url + path, timeout=10)
            assert there.status_code == here.status_code
            if path != "/nowhere":
                assert there.content == here.content
                assert there.headers.get("X-Kind") == here.headers.get("X-Kind")
                kinds = [r.headers.get("content-type", "").split(";")[0] for r in (there, here)]
                assert kinds[0] == kinds[1]


def test_what_lacks_a_setting_says_which(tmp_path):
    export(locked, tmp_path)
    environment = {n: v for n, v in os.environ.items() if not n.startswith("TWILIO_")}
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "TWILIO_AUTH_TOKEN is not set: README.md says what belongs there." in done.stderr
    assert "Traceback" not in done.stderr


# --- what is written --------------------------------------------------------------------------


def test_the_pages_are_as_they_were_in_the_notebook(tmp_path):
    export({"/voice": voice, "/sends": sends}, tmp_path)
    pages = (tmp_path / "pages.py").read_text(encoding="utf-8")
    assert "    # what does it cost?\n" in pages
    assert "from twilio.twiml.voice_response import Gather, VoiceResponse\n" in pages
    assert "from twilio.base.exceptions import TwilioRestException as TwilioError\n" in pages
    assert (
        'client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])'
        in pages
    )
    assert "TWILIO_ACCOUNT_SID" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "helpers" not in pages and "orders" not in pages and "a token" not in pages
    # Its test gives the client what it needs, and nothing is sent: that would end at this proxy.
    assert "Ran 3 tests" in unit_tests(tmp_path, HTTPS_PROXY="http://127.0.0.1:1")


def test_what_is_written_is_clean(tmp_path):
    export({"/voice": voice, "/sms": sms, "/sends": sends}, tmp_path)
    for path in tmp_path.glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,B,UP"]
    done = subprocess.run(
        [*command, "--line-length", "100", "--ignore", "I001", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_the_requirements_are_this_projects_own():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{one}"' in project for one in NEEDED)


def test_the_commands_are_those_of_the_page_on_deployment(tmp_path):
    """Each line that the README has one type stands on the page, whose commands are tried."""
    export(locked, tmp_path)
    page = " ".join((DOCS / "deploy.md").read_text(encoding="utf-8").replace("\\\n", "").split())
    readme = (tmp_path / "README.md").read_text(encoding="utf-8").replace("\\\n", "")
    typed = [" ".join(line.split()) for line in re.findall(r"^    (\S.+)$", readme, re.MULTILINE)]
    own = {"pip install -r requirements.txt", "python -m unittest"}
    assert own < set(typed)
    assert len(typed) > len(own) + 6
    for line in set(typed) - own:
        # Secrets stand beside the project while it is tried, and elsewhere on a server.
        server = line.replace("uvicorn app:app --env-file ../site.env", "uvicorn app:app")
        assert server.replace("--env-file ../site.env", "--env-file /etc/shop.env") in page, line


def test_every_difference_is_told(tmp_path):
    exported = export(locked, tmp_path)
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert exported.differences == DIFFERENCES
    for one in DIFFERENCES:
        assert f"| {one.subject} | {one.here} | {one.there} |" in readme
    assert {one.subject for one in DIFFERENCES} >= {
        *("address", "https", "signature", "trial notice", "cost", "time", "secrets"),
        "registration",
    }


def here_only(request: Any) -> str:
    return "<Response><Dial action='http://127.0.0.1:8000/voice'>+15005550006</Dial></Response>"


def test_what_holds_on_this_machine_only_is_noted(tmp_path):
    told = repr(export(here_only, tmp_path))
    assert "`http://127.0.0.1:8000/voice` is an address of this machine" in told
    assert "`+15005550006` is a number of the sandbox" in told
    assert str(tmp_path.parent) not in told


# --- what is refused --------------------------------------------------------------------------


TOKEN = "0123456789abcdef" * 2
API_KEY = ("SK" + "1" * 32, "aB3" * 10 + "xY")
WAREHOUSE = "https://ada:hunter2@warehouse.example/stock"
SETTINGS = {"auth_token": "notahexstring1234"}


def tells(request: Any) -> str:
    return TOKEN


def tells_a_key(request: Any) -> str:
    return API_KEY[1]


def tells_an_address(request: Any) -> str:
    return WAREHOUSE


def tells_a_setting(request: Any) -> str:
    return SETTINGS["auth_token"]


def alive(request: Any) -> str:
    return str(unknown_here)  # type: ignore[name-defined]  # noqa: F821


lamp = lambda request: "on"  # noqa: E731


def made(word: str) -> Any:
    def inner(request: Any) -> str:
        return word

    return inner


def asks_the_course(request: Any) -> str:
    return str(export)


class Living:
    """Something that cannot be written down."""


living = Living()


def lives(request: Any) -> str:
    return str(living)


validator = RequestValidator("a token")


def checks(request: Any) -> str:
    return str(validator.validate("https://shop.example", {}, "AAAA"))


def asks_who_signed(asked: Any) -> Any:
    return "<Response/>" if asked.is_signed_by("a token") else ("no", 403)


def asks_for_its_address(request: Any) -> str:
    return f"<Response><Redirect>{request.url()}</Redirect></Response>"


@pytest.mark.parametrize(
    ("app", "says"),
    [
        (tells, "What looks like a secret would stand in pages.py, so nothing was written."),
        (tells_a_key, "What looks like a secret would stand in pages.py, so"),
        (tells_an_address, "What looks like a secret would stand in pages.py, so"),
        (tells_a_setting, "What looks like a secret would stand in pages.py, so"),
        (alive, "alive uses unknown_here, which is nowhere defined."),
        (lamp, "A page is a lambda."),
        (made("x"), "inner uses word of the function that it was made in."),
        (asks_the_course, "asks_the_course uses export of this course, which no host has."),
        (lives, "lives uses living, a Living: what is alive cannot be written into a file."),
        (checks, "checks uses validator, a RequestValidator: what is alive cannot be written"),
        (asks_who_signed, "asks_who_signed uses request.is_signed_by, which no host has."),
        ({"/": asks_for_its_address}, "asks_for_its_address uses request.url, which no host has."),
        (None, "A NoneType is no web app that can be written into a file."),
        (42, "A int is no web app that can be written into a file."),
        ({}, "There are no pages in it."),
        ({"voice": voice}, "'voice' is no path of a web site."),
        ({"/voice": 42}, "A int is no plain function, which a page is."),
        (Living, "A type is no web app that can be written into a file."),
        ("nowhere.py", "There is no file nowhere.py."),
        ("x = 1\ny = 2\n", "Nothing in the text has the name app."),
        ("app = (\nx =", "the text is no Python: line"),
        ("import helpers\napp = 1\n", "the text imports helpers, which no host has."),
        ("from flask import Flask\napp = Flask('x')\n", "A Flask app has its own kind of server."),
        (Starlette(routes=[Mount("/a", Starlette())]), "The Starlette app has more in it than"),
        (Starlette(), "The Starlette app has more in it than routes to functions, or nothing."),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_cannot_be_written_is_refused_in_a_sentence(app, says, tmp_path):
    with pytest.raises(HelperError) as refused:
        export(app, tmp_path / "shop")
    assert refused.value.what.startswith(says)
    assert refused.value.next_step
    assert not (tmp_path / "shop").exists()


def test_a_file_that_somebody_changed_is_not_written_over(tmp_path):
    export(locked, tmp_path)
    mine = tmp_path / "pages.py"
    mine.write_text("# mine\n" + mine.read_text(encoding="utf-8"), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(HelperError, match=r"^pages.py in .+ is not as exported: somebody's work"):
        export(voice, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_that_was_there_before_is_not_written_over(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("My site\n", encoding="utf-8")
    with pytest.raises(HelperError, match=r"README\.md, Dockerfile|Dockerfile, README\.md"):
        export(voice, tmp_path)
    assert not (tmp_path / "app.py").exists()


def test_a_folder_cannot_be_a_file(tmp_path):
    (tmp_path / "shop").write_text("x", encoding="utf-8")
    with pytest.raises(HelperError, match=r"^shop is a file"):
        export(voice, tmp_path / "shop")


def test_what_the_disk_does_not_take_is_told(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(HelperError, match=r"^shop cannot be written: .+\."):
        export(voice, tmp_path / "file" / "shop")


def test_what_was_not_touched_may_be_exported_again(tmp_path):
    export(locked, tmp_path)
    app = tmp_path / "app.py"
    app.write_bytes(app.read_bytes().replace(b"\n", b"\r\n"))  # as an editor on Windows saves it
    exported = export(Pages({"/voice": voice}), tmp_path)
    assert "That is" in (tmp_path / "pages.py").read_text(encoding="utf-8")
    assert set(exported.files) <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("broken", ["", "[]", "{"])
def test_without_its_list_nothing_is_taken_for_untouched(broken, tmp_path):
    export(locked, tmp_path)
    (tmp_path / ".exported.json").write_text(broken, encoding="utf-8")
    export(locked, tmp_path)  # the same files: nothing is lost
    (tmp_path / ".exported.json").write_text(broken, encoding="utf-8")
    with pytest.raises(HelperError, match="somebody's work"):
        export(voice, tmp_path)
