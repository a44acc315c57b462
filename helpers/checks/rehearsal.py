"""A telephone company of a check's own: nobody watches, time is turned by hand, nothing is kept.

    with Rehearsal() as stage:
        heard = stage.ring(stage.serve(page), replies=[("press 1", "1")])
    if "It is sunny." not in heard.said: ...

The reader's page or document is really asked and really executed, by the same sandbox as in the
lesson, but apart from it: a check leaves no call in the lesson's lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from helpers.checks.verdict import Gap
from helpers.client import Client
from helpers.clock_control import ClockControl
from helpers.errors import HandsetError, TwilioError
from helpers.phone import Entry, Phone, PhoneCall
from helpers.sandbox import Sandbox
from helpers.sandbox.options import NUMBER, VERIFIED
from helpers.serving import Site
from helpers.serving.site import Visits
from helpers.wire import Wire

#: Said in place of keys or words: the person hangs up.
HANG_UP = "(hangs up)"
#: In place of keys or words: the person does nothing, and is ready for the next.
NOTHING = ""
#: What is waited for in place of said words: the beep, with which a recording begins.
BEEP = "(beep)"
KEYS = frozenset("0123456789*#")
#: What a person does: once these words were said, these keys or words.
Replies = Sequence[tuple[str, str]]
CUT = 13805  # a trial's call lasted too long
MOST_TURNS = 2_000  # of the clock, after which a call goes round in circles


@dataclass(frozen=True)
class Heard:
    """What a call came to.

    *said* are the sentences the person heard, *entries* the whole transcript, *status* the call's
    last, *alerts* what went wrong as pairs of code and words. *unheard* are the words that a reply
    waited for in vain. *seconds* is how long the call lasted from its answer, 0 without one.
    """

    sid: str
    status: str
    entries: list[Entry]
    alerts: list[tuple[int, str]] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    seconds: int = 0

    @property
    def said(self) -> list[str]:
        """What the person heard said, in order."""
        return [entry.text for entry in self.entries if entry.verb == "Say"]

    def has(self, words: str) -> bool:
        """Whether these words were said, whatever their case and spacing."""
        return _folded(words) in _folded(" ".join(self.said))

    def verbs(self) -> list[str]:
        """The names of what ran and what the person did, in order."""
        return [entry.verb for entry in self.entries]


class Rehearsal:
    """A sandbox of its own with a clock in the check's hand, as a context manager.

    *options* are those of `helpers.sandbox.Sandbox`. *client* acts for its account, which owns
    *number*; *phone* is a verified handset that answers after two seconds.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {"seed": "rehearsal", "clock": "manual", **options}
        self._open = ExitStack()
        self.sites: list[Site] = []

    def __enter__(self) -> Rehearsal:
        sandbox = Sandbox(**self._options).start()
        self._open.callback(sandbox.stop)
        self.url = sandbox.url
        self.auth = (sandbox.account_sid, sandbox.auth_token)
        self.client = Client(*self.auth, base_url=self.url)
        wire = Wire(self.auth)
        self._open.callback(wire.close)
        self._clock = ClockControl(self.url, wire)
        self.number = NUMBER
        self.phone = self.handset(VERIFIED)
        return self

    def __exit__(self, *ended: object) -> None:
        self._open.close()

    def handset(self, number: str) -> Phone:
        """The handset with this number (any that no account owns)."""
        return Phone(number, self.url, self.auth)

    # -- the reader's part -----------------------------------------------------------------------

    def serve(self, app: Any) -> str:
        """Serve the reader's web app or function; returns its address, with a slash at its end."""
        site = Site(app, tokens=self.auth[1:], names={self.url: "$SANDBOX"})
        self._open.callback(site.close)
        self.sites.append(site)
        return site.url + "/"

    @property
    def asked(self) -> Visits:
        """What the newest site was asked, in order."""
        return self.sites[-1].requests if self.sites else Visits()

    # -- calls and texts -------------------------------------------------------------------------

    def ring(
        self,
        url: str = "",
        *,
        twiml: str = "",
        replies: Replies = (),
        **more: Any,
    ) -> Heard:
        """Call the phone with a page or a document, until the call is over.

        *replies* are what the person does, in order, each once its words were said (or at the
        BEEP): keys, words to speak, HANG_UP or NOTHING. *more* goes to ``calls.create``. Gap if
        Twilio refuses the call.
        """
        what: dict[str, Any] = {"to": self.phone.number, "from_": self.number, **more}
        what |= {"url": url} if url else {"twiml": twiml}
        try:
            call = self.client.calls.create(**what)
        except TwilioError as refused:
            raise Gap(f"Twilio refuses the call: {refused.code} {refused.msg}") from refused
        person = _Person(self.phone, call.sid, replies)
        self._play([person])
        return self._heard(person)

    def call_in(
        self,
        url: str,
        *,
        replies: Replies = (),
        phone: Phone | None = None,
        meanwhile: Callable[[], bool] = lambda: False,
        **settings: Any,
    ) -> Heard:
        """Let the phone, or another, call the number, whose page is *url*, until that is over.

        *meanwhile* is for what other people do: it is called before the clock is turned, and once
        more if it returns True, having done something.
        """
        callers = [(phone or self.phone, replies)]
        return self.call_together(url, callers, meanwhile=meanwhile, **settings)[0]

    def call_together(
        self,
        url: str,
        callers: Sequence[tuple[Phone, Replies]],
        *,
        meanwhile: Callable[[], bool] = lambda: False,
        **settings: Any,
    ) -> list[Heard]:
        """The same for several phones that call at once, each with its replies."""
        self._answer_with(voice_url=url, **settings)
        calls = [(phone, phone.call(self.number), replies) for phone, replies in callers]
        people = [_Person(*call) for call in calls]
        self._play(people, meanwhile)
        return [self._heard(person) for person in people]

    def text_in(
        self,
        body: str,
        url: str,
        *,
        media: Sequence[str] = (),
        phone: Phone | None = None,
        **settings: Any,
    ) -> list[str]:
        """Let the phone, or another one, text the number, whose page is *url*.

        Returns the bodies of the answers it gets.
        """
        phone = phone or self.phone
        self._answer_with(sms_url=url, **settings)
        before = len(phone.inbox)
        phone.text(self.number, body, list(media))
        self.run()
        self._no_failures()
        return [text.body for text in phone.inbox[before:]]

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Turn the clock until *until* is so, or nothing more is going to happen."""
        for _ in range(MOST_TURNS):
            if until() or self._clock.next() is None:
                return
        raise Gap(
            "the call never ends: it goes round in circles.",
            "Have a document that ends, or hangs up, after a few rounds.",
        )

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, with all that is due in them."""
        self._clock.advance(seconds)

    def alerts(self) -> list[tuple[int, str]]:
        """What went wrong so far, oldest first: codes, and what the debugger says of each."""
        found = self.client.notifications.list()
        return [(int(one.error_code), self._plain(one.message_text)) for one in reversed(found)]

    # -- inside ----------------------------------------------------------------------------------

    def _answer_with(self, **settings: Any) -> None:
        self.client.incoming_phone_numbers.list(limit=1)[0].update(**settings)

    def _play(
        self, people: Sequence[_Person], meanwhile: Callable[[], bool] = lambda: False
    ) -> None:
        def all_done() -> bool:
            while meanwhile():
                pass
            live = [person.acts() for person in people]  # each gets its turn
            return not any(live)

        self.run(all_done)
        self.run()  # what comes after the calls: callbacks, transcriptions
        self._no_failures()

    def _heard(self, person: _Person) -> Heard:
        call = self.client.calls(person.sid).fetch()
        mine = person.call()
        entries = mine.transcript if mine is not None else []
        unheard = [words for words, _ in person.waiting]
        lasted = int(call.duration or 0)
        return Heard(person.sid, str(call.status), entries, self.alerts(), unheard, lasted)

    def _plain(self, packed: str | None) -> str:
        """The sentence in an alert's text, which comes packed like a form."""
        words = parse_qs(packed or "").get("Msg", [packed or ""])[0]
        for site in self.sites:
            words = words.replace(site.url, "$SITE")
        return words.replace(self.url, "$SANDBOX")

    def _no_failures(self) -> None:
        for site in self.sites:
            if site.failures:
                raise Gap(
                    f"your page failed: {site.failures[-1]}",
                    "Mend that first: Twilio got a 500 in place of a document.",
                )


