"""What an account used, and what it was charged: Usage Records, and triggers that watch them.

The sandbox writes down what was used in the finest categories only (`Spent`); whatever stands above
those is their sum, up to the total price. So a category and its parts never disagree.
Source: Twilio's pages on Usage Records and Usage Triggers; the samples of its specification.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, NamedTuple, overload
from urllib.parse import urlencode

from helpers.errors import Refusal
from helpers.prices import dollars
from helpers.resources.base import (
    MALFORMED_REQUEST,
    VERSION,
    Params,
    Resource,
    View,
    World,
    friendly_name,
    hidden,
    is_callback_address,
    shown,
)

TOTAL = "totalprice"
FIELDS = ("count", "usage", "price")  # what a trigger may watch
RECURRING = ("daily", "monthly", "yearly", "alltime")
MOST_TRIGGERS = 1_000  # of an account
LARGEST_VALUE = Decimal(10) ** 12


class Category(NamedTuple):
    """One kind of usage: what it is, what is counted and billed, and the category it is part of."""

    description: str
    count_unit: str
    usage_unit: str
    parent: str = ""


def _family(
    name: str, what: str, counted: str, billed: str, **parts: str
) -> Iterator[tuple[str, Category]]:
    """A category and its parts: keyword ``inbound_local`` is part ``-inbound-local``.

    A part of which another part's name is the beginning is a part of that one.
    """
    names = {"": what, **{f"-{part.replace('_', '-')}": about for part, about in parts.items()}}
    for part, about in names.items():
        above = [other for other in names if other != part and part.startswith(f"{other}-")]
        parent = name + max(above, key=len) if part else ""
        yield name + part, Category(about, counted, billed, parent)


# Twilio has over three hundred. These are what the sandbox can do, and some that stay at nothing.
CATEGORIES: dict[str, Category] = dict(
    [
        *_family(
            "calls",
            "Total Calls",
            "calls",
            "minutes",
            inbound="Inbound Calls",
            inbound_local="Local Inbound Calls",
            inbound_mobile="Mobile Inbound Calls",
            inbound_tollfree="Toll Free Inbound Calls",
            outbound="Outbound Calls",
            client="Client Calls",
            sip="SIP Calls",
        ),
        # Every segment is billed as a message.
        *_family(
            "sms",
            "Total SMS",
            "messages",
            "messages",
            inbound="Inbound SMS",
            inbound_longcode="Long Code Inbound SMS",
            inbound_shortcode="Short Code Inbound SMS",
            outbound="Outbound SMS",
            outbound_longcode="Long Code Outbound SMS",
            outbound_shortcode="Short Code Outbound SMS",
        ),
        *_family(
            "mms",
            "Total MMS",
            "messages",
            "messages",
            inbound="Inbound MMS",
            inbound_longcode="Long Code Inbound MMS",
            inbound_shortcode="Short Code Inbound MMS",
            outbound="Outbound MMS",
            outbound_longcode="Long Code Outbound MMS",
            outbound_shortcode="Short Code Outbound MMS",
        ),
        *_family(
            "phonenumbers",
            "Phone Numbers",
            "numbers",
            "numbers",
            local="Local Phone Numbers",
            mobile="Mobile Phone Numbers",
            tollfree="Toll Free Phone Numbers",
        ),
        ("recordings", Category("Recordings", "recordings", "minutes")),
        ("recordingstorage", Category("Recording Storage", "", "minutes")),
        ("transcriptions", Category("Transcriptions", "transcriptions", "minutes")),
        ("mediastorage", Category("Media Storage", "", "gigabytes")),
        ("shortcodes", Category("Short Codes", "shortcodes", "shortcodes")),
        ("calleridlookups", Category("Caller Name Lookups", "lookups", "lookups")),
        ("carrier-lookups", Category("Carrier Lookups", "lookups", "lookups")),
        ("premiumsupport", Category("Premium Support", "", "months")),
        (TOTAL, Category("Total Price", "", "usd")),
    ]
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used on one day in one of the finest categories; *price* as `prices.PARTS`."""

    day: date
    category: str
    count: int
    usage: int
    price: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What a category comes to."""

    count: int = 0
    usage: int = 0
    price: int = 0


def above(category: str) -> Iterator[str]:
    """A category and those that it counts in, the total last."""
    if category != TOTAL:
        while category:
            yield category
            category = CATEGORIES[category].parent
    yield TOTAL


def sums(spent: Iterable[Spent]) -> dict[str, Sum]:
    """What every category comes to."""
    found: dict[str, Sum] = {}
    for row in spent:
        for name in above(row.category):
            was = found.get(name, Sum())
            found[name] = Sum(was.count + row.count, was.usage + row.usage, was.price + row.price)
    return found


# -- records ----------------------------------------------------------------------------------

# The last part of the path, and what the list there shows.
_PERIODS = {
    "AllTime": "alltime",
    "Daily": "daily",
    "LastMonth": "lastmonth",
    "Monthly": "monthly",
    "ThisMonth": "thismonth",
    "Today": "today",
    "Yearly": "yearly",
    "Yesterday": "yesterday",
}
_LINKS = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower(): part for part in _PERIODS}


@dataclass(kw_only=True)
class UsageRecord(Resource):
    """What was used in a category between two days, both included; days are those of UTC.

    Without a day given, a list goes from the account's first day to today.
    """

    path: ClassVar[str] = "Usage/Records"
    plural: ClassVar[str] = "usage_records"
    operations: ClassVar[tuple[str, ...]] = ("list",)
    more_views: ClassVar[tuple[View, ...]] = tuple(
        View(
            f"Usage/Records/{part}",
            "usage_records",
            "UsageRecord",
            ("list",),
            (("period", period),),
        )
        for part, period in _PERIODS.items()
    )
    kept: ClassVar[bool] = False
    omits: ClassVar[tuple[str, ...]] = ("sid", "date_created", "date_updated")
    has_uri: ClassVar[bool] = False
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "Category": ("category", "="),
        "StartDate": ("start_date", "="),
        "EndDate": ("end_date", "="),
        "IncludeSubaccounts": ("include_subaccounts", "="),
    }

    api_version: str = shown(VERSION)
    as_of: str = shown("")
    category: str = shown("")
    count: str | None = shown()
    count_unit: str = shown("")
    description: str = shown("")
    end_date: str = shown("")
    price: str = shown("0")
    price_unit: str = shown("usd")
    start_date: str = shown("")
    usage: str = shown("0")
    usage_unit: str = shown("")

    include_subaccounts: bool = hidden(True, kind="boolean")

    @classmethod
    def made_up(cls, params: Params, world: World) -> Sequence[UsageRecord]:
        """A record for each category and stretch of days, the newest stretch first."""
        asked = params.get("Category")
        if asked:
            check_category(asked, "Category")
        stretches = _stretches(params, world)
        if not stretches:
            return []
        spent = world.spent(
            stretches[-1][0],
            stretches[0][1],
            owned=params.flag("IncludeSubaccounts", default=True),
        )
        return _Records(stretches, [asked] if asked else list(CATEGORIES), spent, world)

    @classmethod
    def of(cls, name: str, total: Sum, first: date, last: date, world: World) -> UsageRecord:
        """What a category came to between two days."""
        category = CATEGORIES[name]
        price = dollars(total.price)
        return cls(
            account_sid=world.account.sid,
            as_of=world.now().strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            category=name,
            count=None if name == TOTAL else str(total.count),
            count_unit=category.count_unit,
            description=category.description,
            end_date=last.isoformat(),
            price=price,
            start_date=first.isoformat(),
            usage=price if name == TOTAL else str(total.usage),
            usage_unit=category.usage_unit,
        )

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource, with the way back to just this record, and to others of its category."""
        reply = super().as_json(view, operation, server)
        query = [("Category", self.category)]
        days = [("StartDate", self.start_date), ("EndDate", self.end_date)]
        reply["uri"] = f"{self.home(view)}.json?{urlencode(query + days)}"
        reply["subresource_uris"] = {
            name: f"{self.home()}/{part}.json?{urlencode(query)}" for name, part in _LINKS.items()
        }
        return dict(sorted(reply.items()))


