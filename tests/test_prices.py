"""The price list, and amounts as replies write them."""

from decimal import Decimal

import pytest

from helpers import prices
from helpers.prices import PRICES_2012, PRICES_2026


@pytest.mark.parametrize(
    ("item", "count", "parts"),
    [("texts", 1, 830), ("texts", 3, 2490), ("minutes_out", 2, 2800), ("numbers", 1, 115_000)],
)
def test_what_so_many_cost(item, count, parts):
    assert PRICES_2026.parts(item, count) == parts


def test_what_has_no_price_costs_nothing_that_is_known():
    assert PRICES_2012.parts("minutes_out") is None
    assert PRICES_2012.parts("texts", 1000) == 10 * prices.PARTS


def test_a_readers_own_list():
    mine = prices.PriceList("mine", "made up", {"texts": Decimal("0.0000049")})
    assert (mine.parts("texts"), mine.parts("texts", 10)) == (0, 5)


@pytest.mark.parametrize(
    ("parts", "charged", "dollars", "balance"),
    [
        (830, "-0.00830", "0.0083", "0.0083"),
        (0, "0.00000", "0", "0.00"),
        (1_550_000, "-15.50000", "15.5", "15.50"),
        (2_000_000, "-20.00000", "20", "20.00"),
        (-123_456, "1.23456", "-1.23456", "-1.23456"),
    ],
)
def test_how_an_amount_is_written(parts, charged, dollars, balance):
    assert prices.charged(parts) == charged
    assert prices.dollars(parts) == dollars
    assert prices.dollars(parts, least=2) == balance


def test_what_is_said_before_something_is_created():
    assert prices.creating("Calls") == "a call costs about 0.014 USD a minute begun"
    assert prices.creating("Messages").startswith("a text costs about 0.0083 USD a segment")
    assert prices.creating("IncomingPhoneNumbers") == "a number costs about 1.15 USD a month"
    assert "costs nothing" in prices.creating("OutgoingCallerIds")
    assert prices.creating("Queues") == "it costs nothing"
    assert "price list" in prices.creating("Streams")
