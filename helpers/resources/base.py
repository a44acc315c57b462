"""What all REST resources share: declared fields, parameters, JSON, and the World they act on.

A resource is a dataclass. Each field says, once, what kind of value it holds, whether a reply
shows it, and which request parameter sets it. The sandbox reads that to check requests, keep
rows and write replies; the client reads it to name arguments and to understand replies.
"""

from __future__ import annotations

import dataclasses
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, NoReturn, Protocol, Self, TypeVar, cast
from urllib.parse import urlsplit

from helpers import phone_numbers
from helpers.errors import Refusal

VERSION = "2010-04-01"
OLDER_VERSION = "2008-08-01"  # numbers and applications may name it; nothing differs here
METHODS = ("GET", "POST")

#: The code for a request or value that no code of its own exists for ("unknown parameters").
MALFORMED_REQUEST = 20001

#: Characters of a filter with wildcards: more than a number can have, and no work to compare.
LONGEST_PATTERN = 64

# ---------------------------------------------------------------------------------------------
# Declaring fields
# ---------------------------------------------------------------------------------------------

#: Kinds of field: how a value is kept and how a reply writes it. Twilio writes most numbers as
#: strings; ``number`` is such a one, ``integer`` a real JSON number; a ``method`` is GET or POST.
KINDS = ("string", "method", "number", "integer", "boolean", "date", "list", "map")

#: What an integer parameter may be, and the code for another, where its field says nothing.
ANY_INTEGER = (0, 999_999_999, MALFORMED_REQUEST)


def shown(default: Any = None, kind: str = "string", **about: Any) -> Any:
    """A field that replies show.

    *create*, *update*: the request parameter that sets it there. *within*, for an integer: the
    lowest and highest value, and the code that refuses any other; *code*, for a method: likewise.
    """
    return _declare(default, kind, True, about)


def hidden(default: Any = None, kind: str = "string", **about: Any) -> Any:
    """A field that is kept but never shown (``Url``, ``StatusCallback`` and the like)."""
    return _declare(default, kind, False, about)


def _declare(default: Any, kind: str, show: bool, about: dict[str, Any]) -> Any:
    if kind not in KINDS:
        raise ValueError(f"no such kind of field: {kind}")
    metadata = {"kind": kind, "shown": show, **about}
    if kind == "list":
        return dataclasses.field(default_factory=list, metadata=metadata)
    if kind == "map":
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


# ---------------------------------------------------------------------------------------------
# Request parameters
# ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class View:
    """A place where a kind of resource stands. Some stand in several, and look different there.

    *path* is that of the list, below the account; a field's name in braces stands for its value
    (``Calls/{call_sid}/Recordings``). *fixed* are values that everything there has.
    """

    path: str
    plural: str
    singular: str
    operations: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...] = ()


class Params:
    """The parameters of one request: names to values, a name may come more than once.

    *place* is what the path says: the values of the fields it names, and of the view's fixed
    ones; *view* the place itself.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]] = (),
        view: View | None = None,
        place: Mapping[str, str] | None = None,
    ) -> None:
        self.pairs = list(pairs)
        self._last = dict(self.pairs)
        self.view = view
        self.place = dict(place or {})

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def among(self, names: Mapping[str, Any]) -> list[str]:
        """Those of *names* that were given, in their order there."""
        given = names.keys() & self._last.keys()
        return [name for name in names if name in given] if len(given) > 1 else list(given)

    def get(self, name: str, default: str = "") -> str:
        """The last value given for *name*."""
        return self._last.get(name, default)

    def all(self, name: str) -> list[str]:
        """Every value given for *name*, in order."""
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean; Twilio's clients write ``true`` and ``false``."""
        given = self.get(name).strip().lower()
        return given in ("true", "1", "yes") if given else default

    def integer(self, name: str, default: int | None, low: int, high: int, code: int) -> int | None:
        """A whole number between *low* and *high*; another value is refused with *code*."""
        given = self.get(name).strip()
        if not given:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", given) or not low <= int(given) <= high:
            raise Refusal(400, code, f"{name} must be a whole number from {low} to {high}: {given}")
        return int(given)

    def method(self, name: str, code: int, default: str = "POST") -> str:
        """GET or POST; another value is refused with *code*."""
        given = self.get(name).strip().upper()
        if given and given not in METHODS:
            raise Refusal(400, code, f"{name} must be GET or POST: {self.get(name)}")
        return given or default


