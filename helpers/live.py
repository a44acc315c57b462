"""What stands in for the sandbox's things when the mode is live.

The telephone is the reader's own, web sites on this machine are out of Twilio's reach, and there
is no event log to tell a story from. Each of these answers in a plain sentence, so that the cells
of a lesson run on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.errors import HelperError
from helpers.phone import Entry, PhoneCall, Plan, Text
from helpers.signing import SIGNATURE_HEADER, sign
from helpers.wire import Wire

Pairs = list[tuple[str, str]]

#: Seconds a page of the reader's may take before its call is made without it, as at Twilio.
PAGE = 15.0

# What says where a call's instructions are; all of it is left out when the instructions are sent.
_WHERE = ("Url", "Method", "FallbackUrl", "FallbackMethod")


class Note(str):
    """A sentence that a cell shows without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Expected(str):
    """What a person is asked to do stands for: a call or text that has no SID yet.

    It is the empty SID; *what* is ``call`` or ``text``, *from_* and *to* whose.
    """

    what: str
    from_: str
    to: str

    @classmethod
    def of(cls, what: str, from_: str, to: str) -> Expected:
        """Return the expectation of a call or text."""
        made = cls("")
        made.what, made.from_, made.to = what, from_, to
        return made


class NotYet:
    """What was expected and has not come: every field of it reads ``not yet``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return "not yet"

    def __repr__(self) -> str:
        return "not yet"


class LivePhone:
    """The learner's own telephone, in live mode: it rings in their pocket, not on the page.

    It has what a handset of the sandbox has, and answers to all of it: look at the real one.
    """

    mode = "in your pocket"
    calls: Sequence[PhoneCall] = ()
    call_now: PhoneCall | None = None

    def __init__(self, number: str) -> None:
        self.number = number
        self.planned = Plan()

    def plan(self, answer: bool = True, press: str | None = None, speak: str | None = None) -> Plan:
        """A person answers: what would be planned is what they are asked to do."""
        self.planned = Plan(answer, press, speak)
        if press:
            print(f"live: when your phone rings, press {press}.")
        if speak:
            print(f"live: when your phone rings, say {speak!r}.")
        return self.planned

    @property
    def transcript(self) -> Sequence[Entry]:
        """What was heard nobody here knows: you did."""
        return (Entry(0.0, "notice", "live: your own phone said it, no transcript is kept."),)

    @property
    def inbox(self) -> Sequence[Text]:
        """The texts are on the phone itself."""
        return (Text("", "", "live: the texts are on your own phone.", []),)

    def set_mode(self, mode: str) -> None:
        """How your phone meets a call is up to you."""
        self._by_hand("set it as you like")

    def answer(self) -> None:
        """Answer by hand."""
        self._by_hand("answer it")

    def decline(self) -> None:
        """Decline by hand."""
        self._by_hand("decline the call")

    def hangup(self) -> None:
        """Hang up by hand."""
        self._by_hand("hang up")

    def press(self, digits: str) -> None:
        """Press keys by hand."""
        self._by_hand(f"press {digits}")

    def speak(self, words: str) -> None:
        """Speak yourself."""
        self._by_hand(f"say {words!r}")

    def call(self, to: str) -> Expected:
        """Call by hand; what to wait for is returned."""
        self._by_hand(f"call {to}")
        return Expected.of("call", self.number, to)

    def text(
        self, to: str, body: str = "", media_url: str | Sequence[str] | None = None
    ) -> Expected:
        """Text by hand; what to wait for is returned."""
        picture = " with a picture" if media_url else ""
        self._by_hand(f"text {body!r}{picture} to {to}")
        return Expected.of("text", self.number, to)

    @staticmethod
    def _by_hand(what: str) -> None:
        print(f"live: take your own phone and {what}.")

    def __repr__(self) -> str:
        return (
            f"{self.number or 'Your phone'} is your own phone: look at it, answer it, press its "
            "keys, read its texts."
        )


class Detour:
    """What the live session's client does with addresses of web sites that Twilio cannot reach.

    *sites* maps the addresses of the session's sites to their names. A call's page is asked here,
    once, and its answer sent instead of its address; any other parameter that names a site is left
    out. Both are said. *token* signs what is asked.
    """

    def __init__(self, sites: Mapping[str, str], token: str) -> None:
        self._sites = sites
        self._token = token

    def __call__(self, what: str, pairs: Pairs) -> Pairs:
        """Return the parameters as they can be sent."""
        given = dict(pairs)
        if self._is_ours(given.get("Url", "")):
            document = self._document(given)
            pairs = [(name, value) for name, value in pairs if name not in _WHERE]
            if document is not None:
                pairs.append(("Twiml", document))
                print(
                    "live: Twilio cannot reach $SITE, so your page was asked here, and its answer "
                    "is sent as twiml=. Links back to this machine would not work."
                )
        left = [(name, value) for name, value in pairs if self._is_ours(value)]
        for name, _ in left:
            print(f"live: {name} is left out, for Twilio cannot reach $SITE.")
        return [pair for pair in pairs if pair not in left]

    def _is_ours(self, url: str) -> bool:
        return any(url == site or url.startswith((f"{site}/", f"{site}?")) for site in self._sites)

    def _document(self, given: Mapping[str, str]) -> str | None:
        """What the page answers, or else the second page; None if neither does."""
        form = [("CallStatus", "in-progress"), ("Direction", "outbound-api")]
        form += [(name, given[name]) for name in ("From", "To") if name in given]
        for url, method in (("Url", "Method"), ("FallbackUrl", "FallbackMethod")):
            page = given.get(url, "")
            if not self._is_ours(page):
                continue
            method = given.get(method, "POST").upper()
            asked = form if method == "POST" else []
            query = form if method == "GET" else []
            signature = sign(self._token, page, asked)
            wire = Wire(None, read=PAGE, headers={SIGNATURE_HEADER: signature})
            try:
                answer = wire.send(method, page, form=asked, query=query)
            except HelperError as problem:
                print(f"live: your page does not answer: {problem.what}")
                continue
            finally:
                wire.close()
            if answer.status_code < 400:
                return answer.text
            print(f"live: your page answers {answer.status_code}.")
            # As Twilio tells the second page what was wrong with the first.
            form = [*form, ("ErrorCode", "11200"), ("ErrorUrl", page)]
        return None
