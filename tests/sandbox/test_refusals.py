"""Every refusal that Twilio documents: a request that provokes it, and its answer to the letter.

The rows are requests over HTTP to one sandbox with several accounts. What Twilio's papers name and
no request can provoke stands below with the reason. Codes that only the debugger tells (what is
wrong with TwiML, with a web site) are `tests/twiml`'s matter.
"""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree
from twilio.base.exceptions import TwilioRestException
from twilio.base.version import Version
from twilio.http.response import Response

from helpers.advice import ADVICE
from helpers.resources.available import AREAS
from helpers.resources.base import kinds
from tests.sandbox.town import ALICE, BOB, SHOP, Town

FIRST = "AC00000000000000000000000000000001"
TRIAL, STRANGER, THIRD, TEST = ("AC" + letter * 32 for letter in "bcde")
TOKEN = "a-made-up-token"
NOBODY = "+14155550123"
NOWHERE = "CA" + "0" * 32
CAROL, POPULAR = "+14155550142", "+14155550177"


class Row(NamedTuple):
    """A request and its refusal. *who* asks; words in braces are things of the world below."""

    code: int
    status: int
    message: str
    request: str
    form: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    who: str = FIRST


def call(code: int, message: str, who: str = FIRST, status: int = 400, **given: Any) -> Row:
    """A refused call; what is given takes the place of what is right."""
    form = {"To": ALICE, "From": SHOP, "Twiml": "<Response/>"} | given
    return Row(code, status, message, "POST Calls", _said(form), who)


def text(code: int, message: str, who: str = FIRST, status: int = 400, **given: Any) -> Row:
    """A refused message."""
    form = {"To": ALICE, "From": SHOP, "Body": "Hello"} | given
    return Row(code, status, message, "POST Messages", _said(form), who)


def buy(code: int, message: str, who: str = FIRST, **given: Any) -> Row:
    """A number that is not sold."""
    return Row(code, 400, message, "POST IncomingPhoneNumbers", _said(given), who)


def verify(code: int, message: str, who: str = FIRST, **given: Any) -> Row:
    """A number that is not verified."""
    form = {"PhoneNumber": CAROL} | given
    return Row(code, 400, message, "POST OutgoingCallerIds", _said(form), who)


def _said(form: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in form.items() if value is not None}


GEO = (
    "Account not authorized to call +15005550003. Perhaps you need to enable some international "
    "permissions: https://www.twilio.com/console/voice/calls/geo-permissions/low-risk"
)
NOT_YOURS = (
    "The source phone number provided, {0}, is not yet verified for your account. You may only "
    "make calls from phone numbers that you've verified or purchased from Twilio."
)
NO_SENDER = (
    "The From phone number {0} is not a valid, SMS-capable inbound phone number or short code for "
    "your account."
)
BAD_SENDER = (
    "The 'From' number {0} is not a valid phone number, shortcode, or alphanumeric sender ID."
)
UNVERIFIED = (
    "The number {0} is unverified. Trial accounts cannot send messages to unverified numbers; "
    "verify {0} at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to "
    "send messages to unverified numbers"
)
ABSENT = "The requested resource /2010-04-01/Accounts/{0} was not found"
CLOSED = "Resource not accessible with Test Account Credentials"
ONE_NUMBER = (
    "Trial accounts are allowed only one Twilio number. To purchase additional numbers, please "
    "upgrade your account."
)

