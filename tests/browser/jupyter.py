"""Drive JupyterLab in Chromium: start a server on a folder, open a notebook, run it, look at it.

Used by the browser tests and by `python -m tests.browser.look`. Everything the server writes goes
to a temporary folder: it neither reads nor changes the settings of whoever runs this.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "browser-test"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
START_UP = 60  # seconds the server may take to start

# Settings that a first visitor would be asked about, or that hide what we want to see.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false"},
    # Draw every cell, also those outside the window: a picture shall show the whole notebook.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}

OPENED = """name => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return Boolean(panel?.sessionContext) && panel.context.path === name;
}"""

# A notebook that is closed so is not asked about, and its kernel ends.
CLOSE = """async () => {
  const { panel } = window;
  window.panel = undefined;
  if (!panel || panel.isDisposed) return;
  await panel.sessionContext.shutdown().catch(() => {}); // a test may have done that
  panel.dispose();
}"""
OPEN = """name => {
  jupyterapp.commands.execute('docmanager:open', { path: name });
  return null;
}"""

IS_OPEN = """name => {
  const panel = window.panel;
  if (!panel || panel.isDisposed || panel.context.path !== name) return false;
  return panel.sessionContext.session?.kernel?.status === 'idle';
}"""
# The new cells come first: a notebook without any makes itself one.
REPLACE = """async sources => {
  const { panel } = window;
  const code = 'import ipywidgets; ipywidgets.Widget.close_all()';
  const { kernel } = panel.sessionContext.session;
  await kernel.requestExecute({ code, store_history: false }).done;
  const model = panel.model.sharedModel;
  const before = model.cells.length;
  const cells = sources.map(source => ({ cell_type: 'code', source, metadata: {} }));
  model.insertCells(0, cells);
  model.deleteCellRange(cells.length, cells.length + before);
}"""

# Run All before the kernel is known would open a dialog that asks for one, and run nothing.
# Promises are not waited for here: Playwright would wait for ever, or take them for true.
READY = """() => {
  const panel = jupyterapp.shell.currentWidget;
  const ready = async () => {
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    window.panel = panel; // the shell forgets its current widget when the focus goes elsewhere
  };
  ready();
  return null;
}"""

# The command's promise ends when the last cell has run.
RUN_ALL = """() => {
  window.ranAll = false;
  jupyterapp.shell.activateById(window.panel.id);
  const done = () => { window.ranAll = true; };
  jupyterapp.commands.execute('notebook:run-all-cells').then(done, done);
  return null;
}"""

SAVE = """() => {
  window.saved = false;
  window.panel.context.save().then(() => { window.saved = true; });
}"""


class Lab:
    """A JupyterLab server on the folder *root*, as a context manager; `url` is where it is.

    *theme* is ``light`` or ``dark``; *environment* is added to what the kernels see.
    """

    def __init__(
        self, root: Path, *, theme: str = "light", environment: dict[str, str] | None = None
    ) -> None:
        self.root = root
        self.theme = theme
        self.environment = environment or {}
        self.url = ""
        self.lines: list[str] = []  # what the server printed, for a failing test to show

    def __enter__(self) -> Lab:
        self._home = tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)
        home = Path(self._home.name)
        self._write_settings(home / "settings")
        port = _free_port()
        self._server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
                *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
                *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.root}"),
                "--LabApp.expose_app_in_browser=True",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env=self._environment(home),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(started,), daemon=True)
        self._reader.start()
        if not started.wait(START_UP) or not self._listens(port):
            self.__exit__(None, None, None)
            raise RuntimeError("JupyterLab did not start:\n" + "".join(self.lines[-20:]))
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._reader.join(5)
        if self._server.stderr is not None:
            self._server.stderr.close()
        self._home.cleanup()

    def _listens(self, port: int) -> bool:
        """Wait until the server can be reached, which is a moment after it said so."""
        until = time.monotonic() + START_UP
        while self._server.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(0.02)
            else:
                return True
        return False

    def _read(self, started: threading.Event) -> None:
        assert self._server.stderr is not None
        for line in self._server.stderr:
            self.lines.append(line)
            if "is running at" in line:
                started.set()
        started.set()  # it ended: whoever waits for it shall not wait on

    def _write_settings(self, folder: Path) -> None:
        theme = "JupyterLab Dark" if self.theme == "dark" else "JupyterLab Light"
        settings = SETTINGS | {"@jupyterlab/apputils-extension/themes": {"theme": theme}}
        for name, values in settings.items():
            path = folder / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")

    def _environment(self, home: Path) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TWILIO_", "JUPYTER", "JPY_"))
        }
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "TWILIO_PROGRESS": "progress.jsonl",
        }
        private = {name: str(home / folder) for name, folder in folders.items()}
        # The kernels find the package and the tests' own helpers also when not installed.
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return kept | private | {"PYTHONPATH": path} | self.environment


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def chromium(
    playwright: Playwright, *flags: str, env: dict[str, str | float | bool] | None = None
) -> Iterator[Browser]:
    """Debian's Chromium without a window, with more *flags* and in another environment if given."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, headless=True, args=[*FLAGS, *flags], env=env
    )
    try:
        yield browser
    finally:
        browser.close()


def open_notebook(page: Page, lab: Lab, name: str) -> None:
    """Open the notebook *name* and wait until its kernel is ready to run cells.

    A page that shows this JupyterLab already stays; its last notebook is closed.
    """
    if page.url.startswith(f"{lab.url}/lab/"):
        close_notebook(page)
        page.evaluate(OPEN, name)
    else:
        page.goto(f"{lab.url}/lab/tree/{name}?token={TOKEN}&reset")
    _wait_until_open(page, name)


def is_open(page: Page, lab: Lab, name: str) -> bool:
    """Whether the page shows the notebook *name* of this JupyterLab, with an idle kernel."""
    return page.url.startswith(f"{lab.url}/lab/") and bool(page.evaluate(IS_OPEN, name))


def replace_cells(page: Page, *sources: str) -> None:
    """Put code cells in the place of those of the open notebook, and close its kernel's widgets."""
    page.evaluate(REPLACE, list(sources))


def close_notebook(page: Page) -> None:
    """Close the open notebook, if there is one, and end its kernel."""
    if page.url.startswith("http"):
        page.evaluate(CLOSE)


def reload(page: Page) -> None:
    """Load the whole page anew, as a reader does with F5; the kernel goes on."""
    name = page.evaluate("() => window.panel.context.path")
    place, _, _ = page.url.partition("/lab/")
    page.goto(f"{place}/lab/tree/{name}?reset")
    _wait_until_open(page, name)


def _wait_until_open(page: Page, name: str) -> None:
    page.wait_for_function(OPENED, arg=name, timeout=60_000)
    page.evaluate(READY)
    page.wait_for_function("() => Boolean(window.panel)", timeout=60_000)


def run_all(page: Page) -> None:
    """Begin to run all cells; see :func:`wait_until_done`."""
    page.evaluate(RUN_ALL)


def wait_until_done(page: Page, seconds: float = 120) -> None:
    """Wait until every cell has run."""
    # The command's promise ends early at a cell that is meant to fail; the kernel works on.
    page.wait_for_function(
        "() => window.ranAll && window.panel.sessionContext.session.kernel.status === 'idle'",
        timeout=seconds * 1000,
    )


def save(page: Page) -> None:
    """Save the open notebook, as JupyterLab itself does every two minutes."""
    page.evaluate(SAVE)
    page.wait_for_function("() => window.saved")
