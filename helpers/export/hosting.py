"""What a host does with an exported web site, on this machine: a process of its own, and a proxy.

    with Hosting("my-shop") as host:
        site = session.site(host.proxy)              # what the world asks
        host.start(public=site.url, token=token)     # the site behind it
        number.update(voice_url=site.url + "/voice")

The site gets what a host gives it: its folder, its command, and the environment. Where Twilio's
package is not installed, this one's classes of the same names take its place (`in_place`).
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
import weakref
from collections import deque
from pathlib import Path
from types import TracebackType

import requests

from helpers.errors import HelperError
from helpers.serving.request import WebRequest

PATIENCE = 30.0  # seconds in which a site starts
ANSWER = 15.0  # seconds that a page of it may take, as at Twilio
LAST_WORDS = 20  # lines of what it said that are kept
_IN_PLACE = Path(__file__).resolve().parent / "in_place"
_ROOT = Path(__file__).resolve().parents[2]
_RUNNING = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
#: What a process needs to run at all; everything else is the host's to give.
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")
# Of a connection, not of the answer; and the length is counted anew.
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}

Answer = tuple[str, int, dict[str, str]]


class Hosting:
    """A site in *folder*, run by the command that its README has, as a context manager.

    *official* says whether Twilio's package is used; by default if it is installed.
    """

    def __init__(self, folder: str | Path, *, official: bool | None = None) -> None:
        self.folder = Path(folder)
        self.official = bool(importlib.util.find_spec("twilio")) if official is None else official
        self._process: subprocess.Popen[str] | None = None
        self._inner = ""
        self._said: deque[str] = deque(maxlen=LAST_WORDS)
        self._ready = threading.Event()
        self._reader: threading.Thread | None = None
        self._end: weakref.finalize[..., Hosting] | None = None

    def start(self, *, public: str, token: str, **settings: str) -> Hosting:
        """Start the site; *public* and *token* are its settings, and *settings* further ones.

        HelperError, with the site's last words, if it does not start; safe to repeat.
        """
        self.stop()
        if not (self.folder / "app.py").is_file():
            raise HelperError(
                f"There is no app.py in {self.folder.name}.",
                next_step="Export the site first: export(app, folder).",
            )
        self._ready.clear()
        self._said.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "0"],
            cwd=self.folder,
            env=self._environment() | settings | {"PUBLIC_URL": public, "TWILIO_AUTH_TOKEN": token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        # A kernel that ends with the site still running takes it along.
        self._end = weakref.finalize(self, _ended, self._process)
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        if not self._ready.wait(PATIENCE) or not self._inner:
            told = " ".join(self._said[-1].split()) if self._said else "It said nothing."
            self.stop()
            raise HelperError(
                f"The site in {self.folder.name} did not start.",
                why=told,
                next_step="Run it in a terminal as its README says, and read what it prints.",
            )
        return self

    def proxy(self, request: WebRequest) -> Answer:
        """A page that hands each request on to the site, whose own address nobody else knows."""
        if not self._inner:
            return "The site behind this proxy is not running.", 502, {}
        with requests.Session() as http:
            http.trust_env = False
            try:
                answer = http.request(
                    request.method,
                    self._inner + request.target,
                    data=request.body,
                    headers={n: v for n, v in request.headers.items() if n not in _HOP | {"host"}},
                    timeout=(5, ANSWER),
                    allow_redirects=False,
                )
            except requests.Timeout:
                return f"The site behind this proxy took more than {ANSWER:g} seconds.", 504, {}
            except requests.ConnectionError:
                return "The site behind this proxy has ended.", 502, {}
            except requests.RequestException as problem:
                return f"What the site answers is no HTTP: {type(problem).__name__}.", 502, {}
        headers = {n: v for n, v in answer.headers.items() if n.lower() not in _HOP}
        return answer.text, answer.status_code, headers

    def stop(self) -> None:
        """End the site; safe to repeat."""
        process, self._process, self._inner = self._process, None, ""
        if process is None:
            return
        if self._end is not None:
            self._end()
        if self._reader is not None:
            self._reader.join(5)
        if process.stderr is not None:
            process.stderr.close()

    def __enter__(self) -> Hosting:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Hosting {self.folder.name}, {'running' if self._inner else 'stopped'}>"

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        if not self.official:
            kept["PYTHONPATH"] = os.pathsep.join([str(_IN_PLACE), str(_ROOT)])
        return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Take in what the site says, so that it never waits for us to read."""
        assert process.stderr is not None
        for line in process.stderr:
            self._said.append(line)
            if found := _RUNNING.search(line):
                self._inner = found[1]
                self._ready.set()
        self._ready.set()


def _ended(process: subprocess.Popen[str]) -> None:
    """End a process, if need be by force."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