EVERY_REQUEST = [
    Row(20003, 401, "Authenticate", "GET Calls", who=f"{FIRST}:wrong"),
    Row(20003, 401, "Authentication Error - invalid username", "GET Calls", who="AC1:x"),
    Row(20003, 401, "Authentication Error - No credentials provided", "GET Calls", who=""),
    Row(20004, 405, "Method not allowed", "DELETE Calls"),
    Row(20004, 405, "Method not allowed", "PUT Calls/{talking}"),
    Row(20008, 403, CLOSED, "GET Calls", who=TEST),
    Row(20008, 403, CLOSED, "GET {TEST}", who=TEST),
    Row(20009, 400, "Cannot delete call because it has not ended.", "DELETE Calls/{talking}"),
    Row(
        20009,
        400,
        "Cannot delete message because delivery has not been completed.",
        "DELETE Messages/{waiting}",
    ),
    Row(20404, 404, ABSENT.format(f"{FIRST}/Calls/{NOWHERE}.json"), f"GET Calls/{NOWHERE}"),
    Row(20404, 404, ABSENT.format(f"{FIRST}/Nothing.json"), "GET Nothing"),
    Row(20404, 404, ABSENT.format(f"{TRIAL}/Calls.json"), "GET {TRIAL}/Calls"),
    Row(21481, 400, "Invalid PageToken: PA" + NOWHERE, f"GET Calls?PageToken=PA{NOWHERE}"),
    Row(10001, 400, "Account {asleep} is not active.", "POST {asleep}/Applications"),
]

CALLS = [
    call(21201, "No 'To' number is specified", To=None),
    call(21213, "No 'From' number is specified", From=None),
    call(21205, "Url parameter is required.", Twiml=None),
    call(21205, "Url is not a valid URL: shop/voice", Url="shop/voice"),
    call(21205, "Url is not a valid URL: ftp://a.example/", Url="ftp://a.example/"),
    call(13223, "The phone number you are attempting to call, 12, is not valid.", To="12"),
    call(21212, "From is not a valid phone number: 12", From="12"),
    call(21210, NOT_YOURS.format(NOBODY), From=NOBODY),
    call(21202, "Called number is a premium number: +19005550123", To="+19005550123"),
    call(21206, "Invalid SendDigits: 12x", SendDigits="12x"),
    call(21208, "Timeout must be a whole number from 1 to 600: 0", Timeout="0"),
    call(21209, "Method must be GET or POST: PUT", Method="PUT"),
    call(
        21218,
        "Invalid ApplicationSid: there is no application AP1.",
        ApplicationSid="AP1",
        Twiml=None,
    ),
    call(21219, f"The number {NOBODY} is unverified. Trial accounts may only make calls to "
         "verified numbers.", TRIAL, To=NOBODY),
    call(21609, "The StatusCallback URL http://a_b/ is not a valid URL.",
         StatusCallback="http://a_b/"),
    call(32018, "Twiml size exceeded maximum allowed value of 4000 characters",
         Twiml="<Response>" + " " * 4000 + "</Response>"),
    call(21212, "From is not a valid phone number: +15005550001", From="+15005550001"),
    call(21217, "Phone number +15005550001 does not appear to be valid", To="+15005550001"),
    call(21214, "The 'To' phone number +15005550002 cannot be reached", To="+15005550002"),
    call(21215, GEO, To="+15005550003"),
    call(21216, "Account not allowed to call +15005550004", To="+15005550004"),
    call(21234, "MachineDetection must be Enable or DetectMessageEnd: Perhaps",
         MachineDetection="Perhaps"),
    call(21234, "MachineDetectionTimeout must be a whole number from 3 to 59: 60",
         MachineDetection="Enable", MachineDetectionTimeout="60"),
    Row(21220, 400, "Call is not in-progress. Cannot redirect. ", "POST Calls/{ringing}",
        {"Url": "http://localhost/"}),
    Row(21220, 400, "Call is not in-progress. Cannot redirect. ", "POST Calls/{ended}",
        {"Twiml": "<Response/>"}),
]  # fmt: skip

