"""A handset without a sandbox: what `helpers.phone.Phone` does, from a short script.

Somebody rings with :meth:`FakePhone.ring`; once answered, the words of the script are heard at
once. What a real sandbox refuses is refused here with a sentence too.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from helpers.errors import HandsetError
from helpers.phone import Entry, Heard, Message, PhoneCall, PhoneState, Plan, Text, describe

MINE = "+14155550100"
SHOP = "+15005550006"


class FakePhone:
    def __init__(self, number: str = MINE, words: tuple[str, ...] = ("Hello world.",)) -> None:
        self.number = number
        self.words = words
        self.mode = "manual"
        self.did: list[tuple[str, ...]] = []  # everything that was asked of the handset
        self.planned = Plan()
        self._calls: list[PhoneCall] = []
        self._inbox: list[Text] = []
        self._messages: list[Message] = []
        self.hearing: Heard | None = None  # what is in its ear; set by :meth:`ear`
        self.files: dict[str, tuple[str, bytes]] = {}  # pictures and sounds by their names
        self.voice: list[bytes] = []  # what its microphone took in
        self._sounds = 0
        self._happened = 0
        self._change = threading.Condition()

    # what the world does

    def ring(self, from_: str = SHOP) -> str:
        sid = f"CA{len(self._calls):032x}"
        self._calls.append(PhoneCall(sid, "outbound-api", from_, self.number, "ringing", []))
        self._note()
        return sid

    def receive(
        self,
        body: str,
        from_: str = SHOP,
        media: tuple[str, ...] = (),
        pictures: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._inbox.append(Text(f"SM{len(self._inbox):032x}", from_, body, list(media)))
        self._thread("in", from_, body, "delivered", media=media, pictures=pictures)

    def lose(self, body: str, from_: str = SHOP, code: int = 30003, why: str = "") -> None:
        self._thread("lost", from_, body, "undelivered", code=code, why=why)

    def ear(self, kind: str = "", **more: object) -> None:
        self._sounds += 1
        self.hearing = Heard(f"CA:{self._sounds}", kind, **more) if kind else None
        self._note()

    def _thread(
        self,
        way: str,
        who: str,
        body: str,
        status: str,
        *,
        media: Sequence[str] = (),
        pictures: Sequence[tuple[str, str]] = (),
        code: int | None = None,
        why: str | None = None,
    ) -> None:
        sid = f"SM{len(self._messages):032x}"
        files = list(pictures)
        self._messages.append(Message(sid, way, who, body, list(media), files, status, code, why))
        self._note()

    def hear(self, *entries: Entry) -> None:
        call = self._calls[-1]
        self._calls[-1] = replace(call, transcript=[*call.transcript, *entries])
        self._note()

    # what a handset does

    def state(self) -> PhoneState:
        return PhoneState(self.number, self.mode, list(self._calls), list(self._inbox))

    @property
    def calls(self) -> list[PhoneCall]:
        return list(self._calls)

    @property
    def inbox(self) -> list[Text]:
        return list(self._inbox)

    @property
    def messages(self) -> list[Message]:
        return list(self._messages)

    def picture(self, sid: str) -> tuple[str, bytes]:
        return self._file(sid)

    def sound(self, name: str) -> tuple[str, bytes]:
        return self._file(name)

    def _file(self, name: str) -> tuple[str, bytes]:
        if name not in self.files:
            raise HandsetError("There is no such file.")
        return self.files[name]

    def record(self, wav: bytes) -> None:
        if self.hearing is None or self.hearing.kind != "record":
            raise HandsetError("Nothing records now.")
        self.voice.append(wav)
        self._note()

    @property
    def transcript(self) -> list[Entry]:
        return self._calls[-1].transcript if self._calls else []

    def answer(self) -> None:
        self.did.append(("answer",))
        self._become("ringing", "in-progress", "Nothing is ringing at this phone.")
        self.hear(Entry(0.0, "answer", ""))
        for place, words in enumerate(self.words):
            self.hear(Entry(0.8 * place, "Say", words))

    def decline(self) -> None:
        self.did.append(("decline",))
        self._become("ringing", "busy", "Nothing is ringing at this phone.")

    def hangup(self) -> None:
        self.did.append(("hangup",))
        self._become("in-progress", "completed", "This phone is not in a call.")
        self.hearing = None
        self.hear(Entry(4.2, "hangup", ""))

    def press(self, digits: str) -> None:
        self.did.append(("press", digits))
        if self._calls and self._calls[-1].status == "in-progress":
            self.hear(Entry(2.0, "press", digits))

    def speak(self, words: str) -> None:
        self.did.append(("speak", words))
        if self._calls and self._calls[-1].status == "in-progress":
            self.hear(Entry(3.0, "speak", words))

    def call(self, to: str) -> str:
        self.did.append(("call", to))
        self._owned(to)
        self._calls.append(PhoneCall("CA" + "f" * 32, "inbound", self.number, to, "ringing", []))
        self._note()
        return "CA" + "f" * 32

    def text(self, to: str, body: str = "", media_url: str | None = None) -> str:
        self.did.append(("text", to, body))
        self._owned(to)
        self._thread("out", to, body, "received")
        return "SM" + "f" * 32

    def plan(self, answer: bool = True, press: str | None = None, speak: str | None = None) -> Plan:
        self.planned = Plan(answer=answer, press=press, speak=speak)
        return self.planned

    @property
    def call_now(self) -> PhoneCall | None:
        return self.state().call

    def follow_plan(self) -> None:
        self.did.append(("follow_plan",))

    def set_mode(self, mode: str) -> None:
        self.mode = mode
        self._note()

    def wait_events(self, since: int = 0, seconds: float = 0) -> tuple[list[dict[str, int]], int]:
        with self._change:
            self._change.wait_for(lambda: self._happened > since, seconds)
            return [{"seq": seq + 1} for seq in range(since, self._happened)], self._happened

    def __repr__(self) -> str:
        return f"<Phone {self.number} {self.call_now.status if self.call_now else 'idle'}>"

    def __str__(self) -> str:
        return describe(self.state())

    def _owned(self, to: str) -> None:
        if to != SHOP:
            raise HandsetError(f"Nobody owns the number {to}.")

    def _become(self, before: str, after: str, otherwise: str) -> None:
        if not self._calls or self._calls[-1].status != before:
            raise HandsetError(otherwise)
        self._calls[-1] = replace(self._calls[-1], status=after)
        self._note()

    def _note(self) -> None:
        with self._change:
            self._happened += 1
            self._change.notify_all()
