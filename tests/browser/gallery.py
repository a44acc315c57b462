"""Every widget and picture in every state it can be in: one notebook, a cell for each.

What axe-core judges, what the contact sheet shows and whose stored form is looked at is this list,
so that a new widget is tried by all of them once it is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import demo
from tests.browser.jupyter import Lab, open_notebook, run_all, wait_until_done

NOTEBOOK = "gallery.ipynb"

#: What a gallery must never show: the invented secrets that are typed into its forms.
PASSWORD = "an invented password"
SID, TOKEN = "AC" + "1f" * 16, "9b" * 16

# Nobody is there, whatever JupyterLab says: calls are over when their cell is, the same each time.
FIRST = """\
import os
import tempfile
from pathlib import Path

os.environ["TWILIO_WATCHED"] = "no"
from helpers import VoiceResponse, connect
from helpers.phone import Entry
from helpers.widgets import *
from helpers.widgets.calling import call_report
from helpers.widgets.following import Following
from helpers.widgets.quiz import quiz
from helpers.widgets.texting import _report
from tests.widgets.fake import SHOP, FakePhone

session = connect(lesson="03")
scratch = Path(tempfile.mkdtemp())


def new(words=("Hello world.",), name="Your phone"):
    fake = FakePhone(words=words)
    return fake, PhoneWidget(fake, name=name, contacts={SHOP: "The restaurant"})


def menu(request):
    response = VoiceResponse()
    if "key" in request.path:
        response.say("Sales. Please hold.", voice="alice")
        response.hangup()
    else:
        response.say("Welcome to the shop.")
        gather = response.gather(action="/key", num_digits=1)
        gather.say("For sales, press 1.")
    return str(response)