@dataclass
class _Records(Sequence[UsageRecord]):
    """The records of some categories in each of some stretches of days, made when they are read.

    Years of days are many records, and a page shows fifty. *spent* is ordered by day.
    """

    stretches: list[tuple[date, date]]
    names: list[str]
    spent: list[Spent]
    world: World
    _sums: dict[int, dict[str, Sum]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.stretches) * len(self.names)

    @overload
    def __getitem__(self, index: int) -> UsageRecord: ...
    @overload
    def __getitem__(self, index: slice) -> list[UsageRecord]: ...
    def __getitem__(self, index: int | slice) -> UsageRecord | list[UsageRecord]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place, which = divmod(range(len(self))[index], len(self.names))
        first, last = self.stretches[place]
        if place not in self._sums:
            begin = bisect_left(self.spent, first, key=lambda row: row.day)
            end = bisect_right(self.spent, last, key=lambda row: row.day)
            self._sums[place] = sums(self.spent[begin:end])
        name = self.names[which]
        total = self._sums[place].get(name, Sum())
        return UsageRecord.of(name, total, first, last, self.world)


def check_category(name: str, parameter: str) -> None:
    """Refuse a category that is not kept count of."""
    if name not in CATEGORIES:
        raise Refusal(
            400, MALFORMED_REQUEST, f"{parameter} must be a category of usage, such as sms: {name}"
        )


