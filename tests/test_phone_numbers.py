"""Telephone numbers, and the ones that stand for a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import PhoneNumberError
from helpers.phone_numbers import (
    MALFORMED,
    NOT_YOURS,
    ORDINARY,
    address_of,
    american,
    is_address,
    is_e164,
    magic,
    national,
    read,
    region,
)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+14155550100", None, "+14155550100"),
        (" +1 (415) 555-0100 ", None, "+14155550100"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("+15005550006", None, "+15005550006"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 20 7946 0018", "US", "+442079460018"),
    ],
)
def test_reading(text, country, number):
    assert read(text, country) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4155550100", "does not begin with +"),
        ("+1415555", "too few digits"),
        ("+1415555010012", "too many digits"),
        ("+999123456789", "no country"),
        ("call me", "no digit"),
        ("", "no digit"),
        ("+" + "1" * 300, "too many digits"),
        ("+1 415 555 0100 ext 5", "extension"),
    ],
)
def test_what_is_no_number_is_said_in_plain_words(text, words):
    with pytest.raises(PhoneNumberError) as caught:
        read(text)
    assert words in caught.value.what
    assert "+14155550100" in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("+14155550100", True),
        ("+15005550001", True),
        ("+442079460018", True),
        ("14155550100", False),
        ("+1 4155550100", False),
        ("+14155550100\n", False),
        ("+१४१५५५५०१००", False),
        ("+1415", False),
        ("+04155550100", False),
        ("client:alice", False),
        ("", False),
    ],
)
def test_e164(text, is_one):
    assert is_e164(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("+14155550100", True),
        ("client:alice", True),
        ("sip:alice@example.com", True),
        ("sips:alice@example.com:5061", True),
        ("sim:DE" + "0" * 32, True),
        ("whatsapp:+14155550100", True),
        ("client:", False),
        ("client:a b", False),
        ("sip:alice", False),
        ("sip:alice@example.com;transport=tcp", False),
        ("sim:DE1", False),
        ("whatsapp:4155550100", False),
        ("tel:+14155550100", False),
        ("", False),
    ],
)
def test_where_somebody_can_be_called(text, is_one):
    assert is_address(text) is is_one


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("sip:al@b.test;transport=tcp?X-A=1", "sip:al@b.test"),
        ("sip:al@b.test?X-A=1;2", "sip:al@b.test"),
        ("client:al;b", "client:al;b"),
    ],
)
def test_the_address_in_a_sip_uri(uri, address):
    assert address_of(uri) == address


def test_numbers_of_plus_one_are_shown_the_american_way():
    assert national("+14155550100") == "(415) 555-0100"
    assert national("+442079460018") == "+442079460018"
    assert national("client:alice") == "client:alice"


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155550100", "US"),
        ("+15005550006", "US"),
        ("+16135550100", "CA"),
        ("+12425550100", "BS"),
        ("+442079460018", "GB"),
        ("+10005550000", "US"),
        ("+99911", None),
        ("alice", None),
    ],
)
def test_region(number, country):
    assert region(number) == country


# Twilio's page on test credentials, as of July 2026.
@pytest.mark.parametrize(
    ("operation", "role", "number", "code"),
    [
        ("buy", "number", "+15005550000", 21422),
        ("buy", "number", "+15005550001", 21421),
        ("buy", "number", "+15005550006", None),
        ("buy", "area code", "533", 21452),
        ("buy", "area code", "500", None),
        ("message", "From", "+15005550001", 21212),
        ("message", "From", "+15005550007", 21606),
        ("message", "From", "+15005550008", 21611),
        ("message", "From", "+15005550006", None),
        ("message", "To", "+15005550001", 21211),
        ("message", "To", "+15005550002", 21612),
        ("message", "To", "+15005550003", 21408),
        ("message", "To", "+15005550004", 21610),
        ("message", "To", "+15005550009", 21614),
        ("message", "To", "+15005550006", None),
        ("call", "From", "+15005550001", 21212),
        ("call", "From", "+15005550006", None),
        ("call", "To", "+15005550001", 21217),
        ("call", "To", "+15005550002", 21214),
        ("call", "To", "+15005550003", 21215),
        ("call", "To", "+15005550004", 21216),
        ("call", "To", "+15005550009", None),
    ],
)
def test_which_code_a_number_is_refused_with(operation, role, number, code):
    found = magic(operation, role, number)
    assert (found and found.code) == code


def test_of_two_codes_documented_for_one_mistake_the_newer_source_decides():
    assert ORDINARY["call", "to", MALFORMED].code == 13223
    assert ORDINARY["message", "from", NOT_YOURS].code == 21659
    assert ORDINARY["message", "from", NOT_YOURS].since == "2024-07"
    assert ORDINARY["call", "from", NOT_YOURS].code == 21210


def test_a_ruling_names_the_number_in_twilios_words():
    found = magic("call", "to", "+15005550004")
    assert found is not None
    assert found.message("+15005550004") == "Account not allowed to call +15005550004"
    assert (found.status, found.source, found.since) == (400, "page", "2026-07-14")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        number = read(text)
    except PhoneNumberError:
        return
    assert is_e164(number)


@pytest.mark.parametrize(
    "text",
    ["(415) 555-0100", "415-555-0100", "415.555.0100", "4155550100", "14155550100", " 14155550100",
     "1-415-555-0100", "1 (415) 555 0100"],
)  # fmt: skip
def test_americans_write_numbers_without_a_plus(text):
    assert american(text) == "+14155550100"


@pytest.mark.parametrize(
    "text",
    ["", "+14155550100", "+442071838750", "02071838750", "0155550100", "415555010", "24155550100",
     "12345", "client:4155550100", "whatsapp:4155550100", "4155550100x", "\u0664155550100"],
)  # fmt: skip
def test_what_is_no_number_as_americans_write_it_stays_as_it_is(text):
    assert american(text) == text
