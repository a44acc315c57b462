"""The phone in the notebook: a handset one can see, hear ring and press.

`PhoneWidget` wraps a :class:`helpers.phone.Phone`, which talks to the sandbox; `phone.js` draws
it. Python holds the truth:

* Whatever the browser shows is in the one trait `view`, set as a whole, so that two threads can
  never leave half a picture behind. No address and no credential is ever in it. Pictures and
  sounds are no part of it: a browser that wants one asks, and gets bytes, never an address.
* A click comes in as a small message and goes into a queue; one worker thread does the HTTP, so
  that the kernel's own loop never waits for the sandbox.
* A second thread follows the sandbox's event log and redraws. It starts when a browser says that
  it shows the phone: a notebook that runs unattended starts no thread and stays deterministic.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets
import traitlets

from helpers.errors import ConnectionFailed, HandsetError, HelperError
from helpers.phone import (
    Entry,
    Heard,
    Message,
    Phone,
    PhoneCall,
    PhoneState,
    Plan,
    Text,
    describe,
)
from helpers.widgets.picture import picture
from helpers.widgets.scripts import script
from helpers.widgets.view import current, view_of

GONE = "The sandbox does not answer: it was stopped. Run the notebook again from its first cell."
QUIET = 20.0  # seconds one question to the event log may stay open
BREATH = 0.1  # seconds between two redraws: what happens faster is drawn together
SOON, LOOKS = 0.2, 10  # seconds between looks, and how many, for a sound that is about to begin
LOST = 3  # questions that may fail before the follower gives up

NO_CALL = {
    "press": "No call is running, so nobody hears these keys: they wait for the next call.",
    "speak": "No call is running, so nobody hears these words: they wait for the next call.",
}

# What begins to be heard a moment after its line in the transcript.
ABOUT_TO_SOUND = ("Play", "Record", "Gather")

# What a browser may ask for, and what is done then.
ACTS: dict[str, Callable[[PhoneWidget, dict[str, Any]], object]] = {
    "answer": lambda phone, _: phone.answer(),
    "decline": lambda phone, _: phone.decline(),
    "hangup": lambda phone, _: phone.hangup(),
    "press": lambda phone, asked: phone.press(str(asked.get("digits", ""))),
    "speak": lambda phone, asked: phone.speak(str(asked.get("words", ""))),
    "call": lambda phone, asked: phone.call(str(asked.get("to", ""))),
    "text": lambda phone, asked: phone.text(str(asked.get("to", "")), str(asked.get("body", ""))),
    "record": lambda phone, asked: phone.record(asked["bytes"]),
}

# Bytes a browser may ask for by their name, and where they are had.
FETCHED: dict[str, Callable[[PhoneWidget, str], tuple[str, bytes]]] = {
    "picture": lambda phone, name: phone.picture(name),
    "sound": lambda phone, name: phone.sound(name),
}

_logger = logging.getLogger(__name__)


class PhoneWidget(anywidget.AnyWidget):
    """A handset on the page. Put it last in a cell to see it.

    *phone* is the handset itself, *name* what the page calls it, *contacts* the numbers the page
    suggests to call and text, or a mapping of such numbers to their names. Everything the handset
    can do this can do too: ``answer()``, ``press("1#")``, ``text(to, body)`` ... ; what it refuses
    raises :class:`helpers.errors.HandsetError`, and on the page shows as one sentence.
    """

    _esm = script("elements.js", "phone.js")
    _css = script("colours.css", "phone.css")

    view = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        phone: Phone,
        *,
        name: str = "Your phone",
        contacts: Sequence[str] | Mapping[str, str] = (),
    ) -> None:
        self.phone = phone
        self.name = name
        self.contacts = dict(contacts) if isinstance(contacts, Mapping) else tuple(contacts)
        self.shown = threading.Event()
        self._latest = PhoneState(number=phone.number, mode="", calls=[], inbox=[])
        self._messages: list[Message] = []
        self._heard_now: Heard | None = None
        self._problem = ""
        self._drawing = threading.RLock()
        self._over = threading.Event()
        self._follower: threading.Thread | None = None
        self._worker: threading.Thread | None = None
        self._asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        super().__init__(view=self._view())
        self.on_msg(self._heard)

    # -- what the handset can do -----------------------------------------------------------

    def answer(self) -> None:
        """Answer the ringing call."""
        self.phone.answer()

    def decline(self) -> None:
        """Turn the ringing call away: the caller finds the line busy."""
        self.phone.decline()

    def hangup(self) -> None:
        """End the call."""
        self.phone.hangup()

    def press(self, digits: str) -> None:
        """Press keys: any of 0-9, * and #. Before a call they are kept for it."""
        self.phone.press(digits)

    def speak(self, words: str) -> None:
        """Say *words* into the phone. Before a call they are kept for it."""
        self.phone.speak(words)

    def call(self, to: str) -> str:
        """Call the number *to*; gives the SID of the call that comes in there."""
        return self.phone.call(to)

    def text(self, to: str, body: str = "", media_url: str | Sequence[str] | None = None) -> str:
        """Text *body* to the number *to*; gives the SID of the message that comes in there."""
        return self.phone.text(to, body, media_url)

    def record(self, wav: bytes) -> None:
        """Let the call hear what a microphone took in just now, a WAV file."""
        self.phone.record(wav)

    def plan(self, answer: bool = True, press: str | None = None, speak: str | None = None) -> Plan:
        """Say what the handset does when nobody is there."""
        return self.phone.plan(answer=answer, press=press, speak=speak)

    def follow_plan(self) -> None:
        """Nobody is there: from now on the handset does what it was told to do then."""
        self.phone.follow_plan()

    @property
    def planned(self) -> Plan:
        """What it was told to do when nobody is there."""
        return self.phone.planned

    def set_mode(self, mode: str) -> None:
        """How it meets a ringing call: auto, manual, busy, no-answer, decline or off."""
        self.phone.set_mode(mode)

    # -- what is known of it ---------------------------------------------------------------

    @property
    def number(self) -> str:
        """The handset's own number."""
        return self.phone.number

    def state(self) -> PhoneState:
        """Everything the sandbox knows of the handset now."""
        return self.phone.state()

    @property
    def mode(self) -> str:
        """How it meets a ringing call; may be set, as with :meth:`set_mode`."""
        return self.phone.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.phone.set_mode(mode)

    @property
    def call_now(self) -> PhoneCall | None:
        """The call that rings or runs, or None."""
        return self.phone.call_now

    @property
    def calls(self) -> list[PhoneCall]:
        """Its calls, the newest last."""
        return self.phone.calls

    def wait_events(self, since: int = 0, seconds: float = 0) -> tuple[list[dict[str, Any]], int]:
        """What happened after number *since*, and the last number; waits up to *seconds* for it."""
        return self.phone.wait_events(since, seconds)

    @property
    def inbox(self) -> list[Text]:
        """The texts it received, the newest last."""
        return self.phone.inbox

    @property
    def transcript(self) -> list[Entry]:
        """What was said and done in its newest call."""
        return self.phone.transcript

    @property
    def messages(self) -> list[Message]:
        """The texts it got and sent, newest last, with what became of each."""
        return self.phone.messages

    def picture(self, sid: str) -> tuple[str, bytes]:
        """A file that came with a text, by its SID: content type and bytes."""
        return self.phone.picture(sid)

    @property
    def hearing(self) -> Heard | None:
        """What goes on in its ear now; None if it is silent there."""
        return self.phone.hearing

    def sound(self, name: str) -> tuple[str, bytes]:
        """The file that is played now, by the name `hearing` has for it: type and bytes."""
        return self.phone.sound(name)

    # -- how it is shown -------------------------------------------------------------------

    def refresh(self) -> PhoneState:
        """Ask the sandbox for the handset's state and draw it."""
        state = self.phone.state()
        messages = self.phone.messages
        call = current(state.calls)
        talks = call is not None and call.status == "in-progress"
        heard = self.phone.hearing if talks else None
        with self._drawing:
            before = self.view["state"]
            self._latest, self._messages, self._heard_now = state, messages, heard
            view = self._view()
            if view["state"] != before and self._problem:
                # What did not work then says nothing about now.
                self._problem = ""
                view = self._view()
            self.view = view
        return state

    def _view(self) -> dict[str, Any]:
        return view_of(
            self._latest,
            name=self.name,
            contacts=self.contacts,
            messages=self._messages,
            heard=self._heard_now,
            problem=self._problem,
        )

    def _tell(self, problem: str) -> None:
        """Show one sentence about what did not work; an empty one takes the last away."""
        with self._drawing:
            self._problem = problem
            self.view = self._view()

    def __repr__(self) -> str:
        return repr(self.phone)

    def __str__(self) -> str:
        return str(self.phone)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live phone; and for where it cannot live, a picture and a few lines of text."""
        try:
            self.refresh()
        except HelperError as error:
            self._tell(_sentence(error))
        live: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live, {})
        still = {"text/plain": describe(self._latest), "text/html": picture(self.view)}
        return {**data, **still}, metadata

    def close(self) -> None:
        """Take the phone off the page and end its threads. The handset itself stays."""
        self._over.set()
        self._asked.put({})
        super().close()

    # -- what the page asks ----------------------------------------------------------------

    def _heard(self, _: object, asked: dict[str, Any], buffers: Sequence[Any]) -> None:
        """A message from a browser. It may come on any thread, so it is only put in line."""
        if asked.get("act") == "ready":
            self.shown.set()
            self._follower = self._running(self._follower, self._follow)
            return
        self._asked.put(asked | {"bytes": bytes(buffers[0]) if buffers else b""})
        self._worker = self._running(self._worker, self._work)
        self.send({"id": asked.get("id")})

    def _running(
        self, thread: threading.Thread | None, work: Callable[[], None]
    ) -> threading.Thread:
        with self._drawing:
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=work, name=f"phone {self.number}", daemon=True)
                thread.start()
            return thread

    def _work(self) -> None:
        """Do what the page asks, one thing after the other."""
        while not self._over.is_set():
            asked = self._asked.get()
            if not asked:
                continue
            name = str(asked.get("act"))
            if name in FETCHED:
                self._hand_over(name, str(asked.get("name", "")))
                continue
            problem = self._do(name, asked)
            # A voice comes in many parts, and none of them says that all is well again.
            if problem or name != "record":
                self._tell(problem or self._in_vain(name))
            self.send({"id": asked.get("id"), "done": not problem})
            if not problem and self.shown.is_set():  # the sandbox is there (again)
                self._follower = self._running(self._follower, self._follow)

    def _hand_over(self, what: str, name: str) -> None:
        """Give the browsers bytes they asked for; without any they show words in their place."""
        try:
            kind, content = FETCHED[what](self, name)
        except HelperError:
            # A sound that is over by now, a text that was deleted meanwhile.
            _logger.debug("there is no %s %s any more", what, name, exc_info=True)
            self.send({what: name, "type": ""})
        else:
            self.send({what: name, "type": kind}, [content])

    def _in_vain(self, act: str) -> str:
        """What to say of keys and words that nobody hears now."""
        call = self._latest.call
        talks = call is not None and call.status == "in-progress"
        return "" if talks else NO_CALL.get(act, "")

    def _do(self, name: str, asked: dict[str, Any]) -> str:
        """Do one thing; gives the sentence to show if it did not work."""
        act = ACTS.get(name)
        if act is None:
            return "This phone has no such button."
        try:
            act(self, asked)
            self.refresh()
        except HelperError as error:
            # The last part of a voice may come when what recorded it has just ended.
            if name == "record" and isinstance(error, HandsetError) and self._recorded():
                return ""
            return _sentence(error)
        except Exception as error:  # a thread has nobody above it: what happened must be seen
            _logger.debug("the phone could not do %r", asked.get("act"), exc_info=True)
            # Only the name: the text of a stranger's error may hold an address.
            return f"That did not work ({type(error).__name__})."
        return ""

    def _follow(self) -> None:
        """Redraw whenever something happens in the sandbox, as long as it answers."""
        since = lost = looks = 0
        while lost < LOST and not self._over.is_set():
            try:
                soon = looks < LOOKS and self._about_to_sound()
                happened, since = self.phone.wait_events(since, SOON if soon else QUIET)
                if lost:
                    self._tell("")
                    lost = 0
                looks = 0 if happened else looks + 1
                if happened or soon:
                    self.refresh()
            except HelperError as error:
                lost += 1
                self._tell(_sentence(error))
            self._over.wait(1 if lost else BREATH)

    def _about_to_sound(self) -> bool:
        """Whether the newest verb is one that will be heard, and is not yet."""
        call = current(self._latest.calls)
        if call is None or call.status != "in-progress" or self._heard_now is not None:
            return False
        verbs = [entry.verb for entry in call.transcript if entry.verb[:1].isupper()]
        return bool(verbs) and verbs[-1] in ABOUT_TO_SOUND

    def _recorded(self) -> bool:
        """Whether nothing records any more, which is no mistake of whoever speaks."""
        try:
            self.refresh()
        except HelperError:
            return False
        return self._heard_now is None or self._heard_now.kind != "record"


class SideBySide(ipywidgets.HBox):
    """Several phones in one row, or one below the other where there is no room."""

    def __init__(self, phones: Sequence[PhoneWidget]) -> None:
        self.phones = tuple(phones)
        for phone in self.phones:  # each takes its part of the row, narrow before it wraps
            phone.layout.flex, phone.layout.min_width = "1 1 20em", "0"
        super().__init__(
            self.phones, layout={"flex_flow": "row wrap", "width": "100%", "grid_gap": "12px"}
        )

    def __repr__(self) -> str:
        return "\n".join(str(phone) for phone in self.phones)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        stills = [phone._repr_mimebundle_(**kwargs)[0] for phone in self.phones]
        live: Any = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live, {})
        still = {
            "text/plain": "\n".join(each["text/plain"] for each in stills),
            "text/html": "".join(each["text/html"] for each in stills),
        }
        return {**data, **still}, metadata


def side_by_side(*phones: Any) -> Any:
    """Show several phones in one output. Put it last in a cell to see them.

    Phones of the live mode are no pictures: of them it is told that they are your own.
    """
    if not all(isinstance(phone, PhoneWidget) for phone in phones):
        return list(phones)
    return SideBySide(phones)


def _sentence(error: HelperError) -> str:
    """What to show of *error*. A lost connection's own words name an address, so not those."""
    return GONE if isinstance(error, ConnectionFailed) else error.what
