"""The phone's Python side, with a double of the channel to the browser."""

from __future__ import annotations

import inspect
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.errors import ConnectionFailed, HandsetError
from helpers.phone import Entry, Heard, Phone, describe
from helpers.widgets import PhoneWidget, side_by_side
from helpers.widgets.picture import picture
from tests.widgets.fake import MINE, SHOP, FakePhone

PATIENCE = 5  # seconds a thread may take before the test calls it lost


class Page:
    """A browser that shows the phone: what it is told, and what the person does there."""

    def __init__(self, phone: PhoneWidget) -> None:
        self.phone = phone
        self.told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.everything: list[dict[str, Any]] = []
        self.phone.comm.send = self._send
        self.last = 0

    def _send(self, data: dict[str, Any] | None = None, **more: Any) -> None:
        self.everything.append(data or {})
        self.told.put((data or {}) | {"buffers": more.get("buffers") or []})

    def does(self, act: str, *buffers: bytes, **details: str) -> bool:
        """The person does something; gives whether it worked."""
        self.last += 1
        self._comes_in({"act": act, "id": str(self.last), **details}, *buffers)
        while True:
            told = self.told.get(timeout=PATIENCE).get("content", {})
            if told.get("id") == str(self.last) and "done" in told:
                return bool(told["done"])

    def opens(self) -> None:
        self._comes_in({"act": "ready"})

    def sees(self, **wanted: object) -> dict[str, Any]:
        """Wait for a view that has these values; gives it."""
        while True:
            view = self.phone.view
            if all(view[name] == value for name, value in wanted.items()):
                return view
            self.told.get(timeout=PATIENCE)

    def gets(self, act: str, name: str) -> tuple[str, bytes | None]:
        """The page asks for a file; gives its type and its bytes."""
        self._comes_in({"act": act, "name": name})
        while True:
            told = self.told.get(timeout=PATIENCE)
            if told.get("content", {}).get(act) == name:
                return told["content"]["type"], next(iter(told["buffers"]), None)

    def _comes_in(self, content: dict[str, Any], *buffers: bytes) -> None:
        message = {"data": {"method": "custom", "content": content}}
        self.phone._handle_msg({"content": message, "buffers": list(buffers)})


@pytest.fixture
def fake() -> FakePhone:
    return FakePhone()


@pytest.fixture
def phone(fake: FakePhone) -> Iterator[PhoneWidget]:
    widget = PhoneWidget(fake, contacts=[SHOP])
    yield widget
    widget.close()


@pytest.fixture
def page(phone: PhoneWidget) -> Page:
    return Page(phone)


def test_it_can_do_whatever_a_handset_can() -> None:
    """Every public name of the handset, with the same parameters."""
    for name, member in inspect.getmembers(Phone):
        if name.startswith("_"):
            continue
        ours = inspect.getattr_static(PhoneWidget, name)
        if callable(member):
            assert inspect.signature(ours).parameters.keys() == (
                inspect.signature(member).parameters.keys()
            ), name
        else:
            assert isinstance(ours, property), name


def test_what_it_does_is_done_by_the_handset(phone: PhoneWidget, fake: FakePhone) -> None:
    fake.ring()
    phone.answer()
    phone.press("12#")
    phone.speak("Hello?")
    phone.hangup()
    phone.text(SHOP, "Thanks!")
    phone.call(SHOP)
    phone.follow_plan()
    assert fake.did == [
        ("answer",),
        ("press", "12#"),
        ("speak", "Hello?"),
        ("hangup",),
        ("text", SHOP, "Thanks!"),
        ("call", SHOP),
        ("follow_plan",),
    ]
    phone.mode = "busy"
    assert fake.mode == phone.mode == "busy"
    assert phone.plan(answer=False, press="1") == phone.planned == fake.planned
    assert [text.body for text in phone.inbox] == []
    assert phone.transcript == fake.calls[-1].transcript
    assert phone.call_now == fake.calls[-1]


def test_a_refusal_is_an_error_in_a_cell(phone: PhoneWidget) -> None:
    with pytest.raises(HandsetError, match="Nothing is ringing"):
        phone.answer()


def test_a_click_answers_the_call(page: Page, fake: FakePhone) -> None:
    fake.ring()
    assert page.does("answer")
    view = page.sees(state="in-progress")
    assert view["caption"] == "Hello world."