def is_web_address(text: str) -> bool:
    """Whether *text* is an absolute http or https URL with a host and no white space."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it raises ValueError when the port is no number
    except ValueError:
        return False
    return (
        parts.scheme.lower() in ("http", "https")
        and bool(parts.hostname)
        and not re.search(r"[\s\x00-\x1f]", text)
    )


def is_callback_address(text: str) -> bool:
    """As :func:`is_web_address`, and no underscore in the host name (Twilio refuses those)."""
    return is_web_address(text) and "_" not in (urlsplit(text).hostname or "")


def friendly_name(params: Params, default: str) -> str:
    """The FriendlyName given, at most 64 characters, or the default."""
    given = params.get("FriendlyName")
    if len(given) > 64:
        raise Refusal(400, MALFORMED_REQUEST, "FriendlyName must be at most 64 characters long.")
    return given or default


def refuse_callback(url: str) -> None:
    """Refuse a StatusCallback that is no address a web site can have; "" stands for none."""
    if url and not is_callback_address(url):
        raise Refusal(400, 21609, f"The StatusCallback URL {url} is not a valid URL.")


def not_found(path: str) -> Refusal:
    """How Twilio refuses what is not there; *path* is what was asked for."""
    return Refusal(404, 20404, f"The requested resource {path} was not found")


def derived(world: World, name: str) -> bytes:
    """The next secret of that name of an account: 32 bytes.

    The same in every run, and nobody else's to work out.
    """
    own, made = world.account.auth_token, world.count(name)
    return hmac.digest(own.encode(), f"{name}/{made}".encode(), "sha256")


def find_application(world: World, sid: str) -> Any:
    """This account's application with that SID; None for "". Any other SID is refused."""
    if not sid:
        return None
    found = world.find(kinds()["Application"], sid=sid)
    if not found:
        raise Refusal(400, 21218, f"Invalid ApplicationSid: there is no application {sid}.")
    return found[0]


def refuse_magic(operation: str, role: str, number: str, sender: str = "") -> None:
    """Refuse one of Twilio's test numbers as it asks to be (`phone_numbers.MAGIC`)."""
    found = phone_numbers.magic(operation, role, number)
    if found:
        raise Refusal(found.status, found.code, found.message(number, sender))


def refuse_number(operation: str, role: str, number: str, mistake: str) -> NoReturn:
    """Refuse any other number: *mistake* is a key of `phone_numbers.ORDINARY`."""
    found = phone_numbers.ORDINARY[operation, role, mistake]
    raise Refusal(found.status, found.code, found.message(number))


# ---------------------------------------------------------------------------------------------
# The world a resource acts on
# ---------------------------------------------------------------------------------------------

R = TypeVar("R", bound="Resource")


