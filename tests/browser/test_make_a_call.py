"""The lesson a learner meets first: run it, answer the phone, see the words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, open_notebook, run_all

LESSON = "03-make-a-call.ipynb"


def test_answering_the_phone_shows_the_words(page: Page, lab: Lab) -> None:
    if not (lab.root / LESSON).exists():
        pytest.skip(f"{LESSON} is not written yet")
    open_notebook(page, lab, LESSON)
    run_all(page)
    phone = page.locator('.jp-OutputArea-output .telephone[data-state="ringing"]').first
    phone.get_by_role("button", name="Answer").click(timeout=60_000)
    heard = page.locator(".jp-OutputArea-output .telephone").first
    expect(heard.get_by_role("list", name="Transcript")).to_contain_text("Hello world.")
