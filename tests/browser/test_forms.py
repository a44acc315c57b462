"""The forms in JupyterLab: found by role and name, filled in, pressed, and what is then saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import demo, formdemo
from tests.browser.jupyter import Lab, reload, save, wait_until_done

PASSWORD = "an invented password"
SID, TOKEN = "AC" + "1f" * 16, "9b" * 16

Show = Callable[..., Locator]


@pytest.fixture
def show(page: Page, lab: Lab) -> Show:
    """Show a form that cells make; gives its place on the page."""

    def shown(*cells: str) -> Locator:
        demo.run(page, lab, *cells)
        wait_until_done(page)
        form = page.locator(".jp-OutputArea-output .lesson-form").first
        expect(form).to_be_visible()
        return form

    return shown


def press(form: Locator, label: str) -> None:
    form.get_by_role("button", name=label, exact=True).click()


def code_of(form: Locator) -> Locator:
    return form.get_by_role("group", name="The code").locator("code")


def test_signing_up_keeps_no_secret(page: Page, lab: Lab, show: Show) -> None:
    form = show(formdemo.SIGN_UP)
    expect(form).to_have_accessible_name("Sign up (a rehearsal: nothing leaves this machine)")
    form.get_by_label("Your name").fill("Ada Lovelace")
    form.get_by_label("E-mail").fill("ada@example")
    form.get_by_label("Your phone").fill("+1 415 555 0100")
    secret = form.get_by_label("Password (invented)")
    expect(secret).to_have_attribute("type", "password")
    secret.fill(PASSWORD)
    secret.press("Enter")
    expect(form.get_by_text("The e-mail address is not complete")).to_be_visible()
    expect(form.get_by_role("status").last).to_contain_text("Not yet: The e-mail address")
    expect(secret).to_have_value(PASSWORD)  # nothing typed is lost
    form.get_by_label("E-mail").fill("ada@example.com")
    press(form, "Sign up")
    expect(form.get_by_text("✓ Your account is ready.")).to_be_visible()
    expect(secret).to_have_value("")
    press(form, "Show me the code")
    expect(code_of(form)).to_contain_text('os.environ["INVENTED_PASSWORD"]')
    # What JupyterLab holds of all widgets, and what it saves.
    state = page.evaluate(
        """async () => {
          const name = panel.context.path;
          const kernel = panel.sessionContext.session.kernel;
          const views = [...document.querySelectorAll('.lesson-form')].length;
          return JSON.stringify([views, name, panel.model.toJSON(), kernel.id]);
        }"""
    )
    save(page)
    saved = (lab.root / demo.NOTEBOOK).read_text()
    assert "Sign up (a rehearsal" in saved
    for kept in (state, saved):
        assert PASSWORD not in kept


def test_no_widget_state_holds_a_secret(page: Page, lab: Lab, show: Show) -> None:
    """The states as ipywidgets would save them, asked from the kernel after a press."""
    ask = (
        "import json, ipywidgets\n"
        "states = json.dumps(ipywidgets.Widget.get_manager_state())\n"
        "token = form.result.auth_token if form.result else 'none yet'\n"
        f"'Ada' in states, {PASSWORD!r} in states, token in states"
    )
    form = show(formdemo.SIGN_UP, ask)
    # The second cell ran before anything was pressed: it is run again below.
    for label, text in (("Your name", "Ada"), ("E-mail", "ada@example.com")):
        form.get_by_label(label).fill(text)
    form.get_by_label("Your phone").fill("+14155550100")
    form.get_by_label("Password").fill(PASSWORD)
    press(form, "Sign up")
    expect(form.get_by_text("✓ Your account is ready.")).to_be_visible()
    page.evaluate(
        """() => {
          panel.content.activeCellIndex = 1;
          jupyterapp.shell.activateById(panel.id);
          jupyterapp.commands.execute('notebook:run-cell');
          return null;
        }"""
    )
    printed = page.locator(".jp-OutputArea-output").last
    expect(printed).to_have_text("(True, False, False)")


def test_credentials_are_written_on_demand_only(page: Page, lab: Lab, show: Show) -> None:
    file = Path(lab.root) / ".env"
    form = show(formdemo.CREDENTIALS)
    press(form, "Write them to .env")
    expect(form.get_by_role("alert")).to_contain_text("The Account SID is missing")
    expect(form.get_by_label("Account SID")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Account SID").fill(SID)
    form.get_by_label("Auth Token").fill(TOKEN)
    press(form, "Look at them")
    expect(form.get_by_text("Nothing was sent and nothing was written.")).to_be_visible()
    assert not file.exists()
    press(form, "Write them to .env")
    expect(form.get_by_text("Only you can read the file (mode 0600)")).to_be_visible()
    assert file.stat().st_mode & 0o777 == 0o600
    assert TOKEN in file.read_text()
    expect(form.get_by_label("Auth Token")).to_have_value("")
    save(page)
    saved = (lab.root / demo.NOTEBOOK).read_text()
    assert SID not in saved and TOKEN not in saved
    file.unlink()


def test_a_number_is_verified(page: Page, show: Show) -> None:
    form = show(formdemo.VERIFY)
    press(form, "Call me")
    code = form.get_by_role("cell").nth(1)
    expect(code).to_have_text(re.compile(r"^\d{6}$"))
    phone = page.locator(".jp-OutputArea-output .telephone").first
    expect(phone).to_have_attribute("data-state", "ringing")
    expect(phone).not_to_contain_text("answers by itself")
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_have_attribute("data-state", "in-progress")
    for digit in code.inner_text():
        phone.get_by_role("button", name=f"key {digit}", exact=True).click()
    expect(form.get_by_text("+14155550123 is verified")).to_be_visible()
    expect(form.get_by_role("status").last).to_contain_text("+14155550123 is verified")


def test_a_number_that_is_declined_is_not_verified(page: Page, show: Show) -> None:
    form = show(formdemo.VERIFY)
    press(form, "Call me")
    phone = page.locator(".jp-OutputArea-output .telephone").first
    phone.get_by_role("button", name="Decline").click()
    expect(form.get_by_text("✗ +14155550123 is not verified: the line was busy.")).to_be_visible()


def test_a_call_is_made_and_followed(page: Page, show: Show) -> None:
    form = show(formdemo.CALL)
    form.get_by_label("To", exact=True).fill("abc")
    press(form, "Call")
    expect(form.get_by_role("alert")).to_contain_text("Twilio's error 13223")
    expect(form.get_by_label("To", exact=True)).to_have_value("abc")
    form.get_by_label("To", exact=True).fill("+14155550100")
    press(form, "Call")
    expect(form.get_by_text("The phone rings: answer it.")).to_be_visible()
    expect(form.get_by_role("alert")).to_have_text("")
    phone = page.locator(".jp-OutputArea-output .telephone").first
    phone.get_by_role("button", name="Answer").click()
    expect(form.get_by_text("Somebody answered: the call runs.")).to_be_visible()
    phone.get_by_role("button", name="Hang up").click()
    expect(form.get_by_text("✓ The call is over.")).to_be_visible()


def test_a_text_is_weighed_as_one_types_and_sent(page: Page, show: Show) -> None:
    form = show(formdemo.TEXT)
    body = form.get_by_label("Text", exact=True)
    body.press_sequentially("It\u2019s \u20ac5")
    expect(form.get_by_text(re.compile("^1 segment of UCS-2"))).to_be_visible()
    expect(form.get_by_role("cell", name="right single quotation mark")).to_be_visible()
    mark = form.locator("mark[data-kind=outside]")
    expect(mark).to_have_text("\u2019")
    # The mark lies under the very character: the copy is laid out as the field is.
    expect(form.get_by_role("status").last).to_contain_text("1 segment of UCS-2")
    press(form, "Use look-alikes")
    expect(body).to_have_value("It's \u20ac5")
    expect(form.get_by_text(re.compile("^1 segment of GSM-7"))).to_be_visible()
    expect(form.locator("mark[data-kind=double]")).to_have_text("\u20ac")
    press(form, "Send")
    expect(form.get_by_text("✓ The text is delivered.")).to_be_visible()


def test_prices_are_added_up_as_one_types(page: Page, show: Show) -> None:
    form = show(formdemo.PRICES)
    form.get_by_label("Texts (segments)").fill("2000")
    expect(form.get_by_role("cell", name="17.75")).to_be_visible()
    expect(form.locator("svg[aria-hidden=true]")).to_have_count(2)
    form.get_by_label("Local numbers").fill("many")
    expect(form.get_by_role("alert")).to_contain_text("must be a whole number from 0")
    expect(form.get_by_label("Local numbers")).to_have_value("many")
    form.get_by_label("Local numbers").fill("0")
    form.get_by_label("Prices of").select_option("2012 to 2014")
    expect(form.get_by_role("cell", name="20.00").first).to_be_visible()


def test_problems_are_underlined_and_lead_to_their_place(page: Page, show: Show) -> None:
    form = show(formdemo.EXPLAIN)
    text = form.get_by_label("Your document")
    expect(form.get_by_text("✓ No problems.")).to_be_visible()
    text.fill("<Response>\n  <Gahter/>\n</Response>")
    problems = form.get_by_role("list", name="Problems")
    expect(problems.get_by_role("button")).to_have_text(re.compile("line 2.*12200.*<Gather>"))
    expect(form.locator("mark[data-kind=warning]")).to_have_text("<Gahter")
    text.press("ControlOrMeta+End")
    problems.get_by_role("button").press("Enter")
    expect(text).to_be_focused()
    assert text.evaluate("area => area.selectionStart") == len("<Response>\n  ")
    press(form, "Run")
    expect(form.locator(".answer code")).to_contain_text("hang up")


def test_a_document_is_run_on_the_phone(page: Page, show: Show) -> None:
    form = show(formdemo.EDITOR)
    press(form, "Run")
    phone = page.locator(".jp-OutputArea-output .telephone").first
    expect(phone).to_have_attribute("data-state", "ringing")
    phone.get_by_role("button", name="Answer").click()
    expect(phone.get_by_role("list", name="Transcript")).to_contain_text("Hello world.")
    expect(form.get_by_text("✓ The call is over.")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page, show: Show) -> None:
    """Tab goes through it in order and out of the editor; JupyterLab takes no letter of it."""
    form = show(formdemo.EDITOR)
    text = form.get_by_label("Your document")
    text.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("<Response>\n  dd00<Hangup/>")
    page.keyboard.press("Enter")
    page.keyboard.type("</Response>")
    # The new line began as far in as the one before it.
    expect(text).to_have_value("<Response>\n  dd00<Hangup/>\n  </Response>")
    expect(form.get_by_role("list", name="Problems").get_by_role("button")).to_have_count(1)
    for name in (re.compile("line 1|line 2"), "Run", "Explain", "Show me the code"):
        page.keyboard.press("Tab")
        expect(form.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Space")
    expect(code_of(form)).to_contain_text("session.client.calls.create")
    expect(form.get_by_role("button", name="Show me the code")).to_have_attribute(
        "aria-expanded", "true"
    )
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Copy")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_two_views_and_a_reload_show_the_same(page: Page, lab: Lab, show: Show) -> None:
    form = show(formdemo.TEXT, "form")
    forms = page.locator(".jp-OutputArea-output .lesson-form")
    expect(forms).to_have_count(2)
    form.get_by_label("Text", exact=True).fill("Hello")
    expect(forms.nth(1).get_by_label("Text", exact=True)).to_have_value("Hello")
    save(page)
    reload(page)
    form = page.locator(".jp-OutputArea-output .lesson-form").first
    expect(form.get_by_label("Text", exact=True)).to_have_value("Hello")
    press(form, "Send")
    expect(form.get_by_text("✓ The text is delivered.")).to_be_visible()


def test_a_stopped_kernel_is_told_and_nothing_is_lost(page: Page, show: Show) -> None:
    form = show(formdemo.TEXT)
    page.evaluate("() => panel.sessionContext.shutdown()")
    form.get_by_label("Text", exact=True).fill("Hello")
    press(form, "Send")
    expect(form.get_by_role("alert")).to_contain_text("kernel")
    expect(form.get_by_label("Text", exact=True)).to_have_value("Hello")


def test_every_control_has_a_name(page: Page, show: Show) -> None:
    cells = [formdemo.SIGN_UP, formdemo.CREDENTIALS, formdemo.CALL, formdemo.TEXT]
    show(*cells, formdemo.PRICES, formdemo.EXPLAIN)
    nameless = page.locator(".lesson-form").evaluate_all(
        """forms => forms.flatMap(form => [...form.querySelectorAll('input, textarea, select')]
            .filter(field => !field.labels.length).map(field => field.outerHTML))"""
    )
    assert nameless == []
    assert page.locator(".lesson-form [id]").evaluate_all(
        "all => new Set(all.map(one => one.id)).size === all.length"
    )


def test_they_fit_half_a_window(browser: Browser, page: Page, show: Show) -> None:
    form = show(formdemo.TEXT)
    page.set_viewport_size({"width": 640, "height": 1600})
    page.evaluate("() => jupyterapp.shell.collapseLeft()")
    form.get_by_label("Text", exact=True).fill("It\u2019s \u20ac5")
    expect(form.get_by_role("cell", name="right single quotation mark")).to_be_visible()
    width, needed = form.evaluate("element => [element.clientWidth, element.scrollWidth]")
    assert needed <= width


def test_the_copy_is_laid_out_as_the_field(page: Page, show: Show) -> None:
    """Marks lie under their characters only if both break their lines alike."""
    form = show(formdemo.TEXT)
    form.get_by_label("Text", exact=True).fill("many words \u2019 " * 60)
    expect(form.locator("mark").first).to_be_attached()
    field, copy = form.locator(".area").evaluate(
        """area => [area.querySelector('textarea'), area.querySelector('.copy')]
            .map(each => [each.clientWidth, each.scrollHeight, getComputedStyle(each).font])"""
    )
    assert json.dumps(field) == json.dumps(copy)
