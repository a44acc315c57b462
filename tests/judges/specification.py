"""What Twilio's own papers say each operation takes and answers, and a validator that reads them.

Two papers are read. `tests/data/twilio-openapi.json` is a cut of Twilio's OpenAPI document. What
lies outside that cut (conferences, queues, the newer APIs ...) is read from the official Python
package: its classes name every path, parameter and field, and how each is to be understood.

The validator is `jsonschema`. It is stricter than the documents: a reply has every field that its
schema names and no other, save those of `OTHERWISE` and its neighbours, which say why.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

DATA = Path(__file__).resolve().parent.parent / "data" / "twilio-openapi.json"

_OFFER = "api.v2010.account.available_phone_number_country.available_phone_number_"
_DECIMAL = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "nullable": True}

#: Fields of a schema that are not as the document says.
OTHERWISE: dict[str, dict[str, Any]] = {
    # Recordings of real answers have it.
    "api.v2010.account.call": {"annotation": {"type": "string", "nullable": True}},
    # Numbers in the schema, strings in the document's own examples.
    **{
        _OFFER + kind: {"latitude": _DECIMAL, "longitude": _DECIMAL}
        for kind in ("local", "mobile", "toll_free")
    },
    # A number here, a string in the document's schema of the same recording in the list of all.
    "api.v2010.account.call.call_recording": {"price": _DECIMAL},
    **{
        "api.v2010.account.usage.usage_record" + part: {"price": _DECIMAL}
        for part in (
            *("", ".usage_record_all_time", ".usage_record_daily", ".usage_record_last_month"),
            *(".usage_record_monthly", ".usage_record_this_month", ".usage_record_today"),
            *(".usage_record_yearly", ".usage_record_yesterday"),
        )
    },
}

#: Fields that not all answers have, though the document names them, by the format of their object.
AT_TIMES: dict[str, set[str]] = {"phone-number-capabilities": {"fax"}}

#: Lists without paging: the document's examples hold only the rows and ``uri``.
IN_ONE_PIECE = tuple(f"ListAvailablePhoneNumber{kind}" for kind in ("Local", "Mobile", "TollFree"))

#: Fields that a list leaves out, where the official package has one class for list and fetch.
#: Twilio's page on alerts shows them for one alert only, as the document does for notifications.
NOT_IN_LISTS = {
    "AlertInstance": {"request_headers", "request_variables", "response_body", "response_headers"}
}

#: What the official Python package says about resources outside the cut.
WIDER = (
    "api.v2010.account.call.payment",
    "api.v2010.account.call.stream",
    "api.v2010.account.call.transcription",
    "api.v2010.account.conference",
    "api.v2010.account.conference.participant",
    "api.v2010.account.conference.recording",
    "api.v2010.account.new_signing_key",
    "api.v2010.account.queue",
    "api.v2010.account.queue.member",
    "api.v2010.account.recording.transcription",
    "api.v2010.account.short_code",
    "api.v2010.account.signing_key",
    "api.v2010.account.transcription",
    "api.v2010.account.usage.trigger",
    "messaging.v1.service",
    "messaging.v1.service.alpha_sender",
    "messaging.v1.service.phone_number",
    "messaging.v1.service.short_code",
    "monitor.v1.alert",
    "verify.v2.service",
    "verify.v2.service.verification",
    "verify.v2.service.verification_check",
)

#: Statuses that are not the usual ones, by Twilio's whole OpenAPI document.
STATUSES = {("Payment", "update"): (202,)}

_METHODS = {
    "create": "POST",
    "page": "GET",
    "fetch": "GET",
    "update": "POST",
    "delete": "DELETE",
}
_NAMES = {"page": "List"}


@dataclass(frozen=True)
class Operation:
    """One thing that a client may ask.

    *replies*: status -> the schema of the body, None where there is no body. *query* and *form*:
    the parameters by name, with their schemas; *required* are those that must be there.
    """

    name: str
    method: str
    path: str
    replies: dict[int, dict[str, Any] | None]
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    in_path: dict[str, Any] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The path without what all of them begin with, for a table."""
        return self.path.removeprefix("/2010-04-01").replace("/Accounts/{AccountSid}/", "/")


