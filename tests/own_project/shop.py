"""Somebody's app: it answers calls and texts by the official builder, and texts by itself.

It knows nothing of the sandbox. The web framework is Flask where that is installed, else the few
lines of WSGI below: the same pages either way.
"""

import os
from urllib.parse import parse_qsl

from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from helpers.serving import requires_signature

try:
    from flask import Flask, request
except ImportError:
    Flask = None


def voice(form):
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/menu")
    gather.say("Press 1 for the weather.")
    response.append(gather)
    return response


def menu(form):
    response = VoiceResponse()
    response.say("Sunny." if form["Digits"] == "1" else "Goodbye.")
    return response


def sms(form):
    response = MessagingResponse()
    response.message(f"You said {form['Body']}")
    return response


def broken(form):
    raise RuntimeError("no weather today")


PAGES = {"/voice": voice, "/menu": menu, "/sms": sms, "/broken": broken}


def remind(to):
    """Send a text, as an app does that was written for Twilio alone."""
    client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
    sent = client.messages.create(
        to=to, from_=os.environ["TWILIO_PHONE_NUMBER"], body="Your order is ready."
    )
    return sent.sid


if Flask:
    app = Flask("shop")

    def add(path, page):
        @app.post(path, endpoint=path)
        @requires_signature()
        def view():
            return str(page(request.form)), {"Content-Type": "text/xml"}

    for each in PAGES.items():
        add(*each)

else:

    def app(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        page = PAGES.get(environ["PATH_INFO"])
        if page is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no such page"]
        answer = str(page(dict(parse_qsl(body.decode())))).encode()
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [answer]
