"""What a caller hears who waits: music that Twilio hosts, a web site's document, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpers.twiml import steps
from helpers.twiml.interpreter import conversation

if TYPE_CHECKING:
    from helpers.sandbox.calls.callbacks import Pairs
    from helpers.sandbox.calls.live_call import LiveCall

#: What plays where a document names nothing. Twilio's own playlist cannot be fetched from here;
#: this is the address under which its documentation offers the same music.
MUSIC = "http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical"


def is_built_in(url: str) -> bool:
    """Whether *url* is music that Twilio hosts."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if host.startswith("com.twilio.") and host.endswith(".s3.amazonaws.com"):
        return True
    return host == "s3.amazonaws.com" and parts.path.startswith("/com.twilio.")


def _nothing() -> Pairs:
    return []


async def hear(
    live: LiveCall,
    url: str | None,
    method: str,
    kind: str,
    told: Callable[[], Pairs] = _nothing,
) -> str:
    """Let a caller hear what is played to one who waits, until something breaks it off.

    *url* is None for the built-in music and "" for silence: these have no end. A document of
    *kind* (`problems.ASIDE`) has one; returned is "done", "failed" if it cannot be had,
    "completed" if it hung up, or "leave". *told* gives what its requests say beside the call.
    """
    if url is None or is_built_in(url):
        live.entry("Play", url or MUSIC)
    elif url:
        first = steps.Fetch(url, method)
        talk = conversation(first, kind=kind, moved=live.rested)
        return await live.converse(_telling(talk, told))
    await live.wait(None)
    return "done"


def _telling(
    talk: Generator[Any, Any, bool], told: Callable[[], Pairs]
) -> Generator[Any, Any, bool]:
    """The same conversation, whose requests tell more: as it is when each is made."""
    answer: Any = None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            return bool(end.value)
        if isinstance(step, steps.Fetch):
            step = replace(step, params=(*step.params, *told()))
        answer = yield step
