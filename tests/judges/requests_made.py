"""Requests for a judge to send: those that Twilio's specification allows, and odd ones.

Strategies for hypothesis, made from the schemas of `specification`. SIDs are drawn from what a
world has answered so far, so that requests find each other's things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.judges import specification
from tests.judges.specification import Operation
from tests.sandbox.town import ALICE, BOB, SHOP
from tests.sandbox.within import SITE

NUMBERS = (ALICE, BOB, SHOP, "+14155550199", "+442071838750", "+18005550123")
ADDRESSES = tuple(SITE + path for path in ("/voice", "/sms", "/party", "/line", "/nowhere"))
DOCUMENTS = (
    "<Response><Say>Hello</Say><Pause length='30'/></Response>",
    "<Response><Gather numDigits='1'/></Response>",
    "<Response><Dial><Conference>party</Conference></Dial></Response>",
    "<Response><Nonsense/></Response>",
)
WORDS = ("", "Hello", "Owl Bank", "1", "20", "2026-01-05", "+14155550100", "\N{OWL}", "x" * 70)
DAYS = ("2026-01-05", "2026-01-05T09:30:00Z", "2025-12-31")

#: What a careless or hostile client may write anywhere.
ODD = (
    *("", " ", "-1", "0", "9" * 40, "1e308", "nan", "true", "null", "[]", "{}", "%00", "\x00", "*"),
    *("2026-13-45", "http://[", "javascript:1", "' OR 1=1 --", "..", "\ud7ff", "<Response/>", "é"),
    *(
        "http://127.0.0.1:1/x",
        "+1",
        "+15005550001",
        "Twilio.CURRENT",
        "completed",
        "\N{OWL}" * 2000,
    ),
)
odd = st.one_of(st.sampled_from(ODD), st.text(max_size=30))
Pairs = list[tuple[str, str]]


SELDOM, NOTHING, MOST = 18, 22, 25


@dataclass(frozen=True)
class Asked:
    """One request. What its path names is looked up when it is sent.

    *name* says which of the things there: 0 the newest, from `SELDOM` on those of sub-accounts,
    too, from `NOTHING` on one that there is not, below 0 something odd. *wait* is how far the clock
    is turned afterwards, in seconds.
    """

    method: str
    path: str
    pairs: tuple[tuple[str, str], ...] = ()
    name: int = 0
    wait: float = 0.0


#: Values that make sense where the specification asks only for some text or number.
LIKELY: dict[str, tuple[str, ...]] = {
    "ApiVersion": ("2010-04-01",),
    "AreaCode": ("415", "212"),
    "CallDelay": ("0", "5"),
    "Category": ("calls", "sms"),
    "Distance": ("25",),
    "Extension": ("12w#",),
    "MachineDetection": ("Enable", "DetectMessageEnd"),
    "MachineDetectionTimeout": ("10",),
    "NearLatLong": ("37.77,-122.42",),
    "NearNumber": (SHOP,),
    "PageToken": ("",),
    "PauseBehavior": ("skip", "silence"),
    "RecordingChannels": ("mono", "dual"),
    "RecordingStatusCallbackEvent": ("in-progress", "completed", "absent"),
    "RecordingTrack": ("inbound", "outbound", "both"),
    "SendAt": ("2026-01-05T10:30:00Z",),
    "SendDigits": ("1w2#",),
    "StatusCallbackEvent": ("initiated", "ringing", "answered", "completed"),
    "TimeLimit": ("1", "30"),
    "Timeout": ("1", "60"),
    "Trim": ("trim-silence", "do-not-trim"),
}


def value(name: str, schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """A value for a parameter: half of the time a likely one, if there are."""
    allowed = allowed_value(name, schema)
    return st.one_of(st.sampled_from(LIKELY[name]), allowed) if name in LIKELY else allowed


def allowed_value(name: str, schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """A value that the schema of a parameter allows; for a SID its prefix and ``?``."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "array":
        return allowed_value(name, specification.resolved(schema["items"]))
    if schema.get("type") == "boolean":
        return st.sampled_from(("true", "false"))
    if schema.get("type") == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 10_000)
        return st.integers(low, high).map(str)
    if schema.get("type") == "number":
        return st.sampled_from(("0", "1.5", "25", "-122.4"))
    if found := re.match(r"\^\(?([A-Z]{2})", schema.get("pattern", "")):
        return st.just(f"{found[1]}?")
    if schema.get("format") == "http-method":
        return st.sampled_from(("GET", "POST"))
    if schema.get("format") == "uri" or name.endswith(("Url", "Callback")):
        return st.sampled_from(ADDRESSES)
    if schema.get("format") == "twiml":
        return st.sampled_from(DOCUMENTS)
    if schema.get("format", "").startswith("date"):
        return st.sampled_from(DAYS)
    if name in ("To", "From", "PhoneNumber", "CallerId"):
        return st.sampled_from(NUMBERS)
    if name.endswith("Sid"):
        return st.just("??")
    return st.sampled_from(WORDS)


