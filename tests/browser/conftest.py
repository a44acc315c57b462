"""What the browser tests need: Chromium, and JupyterLab on a copy of the notebooks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.jupyter import CHROMIUM, ROOT, Lab, chromium, close_notebook

# A busy machine takes its time; what never comes true fails all the same.
expect.set_options(timeout=15_000)

WINDOW: ViewportSize = {"width": 1200, "height": 1600}

# What a person chose of a phone's sounds is remembered by the browser.
FORGET = """() => {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith('telephone.')) localStorage.removeItem(name);
  }
}"""


# Per module, not per session: while Playwright runs, its event loop occupies this thread, and
# the tests that come after these could not use asyncio.run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it the test is skipped, unless REQUIRE_BROWSER=1 says it must run."""
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: the browser tests need Chromium (apt install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the notebooks, so that no test changes the real ones."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    if (ROOT / "notebooks").exists():
        shutil.copytree(ROOT / "notebooks", folder)
    folder.mkdir(exist_ok=True)
    with Lab(folder) as server:
        yield server


class Desk:
    """A page that is kept from test to test, and what it has asked for: to load JupyterLab anew
    takes longer than most tests do."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport=WINDOW)
        self.asked: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))

    def clear(self) -> None:
        """Make it as good as new."""
        self.asked.clear()
        self.page.set_viewport_size(WINDOW)
        self.page.emulate_media(reduced_motion="null")
        if self.page.url.startswith("http"):
            self.page.evaluate(FORGET)

    def check(self) -> None:
        """Fail if anything but this machine was asked."""
        here = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        strangers = [address for address in self.asked if not address.startswith(here)]
        assert not strangers, f"the page asked for {strangers}"


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Desk]:
    """The page that the tests of a module share."""
    made = Desk(browser)
    yield made
    close_notebook(made.page)
    made.context.close()


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    """A page that may reach this machine only: anything else it asks for is a failure."""
    desk.clear()
    yield desk.page
    desk.check()
