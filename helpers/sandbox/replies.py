"""How a reply is written: as JSON, as the XML that Twilio answers without a suffix, as a table."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

JSON, XML, CSV = "json", "xml", "csv"
CONTENT_TYPES = {
    JSON: "application/json",
    XML: "application/xml",
    CSV: "text/csv; charset=utf-8",  # a table does not say itself how it is written
}

_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

# What XML 1.0 cannot hold, even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PAGING = {
    "page": "page",
    "page_size": "pagesize",
    "start": "start",
    "end": "end",
    "uri": "uri",
    "first_page_uri": "firstpageuri",
    "next_page_uri": "nextpageuri",
    "previous_page_uri": "previouspageuri",
}


def write(form: str, name: str, value: dict[str, Any], *, row: str = "") -> bytes:
    """*value* in *form*. In XML it becomes the element *name*; the rows of a list are *row*s."""
    if form == JSON:
        return _json(value).encode()
    if form == CSV:
        return _table(value[name] if row else [value]).encode()
    inner = _list(name, row, value) if row else _element(_camel(name), value)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>{inner}</TwilioResponse>'
    return text.encode()


def _table(rows: list[dict[str, Any]]) -> str:
    """Rows below a row of names, those of the XML elements; what has parts is JSON in its cell.

    Source: Twilio's page on alternate representations, which promises no order of the columns and
    does not say what becomes of parts.
    """
    lines = io.StringIO(newline="")
    table = csv.writer(lines)
    if rows:
        table.writerow(map(_camel, rows[0]))
    for row in rows:
        table.writerow(_json(v) if isinstance(v, dict) else _text(v) for v in row.values())
    return lines.getvalue()


def _list(plural: str, row: str, envelope: dict[str, Any]) -> str:
    attributes = "".join(
        f" {_PAGING[key]}={quoteattr(_text(value))}"
        for key, value in envelope.items()
        if key in _PAGING
    )
    rows = "".join(_element(row, item) for item in envelope[plural])
    return f"<{_camel(plural)}{attributes}>{rows}</{_camel(plural)}>"


def _element(name: str, value: Any, *, uris: bool = False) -> str:
    if isinstance(value, dict):
        uris = name == "SubresourceUris"
        inner = "".join(_element(_camel(k), v, uris=uris) for k, v in value.items())
        return f"<{name}>{inner}</{name}>"
    text = _text(value)
    if uris or name == "Uri":  # in recordings of Twilio's XML they have no suffix
        text = text.removesuffix(".json")
    return f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", str(value))


def _camel(name: str) -> str:
    if name[:1].isupper():
        return name
    if name == "sms_messages":
        return "SMSMessages"
    return "".join(part.title() for part in name.split("_"))
