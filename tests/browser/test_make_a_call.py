"""The lesson a learner meets first: run it, answer the phone, see the words."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.jupyter import Lab, open_notebook, run_all

LESSON = "03-make-a-call.ipynb"
WORDS = "Hello world."

# The lesson goes on to its next call at once, so what the phone shows is noted as it comes.
LISTEN = """phone => {
  window.heard = [];
  const note = () => window.heard.push(phone.querySelector('.transcript').innerText);
  new MutationObserver(note).observe(phone, { childList: true, subtree: true });
}"""


def test_answering_the_phone_shows_the_words(page: Page, lab: Lab) -> None:
    open_notebook(page, lab, LESSON)
    run_all(page)
    phone = page.locator(".jp-OutputArea-output .telephone").first
    expect(phone).to_have_attribute("data-state", "ringing", timeout=60_000)
    phone.evaluate(LISTEN)
    phone.get_by_role("button", name="Answer").click()
    page.wait_for_function("words => window.heard.some(shown => shown.includes(words))", arg=WORDS)
    # The cell that waited for the words has them too.
    waited = page.locator(".jp-Cell", has_text="await session.hears").first
    # Its last output: above it a progress bar may have been.
    expect(waited.locator(".jp-OutputArea-output").last).to_contain_text(WORDS)
