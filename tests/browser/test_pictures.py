"""Pictures of what happened, drawn by JupyterLab itself: diagrams, documents, traffic, steps."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser import demo
from tests.browser.jupyter import Lab, save, wait_until_done

# Whether a person is there is asked when a session begins.
CALL = """\
import os
os.environ["TWILIO_WATCHED"] = "{watched}"
from xml.sax.saxutils import escape
from helpers import connect

session = connect(lesson="05"{options})
ODD = 'wrap: Tom & "Jerry"; <b>x</b> &amp; #1 %%{{init: 1}}%% `x` end'

def page(request):
    if request.path == "/voice":
        says = f"<Say>{{escape(ODD)}}</Say>"
        return f'<Response><Gather numDigits="1" action="/menu">{{says}}</Gather></Response>'
    return "<Response><Say>Bye</Say><Pause length='2'/></Response>"

site = session.site(page)
call = session.client.calls.create(
    to=session.phone.number, from_=session.number, url=site.url + "/voice"
)"""
STORY, STATES = "Who asked whom what", "The states it could have"
LONG = """\
many = "<Response>" + "".join(f"<Say>Number {n}</Say>" for n in range(60)) + "</Response>"
long = session.client.calls.create(to=session.phone.number, from_=session.number, twiml=many)
long = await session.ended(long)
session.story(long)"""
# A comm of this name answers the phone.
ANSWERABLE = """\
def answer(comm, message):
    session.phone.answer()

get_ipython().kernel.comm_manager.register_target("answer", answer)"""
PLANNED = 'session.phone.plan(press="1")'


def output(page: Page, cell: int) -> Locator:
    """What is below the cell of this number."""
    return page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-OutputArea-output")


def test_diagrams_documents_and_traffic(page: Page, lab: Lab) -> None:
    demo.run(
        page,
        lab,
        CALL.format(watched="no", options=""),
        PLANNED + "\nawait session.ended(call)\nsession.story(call)",
        "session.states(call)",
        "session.document(call)",
        "session.traffic(call)",
        LONG,
    )
    wait_until_done(page)
    for cell, name in ((1, STORY), (2, STATES), (5, STORY)):
        drawn = page.locator(".jp-Notebook .jp-Cell").nth(cell).get_by_role("img", name=name)
        expect(drawn.first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Parse error")).to_have_count(0)
    expect(output(page, 3)).to_contain_text('<Gather numDigits="1" action="/menu">')
    expect(output(page, 3)).to_contain_text("%%{init: 1}%%")
    traffic = output(page, 4)
    fold = traffic.locator("summary", has_text="curl line of [1]")
    line = traffic.locator("pre", has_text='curl -X POST "$SITE/voice"')
    expect(line).to_be_hidden()
    fold.focus()
    fold.press("Enter")
    expect(line).to_be_visible()
    expect(traffic).to_contain_text("X-Twilio-Signature: (right)")


def test_step_by_step_with_the_keyboard(page: Page, lab: Lab) -> None:
    demo.run(page, lab, CALL.format(watched="yes", options=", step=True"), "session.stepper(call)")
    wait_until_done(page)
    stepper = output(page, 1)
    button = stepper.get_by_role("button", name="Next step")
    button.focus()
    page.keyboard.press("Enter")
    told = stepper.get_by_role("status")
    expect(told).to_contain_text("Step 1 at 2.0 s")
    expect(told).to_contain_text("with keys or words: POST $SITE/menu")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Step 2")
    expect(told).to_contain_text('Say wrap: Tom & "Jerry"; <b>x</b>')
    page.keyboard.press("Enter")
    expect(told).to_contain_text("the call is over: completed")
    expect(button).to_be_disabled()


def test_a_long_wait_is_shown_and_nothing_of_it_stays(page: Page, lab: Lab) -> None:
    path = demo.run(
        page,
        lab,
        CALL.format(watched="yes", options=""),
        "session.document(call)",
        ANSWERABLE + "\nawait session.answered()\n'answered'",
    )
    waiting = output(page, 2)
    expect(waiting.first).to_contain_text("Waiting for +14155550100 to be answered: ")
    expect(waiting.first).to_contain_text("of at most 45 s")
    page.evaluate(
        """() => {
          const kernel = window.panel.sessionContext.session.kernel;
          const comm = kernel.createComm('answer');
          comm.open();
          return null;
        }"""
    )
    expect(output(page, 1)).to_contain_text("runs now", timeout=30_000)
    expect(waiting.last).to_contain_text("answered")
    wait_until_done(page)
    expect(page.locator(".jp-Notebook")).not_to_contain_text("Waiting for")
    save(page)
    assert "Waiting for" not in path.read_text(encoding="utf-8")