def operations() -> list[Operation]:
    """Every operation of the cut of the OpenAPI document."""
    return list(_subset())


def wider() -> list[Operation]:
    """Every operation that the official package knows for the resources of `WIDER`."""
    return list(_official())


def beyond() -> list[Operation]:
    """Every operation of the older API that the package knows, and neither of the two above."""
    package = importlib.import_module("twilio.rest.api.v2010")
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    everything = [o for m in modules for o in _of_module(m.name.removeprefix("twilio.rest."))]
    return [o for o in everything if named(o.method, o.path) is None]


def named(method: str, path: str) -> Operation | None:
    """The operation that a request asks for: what is written out comes before what varies."""
    for asked, pattern, operation in _patterns():
        if asked == method and pattern.fullmatch(path):
            return operation
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], Operation]]:
    everything = [*_subset(), *_official()]
    everything.sort(key=lambda operation: operation.path.count("{"))
    return [
        (o.method, re.compile(re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(o.path))), o)
        for o in everything
    ]


# -- the OpenAPI document ----------------------------------------------------------------------


@cache
def document() -> dict[str, Any]:
    """The cut, as it is kept."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


@cache
def _subset() -> tuple[Operation, ...]:
    return tuple(
        _operation(path, method, about)
        for path, methods in document()["paths"].items()
        for method, about in methods.items()
    )


def _operation(path: str, method: str, about: dict[str, Any]) -> Operation:
    form: dict[str, Any] = {}
    required = {p["name"] for p in about.get("parameters", ()) if p.get("required")}
    for content in about.get("requestBody", {}).get("content", {}).values():
        form = {name: resolved(value) for name, value in content["schema"]["properties"].items()}
        required |= set(content["schema"].get("required", ()))
    of = {
        place: {
            p["name"]: resolved(p["schema"])
            for p in about.get("parameters", ())
            if p["in"] == place
        }
        for place in ("query", "path")
    }
    return Operation(
        about["operationId"],
        method.upper(),
        path,
        {
            int(status): _body(reply, about["operationId"])
            for status, reply in about["responses"].items()
        },
        of["query"],
        form,
        frozenset(required - set(of["path"])),
        of["path"],
    )


def _body(reply: dict[str, Any], operation: str) -> dict[str, Any] | None:
    for content in reply.get("content", {}).values():
        schema = content["schema"]
        if operation in IN_ONE_PIECE:
            kept = ("available_phone_numbers", "uri")
            schema = {**schema, "properties": {k: schema["properties"][k] for k in kept}}
        return closed(schema)
    return None


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """*schema* with the one it refers to in its place."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    found = dict(document()["components"]["schemas"][name])
    if name in OTHERWISE:
        found["properties"] = found["properties"] | OTHERWISE[name]
    rest = {key: value for key, value in schema.items() if key not in ("$ref", "type")}
    return found | rest


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI schema as a JSON schema that wants every field it names, and no other."""
    schema = dict(resolved(schema))
    nullable = schema.pop("nullable", False)
    if "properties" in schema:
        at_times = AT_TIMES.get(schema.get("format", ""), set())
        schema["required"] = sorted(set(schema["properties"]) - at_times)
        schema["properties"] = {k: closed(v) for k, v in schema["properties"].items()}
        schema["additionalProperties"] = False
    if "items" in schema:
        schema["items"] = closed(schema["items"])
    return {"anyOf": [{"type": "null"}, schema]} if nullable else schema


# -- the official package ----------------------------------------------------------------------


@cache
def _official() -> tuple[Operation, ...]:
    return tuple(operation for module in WIDER for operation in _of_module(module))


def _of_module(module: str) -> Iterator[Operation]:
    """The operations of one module of the package, told by its classes."""
    found = importlib.util.find_spec(f"twilio.rest.{module}")
    assert found is not None and found.origin is not None, module
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    [shown] = [name for name in classes if name.endswith("Instance")] or [""]
    if not shown:  # a folder of the package that has no resource of its own
        return
    subject = shown.removesuffix("Instance")
    version = module.split(".")[1]
    prefix = "/2010-04-01" if version == "v2010" else f"/{version}"
    words = _words(classes[shown])
    row = listed = _shown(classes[shown], subject, module)
    if left_out := NOT_IN_LISTS.get(shown):
        kept = {name: about for name, about in row["properties"].items() if name not in left_out}
        listed = {**row, "properties": kept, "required": sorted(kept)}
    for about in classes.values():
        path = _path(about)
        if path is None:
            continue
        has = {node.name: node for node in about.body if isinstance(node, ast.FunctionDef)}
        for act in ("create", "page", "fetch", "update", "delete"):
            if act not in has:
                continue
            reply = None if act == "delete" else _envelope(listed, prefix) if act == "page" else row
            statuses = {"create": (201,), "delete": (204,)}.get(act, (200,))
            statuses = STATUSES.get((subject, act), statuses)
            sent = _sent(has.get(f"_{act}", has[act]), words)
            required = {name for name, (_, optional) in sent.items() if not optional}
            schemas = {name: schema for name, (schema, _) in sent.items()}
            yield Operation(
                f"{_NAMES.get(act, act.title())}{subject}",
                _METHODS[act],
                prefix + path,
                dict.fromkeys(statuses, reply),
                query=schemas if act == "page" else {},
                form=schemas if _METHODS[act] == "POST" else {},
                required=frozenset(required),
            )


def _path(about: ast.ClassDef) -> str | None:
    """The path that a class of the package is for: ``/Accounts/{AccountSid}/Queues.json``."""
    for node in ast.walk(about):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "self._uri":
            written = next(n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant))
            return re.sub(
                r"{(\w+)}", lambda m: "{" + m[1].title().replace("_", "") + "}", str(written)
            )
    return None


def _sent(
    method: ast.FunctionDef, words: dict[str, list[str]]
) -> dict[str, tuple[dict[str, Any], bool]]:
    """The parameters that a method of the package sends, those of its ``values.of({...})``.

    By name: the schema of its value, and whether it may be left out. *words* are the package's
    lists of allowed values.
    """
    arguments = method.args.args[1:]
    needed = len(arguments) - len(method.args.defaults)
    said = {
        a.arg: (ast.unparse(a.annotation) if a.annotation else "", i >= needed)
        for i, a in enumerate(arguments)
    }
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "values.of":
            [given] = node.args
            assert isinstance(given, ast.Dict)
            found: dict[str, tuple[dict[str, Any], bool]] = {}
            for key, value in zip(given.keys, given.values, strict=True):
                assert isinstance(key, ast.Constant)
                names = [n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in said]
                kind, optional = said[names[0]] if names else ("", True)
                found[str(key.value)] = (_schema(str(key.value), kind, words), optional)
            return found
    return {}


def _schema(name: str, annotation: str, words: dict[str, list[str]]) -> dict[str, Any]:
    """What a parameter may be: ``Union[bool, object]`` is a boolean."""
    kind = annotation.removeprefix("Union[").partition(",")[0].strip("'\"")
    if kind.rpartition(".")[2] in words:
        return {"type": "string", "enum": words[kind.rpartition(".")[2]]}
    if kind in ("date", "datetime"):
        return {"type": "string", "format": kind.replace("datetime", "date-time")}
    if name.endswith("Method"):
        return {"type": "string", "format": "http-method"}
    return {"type": _TYPES.get(kind, "string")}


_READ = {
    "rfc2822_datetime": {"type": "string", "format": "date-time-rfc-2822"},
    "iso8601_datetime": {"type": "string", "format": "date-time"},
    "iso8601_date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
}
_TYPES = {"str": "string", "bool": "boolean", "int": "integer", "float": "number"}
_SHAPES = {"Dict": "object", "List": "array"}


def _shown(instance: ast.ClassDef, subject: str, module: str) -> dict[str, Any]:
    """The schema of a reply, as the class that reads it understands each field."""
    prefixes = SIDS | ({"sid": OWN[subject]} if subject in OWN else {})
    if module.startswith(("messaging", "verify")):
        prefixes["service_sid"] = "MG" if module.startswith("messaging") else "VA"
        if subject == "Service":
            prefixes["sid"] = prefixes["service_sid"]
    enums = _words(instance)
    fields: dict[str, Any] = {}
    for node in ast.walk(instance):
        if isinstance(node, ast.AnnAssign) and (name := _payload(node)):
            understood = _understood(node, name, enums)
            if name in prefixes:
                understood["pattern"] = f"^({prefixes[name]})[0-9a-f]{{32}}$"
            fields[name] = {"anyOf": [{"type": "null"}, understood]}
    return {
        "type": "object",
        "properties": fields,
        "required": sorted(fields),
        "additionalProperties": False,
    }


def _words(instance: ast.ClassDef) -> dict[str, list[str]]:
    """The lists of allowed values that a class of the package has, by their names there."""
    return {
        node.name: [
            assigned.value.value
            for assigned in node.body
            if isinstance(assigned, ast.Assign) and isinstance(assigned.value, ast.Constant)
        ]
        for node in instance.body
        if isinstance(node, ast.ClassDef)
    }


def _payload(node: ast.AnnAssign) -> str:
    """The field of the reply that an attribute is read from."""
    found = re.search(r"payload\.get\('(\w+)'\)", ast.unparse(node.value) if node.value else "")
    return found[1] if found else ""


def _understood(node: ast.AnnAssign, name: str, enums: dict[str, list[str]]) -> dict[str, Any]:
    assert node.value is not None
    read = re.match(r"deserialize\.(\w+)\(", ast.unparse(node.value))
    if read:
        return _READ[read[1]]
    kind = ast.unparse(node.annotation).removeprefix("Optional[").strip("[]'\"")
    if "." in kind:
        return {"type": "string", "enum": enums[kind.rpartition(".")[2]]}
    shape = _SHAPES.get(kind.partition("[")[0])
    if shape == "array":
        return {"type": "array"}
    if shape == "object":
        return {"type": "object", **({"format": "uri-map"} if name in URI_MAPS else {})}
    schema: dict[str, Any] = {"type": _TYPES[kind]}
    if name in ("uri", "url") and kind == "str":
        schema["format"] = "uri"
    return schema


URI_MAPS = ("subresource_uris", "links")

#: The letters in front of SIDs, which the package does not tell: Twilio's page of SID prefixes.
SIDS = {
    "account_sid": "AC",
    "call_sid": "CA",
    "conference_sid": "CF",
    "queue_sid": "QU",
    "recording_sid": "RE",
}
OWN = {
    "AlphaSender": "AI",
    "Alert": "NO",
    "Conference": "CF",
    "NewSigningKey": "SK",
    "Payment": "PK",
    "PhoneNumber": "PN",
    "Queue": "QU",
    "Recording": "RE",
    "ShortCode": "SC",
    "SigningKey": "SK",
    "Stream": "MZ",
    "Transcription": "TR|GT",
    "Trigger": "UT",
    "Verification": "VE",
    "VerificationCheck": "VE",
}


def _envelope(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A page: that of the old API for its version, else with a ``meta`` object."""
    uri: dict[str, Any] = {"type": "string", "format": "uri"}
    other = {"anyOf": [{"type": "null"}, uri]}
    number: dict[str, Any] = {"type": "integer"}
    if prefix == "/2010-04-01":
        paging: dict[str, Any] = {
            **dict.fromkeys(("start", "end", "page", "page_size"), number),
            **dict.fromkeys(("uri", "first_page_uri"), uri),
            **dict.fromkeys(("next_page_uri", "previous_page_uri"), other),
        }
    else:
        meta = {
            **dict.fromkeys(("page", "page_size"), number),
            **dict.fromkeys(("url", "first_page_url"), uri),
            **dict.fromkeys(("next_page_url", "previous_page_url"), other),
            "key": {"type": "string"},
        }
        paging = {
            "meta": {
                "type": "object",
                "properties": meta,
                "required": sorted(meta),
                "additionalProperties": False,
            }
        }
    return {
        "type": "object",
        "properties": paging,
        "required": sorted(paging),
        "minProperties": len(paging) + 1,
        "maxProperties": len(paging) + 1,
        "additionalProperties": {"type": "array", "items": row},
    }


