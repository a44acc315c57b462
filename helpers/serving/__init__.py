"""Your own web site: a function, an ASGI app or a WSGI app, on a port of this machine.

    from helpers.serving import Site, requires_signature

    def voice(request):
        response = VoiceResponse()
        response.say("Hello")
        return response

    with Site(voice) as site:
        client.calls.create(to=..., from_=..., url=site.url + "/voice")
        print(site.requests)      # what was asked, and what was answered

`server` runs an app, `pages` makes an app of plain functions, `signed` turns away what Twilio did
not send, `site` remembers what was asked.
"""

from __future__ import annotations

from helpers.serving.pages import Pages
from helpers.serving.request import WebRequest
from helpers.serving.server import AsgiApp, Serving
from helpers.serving.signed import requires_signature
from helpers.serving.site import Site, Visit, Visits

__all__ = [
    "AsgiApp",
    "Pages",
    "Serving",
    "Site",
    "Visit",
    "Visits",
    "WebRequest",
    "requires_signature",
]
