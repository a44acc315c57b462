"""What all forms share: fields, buttons, what the page asks, what is never kept."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from helpers.errors import ConnectionFailed, HelperError, TwilioError
from helpers.widgets.blocks import code, columns, html_of, listing, rows, text_of, words
from helpers.widgets.forms import (
    LONGEST,
    NO_ANSWER,
    Answer,
    Button,
    Field,
    FieldError,
    Form,
    call_of,
    quoted,
    sentence,
)
from tests.widgets.cells import run_cell

SECRET = "correct horse battery staple"


class Channel:
    """The browser's end of a form: sends messages, and waits until one is dealt with."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.said: list[dict[str, Any]] = []
        self.news = threading.Condition()
        form.send = self.hear

    def hear(self, content: dict[str, Any], *_: Any) -> None:
        with self.news:
            self.said.append(content)
            self.news.notify_all()

    def tell(self, **message: Any) -> bool:
        """Send a message; whether what it asked for worked."""
        message["id"] = f"m{len(self.said)}"
        self.form._heard(None, message, None)
        with self.news:
            arrived = self.news.wait_for(lambda: self.done(message["id"]) is not None, 10)
        assert arrived, "the form never said that it was through"
        return bool(self.done(message["id"]))

    def done(self, sent: str) -> Any:
        return next((m["done"] for m in self.said if m["id"] == sent and "done" in m), None)


def log_in(values: dict[str, Any]) -> Answer:
    if values["password"] != SECRET:
        raise FieldError("password", "The password is wrong.")
    return Answer([words(f"Hello {values['name']}.", "✓")])


@pytest.fixture
def form() -> Form:
    return Form(
        "Log in",
        [Field("name", "Name"), Field("password", "Password", "secret")],
        [Button("Log in", log_in)],
        code=lambda values: f"log_in({quoted(values['name'])})",
    )


def test_a_press_on_the_page_does_what_a_press_in_a_cell_does(form: Form) -> None:
    page = Channel(form)
    assert page.tell(
        act="press", button="Log in", values={"name": "Ada"}, private={"password": SECRET}
    )
    assert form.text == "✓ Hello Ada."
    assert form.view["said"] == "✓ Hello Ada."
    form.fill(name="Bob")
    assert form.press(password=SECRET) == "✓ Hello Bob."


def test_a_secret_is_kept_nowhere(form: Form) -> None:
    states: list[str] = []
    form.observe(lambda change: states.append(json.dumps(change["new"])), "view")
    page = Channel(form)
    for secret in (SECRET, SECRET + "r"):  # once accepted, once refused
        page.tell(act="press", button="Log in", values={}, private={"password": secret})
    # Nor when a page sends it where it does not belong.
    page.tell(act="typed", values={"password": SECRET})
    kept = [*states, json.dumps(form.get_state(), default=str), repr(form), form.still()]
    kept += [repr(form.__dict__), repr(form._repr_mimebundle_()), repr(page.said)]
    assert states
    assert not any(SECRET in text for text in kept)


def test_only_a_button_that_needs_it_gets_a_secret(form: Form) -> None:
    asked: list[dict[str, Any]] = []
    form.buttons["Look"] = Button("Look", lambda v: asked.append(v) or Answer(), private=False)  # type: ignore[func-returns-value]
    form.press("Look", password=SECRET)
    assert asked == [{"name": "", "password": ""}]


def test_a_refusal_is_a_sentence_and_nothing_typed_is_lost(form: Form) -> None:
    page = Channel(form)
    form.press(password=SECRET)
    assert not page.tell(act="press", button="Log in", values={"name": "Ada"}, private={})
    assert form.view["problem"] == "The password is wrong."
    assert form.view["blamed"] == "password"
    assert form.view["answer"] == []
    assert form.values == {"name": "Ada"}


def test_an_unknown_button_is_told(form: Form) -> None:
    assert not Channel(form).tell(act="press", button="Explode", values={})
    assert form.view["problem"] == "This form has no such button."
    with pytest.raises(HelperError, match="no button 'Explode'"):
        form.press("Explode")


@pytest.mark.parametrize("values", [None, {}, {"stranger": "x"}, {"name": None}, {"name": 7}])
def test_whatever_the_page_sends_is_survived(form: Form, values: Any) -> None:
    assert Channel(form).tell(act="typed", values=values)


def test_an_unforeseen_error_is_named_and_its_words_are_not(form: Form) -> None:
    def fail(values: dict[str, Any]) -> Answer:
        raise ValueError(f"{values['password']} at http://127.0.0.1:1234")

    form.buttons["Log in"] = Button("Log in", fail)
    page = Channel(form)
    assert not page.tell(act="press", button="Log in", values={}, private={"password": SECRET})
    assert form.view["problem"] == "That did not work (ValueError)."


