"""Words for pictures: addresses by name, SIDs in short, text that Mermaid and HTML take as text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

LINE = 38  # characters of a line in a diagram

Events = Sequence[Mapping[str, Any]]

#: Characters that Mermaid reads as its own. The signs of a URL are not among them.
_MERMAID = {ord(sign): f"#{ord(sign)};" for sign in '#;%<>{}"`\\'}


class Names:
    """Replaces addresses by names: ``{"http://127.0.0.1:5000": "$SITE"}``.

    WebSockets of the same host have the same name, and so has an address inside a query.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._spellings: list[tuple[str, str]] = []
        # The longest first: http://127.0.0.1:80 is the beginning of http://127.0.0.1:8080.
        for address, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
            self._spellings += [(address, name), (quote(address, safe=""), name)]
            if address.startswith("http"):
                socket = "ws" + address.removeprefix("http")
                self._spellings += [(socket, name), (quote(socket, safe=""), name)]

    def named(self, text: str) -> str:
        """*text* with names for addresses."""
        for spelling, name in self._spellings:
            text = text.replace(spelling, name)
        return text

    def short(self, url: str) -> str:
        """A URL as a picture shows it: named, without its query, of a SID the beginning."""
        url = self.named(url)
        query = urlsplit(url).query
        if query:
            url = url.replace("?" + query, "?…")
        # What an account's paths have in common says nothing; of a SID the beginning is enough.
        url = re.sub(r"/2010-04-01/Accounts/AC\w{32}/", "…/", url)
        return re.sub(r"\b([A-Z]{2}\w{4})\w{28}\b", r"\1…", url)


def folded(text: str, widest: int = 0) -> str:
    """*text* on one line; cut where it is longer than *widest*."""
    line = " ".join(text.split())
    return line if not widest or len(line) <= widest else line[: widest - 1] + "…"


def for_mermaid(text: str) -> str:
    """*text* as Mermaid takes it, which has signs of its own; in lines, if it is long.

    Where the page is narrow JupyterLab draws a wide picture smaller, letters and all.
    """
    lines = textwrap.wrap(text, LINE) or [" "]
    told = "<br/>".join(line.translate(_MERMAID) for line in lines)
    # At the beginning of a text these two are read as an order about its line breaks.
    return re.sub(r"^((?:no)?wrap):", r"\1#58;", told)


def for_html(text: str) -> str:
    """*text* as HTML. JupyterLab sets what stands between two dollar signs as mathematics, but not
    across elements, so that each gets one of its own.
    """
    return escape(text).replace("$", "<span>$</span>")


def moment(event: Mapping[str, Any]) -> datetime:
    """When an event happened."""
    return datetime.fromisoformat(event["at"])


def seconds_between(first: Mapping[str, Any], event: Mapping[str, Any]) -> float:
    """Seconds of the clock from one event to another."""
    return (moment(event) - moment(first)).total_seconds()
