"""The price estimator: the sum, its lines, and the form that shows it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.errors import HelperError
from helpers.widgets.estimator import PRICES, PRICES_2012, PRICES_2026, buys, estimate, estimator


def test_the_promise_of_2012() -> None:
    """Ten dollars were 1000 texts or 1000 minutes of incoming calls."""
    assert estimate(texts=1000, prices=PRICES_2012).total == Decimal("10.00")
    assert estimate(minutes_in=1000, prices=PRICES_2012).total == Decimal("10.00")


@pytest.mark.parametrize(
    ("item", "count"), [("texts", 1204), ("minutes_in", 1176), ("minutes_out", 714)]
)
def test_what_ten_dollars_buy_in_2026(item: str, count: int) -> None:
    assert buys(10, item) == count


def test_a_month_is_summed_up() -> None:
    month = estimate(texts=1000, minutes_in=20, minutes_out=33, numbers=1)
    assert [str(line.amount) for line in month.lines] == ["8.3000", "0.1700", "0.4620", "1.15"]
    assert month.total == Decimal("10.08")


def test_its_text_form() -> None:
    assert str(estimate(texts=1000, numbers=1)).splitlines() == [
        "what                    how many             price  dollars",
        "texts sent or received     1,000  0.0083 a segment     8.30",
        "local numbers                  1      1.15 a month     1.15",
        "total                                                  9.45",
        f"prices of 2026: {PRICES_2026.source}",
    ]


def test_nothing_costs_nothing() -> None:
    assert estimate().total == Decimal("0.00")
    assert estimate().lines == ()


def test_a_price_that_is_not_known_is_said_and_left_out() -> None:
    month = estimate(texts=100, minutes_out=10, prices=PRICES_2012)
    assert month.unknown == ("outgoing calls",)
    assert month.total == Decimal("1.00")
    assert "total of what is known" in str(month)
    with pytest.raises(HelperError, match="have no 'minutes_out'"):
        buys(10, "minutes_out", PRICES_2012)


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(HelperError, match="minutes_in is -1"):
        estimate(minutes_in=-1)


def test_todays_prices_are_marked_as_reported() -> None:
    assert "as reported" in PRICES_2026.source
    assert list(PRICES) == ["2026", "2012 to 2014"]


def test_the_form_follows_its_fields() -> None:
    form = estimator()
    form.fields["texts"].value = 500
    form.fields["numbers"].value = 0
    form.fields["prices"].value = "2012 to 2014"
    assert form.text == str(estimate(texts=500, prices=PRICES_2012))
    assert "5.00" in form.answer.value


def test_the_stored_form_is_the_same_each_time() -> None:
    first, second = (estimator()._repr_mimebundle_() for _ in range(2))
    view = "application/vnd.jupyter.widget-view+json"
    assert {**first, view: None} == {**second, view: None}
    assert first["text/plain"].startswith("What would a month cost?\nTexts (segments)  1000\n")
