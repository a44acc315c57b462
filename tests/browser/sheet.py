"""A contact sheet: every widget and picture in every state, on one page.

    python -m tests.browser.sheet --out FOLDER

runs the notebook of `tests.browser.gallery` in JupyterLab in Chromium and saves a picture of each
state in the light and the dark theme, in a window of full and of half width, and of its stored
form; `index.html` in FOLDER shows them side by side, and `sheet-1.png` ... are pictures of that.
`--only phone` takes the states whose names begin so.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import gallery
from tests.browser.jupyter import ROOT, Lab, chromium, open_notebook
from tests.browser.look import BARE

WIDTHS = {"full": 1200, "half": 640}
HEIGHT = 2600  # the tallest state fits in: what is scrolled is cut off in a picture
SLICE = 2400  # pixels of one picture of the sheet
STORED = "stored"

STYLE = """
body { margin: 16px; background: #777; color: #fff; font: 14px sans-serif; }
section { margin-bottom: 24px; }
h2 { margin: 0 0 6px; font-size: 18px; }
div { display: flex; gap: 8px; align-items: flex-start; }
figure { margin: 0; }
img { display: block; max-width: 100%; }
figcaption { padding: 2px 0; }
"""


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.sheet", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("/tmp/sheet"))
    parser.add_argument("--only", default="", help="states whose names begin so")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    taken: dict[str, list[str]] = {}
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for theme in gallery.THEMES:
            with (
                tempfile.TemporaryDirectory(prefix="sheet-") as folder,
                Lab(Path(folder), theme=theme) as lab,
            ):
                _take(browser, lab, theme, chosen.out, chosen.only, taken)
        index = chosen.out / "index.html"
        index.write_text(_page(taken), encoding="utf-8")
        print(index)
        for path in _slices(browser, index):
            print(path)


def _take(
    browser: Browser, lab: Lab, theme: str, out: Path, only: str, taken: dict[str, list[str]]
) -> None:
    """Take the pictures of one theme; their names are noted in *taken* by state."""

    def shoot(page: Page, kind: str) -> None:
        for state in gallery.states():
            if not state.name.startswith(only):
                continue
            name = f"{state.name}-{theme}-{kind}.png"
            place = gallery.place_of(page, state)
            place.scroll_into_view_if_needed()
            box = place.bounding_box()
            if box is None:
                raise RuntimeError(f"nothing is to be seen of {state.name}")
            place.screenshot(path=out / name, animations="disabled")
            taken.setdefault(state.name, []).append(name)

    page = browser.new_page(
        viewport={"width": WIDTHS["full"], "height": HEIGHT}, reduced_motion="reduce"
    )
    for _ in gallery.hang(page, lab):
        pass
    page.evaluate(BARE)
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": HEIGHT})
        shoot(page, width)
    page.close()
    page = browser.new_page(viewport={"width": WIDTHS["full"], "height": HEIGHT})
    store(gallery.write(lab.root, f"{STORED}.ipynb"))
    open_notebook(page, lab, f"{STORED}.ipynb")
    page.evaluate(BARE)
    page.locator(".jp-RenderedMermaid img").first.wait_for()
    shoot(page, STORED)
    page.close()


def store(path: Path) -> None:
    """Run the notebook at *path* as `make notebooks` does, and store what it prints."""
    # Not in this process: Playwright's event loop runs in it.
    done = subprocess.run(
        [sys.executable, "-m", "scripts.notebooks", "--once", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def _page(taken: dict[str, list[str]]) -> str:
    def figure(name: str) -> str:
        return f'<figure><img src="{name}" alt="{name}"><figcaption>{name}</figcaption></figure>'

    sections = (
        f"<section><h2>{escape(state)}</h2><div>{''.join(map(figure, names))}</div></section>"
        for state, names in taken.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title>'
        f"<style>{STYLE}</style><h1>Contact sheet</h1>{''.join(sections)}</html>"
    )


def _slices(browser: Browser, index: Path) -> list[Path]:
    """Pictures of the sheet from top to bottom."""
    page = browser.new_page(viewport={"width": 2400, "height": SLICE}, device_scale_factor=0.75)
    page.goto(index.as_uri())
    length = page.evaluate("() => document.documentElement.scrollHeight")
    paths = []
    for number, top in enumerate(range(0, length, SLICE), start=1):
        path = index.parent / f"sheet-{number}.png"
        page.evaluate("top => window.scrollTo(0, top)", top)
        page.screenshot(path=path)
        paths.append(path)
    page.close()
    return paths


if __name__ == "__main__":
    main()
