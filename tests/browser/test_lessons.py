"""axe-core finds nothing serious in any lesson: its prose, and what is stored of its outputs.

That is what checkers of notebooks in JupyterLab do besides rules of their own, and those are in
`tests/lessons/contract/access.py`. Two things are JupyterLab's doing, whatever a lesson writes: the
boxes of a list of tasks have no label, and links in a text have a colour and no line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.jupyter import ROOT, Lab, open_notebook

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
PROSE = ".jp-Notebook .jp-RenderedMarkdown"
OUTPUTS = ".jp-Notebook .jp-OutputArea-output"


def jupyterlabs(fault: str) -> bool:
    """Whether a fault is JupyterLab's, and would be the same in every notebook."""
    box = re.search(r" label: <input [^>]*disabled=\"disabled\" type=\"checkbox\">", fault)
    return bool(box) or " link-in-text-block: <a " in fault


# What must be found by a judge that sees anything: pale letters, a link without words.
PLANTED = """() => {
  document.querySelector('.jp-Notebook .jp-RenderedMarkdown').insertAdjacentHTML(
    'beforeend', '<p style="color: #bbb; background: #fff">pale</p><a href="#x"></a>');
}"""


@pytest.fixture(scope="module", autouse=True)
def judge() -> None:
    axe.require()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_no_serious_fault(page: Page, lab: Lab, lesson: Path) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_notebook(page, lab, lesson.name)
    page.locator(PROSE).last.wait_for()
    axe.spread(page)
    found = axe.look(page, f"{PROSE}, {OUTPUTS}")
    assert found["parts"] > 20
    assert found["contrasts"] > 50
    assert [fault for fault in axe.grave(found) if not jupyterlabs(fault)] == []


def test_the_judge_sees_what_is_planted(page: Page, lab: Lab) -> None:
    open_notebook(page, lab, LESSONS[0].name)
    page.locator(PROSE).last.wait_for()
    axe.spread(page)
    page.evaluate(PLANTED)
    faults = [fault for fault in axe.grave(axe.look(page, PROSE)) if not jupyterlabs(fault)]
    assert {fault.split()[1] for fault in faults} == {"color-contrast:", "link-name:"}
