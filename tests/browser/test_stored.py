"""What a reader sees who has run nothing: the stored form of every widget, in JupyterLab."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, gallery
from tests.browser.jupyter import ROOT, Lab, open_notebook
from tests.browser.sheet import store

# Twelve letters of a secret would be enough to be recognised.
SECRETS = (gallery.PASSWORD, gallery.TOKEN[:12], gallery.SID, "0123456789abcdef")
ADDRESS = re.compile(r"127\.0\.0\.1|localhost|/tmp/")
TEXT_ONLY = ("alerts", "one-exchange")
DISPLAYS = ("_repr_html_", "_repr_mimebundle_", "_ipython_display_")
OUTPUTS = ".jp-Notebook .jp-OutputArea-output"


@pytest.fixture(scope="module")
def stored(lab: Lab) -> Path:
    """The gallery as the project stores its notebooks: run by nobody in particular."""
    path = gallery.write(lab.root, "stored.ipynb")
    store(path)
    return path


def outputs(path: Path) -> dict[str, Any]:
    """What is stored of each state: its one output."""
    cells = nbformat.read(path, as_version=4).cells[1:]
    names = [each.name for each in gallery.states()]
    assert all(len(cell.outputs) == 1 for cell in cells)
    return {name: cell.outputs[0].data for name, cell in zip(names, cells, strict=True)}


def test_the_gallery_leaves_nothing_out() -> None:
    show_themselves = {
        node.name
        for folder in ("widgets", "story")
        for path in (ROOT / "helpers" / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(getattr(each, "name", "") in DISPLAYS for each in node.body)
    }
    assert show_themselves == set(gallery.SHOWN)
    assert set(gallery.SHOWN.values()) <= {state.name for state in gallery.states()}


def test_each_has_text_and_a_picture_and_no_secret(stored: Path) -> None:
    for name, data in outputs(stored).items():
        text = data["text/plain"]
        assert text.strip() and "object at 0x" not in text, name
        drawn = data.get("text/html", "") + data.get("text/vnd.mermaid", "")
        assert drawn.strip() or name in TEXT_ONLY, name
        assert not any("widget" in kind for kind in data), name
        shown = text + drawn
        assert not ADDRESS.search(shown), (name, ADDRESS.findall(shown))
        assert not re.search(r"<(script|link|style|iframe|img)\b|\son\w+=", drawn), name
    everything = stored.read_text(encoding="utf-8")
    printed = "".join(str(data) for data in outputs(stored).values())
    for secret in SECRETS:
        assert secret not in printed
    assert '"widgets"' not in everything


def test_they_are_seen_where_nothing_was_run(page: Page, lab: Lab, stored: Path) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_notebook(page, lab, stored.name)
    expect(page.locator(".jp-RenderedMermaid img").first).to_be_visible()
    for state in gallery.states():
        place = gallery.place_of(page, state)
        # A diagram is a picture; everything else has words.
        assert place.inner_text().strip() or place.get_by_role("img").count(), state.name
    shown = page.locator(".jp-Notebook").inner_text().lower()
    assert "model not found" not in shown and "error displaying widget" not in shown
    assert page.locator(f"{OUTPUTS} :is(.telephone, .lesson-form)").count() == 0
    axe.require()
    axe.spread(page)
    faults = []
    for theme in gallery.THEMES:
        gallery.wear(page, theme)
        faults += [f"{theme}: {fault}" for fault in axe.grave(axe.look(page, OUTPUTS))]
    assert faults == []