class World(Protocol):
    """What a resource may ask of the telephone company, on behalf of one account."""

    @property
    def account(self) -> Any:
        """The account whose things these are (`resources.account.Account`)."""

    def now(self) -> datetime:
        """The clock's moment, UTC."""

    def sid(self, prefix: str) -> str:
        """The next SID with this prefix for this account."""

    def count(self, name: str) -> int:
        """The next number of a counter of this account: 1, 2, 3 ..."""

    def find(self, kind: type[R], **fields: Any) -> list[R]:
        """This account's resources of a kind whose fields equal these, oldest first."""

    @property
    def address(self) -> str:
        """The address of this server: scheme, host and port."""

    def log(self, call_sid: str) -> list[dict[str, Any]]:
        """What the log has about a call, oldest first: "type", "at", "data" ..."""

    def owner(self, number: str) -> Any:
        """The IncomingPhoneNumber with this number, of whichever account, or None."""

    def owned(self, number: str) -> Any:
        """This account's IncomingPhoneNumber with this number, or None."""

    def verified(self, number: str) -> Any:
        """This account's OutgoingCallerId with this number, or None."""

    def verifiers(self, number: str) -> int:
        """How many accounts have verified this number."""

    def relative(self, sid: str) -> Any:
        """The account with this SID if who asks may give it things, or None."""

    def save(self, resource: Resource) -> None:
        """Keep a new resource."""

    def update(self, resource: Resource, *names: str) -> None:
        """Keep the named fields of a resource that is there already."""

    def remove(self, resource: Resource) -> None:
        """Forget a resource."""

    def alert(self, code: int, text: str, **about: Any) -> None:
        """Write a debugger alert; *about*: call_sid, message_sid, request_url ..."""

    def charge(self, thing: Any) -> str | None:
        """Charge the account for a call, message, recording or number.

        Returns the price that the thing shows; None where it costs nothing, or nobody knows.
        """

    def spent(self, first: date, last: date, *, owned: bool) -> list[Any]:
        """What was charged from one day to another (`resources.usage.Spent`).

        *owned*: the account's sub-accounts included.
        """

    def forget_sound(self, name: str) -> None:
        """Forget what a microphone took in, which no recording holds any more."""

    def look_at_usage(self) -> None:
        """See soon whether usage has reached what a trigger waits for."""

    def beside(self, account: Any) -> World:
        """The same for an account that this one owns."""

    def count_message(self) -> None:
        """Count a message that is to be sent; refuse it if the day has seen enough of them."""

    def blocked(self, sender: str, recipient: str) -> bool:
        """Whether *recipient* has sent STOP to *sender*."""

    def start_call(self, call: Any) -> None:
        """Dial a call that was just saved."""

    def redirect_call(self, call: Any, url: str, method: str, twiml: str) -> None:
        """Give a live call other instructions: a URL, or inline TwiML."""

    def end_call(self, call: Any, status: str) -> None:
        """End a call: ``canceled`` before it is answered, ``completed`` at any time."""

    def send_message(self, message: Any) -> None:
        """Take a message that was just saved towards its handset."""

    def cancel_message(self, message: Any) -> None:
        """Let a scheduled message know that it is not to leave."""

    def start_validation(self, request: Any) -> str:
        """Ring a number and ask for the code of a validation request; the SID of that call."""

    def start_recording(self, call: Any, recording: Any) -> None:
        """Begin to record a live call."""

    def begin_beside(self, thing: Any) -> None:
        """Begin what was just saved and runs beside a call: a stream, a transcription ..."""

    def change_payment(self, payment: Any) -> None:
        """Let a payment go on as it is now: something is to be keyed in, or it is over."""

    def end_beside(self, thing: Any) -> None:
        """End what runs beside a call."""

    def stop_recording(self, recording: Any, status: str) -> None:
        """Change the state of a running recording: stopped, paused or in-progress."""

    def open_conference(self, name: str) -> Any:
        """The conference that now begins in a room, with nobody in it yet."""

    def end_conference(self, conference: Any) -> None:
        """End a conference for everybody in it."""

    def announce(self, conference: Any, call_sid: str | None, url: str, method: str) -> None:
        """Let all in a conference (None), or one of them, hear what is at a URL."""

    def ring_participant(self, participant: Any) -> None:
        """Ring one who was just saved, and take the call into its conference."""

    def change_participant(self, participant: Any) -> None:
        """Let a participant be as it is now: muted, on hold ..."""

    def remove_participant(self, participant: Any) -> None:
        """Take a participant out of its conference."""

    def dequeue(self, member: Any, url: str, method: str) -> None:
        """Take a call out of its queue, to go on with the document at a URL."""


