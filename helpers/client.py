"""The REST client: Twilio's API with the names that Twilio's own Python client gives to it.

    client = Client(account_sid, auth_token, base_url=sandbox.url)
    call = client.calls.create(to="+14155550100", from_="+15005550006", url=site.url)
    client.calls(call.sid).fetch().status

Which resources there are, where they stand and what they take is read from
:mod:`helpers.resources`, the same declarations that the sandbox answers by. A program moves to
Twilio's client by changing one import.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlsplit

import requests

import helpers.resources  # noqa: F401 - importing the folder declares every kind
from helpers.advice import advice, more_info
from helpers.config import read_settings
from helpers.errors import ConnectionFailed, SettingsError, TwilioError
from helpers.resources.base import VERSION, Resource, View, from_rfc2822, kinds
from helpers.wire import Wire

TWILIO = "https://api.twilio.com"

# Arguments that may not be left out, and may be given without their names.
REQUIRED: dict[tuple[str, str], tuple[str, ...]] = {
    ("Call", "create"): ("to", "from_"),
    ("Message", "create"): ("to",),
    ("ValidationRequest", "create"): ("phone_number",),
    ("Recording", "update"): ("status",),
    ("Participant", "create"): ("from_", "to"),
    ("Queue", "create"): ("friendly_name",),
    ("Member", "update"): ("url",),
}

# What Twilio takes and the sandbox has no use for: call progress by the sound of the answer, SIP,
# branded calls, message templates and the like.
MORE: dict[tuple[str, str], str] = {
    ("Participant", "create"): (
        "StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit CallerId Record "
        "RecordingChannels RecordingTrack RecordingStatusCallback RecordingStatusCallbackMethod "
        "RecordingStatusCallbackEvent Trim SipAuthUsername "
        "SipAuthPassword Byoc CallReason CallToken ClientNotificationUrl "
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
}

# What stands deeper in paths than in Twilio's client.
FLAT = {"SMS/ShortCodes": "short_codes"}

# The one attribute that Twilio's client spells differently in two places.
FROM = {"Call": "_from"}


# Twilio's client makes decimals of these, whether they come as text or as numbers.
DECIMALS = ("latitude", "longitude")


# --- the tree of places ----------------------------------------------------------------------


@dataclass
class Place:
    """A list in the API's tree: the last part of its path, what stands there, what is below.

    *inside* are the lists below the list itself, *below* those of one element of it.
    """

    segment: str
    uses: dict[str, tuple[type[Resource], View]] = field(default_factory=dict)
    inside: dict[str, Place] = field(default_factory=dict)
    below: dict[str, Place] = field(default_factory=dict)


@functools.cache
def accounts() -> Place:
    """Return the place of all accounts, below which everything stands."""
    root = Place("Accounts")
    for name, kind in kinds().items():
        for view in kind.views():
            if kind.version != VERSION or (not view.path and name != "Account"):
                continue
            for operation in view.operations:
                if view.path in FLAT:
                    place = root.below.setdefault(FLAT[view.path], Place(view.path))
                else:
                    place = _find(root, view.path, NAMES.get((view.singular, operation)))
                place.uses.setdefault(operation, (kind, view))
    return root


def _find(root: Place, path: str, name: str | None) -> Place:
    """Return the place at *path*, such as ``Calls/{call_sid}/Recordings``, making it if needed."""
    parts = path.split("/") if path else []
    among, place = root.below, root
    for index, part in enumerate(parts):
        if part.startswith("{"):
            among = place.below
            continue
        key = name if name and index == len(parts) - 1 else _snake(part)
        place = among.setdefault(key, Place(part))
        among = place.inside
    return place


def _snake(words: str) -> str:
    """Return ``StatusCallback`` as ``status_callback``, ``From`` as ``from_``."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    return "from_" if name == "from" else name


def _argument(param: str) -> str:
    """Return the argument for a request parameter: ``StartTime<`` is ``start_time_before``."""
    ends = {"<": "_before", ">": "_after"}
    return _snake(param.rstrip("<>")) + ends.get(param[-1], "")


# --- what a program holds --------------------------------------------------------------------


