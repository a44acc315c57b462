"""The slides in a browser: they are shown, and nothing is asked for but what lies beside them."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser, expect

from helpers.lessons import lesson
from scripts import slides


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if not slides.has_reveal():
        if os.environ.get("REQUIRE_NODE"):
            pytest.fail("npm did not bring reveal.js")
        pytest.skip("reveal.js is not here: (cd scripts/reveal && npm ci)")
    made = tmp_path_factory.mktemp("slides")
    slides.make([lesson("04")], made)
    return made


def test_a_lesson_is_shown_without_network(browser: Browser, folder):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{(folder / 'slides-04.html').as_uri()}#/2")
    expect(page.locator(".reveal.ready")).to_be_visible()
    there = page.locator("section.present:not(.stack)").last
    expect(there).to_contain_text("Know who may text whom")
    printed = there.get_by_text("send from: +15005550006")
    expect(printed).to_be_hidden()
    page.keyboard.press("Space")
    expect(printed).to_be_visible()
    assert asked
    assert all(url.startswith(("file:", "data:")) for url in asked), asked
    page.close()