# ---------------------------------------------------------------------------------------------
# The resource
# ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(kw_only=True)
class Resource:
    """One thing the API knows. A subclass in this folder is all it takes to add a kind."""

    #: the version of the API it belongs to, the first part of its paths
    version: ClassVar[str] = VERSION
    #: two letters in front of its SIDs
    prefix: ClassVar[str] = ""
    #: the field by which a path names one
    key: ClassVar[str] = "sid"
    #: the path of its list below the account, the key of the rows there, and the XML element of
    #: one row where that is not the class's name
    path: ClassVar[str] = ""
    plural: ClassVar[str] = ""
    singular: ClassVar[str] = ""
    #: operations for which what its path names on the way need not be there yet
    above_optional: ClassVar[tuple[str, ...]] = ()
    #: what may be done with it: create, list, fetch, update, delete
    operations: ClassVar[tuple[str, ...]] = ("create", "list", "fetch", "update", "delete")
    #: further places where it stands
    more_views: ClassVar[tuple[View, ...]] = ()
    #: query parameter of a list -> (field, comparison): ("to", "="), ("start_time", "day<") ...
    filters: ClassVar[dict[str, tuple[str, str]]] = {}
    #: names of the sub-resources a reply links to: key -> path below this resource
    links: ClassVar[dict[str, str]] = {}
    #: whether there are rows of it in the store; what is not kept is made up when asked for
    kept: ClassVar[bool] = True
    #: of a kind that is not kept: whether its lists come in pages, and whether there is no list but
    #: only one of it (`Balance`), which a GET of its path shows
    paged: ClassVar[bool] = True
    alone: ClassVar[bool] = False
    #: fields that rows are looked up by, beside the SID
    indexed: ClassVar[tuple[str, ...]] = ()
    #: order of a list
    newest_first: ClassVar[bool] = True
    #: HTTP status of a successful create
    create_status: ClassVar[int] = 201
    #: and of a successful update
    update_status: ClassVar[int] = 200
    #: fields that all resources have and replies about this one leave out
    omits: ClassVar[tuple[str, ...]] = ()
    #: whether a reply tells its own path
    has_uri: ClassVar[bool] = True

    sid: str = shown("")
    account_sid: str = shown("")
    date_created: datetime | None = shown(kind="date")
    date_updated: datetime | None = shown(kind="date")

    # -- declarations ----------------------------------------------------------------------

    @classmethod
    def declared(cls) -> dict[str, dataclasses.Field[Any]]:
        """Its fields by Python name, in the order replies show them."""
        return _declared(cls)  # type: ignore[arg-type] # a class is hashable

    @classmethod
    def parameters(cls, operation: str) -> dict[str, str]:
        """Request parameters of ``create`` or ``update``: CamelCase name -> field name."""
        return _parameters(cls, operation)  # type: ignore[arg-type] # a class is hashable

    @classmethod
    def views(cls) -> tuple[View, ...]:
        """The places where it stands, its own first."""
        own = View(cls.path, cls.plural, cls.singular or cls.__name__, cls.operations)
        return (own, *cls.more_views)

    # -- what a subclass says --------------------------------------------------------------

    @classmethod
    def create(cls, params: Params, world: World) -> Self:
        """Check the parameters of a create request; returns the unsaved resource or refuses."""
        return cls(**cls.take("create", params))

    def change(self, params: Params, world: World) -> None:
        """Check and apply the parameters of an update request, or refuse."""
        for name, value in self.take("update", params).items():
            setattr(self, name, value)

    @classmethod
    def new(cls, world: World, **fields: Any) -> Self:
        """An unsaved one of this account's, made now, with the next SID of its kind."""
        now = world.now()
        return cls(
            sid=world.sid(cls.prefix),
            account_sid=world.account.sid,
            date_created=now,
            date_updated=now,
            **fields,
        )

    def created(self, world: World) -> None:
        """What happens once it is saved."""

    def changed(self, world: World) -> None:
        """What happens once a change is saved."""

    def delete(self, world: World) -> None:
        """Forget it, or refuse."""
        world.remove(self)

    def seen(self, world: World) -> None:
        """Bring up to date what changes by itself, such as a waiting time, before it is shown."""

    @classmethod
    def changes_by_writing_only(cls) -> bool:
        """Whether a reply that shows one is the same until its row changes, whatever else does."""
        by_itself = cls.seen is not Resource.seen
        by_name = getattr(cls.resolve, "__func__", None) is not _RESOLVE
        return cls.kept and not by_itself and not by_name

    @classmethod
    def tidy(cls, world: World) -> None:
        """Forget what has had its time, before a list is made."""

    @classmethod
    def made_up(cls, params: Params, world: World) -> Sequence[Self] | None:
        """The rows of a kind that is not kept; None if there is no such place at all."""
        return []

    @classmethod
    def resolve(cls, name: str, params: Params, world: World) -> str:
        """The SID that *name*, the last part of a path, stands for."""
        return name

    @property
    def sid_prefix(self) -> str:
        """The two letters in front of this one's SID."""
        return self.prefix

    # -- shared ----------------------------------------------------------------------------

    @classmethod
    def take(cls, operation: str, params: Params) -> dict[str, Any]:
        """The values that *params* give for this operation's fields, converted to their kinds."""
        values: dict[str, Any] = {}
        fields = cls.parameters(operation)
        for param in params.among(fields):
            name = fields[param]
            declared = cls.declared()[name]
            kind, default = declared.metadata["kind"], cast(Any, declared.default)
            if kind == "list":
                values[name] = params.all(param)
            elif kind == "boolean":
                values[name] = params.flag(param)
            elif kind == "method":
                values[name] = params.method(param, declared.metadata["code"], default)
            elif kind == "integer":
                within = declared.metadata.get("within", ANY_INTEGER)
                values[name] = params.integer(param, default, *within)
            else:
                values[name] = params.get(param)
        return values

    @classmethod
    def conditions(cls, params: Params) -> list[tuple[str, str, Any]]:
        """What the filters of a list request ask for: fields, comparisons and values."""
        found: list[tuple[str, str, Any]] = []
        for param, (name, comparison) in cls.filters.items():
            given = params.get(param)
            if given == "":
                continue
            if comparison == "like" and len(given) > LONGEST_PATTERN:
                raise Refusal(
                    400,
                    MALFORMED_REQUEST,
                    f"{param} must be at most {LONGEST_PATTERN} characters long.",
                )
            if comparison.startswith("day"):
                found += _on_day(param, name, comparison[3:], given)
            elif cls.declared()[name].metadata["kind"] == "boolean":
                found.append((name, comparison, params.flag(param)))
            else:
                found.append((name, comparison, given))
        return found

    def home(self, view: View | None = None) -> str:
        """The path of the list it stands in, without suffix."""
        path = view.path if view else self.path
        if "{" in path:
            path = path.format(**{n: getattr(self, n) for n in re.findall(r"{(\w+)}", path)})
        return f"/{VERSION}/Accounts/{self.account_sid}/{path}"

    @property
    def uri(self) -> str:
        """Its path on the server, with suffix."""
        return f"{self.home()}/{getattr(self, self.key)}.json"

    def link_uris(self, view: View | None = None) -> dict[str, str]:
        """Where its sub-resources are: name -> path."""
        own = f"{self.home(view)}/{self.sid}/"
        return {k: f"{own}{v}.json" for k, v in self.links.items()}

    def as_json(
        self, view: View | None = None, operation: str = "fetch", server: str = ""
    ) -> dict[str, Any]:
        """The reply that shows it, before serialising: names to JSON values, in their order.

        *view* is where it was asked for, *operation* by what, *server* the address (scheme, host,
        port) that absolute URLs begin with.
        """
        names, values_of, to_write = _written(type(self))  # type: ignore[arg-type] # a class is hashable
        reply: dict[str, Any] = dict(zip(names, values_of(self), strict=True))
        for name, write in to_write:
            if reply[name] is not None:
                reply[name] = write(reply[name])
        if self.has_uri:
            reply["uri"] = f"{self.home(view)}/{getattr(self, self.key)}.json"
        if self.links:
            reply["subresource_uris"] = self.link_uris(view)
        return reply


