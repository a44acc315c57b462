"""The twimlets that speak: message, menu and echo."""

from __future__ import annotations

from helpers.sandbox.twimlets.asked import Answer, Asked, document, elsewhere, utter
from helpers.twiml import VoiceResponse


def message(asked: Asked) -> Answer:
    """Play each item that is a URL and say each that is not; blank ones are left out."""
    response = VoiceResponse()
    for item in asked.many("Message"):
        utter(response, item)
    return document(response)


def menu(asked: Asked) -> Answer:
    """Ask for keys; those of an option lead to its URL. Also called simple menu."""
    options, keys = asked.keyed("Options"), asked.told("Digits")
    response = VoiceResponse()
    if keys in options:
        return elsewhere(options[keys])
    if keys:
        response.say("I'm sorry, that wasn't a valid option.")
    gather = response.gather(num_digits=max([1, *map(len, options)]))
    utter(gather, asked.setting("Message"))
    response.redirect("")
    return document(response)


def echo(asked: Asked) -> Answer:
    """The document that stands in the address, unread."""
    return 200, [("content-type", "text/xml")], asked.setting("Twiml").encode()
