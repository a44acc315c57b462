"""axe-core finds nothing serious in any widget, in any state, light or dark, live or stored."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import axe, gallery
from tests.browser.jupyter import Lab

OUTPUTS = ".jp-Notebook .jp-OutputArea-output"


@pytest.fixture(scope="module", autouse=True)
def judge() -> None:
    axe.require()


# What a judge that sees anything must find: pale letters, a button and a column without a name.
PLANTED = """place => {
  place.insertAdjacentHTML('beforeend', `<div class="planted">
    <p style="color: #bbb; background: #fff">pale</p><button></button>
    <table><tr><th></th><th>what</th></tr><tr><td>1</td><td>2</td></tr></table></div>`);
}"""


def test_no_widget_in_any_state_has_a_serious_fault(page: Page, lab: Lab) -> None:
    page.emulate_media(reduced_motion="reduce")  # no colour is half way to another
    hung = list(gallery.hang(page, lab))
    axe.spread(page)
    faults = []
    for theme in gallery.THEMES:
        gallery.wear(page, theme)
        found = axe.look(page, OUTPUTS)
        assert found["parts"] >= len(hung)
        assert found["contrasts"] > 1000
        faults += [f"{theme}: {fault}" for fault in axe.grave(found)]
    assert faults == []
    hung[-1][1].evaluate(PLANTED)
    planted = axe.grave(axe.look(page, ".planted"))
    for rule in ("color-contrast", "button-name", "empty-table-header"):
        assert any(f" {rule}: " in fault for fault in planted), planted
