"""How soon the phone in the notebook moves, and what it weighs. Needs Chromium.

python -m benchmarks.widgets
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser import demo
from tests.browser.jupyter import CHROMIUM, Lab, chromium, open_notebook, run_all

ROOT = Path(__file__).resolve().parent.parent
CLICKS = 60
SECONDS = 5  # of a flood
RATE = 100  # events a second
BUBBLES = 200
LATE = 50  # milliseconds
LIMITS = {"idle": 200, "busy": 400}  # milliseconds at the 95th percentile
IMPORTS = 9  # fresh interpreters of each kind

T = TypeVar("T")

# From a click until what came of it is in the page and has been painted.
CLICK = """async ([phone, count]) => {
  const key = phone.querySelector('.keypad button');
  const list = phone.querySelector('.transcript');
  const times = [];
  for (let each = 0; each < count; each += 1) {
    const began = performance.now();
    await new Promise(done => {
      const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(done));
      });
      watch.observe(list, { childList: true });
      key.click();
    });
    times.push(performance.now() - began);
  }
  return times;
}"""

FRAMES = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const frame = now => {
    window.frames_ms.push(now - last);
    last = now;
    if (!window.enough) requestAnimationFrame(frame);
  };
  window.enough = false;
  requestAnimationFrame(frame);
}"""
SEEN = """() => {
  window.enough = true;
  return window.frames_ms.slice(1).sort((a, b) => a - b);
}"""

TELL = """code => {
  window.panel.sessionContext.session.kernel.requestExecute({ code, store_history: false });
  return null;
}"""

AWAITING = """\
import asyncio

while not any(text.body == "over" for text in fake.inbox):
    await asyncio.sleep(0.05)"""

# A thread of its own keeps the rate whatever the kernel does.
FLOOD = f"""\
import threading, time

def flood():
    began = time.monotonic()
    for number in range({SECONDS * RATE}):
        fake.receive(f"Text number {{number}}")
        time.sleep(max(0, began + number / {RATE} - time.monotonic()))
    fake.receive("over")

threading.Thread(target=flood, daemon=True).start()"""
EARLY = f"for number in range({BUBBLES}): fake.receive(f'Early text {{number}}')"


def clicks() -> dict[str, list[float]]:
    """Milliseconds from a click to its change on the screen, sorted, by what the kernel does."""
    return {"idle": _in_browser(_click), "busy": _in_browser(_click, AWAITING)}


def frames() -> dict[str, list[float]]:
    """Milliseconds between two frames, sorted, beside many bubbles: at rest, which is what the
    machine itself makes late, and while texts come by the hundred."""

    def measure(page: Page, phone: Locator) -> dict[str, list[float]]:
        page.evaluate(TELL, EARLY)
        texts = phone.get_by_role("log", name="Messages").get_by_role("listitem")
        expect(texts).to_have_count(BUBBLES)
        page.evaluate(FRAMES)
        page.wait_for_timeout(SECONDS * 1000)
        rest = page.evaluate(SEEN)
        page.evaluate(FRAMES)
        page.evaluate(TELL, FLOOD)
        expect(texts.last).to_contain_text("over", timeout=30_000)
        return {"at rest": rest, f"{RATE} texts a second": page.evaluate(SEEN)}

    return _in_browser(measure)


def imports() -> dict[str, float]:
    """Milliseconds of CPU that a fresh interpreter takes, the best of several."""
    bare = "import ipywidgets, anywidget"
    ways = {
        "ipywidgets + anywidget": bare,
        "... and helpers.widgets": f"{bare}\nimport helpers.widgets",
        "... and all of its names": f"{bare}\nfrom helpers.widgets import *",
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(IMPORTS):
        for name, code in ways.items():  # in turn, so that a busy moment meets all alike
            told = f"{code}\nimport time\nprint(time.process_time())"
            done = subprocess.run(
                [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
            )
            spent[name].append(float(done.stdout) * 1e3)
    return {name: min(times) for name, times in spent.items()}


def _click(page: Page, phone: Locator) -> list[float]:
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_have_attribute("data-state", "in-progress")
    return sorted(page.evaluate(CLICK, [phone.element_handle(), CLICKS]))


def _in_browser(measure: Callable[[Page, Locator], T], *cells: str) -> T:
    """Do *measure* with a page and a ringing phone on it; *cells* run below the phone."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Lab(Path(folder)) as lab,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        demo.write(lab.root / "bench.ipynb", demo.RING, *cells)
        page = browser.new_page(viewport={"width": 1200, "height": 1600})
        open_notebook(page, lab, "bench.ipynb")
        run_all(page)
        phone = page.locator(".jp-OutputArea-output .telephone").first
        expect(phone).to_have_attribute("data-state", "ringing", timeout=30_000)
        return measure(page, phone)


def main() -> None:
    """Print the tables."""
    print("| imported, CPU | ms | over the first |")
    print("|---|---|---|")
    figures = imports()
    first = next(iter(figures.values()))
    for name, spent in figures.items():
        print(f"| {name} | {spent:.0f} | {spent - first:+.0f} (limit 150) |")
    print()
    print("| script | bytes | limit |")
    print("|---|---|---|")
    for name, limit in (("phone.js", "40,000"), ("forms.js", ""), ("editor.js", "")):
        print(f"| {name} | {(ROOT / 'helpers/widgets' / name).stat().st_size:,} | {limit} |")
    print()
    if not CHROMIUM.exists():
        print(f"{CHROMIUM} is missing: the other figures need Chromium.")
        return
    print("| from click to screen | median ms | p95 ms | limit |")
    print("|---|---|---|---|")
    for name, times in clicks().items():
        doing = {"idle": "kernel idle", "busy": "with a cell awaiting"}[name]
        p95 = times[int(len(times) * 0.95)]
        print(f"| {doing} | {median(times):.0f} | {p95:.0f} | {LIMITS[name]} |")
    print()
    print(f"| {BUBBLES} bubbles, {SECONDS} s | frames | longest ms | over {LATE} ms (limit 0) |")
    print("|---|---|---|---|")
    for name, waits in frames().items():
        late = sum(wait > LATE for wait in waits)
        print(f"| {name} | {len(waits)} | {waits[-1]:.0f} | {late} |")


if __name__ == "__main__":
    main()