#: What the specification does not demand by itself, and without which a request is refused.
USUAL: dict[str, Pairs] = {
    "CreateCall": [("To", ALICE), ("From", SHOP), ("Url", SITE + "/voice")],
    "CreateMessage": [("To", ALICE), ("From", SHOP), ("Body", "Hello")],
    "CreateParticipant": [("To", BOB), ("From", SHOP)],
    "CreateIncomingPhoneNumber": [("PhoneNumber", "+12125550142")],
    "CreateIncomingPhoneNumberLocal": [("PhoneNumber", "+12125550143")],
    "CreateIncomingPhoneNumberMobile": [("PhoneNumber", "+447911123456")],
    "CreateIncomingPhoneNumberTollFree": [("PhoneNumber", "+18885550144")],
    "CreateTrigger": [("CallbackUrl", SITE + "/sms"), ("UsageCategory", "calls")],
    "CreatePhoneNumber": [("PhoneNumberSid", "PN?")],
    "CreateShortCode": [("ShortCodeSid", "SC?")],
    "CreateAlphaSender": [("AlphaSender", "Owl Bank")],
    "CreateVerification": [("To", ALICE), ("Channel", "sms")],
    "CreateVerificationCheck": [("To", ALICE), ("Code", "123456")],
    "CreatePayment": [("IdempotencyKey", "first"), ("StatusCallback", SITE + "/sms")],
    "CreateStream": [("Url", SITE.replace("http", "ws") + "/stream")],
    "UpdateCallRecording": [("Status", "paused")],
    "UpdateRecording": [("Status", "paused")],
    "UpdateStream": [("Status", "stopped")],
    "UpdatePayment": [("IdempotencyKey", "again"), ("StatusCallback", SITE + "/sms")],
    "UpdateVerification": [("Status", "canceled")],
}


@st.composite
def allowed(draw: st.DrawFn, operation: Operation) -> Asked:
    """A request for *operation* that its specification allows."""
    parameters = operation.form or operation.query
    optional = sorted(set(parameters) - operation.required)
    chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True)) if optional else []
    pairs = []
    for name in (*sorted(operation.required & set(parameters)), *chosen):
        pairs.append((name, draw(value(name, specification.resolved(parameters[name])))))
    if operation.name in USUAL and draw(st.booleans()):
        pairs = [*(pair for pair in pairs if pair[0] not in dict(USUAL[operation.name]))]
        pairs += USUAL[operation.name]
    return Asked(
        operation.method,
        operation.path,
        tuple(pairs),
        draw(st.integers(0, MOST)),
        draw(st.sampled_from((0.0, 0.0, 3.0, 100.0))),
    )


EVERY = (*specification.operations(), *specification.wider())
PLACES = sorted({operation.path.removesuffix(".json") for operation in EVERY})
NAMES = sorted({name for o in EVERY for name in (*o.query, *o.form)})
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "BREW")
SUFFIXES = (".json", ".xml", "", ".csv", ".wav", ".mp3", ".exe", "/", ".json/x")

CONTROL = (
    *(f"/_sandbox/phones/{{number}}{act}" for act in (
        "", "/answer", "/decline", "/hangup", "/press", "/speak", "/refer", "/call", "/text"
    )),
    *("/_sandbox/clock", "/_sandbox/events", "/_sandbox/health", "/_sandbox/reset", "/_sandbox"),
)  # fmt: skip
CONTROLS = (
    *("Mode", "Digits", "Speech", "To", "Body", "MediaUrl", "Advance", "Next", "ReferTo", "From"),
    *("since", "wait", "call_sid", "message_sid"),
)


