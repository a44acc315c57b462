"""Numbers on offer. They are made up, and the same for the same query every time."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, NamedTuple

from helpers import phone_numbers
from helpers.errors import Refusal
from helpers.resources.base import MALFORMED_REQUEST, Params, Resource, View, World, shown

CAPABLE = {"voice": "VoiceEnabled", "sms": "SmsEnabled", "mms": "MmsEnabled", "fax": "FaxEnabled"}
MOST, USUALLY = 1_000, 30  # rows a query may ask for, and gets by default
NEAR, FAR = 25, 500  # miles around a place that are searched, by default and at most
KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")


class Area(NamedTuple):
    """Where an area code is: a place that answers can name."""

    code: str
    country: str
    locality: str
    region: str
    postal_code: str
    lata: str
    latitude: float
    longitude: float

    @property
    def rate_center(self) -> str:
        return self.locality.upper()[:10]


AREAS = (
    Area("415", "US", "San Francisco", "CA", "94105", "722", 37.7749, -122.4194),
    Area("510", "US", "Oakland", "CA", "94612", "722", 37.8044, -122.2712),
    Area("212", "US", "New York", "NY", "10001", "132", 40.7128, -74.0060),
    Area("206", "US", "Seattle", "WA", "98101", "674", 47.6062, -122.3321),
    Area("312", "US", "Chicago", "IL", "60601", "358", 41.8781, -87.6298),
    Area("617", "US", "Boston", "MA", "02108", "128", 42.3601, -71.0589),
    Area("512", "US", "Austin", "TX", "78701", "558", 30.2672, -97.7431),
    Area("808", "US", "Hilo", "HI", "96720", "834", 19.7200, -155.0900),
    Area("303", "US", "Denver", "CO", "80202", "656", 39.7392, -104.9903),
    Area("500", "US", "Anywhere", "CA", "94105", "722", 37.7749, -122.4194),
    Area("416", "CA", "Toronto", "ON", "M5H", "888", 43.6532, -79.3832),
    Area("604", "CA", "Vancouver", "BC", "V6B", "888", 49.2827, -123.1207),
)


#: Countries with numbers on offer, and the kinds each has.
COUNTRIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "AU": ("Australia", ("local", "mobile", "toll-free")),
    "BR": ("Brazil", ("local", "mobile")),
    "CA": ("Canada", ("local", "toll-free")),
    "DE": ("Germany", ("local", "mobile")),
    "ES": ("Spain", ("local", "mobile")),
    "FR": ("France", ("local", "mobile")),
    "GB": ("United Kingdom", ("local", "mobile", "toll-free")),
    "IE": ("Ireland", ("local",)),
    "JP": ("Japan", ("local", "toll-free")),
    "MX": ("Mexico", ("local", "mobile")),
    "NL": ("Netherlands", ("local", "mobile")),
    "SE": ("Sweden", ("local", "mobile")),
    "US": ("United States", ("local", "toll-free")),
}
PARTS = {"local": "Local", "mobile": "Mobile", "toll-free": "TollFree"}


def capabilities(number: str, kind: str) -> dict[str, bool]:
    """What a number of a kind, in E.164, can do: landlines outside North America only talk."""
    american = phone_numbers.region(number) in ("US", "CA")
    texts = american or kind == "mobile"
    return {"fax": False, "mms": american, "sms": texts, "voice": True}


def area_of(code: str) -> Area | None:
    """The place of a North American area code, if numbers there are on offer."""
    return next((area for area in AREAS if area.code == code), None)


class Offer(NamedTuple):
    """A number on offer and where it is."""

    phone_number: str
    area: Area | None


def on_offer(country: str, kind: str, query: Sequence[tuple[str, str]]) -> list[Offer]:
    """The numbers of a kind that a query finds, always the same ones."""
    asked = {name: value for name, value in query if value}
    pattern = _Pattern.read(asked.get("Contains", ""))
    near = _nearby(asked)
    offers: dict[str, Offer] = {}
    if country in ("US", "CA"):
        areas = [a for a in AREAS if a.country == country and _fits(a, asked) and near(a)]
        starts = (
            [(a.code, a) for a in areas]
            if kind == "local"
            else [(c, None) for c in phone_numbers.TOLL_FREE]
        )
        makers = [(f"+1{code}", 10 - len(code), area) for code, area in starts]
    else:
        sample = phone_numbers.example(country, kind)
        makers = [(sample[:-6], 6, None)] if sample and "AreaCode" not in asked else []
    for i in range(MOST if makers else 0):
        start, length, area = makers[i % len(makers)]
        number = pattern.laid_over(start + _digits(f"{country}/{kind}/{start}/{i}", length))
        if number is not None and number.startswith(start):
            offers.setdefault(number, Offer(number, area))
        if len(offers) >= MOST:
            break
    return list(offers.values())


#: Parameters that name a place, and what of an area they name. A number stands for its own place.
PLACES = {
    "InRegion": "region",
    "InLocality": "locality",
    "InPostalCode": "postal_code",
    "InLata": "lata",
    "InRateCenter": "rate_center",
}


def _fits(area: Area, asked: dict[str, str]) -> bool:
    if area.code != asked.get("AreaCode", area.code):
        return False
    for param, name in PLACES.items():
        wanted = asked.get(param)
        if wanted and phone_numbers.is_e164(wanted):
            there = area_of(wanted[2:5]) if wanted.startswith("+1") else None
            wanted = getattr(there, name) if there else None
            if wanted is None:
                return False
        if wanted and wanted.lower() != getattr(area, name).lower():
            return False
    return area.code != "500" or asked.get("AreaCode") == "500"


def _nearby(asked: dict[str, str]) -> Callable[[Area], bool]:
    """Whether an area is as near to a place, or to a number's area, as a query wants it."""
    miles = asked.get("Distance", str(NEAR))
    if not re.fullmatch(r"\d{1,3}", miles) or int(miles) > FAR:
        raise Refusal(400, MALFORMED_REQUEST, f"Distance is 0 to {FAR} miles: {miles}")
    centres: list[tuple[float, float] | None] = []
    if "NearLatLong" in asked:
        given = re.fullmatch(
            r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*", asked["NearLatLong"]
        )
        if given is None or abs(float(given[1])) > 90 or abs(float(given[2])) > 180:
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"NearLatLong is a latitude and a longitude, such as 37.77,-122.42: "
                f"{asked['NearLatLong']}",
            )
        centres.append((float(given[1]), float(given[2])))
    if "NearNumber" in asked:
        number = asked["NearNumber"]
        if not phone_numbers.is_e164(number):
            raise Refusal(400, MALFORMED_REQUEST, f"NearNumber is not a phone number: {number}")
        # Only North American numbers tell where they are; around any other there is nothing.
        area = area_of(number[2:5]) if number.startswith("+1") else None
        centres.append((area.latitude, area.longitude) if area else None)

    def near(area: Area) -> bool:
        here = area.latitude, area.longitude
        return all(c is not None and _miles(c, here) <= int(miles) for c in centres)

    return near