def _stretches(params: Params, world: World) -> list[tuple[date, date]]:
    """The stretches of days that a list shows, first and last day of each, newest first."""
    period = params.place.get("period", "")
    today = world.now().date()
    first, last = _whole(period, world)
    given = _day(params, "StartDate", today), _day(params, "EndDate", today)
    if given[0] and given[1] and given[0] > given[1]:
        raise Refusal(400, MALFORMED_REQUEST, "StartDate must not be after EndDate.")
    if period in ("", "alltime"):
        return _one(given[0] or first, given[1] or last)
    # The others are cut to what was asked for, and to the days there are.
    first, last = max(first, given[0] or first), min(last, given[1] or last)
    found = []
    while first <= last:
        begin = max(first, _begin(period, last))
        found.append((begin, last))
        last = begin - timedelta(days=1)
    return found


def _one(first: date, last: date) -> list[tuple[date, date]]:
    return [(first, last)] if first <= last else []


def _whole(period: str, world: World) -> tuple[date, date]:
    """The first and last day that a list shows when nothing else is asked for."""
    today = world.now().date()
    if period == "today":
        return today, today
    if period == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if period == "thismonth":
        return today.replace(day=1), today
    if period == "lastmonth":
        end = today.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    return world.account.date_created.date(), today


def _begin(period: str, day: date) -> date:
    """The first day of the stretch in which *day* is the last."""
    if period in ("daily", "today", "yesterday"):
        return day
    if period == "yearly":
        return day.replace(month=1, day=1)
    return day.replace(day=1)


def _day(params: Params, name: str, today: date) -> date | None:
    """The day that a parameter names: ``2026-01-05``, or so many days from today: ``-30days``."""
    given = params.get(name).strip()
    if not given:
        return None
    offset = re.fullmatch(r"([+-]?\d{1,6})days?", given)
    try:
        if offset:
            return today + timedelta(days=int(offset[1]))
        return datetime.fromisoformat(given).date()
    except (ValueError, OverflowError):
        raise Refusal(
            400, MALFORMED_REQUEST, f"{name} must be a date, YYYY-MM-DD, or as -30days: {given}"
        ) from None


# -- triggers ---------------------------------------------------------------------------------


