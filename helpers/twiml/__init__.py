"""TwiML: build it, read it, check it, and see what a call would do with it.

    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/menu")
    gather.say("Press 1 for the weather.")
    str(response)                  # the XML to send
    problems(response)             # what is wrong with it
    steps(response)                # what a call would do if nobody pressed a key
    steps(response, keys="1")      # and if somebody pressed 1

The elements have the names and arguments of the official ``twilio.twiml``. Two tags mean different
things in two places: `Redirect` is a call's, `MessagingRedirect` a message's; `Sip` stands in a
Dial, `ReferSip` in a Refer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.twiml.everything import *  # noqa: F403
    from helpers.twiml.everything import __all__ as __all__


def __getattr__(name: str) -> Any:
    if name.startswith("_") and name != "__all__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    everything = import_module("helpers.twiml.everything")
    names = {each: getattr(everything, each) for each in everything.__all__}
    globals().update(names, __all__=everything.__all__)
    if name not in globals():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals()[name]


def __dir__() -> list[str]:
    return sorted(import_module("helpers.twiml.everything").__all__)