_RESOLVE = getattr(Resource.resolve, "__func__", None)


@cache  # every request asks, and a class does not change
def _declared(cls: type[Resource]) -> dict[str, dataclasses.Field[Any]]:
    return {f.name: f for f in dataclasses.fields(cls)}


@cache
def _parameters(cls: type[Resource], operation: str) -> dict[str, str]:
    fields = _declared(cls).values()  # type: ignore[arg-type] # a class is hashable
    return {f.metadata[operation]: f.name for f in fields if f.metadata.get(operation)}


#: What a reply shows: the names in Twilio's order, what gets their values of a resource, and which
#: of them are written in another way.
_Written = tuple[
    tuple[str, ...],
    Callable[["Resource"], tuple[Any, ...]],
    tuple[tuple[str, Callable[[Any], str]], ...],
]


@cache
def _written(cls: type[Resource]) -> _Written:
    fields = [f for f in dataclasses.fields(cls) if f.metadata["shown"] and f.name not in cls.omits]
    found = [(f.name.rstrip("_"), f.name, _WRITE.get(f.metadata["kind"])) for f in fields]
    # Places for what `as_json` fills in itself.
    if cls.has_uri:
        found.append(("uri", "sid", None))
    if cls.links:
        found.append(("subresource_uris", "sid", None))
    found.sort(key=itemgetter(0))
    return (
        tuple(name for name, _, _ in found),
        attrgetter(*(field for _, field, _ in found)),
        tuple((name, write) for name, _, write in found if write is not None),
    )


