"""The plugin for people's own tests: as a project apart uses it, and by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as Official

from helpers.errors import HandsetError, SandboxError
from helpers.testing import SandboxHttpClient, open_sandbox
from helpers.testing.http_clients import AsyncSandboxHttpClient, aimed

PROJECT = Path(__file__).parent / "own_project"
ALICE = "+14155550100"
SETTINGS = """[pytest]
addopts = --strict-markers --strict-config
filterwarnings = error
twilio_numbers = +15005550006 +15005550009
"""


# --- a project apart --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The project's tests, run in a folder of their own: what each came to, "" if it passed."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "shop.py", folder)
    shutil.copy(PROJECT / "about_the_shop.py", folder / "test_shop.py")
    (folder / "conftest.py").write_text('pytest_plugins = ["helpers.testing"]\n', encoding="utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    environment = dict(os.environ) | {
        # What a machine may have set, and no test may meet.
        "TWILIO_API_KEY": "SK" + "1" * 32,
        "TWILIO_REGION": "ie1",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        # The tool that starts this test may have said that colours are welcome.
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=told.xml"]
    done = subprocess.run(
        [*command, "-p", "no:xdist", "-p", "no:nbval"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr  # some are meant to fail
    told = {}
    for case in ElementTree.parse(folder / "told.xml").iter("testcase"):
        wrong = [part.tag for part in case if part.tag in ("failure", "error")]
        name = str(case.get("name"))
        told[name] = _section(done.stdout, name) if wrong else ""
    return told


def _section(output: str, name: str) -> str:
    """What was printed about one failed test."""
    begin = next(
        index for index, line in enumerate(output.splitlines()) if line.strip("_ ").endswith(name)
    )
    lines = output.splitlines()[begin + 1 :]
    ends = (i for i, line in enumerate(lines) if line.startswith(("____", "====")))
    return "\n".join(lines[: next(ends, None)])


def test_the_projects_tests_pass_but_those_meant_to_fail(run):
    assert len(run) >= 16
    for name, told in run.items():
        assert bool(told) == name.endswith("fails"), f"{name}\n{told}"


def test_a_failure_tells_what_happened(run):
    told = run["test_a_call_that_fails"]
    assert "Twilio sandbox" in told
    assert "Your app → Twilio    POST …/Calls.json" in told
    assert "Twilio   → Web site  POST $SITE/voice" in told
    assert "Twilio   → Phone     Say Press 1 for the weather." in told
    assert "phone +14155550100  idle, last call with +15005550006: completed" in told


def test_a_failure_tells_what_the_app_raised(run):
    told = run["test_an_app_that_raises_fails"]
    assert "alert 11200: " in told
    assert "POST /broken  signature right  → 500" in told


def test_a_failure_tells_what_was_refused(run):
    told = run["test_a_refusal_that_fails"]
    assert "refused with 400: POST /2010-04-01/Accounts/AC" in told


def test_a_bad_mark_is_said_in_a_sentence(run):
    told = run["test_an_unknown_option_fails"]
    assert "A sandbox has no option 'colour'." in told and "There are: clock," in told
    assert "Traceback" not in told and "helpers/testing" not in told
    assert "takes options by name" in run["test_an_option_without_a_name_fails"]


def test_waiting_in_vain_is_said_in_a_sentence(run):
    assert "nothing more is going to happen" in run["test_waiting_in_vain_fails"]


def test_loading_the_plugin_loads_no_sandbox():
    """A project with a thousand tests of other things must not pay for this one."""
    code = (
        "import sys, helpers.testing\n"
        "heavy = {'aiohttp', 'starlette', 'uvicorn', 'lxml', 'twilio', 'ipywidgets', 'requests'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


# --- by itself --------------------------------------------------------------------------------


def test_the_environment_is_as_before_afterwards(monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "f" * 32)
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    before = dict(os.environ)
    with open_sandbox() as sandbox:
        assert os.environ["TWILIO_ACCOUNT_SID"] == sandbox.account_sid
        assert os.environ["TWILIO_AUTH_TOKEN"] == sandbox.auth_token
        assert os.environ["TWILIO_FROM_NUMBER"] == "+15005550006"
        assert "TWILIO_EDGE" not in os.environ
        os.environ["TWILIO_MADE_MEANWHILE"] = "1"
    assert dict(os.environ) == before


def test_an_account_without_numbers_names_none():
    with open_sandbox(numbers=()) as sandbox:
        assert sandbox.number == "" and "TWILIO_FROM_NUMBER" not in os.environ


def test_every_official_client_is_redirected_while_it_lasts():
    before = TwilioHttpClient.request
    with open_sandbox() as sandbox:
        theirs = Official(*sandbox.auth)
        assert theirs.api.accounts(sandbox.account_sid).fetch().status == "active"
        theirs.http_client.session.close()
    assert TwilioHttpClient.request is before


def test_clients_are_left_alone_when_asked_for():
    before = TwilioHttpClient.request
    with open_sandbox(redirect=False) as sandbox:
        assert TwilioHttpClient.request is before
        # The one that is aimed explicitly still arrives.
        assert sandbox.twilio_client.messages.list() == []


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts.json", "http://box/2010-04-01/Accounts.json"),
        ("https://verify.twilio.com/v2/Services?PageSize=2", "http://box/v2/Services?PageSize=2"),
        ("https://api.dublin.ie1.twilio.com/x", "http://box/x"),
        ("https://twilio.com.example/x", "https://twilio.com.example/x"),
        ("https://nottwilio.com/x", "https://nottwilio.com/x"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x"),
    ],
)
def test_only_twilios_hosts_are_aimed_elsewhere(url, becomes):
    assert aimed(url, "http://box/") == becomes


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # how the official client asks aiohttp
def test_the_explicit_clients_reach_any_sandbox():

    async def ask(url: str, auth: tuple[str, str]) -> str:
        async with AsyncSandboxHttpClient(url) as http:
            client = Official(*auth, http_client=http)
            sent = await client.messages.create_async(to=ALICE, from_="+15005550006", body="x")
            return str(sent.status)

    with open_sandbox(redirect=False) as sandbox:
        http = SandboxHttpClient(sandbox.url)
        client = Official(*sandbox.auth, http_client=http)
        assert client.verify.v2.services.create(friendly_name="Shop").sid.startswith("VA")
        http.close()
        assert asyncio.run(ask(sandbox.url, sandbox.auth)) == "queued"


def test_the_clock_stands_still_until_it_is_turned():
    with open_sandbox(start="2026-03-01T12:00:00Z") as sandbox:
        clock, alice = sandbox.clock, sandbox.phone(ALICE)
        assert repr(clock) == "<clock 2026-03-01 12:00:00>"
        sandbox.client.calls.create(
            to=ALICE, from_=sandbox.number, twiml="<Response><Pause length='60'/></Response>"
        )
        clock.advance(1.5)
        assert alice.call_now.status == "ringing"
        clock.advance(1)
        assert alice.call_now.status == "in-progress"
        assert clock.next() is True
        clock.run()
        assert (alice.call_now, clock.next()) == (None, False)
        day_later = clock.now
        clock.advance(200_000)  # more than one turn may take
        assert (clock.now - day_later).total_seconds() == 200_000


def test_a_clock_has_its_limits():
    with open_sandbox() as sandbox:
        clock = sandbox.clock
        sandbox.client.calls.create(
            to=ALICE, from_=sandbox.number, twiml="<Response><Pause length='60'/></Response>"
        )
        with pytest.raises(AssertionError, match="After 30 seconds something is still to come"):
            clock.run(limit=30)
        with pytest.raises(AssertionError, match="within 10 seconds"):
            clock.until(lambda: False, limit=10)


def test_a_clock_that_turns_by_itself_is_not_turned():
    with open_sandbox(clock="real") as sandbox, pytest.raises(HandsetError, match="real clock"):
        sandbox.clock.advance(1)


def test_an_app_that_does_not_start_is_said():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with open_sandbox() as sandbox, pytest.raises(SandboxError, match="no database"):
        sandbox.site(app)


def test_an_apps_own_start_and_end_are_run_and_its_state_is_its_own():
    seen = []

    async def lifespan(app):
        seen.append("start")
        yield {"name": "shop"}
        seen.append("end")

    async def name(request):
        return PlainTextResponse(request.state.name)

    with open_sandbox() as sandbox:
        living = contextlib.asynccontextmanager(lifespan)
        site = sandbox.site(Starlette(routes=[Route("/", name)], lifespan=living))
        assert requests.get(site.url, timeout=5).text == "shop"
        assert seen == ["start"]
    assert seen == ["start", "end"]


def test_two_sites_at_once_and_a_function_as_a_site():
    with open_sandbox() as sandbox:
        one = sandbox.site(lambda: "<Response><Redirect>" + other.url + "</Redirect></Response>")
        other = sandbox.site({"/": lambda: "<Response><Say>From the other</Say></Response>"})
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=one.url)
        sandbox.clock.run()
        assert sandbox.phone(ALICE).heard == "From the other"
        assert len(one.requests) == len(other.requests) == 1


def test_a_page_inside_may_ask_the_sandbox_while_it_is_asked():
    """It runs on a loop of its own: on the sandbox's it would wait for itself."""

    async def voice(request):
        sandbox.client.messages.create(to=ALICE, from_=sandbox.number, body="We call you")
        return "<Response><Say>Hello</Say></Response>"

    with open_sandbox() as sandbox:
        site = sandbox.site(voice, at="http://shop.test")
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=site.url)
        sandbox.clock.run()
        alice = sandbox.phone(ALICE)
        assert (alice.heard, alice.texts) == ("Hello", ["We call you"])