TEXTS = [
    text(21604, "A 'To' phone number is required.", To=None),
    text(21603, "A 'From' phone number is required.", From=None),
    text(21619, "A text message body or media urls must be specified.", Body=None),
    text(21211, "The 'To' number 12 is not a valid phone number.", To="12"),
    text(21212, BAD_SENDER.format("+12"), From="+12"),
    text(21266, "'To' and 'From' number cannot be the same", To=SHOP),
    text(21659, f"'From' {NOBODY} is not a Twilio phone number or Short Code country mismatch",
         From=NOBODY),
    text(21660, "Mismatch between the 'From' number {theirs} and the account " + FIRST,
         From="{theirs}"),
    text(21661, "'From' number {landline} is not SMS-capable", From="{landline}"),
    text(21608, UNVERIFIED.format(NOBODY), TRIAL, To=NOBODY),
    text(21609, "The StatusCallback URL shop is not a valid URL.", StatusCallback="shop"),
    text(21610, "Attempt to send to unsubscribed recipient", To=BOB),
    text(21617, "The concatenated message body exceeds the 1600 character limit.",
         Body="x" * 1601),
    text(21620, "Invalid media URL: here", MediaUrl="here"),
    text(21621, "The 'From' number {mobile} cannot send MMS.", From="{mobile}",
         MediaUrl="http://localhost/a.png"),
    text(21623, "A message has at most 10 media.", MediaUrl=["http://localhost/a.png"] * 11),
    text(21624, "ValidityPeriod must be a whole number from 1 to 36000: 0", ValidityPeriod="0"),
    text(21635, "'To' number cannot be a landline: +493012345678", To="+493012345678"),
    text(21701, "The Messaging Service MG" + "0" * 32 + " does not exist.",
         From=None, MessagingServiceSid="MG" + "0" * 32),
    text(21704, "The Messaging Service contains no phone numbers.",
         From=None, MessagingServiceSid="{service}"),
    text(21705, "The Messaging Service Sid MG1 is invalid.", From=None, MessagingServiceSid="MG1"),
    text(21212, BAD_SENDER.format("+15005550001"), From="+15005550001"),
    text(21606, NO_SENDER.format("+15005550007"), From="+15005550007"),
    text(21611, "SMS queue is full.", status=429, From="+15005550008"),
    text(21211, "The 'To' number +15005550001 is not a valid phone number.", To="+15005550001"),
    text(21612, "The 'To' phone number: +15005550002, is not currently reachable using the 'From' "
         f"phone number: {SHOP} via SMS.", To="+15005550002"),
    text(21408, "Permission to send an SMS has not been enabled for the region indicated by the "
         "'To' number: +15005550003.", To="+15005550003"),
    text(21610, "Attempt to send to unsubscribed recipient", To="+15005550004"),
    text(21614, "To number: +15005550009, is not a mobile number", To="+15005550009"),
    Row(21602, 400, "Message body is required.", "POST SMS/Messages", {"To": ALICE, "From": SHOP}),
    Row(21605, 400, "The message body exceeds the 160 character limit.", "POST SMS/Messages",
        {"To": ALICE, "From": SHOP, "Body": "x" * 161}),
]  # fmt: skip

