"""Where everything stands in Twilio's API, and what can be asked there: the client's map.

It is drawn from :mod:`helpers.resources`, the declarations that the sandbox answers by, once, when
the first client needs it. Names of places and arguments are those of Twilio's own Python client.
"""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import helpers.resources  # noqa: F401 - importing the folder declares every kind
from helpers.resources.base import VERSION, Resource, View, from_rfc2822, kinds
from helpers.resources.newer import NewerResource

# Arguments that may not be left out, and may be given without their names.
REQUIRED: dict[tuple[str, str], tuple[str, ...]] = {
    ("Call", "create"): ("to", "from_"),
    ("Message", "create"): ("to",),
    ("ValidationRequest", "create"): ("phone_number",),
    ("Recording", "update"): ("status",),
    ("Participant", "create"): ("from_", "to"),
    ("Queue", "create"): ("friendly_name",),
    ("Member", "update"): ("url",),
    ("UsageTrigger", "create"): ("callback_url", "trigger_value", "usage_category"),
    ("RealTimeTranscription", "update"): ("status",),
    ("Siprec", "update"): ("status",),
    ("Stream", "create"): ("url",),
    ("Stream", "update"): ("status",),
    ("MessagingService", "create"): ("friendly_name",),
    ("PoolNumber", "create"): ("phone_number_sid",),
    ("PoolShortCode", "create"): ("short_code_sid",),
    ("AlphaSender", "create"): ("alpha_sender",),
    ("VerifyService", "create"): ("friendly_name",),
    ("Verification", "create"): ("to", "channel"),
    ("Verification", "update"): ("status",),
}

# What Twilio takes and the sandbox has no use for: SIP, branded calls, message templates and the
# like.
MORE: dict[tuple[str, str], str] = {
    ("Call", "create"): (
        "MachineDetection MachineDetectionTimeout MachineDetectionSpeechThreshold "
        "MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout AsyncAmd "
        "AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod SipAuthUsername SipAuthPassword "
        "Byoc CallReason CallToken ClientNotificationUrl"
    ),
    ("Participant", "create"): (
        "StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit CallerId Record "
        "RecordingChannels RecordingTrack RecordingStatusCallback RecordingStatusCallbackMethod "
        "RecordingStatusCallbackEvent Trim JitterBufferSize EarlyMedia SipAuthUsername "
        "SipAuthPassword Byoc CallReason CallToken ClientNotificationUrl CallerDisplayName "
        "RecordingConfigurationId MachineDetection MachineDetectionTimeout "
        "MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold "
        "MachineDetectionSilenceTimeout AmdStatusCallback AmdStatusCallbackMethod"
    ),
    ("Message", "create"): (
        "ApplicationSid ValidityPeriod SendAt ScheduleType SmartEncoded ShortenUrls "
        "ProvideFeedback SendAsMms ContentRetention AddressRetention ContentSid ContentVariables "
        "PersistentAction RiskCheck TrafficType FallbackFrom Attempt ForceDelivery MaxPrice "
        "MessagingServiceSid"
    ),
}

# What Twilio's client does under another name than that of the place where it is done.
NAMES = {
    ("ValidationRequest", "create"): "validation_requests",
    ("Key", "create"): "new_keys",
    ("SigningKey", "create"): "new_signing_keys",
    ("VerificationCheck", "create"): "verification_checks",
}

# What stands deeper in paths than in Twilio's client.
FLAT = {"SMS/ShortCodes": "short_codes"}

# The one attribute that Twilio's client spells differently in two places.
FROM = {"Call": "_from"}

# Twilio's client makes decimals of these, whether they come as text or as numbers.
DECIMALS = ("latitude", "longitude")

#: The use of a place where there is no list but only one thing, which is fetched there.
ALONE = "fetch alone"

#: The host that a domain of Twilio's API begins with: its name in ``client``.
CORE = "api"


