"""What is said in a call is spoken: by espeak-ng, through speech-dispatcher, into nowhere.

The other tests of speech put a double in the place of the browser's voices; this one has real ones.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import demo
from tests.browser.conftest import WINDOW
from tests.browser.jupyter import CHROMIUM, Lab, chromium, close_notebook

DAEMON = shutil.which("speech-dispatcher")
MODULE = Path("/usr/lib/speech-dispatcher-modules/sd_espeak-ng")  # where Debian keeps it
LACKS = (
    "real speech needs Chromium and: apt install speech-dispatcher speech-dispatcher-espeak-ng "
    "espeak-ng"
)
READY = 30  # seconds the daemon may take until it says that it can speak
LONG = 60_000  # milliseconds for what takes a moment on an idle machine
OFTEN = 250  # milliseconds between two looks: thousands of voices take a while to count

# What is spoken goes nowhere, and faster than it would be heard: no sound card is needed.
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
OVER = "() => window.spoken.some(([type]) => type !== 'start')"


@pytest.fixture
def voices() -> Iterator[dict[str, str | float | bool]]:
    """The environment of a browser that can speak; without voices the tests are skipped, unless
    REQUIRE_SPEECH=1 says they must run.

    The daemon is our own, with its own socket: nothing is heard, and nobody else's is disturbed.
    """
    if DAEMON is None or not MODULE.exists() or not CHROMIUM.exists():
        if os.environ.get("REQUIRE_SPEECH") == "1":
            pytest.fail(LACKS)
        pytest.skip(LACKS)
    # The folder's name is short, for the name of a socket has to be.
    with tempfile.TemporaryDirectory(prefix="speech-", ignore_cleanup_errors=True) as folder:
        settings = Path(folder) / "speech-dispatcher"
        (settings / "modules").mkdir(parents=True)
        (settings / "speechd.conf").write_text(SETTINGS, encoding="utf-8")
        (settings / "modules" / "espeak-ng.conf").touch()
        address = settings / "speechd.sock"
        env = {
            **os.environ,
            "XDG_RUNTIME_DIR": folder,
            "XDG_CONFIG_HOME": folder,
            "SPEECHD_ADDRESS": f"unix_socket:{address}",
        }
        printed = Path(folder) / "printed"
        with printed.open("wb") as log:
            daemon = subprocess.Popen(
                [DAEMON, "-s", "-t", "0", "-C", str(settings), "-S", str(address)],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_it_speaks(daemon, address, printed)
            yield {**env}
        finally:
            daemon.terminate()
            daemon.wait(10)


def _wait_until_it_speaks(daemon: subprocess.Popen[bytes], address: Path, printed: Path) -> None:
    """Ask the daemon for its modules, in its own protocol, until it names ours.

    That the socket's file is there is not enough: Chromium asks once, and where nobody listens yet
    it starts a daemon of its own, whose words begin but never end.
    """
    told = ""
    until = time.monotonic() + READY
    while "espeak-ng" not in told:
        # It ended, or it has a moment more to begin.
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"speech-dispatcher ended with {daemon.wait(0.05)}: {_last(printed)}")
        if time.monotonic() > until:
            pytest.fail(f"speech-dispatcher is not ready to speak ({told!r}): {_last(printed)}")
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.settimeout(READY)
            line.connect(str(address))
            line.sendall(b"LIST OUTPUT_MODULES\r\n")
            told = line.makefile(encoding="utf-8").readline()


def _last(printed: Path) -> str:
    return printed.read_text(encoding="utf-8", errors="replace")[-2000:]


@pytest.fixture
def page(voices: dict[str, str | float | bool]) -> Iterator[Page]:
    """A page of a browser with voices."""
    with (
        sync_playwright() as playwright,
        chromium(playwright, "--enable-speech-dispatcher", env=voices) as browser,
    ):
        opened = browser.new_page(viewport=WINDOW)
        yield opened
        close_notebook(opened)


# So many words take the call so long that the voice is done before the verb is.
WORDS = " ".join(["So it is."] * 20)
SAY = f"""\
from helpers import connect

session = connect(lesson="03")
call = session.client.calls.create(
    to=session.phone.number, from_=session.number,
    twiml="<Response><Say>{WORDS}</Say></Response>",
)
session.phone"""


def test_what_is_said_in_a_call_is_spoken(page: Page, lab: Lab) -> None:
    demo.run(page, lab)
    # The first question for voices only makes Chromium fetch them.
    asked = "() => speechSynthesis.getVoices().length > 0"
    page.wait_for_function(asked, timeout=LONG, polling=OFTEN)
    page.evaluate(LISTEN)
    demo.run(page, lab, SAY)
    phone = page.locator(".jp-OutputArea-output .telephone").first
    expect(phone).to_have_attribute("data-state", "ringing", timeout=LONG)
    phone.get_by_label("read aloud").check()
    phone.get_by_role("button", name="Answer").click()
    expect(phone.get_by_label("What you hear")).to_have_text(WORDS, timeout=LONG)
    page.wait_for_function(OVER, timeout=LONG, polling=OFTEN)
    spoken = page.evaluate("() => window.spoken")
    assert [[kind, text] for kind, text, *_ in spoken] == [["start", WORDS], ["end", WORDS]]
    assert all(lang.startswith("en") for _, _, lang, _ in spoken), spoken
    expect(phone).to_have_attribute("data-speaking", "false")
