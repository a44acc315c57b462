"""The page on deployment: its apps under their production command, behind a proxy that ends TLS.

The proxy is a stand-in: what the sandbox asks of https://shop.example goes to the server's own
address over plain HTTP, with the headers that a proxy adds.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from helpers.testing import TwilioSandbox, open_sandbox
from tests.docs.pages import blocks, files

PAGE = "deploy.md"
PUBLIC = "https://shop.example"
ALICE = "+14155550100"

TRUSTING = """
from helpers import VoiceResponse
from helpers.serving import Pages, requires_signature

@requires_signature(trust_proxy=True)
def voice(request):
    response = VoiceResponse()
    response.say(f"Hello {request['From']}.")
    return response

app = Pages({"/voice": voice, "/health": lambda: "ok"})
"""


def command(module: str) -> list[str]:
    """The page's command, for this Python, this module and a free port."""
    [line] = [b.text.strip() for b in blocks(PAGE) if b.language == "bash"]
    words = shlex.split(line)
    assert words[0] == "python" and "app:app" in words and "--port" in words
    words[words.index("app:app")] = f"{module}:app"
    words[words.index("--port") + 1] = "0"
    return [sys.executable, *words[1:]]


@contextmanager
def served(module: str, folder: Path, sandbox: TwilioSandbox) -> Iterator[str]:
    """Run the server in a process of its own; its address on this machine."""
    environment = dict(os.environ) | {"PUBLIC_URL": PUBLIC, "PYTHONUNBUFFERED": "1"}
    assert environment["TWILIO_AUTH_TOKEN"] == sandbox.auth_token
    server = subprocess.Popen(
        command(module), cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    try:
        said = []
        for line in server.stderr:
            said.append(line)
            if match := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                yield match[1]
                break
        else:
            pytest.fail("".join(said))
        server.send_signal(signal.SIGTERM)
        _, rest = server.communicate(timeout=10)
        assert "Traceback" not in rest
        # uvicorn ends what it does, and then by the signal that it was told.
        assert server.returncode in (0, -signal.SIGTERM)
    finally:
        server.kill()
        server.communicate()


def behind_a_proxy(sandbox: TwilioSandbox, inner: str, **headers: str) -> None:
    """Have the sandbox find the server at its public address."""

    def proxy(request):
        sent = dict(request.headers) | headers
        got = requests.request(
            request.method, inner + request.target, data=request.body, headers=sent, timeout=10
        )
        return got.text, got.status_code, {"content-type": got.headers["content-type"]}

    sandbox.site(proxy, at=PUBLIC)


def call(sandbox: TwilioSandbox) -> str:
    """Ring Alice with the site's page; what she heard."""
    sandbox.client.calls.create(to=ALICE, from_=sandbox.number, url=PUBLIC + "/voice")
    sandbox.clock.run()
    return sandbox.phone(ALICE).heard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in files(PAGE).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "trusting.py").write_text(TRUSTING, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("module", ["app", "short"])
def test_the_app_in_production(module, folder):
    with open_sandbox() as sandbox, served(module, folder, sandbox) as inner:
        assert requests.get(inner + "/health", timeout=10).text == "ok"
        behind_a_proxy(sandbox, inner)
        assert call(sandbox) == "Hello +15005550006."
        assert sandbox.alerts == []
        for headers in ({}, {"X-Twilio-Signature": "AAAA"}):
            answer = requests.post(inner + "/voice", {"From": "x"}, headers=headers, timeout=10)
            assert answer.status_code == 403
            assert answer.text.startswith("This page is for Twilio only")


@pytest.mark.parametrize(
    ("headers", "hears"),
    [
        # As nginx sends them when the page's lines are in its file.
        ({"X-Forwarded-Proto": "https", "Host": "shop.example"}, "Hello +15005550006."),
        (
            {
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": "shop.example",
                "Host": "127.0.0.1:8000",
            },
            "Hello +15005550006.",
        ),
        # A proxy that tells nothing: the check fails, and the caller hears no Hello.
        ({"Host": "127.0.0.1:8000"}, ""),
    ],
)
def test_an_app_that_believes_its_proxy(headers, hears, folder):
    with open_sandbox() as sandbox, served("trusting", folder, sandbox) as inner:
        behind_a_proxy(sandbox, inner, **{name.lower(): value for name, value in headers.items()})
        assert call(sandbox) == hears
        assert [alert.code for alert in sandbox.alerts] == ([] if hears else [11200])


def test_the_number_is_told(folder, monkeypatch, capsys):
    monkeypatch.setenv("PUBLIC_URL", PUBLIC)
    with open_sandbox() as sandbox:
        code = compile((folder / "tell.py").read_text(encoding="utf-8"), "tell.py", "exec")
        scope: dict[str, object] = {}
        exec(code, scope)
        scope["client"].http_client.session.close()  # type: ignore[attr-defined]
        [number] = sandbox.client.incoming_phone_numbers.list()
        assert (number.voice_url, number.voice_method) == (PUBLIC + "/voice", "POST")
    assert capsys.readouterr().out == f"+15005550006 asks {PUBLIC}/voice\n"


def test_what_the_page_says_of_its_requirements_is_what_its_app_imports(folder):
    named = (folder / "requirements.txt").read_text(encoding="utf-8").split()[2:]
    imported = set(re.findall(r"^(?:from|import) (\w+)", files(PAGE)["app.py"], re.MULTILINE))
    assert imported - set(sys.stdlib_module_names) == set(named) - {"uvicorn"}
