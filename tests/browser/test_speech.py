"""What is said in a call is spoken: by espeak-ng, through speech-dispatcher, into nowhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import demo
from tests.browser.jupyter import CHROMIUM, Lab, chromium, open_notebook, run_all

DAEMON = shutil.which("speech-dispatcher")
MODULE = next(Path("/usr/lib").glob("speech-dispatcher-modules/sd_espeak-ng"), None)
READY = 15  # seconds the daemon may take to listen
VOICES = 20_000  # milliseconds until Chromium has asked it for its voices

# Without a sound card what is spoken goes nowhere, but takes its time as if it were heard.
SETTINGS = """\
LogLevel 1
AudioOutputMethod "alsa"
AudioALSADevice "null"
AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"
DefaultModule espeak-ng
DisableAutoSpawn
"""

# Notes what becomes of everything that the page has spoken.
LISTEN = """() => {
  window.spoken = [];
  const speak = speechSynthesis.speak.bind(speechSynthesis);
  speechSynthesis.speak = words => {
    for (const type of ['start', 'end', 'error']) {
      words.addEventListener(type, event => {
        window.spoken.push([type, words.text, words.voice?.lang ?? '', event.error ?? '']);
      });
    }
    speak(words);
  };
}"""


@pytest.fixture(scope="module")
def speaking() -> Iterator[Browser]:
    """Chromium with voices: skipped where there are none, unless REQUIRE_SPEECH=1."""
    if DAEMON is None or MODULE is None or not CHROMIUM.exists():
        missing = (
            "real speech needs Chromium and: apt install speech-dispatcher "
            "speech-dispatcher-espeak-ng espeak-ng"
        )
        if os.environ.get("REQUIRE_SPEECH") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    # A daemon of our own, with its own socket: nothing is heard, and nobody else's is disturbed.
    # Its folder's name is short, for the name of a socket has to be.
    with tempfile.TemporaryDirectory(prefix="speech-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        settings = home / "speech-dispatcher"
        (settings / "modules").mkdir(parents=True)
        (settings / "speechd.conf").write_text(SETTINGS, encoding="utf-8")
        (settings / "modules" / "espeak-ng.conf").touch()
        socket = home / "speech-dispatcher" / "speechd.sock"
        env = {**os.environ, "XDG_RUNTIME_DIR": folder, "XDG_CONFIG_HOME": folder}
        daemon = subprocess.Popen(
            [DAEMON, "-s", "-t", "0", "-C", str(settings), "-S", str(socket)],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + READY
            while not socket.exists():
                assert time.monotonic() < until, "speech-dispatcher does not listen"
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"speech-dispatcher ended with {daemon.wait(0.05)}")
            own: dict[str, str | float | bool] = {**env}
            with (
                sync_playwright() as playwright,
                chromium(playwright, "--enable-speech-dispatcher", env=own) as browser,
            ):
                yield browser
        finally:
            daemon.terminate()
            daemon.wait(10)


SAY = """\
from helpers import connect

session = connect(lesson="03")
call = session.client.calls.create(
    to=session.phone.number, from_=session.number,
    twiml="<Response><Say>Hello world. Thank you for listening.</Say></Response>",
)
session.phone"""
WORDS = "Hello world. Thank you for listening."


def test_what_is_said_is_spoken(speaking: Browser, tmp_path: Path) -> None:
    demo.write(tmp_path / "speech.ipynb", SAY)
    page = speaking.new_page(viewport={"width": 1200, "height": 1600})
    with Lab(tmp_path) as lab:
        open_notebook(page, lab, "speech.ipynb")
        # The first question for voices only makes Chromium fetch them.
        page.wait_for_function("() => speechSynthesis.getVoices().length > 0", timeout=VOICES)
        page.evaluate(LISTEN)
        run_all(page)
        phone = page.locator(".jp-OutputArea-output .telephone").first
        expect(phone).to_have_attribute("data-state", "ringing")
        phone.get_by_label("read aloud").check()
        phone.get_by_role("button", name="Answer").click()
        expect(phone.get_by_label("What you hear")).to_have_text(WORDS)
        page.wait_for_function(
            "text => ['start', 'end'].every(type => "
            "window.spoken.some(each => each[0] === type && each[1] === text))",
            arg=WORDS,
        )
        spoken = page.evaluate("() => window.spoken")
        page.close()
    assert all(lang.startswith("en") for _, _, lang, _ in spoken)
    assert not [error for kind, _, _, error in spoken if kind == "error"]
