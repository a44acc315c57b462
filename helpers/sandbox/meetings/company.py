"""Calls that talk with one another beside a Dial's leg: in a conference, or out of a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from helpers.sandbox.actors import Interrupted

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import Listener, LiveCall


class Company:
    """What joins calls. While one is in it, it tells here what its far end says and keys."""

    _passing_on = False

    def hearers(self, live: LiveCall) -> list[LiveCall]:
        """The calls whose far ends hear what the far end of *live* says now."""
        raise NotImplementedError

    def hearing(self, live: LiveCall) -> Iterator[tuple[Listener, str]]:
        """Who listens to what the far end of *live* says, and the track it is for each."""
        for hearer in self.hearers(live):
            yield from ((listener, "outbound") for listener in list(hearer.listeners.values()))

    def said(self, live: LiveCall, words: str) -> None:
        """The far end of *live* has said something."""
        for far in self._web_sites(live):
            far.speak(words)

    def keyed(self, live: LiveCall, keys: str) -> None:
        """The far end of *live* has pressed keys."""
        for far in self._web_sites(live):
            far.press(keys)

    def _web_sites(self, live: LiveCall) -> Iterator[LiveCall]:
        """The other web sites' calls that are at the far ends of those who hear."""
        if self._passing_on:
            return  # it came back from one who is in here with both ends
        self._passing_on = True
        try:
            for hearer in self.hearers(live):
                if hearer.far is not None and not hearer.far.over:
                    yield hearer.far
        finally:
            self._passing_on = False


async def talk(live: LiveCall, kind: str, over: Callable[[], bool]) -> None:
    """Let a call be in company until it is *over*; signals of *kind* say when to look.

    Nobody reads the keys and words of it later.
    """
    with live.listening():
        try:
            while not over():
                try:
                    await live.wait(None)
                except Interrupted as stop:
                    if stop.signal.kind != kind:
                        raise
        finally:
            live.untold("live_key")
            live.untold("words")
