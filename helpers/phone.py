"""A simulated handset: what a person would do with a phone, done over HTTP.

    phone = Phone("+14155550100", sandbox.url, (account_sid, auth_token))
    phone.answer()
    phone.press("1#")

It knows the sandbox by its control paths only, so that it works as well from another kernel or
against a classroom's sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from helpers.errors import HandsetError, HelperError
from helpers.wire import Wire

LIVE = ("queued", "initiated", "ringing", "in-progress")

# An address of this machine, and the beginning of a path behind it.
_HERE = re.compile(
    r"https?://(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?(?P<api>(?=/2010-04-01/))?"
)


@dataclass(frozen=True)
class Entry:
    """One line of a transcript: seconds since the answer, a verb or an act, its words."""

    at: float
    verb: str
    text: str

    def __repr__(self) -> str:
        return f"{self.at:.1f} s  {self.verb}  {_folded(self.text)}".rstrip()


@dataclass(frozen=True)
class PhoneCall:
    """A call as the handset knows it."""

    sid: str
    direction: str
    from_: str
    to: str
    status: str
    transcript: list[Entry]

    @property
    def live(self) -> bool:
        """Whether it rings or is being talked in."""
        return self.status in LIVE


@dataclass(frozen=True)
class Text:
    """A text message that arrived."""

    sid: str
    from_: str
    body: str
    media: list[str]

    def __repr__(self) -> str:
        return f"{self.from_}  {_folded(' '.join([self.body, *self.media]))}"


@dataclass(frozen=True)
class Message:
    """One text of the handset's, with what became of it.

    *way* is "in", "out", or "lost" for one that was sent to it and did not arrive; *pictures* are
    the SIDs and content types of the files that came with it, for :meth:`Phone.picture`.
    """

    sid: str
    way: str
    who: str
    body: str
    media: list[str]
    pictures: list[tuple[str, str]]
    status: str
    error_code: int | None = None
    error_message: str | None = None

    def __repr__(self) -> str:
        sign = {"in": "from", "out": "to"}.get(self.way, "lost, from")
        words = _folded(" ".join([self.body, *self.media]))
        return f"{sign} {self.who}  {self.status}  {words}".rstrip()


@dataclass(frozen=True, slots=True)
class Heard:
    """What goes on in the handset's ear now.

    *kind* is "words" (*text*, said by *voice* in *language*), "file" (its *sound* is for
    :meth:`Phone.sound`), "record" (with or without a *beep* before it) or "listen" (for *keys*,
    for *speech*; *left* are the seconds of silence after which it gives up, None while somebody
    talks). Each has an *id* of its own, so that the same words twice are two things.
    """

    id: str
    kind: str
    text: str = ""
    voice: str = ""
    language: str = ""
    seconds: float = 0.0
    sound: str = ""
    beep: bool = False
    keys: bool = False
    speech: bool = False
    left: float | None = None


@dataclass(frozen=True)
class PhoneState:
    """All there is to know of a handset: calls and texts, newest last."""

    number: str
    mode: str
    calls: list[PhoneCall]
    inbox: list[Text]

    @property
    def call(self) -> PhoneCall | None:
        """The newest call that rings or runs; None if the handset is idle."""
        return next((call for call in reversed(self.calls) if call.live), None)


@dataclass(frozen=True)
class Plan:
    """What the handset does when nobody is there: answer or not, keys, words."""

    answer: bool = True
    press: str | None = None
    speak: str | None = None


class Phone:
    """The handset with this *number*, in the sandbox at *base_url*.

    Who has no number has an address instead, such as "client:alice" or "sip:alice@example.com".

    *auth* is the Account SID and the auth token there. What the handset cannot do now (nothing
    rings, nobody owns the number called) raises HandsetError, a sandbox that does not answer
    ConnectionFailed.
    """

    def __init__(self, number: str, base_url: str, auth: tuple[str, str]) -> None:
        self.number = number
        self._root = base_url.rstrip("/") + "/_sandbox"
        self._wire = Wire(auth)
        self._plan = Plan()

    # --- looking ---

    def state(self) -> PhoneState:
        """Return everything the sandbox knows about the handset now."""
        return _state(self._ask("GET", ""))

    @property
    def mode(self) -> str:
        """How it meets a ringing call: auto, manual, busy, no-answer, decline or off."""
        return self.state().mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.set_mode(mode)

    @property
    def calls(self) -> list[PhoneCall]:
        """Its calls, newest last."""
        return self.state().calls

    @property
    def call_now(self) -> PhoneCall | None:
        """The call that rings or runs, or None."""
        return self.state().call

    @property
    def inbox(self) -> list[Text]:
        """The texts it received, newest last."""
        return self.state().inbox

    @property
    def transcript(self) -> list[Entry]:
        """What was heard and done in the newest call."""
        calls = self.calls
        return calls[-1].transcript if calls else []

    @property
    def messages(self) -> list[Message]:
        """The texts it got and sent, newest last, with what became of each."""
        return [_message(told) for told in self._ask("GET", "/messages")["messages"]]

    def picture(self, sid: str) -> tuple[str, bytes]:
        """Return a file that came with a text, by its SID: content type and bytes."""
        return self._bytes(f"/media/{quote(sid, safe='')}")

    @property
    def hearing(self) -> Heard | None:
        """What goes on in its ear now; None if it is silent there."""
        told = self._ask("GET", "/sound")
        return Heard(**{n: told[n] for n in Heard.__slots__ if n in told}) if told else None

    def sound(self, name: str) -> tuple[str, bytes]:
        """Return the file that is played now, by the name `hearing` has for it: type and bytes."""
        return self._bytes(f"/sound/{quote(name, safe='')}")

    def wait_events(self, since: int = 0, seconds: float = 0) -> tuple[list[dict[str, Any]], int]:
        """Return what happened in the account after number *since*, and the last number.

        With nothing new the sandbox keeps the request for up to *seconds* (at most 30).
        """
        seconds = min(max(seconds, 0), 30)
        query = [("since", str(since)), ("wait", f"{seconds:.3f}")]
        answer = self._read(
            self._wire.send("GET", f"{self._root}/events", query=query, wait=seconds)
        )
        return list(answer["events"]), int(answer["next"])

    # --- acting ---

    def set_mode(self, mode: str) -> None:
        """Say how it meets a ringing call; ``auto`` answers after two seconds."""
        self._ask("POST", "", Mode=mode)

    def answer(self) -> None:
        """Answer the ringing call."""
        self._ask("POST", "/answer")

    def decline(self) -> None:
        """Turn the ringing call away; the caller hears that the line is busy."""
        self._ask("POST", "/decline")

    def hangup(self) -> None:
        """End the call."""
        self._ask("POST", "/hangup")

    def press(self, digits: str) -> None:
        """Press keys, such as ``"1#"``; what nobody waits for yet is kept."""
        self._ask("POST", "/press", Digits=digits)

    def speak(self, words: str) -> None:
        """Say *words*; what nobody listens to yet is kept."""
        self._ask("POST", "/speak", Speech=words)

    def record(self, wav: bytes) -> None:
        """Let the call hear what a microphone took in just now: a WAV file, a minute at most.

        Only while something records; else HandsetError.
        """
        self._read(self._wire.send("POST", self._url("/record"), file=("audio/wav", wav)))

    def call(self, to: str) -> str:
        """Call *to*, a number that an account of the sandbox owns; return the call's SID."""
        return str(self._ask("POST", "/call", To=to)["sid"])

    def text(self, to: str, body: str = "", media_url: str | Sequence[str] | None = None) -> str:
        """Text *to*, a number that an account of the sandbox owns; return the message's SID."""
        media = [media_url] if isinstance(media_url, str) else list(media_url or ())
        return str(self._ask("POST", "/text", To=to, Body=body, MediaUrl=media)["sid"])

    # --- when nobody is there ---

    def plan(self, answer: bool = True, press: str | None = None, speak: str | None = None) -> Plan:
        """Remember what the handset does when nobody is there, for :meth:`follow_plan`."""
        self._plan = Plan(answer, press, speak)
        return self._plan

    @property
    def planned(self) -> Plan:
        """What was planned: to answer, unless something else was said."""
        return self._plan

    def follow_plan(self) -> None:
        """Do as planned: say beforehand what will be pressed and said, then take or leave calls.

        A call that rings already is answered, or left ringing; later calls meet the mode.
        """
        if self._plan.press:
            self.press(self._plan.press)
        if self._plan.speak:
            self.speak(self._plan.speak)
        now = self.state()
        mode = "auto" if self._plan.answer else "no-answer"
        if now.mode != mode:
            self.set_mode(mode)
        rings = now.call is not None and now.call.status == "ringing" and now.mode != "auto"
        if rings and self._plan.answer:
            self.answer()

    # --- showing ---

    def __repr__(self) -> str:
        try:
            state = self.state()
        except HelperError:
            return f"<Phone {self.number} out of reach>"
        return f"<Phone {self.number} {state.call.status if state.call else 'idle'}>"

    def __str__(self) -> str:
        return describe(self.state())

    # --- HTTP ---

    def _ask(self, method: str, act: str, **fields: str | list[str]) -> dict[str, Any]:
        form = [
            (name, each)
            for name, value in fields.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        return self._read(self._wire.send(method, self._url(act), form=form))

    def _url(self, act: str) -> str:
        return f"{self._root}/phones/{quote(self.number, safe='')}{act}"

    def _bytes(self, act: str) -> tuple[str, bytes]:
        response = self._wire.send("GET", self._url(act))
        if not response.ok:
            self._read(response)
        return response.headers.get("content-type", ""), response.content

    def _read(self, response: requests.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.ok and isinstance(answer, dict):
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("message"), str):
            raise HandsetError(answer["message"])
        raise HandsetError(
            f"What answered for {self.number} is no sandbox (HTTP {response.status_code}).",
            next_step="Check the address that the handset was given.",
        )


def describe(state: PhoneState) -> str:
    """Return the handset as text: its call with the transcript, then its inbox."""
    call = state.call or (state.calls[-1] if state.calls else None)
    lines = [f"{state.number}  {_doing(state.number, call)}"]
    for entry in call.transcript if call else ():
        lines.append(f"{entry.at:5.1f} s  {entry.verb:<7} {_folded(entry.text)}".rstrip())
    if state.inbox:
        lines.append("inbox")
    for text in state.inbox:
        lines.append(f"  {text.from_}  {_folded(' '.join([text.body, *text.media]))}".rstrip())
    return named("\n".join(lines))


def named(text: str) -> str:
    """*text* with the addresses of this machine replaced by ``$SANDBOX`` and ``$SITE``.

    Ports are others at every start, and what is stored with a notebook is to be the same.
    """
    return _HERE.sub(lambda found: "$SITE" if found["api"] is None else "$SANDBOX", text)


def _doing(number: str, call: PhoneCall | None) -> str:
    if call is None:
        return "idle"
    called = call.to == number
    other = call.from_ if called else call.to
    if call.status == "in-progress":
        return f"in a call with {other}"
    if call.live and called:
        return f"{'ringing' if call.status == 'ringing' else 'about to ring'}: {other} calls"
    if call.live:
        return f"calling {other}"
    return f"idle, last call with {other}: {call.status}"


def _folded(text: str) -> str:
    return " ".join(text.split())


def _message(told: dict[str, Any]) -> Message:
    return Message(
        sid=told["sid"],
        way=told["way"],
        who=told["who"],
        body=told["body"],
        media=list(told["media"]),
        pictures=[(file["sid"], file["content_type"]) for file in told["pictures"]],
        status=told["status"],
        error_code=told["error_code"],
        error_message=told["error_message"],
    )


def _state(answer: dict[str, Any]) -> PhoneState:
    return PhoneState(
        number=answer["number"],
        mode=answer["mode"],
        calls=[
            PhoneCall(
                sid=call["sid"],
                direction=call["direction"],
                from_=call["from"],
                to=call["to"],
                status=call["status"],
                transcript=[
                    Entry(float(entry["at"]), entry["verb"], entry["text"])
                    for entry in call["transcript"]
                ],
            )
            for call in answer["calls"]
        ],
        inbox=[
            Text(text["sid"], text["from"], text["body"], list(text["media"]))
            for text in answer["inbox"]
        ],
    )
