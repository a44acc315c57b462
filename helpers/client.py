"""The REST client: Twilio's API with the names that Twilio's own Python client gives to it.

    client = Client(account_sid, auth_token, base_url=sandbox.url)
    call = client.calls.create(to="+14155550100", from_="+15005550006", url=site.url)
    client.calls(call.sid).fetch().status

Which resources there are, where they stand and what they take is read from :mod:`helpers.places`,
when the first client is made: the same declarations that the sandbox answers by. The newer APIs
stand beside: ``client.messaging.v1.services``, ``client.verify.v2.services(sid).verifications``.
A program moves to Twilio's client by changing one import.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from helpers.errors import ConnectionFailed, SettingsError, TwilioError
from helpers.wire import Wire, is_private

if TYPE_CHECKING:
    import requests

    from helpers.places import Place, Use

TWILIO = "https://api.twilio.com"
CORE, CORE_VERSION = "api", "2010-04-01"

Pairs = list[tuple[str, str]]
_ADDRESS = re.compile(r"(?:https?|wss?)://[^\s<>\"']+", re.IGNORECASE)


# --- what a program holds --------------------------------------------------------------------


class Client:
    """An account's view of Twilio: ``client.calls``, ``client.messages`` and so on.

    *username* and *password* are the Account SID and its auth token, or an API key and its
    secret with the account in *account_sid*. *base_url* is the server, Twilio's own by default;
    there *region* and *edge* choose where, as the settings ``TWILIO_REGION`` and ``TWILIO_EDGE``
    do. Any other server answers all of Twilio's APIs at its one address, as the sandbox does.

    Nothing is sent to Twilio unless the mode is live: *live*, or else the setting ``TWILIO_MODE``,
    says so; left out, credentials too come from the settings. Before anything is created there,
    whom it is for and what it costs is printed, or *announce* is called instead, with the resource
    ("Calls", "Messages" ...) and whom it is for. Twilio reaches no web site on
    this machine: a request that names one is refused here, before it is sent, unless *detour*,
    called with the resource and the parameters, returns others.
    """

    def __init__(
        self,
        username: str | None = None,
        password: str | None = None,
        account_sid: str | None = None,
        region: str | None = None,
        *,
        edge: str | None = None,
        base_url: str = TWILIO,
        announce: Callable[[str, str], None] | None = None,
        detour: Callable[[str, Pairs], Pairs] | None = None,
        live: bool | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"{base_url!r} is no address of a server.",
                next_step="It begins with http:// or https://.",
            )
        self._at_twilio = _is_twilio(parts.hostname)
        if self._at_twilio:
            _check_live(live)
            announce = announce or say_cost
            if not (username and password):
                from helpers.config import read_settings

                settings = read_settings("live")
                username, password = settings.credentials or ("", "")
                account_sid = account_sid or settings.account_sid
            region = region or os.environ.get("TWILIO_REGION")
            edge = edge or os.environ.get("TWILIO_EDGE")
        if not (username and password):
            raise SettingsError(
                "A client needs an account and its password.",
                next_step="session = connect() makes one with both; or Client(sid, token,"
                " base_url=...).",
            )
        self.account_sid = account_sid or username
        self.region, self.edge = _part_of_a_name(region), _part_of_a_name(edge)
        self._base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self._wire = Wire((username, password), headers={"Accept": "application/json"})
        self._announce = announce
        self._detour = detour
        self.api = Core(self)
        self._own = self.api.account

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        from helpers.places import roots

        found: Any
        if name in roots():
            found = Domain(self, name)
        else:
            found = self._own._collection(name, f"Twilio's client has no {name!r} here.")
        # The next time it is simply there.
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        from helpers.places import accounts, roots

        return sorted({*super().__dir__(), *accounts().below, *roots()})

    def __repr__(self) -> str:
        return f"<Client {self.account_sid}>"

    @property
    def base_url(self) -> str:
        """What the addresses of the core API begin with."""
        return self._host(CORE)

    def close(self) -> None:
        """Close the kept connection; the next request opens it again."""
        self._wire.close()

    def _host(self, domain: str) -> str:
        """Return what the addresses of an API begin with, such as ``https://verify.twilio.com``.

        As Twilio's own client does it: product.edge.region.twilio.com, and who names an edge only
        means the region us1.
        """
        if not self._at_twilio:
            return self._base
        scheme, _, host = self._base.partition("://")
        _, *middle = host.split(".")[:-2]
        told = [None, *middle][-2:] if len(middle) < 2 else middle[:2]
        edge = self.edge or told[0]
        region = self.region or (told[1] if middle else None) or ("us1" if edge else None)
        pieces = [domain, edge, region, *host.split(".")[-2:]]
        return f"{scheme}://{'.'.join(piece for piece in pieces if piece)}"

    def _request(
        self,
        method: str,
        url: str,
        *,
        form: Sequence[tuple[str, str]] = (),
        query: Sequence[tuple[str, str]] = (),
        failure: str,
    ) -> Any:
        """Return the JSON of the answer (None for an empty one); TwilioError if it is refused."""
        answer = self._wire.send(method, url, form=form, query=query)
        content = answer.content
        if not 200 <= answer.status_code < 300:
            raise _refusal(answer, method, url, failure)
        if answer.status_code == 204 or not content:
            return None
        try:
            return json.loads(content)
        except ValueError:
            raise ConnectionFailed(
                "What answered does not speak as Twilio does.",
                why="The answer is no JSON.",
                next_step="Check base_url: it is the server's address alone, without a path.",
            ) from None

    def _allowed(self, what: str, pairs: Pairs) -> Pairs:
        """Return the parameters as Twilio can use them; SettingsError where it cannot."""
        if not self._at_twilio:
            return pairs
        if self._detour is not None and any(_private(value) for _, value in pairs):
            pairs = self._detour(what, pairs)
        for name, value in pairs:
            if address := _private(value):
                raise SettingsError(
                    f"Twilio cannot reach {address} ({name}).",
                    why="It is an address of this machine or its network; nothing was sent.",
                    next_step=REACHABLE,
                )
        return pairs


def say_cost(what: str, to: str) -> None:
    """Print whom something is for and what it costs, before it is sent."""
    from helpers import prices

    print(f"live: {what}{f' for {to}' if to else ''}: {prices.creating(what)}.")


#: The ways to give Twilio a document or a web site that it can fetch.
REACHABLE = (
    "Give the instructions themselves (twiml=...) instead of a URL; or put the web site on a host"
    " with a public address; or lend it one for a while with a tunnel (such as cloudflared tunnel"
    " --url http://127.0.0.1:8000, or ngrok http 8000) and give the https:// address it prints."
)


def _private(value: str) -> str:
    """The first address in a parameter, be it a URL or TwiML, that only this network reaches."""
    if "://" not in value:
        return ""
    return next((a for a in _ADDRESS.findall(value) if is_private(a)), "")


class Domain:
    """One of Twilio's APIs, such as ``client.messaging``; its versions are ``.v1``, ``.v2``.

    What stands in the first of them can be named without: ``client.messaging.services``.
    """

    def __init__(self, client: Client, name: str) -> None:
        from helpers.places import roots

        self._name = name
        self._versions = roots()[name]
        self._client = client

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found: Any
        if name in self._versions:
            url = f"{self._client._host(self._name)}/{name}"
            found = Version(self._client, self._versions[name], url)
        else:
            found = getattr(getattr(self, next(iter(self._versions))), name)
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        below = (name for root in self._versions.values() for name in root.below)
        return sorted({*super().__dir__(), *self._versions, *below})

    def __repr__(self) -> str:
        return f"<{self._name}>"


class Core:
    """``client.api``: the accounts, and an account's things by another road."""

    def __init__(self, client: Client) -> None:
        from helpers.places import accounts

        self._client = client
        url = f"{client._host(CORE)}/{CORE_VERSION}/Accounts"
        self.accounts = Collection(client, accounts(), url)
        #: The client's own account.
        self.account = self.accounts(client.account_sid)

    @property
    def v2010(self) -> Core:
        """The version of the API that all this is about."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.account, name)

    def __repr__(self) -> str:
        return "<api>"


class _Lists:
    """What has lists in it, each an attribute: made when first asked for, then kept."""

    def __init__(self, client: Client, lists: Mapping[str, Place], url: str) -> None:
        self._client = client
        self._lists = lists
        self._url = url

    def __getattr__(self, name: str) -> Collection:
        place = None if name.startswith("_") else self._lists.get(name)
        if place is None:
            raise AttributeError(f"{self!r} has no {name!r}")
        found = Collection(self._client, place, f"{self._url}/{place.segment}")
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._lists})


class Collection(_Lists):
    """A list of the API, such as ``client.calls``; ``client.calls(sid)`` is one of its elements."""

    def __init__(self, client: Client, place: Place, url: str) -> None:
        super().__init__(client, place.inside, url)
        self._place = place
        # Attributes, not methods of the class: so Tab shows what this list can do, no more, and
        # Shift-Tab what it takes.
        for name, function in _methods(place, "list").items():
            self.__dict__[name] = MethodType(function, self)

    def __call__(self, sid: str) -> Instance:
        """Return the element with this SID, without asking for it yet."""
        if not isinstance(sid, str) or not sid:
            raise TypeError(f"a SID is a text such as CA..., not {sid!r}")
        return Instance(self._client, self._place, f"{self._url}/{quote(sid, safe='')}")

    def get(self, sid: str) -> Instance:
        """Return the element with this SID, without asking for it yet."""
        return self(sid)

    def __repr__(self) -> str:
        return f"<{_name(self._place)}>"

    def _create(self, pairs: Pairs) -> Instance:
        place, client = self._place, self._client
        pairs = client._allowed(place.segment, pairs)
        if client._announce is not None:
            client._announce(place.segment, _whom(pairs))
        answer = client._request(
            "POST", self._url + place.suffix, form=pairs, failure="Unable to create record"
        )
        return self._element(place.uses["create"], answer)

    def _fetch(self, pairs: Pairs) -> Instance:
        """Return the one there is: a balance, say, which has no SID."""
        answer = self._client._request(
            "GET", self._url + self._place.suffix, query=pairs, failure="Unable to fetch record"
        )
        return self._element(next(iter(self._place.uses.values())), answer)

    def _list(
        self, pairs: Pairs, limit: int | None = None, page_size: int | None = None
    ) -> list[Instance]:
        return list(self._stream(pairs, limit, page_size))

    def _stream(
        self, pairs: Pairs, limit: int | None = None, page_size: int | None = None
    ) -> Iterator[Instance]:
        return itertools.islice(self._rows(pairs, limit, page_size), limit)

    def _rows(self, pairs: Pairs, limit: int | None, page_size: int | None) -> Iterator[Instance]:
        use = self._place.uses["list"]
        size = page_size or (min(limit, 1000) if limit else None)
        query = [*pairs, *([("PageSize", str(size))] if size else [])]
        url: str | None = self._url + self._place.suffix
        server = "/".join(self._url.split("/")[:3])
        while url is not None:
            page = self._client._request("GET", url, query=query, failure="Unable to fetch page")
            # The newer APIs say in `meta` what the older ones say beside the rows.
            meta = page.get("meta") or {}
            for row in page[meta.get("key") or use.view.plural]:
                yield self._element(use, row)
            # The server's own road to the next page, filters included; never another server.
            following = meta.get("next_page_url") or page.get("next_page_uri")
            url = server + _own_path(following) if following else None
            query = []

    def _element(self, use: Use, values: Mapping[str, Any]) -> Instance:
        sid = values.get(use.kind.key)
        url = f"{self._url}/{quote(sid, safe='')}" if isinstance(sid, str) else None
        return Instance(self._client, self._place, url, use, values)


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
        url: str | None,
        use: Use | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._place = place
        self._url = url
        self._use = use
        mine = self.__dict__
        if url is not None:
            for name, function in _methods(place, "element").items():
                mine[name] = MethodType(function, self)
        if use is not None:
            mine.update(use.attributes(values or {}))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            if name == "_from" and self.__dict__.get("_use") is not None:
                raise AttributeError("the number it comes from is .from_ here")
            raise AttributeError(name)
        if name == "from_" and "_from" in self.__dict__:
            raise AttributeError("of a call this is ._from, with Twilio too")
        return self._collection(name, f"{self!r} has no {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(self._place.below if self._url else ())})

    def __repr__(self) -> str:
        if self._use is None:
            return f"<{_name(self._place)} {(self._url or '').rpartition('/')[2]}>"
        shown = [self._use.kind.__name__]
        for name in ("sid", "phone_number", "status"):
            value = self.__dict__.get(name)
            if isinstance(value, str):
                shown.append(value)
        return f"<{' '.join(shown)}>"

    def _collection(self, name: str, otherwise: str) -> Collection:
        place = self._place.below.get(name) if self._url is not None else None
        if place is None:
            import difflib

            near = difflib.get_close_matches(name, self._place.below, 1)
            raise AttributeError(otherwise + (f" Did you mean {near[0]!r}?" if near else ""))
        return Collection(self._client, place, f"{self._url}/{place.segment}")

    def _fetch(self, pairs: Pairs) -> Instance:
        return self._answer("fetch", "GET", query=pairs, failure="Unable to fetch record")

    def _update(self, pairs: Pairs) -> Instance:
        pairs = self._client._allowed(self._place.segment, pairs)
        return self._answer("update", "POST", form=pairs, failure="Unable to update record")

    def _delete(self, pairs: Pairs) -> bool:
        failure = "Unable to delete record"
        self._client._request(
            "DELETE", f"{self._url}{self._place.suffix}", query=pairs, failure=failure
        )
        return True

    def _answer(self, operation: str, method: str, **request: Any) -> Instance:
        values = self._client._request(method, f"{self._url}{self._place.suffix}", **request)
        return Instance(self._client, self._place, self._url, self._place.uses[operation], values)


class Version(_Lists):
    """One version of an API, such as ``client.messaging.v1``: the lists that stand in it."""

    def __init__(self, client: Client, root: Place, url: str) -> None:
        super().__init__(client, root.below, url)

    def __repr__(self) -> str:
        return f"<{self._url.rpartition('/')[2]}>"


# --- methods ---------------------------------------------------------------------------------

#: What a list and an element can do: the method, the use of the place it stands for, the act.
METHODS: dict[str, dict[str, tuple[str, Callable[..., Any]]]] = {
    "list": {
        "create": ("create", Collection._create),
        "list": ("list", Collection._list),
        "stream": ("list", Collection._stream),
        "fetch": ("fetch alone", Collection._fetch),
    },
    "element": {
        "fetch": ("fetch", Instance._fetch),
        "update": ("update", Instance._update),
        "delete": ("delete", Instance._delete),
    },
}


def _methods(place: Place, of: str) -> Mapping[str, Callable[..., Any]]:
    """Return the methods of a place's list or elements: made when first needed, and kept there."""
    made = place.methods.get(of)
    if made is None:
        made = place.methods[of] = {
            name: place.uses[use].function(name, act)
            for name, (use, act) in METHODS[of].items()
            if use in place.uses
        }
    return made


