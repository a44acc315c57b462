"""Forms that make telephones ring: verify a number, make a call."""

from __future__ import annotations

import re
from typing import Any

from helpers.widgets.blocks import Block, rows, words
from helpers.widgets.forms import (
    Answer,
    Button,
    Field,
    FieldError,
    Form,
    Values,
    WithPhone,
    call_of,
    quoted,
)
from helpers.widgets.live import agreed, target

DEMO = "http://demo.twilio.com/docs/voice.xml"
ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
SAID = {
    "queued": "The call is in line.",
    "initiated": "The call is on its way.",
    "ringing": "The phone rings: answer it.",
    "in-progress": "Somebody answered: the call runs.",
    "completed": "The call is over.",
    "busy": "The line was busy.",
    "no-answer": "Nobody answered.",
    "failed": "The call could not be put through.",
    "canceled": "The call was taken back.",
}


# -- make a call --------------------------------------------------------------------------------


def make_call(session: Any, to: str, from_: str, url: str = "", twiml: str = "") -> Any:
    """Start a call; gives it as the client does, and raises what the client raises.

    Its instructions are at *url*, where ``$SITE`` stands for the session's newest web site, or in
    *twiml*. Giving both, or neither, raises FieldError.
    """
    given = _instructions(url, twiml)
    if "url" in given:
        given["url"] = _address(session, given["url"])
    return session.client.calls.create(to=to.strip(), from_=from_.strip(), **given)


def make_call_form(session: Any, *, url: str = "", twiml: str = "") -> WithPhone:
    """A form that makes a call, with the handset below it. *session* is what `connect` gave."""

    def call(values: Values) -> Answer:
        _instructions(values["url"], values["twiml"])
        if question := agreed(form, session, "Calls", "Call"):
            return question
        made = make_call(session, **values)
        form.follow(session, lambda: call_report(session, made.sid))
        return call_report(session, made.sid)[0]

    form = Form(
        "Make a call",
        [
            Field("to", "To", "tel", session.phone.number, "+14155550100"),
            Field("from_", "From", "tel", session.number, "+15005550006"),
            Field(
                "url",
                "URL of the TwiML",
                value=url or ("" if twiml else DEMO),
                example="$SITE/voice",
                help="A page that answers with TwiML. $SITE is your newest session.site().",
            ),
            Field("twiml", "or the TwiML itself", "area", twiml, "<Response>...</Response>"),
        ],
        [Button("Call", call)],
        code=make_call_code,
        note=target(session),
        shown=session.shown,
    )
    return WithPhone(form, session.phone)


def make_call_code(values: Values) -> str:
    """The cell that makes the same call."""
    given = {name: quoted(values[name].strip()) for name in ("to", "from_")}
    instructions = _instructions(values["url"], values["twiml"])
    if "url" in instructions:
        given["url"] = _address_code(instructions["url"])
    else:
        given["twiml"] = quoted(instructions["twiml"])
    call = call_of("session.client.calls.create", given)
    return f"call = {call}\ncall = await session.ended(call)\ncall.status"


def call_report(session: Any, sid: str) -> tuple[Answer, bool]:
    """How a call is going, and whether it is over."""
    call = session.client.calls(sid).fetch()
    over = call.status in ENDED
    sign = "" if not over else "✓" if call.status == "completed" else "✗"
    found: list[tuple[str, str]] = [("SID", call.sid), ("Status", call.status)]
    if over and call.duration:
        found.append(("Seconds", str(call.duration)))
    said = SAID.get(call.status, f"The call is {call.status}.")
    return Answer([words(said, sign), rows(("", ""), found, figures=False)], said=said), over


def _instructions(url: str, twiml: str) -> dict[str, str]:
    url, twiml = url.strip(), twiml.strip()
    if url and twiml:
        raise FieldError(
            "twiml", "A call takes a URL or TwiML, not both: empty the one you do not want."
        )
    if twiml:
        return {"twiml": twiml}
    if not url:
        raise FieldError("url", "A call needs instructions: give a URL, or TwiML.")
    return {"url": url}


def _address(session: Any, url: str) -> str:
    """An address as it is: with that of a machine in place of ``$SITE`` or ``$SANDBOX``."""
    if url.startswith("$SANDBOX"):
        return str(session.base) + url.removeprefix("$SANDBOX")
    if not url.startswith("$SITE"):
        return url
    if not session.sites:
        raise FieldError("url", "There is no site yet: start one with session.site(app).")
    return str(session.sites[-1].url) + url.removeprefix("$SITE")


def _address_code(url: str) -> str:
    for name, written in (("$SANDBOX", "session.base"), ("$SITE", "session.sites[-1].url")):
        if url.startswith(name):
            path = url.removeprefix(name)
            return f"{written} + {quoted(path)}" if path else written
    return quoted(url)


# -- verify a number ----------------------------------------------------------------------------


def verify_number(session: Any, number: str, name: str = "") -> Any:
    """Ask for the call that verifies a number; gives the request, whose `validation_code` the
    person called has to key in. Raises what the client raises."""
    given = {"friendly_name": name.strip()} if name.strip() else {}
    return session.client.validation_requests.create(phone_number=number.strip(), **given)


def verify_form(session: Any) -> WithPhone:
    """A form that verifies a number: it shows the code, and the handset to key it in."""

    def verify(values: Values) -> Answer:
        if question := agreed(form, session, "OutgoingCallerIds", "Call me"):
            return question
        request = verify_number(session, **values)
        number = str(request.phone_number)
        if not session.settings.live:
            mine = number == session.phone.number
            phone = session.phone if mine else session.handset(number, "The phone called")
            if session.watched and not session.turns:
                phone.set_mode("manual")  # somebody is there to answer it
            both.show_phone(phone)
        form.follow(session, lambda: _verified(session, request))
        return _verified(session, request)[0]

    form = Form(
        "Verify a number",
        [
            Field("number", "Number", "tel", session.phone.number, "+14155550100"),
            Field("name", "What to call it", value="My phone"),
        ],
        [Button("Call me", verify)],
        code=verify_code,
        note=target(session),
    )
    both = WithPhone(form, session.phone)
    return both


def verify_code(values: Values) -> str:
    """The cells that verify the same number, in one."""
    number = quoted(values["number"].strip())
    given = {"phone_number": number}
    if values["name"].strip():
        given["friendly_name"] = quoted(values["name"].strip())
    call = call_of("session.client.validation_requests.create", given)
    return (
        f"request = {call}\n"
        f"phone = session.handset({number})\n"
        "phone.plan(press=request.validation_code)  # or key it in yourself\n"
        "await session.answered(phone)\n"
        "await session.ended(request.call_sid)\n"
        f"session.client.outgoing_caller_ids.list(phone_number={number})"
    )


def _verified(session: Any, request: Any) -> tuple[Answer, bool]:
    """How a validation call is going, and whether it is over."""
    number = str(request.phone_number)
    call = session.client.calls(request.call_sid).fetch()
    code: Block = rows(("", ""), [("Code", request.validation_code)], figures=False)
    if session.client.outgoing_caller_ids.list(phone_number=number, limit=1):
        said = f"{number} is verified: calls may show it, and a trial may call it."
        return Answer([words(said, "✓")], said=said), True
    if call.status in ENDED:
        said = f"{number} is not verified: {SAID[call.status][0].lower()}{SAID[call.status][1:]}"
        again = words("Press the button once more for another call with another code.")
        return Answer([words(said, "✗"), again], said=said), True
    said = "Answer the phone, then key in this code."
    digits = " ".join(re.findall(".", str(request.validation_code)))
    return Answer([words(said), code], said=f"{said} {digits}"), False