@dataclass(kw_only=True)
class UsageTrigger(Resource):
    """Asks a web site when usage reaches a value: once, or once in each day, month or year."""

    prefix: ClassVar[str] = "UT"
    path: ClassVar[str] = "Usage/Triggers"
    plural: ClassVar[str] = "usage_triggers"
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "Recurring": ("recurring", "="),
        "TriggerBy": ("trigger_by", "="),
        "UsageCategory": ("usage_category", "="),
    }

    api_version: str = shown(VERSION)
    callback_method: str = shown(
        "POST",
        "method",
        create="CallbackMethod",
        update="CallbackMethod",
        code=MALFORMED_REQUEST,
    )
    callback_url: str = shown("", create="CallbackUrl", update="CallbackUrl")
    current_value: str = shown("0")
    date_fired: datetime | None = shown(kind="date")
    friendly_name: str = shown("", create="FriendlyName", update="FriendlyName")
    recurring: str | None = shown(create="Recurring")
    trigger_by: str = shown("usage", create="TriggerBy")
    trigger_value: str = shown("", create="TriggerValue")
    usage_category: str = shown("", create="UsageCategory")

    @classmethod
    def create(cls, params: Params, world: World) -> UsageTrigger:
        """Check what is to be watched, from where on, and who is told."""
        trigger = cls(**cls.take("create", params))
        for name in ("CallbackUrl", "TriggerValue", "UsageCategory"):
            if not params.get(name):
                raise Refusal(400, MALFORMED_REQUEST, f"{name} is required.")
        check_category(trigger.usage_category, "UsageCategory")
        trigger.trigger_by = trigger.trigger_by or "usage"
        trigger.recurring = trigger.recurring or None
        _one_of("TriggerBy", trigger.trigger_by, FIELDS)
        _one_of("Recurring", trigger.recurring or RECURRING[0], RECURRING)
        _check_callback(trigger.callback_url)
        if trigger.usage_category == TOTAL and trigger.trigger_by == "count":
            raise Refusal(400, MALFORMED_REQUEST, "The total price has no count to watch.")
        value = _value(trigger.trigger_value)
        if trigger.trigger_value.startswith("+"):  # so much more than now
            value += trigger.reached(world)
        trigger.trigger_value = f"{value:f}"
        trigger.friendly_name = friendly_name(
            params, f"Trigger for {trigger.usage_category} at {trigger.trigger_by} of {value:f}"
        )
        if len(world.find(cls)) >= MOST_TRIGGERS:
            raise Refusal(
                400, MALFORMED_REQUEST, f"An account has {MOST_TRIGGERS} usage triggers at most."
            )
        return trigger

    def created(self, world: World) -> None:
        """Look at once: the value may be reached already."""
        world.look_at_usage()

    def change(self, params: Params, world: World) -> None:
        """Rename it, or tell somebody else."""
        name = friendly_name(params, self.friendly_name)
        super().change(params, world)
        self.friendly_name = name
        _check_callback(self.callback_url)

    def seen(self, world: World) -> None:
        """Usage goes on."""
        self.current_value = f"{self.reached(world):f}"

    def reached(self, world: World) -> Decimal:
        """Where what it watches stands in its present period."""
        today = world.now().date()
        total = sums(world.spent(self._since(world), today, owned=True)).get(
            self.usage_category, Sum()
        )
        if self.trigger_by == "price" or self.usage_category == TOTAL:
            return Decimal(dollars(total.price))
        return Decimal(total.count if self.trigger_by == "count" else total.usage)

    def due(self, world: World) -> bool:
        """Whether it is to ask its web site now."""
        fired = self.date_fired is not None and self.date_fired.date() >= self._since(world)
        return not fired and self.reached(world) >= Decimal(self.trigger_value)

    def _since(self, world: World) -> date:
        """The first day of its present period."""
        today = world.now().date()
        if self.recurring == "daily":
            return today
        if self.recurring == "monthly":
            return today.replace(day=1)
        if self.recurring == "yearly":
            return today.replace(month=1, day=1)
        return date.min

    def told(self) -> list[tuple[str, str]]:
        """What the web site is told. The token is the same if it is asked again."""
        fired = self.date_fired
        assert fired is not None
        return [
            ("AccountSid", self.account_sid),
            ("UsageTriggerSid", self.sid),
            ("DateFired", fired.strftime("%a, %d %b %Y %H:%M:%S +0000")),
            ("Recurring", self.recurring or ""),
            ("UsageCategory", self.usage_category),
            ("TriggerBy", self.trigger_by),
            ("TriggerValue", self.trigger_value),
            ("CurrentValue", self.current_value),
            ("UsageRecordUri", self.usage_record_uri),
            ("IdempotencyToken", f"{self.account_sid}-FIRES-{self.sid}-{fired:%Y-%m-%d}"),
        ]

    @property
    def usage_record_uri(self) -> str:
        """Where the record that it watches stands."""
        records = f"/{VERSION}/Accounts/{self.account_sid}/{UsageRecord.path}.json"
        return f"{records}?Category={self.usage_category}"

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """As any resource, and the record that it watches."""
        reply = super().as_json(view, operation, server)
        return dict(sorted((reply | {"usage_record_uri": self.usage_record_uri}).items()))


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise Refusal(400, MALFORMED_REQUEST, f"{name} must be one of {', '.join(known)}: {given}")


def _check_callback(url: str) -> None:
    if not is_callback_address(url):
        raise Refusal(400, MALFORMED_REQUEST, f"CallbackUrl is not a valid URL: {url}")


def _value(given: str) -> Decimal:
    """A value to watch for: a number that is not below zero, perhaps with a plus before it."""
    try:
        value = Decimal(given)
    except InvalidOperation:
        value = Decimal(-1)
    if not re.fullmatch(r"\+?[0-9.]{1,24}", given) or not 0 <= value <= LARGEST_VALUE:
        raise Refusal(
            400, MALFORMED_REQUEST, f"TriggerValue must be a number, 20 or +20 say: {given}"
        )
    return value
