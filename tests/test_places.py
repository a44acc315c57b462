"""The client's tree beside the official client's: places, methods, arguments, attributes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.http import HttpClient
from twilio.rest import Client as Official

from helpers.client import METHODS, Client
from helpers.places import CORE, Place, roots
from helpers.resources.base import VERSION, Resource

SID, TOKEN = "AC" + "0" * 31 + "1", "s3cret" + "0" * 26

#: Places that the official client does not have: an older library's road to messages.
OURS_ALONE = {"api.sms.messages"}


def walk(place: Place, names: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    """Yield every list of a tree by its name in a client: ``api.calls().recordings``."""
    for name, inner in place.inside.items():
        yield ".".join([*names, name]), inner
        yield from walk(inner, (*names, name))
    for name, inner in place.below.items():
        step = (*names[:-1], names[-1] + "()", name) if place.segment else (*names, name)
        yield ".".join(step), inner
        yield from walk(inner, step)


def places() -> Iterator[tuple[str, Place]]:
    """Yield every list there is; those of an account start at the client's own."""
    for domain, versions in roots().items():
        for version, root in versions.items():
            first = (CORE, "v2010", "accounts") if domain == CORE else (domain, version)
            if domain == CORE:
                yield ".".join(first), root
            yield from walk(root, first)


PLACES = {
    name.replace("api.v2010.accounts().", "api."): place
    for name, place in places()
    if place.uses and name.replace("api.v2010.accounts().", "api.") not in OURS_ALONE
}


def found(client: Any, name: str, element: bool) -> Any:
    """Return the list of this *name* in a client, or an element of it."""
    at = client
    # What stands in the core API stands at the client itself, too.
    parts = name.removeprefix("api.").split(".") if "v2010" not in name else name.split(".")
    for part in parts:
        at = getattr(at, part.removesuffix("()"))
        if part.endswith("()"):
            at = at("XX1")
    return at("XX1") if element else at


@pytest.fixture(scope="module")
def both() -> tuple[Client, Any]:
    return Client(SID, TOKEN, base_url="http://127.0.0.1:1"), Official(SID, TOKEN)


METHODS_THERE = [
    (name, of == "element", method)
    for name, place in PLACES.items()
    for of, table in METHODS.items()
    for method, (use, _) in table.items()
    if use in place.uses
]


@pytest.mark.parametrize(
    ("name", "element", "method"),
    METHODS_THERE,
    ids=[f"{n}{'()' if e else ''}.{m}" for n, e, m in METHODS_THERE],
)
def test_every_method_has_the_official_name_and_arguments(both, name, element, method):
    mine, theirs = (getattr(found(client, name, element), method) for client in both)
    official = inspect.signature(theirs).parameters
    ours = inspect.signature(mine).parameters
    assert set(ours) == set(official)
    needed = [n for n, p in official.items() if p.default is p.empty]
    assert [n for n, p in ours.items() if p.default is p.empty] == needed
    assert mine.__doc__


# --- requests --------------------------------------------------------------------------------


class Asked(HttpClient):
    """An HTTP client that keeps what it was asked, and answers that there is nothing."""

    def __init__(self) -> None:
        self.asked: tuple[str, str, list[Any]] = ("", "", [])

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Any:
        pairs = (data or {}) | (params or {})
        self.asked = (method, urlsplit(url).path, sorted(pairs.items()))
        raise Stop

    def send(self, method: str, url: str, *, form: Any = (), query: Any = ()) -> Any:
        self.asked = (method, urlsplit(url).path, sorted([*form, *query]))
        raise Stop


class Stop(Exception):
    """Enough was seen."""


@pytest.mark.parametrize(
    ("name", "element", "method"),
    METHODS_THERE,
    ids=[f"{n}{'()' if e else ''}.{m}" for n, e, m in METHODS_THERE],
)
def test_every_argument_is_sent_as_the_official_client_sends_it(name, element, method):
    line = Asked()
    ours = Client(SID, TOKEN, base_url="http://127.0.0.1:1")
    ours._wire = line
    seen = []
    for client in (ours, Official(SID, TOKEN, http_client=line)):
        act = getattr(found(client, name, element), method)
        arguments = {n: "x" for n in inspect.signature(act).parameters if n != "limit"}
        if "page_size" in arguments:
            arguments["page_size"] = 7
        with pytest.raises(Stop):
            result = act(**arguments)
            list(result)  # a stream asks as it goes
        seen.append((*line.asked[:2], [(n, str(v)) for n, v in line.asked[2]]))
    assert seen[0] == seen[1]


# --- answers ---------------------------------------------------------------------------------

#: A value of each kind of field, as an answer writes it.
WRITTEN: dict[str, Any] = {
    "string": "1.5",  # which also is what prices and places on earth look like
    "method": "POST",
    "number": "15",
    "integer": 3,
    "boolean": True,
    "list": ["one"],
    "map": {"one": "two"},
}


class Answer:
    """What both clients take for an HTTP response."""

    def __init__(self, values: Any) -> None:
        self.status_code = 200
        self.text = json.dumps(values)
        self.content = self.text.encode()
        self.headers: dict[str, str] = {}


class Line(HttpClient):
    """An HTTP client that always gets the same answer."""

    def __init__(self) -> None:
        self.values: Any = None

    def request(self, *args: Any, **more: Any) -> Any:
        return Answer(self.values)

    def send(self, *args: Any, **more: Any) -> Any:
        return Answer(self.values)


def answer_of(kind: type[Resource]) -> dict[str, Any]:
    """Return an answer with every field that the kind shows."""
    newer = kind.version != VERSION
    values: dict[str, Any] = {}
    for name, declared in kind.declared().items():
        about = declared.metadata
        if about["shown"] and name not in kind.omits:
            moment = "2026-01-05T09:00:00Z" if newer else "Mon, 05 Jan 2026 09:00:00 +0000"
            values[name.rstrip("_")] = moment if about["kind"] == "date" else WRITTEN[about["kind"]]
    if kind.key in values:
        values[kind.key] = "XX2"
    return values


@pytest.mark.parametrize("name", PLACES)
def test_every_answer_is_read_into_the_official_attributes(name):
    line = Line()
    ours, official = (
        Client(SID, TOKEN, base_url="http://127.0.0.1:1"),
        Official(SID, TOKEN, http_client=line),
    )
    ours._wire = line
    place = PLACES[name]
    kind = next(iter(place.uses.values())).kind
    line.values = answer_of(kind)
    operations = [m for m in ("fetch", "update") if m in place.uses]
    element = bool(operations)
    method = operations[0] if element else "create" if "create" in place.uses else "list"
    if "fetch alone" in place.uses:
        method = "fetch"
    arguments = {}
    act = getattr(found(ours, name, element), method)
    for parameter in inspect.signature(act).parameters.values():
        if parameter.default is parameter.empty:
            arguments[parameter.name] = "x"
    if method == "list":
        use = place.uses["list"]
        rows = {use.view.plural: [line.values], "next_page_uri": None}
        line.values = rows
    results = [
        getattr(found(client, name, element), method)(**arguments) for client in (ours, official)
    ]
    if method == "list":
        results = [rows[0] for rows in results]
    mine, theirs = results
    told = {
        n: v for n, v in vars(theirs).items() if (n == "_from" or n[0] != "_") and v is not None
    }
    assert len(told) >= 2
    for attribute, value in told.items():
        assert getattr(mine, attribute) == value, attribute
        assert type(getattr(mine, attribute)) is type(value), attribute