# -- validating --------------------------------------------------------------------------------

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time-rfc-2822")
def _rfc2822(value: object) -> bool:
    """``Tue, 31 Aug 2010 20:36:28 +0000``, and the day of the week is the right one."""
    if not isinstance(value, str):
        return True
    try:
        return format_datetime(parsedate_to_datetime(value)) == value and value.endswith("+0000")
    except ValueError:
        return False


@FORMATS.checks("date-time")
def _iso(value: object) -> bool:
    """ISO 8601, in UTC; usage's ``as_of`` writes the zone as an offset."""
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)"
    return not isinstance(value, str) or (bool(re.fullmatch(shape, value)) and _exists(value))


@FORMATS.checks("date")
def _date(value: object) -> bool:
    shape = r"\d{4}-\d\d-\d\d"
    return not isinstance(value, str) or (bool(re.fullmatch(shape, value)) and _exists(value))


def _exists(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


@FORMATS.checks("uri")
def _uri(value: object) -> bool:
    """A path on the server or a whole address; "" where there is none."""
    shape = r"((https?|wss?)://[^/\s]+)?(/[!#-;=?-Z_a-z~%\[\]]*)?"
    return not isinstance(value, str) or bool(re.fullmatch(shape, value))


@FORMATS.checks("uri-map")
def _uri_map(value: object) -> bool:
    return not isinstance(value, dict) or (
        bool(value) and all(isinstance(uri, str) and uri and _uri(uri) for uri in value.values())
    )


@FORMATS.checks("http-method")
def _method(value: object) -> bool:
    return not isinstance(value, str) or value in ("GET", "POST")


@FORMATS.checks("currency")
def _currency(value: object) -> bool:
    return not isinstance(value, str) or value in ("USD", "usd")


@FORMATS.checks("iso-country-code")
def _country(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch("[A-Z]{2}", value))


@FORMATS.checks("phone-number")
def _phone_number(value: object) -> bool:
    """Any address in a form people know; Twilio's examples have ``(808) 925-1571``, too."""
    return not isinstance(value, str) or bool(re.fullmatch(r"\+?[\w :@.()-]+", value))


#: Every refusal of the API; only a 401 has ``detail``.
REFUSAL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "code": {"type": "integer", "minimum": 10000, "maximum": 99999},
        "message": {"type": "string", "minLength": 1},
        "more_info": {
            "type": "string",
            "pattern": r"^https://www\.twilio\.com/docs/errors/\d+$",
        },
        "status": {"type": "integer", "minimum": 400, "maximum": 499},
        "detail": {"type": "string"},
    },
    "required": ["code", "message", "more_info", "status"],
    "additionalProperties": False,
}


def mistakes(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a body, a sentence each; the innermost cause where there is a choice."""
    found = []
    for error in Draft202012Validator(schema, format_checker=FORMATS).iter_errors(value):
        while error.context:
            # Where null is the other choice, what is wrong with the first says nothing.
            error = max(error.context, key=lambda e: e.relative_schema_path[0] != 0)
        found.append(f"{error.json_path}: {error.message[:300]}")
    return found