def test_half_a_character_and_a_book_are_taken(form: Form) -> None:
    form.fill(name="\ud83d!")
    assert form.values["name"] == "\ufffd!"
    form.fill(name="x" * (LONGEST + 1))
    assert len(form.values["name"]) == LONGEST


def test_the_code_follows_the_fields_and_folds(form: Form) -> None:
    form.press("Show me the code")
    assert form.code == 'log_in("")'
    form.fill(name="Ada")
    assert form.view["code"] == 'log_in("Ada")'
    form.press("Show me the code")
    assert form.code == ""


def test_the_stored_form_says_what_is_there(form: Form) -> None:
    form.fill(name="<b>Ada</b>")
    form.press(password=SECRET)
    assert repr(form).splitlines() == [
        "Log in",
        "Name      <b>Ada</b>",
        "Password  (never kept)",
        "✓ Hello <b>Ada</b>.",
    ]
    assert "<b>Ada" not in form.still() and "&lt;b&gt;Ada" in form.still()


def test_the_page_is_told_nothing_it_need_not_know(form: Form) -> None:
    assert set(form.get_state()["view"]) == {
        *("title", "note", "fields", "buttons", "watched", "answer", "said", "problem"),
        *("blamed", "code"),
    }


def test_places_are_counted_as_a_browser_counts(form: Form) -> None:
    marked = Form(
        "Mark",
        [Field("body", "Text", "area", "😀 x")],
        watch=lambda values: Answer(marks={"body": [(0, 1, "a"), (2, 3, "b")]}),
    )
    assert marked.view["fields"][0]["marks"] == [[0, 2, "a"], [3, 4, "b"]]


def test_a_closed_form_ends_its_thread(form: Form) -> None:
    Channel(form).tell(act="typed", values={})
    worker = form._worker
    assert worker is not None
    form.close()
    worker.join(10)
    assert not worker.is_alive()


# -- sentences and code ---------------------------------------------------------------------------


def test_a_refusal_of_twilios_has_its_code_and_what_to_do() -> None:
    refused = TwilioError(
        400, "/", "Unable to create record: No such number.", 21211, next_step="Add the country."
    )
    assert sentence(refused) == "No such number (Twilio's error 21211). Add the country."


def test_a_lost_connection_names_no_address() -> None:
    assert sentence(ConnectionFailed("http://127.0.0.1:1 does not answer")) == NO_ANSWER


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Ada", '"Ada"'),
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ("a\nb", '"""\\\na\nb"""'),
        ("é 😀", '"é 😀"'),
    ],
)
def test_texts_are_written_as_one_would_type_them(text: str, written: str) -> None:
    assert quoted(text) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        '"',
        "'\"",
        "\\",
        'a\n"""',
        "a\\\nb",
        'a\nb"',
        "a\tb\nc",
        "\u2028\n",
        "\x00",
        "{x}\n'",
    ],
)
def test_whatever_is_written_means_the_same(text: str) -> None:
    assert run_cell(quoted(text)) == text


def test_a_call_is_written_an_argument_a_line() -> None:
    assert call_of("f", {"a": "1", "b": '"x"'}) == 'f(\n    a=1,\n    b="x",\n)'


# -- blocks ---------------------------------------------------------------------------------------

ALL = [
    words("Done.", "✓"),
    listing(["one", "two <i>"]),
    rows(
        ("what", "dollars", ""), [("texts", "1.00", {"bar": 0.5}), ("total", "$1.00", "")], total=1
    ),
    code("a < b"),
    {"kind": "problems", "field": "x", "items": [{"text": "line 1", "level": "error", "at": 0}]},
]


def test_blocks_as_text() -> None:
    assert text_of(ALL).splitlines() == [
        "✓ Done.",
        "- one",
        "- two <i>",
        "what   dollars",
        "texts     1.00  ██████████",
        "total    $1.00",
        "a < b",
        "- line 1",
    ]


def test_blocks_as_html() -> None:
    html = html_of(ALL)
    assert "<i>" not in html and "two &lt;i&gt;" in html
    assert "<strong>total</strong>" in html
    assert "$1" not in html, "two dollar signs would be set as mathematics"
    assert html.count("<svg") == 1


def test_a_small_bar_can_be_seen_and_none_is_none() -> None:
    assert columns([("a", {"bar": 0.001}), ("b", {"bar": 0})]) == "a  █\nb"