def to_json(kind: str, value: Any) -> Any:
    """One value as a reply writes it."""
    write = _WRITE.get(kind)
    return value if write is None or value is None else write(value)


@lru_cache(maxsize=1024)  # many replies hold moments of the same second
def _rfc2822(second: datetime) -> str:
    return format_datetime(second.astimezone(UTC))


@lru_cache(maxsize=16)  # a reply holds the same moment several times
def rfc2822(moment: datetime) -> str:
    """``Tue, 31 Aug 2010 20:36:28 +0000``: the form of dates in this API and its webhooks."""
    return _rfc2822(moment.replace(microsecond=0))


_WRITE: dict[str, Callable[[Any], str]] = {"date": rfc2822, "number": str}


def from_rfc2822(text: str) -> datetime:
    """The moment that such a date names."""
    return parsedate_to_datetime(text)


@lru_cache(maxsize=4)  # what happens at once has the same moment
def iso8601(moment: datetime) -> str:
    """``2026-01-05T09:00:00.123456+00:00``: a moment as the data file has it, in UTC."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()


def _json_column(value: Any) -> str:
    return json.dumps(value) if value else "[]" if isinstance(value, list) else "{}"


#: How values are kept that SQLite does not keep as they are.
TO_COLUMN: dict[str, Callable[[Any], str]] = {
    "date": iso8601,
    "list": _json_column,
    "map": _json_column,
}


def to_column(kind: str, value: Any) -> Any:
    """One value as SQLite keeps it."""
    write = TO_COLUMN.get(kind)
    return value if write is None or value is None else write(value)


def from_column(kind: str, value: Any) -> Any:
    """The value that SQLite kept."""
    if kind in ("list", "map"):
        if not value or value in ("[]", "{}"):
            return [] if kind == "list" else {}
        return json.loads(value)
    if value is None:
        return None
    if kind == "date":
        return datetime.fromisoformat(value)
    if kind == "boolean":
        return bool(value)
    return value


def day(text: str) -> datetime | None:
    """The beginning of the UTC day that a filter names: ``2026-01-05``, or a moment of it."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    except (ValueError, OverflowError):
        return None


def _on_day(param: str, name: str, comparison: str, text: str) -> list[tuple[str, str, Any]]:
    """The conditions for a field on, before (``<``, ``<=``) or from (``>=``) a day on."""
    begin = day(text)
    if begin is None or begin.year in (1, 9999):
        raise Refusal(
            400, MALFORMED_REQUEST, f"{param.rstrip('<>')} must be a date, YYYY-MM-DD: {text}"
        )
    end = begin + timedelta(days=1)
    if comparison == "":
        return [(name, ">=", begin), (name, "<", end)]
    if comparison == "<=":
        return [(name, "<", end)]
    return [(name, comparison, begin)]


def kinds() -> Mapping[str, type[Resource]]:
    """Every resource class by name; importing :mod:`helpers.resources` finds them all."""
    found: dict[str, type[Resource]] = {}

    def walk(cls: type[Resource]) -> None:
        for child in cls.__subclasses__():
            if child.__name__ in found and found[child.__name__] is not child:
                raise TypeError(f"two resources are called {child.__name__}")
            found[child.__name__] = child
            walk(child)

    walk(Resource)
    return found
