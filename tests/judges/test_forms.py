"""The same answer in each form: JSON, XML by its suffix, XML without a suffix, CSV for lists."""

import asyncio
import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from tests.judges import specification
from tests.judges.inside import Inside
from tests.judges.requests_made import Asked

OLD = "/2010-04-01/"
GETS = [
    operation
    for operation in (*specification.operations(), *specification.wider())
    if operation.method == "GET" and operation.path.startswith(OLD)
]
# What a list's XML has in attributes; the older three are gone from both forms.
PAGING = {"page", "page_size", "start", "end", "uri"} | {
    f"{which}_page_uri" for which in ("first", "next", "previous")
}
GONE = {"total", "num_pages", "last_page_uri"}


@pytest.fixture(scope="module")
def ask():
    """A furnished sandbox, asked for a path: type and body of the answer."""
    with asyncio.Runner() as loop:
        world = Inside()
        loop.run(world.__aenter__())
        loop.run(world.furnish())

        def asked(path, suffix):
            plain = world.place(Asked("GET", path)).removesuffix(".json")
            status, headers, body = loop.run(world.send(Asked("GET", plain + suffix)))
            assert status == 200, world.lines[-1]
            return headers["content-type"], body

        yield asked
        loop.run(world.__aexit__(None, None, None))
        assert list(world.engine.failures) == []


def told(element):
    """What an element says: its text, or its children by name. Names are compared in lower case."""
    children = {child.tag.lower(): told(child) for child in element}
    assert len(children) == len(element), f"an element of {element.tag} comes twice"
    return children or element.text or ""


def expected(value):
    """The same from JSON: null is nothing, a boolean its word, a URI has no suffix."""
    if isinstance(value, dict):
        uris = {"uri": True, "subresource_uris": True}
        return {
            name.replace("_", "").lower(): without_suffix(inner)
            if name in uris
            else expected(inner)
            for name, inner in value.items()
        } or ""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def without_suffix(uris):
    if isinstance(uris, dict):
        return {k.replace("_", "").lower(): without_suffix(v) for k, v in uris.items()}
    return uris.removesuffix(".json")


def has_sound(operation):
    """Whether the path without a suffix is that of a sound or a picture."""
    return operation.path.endswith(("Recordings/{Sid}.json", "Media/{Sid}.json"))


CASES = [(o, suffix) for o in GETS for suffix in (".xml", "") if suffix or not has_sound(o)]


@pytest.mark.parametrize("operation, suffix", CASES, ids=lambda case: getattr(case, "path", case))
def test_xml_says_what_json_says(ask, operation, suffix):
    kind, body = ask(operation.path, ".json")
    assert kind == "application/json"
    value = json.loads(body)
    kind, body = ask(operation.path, suffix)
    assert kind == "application/xml"
    root = ET.fromstring(body)
    assert root.tag == "TwilioResponse" and not root.attrib
    [element] = root
    rows = [name for name, inner in value.items() if isinstance(inner, list)]
    if not operation.name.startswith("List"):
        assert told(element) == expected(value)
        assert not element.attrib
        return
    [plural] = rows
    assert element.tag.lower() == plural.replace("_", "")
    assert [told(row) for row in element] == [expected(row) for row in value[plural]]
    assert len({row.tag for row in element}) <= 1
    # A page's own addresses lead to pages of its own form.
    here = {
        name.replace("_", ""): expected(inner).replace(".json", suffix, 1)
        for name, inner in value.items()
        if name in PAGING
    }
    assert element.attrib == here
    assert not GONE & set(value)


@pytest.mark.parametrize(
    "operation", [o for o in GETS if o.name.startswith("List")], ids=lambda o: o.path
)
def test_a_table_says_what_json_says(ask, operation):
    """CSV: a row of names, then a row for each; values are those of the XML."""
    value = json.loads(ask(operation.path, ".json")[1])
    [rows] = [inner for inner in value.values() if isinstance(inner, list)]
    kind, body = ask(operation.path, ".csv")
    assert kind == "text/csv; charset=utf-8"
    found = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert [{k.lower(): v for k, v in row.items()} for row in found] == [
        {name.replace("_", ""): cell(inner) for name, inner in row.items()} for row in rows
    ]


def cell(value):
    """What a cell says of a value of JSON."""
    return json.dumps(value) if isinstance(value, dict) else expected(value)


def test_refusals_have_the_same_forms(ask):
    """A page of XML that is not there is refused in XML."""
    with pytest.raises(AssertionError, match="404"):
        ask(OLD + "Accounts/{AccountSid}/Nothing.json", ".xml")
