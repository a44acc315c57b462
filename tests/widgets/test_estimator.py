"""The price estimator: the sum, its lines, and the form that shows it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.errors import HelperError
from helpers.widgets.estimator import PRICES, PRICES_2012, PRICES_2026, buys, estimate, estimator
from tests.widgets.cells import run_cell


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
    form.fill(texts=500, numbers="0", prices="2012 to 2014")
    assert form.text.splitlines()[2].split() == ["total", "5.00"]
    assert form.view["said"] == "Together 5.00 dollars."


def test_a_number_that_is_none_is_told_and_nothing_is_lost() -> None:
    form = estimator()
    form.fill(texts="1e3")
    assert form.text.splitlines()[0] == (
        "Texts (segments) must be a whole number from 0 to 10,000,000."
    )
    assert form.view["blamed"] == "texts"
    assert form.filled()[0] == ("Texts (segments)", "1e3")
    assert "9.45" in form.text, "the last sum stays"
    form.fill(texts=" 2,000 ")
    assert form.values["texts"] == 2000
    assert form.view["problem"] == form.view["blamed"] == ""


def test_the_chart_is_as_long_as_its_figures() -> None:
    month = estimate(texts=1000, minutes_in=500, numbers=1)
    assert month.chart().splitlines() == [
        "texts sent or received  ████████████████████  8.30",
        "incoming calls          ██████████            4.25",
        "local numbers           ███                   1.15",
    ]
    html = month._repr_html_()
    assert html.count("<svg") == 3
    assert 'width="120" height="12" rx' in html and "currentColor" in html
    assert "<text" not in html, "a page that drops pictures shall keep no stray words of them"


def test_each_column_has_a_title() -> None:
    assert "></th>" not in estimate(texts=1)._repr_html_()
    assert "></th>" not in estimator().still()


def test_a_chart_of_nothing_and_of_what_has_no_price() -> None:
    assert estimate().chart() == ""
    assert estimate(minutes_out=5, prices=PRICES_2012).chart() == "outgoing calls    ?"


def test_its_code_sums_up_the_same() -> None:
    form = estimator()
    form.fill(texts=500, minutes_out=40, prices="2026")
    form.press("Show me the code")
    assert run_cell(form.code) == estimate(texts=500, minutes_out=40, numbers=1)


def test_the_stored_form_is_the_same_each_time() -> None:
    first, second = (estimator()._repr_mimebundle_()[0] for _ in range(2))
    view = "application/vnd.jupyter.widget-view+json"
    assert {**first, view: None} == {**second, view: None}
    assert first["text/plain"].startswith("What would a month cost?\nTexts (segments)  1000\n")


def test_its_stored_form_is_the_sum_unless_that_cannot_be_told() -> None:
    form = estimator()
    assert "Texts (segments)" not in form.still() and "8.30" in form.still()
    form.fill(texts="many")
    assert "Texts (segments)" in form.still() and "many" in form.still()
