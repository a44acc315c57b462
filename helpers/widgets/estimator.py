"""What would that cost? A sum, by one of the price lists of `helpers.prices`, or by your own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ipywidgets

from helpers.errors import HelperError
from helpers.prices import ITEMS, PRICES, PRICES_2012, PRICES_2026, PriceList
from helpers.widgets.forms import Form, columns, field, table

__all__ = [
    "ITEMS",
    "PRICES",
    "PRICES_2012",
    "PRICES_2026",
    "Estimate",
    "Line",
    "PriceList",
    "buys",
    "estimate",
    "estimator",
]

CENT = Decimal("0.01")
TITLES = ("what", "how many", "price", "dollars")


@dataclass(frozen=True)
class Line:
    """One line of an estimate; *price* and *amount* are None where no price is known."""

    item: str
    count: int
    price: Decimal | None

    @property
    def amount(self) -> Decimal | None:
        """What all of it costs, in dollars."""
        return None if self.price is None else self.price * self.count


@dataclass(frozen=True)
class Estimate:
    """Lines and their sum. *prices* is the list they come from."""

    lines: tuple[Line, ...]
    prices: PriceList

    @property
    def total(self) -> Decimal:
        """The sum in dollars, to the cent; what has no known price is not in it."""
        known = [line.amount for line in self.lines if line.amount is not None]
        return sum(known, Decimal(0)).quantize(CENT, ROUND_HALF_UP)

    @property
    def unknown(self) -> tuple[str, ...]:
        """What has no known price, by name."""
        return tuple(ITEMS[line.item][0] for line in self.lines if line.price is None)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The lines as text: what, how many, the price of one, the amount."""
        shown = [
            (
                ITEMS[line.item][0],
                f"{line.count:,}",
                "not known" if line.price is None else f"{line.price} a {ITEMS[line.item][1]}",
                "?" if line.amount is None else f"{line.amount:,.2f}",
            )
            for line in self.lines
        ]
        name = "total of what is known" if self.unknown else "total"
        return [*shown, (name, "", "", f"{self.total:,.2f}")]

    def __str__(self) -> str:
        source = f"prices of {self.prices.name}: {self.prices.source}"
        return f"{columns([TITLES, *self.rows()])}\n{source}"

    def _repr_html_(self) -> str:
        source = f"<small>Prices of {self.prices.name}: {self.prices.source}.</small>"
        return table(TITLES, self.rows(), total=1) + source

    __repr__ = __str__


def estimate(
    texts: int = 0,
    minutes_in: int = 0,
    minutes_out: int = 0,
    numbers: int = 0,
    *,
    picture_texts: int = 0,
    minutes_in_toll_free: int = 0,
    minutes_recorded: int = 0,
    numbers_toll_free: int = 0,
    carrier_fees: int = 0,
    prices: PriceList = PRICES_2026,
) -> Estimate:
    """What a month of this would cost.

    *texts* counts segments (a long text is several), minutes are minutes begun, numbers are rented
    for the month, *carrier_fees* is how many of the segments went out to a mobile network that asks
    a fee. A count below zero raises :class:`HelperError`.
    """
    counts = {
        "texts": texts,
        "carrier_fees": carrier_fees,
        "picture_texts": picture_texts,
        "minutes_in": minutes_in,
        "minutes_in_toll_free": minutes_in_toll_free,
        "minutes_out": minutes_out,
        "minutes_recorded": minutes_recorded,
        "numbers": numbers,
        "numbers_toll_free": numbers_toll_free,
    }
    for item, count in counts.items():
        if count < 0:
            raise HelperError(f"{item} is {count}: a count cannot be below zero")
    lines = [Line(item, count, prices.prices.get(item)) for item, count in counts.items() if count]
    return Estimate(tuple(lines), prices)


def buys(dollars: int | str | Decimal, item: str, prices: PriceList = PRICES_2026) -> int:
    """How many of *item* so many dollars buy: ``buys(10, "texts")``.

    *item* is a name of :data:`ITEMS`; one without a known price raises :class:`HelperError`.
    """
    price = prices.prices.get(item)
    if price is None:
        raise HelperError(
            f"the prices of {prices.name} have no {item!r}",
            next_step="one of " + ", ".join(prices.prices),
        )
    return int(Decimal(dollars) // price)


def estimator() -> Form:
    """A form that sums up a month: type how many texts and minutes, read what they cost."""

    def count(label: str, value: int) -> Any:
        return field(ipywidgets.BoundedIntText, label, value=value, min=0, max=10_000_000)

    form = Form(
        "What would a month cost?",
        {
            "texts": count("Texts (segments)", 1000),
            "minutes_in": count("Incoming minutes", 0),
            "minutes_out": count("Outgoing minutes", 0),
            "numbers": count("Local numbers", 1),
            "prices": field(ipywidgets.Dropdown, "Prices of", options=list(PRICES)),
        },
    )

    def add_up(_: object = None) -> None:
        filled = {name: widget.value for name, widget in form.fields.items()}
        answer = estimate(**filled | {"prices": PRICES[filled["prices"]]})
        form.show(str(answer), answer._repr_html_())

    for widget in form.fields.values():
        widget.observe(add_up, "value")
    add_up()
    return form