def _name(place: Place) -> str:
    from helpers.places import snake

    return snake(place.segment)


def _whom(pairs: Pairs) -> str:
    """Whom or what a create request is for."""
    given = dict(pairs)
    whom = (given.get(name) for name in ("To", "PhoneNumber", "AreaCode"))
    return next(filter(None, whom), "")


def _own_path(uri: str) -> str:
    parts = urlsplit(uri)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _refusal(answer: requests.Response, method: str, url: str, failure: str) -> TwilioError:
    try:
        body = answer.json()
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    code = body.get("code")
    code = code if isinstance(code, int) else answer.status_code
    from helpers.advice import advice, more_info

    why, step = advice(code, answer.status_code)
    if 300 <= answer.status_code < 400:
        why = "The server sends this request elsewhere; credentials are not carried along."
        step = "Check base_url: https and not http?"
    message = body.get("message")
    return TwilioError(
        answer.status_code,
        _below_version(url),
        f"{failure}: {message}" if isinstance(message, str) else failure,
        code,
        method,
        body.get("details"),
        more_info=body.get("more_info") or more_info(code),
        why=why,
        next_step=step,
    )


def _below_version(url: str) -> str:
    """The path as Twilio's client tells it: without server, version and query."""
    return re.sub(r"^.*?://[^/]*.*?/(?:2010-04-01|v\d+)(?=/)", "", url.partition("?")[0])


def _is_twilio(host: str) -> bool:
    return host == "twilio.com" or host.endswith(".twilio.com")


def _part_of_a_name(text: str | None) -> str | None:
    """A region or an edge, which become part of the host that the password is sent to."""
    if text and not re.fullmatch("[A-Za-z0-9-]+", text):
        raise SettingsError(
            f"{text!r} is no region or edge of Twilio.",
            next_step="A region is written like ie1, an edge like dublin; or leave it out.",
        )
    return text or None


def _check_live(live: bool | None) -> None:
    if live is None:
        from helpers.config import read_settings

        live = read_settings().live
    if not live:
        raise SettingsError(
            "The mode is sandbox, so nothing is sent to Twilio.",
            why="A client without base_url talks to Twilio, and calls and texts cost money there.",
            next_step="Use connect(), which brings a client for the sandbox. If you mean it: set"
            ' TWILIO_MODE=live in the environment, or connect(mode="live").',
        )