@dataclass
class Place:
    """A list in the API's tree: the last part of its path, what stands there, what is below.

    *inside* are the lists below the list itself, *below* those of one element of it; *suffix* is
    what its paths end with when they are asked for.
    """

    segment: str
    suffix: str = ""
    uses: dict[str, Use] = field(default_factory=dict)
    inside: dict[str, Place] = field(default_factory=dict)
    below: dict[str, Place] = field(default_factory=dict)
    #: the methods of its lists and elements, kept by whoever makes them
    methods: dict[str, dict[str, Callable[..., Any]]] = field(default_factory=dict, repr=False)


# --- the tree of places ----------------------------------------------------------------------


@functools.cache
def roots() -> dict[str, dict[str, Place]]:
    """Return what is below each version of each API: domain -> version -> the root of places.

    In the core API everything stands below an account, and the root is the list of accounts.
    """
    found = {CORE: {VERSION: Place("Accounts", ".json")}}
    for name, kind in kinds().items():
        domain = kind.domain if issubclass(kind, NewerResource) else CORE
        if not kind.operations or not domain:
            continue  # what several kinds have in common, not a kind of its own
        root = found.setdefault(domain, {}).setdefault(kind.version, Place(""))
        for view in kind.views():
            if not view.path and name != "Account":
                continue
            for operation in view.operations:
                place = _find(root, view.path, NAMES.get((view.singular, operation)))
                # What has no SID of its own is fetched where the list would be.
                act = ALONE if operation == "list" and kind.alone else operation
                place.uses.setdefault(act, Use(kind, view))
    return found


def accounts() -> Place:
    """Return the place of all accounts, below which the core API stands."""
    return roots()[CORE][VERSION]


def _find(root: Place, path: str, name: str | None) -> Place:
    """Return the place at *path*, such as ``Calls/{call_sid}/Recordings``, making it if needed."""
    if path in FLAT:
        return root.below.setdefault(FLAT[path], Place(path, root.suffix))
    parts = path.split("/") if path else []
    among, place = root.below, root
    for index, part in enumerate(parts):
        if part.startswith("{"):
            among = place.below
            continue
        key = name if name and index == len(parts) - 1 else snake(part)
        place = among.setdefault(key, Place(part, root.suffix))
        among = place.inside
    return place


def snake(words: str) -> str:
    """Return ``StatusCallback`` as ``status_callback``, ``From`` as ``from_``."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    return "from_" if name == "from" else name


def _argument(param: str) -> str:
    """Return the argument for a request parameter: ``StartTime<`` is ``start_time_before``."""
    ends = {"<": "_before", ">": "_after"}
    return snake(param.rstrip("<>")) + ends.get(param[-1], "")


# --- what can be asked -----------------------------------------------------------------------


class Use:
    """One operation of a kind at a place: its arguments, and how its answers are read."""

    def __init__(self, kind: type[Resource], view: View) -> None:
        self.kind = kind
        self.view = view

    def function(self, name: str, act: Callable[..., Any]) -> Any:
        """Return *act* as a method with the arguments, and the Shift-Tab, of this operation.

        *act* takes what the method is bound to, the pairs to send and, in a list, `limit` and
        `page_size`.
        """
        params = _params(name, self.kind)
        signature = _signature(name, self.kind, params)
        required = set(REQUIRED.get((self.kind.__name__, name), ()))
        paged = name in ("list", "stream")
        known = {*params, *(("limit", "page_size") if paged else ())}

        def call(self: Any, /, *args: Any, **given: Any) -> Any:
            if args or not (required <= given.keys() <= known):
                given = _bound(name, signature, args, given)
            if not paged:
                return act(self, [p for n, v in given.items() for p in written(params[n], v)])
            limit, size = given.pop("limit", None), given.pop("page_size", None)
            pairs = [p for n, v in given.items() for p in written(params[n], v)]
            return act(self, pairs, limit, size)

        call.__name__ = call.__qualname__ = name
        call.__doc__ = _doc(name, self.kind)
        me = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        call.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[me, *signature.parameters.values()]
        )
        return call


def _bound(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], given: dict[str, Any]
) -> dict[str, Any]:
    """Return all arguments by name; TypeError, with the likeliest name, if they do not fit."""
    try:
        return signature.bind(*args, **given).arguments
    except TypeError as problem:
        import difflib

        wrong = next((word for word in given if word not in signature.parameters), "")
        near = difflib.get_close_matches(wrong, signature.parameters, 1)
        hint = f"; did you mean {near[0]}=?" if near else ""
        raise TypeError(f"{name}(): {problem}{hint}") from None


def _params(operation: str, kind: type[Resource]) -> dict[str, str]:
    """Return the operation's arguments, each with the request parameter it stands for."""
    if operation in ("list", "stream"):
        names = list(kind.filters)
    elif operation in ("create", "update"):
        names = [*kind.parameters(operation), *MORE.get((kind.__name__, operation), "").split()]
    else:
        names = []
    return {_argument(name): name for name in names}


