"""Small public documents that Twilio hosts at twimlets.com, answered inside the sandbox.

The guide's first call is given ``http://twimlets.com/message?Message=...``; in here no request
leaves the machine for it. A twimlet is a function from what was asked to its answer; which there
are says `TWIMLETS`. What each one answers follows the sources that Twilio published and recorded
answers of the live ones, letter by letter where it is spoken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

from helpers.sandbox.twimlets import conference, forwarding, music, voicemail, words
from helpers.sandbox.twimlets.asked import Answer, Asked, document
from helpers.sandbox.web.inside import App, Message
from helpers.twiml import VoiceResponse

__all__ = ["SITES", "TWIMLETS", "answer", "demo", "get"]

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TWIMLETS: dict[str, Callable[[Asked], Answer]] = {
    "callme": forwarding.callme,
    "conference": conference.conference,
    "echo": words.echo,
    "findme": forwarding.findme,
    "forward": forwarding.forward,
    "holdmusic": music.holdmusic,
    "menu": words.menu,
    "message": words.message,
    "simplemenu": words.menu,
    "simulring": forwarding.simulring,
    "voicemail": voicemail.voicemail,
    "whisper": forwarding.whisper,
}


def answer(asked: Asked) -> Answer:
    """What twimlets.com answers."""
    name = asked.path.strip("/")
    twimlet = TWIMLETS.get(name)
    if twimlet is not None:
        return twimlet(asked)
    if name.startswith(music.FOLDER) and (tune := music.tune(name)):
        return 200, [("content-type", "audio/x-wav")], tune
    there = ", ".join(sorted(TWIMLETS))
    text = f"The sandbox has no twimlet called {name[:80]!r}; there are: {there}."
    return 404, [("content-type", "text/plain; charset=utf-8")], text.encode()


def get(url: str) -> Answer:
    """What a browser would be shown at *url*: the status, the headers, and the body."""
    parts = urlsplit(url)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return answer(Asked(parts.scheme, parts.netloc, parts.path, query))


def demo() -> VoiceResponse:
    """The document that Twilio's own first steps point at."""
    response = VoiceResponse()
    response.say("Thanks for trying our documentation. Enjoy!", voice="woman")
    return response


async def twimlets_com(scope: Message, receive: Receive, send: Send) -> None:
    """The web site twimlets.com, as an ASGI app."""
    request = await receive()
    await _send(
        send,
        answer(
            Asked(
                scheme=scope["scheme"],
                host=scope["server"][0],
                path=scope["path"],
                query=tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
                form=tuple(parse_qsl(request["body"].decode(), keep_blank_values=True)),
            )
        ),
    )


async def demo_twilio_com(scope: Message, receive: Receive, send: Send) -> None:
    """The one page of demo.twilio.com that first steps point at."""
    if scope["path"] == "/docs/voice.xml":
        await _send(send, document(demo()))
    else:
        text = b"The sandbox has only /docs/voice.xml of this site."
        await _send(send, (404, [("content-type", "text/plain")], text))


async def _send(send: Send, answer: Answer) -> None:
    status, headers, body = answer
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


_HOSTS: dict[str, App] = {
    "twimlets.com": twimlets_com,
    "www.twimlets.com": twimlets_com,
    "demo.twilio.com": demo_twilio_com,
}
#: The sites of `helpers.sandbox.web.inside` that every sandbox has.
SITES = {f"{scheme}://{host}": app for host, app in _HOSTS.items() for scheme in ("http", "https")}