site = session.site(menu)
session.phone.plan(press="1")
told = session.client.calls.create(
    to=session.phone.number, from_=session.number, url=site.url + "/menu",
    status_callback=site.url + "/over",
)
told = await session.ended(told)
texted = session.client.messages.create(
    to=session.phone.number, from_=session.number, body="Your table is booked."
)
texted = await session.delivered(texted)"""

WORDS = '("Thank you for calling the restaurant.", "Please hold the line.")'


def _press(name: str, exact: bool = True) -> Callable[[Locator], None]:
    def act(place: Locator) -> None:
        # Faded buttons may be pressed, too; Playwright would wait until they are not.
        place.get_by_role("button", name=name, exact=exact).first.click(force=True)

    return act


def _check(name: str) -> Callable[[Locator], None]:
    return lambda place: place.get_by_label(name).check()


def _microphone(place: Locator) -> None:
    # With a fake microphone no browser asks: we act as one that would.
    place.page.evaluate(
        "() => { navigator.permissions.query = async () => ({ state: 'prompt' }); }"
    )
    place.get_by_label("microphone").click()
    expect(place.get_by_role("group", name="Before the browser asks")).to_be_visible()


def _problem(place: Locator) -> None:
    _press("Hang up")(place)
    expect(place.get_by_role("alert")).not_to_have_text("")


def _unfold(place: Locator) -> None:
    place.locator("summary").first.click()


@dataclass(frozen=True)
class State:
    """A state: the *code* that brings it about, and what a person then *does* on the page."""

    name: str
    code: str
    does: Callable[[Locator], None] | None = None
    shows: str = ".telephone, .lesson-form"  # what must be seen in the cell's output


PHONE = [
    State("phone-idle", "fake, phone = new()\nphone"),
    State(
        "phone-ringing",
        "fake, phone = new()\nfake.receive('Your table for two is booked.')\nfake.ring()\nphone",
    ),
    State("phone-calling", "fake, phone = new()\nfake.call(SHOP)\nphone"),
    State("phone-caption", f"fake, phone = new({WORDS})\nfake.ring(); fake.answer()\nphone"),
    State(
        "phone-gather",
        "fake, phone = new(('For sales, press 1.',))\nfake.ring(); fake.answer()\n"
        "fake.hear(Entry(2.0, 'Gather', '')); fake.ear('listen', keys=True, speech=True)\nphone",
    ),
    State(
        "phone-record",
        "fake, phone = new(('Leave a message.',))\nfake.ring(); fake.answer()\n"
        "fake.hear(Entry(2.0, 'Record', '')); fake.ear('record', beep=True)\nphone",
    ),
    State(
        "phone-recording",
        "fake, phone = new(('Leave a message.',))\nfake.ring(); fake.answer()\n"
        "fake.hear(Entry(2.0, 'Record', '')); fake.ear('record')\nphone",
        _check("microphone"),
    ),
    State("phone-asks-for-microphone", "fake, phone = new()\nphone", _microphone),
    State("phone-problem", "fake, phone = new()\nfake.ring()\nphone", _problem),
    State(
        "phone-threads",
        "fake, phone = new()\n"
        "fake.receive('Where are you? ' * 12, '+15005550099')\n"
        "fake.receive('Your code is 123456. <b>Not bold</b>')\n"
        "fake.receive('A picture', media=('https://example.com/' + 'a' * 70,))\n"
        "fake.text(SHOP, 'Thank you')\n"
        "fake.lose('Lost', why='Unreachable destination handset')\nphone",
    ),
    State(
        "phone-history",
        "fake, phone = new()\nfake.ring(); fake.decline()\n"
        "fake.ring('+15005550099'); fake.answer(); fake.press('1#'); fake.hangup()\nphone",
        _unfold,
    ),
    State(
        "phone-switched-off",
        "fake, phone = new(name='The phone of somebody with quite a long name')\n"
        "fake.set_mode('off')\nphone",
    ),
    State(
        "phone-two",
        "fake, one = new()\nfake.ring()\nother, two = new(name='A friend')\nother.call(SHOP)\n"
        "side_by_side(one, two)",
    ),
]

FORMS = [
    State("sign-up-empty", "form = sign_up_form()\nform"),
    State(
        "sign-up-refused",
        "form = sign_up_form()\nform.fill(name='Ada', email='ada@example', phone='12')\n"
        f"form.press(password={PASSWORD!r})\nform",
    ),
    State(
        "sign-up-done",
        "form = sign_up_form()\n"
        "form.fill(name='Ada Lovelace', email='ada@example.com', phone='+14155550100')\n"
        f"form.press(password={PASSWORD!r})\nform.press('Show me the code')\nform",
    ),
    State("credentials-empty", "form = credentials_form(folder=scratch)\nform"),
    State(
        "credentials-refused",
        "form = credentials_form(folder=scratch)\n"
        f"form.press('Write them to .env', account_sid='AC12', auth_token={TOKEN!r})\nform",
    ),
    State(
        "credentials-done",
        "form = credentials_form(folder=scratch)\n"
        f"form.press('Look at them', account_sid={SID!r}, auth_token={TOKEN!r})\nform",
    ),
    State("verify-empty", "form = verify_form(session)\nform"),
    State(
        "verify-refused",
        "form = verify_form(session)\nform.fill(number='12')\nform.press('Call me')\nform",
    ),
    State(
        "verify-under-way",
        "form = verify_form(session)\nform.fill(number='+14155550123')\n"
        "form.press('Call me')\nform",
    ),
    State("call-empty", "form = make_call_form(session)\nform"),
    State(
        "call-refused", "form = make_call_form(session)\nform.fill(to='abc')\nform.press()\nform"
    ),
    State(
        "call-done",
        "form = make_call_form(session, url='$SITE/menu')\nform.press('Show me the code')\n"
        "form.form.show(call_report(session, told.sid)[0])\nform",
    ),
    State("text-empty", "form = send_text_form(session)\nform"),
    State(
        "text-weighed",
        "form = send_text_form(session, body='It\u2019s \u20ac5 \U0001f600 ' * 9)\nform",
    ),
    State(
        "text-refused",
        "form = send_text_form(session)\nform.fill(to='12', body='Hello')\nform.press()\nform",
    ),
    State(
        "text-done",
        "form = send_text_form(session, body='Hello')\nform.press('Show me the code')\n"
        "form.show(_report(texted)[0])\nform",
    ),
    State(
        "prices",
        "form = estimator()\nform.fill(**{n: 250 for n in list(form.values)[:3]"
        " if isinstance(form.values[n], int)})\nform",
    ),
    State(
        "prices-refused",
        "form = estimator()\nform.fill(**{next(n for n, v in"
        " form.values.items() if isinstance(v, int)): 'many'})\nform",
    ),
    State("estimate", "estimate(texts=2000, numbers=1)", shows=".jp-RenderedHTMLCommon"),
    State("editor", "form = twiml_editor(session)\nform"),
    State(
        "editor-problems",
        'form = twiml_editor(twiml=\'<Response>\\n  <Gahter/>\\n  <Say loop="x">Hi</Say>\\n'
        "  <Hangup>\\n</Response>')\nform",
    ),
    State(
        "editor-explained",
        "form = twiml_editor(session)\nform.press('Explain')\nform.press('Show me the code')\nform",
    ),
    State("quiz", "quiz('03')"),
    State(
        "quiz-answered",
        "asked = quiz('03')\nfor letter in 'ab':\n    asked.answer(1, letter)\n"
        "asked.answer(2, 'a')\nasked",
    ),
]

RENDERED = ".jp-RenderedHTMLCommon, .jp-RenderedMermaid, .jp-RenderedText"

PICTURES = [
    State("story", "session.story(told)", shows=RENDERED),
    State("story-of-a-text", "session.story(texted)", shows=RENDERED),
    State("states", "session.states(told)", shows=RENDERED),
    State("states-of-a-text", "session.states(texted)", shows=RENDERED),
    State("document", "session.document(told)", shows=RENDERED),
    State(
        "document-followed",
        "Following(lambda: session.document(told), lambda since, seconds: since)",
        shows=".widget-html",
    ),
    State("traffic", "session.traffic(told)", _unfold, shows=RENDERED),
    State("one-exchange", "session.traffic(told)[1]", shows=RENDERED),
    State("alerts", "session.alerts()", shows=RENDERED),
]

STEPS = [
    State(
        "steps-none",
        "session = connect(lesson='03', step=True)\nsite = session.site(menu)\n"
        "told = session.client.calls.create(to=session.phone.number, from_=session.number,"
        " url=site.url + '/menu')\nstepper = session.stepper(told)\nstepper",
        shows="button",
    ),
    State(
        "steps-some",
        "stepper = session.stepper(told)\nstepper.go(); stepper.go()\nstepper.go()\nstepper",
        shows="button",
    ),
    State(
        "steps-all",
        "stepper = session.stepper(told)\n"
        "while not (stepper.moment and stepper.moment.over):\n    stepper.go()\nstepper",
        shows="button",
    ),
    State("moment", "stepper.moment", shows=RENDERED),
]


def states() -> list[State]:
    """All of them, in the order of the notebook."""
    return [*PHONE, *FORMS, *PICTURES, *STEPS]


#: Every widget and picture that says how a notebook shall show it, and a state that shows it.
SHOWN = {
    "Documents": "document",
    "Estimate": "estimate",
    "Following": "document-followed",
    "Form": "text-done",
    "Moment": "moment",
    "PhoneWidget": "phone-caption",
    "QuizWidget": "quiz-answered",
    "SideBySide": "phone-two",
    "States": "states",
    "Stepper": "steps-some",
    "Story": "story",
    "Traffic": "traffic",
    "WithPhone": "call-done",
}


def cell_of(state: State) -> str:
    """A state's cell. Its name comes first, by which :func:`place_of` finds it again."""
    return f"# {state.name}\n{state.code}"