def _signature(
    operation: str, kind: type[Resource], params: Mapping[str, str]
) -> inspect.Signature:
    required = REQUIRED.get((kind.__name__, operation), ())
    arguments = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str)
        for name in required
    ]
    optional = [name for name in params if name not in required]
    if operation in ("list", "stream"):
        optional += ["limit", "page_size"]
    arguments += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in optional
    ]
    return inspect.Signature(arguments)


def _doc(operation: str, kind: type[Resource]) -> str:
    about = (inspect.getdoc(kind) or kind.__name__).splitlines()[0]
    lines = {
        "create": "Ask Twilio for a new one; return it. What is left out is not sent.",
        "list": "Return a list of them, the newest first as a rule: at most *limit*, or all.",
        "stream": "Yield them one by one, fetching *page_size* of them at a time.",
        "fetch": "Ask for it, and return it as it is now.",
        "update": "Change it, and return it as it is then. What is left out stays.",
        "delete": "Delete it; return True.",
    }
    return f"{lines[operation]}\n\n{kind.__name__}: {about}"


def written(param: str, value: Any) -> list[tuple[str, str]]:
    """Return the pairs that *value* is sent as; none for None."""
    if type(value) is str:
        return [(param, value)]
    if value is None:
        return []
    if isinstance(value, bool):
        return [(param, "true" if value else "false")]
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value  # without a zone: UTC
        return [(param, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))]
    if isinstance(value, date):
        return [(param, value.isoformat())]
    if isinstance(value, Mapping):
        return [(param, json.dumps(value))]
    if isinstance(value, list | tuple):
        return [pair for each in value for pair in written(param, each)]
    return [(param, str(value))]


# --- answers ---------------------------------------------------------------------------------


def attributes(kind: type[Resource], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the attributes for an answer: a name for each field, declared or only sent.

    Dates are datetimes in UTC; what Twilio writes as text, durations and prices included, stays
    text.
    """
    blank, dates, sender = _fields(kind)  # type: ignore[arg-type] # a class is hashable
    yield from blank.items()
    for name, value in values.items():
        if value is not None:
            if name in dates and isinstance(value, str):
                value = _moment(value)
            elif name in DECIMALS and value:
                value = _decimal(value)
        yield (sender if name == "from" else name), value


@functools.cache
def _fields(kind: type[Resource]) -> tuple[dict[str, None], frozenset[str], str]:
    """The attributes of a kind, those of them that are dates, and what ``from`` is called."""
    sender = FROM.get(kind.__name__, "from_")
    blank: dict[str, None] = {}
    dates = set()
    for name, declared in kind.declared().items():
        field_name = name.rstrip("_")
        if declared.metadata.get("shown"):
            blank[sender if field_name == "from" else field_name] = None
        if declared.metadata.get("kind") == "date":
            dates.add(field_name)
    return blank, frozenset(dates), sender


@functools.lru_cache(maxsize=1024)  # an answer holds the same moment several times
def _moment(text: str) -> datetime | str:
    try:
        moment = datetime.fromisoformat(text) if text[:1].isdigit() else from_rfc2822(text)
    except ValueError:
        return text  # as Twilio's client: better as it came than not at all
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decimal(value: str | float) -> Decimal | str | float:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value