NUMBERS = [
    buy(21421, "12 is not a valid number", PhoneNumber="12"),
    buy(21421, "PhoneNumber or AreaCode is required."),
    buy(21421, "+15005550001 is not a valid number", PhoneNumber="+15005550001"),
    buy(21422, "+15005550000 is not available", PhoneNumber="+15005550000"),
    buy(21422, "{theirs} is not available", PhoneNumber="{theirs}"),
    buy(21451, "Invalid area code: 1", AreaCode="1"),
    buy(21452, "No phone numbers found in area code 533", AreaCode="533"),
    buy(21452, "No phone numbers found in area code 999", AreaCode="999"),
    buy(21402, "VoiceUrl is not a valid URL: x", PhoneNumber=NOBODY, VoiceUrl="x"),
    buy(21402, "SmsUrl is not valid: x", PhoneNumber=NOBODY, SmsUrl="x"),
    buy(21403, "SmsMethod must be GET or POST: PUT", PhoneNumber=NOBODY, SmsMethod="PUT"),
    buy(21404, ONE_NUMBER, TRIAL, PhoneNumber=NOBODY),
    buy(21405, "A VoiceFallbackUrl needs a VoiceUrl to fall back from.", PhoneNumber=NOBODY,
        VoiceFallbackUrl="http://a.b/"),
    buy(21406, "An SmsFallbackUrl needs an SmsUrl to fall back from.", PhoneNumber=NOBODY,
        SmsFallbackUrl="http://a.b/"),
    buy(21218, "Invalid ApplicationSid: there is no application AP1.", PhoneNumber=NOBODY,
        VoiceApplicationSid="AP1"),
    Row(21458, 400, "PhoneNumber Provisioning Type Mismatch: +18005550123 is not local.",
        "POST IncomingPhoneNumbers/Local", {"PhoneNumber": "+18005550123"}),
    Row(10002, 400, "Trial accounts do not support the feature you tried to use",
        "POST {trials_own}/IncomingPhoneNumbers", {"PhoneNumber": NOBODY}, TRIAL),
    Row(21470, 400, "Invalid AccountSid: AC1", "POST IncomingPhoneNumbers/{number}",
        {"AccountSid": "AC1"}),
    Row(21471, 400, f"Account does not exist: {STRANGER}", "POST IncomingPhoneNumbers/{number}",
        {"AccountSid": STRANGER}),
    Row(21472, 400, "Account is not active: {asleep}", "POST IncomingPhoneNumbers/{number}",
        {"AccountSid": "{asleep}"}),
    verify(21401, "Invalid phone number: 12", PhoneNumber="12"),
    verify(21449, f"Phone number {SHOP} is yours: it needs no verification.", PhoneNumber=SHOP),
    verify(21450, f"Phone number {ALICE} is already verified.", PhoneNumber=ALICE),
    verify(21453, f"Phone number {POPULAR} is verified on other accounts.", PhoneNumber=POPULAR),
    verify(21454, "CallDelay must be a whole number from 0 to 60: 61", CallDelay="61"),
    verify(21403, "StatusCallbackMethod must be GET or POST: PUT", StatusCallbackMethod="PUT"),
    verify(21609, "The StatusCallback URL x is not a valid URL.", StatusCallback="x"),
]  # fmt: skip

ROWS = [*EVERY_REQUEST, *CALLS, *TEXTS, *NUMBERS]

#: Codes that Twilio's papers name, and why no row provokes them.
NOT_PROVOKED = {
    10004: "how many calls an account may have at once is published nowhere",
    13227: "the same as 21215 for a leg of a Dial; a sandbox forbids no country",
    14111: "the debugger's, for a reply in TwiML: tests/sandbox/test_messages.py",
    15004: "the debugger's, when the update was accepted: tests/sandbox/test_scenarios.py",
    20007: "a page that is asked too large is cut down to 1000 rows, as the specification reads",
    20403: "the newer APIs' word for what keys may not do; see tests/sandbox/test_accounts.py",
    20410: "SMS/Messages goes on here, for older libraries",
    20429: "needs a limit: tests/sandbox/test_limits.py",
    20500: "a mistake of Twilio's own",
    20503: "Twilio out of order",
    21203: "superseded by 21215",
    21262: "the same as 21234, whose page names every parameter of machine detection",
    21263: "the same as 21234, whose page names every parameter of machine detection",
    21626: "the call is taken, and the debugger told: tests/sandbox/test_calls.py",
    21702: "a service that was suspended; nobody suspends one here",
    21703: "the same as 21704, of an earlier time",
    32019: "a warning, the call is taken: tests/sandbox/test_call_options.py",
    63038: "needs a limit: tests/sandbox/test_limits.py",
}

#: Codes that a resource only writes into the debugger, or onto a message.
LOGGED = (11751, 12300, 21626, 30019, 32019)

