"""Read, check and write telephone numbers, and the numbers that stand for a mistake.

Numbers travel in E.164: a plus, the country code, the rest, digits only. Whether digits make a
number is asked of Google's libphonenumber, and only whether they *could*: the numbers of this
course (+1 415 555 01xx, +1 500 555 xxxx) are set aside for examples and ring nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from helpers.errors import PhoneNumberError

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")

_REASONS = {
    ValidationResult.TOO_SHORT: "it has too few digits",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "it has too few digits: the area code is missing",
    ValidationResult.TOO_LONG: "it has too many digits",
    ValidationResult.INVALID_COUNTRY_CODE: "no country has that code",
    ValidationResult.INVALID_LENGTH: "its country has no numbers of that length",
}


@lru_cache(maxsize=4096)  # several questions are asked of one number; nobody changes the answer
def _parsed_in(region: str | None, text: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.parse(text, region)


_parsed = partial(_parsed_in, None)  # of a number in E.164


def read(text: str, region: str | None = None) -> str:
    """Return the number that *text* spells, in E.164.

    Blanks, dots, dashes and brackets are fine. Without a plus the number is taken to be one of
    *region*, a country's two letters such as "US". PhoneNumberError says what is wrong.
    """
    shown = text.strip()
    try:
        number = _parsed_in(region, shown)
    except phonenumbers.NumberParseException as problem:
        if not any(c.isdigit() for c in shown):
            why = "there is no digit in it"
        elif problem.error_type == problem.INVALID_COUNTRY_CODE and not shown.startswith("+"):
            why = "it does not begin with + and a country code"
        elif problem.error_type == problem.INVALID_COUNTRY_CODE:
            why = _REASONS[ValidationResult.INVALID_COUNTRY_CODE]
        elif problem.error_type == problem.TOO_LONG:
            why = _REASONS[ValidationResult.TOO_LONG]
        else:
            why = _REASONS[ValidationResult.TOO_SHORT]
        raise _problem(shown, why) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        raise _problem(shown, _REASONS[reason])
    if number.extension:
        raise _problem(shown, "it has an extension, which is dialled as keys after the answer")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def is_e164(text: str) -> bool:
    """Tell whether *text* is written in E.164 and could be a number."""
    if not _E164.fullmatch(text):
        return False
    try:
        return read(text) == text
    except PhoneNumberError:
        return False


# Where somebody can be called who has no number, and a number reached by other means.
_ADDRESS = re.compile(
    r"client:[^\s/?#]{1,256}"
    r"|sips?:[^\s/?#;<>@]{1,200}@[^\s/?#;<>@]{1,200}"
    r"|sim:[A-Z]{2}[0-9a-f]{32}"
    r"|whatsapp:\+[1-9][0-9]{1,14}"
)


def is_address(text: str) -> bool:
    """Tell whether somebody can be called at *text*.

    That is a number in E.164, or an address such as client:alice, sip:alice@example.com,
    sim:DE0123456789abcdef0123456789abcdef or whatsapp:+14155550100.
    """
    return is_e164(text) or _ADDRESS.fullmatch(text) is not None


_AMERICAN = re.compile(r" ?1?[ .-]?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .-]?[2-9]\d\d[ .-]?\d{4}", re.ASCII)


def american(text: str) -> str:
    """*text*; or its E.164 form where it is a number as Americans write it, with or without the 1.

    Twilio's first pages on this version of the API promised that ``(415) 555-0100`` and
    ``415-555-0100`` are taken, and programs of that time count on it. A plus that was not escaped
    in a form arrives as a space.
    """
    if not _AMERICAN.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    return f"+1{digits[-10:]}"


def address_of(uri: str) -> str:
    """Return *uri* without what only says how to reach it, if it is a SIP URI.

    From sip:alice@example.com;transport=tcp?X-Order=7 remains sip:alice@example.com.
    """
    if not uri.startswith(("sip:", "sips:")):
        return uri
    return uri.partition("?")[0].partition(";")[0].strip()


@lru_cache(maxsize=4096)
def national(number: str) -> str:
    """Return *number*, given in E.164, as Twilio's ``to_formatted`` has it.

    That is "(415) 555-0100" for numbers of +1, and anything else unchanged.
    """
    if re.fullmatch(r"\+1[0-9]{10}", number):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


@lru_cache(maxsize=4096)  # every request about a call names two countries
def region(number: str) -> str | None:
    """Return the two letters of the country of *number*, given in E.164; None if there is none.

    Countries share +1, and only numbers in use are told apart for certain; for the others the
    area code decides, and at last the largest country of the code.
    """
    try:
        parsed = _parsed(number)
    except phonenumbers.NumberParseException:
        return None
    code = parsed.country_code or 0
    found = phonenumbers.region_code_for_number(parsed)
    if found is None and code == 1:
        neighbour = _parsed(number[:5] + "2345678")
        found = phonenumbers.region_code_for_number(neighbour)
    if found is None:
        found = phonenumbers.region_code_for_country_code(code)
    return None if found in ("ZZ", "001") else found


#: The kinds of number that can be bought.
KINDS = {
    "local": PhoneNumberType.FIXED_LINE,
    "mobile": PhoneNumberType.MOBILE,
    "toll-free": PhoneNumberType.TOLL_FREE,
}
# Kept for toll-free numbers, whether or not the library thinks that they are in use.
TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")


@lru_cache(maxsize=4096)
def kind(number: str) -> str:
    """Return "local", "mobile" or "toll-free"; "local" where nobody can tell."""
    if number.startswith(tuple(f"+1{code}" for code in TOLL_FREE)):
        return "toll-free"
    found = phonenumbers.number_type(_parsed(number))
    return next((name for name, known in KINDS.items() if known == found), "local")


def is_kind(number: str, wanted: str) -> bool:
    """Tell whether *number*, given in E.164, can be of the kind that is *wanted*.

    Some countries, such as Mexico, give landlines and mobiles the same numbers: they can be both.
    """
    found = phonenumbers.number_type(_parsed(number))
    if found == PhoneNumberType.FIXED_LINE_OR_MOBILE and not number.startswith("+1"):
        return wanted in ("local", "mobile")
    return kind(number) == wanted


@lru_cache(maxsize=4096)
def takes_no_texts(number: str) -> bool:
    """Tell whether Twilio refuses texts to *number*, given in E.164: a landline of most countries.

    In North America and the United Kingdom it tries to deliver them.
    Source: https://www.twilio.com/docs/api/errors/21635.
    """
    parsed = _parsed(number)
    if parsed.country_code in (1, 44):
        return False
    return bool(phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE)


@lru_cache(maxsize=4096)
def is_premium(number: str) -> bool:
    """Tell whether calls to *number*, given in E.164, cost the caller extra (+1 900 ...)."""
    # North America keeps the whole area code for that; elsewhere the library knows.
    if number.startswith("+1900"):
        return True
    found = phonenumbers.number_type(_parsed(number))
    return bool(found == PhoneNumberType.PREMIUM_RATE)


def example(country: str, kind: str) -> str:
    """Return a number of that kind in that country (two letters), "" if it has none."""
    found = phonenumbers.example_number_for_type(country, KINDS[kind])
    return phonenumbers.format_number(found, PhoneNumberFormat.E164) if found else ""


def _problem(shown: str, why: str) -> PhoneNumberError:
    return PhoneNumberError(
        f"{shown!r} is not a telephone number: {why}.",
        next_step="Write it with a plus and the country code, such as +14155550100.",
    )


# --- numbers that stand for a mistake ---------------------------------------------------------

MALFORMED = "malformed"
NOT_YOURS = "not yours"
UNVERIFIED = "unverified"  # a trial's calls and texts go to verified numbers only


@dataclass(frozen=True)
class Ruling:
    """How Twilio refuses a request about a number: its *code*, and the *text* for people.

    *source* says how we know: "page" is Twilio's page on test credentials as it was on *since*;
    "seen" is a real answer, from *since* on where that is known. The codes are sure either way;
    the text of 21214, 21217 and 21452 is ours, made from the code's title.
    """

    code: int
    text: str
    source: str
    since: str = ""
    status: int = 400

    def message(self, number: str, sender: str = "") -> str:
        """Return the text with *number* in its place, and *sender* where it names that one too."""
        return self.text.format(number=number, sender=sender)


def _page(code: int, text: str, status: int = 400) -> Ruling:
    return Ruling(code, text, "page", "2026-07-14", status)


def _seen(code: int, text: str, since: str = "") -> Ruling:
    return Ruling(code, text, "seen", since)


_BAD_CALLER = "From is not a valid phone number: {number}"
_BAD_SENDER = (
    "The 'From' number {number} is not a valid phone number, shortcode, or alphanumeric sender ID."
)
_BAD_RECIPIENT = "The 'To' number {number} is not a valid phone number."
_NO_NUMBER = "{number} is not a valid number"
_NO_SENDER = (
    "The From phone number {number} is not a valid, SMS-capable inbound phone number or short code "
    "for your account."
)

# Every number that is refused for what it is: (operation, role, number) -> ruling.
# Where Twilio documents two codes for one mistake, the newer source decides:
#   a call to a malformed number: 13223 was seen in answers; 21211 is only in the list of errors.
#   a text from someone else's number: 21659 is seen since July 2024, 21606 until then. The magic
#   number +15005550007 stays with 21606, for so says the page of 2026.
MAGIC: dict[tuple[str, str, str], Ruling] = {
    ("buy", "number", "+15005550000"): _page(21422, "{number} is not available"),
    ("buy", "number", "+15005550001"): _page(21421, _NO_NUMBER),
    ("buy", "area code", "533"): _page(21452, "No phone numbers found in area code {number}"),
    ("message", "from", "+15005550001"): _page(21212, _BAD_SENDER),
    ("message", "from", "+15005550007"): _page(21606, _NO_SENDER),
    # The one refusal of a number that is not 400: seen in tests against Twilio's own server.
    ("message", "from", "+15005550008"): _page(21611, "SMS queue is full.", 429),
    ("message", "to", "+15005550001"): _page(21211, _BAD_RECIPIENT),
    ("message", "to", "+15005550002"): _page(
        21612,
        "The 'To' phone number: {number}, is not currently reachable using the 'From' phone "
        "number: {sender} via SMS.",
    ),
    ("message", "to", "+15005550003"): _page(
        21408,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' "
        "number: {number}.",
    ),
    ("message", "to", "+15005550004"): _page(21610, "Attempt to send to unsubscribed recipient"),
    ("message", "to", "+15005550009"): _page(21614, "To number: {number}, is not a mobile number"),
    ("call", "from", "+15005550001"): _page(21212, _BAD_CALLER),
    ("call", "to", "+15005550001"): _page(
        21217, "Phone number {number} does not appear to be valid"
    ),
    ("call", "to", "+15005550002"): _page(
        21214, "The 'To' phone number {number} cannot be reached"
    ),
    ("call", "to", "+15005550003"): _page(
        21215,
        "Account not authorized to call {number}. Perhaps you need to enable some international "
        "permissions: https://www.twilio.com/console/voice/calls/geo-permissions/low-risk",
    ),
    ("call", "to", "+15005550004"): _page(21216, "Account not allowed to call {number}"),
}

# The same mistakes with numbers that are not magic.
ORDINARY: dict[tuple[str, str, str], Ruling] = {
    ("buy", "number", MALFORMED): _seen(21421, _NO_NUMBER),
    ("message", "from", MALFORMED): _seen(21212, _BAD_SENDER),
    ("message", "from", NOT_YOURS): _seen(
        21659,
        "'From' {number} is not a Twilio phone number or Short Code country mismatch",
        "2024-07",
    ),
    ("message", "to", MALFORMED): _seen(21211, _BAD_RECIPIENT),
    ("message", "to", UNVERIFIED): _seen(
        21608,
        "The number {number} is unverified. Trial accounts cannot send messages to unverified "
        "numbers; verify {number} at twilio.com/user/account/phone-numbers/verified, or purchase "
        "a Twilio number to send messages to unverified numbers",
        "2023",
    ),
    ("call", "from", MALFORMED): _seen(21212, _BAD_CALLER),
    ("call", "from", NOT_YOURS): _seen(
        21210,
        "The source phone number provided, {number}, is not yet verified for your account. You "
        "may only make calls from phone numbers that you've verified or purchased from Twilio.",
    ),
    ("call", "to", MALFORMED): _seen(
        13223, "The phone number you are attempting to call, {number}, is not valid."
    ),
    ("call", "to", UNVERIFIED): _seen(
        21219,
        "The number {number} is unverified. Trial accounts may only make calls to verified "
        "numbers.",
    ),
}


# With test credentials nobody owns a number: any caller or sender that is not magic is refused.
STRANGERS: dict[str, Ruling] = {
    "message": _page(21606, _NO_SENDER),
    "call": ORDINARY["call", "from", NOT_YOURS],
}

#: The magic number that anybody may call and text from.
GOOD_SENDER = "+15005550006"


def magic(operation: str, role: str, number: str) -> Ruling | None:
    """Return how Twilio refuses one of the magic numbers, or None for any other number.

    *operation* is "call", "message" or "buy"; *role* "to", "from", "number" or "area code", in
    any case.
    """
    return MAGIC.get((operation, role.lower(), number))
