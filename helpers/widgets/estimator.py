"""What would that cost? A sum, by one of the price lists of `helpers.prices`, or by your own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from helpers.errors import HelperError
from helpers.prices import ITEMS, PRICES, PRICES_2012, PRICES_2026, PriceList
from helpers.widgets.blocks import Cell, columns, rows, table, words
from helpers.widgets.forms import Answer, Field, Form, Values, call_of, quoted

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
COUNTED = ("texts", "minutes_in", "minutes_out", "numbers")  # what the form asks for
TITLES = ("what", "how many", "price", "dollars")
CHART_TITLES = (*TITLES, "compared")


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

    def charted(self) -> list[list[Cell]]:
        """The same with a bar behind each line, as long as its part of the dearest one."""
        known = [line.amount for line in self.lines if line.amount is not None]
        most = max(known, default=Decimal(0)) or Decimal(1)
        shares = [float((line.amount or Decimal(0)) / most) for line in self.lines]
        bars: list[Cell] = [*({"bar": round(share, 4)} for share in shares), ""]
        return [[*row, bar] for row, bar in zip(self.rows(), bars, strict=True)]

    def chart(self) -> str:
        """The lines as a chart of characters, for where there is no browser."""
        return columns([(row[0], row[4], row[3]) for row in self.charted()[:-1]])

    def __str__(self) -> str:
        source = f"prices of {self.prices.name}: {self.prices.source}"
        return f"{columns([TITLES, *self.rows()])}\n{source}"

    def _repr_html_(self) -> str:
        source = f"<small>Prices of {self.prices.name}: {self.prices.source}.</small>"
        return table(CHART_TITLES, self.charted(), total=1) + source

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
    a fee. A count that is no whole number, or below zero, raises :class:`HelperError`.
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
        if not isinstance(count, int):
            raise HelperError(
                f"{item} is {count!r}: a count is a whole number",
                next_step="write it without a point and without quotation marks, such as 200",
            )
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


class Month(Form):
    """The form of :func:`estimator`."""

    def stored(self) -> list[tuple[str, str]]:
        """The fields only where they cannot be added up: else the sum's lines say the same."""
        return super().stored() if self._problem.what else []


def estimator() -> Form:
    """A form that sums up a month: type how many texts and minutes, read what they cost."""

    def count(name: str, label: str, value: int = 0) -> Field:
        return Field(name, label, "number", value)

    return Month(
        "What would a month cost?",
        [
            count("texts", "Texts (segments)", 1000),
            count("minutes_in", "Incoming minutes"),
            count("minutes_out", "Outgoing minutes"),
            count("numbers", "Local numbers", 1),
            Field("prices", "Prices of", "choice", next(iter(PRICES)), options=tuple(PRICES)),
        ],
        watch=_add_up,
        code=estimate_code,
    )


def _add_up(values: Values) -> Answer:
    answer = estimate(**values | {"prices": PRICES[values["prices"]]})
    source = f"Prices of {answer.prices.name}: {answer.prices.source}."
    return Answer(
        [rows(CHART_TITLES, answer.charted(), total=1), words(source)],
        said=f"Together {answer.total:,} dollars.",
    )


def estimate_code(values: Values) -> str:
    """The cell that sums up the same."""
    given = {name: str(values[name]) for name in COUNTED if values[name]}
    given["prices"] = f"PRICES[{quoted(values['prices'])}]"
    return (
        "from helpers.widgets import estimate\n"
        "from helpers.widgets.estimator import PRICES\n\n" + call_of("estimate", given)
    )
