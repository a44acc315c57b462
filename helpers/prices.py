"""What Twilio charges: price lists with their dates, and what one thing costs by one of them.

The prices are data: change them, or bring your own. Twilio's price pages change and differ by
country; these are for the United States, in US dollars, *as reported* by several independent
overviews in the middle of 2026, and those of 2012 to 2014 follow from a promise of that time: ten
dollars were said to buy 1000 texts or 1000 minutes of incoming calls.

The sandbox charges its accounts by them, lessons say the cost before a live request, and the
estimator sums a month up: all three read this one list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# What can be bought, in the order shown: what it is called, and what one of it is.
ITEMS = {
    "texts": ("texts sent or received", "segment"),
    "carrier_fees": ("carrier fee on texts sent", "segment"),
    "picture_texts": ("picture messages sent", "message"),
    "picture_texts_in": ("picture messages received", "message"),
    "minutes_in": ("incoming calls", "minute begun"),
    "minutes_in_toll_free": ("incoming calls, toll-free", "minute begun"),
    "minutes_out": ("outgoing calls", "minute begun"),
    "minutes_recorded": ("recording", "minute"),
    "numbers": ("local numbers", "month"),
    "numbers_toll_free": ("toll-free numbers", "month"),
}

#: What is created for nothing.
FREE = (
    *("Accounts", "AlphaSenders", "Applications", "Feedback", "Keys", "PhoneNumbers", "Queues"),
    *("Services", "ShortCodes", "SigningKeys", "Triggers", "VerificationCheck"),
)

#: Parts of a dollar that accounts are kept in: the last digit of ``"-0.00750"``.
PARTS = 100_000


@dataclass(frozen=True)
class PriceList:
    """Prices of one time: *name* and *source* say which, *prices* what one of each item costs.

    An item that is missing has no known price.
    """

    name: str
    source: str
    prices: Mapping[str, Decimal]

    def parts(self, item: str, count: int = 1) -> int | None:
        """What *count* of an item cost, in :data:`PARTS` of a dollar; None without a price."""
        price = self.prices.get(item)
        return None if price is None else _whole(price, count)


@lru_cache(maxsize=256)  # most things cost what the one before did
def _whole(price: Decimal, count: int) -> int:
    return int((price * count * PARTS).to_integral_value())


def _dollars(**prices: str) -> dict[str, Decimal]:
    return {item: Decimal(price) for item, price in prices.items()}


PRICES_2026 = PriceList(
    "2026",
    "United States, as reported in mid-2026; look at Twilio's own pages before you decide",
    _dollars(
        texts="0.0083",
        carrier_fees="0.0035",  # one large carrier's; others took 0.0025 to 0.0062
        picture_texts="0.0220",
        picture_texts_in="0.0165",
        minutes_in="0.0085",
        minutes_in_toll_free="0.0220",
        minutes_out="0.0140",
        minutes_recorded="0.0025",
        numbers="1.15",
        numbers_toll_free="2.15",
    ),
)
PRICES_2012 = PriceList(
    "2012 to 2014",
    "history: 10 dollars of credit were 1000 texts or 1000 minutes of incoming calls",
    _dollars(texts="0.01", minutes_in="0.01"),
)
PRICES = {prices.name: prices for prices in (PRICES_2026, PRICES_2012)}


@lru_cache(maxsize=256)
def charged(parts: int) -> str:
    """An amount as calls and messages show it: what is taken is negative, ``"-0.00750"``."""
    return f"{Decimal(-parts) / PARTS:.5f}"


def dollars(parts: int, least: int = 0) -> str:
    """An amount without the zeros at its end, but with *least* digits behind the point.

    Usage is shown so (``"0.38"``, ``"0"``), and, with two digits, a balance (``"15.50"``).
    """
    text = f"{Decimal(parts) / PARTS:.5f}"
    whole, _, digits = text.partition(".")
    digits = digits.rstrip("0").ljust(least, "0")
    return f"{whole}.{digits}" if digits else whole


def creating(resource: str) -> str:
    """Say what it costs to create one of a resource, for whoever is about to."""
    now = {item: f"{price.normalize():f} USD" for item, price in PRICES_2026.prices.items()}
    sentences = {
        "Calls": f"a call costs about {now['minutes_out']} a minute begun",
        "Messages": f"a text costs about {now['texts']} a segment, and the carrier's fee",
        "IncomingPhoneNumbers": f"a number costs about {now['numbers']} a month",
        "OutgoingCallerIds": "verifying costs nothing, but the phone rings",
        "Participants": f"a call costs about {now['minutes_out']} a minute begun",
        "Local": f"a number costs about {now['numbers']} a month",
        "Mobile": f"a number costs about {now['numbers']} a month and more",
        "TollFree": f"a number costs about {now['numbers_toll_free']} a month",
        "Recordings": f"recording costs about {now['minutes_recorded']} a minute",
        "Verifications": "a verification that succeeds costs about 0.05 USD, and the text or call",
        **dict.fromkeys(FREE, "it costs nothing"),
    }
    return sentences.get(resource, "see Twilio's price list for what it costs")
