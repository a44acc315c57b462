"""Where everything stands in Twilio's API, and what can be asked there: the client's map.

It is drawn from :mod:`helpers.resources`, the declarations that the sandbox answers by, once, when
the first client needs it. Names of places and arguments are those of Twilio's own Python client.
"""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import helpers.resources  # noqa: F401 - importing the folder declares every kind
from helpers.resources.base import VERSION, Resource, View, from_rfc2822, kinds
from helpers.resources.newer import NewerResource

# Tables of operations are read by the kind's name, or by the path where only one place is meant.

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
    ("Payment", "create"): ("idempotency_key", "status_callback"),
    ("Payment", "update"): ("idempotency_key", "status_callback"),
    ("IncomingPhoneNumbers/Local", "create"): ("phone_number",),
    ("IncomingPhoneNumbers/Mobile", "create"): ("phone_number",),
    ("IncomingPhoneNumbers/TollFree", "create"): ("phone_number",),
}

# What Twilio's client offers only elsewhere.
_OF_ANOTHER = "CallSid ConferenceSid IncludeSoftDeleted"
LESS: dict[tuple[str, str], str] = {
    ("Calls/{call_sid}/Recordings", "list"): _OF_ANOTHER,
    ("Conferences/{conference_sid}/Recordings", "list"): _OF_ANOTHER,
    ("IncomingPhoneNumbers/Local", "create"): "AreaCode",
    ("IncomingPhoneNumbers/Mobile", "create"): "AreaCode",
    ("IncomingPhoneNumbers/TollFree", "create"): "AreaCode",
}

