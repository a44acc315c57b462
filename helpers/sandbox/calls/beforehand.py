"""What a script said before a call that the caller would say and key, for those who listen to all.

A Gather takes it when it asks; a program at the other end of a WebSocket asks nothing, so here the
caller says it bit by bit, each when both sides have been silent for a moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.sandbox.calls.live_call import LiveCall

PAUSE = 1.0  # seconds of silence after which the caller goes on


def waiting(live: LiveCall, keys: bool = True) -> bool:
    """Whether there is something left to say, or, with *keys*, to key."""
    handset = live.handset
    return any(not told for _, told in handset.speech) or (
        keys and any(not told for _, told in handset.keys)
    )


def act(live: LiveCall, keys: bool = True) -> None:
    """Say the next thing, or press all the keys if there is nothing to say."""
    handset = live.handset
    for said in handset.speech:
        if not said[1]:
            handset.speech.remove(said)
            handset.save()
            live.speak(said[0])
            return
    digits = "".join(key for key, told in handset.keys if not told) if keys else ""
    if digits:
        handset.keys = [(key, told) for key, told in handset.keys if told]
        handset.save()
        live.press(digits)


def greet(live: LiveCall) -> None:
    """Say the first thing as a greeting: it is heard now, and no Gather has it later."""
    handset = live.handset
    for said in handset.speech:
        if not said[1]:
            handset.speech.remove(said)
            handset.save()
            live.entry("speak", said[0])
            live.heard("inbound", said[0])
            return
