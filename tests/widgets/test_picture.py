"""The still picture that a stored notebook shows."""

from __future__ import annotations

from html.parser import HTMLParser

from helpers.widgets.picture import picture
from helpers.widgets.view import view_of
from tests.widgets.fake import SHOP, FakePhone


class Reader(HTMLParser):
    """What a reader without any styles gets: the words, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_the_words_alone_tell_the_story() -> None:
    fake = FakePhone()
    fake.receive("Your table is booked.")
    fake.ring()
    fake.answer()
    fake.text(SHOP, "Thanks!")
    view = view_of(fake.state(), name="Your phone", messages=fake.messages)
    words = " ".join(filter(None, read(picture(view)).words))
    assert words == (
        "Your phone +14155550100 ● in-progress In a call with +15005550006 "
        "time verb heard or done 0.0 s answer 0.0 s Say Hello world. "
        "from +15005550006 Your table is booked. to +15005550006 Thanks!"
    )


def test_it_needs_no_script_and_no_address() -> None:
    fake = FakePhone()
    fake.receive("<script>alert(1)</script>", media=("http://example.com/cat.png",))
    html = picture(view_of(fake.state(), messages=fake.messages))
    assert set(read(html).tags) <= {"div", "span", "strong", "small", "br"}
    assert "src=" not in html and "href=" not in html and "class=" not in html


def test_dollars_are_not_taken_for_mathematics() -> None:
    """JupyterLab would set `$5 or $` in italics; no element holds two dollar signs."""
    fake = FakePhone()
    fake.receive("Pay $5 or $10")
    html = picture(view_of(fake.state(), messages=fake.messages))
    assert "Pay <span>$</span>5 or <span>$</span>10" in html


def test_a_problem_is_told() -> None:
    view = view_of(FakePhone().state(), problem="Nothing is ringing at this phone.")
    assert "⚠ Nothing is ringing at this phone." in picture(view)
