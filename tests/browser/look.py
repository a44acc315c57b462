"""Take pictures of a notebook as a reader sees it.

    python -m tests.browser.look NOTEBOOK... --theme light|dark|both --out FOLDER

opens each notebook in JupyterLab in Chromium, runs all its cells, waits until they are done, and
saves its whole length as PNG files of a height that can be looked at (NAME-light-1.png ...).
`--stored` does not run it and shows what is saved in it, `--watched` behaves as if a person were
there (then somebody has to answer), `--width 700` takes a narrow window.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import Lab, chromium, open_notebook, run_all, wait_until_done

SLICE = 1800  # pixels of one picture's height
TALLEST = 15_000  # Chromium draws no taller window

# How tall the notebook is when nothing of it is scrolled away.
LENGTH = """() => {
  const panel = window.panel.node;
  const cells = [...panel.querySelectorAll('.jp-Notebook .jp-Cell')];
  const top = panel.querySelector('.jp-Notebook').getBoundingClientRect().top;
  const last = cells[cells.length - 1].getBoundingClientRect().bottom;
  return Math.ceil(Math.max(last - cells[0].getBoundingClientRect().top + top, 400)) + 120;
}"""

# Fonts have come, and what grows once it is in the window has grown.
SETTLED = """async () => {
  await document.fonts.ready;
  // After a run the notebook stands at its last cell.
  for (const node of document.querySelectorAll('.jp-Notebook, .jp-WindowedPanel-outer')) {
    node.scrollTop = 0;
  }
  await new Promise(done => setTimeout(done, 500));
}"""

# Only the notebook: no file browser, no side bars.
BARE = """() => {
  jupyterapp.shell.collapseLeft();
  jupyterapp.shell.collapseRight();
}"""


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.look", description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="both")
    parser.add_argument("--out", type=Path, default=Path("/tmp/look"))
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--stored", action="store_true", help="do not run it")
    parser.add_argument("--watched", action="store_true", help="as if a person were there")
    parser.add_argument("--seconds", type=float, default=180, help="patience for all cells")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    themes = ["light", "dark"] if chosen.theme == "both" else [chosen.theme]
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for theme in themes:
            _look(browser, theme, chosen)


def _look(browser: Browser, theme: str, chosen: argparse.Namespace) -> None:
    watched = {"TWILIO_WATCHED": "yes" if chosen.watched else "no"}
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        for notebook in chosen.notebooks:
            shutil.copy(notebook, folder)
        with Lab(Path(folder), theme=theme, environment=watched) as lab:
            for notebook in chosen.notebooks:
                page = browser.new_page(viewport={"width": chosen.width, "height": 1600})
                open_notebook(page, lab, notebook.name)
                if not chosen.stored:
                    run_all(page)
                    wait_until_done(page, chosen.seconds)
                for path in take_pictures(page, chosen.out, f"{notebook.stem}-{theme}"):
                    print(path)
                page.close()


def take_pictures(page: Page, out: Path, name: str) -> list[Path]:
    """Save the open notebook from top to bottom as *name*-1.png, -2 ... in *out*."""
    page.evaluate(BARE)
    width = page.viewport_size["width"] if page.viewport_size else 1200
    # Twice: pictures and diagrams may grow once they come into the window.
    for _ in range(2):
        length = min(page.evaluate(LENGTH), TALLEST)
        page.set_viewport_size({"width": width, "height": length})
        page.evaluate(SETTLED)
    paths = []
    for number, top in enumerate(range(0, length, SLICE), start=1):
        path = out / f"{name}-{number}.png"
        clip = {"x": 0, "y": top, "width": width, "height": min(SLICE, length - top)}
        page.screenshot(path=path, clip=clip)
        paths.append(path)
    return paths


if __name__ == "__main__":
    main()
