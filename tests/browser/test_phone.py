"""The phone in JupyterLab: seen, clicked, typed at, reloaded. A handset from a script rings it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import demo
from tests.browser.jupyter import Lab, open_notebook, run_all, save, wait_until_done


def the_phone(page: Page) -> Locator:
    return page.locator(".jp-OutputArea-output .telephone").first


@pytest.fixture
def ringing(page: Page, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Locator]:
    """A phone on the page that rings, in a notebook of this test's own."""
    name = f"{request.node.name}.ipynb"
    demo.write(lab.root / name, demo.RING)
    open_notebook(page, lab, name)
    run_all(page)
    phone = the_phone(page)
    expect(phone).to_have_attribute("data-state", "ringing")
    yield phone


def test_a_waiting_cell_hears_the_click(page: Page, lab: Lab) -> None:
    """The cell below the phone awaits the answer, and ends when the person gives it."""
    demo.write(lab.root / "waits.ipynb", demo.RING, demo.WAIT)
    open_notebook(page, lab, "waits.ipynb")
    run_all(page)
    phone = the_phone(page)
    expect(phone).to_have_attribute("data-state", "ringing")
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_have_attribute("data-state", "in-progress")
    wait_until_done(page)
    printed = page.locator(".jp-OutputArea-output").last
    expect(printed).to_have_text("['Hello world.', 'Thank you for trying the phone.']")


def test_a_call_from_ring_to_hang_up(ringing: Locator) -> None:
    expect(ringing.get_by_text("Call from +15005550006")).to_be_visible()
    ringing.get_by_role("button", name="Answer").click()
    expect(ringing.get_by_label("What you hear")).to_have_text("Thank you for trying the phone.")
    transcript = ringing.get_by_role("list", name="Transcript")
    expect(transcript).to_contain_text("Hello world.")
    ringing.get_by_role("button", name="key pound").click()
    expect(transcript.get_by_role("listitem").last).to_have_text(re.compile(r"press\s+#$"))
    ringing.get_by_label("Say", exact=True).fill("Good bye")
    ringing.get_by_label("Say", exact=True).press("Enter")
    expect(transcript.get_by_role("listitem").last).to_have_text(re.compile(r"speak\s+Good bye$"))
    ringing.get_by_role("button", name="Hang up").click()
    expect(ringing).to_have_attribute("data-state", "idle")
    expect(ringing.get_by_text("Last call: from +15005550006, completed")).to_be_visible()


def test_twelve_keys(ringing: Locator) -> None:
    keypad = ringing.get_by_role("group", name="Keypad")
    expect(keypad.get_by_role("button")).to_have_count(12)


def test_a_refusal_is_a_sentence(ringing: Locator) -> None:
    # It looks faded, and Playwright would wait until it does not.
    ringing.get_by_role("button", name="Hang up").click(force=True)
    expect(ringing.get_by_role("alert")).to_have_text("This phone is not in a call.")
    ringing.get_by_role("button", name="Decline").click()
    expect(ringing.get_by_role("alert")).to_have_text("")
    expect(ringing).to_have_attribute("data-state", "idle")


def test_texts_go_both_ways(ringing: Locator) -> None:
    messages = ringing.get_by_role("log", name="Messages")
    expect(messages).to_contain_text("Your table for two is booked.")
    text = ringing.get_by_label("Text", exact=True)
    text.fill("Thank you <3")
    text.press("Enter")
    expect(messages.get_by_role("listitem").last).to_contain_text("Thank you <3")
    expect(text).to_have_value("")
    # What was refused stays in the field, so that it need not be typed again.
    ringing.get_by_label("To").fill("+15005550001")
    text.fill("Hello?")
    text.press("Enter")
    expect(ringing.get_by_role("alert")).to_have_text("Nobody owns the number +15005550001.")
    expect(text).to_have_value("Hello?")


def test_the_keyboard_alone_is_enough(page: Page, ringing: Locator) -> None:
    """Enter answers, digits press keys, and JupyterLab takes none of them for its own."""
    ringing.get_by_role("button", name="Answer").focus()
    page.keyboard.press("Enter")
    expect(ringing).to_have_attribute("data-state", "in-progress")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(ringing.get_by_role("button", name="key 1")).to_be_focused()
    for key in "00dd5":  # in a notebook 0 0 restarts the kernel and D D deletes the cell
        page.keyboard.press(key)
    page.keyboard.press("Space")
    transcript = ringing.get_by_role("list", name="Transcript")
    expect(transcript.locator("[data-verb=press]")).to_have_text(
        [re.compile(f"{key}$") for key in "0051"]
    )
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_reload_brings_it_back(page: Page, lab: Lab, ringing: Locator) -> None:
    ringing.get_by_role("button", name="Answer").click()
    expect(ringing).to_have_attribute("data-state", "in-progress")
    save(page)
    page.reload()
    phone = the_phone(page)
    expect(phone).to_have_attribute("data-state", "in-progress")
    expect(phone.get_by_role("list", name="Transcript")).to_contain_text("Hello world.")
    phone.get_by_role("button", name="Hang up").click()
    expect(phone).to_have_attribute("data-state", "idle")


def test_two_views_show_the_same_phone(page: Page, lab: Lab) -> None:
    demo.write(lab.root / "views.ipynb", demo.RING, "phone")
    open_notebook(page, lab, "views.ipynb")
    run_all(page)
    phones = page.locator(".jp-OutputArea-output .telephone")
    expect(phones).to_have_count(2)
    phones.nth(1).get_by_role("button", name="Answer").click()
    for place in range(2):
        expect(phones.nth(place)).to_have_attribute("data-state", "in-progress")


def test_a_stopped_kernel_is_told(page: Page, ringing: Locator) -> None:
    page.evaluate("() => panel.sessionContext.shutdown()")
    ringing.get_by_role("button", name="Answer").click()
    expect(ringing.get_by_role("alert")).to_contain_text(re.compile("kernel"))


def test_it_fits_half_a_window(browser: Browser, page: Page, ringing: Locator) -> None:
    page.set_viewport_size({"width": 640, "height": 1600})
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    width, needed = ringing.evaluate("element => [element.clientWidth, element.scrollWidth]")
    assert needed <= width