class Client:
    """An account's view of Twilio: ``client.calls``, ``client.messages`` and so on.

    *username* and *password* are the Account SID and its auth token, or an API key and its
    secret with the account in *account_sid*. *base_url* is the server, Twilio's own by default.

    Nothing is sent to Twilio unless the mode is live: *live*, or else the setting ``TWILIO_MODE``,
    says so; left out, credentials too come from the settings. *announce* is called before
    anything is created, with the resource ("Calls", "Messages" ...) and whom it is for: whoever
    passes it says the cost there, and means the client to be live.
    """

    def __init__(
        self,
        username: str | None = None,
        password: str | None = None,
        account_sid: str | None = None,
        *,
        base_url: str = TWILIO,
        announce: Callable[[str, str], None] | None = None,
        live: bool | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"{base_url!r} is no address of a server.",
                next_step="It begins with http:// or https://.",
            )
        if _is_twilio(parts.hostname):
            _check_live(True if live is None and announce else live)
            if not (username and password):
                settings = read_settings("live")
                username, password = settings.credentials or ("", "")
                account_sid = account_sid or settings.account_sid
        if not (username and password):
            raise SettingsError(
                "A client needs an account and its password.",
                next_step="session = connect() makes one with both; or Client(sid, token,"
                " base_url=...).",
            )
        self.account_sid = account_sid or username
        self._base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self._wire = Wire((username, password))
        self._announce = announce
        self._own = Instance(self, accounts(), f"/Accounts/{self.account_sid}")
        self.api = Api(self)

    def __getattr__(self, name: str) -> Collection:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._own._collection(name, f"Twilio's client has no {name!r} here.")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *accounts().below})

    def __repr__(self) -> str:
        return f"<Client {self.account_sid}>"

    def close(self) -> None:
        """Close the kept connection; the next request opens it again."""
        self._wire.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        form: Sequence[tuple[str, str]] = (),
        query: Sequence[tuple[str, str]] = (),
        failure: str,
    ) -> Any:
        """Return the JSON of the answer (None for an empty one); TwilioError if it is refused.

        *path* follows the API's version, or begins with it where the server told it.
        """
        versioned = path if path.startswith(f"/{VERSION}/") else f"/{VERSION}{path}"
        answer = self._wire.send(
            method,
            self._base + versioned,
            form=form,
            query=query,
            headers={"Accept": "application/json", "User-Agent": "twilio-by-notebook"},
        )
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, method, path.split("?")[0], failure)
        if answer.status_code == 204 or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise ConnectionFailed(
                "What answered does not speak as Twilio does.",
                why="The answer is no JSON.",
                next_step="Check base_url: it is the server's address alone, without a path.",
            ) from None


class Api:
    """``client.api``: the accounts, and an account's things by another road."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.accounts = Collection(client, accounts(), "/Accounts")

    @property
    def v2010(self) -> Api:
        """The version of the API that all this is about."""
        return self

    @property
    def account(self) -> Instance:
        """The client's own account."""
        return self.accounts(self._client.account_sid)