def write(folder: Path, name: str = NOTEBOOK) -> Path:
    """Write the notebook into *folder*; gives its path."""
    return demo.write(folder / name, FIRST, *(cell_of(each) for each in states()))


def place_of(page: Page, state: State) -> Locator:
    """Where the cell of *state* shows what came of it."""
    number = states().index(state) + 1
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-Cell-outputWrapper")


def hang(page: Page, lab: Lab) -> Iterator[tuple[State, Locator]]:
    """Open and run the notebook in *lab*; gives each state and its place, done and to be seen."""
    write(lab.root)
    open_notebook(page, lab, NOTEBOOK)
    run_all(page)
    wait_until_done(page)
    failed = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    assert failed.count() == 0, failed.all_inner_texts()
    for state in states():
        place = place_of(page, state)
        expect(place.locator(state.shows).first).to_be_visible()
        if state.does is not None:
            state.does(place)
        yield state, place


THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

# Promises are waited for: a theme is on when its colours are there, too, and nothing covers them.
CHANGE = """async theme => {
  await jupyterapp.commands.execute('apputils:change-theme', { theme });
}"""
CHANGED = """light => {
  const paper = getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim();
  const covered = document.querySelector('#jupyterlab-splash, .splash-fade');
  return !covered && (paper === 'white' || paper.startsWith('#fff')) === light;
}"""


def wear(page: Page, theme: str) -> None:
    """Let JupyterLab put on the theme ``light`` or ``dark``."""
    page.evaluate(CHANGE, THEMES[theme])
    page.wait_for_function(CHANGED, arg=theme == "light")
