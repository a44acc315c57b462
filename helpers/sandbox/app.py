"""The REST API: paths, credentials, paging and errors, the same for every resource.

What there is follows from the resources' own declarations (`helpers.resources`): a path is taken
apart here, matched with the places where resources stand, and answered by one of five
operations. Nothing in this file knows what a call is, except that a recording has sound.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from helpers import resources  # noqa: F401 - importing the folder declares every kind
from helpers.errors import Refusal
from helpers.resources.account import Account, ApiKey
from helpers.resources.base import MALFORMED_REQUEST, VERSION, Params, Resource, View, kinds
from helpers.resources.call import Call
from helpers.resources.message import Message
from helpers.resources.recording import Recording
from helpers.sandbox import replies
from helpers.sandbox.engine import AccountWorld, Engine
from helpers.sandbox.store import Store, Where

LARGEST_BODY = 1_000_000  # bytes of a request
PAGE_SIZE, LARGEST_PAGE = 50, 1_000
MORE_INFO = "https://www.twilio.com/docs/errors/"
SUFFIXES = ("json", "xml", "csv", "wav", "mp3")
METHODS = {"GET", "POST", "DELETE"}

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match, "
    "If-Modified-Since, If-None-Match, If-Unmodified-Since, Idempotency-Key",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "ETag, Twilio-Request-Id",
    "Access-Control-Allow-Credentials": "true",
}


class Found(NamedTuple):
    """What a path names: a place, the values its fields have there, and one thing in it or ""."""

    kinds: tuple[tuple[type[Resource], View], ...]
    place: dict[str, str]
    name: str

    def able(self, operation: str) -> tuple[type[Resource], View] | None:
        """The kind that can do this here; several kinds may share a place."""
        return next((kv for kv in self.kinds if operation in kv[1].operations), None)


# -- credentials ------------------------------------------------------------------------------


def authenticate(store: Store, request: Request) -> Account:
    """The account whose credentials a request carries: its SID and token, or a key and secret.

    Refuses with 401 and 20003, in the words that Twilio has for each case.
    """
    user, password = _basic(request.headers.get("authorization", ""))
    if user is None:
        raise _unknown("Authentication Error - No credentials provided")
    if user.startswith("SK"):
        key = store.get(ApiKey, None, user)
        if key is not None and _same(password, key.secret):
            account = store.get(Account, None, key.account_sid)
            if account is not None:
                return account
        raise _unknown("Authenticate" if key else "Authentication Error - invalid username")
    account = store.get(Account, None, user)
    if account is None:
        raise _unknown("Authentication Error - invalid username")
    if not _same(password, account.auth_token):
        raise _unknown("Authenticate")
    return account


def _unknown(message: str) -> Refusal:
    return Refusal(401, 20003, message, detail="Your AccountSid or AuthToken was incorrect.")


def _basic(header: str) -> tuple[str | None, str]:
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic":
        return None, ""
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None, ""
    user, colon, password = text.partition(":")
    return (user, password) if colon else (None, "")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


# -- bodies -----------------------------------------------------------------------------------


async def read_form(request: Request) -> Params:
    """The parameters in a request's body, which must be a form."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise Refusal(413, MALFORMED_REQUEST, "The body is larger than 1 MB.")
    except ClientDisconnect:
        raise Refusal(400, MALFORMED_REQUEST, "The body did not come whole.") from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in ("", "application/x-www-form-urlencoded"):
        raise Refusal(
            415,
            MALFORMED_REQUEST,
            f"The body is {kind[:60]}; send a form (application/x-www-form-urlencoded).",
        )
    return Params(_pairs(bytes(body)))


def _pairs(coded: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            coded.decode(), keep_blank_values=True, errors="strict", max_num_fields=1_000
        )
    except ValueError:
        raise Refusal(400, MALFORMED_REQUEST, "The form is not readable as UTF-8.") from None
    return pairs


# -- the app ----------------------------------------------------------------------------------


