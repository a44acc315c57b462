"""The twimlet that leads callers into a conference, if wanted with a pass code and moderators."""

from __future__ import annotations

import hashlib

from helpers.sandbox.twimlets.asked import Answer, Asked, digits, document, utter
from helpers.sandbox.twimlets.music import GENRES
from helpers.twiml import VoiceResponse


def conference(asked: Asked) -> Answer:
    """Ask for the pass code, tell the moderators, greet, and join."""
    response = VoiceResponse()
    password = asked.setting("Password")
    if password and asked.told("Digits") != password:
        gather = response.gather(num_digits=max(3, len(password)))
        gather.say("Please enter your conference pass code")
        response.redirect("")
        return document(response)
    moderators = [digits(number) for number in asked.many("Moderators")]
    people = {digits(asked.told("From", "Caller")), digits(asked.told("To", "Called"))}
    moderates = bool(people & set(moderators))
    if moderators and not moderates and asked.setting("EnableSmsNotifications") not in OFF:
        caller = asked.told("Caller", "From")
        for number in moderators:
            text = f"{caller} has entered your conference.  "
            response.sms(text + "Call the number this text came from to join.", to=number)
    utter(response, asked.setting("Message") or "You are now entering the conference line.")
    name = asked.setting("Name") or _name(asked.setting("Message"), moderators)
    options = _music(asked.setting("Music"))
    if moderators:
        options["start_conference_on_enter"] = "true" if moderates else "false"
    response.dial().conference(name, **options)
    return document(response)


OFF = ("", "0", "false")


def _name(message: str, moderators: list[str]) -> str:
    """A name that is the same for the same settings: a digest, as Twilio makes it."""
    text = message + "".join(moderators)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _music(music: str) -> dict[str, str]:
    if music in GENRES:
        url = f"http://twimlets.com/holdmusic?Bucket=com.twilio.music.{music}"
    elif music.lower().startswith("http"):
        url = music
    else:
        return {}
    return {"wait_url": url, "wait_method": "GET"}