#: Every code that Twilio's papers have for requests to this API.
DOCUMENTED = {
    *(10001, 10002, 10004, 13223, 13227, 14111, 15004, 20003, 20004, 20007, 20008, 20009, 20403),
    *(20404, 20410, 20429, 20500, 20503, 21201, 21202, 21203, 21205, 21206, 21208, 21209, 21210),
    *(21211, 21212, 21213, 21214, 21215, 21216, 21217, 21218, 21219, 21220, 21234, 21262, 21263),
    *(21266, 21401, 21402, 21403, 21404, 21405, 21406, 21408, 21421, 21422, 21449, 21450, 21451),
    *(21452, 21453, 21454, 21458, 21470, 21471, 21472, 21481, 21602, 21603, 21604, 21605, 21606),
    *(21608, 21609, 21610, 21611, 21612, 21614, 21617, 21619, 21620, 21621, 21623, 21624, 21626),
    *(21635, 21659, 21660, 21661, 21701, 21702, 21703, 21704, 21705, 32018, 32019, 63038),
}


class World(Town):
    """Accounts of several kinds, and what the rows need of them."""

    def __init__(self) -> None:
        accounts = [(TRIAL, TOKEN, "trial"), (STRANGER, TOKEN, "full"), (THIRD, TOKEN, "full")]
        super().__init__(verified=(ALICE,), accounts=(*accounts, (TEST, TOKEN, "test")))

    def __enter__(self) -> World:
        super().__enter__()
        self.things = {"TEST": TEST, "TRIAL": TRIAL}
        self.things |= {
            "talking": self.call("<Pause length='600'/>").sid,
            "ended": self.call("", to="+14155550124").sid,
        }
        self.advance(30)
        for account in (TRIAL, STRANGER, THIRD):
            self.verify(account)
        self.phone(BOB, "text", To=SHOP, Body="STOP")
        self.advance(1)
        self.phone(BOB, Mode="manual")
        self.things |= {
            "ringing": self.call("", to=BOB).sid,
            "waiting": self.made("POST Messages", {"To": ALICE, "From": SHOP, "Body": "x"}),
            "number": self.client.incoming_phone_numbers.list(phone_number=SHOP)[0].sid,
            "landline": "+493012345670",
            "mobile": "+447400123456",
            "theirs": "+12125550188",
            "service": self.made("POST /v1/Services", {"FriendlyName": "Pool"}),
            "asleep": self.made("POST /2010-04-01/Accounts.json"),
            "trials_own": self.made("POST /2010-04-01/Accounts.json", who=TRIAL),
        }
        self.made("POST /2010-04-01/Accounts/{asleep}.json", {"Status": "suspended"})
        for name, who in (("landline", FIRST), ("mobile", FIRST), ("theirs", STRANGER)):
            form = {"PhoneNumber": self.things[name]}
            self.made("POST IncomingPhoneNumbers", form, who)
        self.made("POST IncomingPhoneNumbers", {"PhoneNumber": "+12125550189"}, TRIAL)
        return self

    def verify(self, account: str) -> None:
        """Let an account verify the number that many have verified."""
        begun = self.ask("POST OutgoingCallerIds", {"PhoneNumber": POPULAR}, account).json()
        path = f"/_sandbox/phones/{POPULAR}/press"
        self.ask(f"POST {path}", {"Digits": begun["validation_code"]}, account)
        self.advance(60)

    def made(self, request: str, form: dict[str, Any] | None = None, who: str = FIRST) -> str:
        """The SID of what a request makes."""
        reply = self.ask(request, form, who)
        assert reply.status_code in (200, 201), (request, reply.text)
        return str(reply.json()["sid"])

    def ask(
        self,
        request: str,
        form: dict[str, Any] | None = None,
        who: str = FIRST,
        suffix: str = ".json",
    ) -> Any:
        """One request; a path without a slash is below the account that asks, or a named one."""
        method, path = self.filled(request).split(" ", 1)
        user, _, password = who.partition(":")
        owner = user if len(user) == 34 else FIRST
        if not path.startswith("/"):
            path, _, query = path.partition("?")
            inner = path if path.startswith("AC") else f"{owner}/{path}"
            path = f"/2010-04-01/Accounts/{inner}{suffix}" + (f"?{query}" if query else "")
        auth = (user, password or (self.auth[1] if user == FIRST else TOKEN)) if user else None
        data = [
            (name, self.filled(value))
            for name, given in (form or {}).items()
            for value in (given if isinstance(given, list) else [given])
        ]
        return self.http.request(method, self.sandbox.url + path, auth=auth, data=data, timeout=20)

    def filled(self, text: str) -> str:
        """*text* with the world's things in the place of their names."""
        return string.Formatter().vformat(text, (), self.things) if "{" in text else text