def build_app(
    engine: Engine,
    *,
    control_routes: Sequence[Route] = (),
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """The sandbox as an ASGI app: the API, and the control routes that are handed in."""
    api = _Api(engine)
    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(
        routes=[*control_routes, Route("/{path:path}", api.endpoint, methods=every)],
        exception_handlers={
            Refusal: api.refused,
            HTTPException: api.no_such_method,
            Exception: api.mistake,
        },
        lifespan=lifespan,
    )


@dataclass
class _Api:
    engine: Engine
    running: int = 0

    def __post_init__(self) -> None:
        self.places = _places()

    # -- one request ---------------------------------------------------------------------------

    async def endpoint(self, request: Request) -> Response:
        """Answer a request of the API."""
        self.running += 1
        try:
            if request.method == "OPTIONS":
                return self._headed(Response(status_code=200))
            return await self._answer(request)
        finally:
            self.running -= 1

    async def _answer(self, request: Request) -> Response:
        raw = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
        path, suffix = _without_suffix(raw.partition("?")[0])
        form = replies.XML if suffix in ("", "xml") else replies.JSON
        request.state.form = form
        account = authenticate(self.engine.store, request)
        found, owner = self._find(path, account, request)
        method = "GET" if request.method == "HEAD" else request.method
        if method not in METHODS:
            raise _not_allowed()
        params = Params(_pairs(request.url.query.encode()))
        if method == "POST":
            params = await read_form(request)
        world = self.engine.world(owner)
        if suffix in ("wav", "mp3") or (suffix == "" and _is_recording(found)):
            if _is_recording(found) and method == "GET":
                return self._sound(world, found, suffix)
            if suffix in ("wav", "mp3"):
                raise self._absent(request)
        if suffix == "csv":
            raise self._absent(request)
        reply = self._operate(request, method, found, params, world, form)
        self._log(request, owner, params, reply)
        return self._headed(reply, account)

    def _find(self, path: str, account: Account, request: Request) -> tuple[Found, Account]:
        """What *path* names, and the account it belongs to; refuses what is not there."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[:2] != [VERSION, "Accounts"]:
            raise self._absent(request)
        if len(parts) <= 3:
            place = ((Account, Account.views()[0]),)
            return Found(place, {}, parts[2] if len(parts) == 3 else ""), account
        owner = self.engine.store.get(Account, None, parts[2])
        if owner is None or account.sid not in (owner.sid, owner.owner_account_sid):
            raise self._absent(request)
        found = self._match(parts[3:])
        if found is None:
            raise self._absent(request)
        return found, owner

    def _match(self, parts: list[str]) -> Found | None:
        for name, length in (("", len(parts)), (parts[-1], len(parts) - 1)):
            for pattern, kinds_here in self.places:
                if len(pattern) != length:
                    continue
                place = _place(pattern, parts[:length])
                if place is not None:
                    return Found(kinds_here, place, name)
        return None

    # -- operations ----------------------------------------------------------------------------

    def _operate(
        self,
        request: Request,
        method: str,
        found: Found,
        params: Params,
        world: AccountWorld,
        form: str,
    ) -> Response:
        if found.name:
            operation = {"GET": "fetch", "POST": "update", "DELETE": "delete"}[method]
        else:
            operation = {"GET": "list", "POST": "create", "DELETE": ""}[method]
        able = found.able(operation)
        if able is None:
            if not any(found.able(o) for o in _operations(bool(found.name))):
                raise self._absent(request)
            raise _not_allowed()
        kind, view = able
        params.view, params.place = view, {**found.place, **dict(view.fixed)}
        if operation == "list":
            return self._list(request, kind, view, params, world, form)
        if operation == "create":
            return self._create(request, kind, view, params, world, form)
        thing = self._get(request, kind, found, params, world)
        if operation == "update":
            before = {name: getattr(thing, name) for name in kind.declared()}
            thing.change(params, world)
            if kind is not Call or thing.status == before["status"]:
                thing.date_updated = world.now()
            changed = [n for n, was in before.items() if getattr(thing, n) != was]
            world.update(thing, *changed)
            thing.changed(world)
        elif operation == "delete":
            thing.delete(world)
            return Response(status_code=204)
        return self._one(request, thing, kind, view, operation, form, 200)

    def _create(
        self,
        request: Request,
        kind: type[Resource],
        view: View,
        params: Params,
        world: AccountWorld,
        form: str,
    ) -> Response:
        with self.engine.store.transaction():
            made = kind.create(params, world)
            now = world.now()
            if kind.kept:
                made.sid = world.sid(made.sid_prefix)
            made.account_sid = world.account.owner_account_sid if kind is Account else (
                world.account.sid
            )
            made.date_created = made.date_updated = now
            if kind.kept:
                world.save(made)
            made.created(world)
        request.state.made = made
        return self._one(request, made, kind, view, "create", form, kind.create_status)

    def _get(
        self,
        request: Request,
        kind: type[Resource],
        found: Found,
        params: Params,
        world: AccountWorld,
    ) -> Any:
        if not kind.kept:
            rows = [r for r in kind.made_up(params, world) if r.sid == found.name]
            if not rows:
                raise self._absent(request)
            return rows[0]
        sid = kind.resolve(found.name, params, world)
        if kind is Account:
            thing: Any = self.engine.store.get(Account, None, sid)
            if thing is not None and world.account.sid not in (thing.sid, thing.owner_account_sid):
                thing = None
        else:
            thing = self.engine.store.get(kind, world.account.sid, sid)
        if thing is None or any(
            getattr(thing, name, value) != value for name, value in found.place.items()
        ):
            raise self._absent(request)
        request.state.made = thing
        return thing

    def _one(
        self,
        request: Request,
        thing: Resource,
        kind: type[Resource],
        view: View,
        operation: str,
        form: str,
        status: int,
    ) -> Response:
        value = thing.as_json(view, operation, _server(request))
        body = replies.write(form, view.singular, value)
        return Response(body, status, media_type=replies.CONTENT_TYPES[form])

    # -- lists ---------------------------------------------------------------------------------

    def _list(
        self,
        request: Request,
        kind: type[Resource],
        view: View,
        params: Params,
        world: AccountWorld,
        form: str,
    ) -> Response:
        server = _server(request)
        if not kind.kept:
            rows = [r.as_json(view, "list", server) for r in kind.made_up(params, world)]
            envelope: dict[str, Any] = {view.plural: rows, "uri": _path_of(request)}
        else:
            envelope = self._page(request, kind, view, params, world, server)
        body = replies.write(form, view.plural, envelope, row=view.singular)
        return Response(body, 200, media_type=replies.CONTENT_TYPES[form])

    def _page(
        self,
        request: Request,
        kind: type[Resource],
        view: View,
        params: Params,
        world: AccountWorld,
        server: str,
    ) -> dict[str, Any]:
        store = self.engine.store
        asked = params.integer("PageSize", PAGE_SIZE, 1, 999_999_999, MALFORMED_REQUEST)
        size = min(asked or PAGE_SIZE, LARGEST_PAGE)
        page = params.integer("Page", 0, 0, 999_999_999, MALFORMED_REQUEST) or 0
        where = [Where(*condition) for condition in kind.conditions(params)]
        where += [Where(n, "=", v) for n, v in params.place.items() if n in kind.declared()]
        owner: str | None = world.account.sid
        if kind is Account:
            owner = None
            where.append(Where("owner_account_sid", "=", world.account.sid))
        token = params.get("PageToken")
        bounds: dict[str, int] = {}
        if token:
            position = store.place(kind, world.account.sid, token[2:])
            if token[:2] not in ("PA", "PB") or position is None:
                raise Refusal(400, 21481, f"Invalid PageToken: {token}")
            bounds = {"after" if token[:2] == "PA" else "before": position}
        newest = kind.newest_first
        skip = page * size if page and not token else 0
        rows = store.page(kind, owner, where, limit=skip + size, newest_first=newest, **bounds)
        rows = rows[skip:]
        before = after = False
        if rows:
            ends = {"newest_first": newest, "limit": 1}
            after = bool(store.page(kind, owner, where, after=rows[-1][0], **ends))
            before = bool(store.page(kind, owner, where, before=rows[0][0], **ends))
        path, filters = _path_of(request, query=False), _filters(kind, params)

        def uri(number: int, mark: str = "") -> str:
            query = [*filters, ("PageSize", str(size)), ("Page", str(number))]
            query += [("PageToken", mark)] if mark else []
            return f"{path}?{urlencode(query, quote_via=quote)}"

        start = page * size
        return {
            "end": start + len(rows) - 1 if rows else 0,
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1, "PA" + rows[-1][1].sid) if after else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": uri(max(0, page - 1), "PB" + rows[0][1].sid) if before else None,
            view.plural: [row.as_json(view, "list", server) for _, row in rows],
            "start": start,
            "uri": uri(page, token),
        }

    # -- sound ---------------------------------------------------------------------------------

    def _sound(self, world: AccountWorld, found: Found, suffix: str) -> Response:
        recording = self.engine.store.get(Recording, world.account.sid, found.name)
        if recording is None:
            raise Refusal(404, 20404, f"There is no recording {found.name}.")
        if suffix == "mp3":
            raise Refusal(
                404, 20404, "There is no MP3 encoder here: ask for the recording as .wav."
            )
        sound = self.engine.recording_audio(recording)
        return self._headed(Response(sound, 200, media_type="audio/x-wav"))

    # -- what every reply has --------------------------------------------------------------------

    def _headed(self, reply: Response, account: Account | None = None) -> Response:
        reply.headers.update(CORS)
        if account is not None:
            number = self.engine.store.next(account.sid, "request")
            reply.headers["Twilio-Request-Id"] = f"RQ{number:032x}"
        reply.headers["Twilio-Concurrent-Requests"] = str(self.running)
        reply.headers["X-Home-Region"] = "us1"
        reply.headers["X-API-Domain"] = "api.twilio.com"
        return reply

    def _log(self, request: Request, owner: Account, params: Params, reply: Response) -> None:
        made = getattr(request.state, "made", None)
        self.engine.event(
            owner.sid,
            "request",
            {
                "method": request.method,
                "path": request.url.path,
                "parameters": dict(params),
                "status": reply.status_code,
            },
            call_sid=made.sid if isinstance(made, Call) else getattr(made, "call_sid", None),
            message_sid=made.sid if isinstance(made, Message) else None,
        )

    async def refused(self, request: Request, refusal: Exception) -> Response:
        """A refusal in the form that was asked for."""
        assert isinstance(refusal, Refusal)
        if request.url.path.startswith("/_sandbox"):
            body = {"status": refusal.status, "message": refusal.message}
            return Response(
                replies.write(replies.JSON, "", body), refusal.status, media_type="application/json"
            )
        body = {
            "code": refusal.code,
            "message": refusal.message,
            "more_info": f"{MORE_INFO}{refusal.code}",
            "status": refusal.status,
        }
        if refusal.detail:
            body = {"code": refusal.code, "detail": refusal.detail, **body}
        form = getattr(request.state, "form", replies.JSON)
        reply = Response(
            replies.write(form, "RestException", body),
            refusal.status,
            media_type=replies.CONTENT_TYPES[form],
        )
        if refusal.status == 401:
            reply.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return self._headed(reply)

    async def no_such_method(self, request: Request, problem: Exception) -> Response:
        """A control route was asked with another method."""
        assert isinstance(problem, HTTPException)
        words = {404: "There is no such place here.", 405: "Another method is wanted here."}
        status = problem.status_code
        return await self.refused(
            request, Refusal(status, 20000 + status, words.get(status, str(problem.detail)))
        )

    async def mistake(self, request: Request, problem: Exception) -> Response:
        """A mistake of ours: no traceback for the client, a trace for whoever runs it."""
        self.engine.failure(problem)
        return await self.refused(
            request, Refusal(500, 20500, "The sandbox itself went wrong. Please report this.")
        )

    @staticmethod
    def _absent(request: Request) -> Refusal:
        path = request.url.path
        return Refusal(404, 20404, f"The requested resource {path} was not found")


def _not_allowed() -> Refusal:
    return Refusal(405, 20004, "Method not allowed")


def _operations(named: bool) -> tuple[str, ...]:
    return ("fetch", "update", "delete") if named else ("list", "create")


# -- paths ------------------------------------------------------------------------------------


def _places() -> list[tuple[list[str], tuple[tuple[type[Resource], View], ...]]]:
    """Every place where resources stand: the parts of its path, and the kinds that share it."""
    places: dict[str, list[tuple[type[Resource], View]]] = {}
    for kind in kinds().values():
        for view in kind.views():
            if view.path:
                places.setdefault(view.path, []).append((kind, view))
    return [(path.split("/"), tuple(found)) for path, found in places.items()]


def _place(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    """The values that *parts* give to the fields of *pattern*, None if they do not fit."""
    values: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            values[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return values


def _without_suffix(path: str) -> tuple[str, str]:
    match = re.fullmatch(rf"(.+)\.({'|'.join(SUFFIXES)})", path)
    return (match[1], match[2]) if match else (path, "")


def _is_recording(found: Found) -> bool:
    return bool(found.name) and any(kind is Recording for kind, _ in found.kinds)


def _path_of(request: Request, *, query: bool = True) -> str:
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    return f"{path}?{request.url.query}" if query and request.url.query else path


def _server(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _filters(kind: type[Resource], params: Params) -> list[tuple[str, str]]:
    return [(name, value) for name, value in params if name in kind.filters]
