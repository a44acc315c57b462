"""Let axe-core, the usual judge of accessibility, look at parts of a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
MINOR = ("empty-table-header",)  # rules of less weight that are kept all the same

# JupyterLab's body has no height and hides what is outside it, and the notebook scrolls: axe-core
# would take all of it for invisible, and judge no contrast.
ALL_IN_SIGHT = "html, body { height: 100% !important; }"
LENGTH = """() => {
  const cells = [...document.querySelectorAll('.jp-Notebook .jp-Cell')];
  return cells.at(-1).getBoundingClientRect().bottom - cells[0].getBoundingClientRect().top;
}"""
IN_SIGHT = """length => {
  const outer = document.querySelector('.jp-WindowedPanel-outer');
  outer.scrollTop = 0;
  return outer.clientHeight >= length;
}"""

RUN = """async ([selector]) => {
  const include = [...document.querySelectorAll(selector)].filter(part => part.offsetParent);
  const found = await axe.run({ include }, { elementRef: false });
  const told = rule => rule.nodes.map(node => ({
    rule: rule.id,
    impact: node.impact,
    html: node.html.slice(0, 200),
    target: node.target.join(' '),
    why: (node.failureSummary ?? '').replaceAll('\\n', ' '),
  }));
  const contrast = found.passes.find(rule => rule.id === 'color-contrast');
  return {
    parts: include.length,
    contrasts: contrast?.nodes.length ?? 0,
    violations: found.violations.flatMap(told),
    incomplete: found.incomplete.flatMap(told),
  };
}"""


def require() -> None:
    """Skip the test where axe-core is missing, unless REQUIRE_NODE=1 says it must run."""
    if SCRIPT.exists():
        return
    missing = "axe-core is not here: cd tests/node && npm ci"
    if os.environ.get("REQUIRE_NODE") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


def spread(page: Page) -> None:
    """Make the window as tall as the open notebook, so that all of it is judged."""
    page.add_style_tag(content=ALL_IN_SIGHT)
    length = page.evaluate(LENGTH)
    width = page.viewport_size["width"] if page.viewport_size else 1200
    page.set_viewport_size({"width": width, "height": int(length) + 400})
    page.wait_for_function(IN_SIGHT, arg=length)


def look(page: Page, selector: str) -> dict[str, Any]:
    """What axe-core finds in all places of *selector*: how many `parts`, how many texts whose
    `contrasts` are good, `violations` of any impact, and what is `incomplete`: for human eyes."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return dict(page.evaluate(RUN, [selector]))


def grave(found: dict[str, Any]) -> list[str]:
    """The serious and critical violations, and those of the rules in MINOR, a line each."""
    return [
        f"{each['impact']} {each['rule']}: {each['html']} ({each['target']}) {each['why']}"
        for each in found["violations"]
        if each["impact"] in GRAVE or each["rule"] in MINOR
    ]
