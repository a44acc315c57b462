"""What a twimlet was asked, and how it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote_plus

from helpers.twiml import TwiML, VoiceResponse

Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers, body
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """One request. Settings stand in the *query*, what the call tells in either place."""

    scheme: str = "http"
    host: str = "twimlets.com"
    path: str = "/"
    query: Pairs = ()
    form: Pairs = ()

    @property
    def address(self) -> str:
        """The twimlet's own address without its query."""
        return f"{self.scheme}://{self.host}{self.path}"

    def setting(self, name: str) -> str:
        """A parameter of the query, or ""."""
        return dict(self.query).get(name, "")

    def told(self, *names: str) -> str:
        """The first of these parameters that says something, from the form or the query."""
        both = dict(self.query) | dict(self.form)
        return next((both[name] for name in names if both.get(name)), "")

    def has(self, *names: str) -> bool:
        """Whether one of these parameters is there, if only with nothing in it."""
        return any(name in names for name, _ in self.query + self.form)

    def keyed(self, name: str) -> dict[str, str]:
        """An array: ``Name[key]=``, ``Name[]=``, or a single ``Name=``; empty values left out."""
        found: dict[str, str] = {}
        for given, value in self.query + self.form:
            match = re.fullmatch(re.escape(name) + r"(?:\[([^\[\]]*)\])?", given)
            if match is None:
                continue
            key = match[1] or str(len(found))
            if value:
                found[key] = value
        return found

    def many(self, name: str) -> list[str]:
        """The values of an array, by their numbers where they have some."""
        found = self.keyed(name)
        return [
            found[key]
            for key in sorted(
                found, key=lambda key: int(key) if re.fullmatch(r"\d{1,9}", key) else 0
            )
        ]


def document(response: VoiceResponse, comment: str = "") -> Answer:
    """Answer with a document; *comment* goes into it for whoever reads the event log."""
    text = str(response)
    if comment:
        text = text.replace("<Response />", "<Response></Response>")
        text = text.replace("<Response>", f"<Response><!-- {comment} -->", 1)
    return 200, [("content-type", "text/xml")], text.encode()


def elsewhere(url: str) -> Answer:
    """Answer with a redirect: the call goes on at *url*."""
    return 302, [("location", re.sub(r"[^!-~]", lambda c: quote_plus(c[0]), url.strip()))], b""


def utter(parent: TwiML, text: str, **say: str) -> None:
    """Play *text* if it looks like a URL, else say it; nothing if it is empty."""
    if text.strip().lower().startswith("http"):
        parent.play(text.strip())
    elif text.strip():
        parent.say(text, **say)


def digits(number: str) -> str:
    """The digits of a telephone number, without the 1 that leads an American one."""
    found = re.sub(r"[^0-9]", "", number)
    return found[1:] if len(found) == 11 and found.startswith("1") else found