def _miles(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two places on the globe, given by latitude and longitude in degrees."""
    (lat1, long1), (lat2, long2) = (map(math.radians, place) for place in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((long2 - long1) / 2) ** 2
    return 2 * 3_958.8 * math.asin(min(1.0, math.sqrt(half)))


def _digits(seed: str, length: int) -> str:
    digits = str(int(hashlib.sha256(seed.encode()).hexdigest(), 16))[-length:]
    # In North America 555-0100 to 555-0199 belong to nobody: no answer names a real person's.
    return ("55501" + digits[-2:]) if length == 7 else digits


class _Pattern(NamedTuple):
    """A ``Contains`` pattern: digits and ``*`` (any digit) that a number has in it.

    *first*: they stand where the number begins, country code included; else the offers have them
    at their end.
    """

    digits: str
    first: bool

    @classmethod
    def read(cls, given: str) -> _Pattern:
        """The pattern as it is written; letters are those of the keypad. Any other is refused.

        ``+`` in front means the number's beginning, ``$`` behind its end, ``%`` at an end any
        digits. Source: the parameter in Twilio's specification.
        """
        if not given:
            return cls("", False)
        text = given.strip().lower()
        inner = text.removeprefix("+").removesuffix("$").strip("%")
        if not (2 <= len(text) <= 16 and re.fullmatch(r"[0-9a-z*]+", inner)):
            raise Refusal(
                400,
                MALFORMED_REQUEST,
                f"Contains is 2 to 16 digits, letters and *, %, + and $: {given}",
            )
        return cls(inner.translate(KEYS), text.startswith("+"))

    def laid_over(self, number: str) -> str | None:
        """*number* with the pattern written over it, None if it is too long for that."""
        digits, pattern = number[1:], self.digits
        if len(pattern) > len(digits):
            return None
        place = 0 if self.first else len(digits) - len(pattern)
        over = zip(digits[place:], pattern, strict=False)
        laid = "".join(digit if wanted == "*" else wanted for digit, wanted in over)
        return "+" + digits[:place] + laid + digits[place + len(pattern) :]


@dataclass(kw_only=True)
class AvailablePhoneNumber(Resource):
    """A number that could be bought."""

    path: ClassVar[str] = "AvailablePhoneNumbers/{iso_country}/Local"
    plural: ClassVar[str] = "available_phone_numbers"
    operations: ClassVar[tuple[str, ...]] = ("list",)
    omits: ClassVar[tuple[str, ...]] = ("sid", "account_sid", "date_created", "date_updated")
    kept: ClassVar[bool] = False
    paged: ClassVar[bool] = False
    has_uri: ClassVar[bool] = False
    more_views: ClassVar[tuple[View, ...]] = tuple(
        View(
            f"AvailablePhoneNumbers/{{iso_country}}/{part}",
            "available_phone_numbers",
            "AvailablePhoneNumber",
            ("list",),
            (("type", kind),),
        )
        for kind, part in PARTS.items()
        if kind != "local"
    )
    filters: ClassVar[dict[str, tuple[str, str]]] = dict.fromkeys(
        (
            "AreaCode",
            "Contains",
            "SmsEnabled",
            "MmsEnabled",
            "VoiceEnabled",
            "FaxEnabled",
            "Beta",
            "NearNumber",
            "NearLatLong",
            "Distance",
            "InPostalCode",
            "InRegion",
            "InRateCenter",
            "InLata",
            "InLocality",
            "ExcludeAllAddressRequired",
            "ExcludeLocalAddressRequired",
            "ExcludeForeignAddressRequired",
        ),
        ("phone_number", "="),  # `made_up` reads them, not the store
    )

    address_requirements: str = shown("none")
    beta: bool = shown(False, kind="boolean")
    capabilities: dict[str, bool] = shown(kind="map")
    friendly_name: str = shown("")
    iso_country: str = shown("")
    lata: str | None = shown()
    latitude: str | None = shown()
    locality: str | None = shown()
    longitude: str | None = shown()
    phone_number: str = shown("")
    postal_code: str | None = shown()
    rate_center: str | None = shown()
    region: str | None = shown()

    @classmethod
    def made_up(cls, params: Params, world: World) -> list[AvailablePhoneNumber] | None:
        """What a query finds and nobody owns yet; None where a country has no such numbers."""
        country = params.place.get("iso_country", "")
        kind = params.place.get("type", "local")
        if country not in COUNTRIES or kind not in COUNTRIES[country][1]:
            return None
        asked = params.integer("PageSize", USUALLY, 1, 999_999_999, MALFORMED_REQUEST) or USUALLY
        most = min(asked, MOST)  # more than that is cut down, not refused, as in every list
        offers = on_offer(country, kind, list(params))
        free = (offer for offer in offers if not world.owner(offer.phone_number))
        found = [cls._of(offer, country, kind) for offer in islice(free, most)]
        return [number for number in found if number._able(params)]

    def _able(self, params: Params) -> bool:
        """Whether it can do what the query asks: ``SmsEnabled=true`` and the like."""
        return all(
            params.flag(param) == self.capabilities.get(name, False)
            for name, param in CAPABLE.items()
            if param in params
        )

    @classmethod
    def _of(cls, offer: Offer, country: str, kind: str) -> AvailablePhoneNumber:
        area = offer.area
        return cls(
            phone_number=offer.phone_number,
            friendly_name=phone_numbers.national(offer.phone_number),
            iso_country=country,
            capabilities=capabilities(offer.phone_number, kind),
            lata=area.lata if area else None,
            latitude=f"{area.latitude:.6f}" if area else None,
            longitude=f"{area.longitude:.6f}" if area else None,
            locality=area.locality if area else None,
            rate_center=area.rate_center if area else None,
            region=area.region if area else None,
            postal_code=area.postal_code if area else None,
        )


@dataclass(kw_only=True)
class AvailablePhoneNumberCountry(Resource):
    """A country with numbers on offer."""

    path: ClassVar[str] = "AvailablePhoneNumbers"
    plural: ClassVar[str] = "countries"
    singular: ClassVar[str] = "Country"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch")
    omits: ClassVar[tuple[str, ...]] = ("sid", "account_sid", "date_created", "date_updated")
    kept: ClassVar[bool] = False
    paged: ClassVar[bool] = False

    beta: bool = shown(False, kind="boolean")
    country: str = shown("")
    country_code: str = shown("")

    @classmethod
    def made_up(cls, params: Params, world: World) -> list[AvailablePhoneNumberCountry]:
        """All of them, by code."""
        account = world.account.sid
        return [
            cls(sid=code, account_sid=account, country=name, country_code=code)
            for code, (name, _) in COUNTRIES.items()
        ]

    def link_uris(self, view: View | None = None) -> dict[str, str]:
        """The kinds of number that the country has."""
        kinds = COUNTRIES[self.country_code][1]
        return {
            kind.replace("-", "_"): f"{self.home()}/{self.country_code}/{PARTS[kind]}.json"
            for kind in kinds
        }

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """Its names, and where its numbers are."""
        reply = super().as_json(view, operation, server)
        return reply | {"subresource_uris": self.link_uris()}