def test_each_button_and_field_does_its_act(page: Page, fake: FakePhone) -> None:
    fake.ring()
    page.does("answer")
    page.does("press", digits="#")
    page.does("speak", words="Hello?")
    page.does("hangup")
    page.does("text", to=SHOP, body="Thanks!")
    page.does("call", to=SHOP)
    fake.ring()
    page.does("decline")
    assert [act[0] for act in fake.did] == [
        "answer",
        "press",
        "speak",
        "hangup",
        "text",
        "call",
        "decline",
    ]


def test_a_refusal_is_one_sentence_on_the_page(page: Page) -> None:
    assert not page.does("answer")
    assert page.sees()["problem"] == "Nothing is ringing at this phone."


def test_the_sentence_goes_with_the_next_act(page: Page, fake: FakePhone) -> None:
    page.does("answer")
    fake.ring()
    assert page.does("answer")
    assert page.sees()["problem"] == ""


@pytest.mark.parametrize("nonsense", [{"act": "explode"}, {}, {"act": None}, {"act": ["ready"]}])
def test_a_message_that_makes_no_sense_is_refused(page: Page, nonsense: dict[str, Any]) -> None:
    page._comes_in({"id": "x", **nonsense})
    assert page.sees(problem="This phone has no such button.")


def test_a_lost_sandbox_is_one_sentence_without_its_address(page: Page, fake: FakePhone) -> None:
    def gone() -> None:
        raise ConnectionFailed("Nothing listens at 127.0.0.1:43210.")

    fake.answer = gone  # type: ignore[method-assign]
    assert not page.does("answer")
    assert page.sees()["problem"].startswith("The sandbox does not answer")
    assert "43210" not in json.dumps(page.everything)


def test_an_unforeseen_error_is_told_without_its_text(page: Page, fake: FakePhone) -> None:
    def broken() -> None:
        raise KeyError("http://127.0.0.1:43210")

    fake.answer = broken  # type: ignore[method-assign]
    assert not page.does("answer")
    assert page.sees()["problem"] == "That did not work (KeyError)."


def test_nobody_looks_so_no_thread_runs(phone: PhoneWidget, fake: FakePhone) -> None:
    before = threading.active_count()
    fake.ring()
    phone._repr_mimebundle_()
    phone.answer()
    assert threading.active_count() == before
    assert not phone.shown.is_set()


def test_once_it_is_shown_it_follows_what_happens(page: Page, fake: FakePhone) -> None:
    page.opens()
    assert page.phone.shown.is_set()
    fake.ring()
    page.sees(state="ringing", line="Call from +15005550006")
    fake.receive("Your table is booked.")
    while not page.sees()["texts"]:
        page.told.get(timeout=PATIENCE)
    assert page.sees()["texts"][0]["body"] == "Your table is booked."


def test_two_views_are_followed_by_one_thread(page: Page) -> None:
    def followers() -> list[threading.Thread]:
        return [each for each in threading.enumerate() if each.name == f"phone {MINE}"]

    before = set(followers())  # of other tests' phones: the last question they asked is still open
    page.opens()
    [first] = set(followers()) - before
    page.opens()
    assert set(followers()) - before == {first}


def test_its_threads_end_with_it(page: Page, fake: FakePhone) -> None:
    page.opens()
    page.does("press", digits="1")
    threads = [page.phone._follower, page.phone._worker]
    page.phone.close()
    fake.ring()  # the open question to the log is answered
    for thread in threads:
        assert thread is not None
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_the_stored_form_has_a_picture_and_a_text(phone: PhoneWidget, fake: FakePhone) -> None:
    fake.ring()
    fake.answer()
    data, _ = phone._repr_mimebundle_()
    assert data["text/plain"] == describe(fake.state())
    assert data["text/html"] == picture(phone.view)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Hello world." in data["text/plain"] and "Hello world." in data["text/html"]


def test_two_phones_in_the_same_state_are_stored_alike() -> None:
    bundles = []
    for _ in range(2):
        fake = FakePhone()
        fake.ring()
        widget = PhoneWidget(fake)
        bundles.append(widget._repr_mimebundle_()[0])
        widget.close()
    for kind in ("text/plain", "text/html"):
        assert bundles[0][kind] == bundles[1][kind]


def test_what_it_texted_is_shown(phone: PhoneWidget, fake: FakePhone) -> None:
    fake.receive("Will you come?")
    phone.text(SHOP, "Yes")
    fake.receive("Good.")
    phone.refresh()
    assert [(text["way"], text["body"]) for text in phone.view["texts"]] == [
        ("in", "Will you come?"),
        ("out", "Yes"),
        ("in", "Good."),
    ]


