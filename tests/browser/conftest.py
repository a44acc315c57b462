"""What the browser tests need: Chromium, and JupyterLab on a copy of the notebooks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import CHROMIUM, ROOT, Lab, chromium


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


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the notebooks, so that no test changes the real ones."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    if (ROOT / "notebooks").exists():
        shutil.copytree(ROOT / "notebooks", folder)
    folder.mkdir(exist_ok=True)
    with Lab(folder) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, which may reach this machine only: anything else it asks for is a failure."""
    context = browser.new_context(viewport={"width": 1200, "height": 1600})
    elsewhere: list[str] = []
    context.on("request", lambda request: elsewhere.append(request.url))
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()
    here = ("http://127.0.0.1:", "data:", "blob:")
    strangers = [address for address in elsewhere if not address.startswith(here)]
    assert not strangers, f"the page asked for {strangers}"