def test_an_address_inside_is_an_address():
    with open_sandbox() as sandbox, pytest.raises(SandboxError, match="no address"):
        sandbox.site(lambda: "", at="shop.test")


def test_a_page_of_a_test_before_is_no_more():
    from helpers.testing.world import Stages

    stages = Stages()
    try:
        with open_sandbox(stages) as sandbox:
            old = sandbox.site(lambda: "here").url
            assert requests.get(old, timeout=5).text == "here"
        assert requests.get(old, timeout=5).status_code == 503
        with open_sandbox(stages) as sandbox:
            assert sandbox.site(lambda: "new").url == old
            assert requests.get(old, timeout=5).text == "new"
    finally:
        stages.close()


def test_alerts_and_webhooks_are_at_hand():
    with open_sandbox() as sandbox:
        site = sandbox.site({"/voice": lambda: ("Sorry", 500)})
        call = sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=site.url + "/voice")
        sandbox.clock.run()
        [alert] = sandbox.alerts
        assert (alert.code, alert.call_sid) == (11200, call.sid)
        [hook] = sandbox.webhooks
        assert (hook.method, hook.status, hook.body) == ("POST", 500, "Sorry")
        assert hook.params["CallSid"] == call.sid
        assert "POST $SITE/voice" in str(sandbox.story(call))


def test_a_sandbox_that_is_gone_is_said_in_the_report():
    with open_sandbox() as sandbox:
        pass
    assert sandbox.told().startswith("The sandbox does not answer")