@pytest.fixture(scope="module")
def world():
    with World() as world:
        yield world


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.request[:40]}")
def test_a_refusal_is_twilios_to_the_letter(world: World, row: Row) -> None:
    reply = world.ask(row.request, row.form, row.who)
    body = reply.json()
    assert (body["code"], reply.status_code, body["message"]) == (
        row.code, row.status, world.filled(row.message),
    )  # fmt: skip
    assert body["status"] == row.status
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{row.code}"
    detail = {"detail"} if row.status == 401 else set()
    assert set(body) == {"code", "message", "more_info", "status"} | detail
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.request[:40]}")
def test_the_official_client_and_a_reader_of_xml_are_told_the_same(world: World, row: Row) -> None:
    reply = world.ask(row.request, row.form, row.who)
    told = Version.exception("POST", "/x", Response(reply.status_code, reply.text), "Unable")
    assert isinstance(told, TwilioRestException)  # the older kind of the two there are
    assert (told.status, told.code, told.msg) == (
        row.status, row.code, f"Unable: {world.filled(row.message)}",
    )  # fmt: skip
    if "/20" in row.request or "/v1" in row.request:
        return
    root = etree.fromstring(world.ask(row.request, row.form, row.who, suffix="").content)
    [error] = root
    assert (root.tag, error.tag) == ("TwilioResponse", "RestException")
    assert error.findtext("Code") == str(row.code)
    assert error.findtext("Status") == str(row.status)
    assert error.findtext("Message") == world.filled(row.message).replace(".json was", " was")
    assert error.findtext("MoreInfo") == f"https://www.twilio.com/docs/errors/{row.code}"


def test_nothing_comes_of_a_refused_request(world: World) -> None:
    """What an account has is the same before and after each of them."""

    def everything() -> list[Any]:
        kept = [kind for kind in kinds().values() if kind.kept]
        return [world.sandbox.store.find(kind, None) for kind in kept]

    before = everything()
    for row in ROWS:
        world.ask(row.request, row.form, row.who)
    assert everything() == before


def test_every_documented_code_is_provoked_or_has_a_reason() -> None:
    provoked = {row.code for row in ROWS}
    assert provoked & set(NOT_PROVOKED) == set()
    assert provoked | set(NOT_PROVOKED) == DOCUMENTED


def test_what_is_provoked_elsewhere_is(root: Path) -> None:
    for code, reason in NOT_PROVOKED.items():
        for file in re.findall(r"tests/[\w/]+\.py", reason):
            assert str(code) in (root / file).read_text("utf-8"), (code, file)


def test_every_code_that_a_resource_refuses_with_comes_with_advice(root: Path) -> None:
    """What the learner's own client says beside the refusal."""
    code = re.compile(r"(?<![\w+.])[1-9]\d{4}(?!\w)")
    files = [*(root / "helpers" / "resources").glob("*.py"), root / "helpers" / "phone_numbers.py"]
    named = {int(found) for file in files for found in code.findall(file.read_text("utf-8"))}
    # Of the other numbers with five digits: postal codes and examples.
    others = {int(area.postal_code) for area in AREAS if area.postal_code.isdigit()}
    others |= {12345, 55501}
    assert named - others - set(LOGGED) - set(ADVICE) == set()
    assert {row.code for row in ROWS} <= set(ADVICE)