# What Twilio takes and the sandbox has no use for: SIP, branded calls, message templates and the
# like. The first are an element <Parameter> each, where a request does what TwiML does otherwise.
_PARAMETERS = " ".join(f"Parameter{i}.Name Parameter{i}.Value" for i in range(1, 100))
_OTHER_FACTORS = (
    "Push.IncludeDate Push.ApnCredentialSid Push.FcmCredentialSid Totp.Issuer Totp.TimeStep "
    "Totp.CodeLength Totp.Skew Whatsapp.MsgServiceSid Whatsapp.From Passkeys.RelyingParty.Id "
    "Passkeys.RelyingParty.Name Passkeys.RelyingParty.Origins Passkeys.AuthenticatorAttachment "
    "Passkeys.DiscoverableCredentials Passkeys.UserVerification"
)
MORE: dict[tuple[str, str], str] = {
    ("Call", "create"): (
        "MachineDetection MachineDetectionTimeout MachineDetectionSpeechThreshold "
        "MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout AsyncAmd "
        "AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod SipAuthUsername SipAuthPassword "
        "Byoc CallReason CallToken ClientNotificationUrl RecordingConfigurationId Passports"
    ),
    ("Participant", "create"): (
        "StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit CallerId Record "
        "RecordingChannels RecordingTrack RecordingStatusCallback RecordingStatusCallbackMethod "
        "RecordingStatusCallbackEvent Trim JitterBufferSize EarlyMedia SipAuthUsername "
        "SipAuthPassword Byoc CallReason CallToken ClientNotificationUrl CallerDisplayName "
        "RecordingConfigurationId MachineDetection MachineDetectionTimeout "
        "MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold "
        "MachineDetectionSilenceTimeout AmdStatusCallback AmdStatusCallbackMethod Passports "
        "EmergencyCallerPosition EmergencyCallerLocation EmergencyName EmergencyAddress "
        "EmergencyZipCode EmergencyCity EmergencyState EmergencyCountry"
    ),
    ("Message", "create"): (
        "ApplicationSid ValidityPeriod SendAt ScheduleType SmartEncoded ShortenUrls "
        "ProvideFeedback SendAsMms ContentRetention AddressRetention ContentSid ContentVariables "
        "PersistentAction RiskCheck TrafficType FallbackFrom Attempt ForceDelivery MaxPrice "
        "MessagingServiceSid MessageIntent"
    ),
    ("Recording", "create"): "RecordingConfigurationId",
    ("Recordings", "fetch"): "IncludeSoftDeleted",
    ("Stream", "create"): _PARAMETERS,
    ("Siprec", "create"): f"ConnectorName Track StatusCallback StatusCallbackMethod {_PARAMETERS}",
    ("VerifyService", "create"): _OTHER_FACTORS,
    ("VerifyService", "update"): _OTHER_FACTORS,
    ("Verification", "create"): (
        "CustomFriendlyName CustomMessage SendDigits Locale CustomCode RateLimits "
        "ChannelConfiguration AppHash TemplateSid TemplateCustomSubstitutions Templates DeviceIp "
        "EnableSnaClientToken RiskCheck Tags"
    ),
    ("VerificationCheck", "create"): "SnaClientToken",
    # What names the thing itself, which the sandbox takes no field from.
    ("PoolNumber", "create"): "PhoneNumberSid",
    ("PoolShortCode", "create"): "ShortCodeSid",
    ("AlphaSender", "create"): "AlphaSender",
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

# Twilio's client makes decimals of these, whether they come as text or as numbers; of prices at
# these places only.
DECIMALS = ("latitude", "longitude")
PRICES = re.compile(r"Calls/{call_sid}/Recordings|.*Transcriptions|Usage/Records.*")

#: The use of a place where there is no list but only one thing, which is fetched there.
ALONE = "fetch alone"

#: The host that a domain of Twilio's API begins with: its name in ``client``.
CORE = "api"

T = TypeVar("T")


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
    name = re.sub(r"\.|(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
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
        params = self._params(name)
        required = self._told(REQUIRED, name, ())
        signature = _signature(required, params, name in ("list", "stream"))
        paged = name in ("list", "stream")
        needed = set(required)
        known = {*params, *(("limit", "page_size") if paged else ())}

        def call(self: Any, /, *args: Any, **given: Any) -> Any:
            if args or not (needed <= given.keys() <= known):
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

    def attributes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes for an answer: one for each field, declared or only sent.

        Dates are datetimes in UTC; what Twilio writes as text, durations and most prices included,
        stays text.
        """
        blank, readers, sender = self._fields
        found: dict[str, Any] = blank.copy()
        for name, value in values.items():
            if value is not None and name in readers:
                value = readers[name](value)
            found[sender if name == "from" else name] = value
        return found

    @functools.cached_property
    def _fields(self) -> tuple[dict[str, Any], dict[str, Callable[[Any], Any]], str]:
        """Its attributes without values, how some are read, and what ``from`` is called."""
        sender = FROM.get(self.kind.__name__, "from_")
        blank: dict[str, Any] = {}
        readers: dict[str, Callable[[Any], Any]] = dict.fromkeys(DECIMALS, _decimal)
        if PRICES.fullmatch(self.view.path):
            readers["price"] = _decimal
        for name, declared in self.kind.declared().items():
            written_as = name.rstrip("_")
            if declared.metadata.get("shown"):
                blank[sender if written_as == "from" else written_as] = None
            if declared.metadata.get("kind") == "date":
                readers[written_as] = _moment
        return blank, readers, sender

    def _told(self, table: Mapping[tuple[str, str], T], operation: str, otherwise: T) -> T:
        """What a table says of an operation here."""
        of_kind = table.get((self.kind.__name__, operation), otherwise)
        return table.get((self.view.path, operation), of_kind)

    def _params(self, operation: str) -> dict[str, str]:
        """Return the operation's arguments, each with the request parameter it stands for."""
        names: list[str] = []
        if operation in ("list", "stream"):
            operation, names = "list", list(self.kind.filters)
        elif operation in ("create", "update"):
            names = list(self.kind.parameters(operation))
        less = self._told(LESS, operation, "").split()
        names += self._told(MORE, operation, "").split()
        return {_argument(name): name for name in names if name not in less}


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


def _signature(
    required: Sequence[str], params: Mapping[str, str], paged: bool
) -> inspect.Signature:
    arguments = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str)
        for name in required
    ]
    optional = [name for name in params if name not in required]
    optional += ["limit", "page_size"] if paged else []
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


# --- values in answers -----------------------------------------------------------------------


def _moment(value: Any) -> Any:
    """The moment that a date names; what names none stays as it came."""
    return _moment_named(value) if isinstance(value, str) else value


@functools.lru_cache(maxsize=1024)  # an answer holds the same moment several times
def _moment_named(text: str) -> datetime | str:
    try:
        moment = datetime.fromisoformat(text) if text[:1].isdigit() else from_rfc2822(text)
    except ValueError:
        return text  # as Twilio's client: better as it came than not at all
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decimal(value: Any) -> Any:
    """The number that a text names; what names none stays as it came."""
    try:
        return Decimal(value) if value else value
    except (InvalidOperation, TypeError, ValueError):
        return value