def pairs(names: tuple[str, ...] | list[str]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Any parameters, whoever they belong to, with any values; a name may come twice."""
    usual = st.sampled_from((*NUMBERS, *ADDRESSES, *DOCUMENTS, *WORDS, "??", "auto", "12#", "5"))
    pair = st.tuples(st.one_of(st.sampled_from(names), odd), st.one_of(usual, odd))
    return st.lists(pair, max_size=6).map(tuple)


@st.composite
def anything(draw: st.DrawFn) -> Asked:
    """A request that nobody would write on purpose, at a place that there is."""
    place = draw(st.sampled_from(PLACES)) + draw(st.sampled_from(SUFFIXES))
    return Asked(
        draw(st.sampled_from(METHODS)),
        place,
        draw(pairs(NAMES)),
        draw(st.integers(-9, MOST)),
        draw(st.sampled_from((0.0, 5.0))),
    )


@st.composite
def controlled(draw: st.DrawFn) -> Asked:
    """A request to the sandbox's control, sensible or not."""
    place = draw(st.sampled_from(CONTROL))
    return Asked(
        draw(st.sampled_from(("GET", "POST", "POST", "POST", "DELETE", "HEAD"))),
        place,
        draw(pairs(CONTROLS)),
        draw(st.integers(-3, 10)),
    )


# -- one of everything -------------------------------------------------------------------------

_ALL = "/2010-04-01/Accounts/{AccountSid}"


def _post(path: str, *pairs: tuple[str, str], wait: float = 0.0) -> Asked:
    return Asked("POST", path, pairs, wait=wait)


def _call(to: str, page: str, *more: tuple[str, str], wait: float) -> Asked:
    given = (("To", to), ("From", SHOP), ("Url", SITE + page), *more)
    return _post(f"{_ALL}/Calls.json", *given, wait=wait)


#: What is done so that there is one of everything, in this order.
FURNITURE = (
    _post("/2010-04-01/Accounts.json", ("FriendlyName", "Branch")),
    _post(f"{_ALL}/Applications.json", ("FriendlyName", "App")),
    _post(f"{_ALL}/Keys.json"),
    _post(f"{_ALL}/Queues.json", ("FriendlyName", "empty")),
    _post(
        f"{_ALL}/Usage/Triggers.json",
        ("CallbackUrl", SITE + "/sms"),
        ("TriggerValue", "5"),
        ("UsageCategory", "calls"),
    ),
    _post(
        f"{_ALL}/Messages.json",
        *(("To", ALICE), ("From", SHOP), ("Body", "Look"), ("MediaUrl", SITE + "/picture")),
        wait=60,
    ),
    Asked("GET", f"{_ALL}/Messages/{{MessageSid}}/Media.json"),
    _call(ALICE, "/nowhere", wait=30),
    Asked("GET", f"{_ALL}/Calls/{{CallSid}}/Notifications.json"),
    Asked("GET", f"{_ALL}/Notifications.json"),
    Asked("GET", "/v1/Alerts"),
    _post("/v1/Services", ("FriendlyName", "Owl Bank")),
    _post("/v2/Services", ("FriendlyName", "Owl Bank")),
    _post("/v2/Services/{ServiceSid}/Verifications", ("To", BOB), ("Channel", "sms"), wait=5),
    _call(ALICE, "/memo", wait=5),
    _post("/_sandbox/phones/{number}/speak", ("Speech", "Please call me back"), wait=60),
    Asked("GET", f"{_ALL}/Calls/{{CallSid}}/Recordings.json"),
    Asked("GET", f"{_ALL}/Recordings.json"),
    Asked("GET", f"{_ALL}/Recordings/{{RecordingSid}}/Transcriptions.json"),
    Asked("GET", f"{_ALL}/Transcriptions.json"),
    _call(ALICE, "/party", ("Record", "true"), wait=3),
    Asked("GET", f"{_ALL}/Calls/{{CallSid}}/Recordings.json"),
    _call(BOB, "/party", wait=10),
    Asked("GET", f"{_ALL}/Conferences.json"),
    Asked("GET", f"{_ALL}/Conferences/{{ConferenceSid}}/Participants.json"),
    Asked("GET", f"{_ALL}/Conferences/{{ConferenceSid}}/Recordings.json"),
    _call(NUMBERS[3], "/line", wait=5),
    _post(f"{_ALL}/Calls/{{CallSid}}/Streams.json", ("Url", "ws://shop.test/stream")),
    _post(f"{_ALL}/Calls/{{CallSid}}/Transcriptions.json"),
    _post(
        f"{_ALL}/Calls/{{CallSid}}/Payments.json",
        ("IdempotencyKey", "once"),
        ("StatusCallback", SITE + "/sms"),
    ),
    Asked("GET", f"{_ALL}/Queues.json"),
    Asked("GET", f"{_ALL}/Queues/{{QueueSid}}/Members.json"),
    Asked("GET", f"{_ALL}/OutgoingCallerIds.json"),
    Asked("GET", f"{_ALL}/SMS/ShortCodes.json"),
    Asked("GET", f"{_ALL}/IncomingPhoneNumbers.json"),
    _post("/v1/Services/{ServiceSid}/PhoneNumbers", ("PhoneNumberSid", "PN?")),
    _post("/v1/Services/{ServiceSid}/AlphaSenders", ("AlphaSender", "Owl")),
    _post("/v1/Services/{ServiceSid}/ShortCodes", ("ShortCodeSid", "SC?")),
)