class Collection:
    """A list of the API, such as ``client.calls``; ``client.calls(sid)`` is one of its elements."""

    def __init__(self, client: Client, place: Place, path: str) -> None:
        self._client = client
        self._place = place
        self._path = path
        # Attributes, not methods of the class: so Tab shows what this list can do, no more, and
        # Shift-Tab what it takes.
        if "create" in place.uses:
            self.create = self._explained("create", self._create)
        if "list" in place.uses and place.uses["list"][0].alone:
            self.fetch = self._explained("fetch", self._fetch)
        elif "list" in place.uses:
            self.list = self._explained("list", self._list)
            self.stream = self._explained("stream", self._stream)

    def __call__(self, sid: str) -> Instance:
        """Return the element with this SID, without asking for it yet."""
        if not isinstance(sid, str) or not sid:
            raise TypeError(f"a SID is a text such as CA..., not {sid!r}")
        return Instance(self._client, self._place, f"{self._path}/{quote(sid, safe='')}")

    def get(self, sid: str) -> Instance:
        """Return the element with this SID, without asking for it yet."""
        return self(sid)

    def __getattr__(self, name: str) -> Collection:
        place = None if name.startswith("_") else self._place.inside.get(name)
        if place is None:
            raise AttributeError(f"{self!r} has no {name!r}")
        return Collection(self._client, place, f"{self._path}/{place.segment}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._place.inside})

    def __repr__(self) -> str:
        return f"<{_snake(self._place.segment)}>"

    def _explained(self, operation: str, act: Callable[..., Any]) -> Any:
        kind, _ = self._place.uses["list" if operation in ("stream", "fetch") else operation]
        return _function(operation, act, kind)

    def _create(self, pairs: list[tuple[str, str]]) -> Instance:
        kind, _ = self._place.uses["create"]
        if self._client._announce is not None:
            given = dict(pairs)
            whom = (given.get(name) for name in ("To", "PhoneNumber", "AreaCode"))
            self._client._announce(self._place.segment, next(filter(None, whom), ""))
        answer = self._client._request(
            "POST", self._path + ".json", form=pairs, failure="Unable to create record"
        )
        return self._element(kind, answer)

    def _fetch(self, pairs: list[tuple[str, str]]) -> Instance:
        """Return the one there is: a balance, say, which has no SID."""
        kind, _ = self._place.uses["list"]
        answer = self._client._request(
            "GET", self._path + ".json", query=pairs, failure="Unable to fetch record"
        )
        return self._element(kind, answer)

    def _list(
        self,
        pairs: list[tuple[str, str]],
        limit: int | None = None,
        page_size: int | None = None,
    ) -> list[Instance]:
        return list(self._stream(pairs, limit, page_size))

    def _stream(
        self,
        pairs: list[tuple[str, str]],
        limit: int | None = None,
        page_size: int | None = None,
    ) -> Iterator[Instance]:
        return itertools.islice(self._rows(pairs, limit, page_size), limit)

    def _rows(
        self, pairs: list[tuple[str, str]], limit: int | None, page_size: int | None
    ) -> Iterator[Instance]:
        kind, view = self._place.uses["list"]
        size = page_size or (min(limit, 1000) if limit else None)
        query = [*pairs, *([("PageSize", str(size))] if size else [])]
        path: str | None = self._path + ".json"
        while path is not None:
            page = self._client._request("GET", path, query=query, failure="Unable to fetch page")
            for row in page[view.plural]:
                yield self._element(kind, row)
            # The server's own road to the next page, filters included; never another server.
            following = page.get("next_page_uri")
            path = _own_path(following) if following else None
            query = []

    def _element(self, kind: type[Resource], values: Mapping[str, Any]) -> Instance:
        sid = values.get(kind.key)
        path = f"{self._path}/{quote(sid, safe='')}" if isinstance(sid, str) else None
        return Instance(self._client, self._place, path, kind, values)


class Instance:
    """One element: a call, a message, a number. Its attributes are the fields of the answer.

    ``fetch()``, ``update(...)`` and ``delete()`` are there where the API has them; the first two
    return the element as it then is. Dates are datetimes in UTC; what Twilio writes as text,
    durations and prices included, stays text.
    """

    def __init__(
        self,
        client: Client,
        place: Place,
        path: str | None,
        kind: type[Resource] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._place = place
        self._path = path
        self._kind = kind
        if path is not None:
            for operation in ("fetch", "update", "delete"):
                if operation in place.uses:
                    act = getattr(self, f"_{operation}")
                    explained = _function(operation, act, place.uses[operation][0])
                    setattr(self, operation, explained)
        if kind is not None:
            _fill(self, kind, values or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            if name == "_from" and self.__dict__.get("_kind") is not None:
                raise AttributeError("the number it comes from is .from_ here")
            raise AttributeError(name)
        if name == "from_" and self._kind is not None and self._kind.__name__ in FROM:
            raise AttributeError(f"of a call this is .{FROM[self._kind.__name__]}, with Twilio too")
        return self._collection(name, f"{self!r} has no {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(self._place.below if self._path else ())})

    def __repr__(self) -> str:
        if self._kind is None:
            return f"<{_snake(self._place.segment)} {(self._path or '').rpartition('/')[2]}>"
        shown = [self._kind.__name__]
        for name in ("sid", "phone_number", "status"):
            value = self.__dict__.get(name)
            if isinstance(value, str):
                shown.append(value)
        return f"<{' '.join(shown)}>"

    def _collection(self, name: str, otherwise: str) -> Collection:
        place = self._place.below.get(name) if self._path is not None else None
        if place is None:
            near = difflib.get_close_matches(name, self._place.below, 1)
            raise AttributeError(otherwise + (f" Did you mean {near[0]!r}?" if near else ""))
        return Collection(self._client, place, f"{self._path}/{place.segment}")

    def _fetch(self, pairs: list[tuple[str, str]]) -> Instance:
        return self._answer("fetch", "GET", query=pairs, failure="Unable to fetch record")

    def _update(self, pairs: list[tuple[str, str]]) -> Instance:
        return self._answer("update", "POST", form=pairs, failure="Unable to update record")

    def _delete(self, pairs: list[tuple[str, str]]) -> bool:
        failure = "Unable to delete record"
        self._client._request("DELETE", f"{self._path}.json", query=pairs, failure=failure)
        return True

    def _answer(self, operation: str, method: str, **request: Any) -> Instance:
        values = self._client._request(method, f"{self._path}.json", **request)
        kind, _ = self._place.uses[operation]
        return Instance(self._client, self._place, self._path, kind, values)


# --- arguments and answers -------------------------------------------------------------------


def _function(operation: str, act: Callable[..., Any], kind: type[Resource]) -> Any:
    """Return *act* as a function whose arguments, and Shift-Tab, are those of the operation."""
    params = _params(operation, kind)
    signature = _signature(operation, kind, params)

    def call(*args: Any, **given: Any) -> Any:
        try:
            bound = signature.bind(*args, **given).arguments
        except TypeError as problem:
            near = difflib.get_close_matches(
                next((name for name in given if name not in signature.parameters), ""),
                signature.parameters,
                1,
            )
            hint = f"; did you mean {near[0]}=?" if near else ""
            raise TypeError(f"{operation}(): {problem}{hint}") from None
        paging = {name: bound.pop(name) for name in ("limit", "page_size") if name in bound}
        pairs = [pair for name, value in bound.items() for pair in _written(params[name], value)]
        return act(pairs, **paging)

    call.__name__ = call.__qualname__ = operation
    call.__doc__ = _doc(operation, kind)
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call


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


def _written(param: str, value: Any) -> list[tuple[str, str]]:
    """Return the pairs that *value* is sent as; none for None."""
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
        return [pair for each in value for pair in _written(param, each)]
    return [(param, str(value))]


def _fill(instance: Instance, kind: type[Resource], values: Mapping[str, Any]) -> None:
    """Give *instance* an attribute for each field, declared or only sent."""
    dates = set()
    for name, declared in kind.declared().items():
        if declared.metadata.get("shown"):
            setattr(instance, _attribute(kind, name.rstrip("_")), None)
        if declared.metadata.get("kind") == "date":
            dates.add(name)
    for name, value in values.items():
        if name in dates and isinstance(value, str):
            value = _moment(value)
        elif name in DECIMALS and value:
            value = _decimal(value)
        setattr(instance, _attribute(kind, name), value)


def _attribute(kind: type[Resource], name: str) -> str:
    return FROM.get(kind.__name__, "from_") if name == "from" else name


def _moment(text: str) -> datetime | str:
    try:
        moment = from_rfc2822(text)
    except ValueError:
        return text  # as Twilio's client: better as it came than not at all
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decimal(value: str | float) -> Decimal | str | float:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def _own_path(uri: str) -> str:
    parts = urlsplit(uri)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _refusal(answer: requests.Response, method: str, path: str, failure: str) -> TwilioError:
    try:
        body = answer.json()
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    code = body.get("code")
    code = code if isinstance(code, int) else answer.status_code
    why, step = advice(code, answer.status_code)
    if 300 <= answer.status_code < 400:
        why = "The server sends this request elsewhere; credentials are not carried along."
        step = "Check base_url: https and not http?"
    message = body.get("message")
    return TwilioError(
        answer.status_code,
        path.removeprefix(f"/{VERSION}"),
        f"{failure}: {message}" if isinstance(message, str) else failure,
        code,
        method,
        body.get("details"),
        more_info=body.get("more_info") or more_info(code),
        why=why,
        next_step=step,
    )


def _is_twilio(host: str) -> bool:
    return host == "twilio.com" or host.endswith(".twilio.com")


def _check_live(live: bool | None) -> None:
    if live is None:
        live = read_settings().live
    if not live:
        raise SettingsError(
            "The mode is sandbox, so nothing is sent to Twilio.",
            why="A client without base_url talks to Twilio, and calls and texts cost money there.",
            next_step="Use connect(), which brings a client for the sandbox. If you mean it: set"
            ' TWILIO_MODE=live in the environment, or connect(mode="live").',
        )
