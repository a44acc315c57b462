"""An exported site under a stand-in for a host: it starts, answers behind the proxy, and ends."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests

from helpers import MessagingResponse, VoiceResponse
from helpers.errors import HelperError
from helpers.export import Hosting, export
from helpers.testing import open_sandbox
from tests.own_site.test_production import ALICE


def voice(request: Any) -> VoiceResponse:
    response = VoiceResponse()
    response.say(f"Hello {request['From']}, bye & bye.")
    return response


def sms(request: Any) -> MessagingResponse:
    response = MessagingResponse()
    response.message("Größe: €5")
    return response


@pytest.mark.parametrize("official", [True, False], ids=["Twilio's package", "ours in its place"])
def test_a_call_and_a_text_reach_it_behind_its_proxy(official, tmp_path):
    export({"/voice": voice, "/sms": sms}, tmp_path)
    with open_sandbox() as sandbox, Hosting(tmp_path, official=official) as host:
        site = sandbox.site(host.proxy)
        host.start(public=site.url, token=sandbox.auth_token)
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=f"{site.url}/voice")
        sandbox.clock.run()
        assert sandbox.phone(ALICE).heard == f"Hello {sandbox.number}, bye & bye."
        [number] = sandbox.client.incoming_phone_numbers.list()
        number.update(sms_url=f"{site.url}/sms?a=1")
        sandbox.phone(ALICE).text(sandbox.number, "Grüße")
        sandbox.clock.run()
        assert sandbox.phone(ALICE).inbox[-1].body == "Größe: €5"
        assert sandbox.alerts == []
        assert repr(host) == f"<Hosting {tmp_path.name}, running>"
        host.stop()
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=f"{site.url}/voice")
        sandbox.clock.run()
        assert [alert.code for alert in sandbox.alerts] == [11200]


def test_another_token_is_turned_away(tmp_path):
    export(voice, tmp_path)
    with open_sandbox() as sandbox, Hosting(tmp_path) as host:
        site = sandbox.site(host.proxy)
        host.start(public=site.url, token="another token")
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=f"{site.url}/voice")
        sandbox.clock.run()
        assert [alert.code for alert in sandbox.alerts] == [11200]


def test_the_environment_is_what_the_host_gives(tmp_path, monkeypatch):
    """A secret of the reader's own shell is not handed on."""
    export(voice, tmp_path)
    monkeypatch.setenv("TWILIO_API_SECRET", "mine")
    (tmp_path / "pages.py").write_text(
        "import os\nfrom starlette.applications import Starlette\n"
        "assert 'TWILIO_API_SECRET' not in os.environ\nassert os.environ['SHOP'] == 'open'\n"
        "app = Starlette()\n",
        encoding="utf-8",
    )
    with Hosting(tmp_path) as host:
        host.start(public="https://shop.example", token="x", SHOP="open")
        assert "running" in repr(host)


def test_what_does_not_start_says_why(tmp_path):
    with pytest.raises(HelperError, match=r"There is no app\.py in"):
        Hosting(tmp_path).start(public="x", token="y")
    export(voice, tmp_path)
    (tmp_path / "pages.py").write_text("raise KeyError('price')\n", encoding="utf-8")
    with pytest.raises(HelperError, match="did not start") as refused, Hosting(tmp_path) as host:
        host.start(public="https://shop.example", token="x")
    assert "KeyError: 'price'" in str(refused.value)
    (tmp_path / "pages.py").write_text("app = None\n", encoding="utf-8")
    with pytest.raises(HelperError, match="PUBLIC_URL is not set"), Hosting(tmp_path) as host:
        host.start(public="", token="x")


def slow(request: Any) -> str:
    from threading import Event

    Event().wait(1)
    return "at last"


def test_a_page_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    export(slow, tmp_path)
    monkeypatch.setattr("helpers.export.hosting.ANSWER", 0.2)
    with open_sandbox() as sandbox, Hosting(tmp_path) as host:
        site = sandbox.site(host.proxy)
        host.start(public=site.url, token=sandbox.auth_token)
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=f"{site.url}/voice")
        sandbox.clock.run()
        [visit] = site.requests
        assert (visit.status, visit.answer) == (
            504,
            "The site behind this proxy took more than 0.2 seconds.",
        )


FORGETFUL = """
import sys
from helpers.export import Hosting

print(Hosting(sys.argv[1]).start(public="https://shop.example", token="x")._inner)
"""


def test_whoever_ends_without_ending_it_takes_it_along(tmp_path):
    export(voice, tmp_path)
    command = [sys.executable, "-c", FORGETFUL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{done.stdout.strip()}/health", timeout=5)


def test_a_site_that_has_ended_is_told_of(tmp_path):
    export(slow, tmp_path)
    with open_sandbox() as sandbox, Hosting(tmp_path) as host:
        site = sandbox.site(host.proxy)
        host.start(public=site.url, token=sandbox.auth_token)
        assert host._process is not None
        host._process.kill()
        host._process.wait()
        sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=f"{site.url}/voice")
        sandbox.clock.run()
        assert [visit.answer for visit in site.requests] == [
            "The site behind this proxy has ended."
        ]