def no_alerts(alerts: Heard | Sequence[tuple[int, str]]) -> None:
    """Gap if something went wrong in a call, or if these are alerts."""
    for code, words in alerts.alerts if isinstance(alerts, Heard) else alerts:
        if code == CUT:
            raise Gap("the call goes on for ten minutes.", "After a while, let it end by itself.")
        raise Gap(f"Twilio reports {code}: {words.rstrip('.')}.", "Mend that, and check again.")


class _Person:
    """Who is in a call, and gives each of their replies once its words were said."""

    def __init__(self, phone: Phone, sid: str, replies: Replies) -> None:
        self.phone, self.sid = phone, sid
        self.waiting = list(replies)
        self._heard_until = 0  # entries that an earlier reply has answered

    def call(self) -> PhoneCall | None:
        return next((one for one in self.phone.calls if one.sid == self.sid), None)

    def acts(self) -> bool:
        """Reply if it is time to; whether the call still goes on."""
        mine = self.call()
        if mine is None:
            return True  # it has not reached the phone yet
        if self.waiting and mine.status == "in-progress":
            words, reply = self.waiting[0]
            for place, entry in enumerate(mine.transcript):
                if words == BEEP:
                    came = entry.verb == "Record"
                else:
                    came = entry.verb == "Say" and _folded(words) in _folded(entry.text)
                if came and place >= self._heard_until:
                    self._heard_until = place + 1
                    self.waiting.pop(0)
                    self._reply(reply)
                    break
        return mine.live

    def _reply(self, reply: str) -> None:
        if reply == NOTHING:
            return
        try:
            if reply == HANG_UP:
                self.phone.hangup()
            elif set(reply) <= KEYS:
                self.phone.press(reply)
            else:
                self.phone.speak(reply)
        except HandsetError as over:
            raise Gap(f"the call was over before the person could answer: {over.what}") from over


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
