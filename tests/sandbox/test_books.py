"""The books by themselves: what each kind of call and message is written down as, and months."""

from datetime import UTC, datetime

import pytest

from helpers.prices import PRICES_2026
from helpers.resources.call import VERIFIER, Call
from helpers.resources.message import Message
from helpers.resources.number import IncomingPhoneNumber
from helpers.resources.recording import Recording
from helpers.resources.usage import CATEGORIES, above
from helpers.sandbox import books

SHOP, ALICE, TOLL_FREE, MOBILE = "+15005550006", "+14155550100", "+18005550177", "+447400123456"


def call(to=ALICE, from_=SHOP, direction="outbound-api", duration=5, status="completed", **more):
    return Call(to=to, from_=from_, direction=direction, duration=duration, status=status, **more)


@pytest.mark.parametrize(
    ("made", "charge"),
    [
        (call(), ("calls-outbound", 1, 1400)),
        (call(direction="outbound-dial", duration=3601), ("calls-outbound", 61, 85_400)),
        (call(duration=0), ("calls-outbound", 1, 1400)),  # a minute has begun
        (call(SHOP, ALICE, "inbound"), ("calls-inbound-local", 1, 850)),
        (call(TOLL_FREE, ALICE, "inbound"), ("calls-inbound-tollfree", 1, 2200)),
        (call(MOBILE, ALICE, "inbound"), ("calls-inbound-mobile", 1, 850)),
        (call("client:anna"), ("calls-client", 1, None)),
        (call("AP" + "0" * 32, "client:anna", "inbound"), ("calls-client", 1, None)),
        (call("sip:anna@example.com"), ("calls-sip", 1, None)),
        (call(SHOP, "sip:anna@example.com", "inbound"), ("calls-sip", 1, None)),
        *((call(status=s), None) for s in ("busy", "failed", "no-answer", "canceled")),
        (call(from_=VERIFIER), None),
        (call(sent_by="verify"), None),
    ],
)
def test_what_a_call_is_charged_as(made, charge):
    assert books.of_call(made, PRICES_2026) == charge


def message(direction="outbound-api", segments=1, media=0, **more):
    return Message(
        to=ALICE, from_=SHOP, direction=direction, num_segments=segments, num_media=media, **more
    )


@pytest.mark.parametrize(
    ("sent", "charge"),
    [
        (message(), ("sms-outbound-longcode", 1, 830)),
        (message("outbound-reply", 3), ("sms-outbound-longcode", 3, 2490)),
        (message("inbound", 2), ("sms-inbound-longcode", 2, 1660)),
        (message(media=2), ("mms-outbound-longcode", 1, 2200)),
        (message("inbound", media=1), ("mms-inbound-longcode", 1, 1650)),
        (message(sent_by="verify"), None),
    ],
)
def test_what_a_message_is_charged_as(sent, charge):
    assert books.of_message(sent, PRICES_2026) == charge


@pytest.mark.parametrize(
    ("seconds", "charge"),
    [(4, ("recordings", 1, 250)), (60, ("recordings", 1, 250)), (61, ("recordings", 2, 500)),
     (0, None), (None, None)],
)  # fmt: skip
def test_what_a_recording_is_charged_as(seconds, charge):
    assert books.of_recording(Recording(duration=seconds), PRICES_2026) == charge


@pytest.mark.parametrize(
    ("number", "kind", "charge"),
    [
        (SHOP, "local", ("phonenumbers-local", 1, 115_000)),
        (MOBILE, "mobile", ("phonenumbers-mobile", 1, 115_000)),
        (TOLL_FREE, "toll-free", ("phonenumbers-tollfree", 1, 215_000)),
    ],
)
def test_what_a_number_is_charged_as(number, kind, charge):
    owned = IncomingPhoneNumber(phone_number=number, type=kind)
    assert books.of_number(owned, PRICES_2026) == charge


@pytest.mark.parametrize(
    ("start", "now", "begun"),
    [
        ("2026-01-05", "2026-01-05", 1),
        ("2026-01-05", "2026-02-04", 1),
        ("2026-01-05", "2026-02-05", 2),
        ("2026-01-31", "2026-02-27", 1),
        ("2026-01-31", "2026-02-28", 2),
        ("2026-01-31", "2026-03-30", 2),
        ("2026-01-31", "2026-03-31", 3),
        ("2025-12-15", "2027-01-14", 13),
        ("2025-12-15", "2027-01-15", 14),
    ],
)
def test_how_many_months_have_begun(start, now, begun):
    moments = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (start, now))
    assert books.months(*moments) == begun


def test_every_category_counts_in_one_that_there_is_and_in_the_total():
    for name in CATEGORIES:
        line = list(above(name))
        assert line[0] == name and line[-1] == "totalprice" and set(line) <= set(CATEGORIES)
    assert list(above("sms-inbound-longcode")) == [
        "sms-inbound-longcode", "sms-inbound", "sms", "totalprice",
    ]  # fmt: skip
    assert list(above("totalprice")) == ["totalprice"]


def test_nobody_charges_for_anything_else():
    with pytest.raises(TypeError, match="nobody charges for a str"):
        books.charge(type("World", (), {"engine": None})(), "a song")