def test_a_page_gets_pictures_and_sounds_as_bytes(page: Page, fake: FakePhone) -> None:
    fake.files |= {"ME1": ("image/png", b"picture"), "tune": ("audio/wav", b"sound")}
    assert page.gets("picture", "ME1") == ("image/png", b"picture")
    assert page.gets("sound", "tune") == ("audio/wav", b"sound")
    assert page.gets("picture", "ME2") == ("", None)
    assert page.sees()["problem"] == ""


def test_what_the_microphone_takes_in_goes_to_the_call(page: Page, fake: FakePhone) -> None:
    fake.ring()
    page.does("answer")
    fake.ear("record", beep=True)
    assert page.does("record", b"RIFF one")
    assert page.does("record", b"RIFF two")
    assert fake.voice == [b"RIFF one", b"RIFF two"]
    assert page.sees()["heard"] == {"id": "CA:1", "kind": "record", "beep": True}


def test_the_last_part_of_a_voice_may_come_too_late(page: Page, fake: FakePhone) -> None:
    fake.ring()
    page.does("answer")
    assert page.does("record", b"RIFF")
    assert page.sees()["problem"] == ""


def test_a_voice_that_is_refused_is_told(page: Page, fake: FakePhone) -> None:
    def refused(wav: bytes) -> None:
        raise HandsetError("The sound is no WAV file.")

    fake.ring()
    page.does("answer")
    fake.ear("record")
    fake.record = refused  # type: ignore[method-assign]
    assert not page.does("record", b"none")
    assert page.sees()["problem"] == "The sound is no WAV file."


@pytest.mark.parametrize(
    ("act", "details"), [("press", {"digits": "5"}), ("speak", {"words": "Hello?"})]
)
def test_keys_and_words_that_nobody_hears_are_told(
    page: Page, fake: FakePhone, act: str, details: dict[str, str]
) -> None:
    assert page.does(act, **details)  # they are kept, so what was typed may go
    assert page.sees()["problem"].startswith("No call is running, so nobody hears these")
    fake.ring()
    page.does("answer")
    assert page.does(act, **details)
    assert page.sees()["problem"] == ""


def test_it_looks_again_for_a_sound_that_is_about_to_begin(page: Page, fake: FakePhone) -> None:
    """A file is fetched after its line was written, and its beginning is no event."""
    page.opens()
    fake.ring()
    page.does("answer")
    fake.hear(Entry(1.0, "Play", "http://127.0.0.1:9/tune.wav"))
    page.sees(caption="(plays $SITE/tune.wav)")
    fake.hearing = Heard("CA:7", "file", sound="tune", seconds=1.0)  # nobody is told of it
    while page.phone.view["heard"].get("id") != "CA:7":
        page.told.get(timeout=PATIENCE)


def test_phones_side_by_side_are_stored_one_below_the_other() -> None:
    both = [PhoneWidget(FakePhone(number)) for number in (MINE, "+14155550101")]
    row = side_by_side(*both)
    data, _ = row._repr_mimebundle_()
    assert data["text/plain"] == f"{MINE}  idle\n+14155550101  idle"
    assert data["text/html"] == "".join(picture(each.view) for each in both)
    assert repr(row) == data["text/plain"]
    for each in (*both, row):
        each.close()


IMPORT = """
import time
import anywidget, requests
began = time.process_time()
import helpers.widgets, helpers.widgets.phone
print(time.process_time() - began)
"""


def test_to_import_it_takes_little_time() -> None:
    """Beside the libraries, which a kernel with widgets has at hand."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.15


def test_no_address_and_no_secret_is_in_its_state() -> None:
    """What travels to the browser, and what may be stored with a notebook."""
    real = Phone(MINE, "http://127.0.0.1:9", ("AC" + "0" * 32, "secret-token"))
    widget = PhoneWidget(real)
    data, _ = widget._repr_mimebundle_()
    state = {name: value for name, value in widget.get_state().items() if name[0] != "_"}
    for text in (json.dumps(data), json.dumps(state, default=str), repr(widget)):
        assert "secret" not in text
        assert "127.0.0.1" not in text and "AC000" not in text
    assert widget.view["problem"].startswith("The sandbox does not answer")
    widget.close()


def test_the_page_stays_small() -> None:
    assert len(str(PhoneWidget._esm).encode()) < 40_000
