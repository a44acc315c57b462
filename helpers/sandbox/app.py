"""The REST API: credentials, operations, lists and refusals, the same for every resource.

What there is follows from the resources' own declarations: `paths` says what a path names, one of
five operations answers. Nothing here knows what a call is, except that the log names calls and
messages, and that a recording has sound.
"""

from __future__ import annotations

import base64
import dataclasses
import hmac
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import starlette.requests
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from helpers.errors import Refusal
from helpers.resources.account import Account, ApiKey
from helpers.resources.base import (
    VERSION,
    Params,
    Resource,
    View,
    is_web_address,
    not_found,
)
from helpers.resources.call import Call
from helpers.resources.media import Media
from helpers.resources.message import Message
from helpers.resources.recording import DELETED, Recording
from helpers.sandbox import dry_run, paging, paths, replies
from helpers.sandbox.engine import Engine
from helpers.sandbox.exchange import Headers, Receive, Reply, Request, Send
from helpers.sandbox.exchange import Message as AsgiMessage
from helpers.sandbox.paths import Found, Paths
from helpers.sandbox.store import Store
from helpers.sandbox.web.urls import shown_url
from helpers.sandbox.world import AccountWorld

MORE_INFO = "https://www.twilio.com/docs/errors/"
CONTROL = "/_sandbox"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ON_A_LIST = {"GET": "list", "POST": "create"}
ON_A_THING = {"GET": "fetch", "POST": "update", "DELETE": "delete"}

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match, "
    "If-Modified-Since, If-None-Match, If-Unmodified-Since, Idempotency-Key",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "ETag, Twilio-Request-Id",
    "Access-Control-Allow-Credentials": "true",
}
# What every reply has, as the server takes it.
_HEADERS = Headers(
    *(
        (name.lower().encode(), value.encode())
        for name, value in {
            **CORS,
            "X-Home-Region": "us1",
            "X-API-Domain": "api.twilio.com",
        }.items()
    )
)


# -- credentials ------------------------------------------------------------------------------


def authenticate(store: Store, request: Request) -> Account:
    """The account whose credentials a request carries: its SID and token, or a key and secret.

    Refuses with 401 and 20003, in the words that Twilio has for each case.
    """
    header = request.header(b"authorization")
    known: Account | None = store.recall(Account, header)
    if known is not None:
        return known
    user, password = _basic(header)
    if user is None:
        raise _unknown("Authentication Error - No credentials provided")
    if user.startswith(ApiKey.prefix):
        key = store.known(ApiKey, user)
        account = store.known(Account, key.account_sid) if key else None
        right = key.secret if key else ""
    else:
        account = store.known(Account, user)
        right = account.auth_token if account else ""
    if account is None or account.status == "closed":  # its owner still sees what it has
        raise _unknown("Authentication Error - invalid username")
    if not hmac.compare_digest(password.encode(), right.encode()):
        raise _unknown("Authenticate")
    if user == account.sid:  # until an account changes
        store.remember(Account, header, account)
    return account


def _unknown(message: str) -> Refusal:
    return Refusal(401, 20003, message, detail="Your AccountSid or AuthToken was incorrect.")


@lru_cache(maxsize=256)
def _basic(header: str) -> tuple[str | None, str]:
    """The user name and password in an Authorization header, or None for a name."""
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic":
        return None, ""
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except ValueError:  # not Base64, not ASCII, or not UTF-8 inside
        return None, ""
    user, colon, password = text.partition(":")
    return (user, password) if colon else (None, "")


async def read_form(request: Request) -> Params:
    """The parameters in a request's body, which must be a form."""
    return Params(await request.form())


# -- the app ----------------------------------------------------------------------------------


def build_app(
    api: Api,
    *,
    control_routes: Sequence[Route] = (),
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Callable[[AsgiMessage, Receive, Send], Awaitable[None]]:
    """The sandbox as an ASGI app: *api*, and the control routes that are handed in."""
    others = Starlette(
        routes=control_routes,
        exception_handlers={
            Refusal: api.refused_outside,
            HTTPException: api.no_route,
            Exception: api.mistake_outside,
        },
        lifespan=lifespan,
    )
    others.router.redirect_slashes = False  # a path with a slash more is another path

    async def app(scope: AsgiMessage, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and api.takes(scope["path"]):
            reply = await api.answer(Request(scope, receive))
            await reply.send(send)
            return

        async def committed(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                await api.engine.store.committed()
            await send(message)

        await others(scope, receive, committed)

    return app


@dataclass
class _Asked:
    """One request, taken apart.

    *thing* is what it made or found, for the log; or *about* says which call and message that is.
    """

    path: str
    form: str
    world: AccountWorld
    kind: type[Resource]
    view: View
    params: Params
    name: str
    thing: Resource | None = None
    about: tuple[str | None, str | None] | None = None

    def absent(self) -> Refusal:
        return not_found(self.path)


_ACCOUNTS = paths.able([(Account, Account.views()[0])])
_BEGIN = tuple(f"/{version}/" for version in paths.versions())


@dataclass
class Api:
    """The REST API of the sandbox that an engine carries."""

    engine: Engine
    paths: dict[str, Paths] = field(
        default_factory=lambda: {version: Paths(version) for version in paths.versions()}
    )
    running: int = 0

    # -- one request ---------------------------------------------------------------------------

    def takes(self, path: str) -> bool:
        """Whether a path (unescaped) is the API's to answer."""
        return path.startswith(_BEGIN)

    async def answer(self, request: Request) -> Reply:
        """The reply to a request, when what the request changed is in the file."""
        reply = await self.reply(request)
        if self.engine.store.changed:  # nobody is told of what may still be lost
            try:
                await self.engine.store.committed()
            except Exception as problem:
                return self.mistake(request.path, problem)
        return reply

    async def reply(self, request: Request) -> Reply:
        """The reply to a request, which is not to be sent before the store has committed.

        What cannot be done is refused in words: nothing is raised.
        """
        self.running += 1
        try:
            if request.method == "OPTIONS":
                return self._headed(Reply(200))
            return await self._answer(request)
        except Refusal as refusal:
            return self._refused(request.path, refusal)
        except Exception as problem:
            return self.mistake(request.path, problem)
        finally:
            self.running -= 1

    async def _answer(self, request: Request) -> Reply:
        path = request.path
        if request.method not in METHODS:
            raise Refusal(405, 20004, "Method not allowed")
        parts, suffix = paths.split(path)
        account = authenticate(self.engine.store, request)
        if self.engine.limits.unlimited:
            return await self._answer_for(account, request, path, parts, suffix)
        async with self.engine.limits.request(account.sid, self.engine.clock.now()):
            return await self._answer_for(account, request, path, parts, suffix)

    async def _answer_for(
        self, account: Account, request: Request, path: str, parts: list[str], suffix: str
    ) -> Reply:
        found, owner = self._find(parts, path, account)
        if owner.sid != account.sid or found.kind in (Account, ApiKey):
            user, _ = _basic(request.header(b"authorization"))
            if user != account.sid:
                raise _unknown("Authenticate")  # a key opens no accounts, no keys, no sub-account
        method = "GET" if request.method == "HEAD" else request.method
        params = await request.form() if method == "POST" else request.query()
        asked, operation = self._asked(found, method, path, suffix, params, owner, account)
        try:
            if suffix == "csv" and operation == "list":
                reply = self._list(dataclasses.replace(asked, form=_table_form(path)))
            elif suffix in ("csv", "wav", "mp3") or (suffix == "" and _is_sound(asked, operation)):
                reply = await self._sound(asked, operation, suffix)
            else:
                reply = self._operate(asked, operation)
        except Refusal as refusal:
            reply = self._refusal(refusal, asked.form)
        self._log(request, asked, reply)
        return self._headed(reply)

    def _find(self, parts: list[str], path: str, account: Account) -> tuple[Found, Account]:
        """What a path names, and the account it belongs to; refuses what is not there."""
        if paths.is_newer(path):  # no account stands in the path: it is whose credentials they are
            found = self.paths[parts[0]].find(parts[1:])
            if found is None:
                raise not_found(path)
            return found, account
        if parts[:2] != [VERSION, "Accounts"]:
            raise not_found(path)
        if len(parts) <= 3:
            name = parts[2] if len(parts) == 3 else ""
            return Found(Account, _ACCOUNTS, {}, name), account
        owner = self.engine.store.known(Account, parts[2])
        if owner is None or account.sid not in (owner.sid, owner.owner_account_sid):
            raise not_found(path)
        found = self.paths[VERSION].find(parts[3:])
        if found is None:
            raise not_found(path)
        return found, owner

    def _asked(
        self,
        found: Found,
        method: str,
        path: str,
        suffix: str,
        pairs: list[tuple[str, str]],
        owner: Account,
        account: Account,
    ) -> tuple[_Asked, str]:
        """The request, and which operation it wants; refuses what cannot be done there."""
        operations = ON_A_THING if found.name else ON_A_LIST
        use = found.able.get(operations.get(method, ""))
        if use is None:
            if any(operation in found.able for operation in operations.values()):
                raise Refusal(405, 20004, "Method not allowed")
            raise not_found(path)
        kind, view = use
        world = self.engine.world(owner, account)
        if dry_run.applies_to(account):
            dry_run.check(kind, operations[method])
            world = dry_run.DryWorld(self.engine, owner, account)
        params = Params(pairs, view, {**found.place, **dict(view.fixed)})
        form = _form(path, suffix)
        asked = _Asked(path, form, world, kind, view, params, found.name)
        for above, part in found.above:
            thing = self._get(above, params.place[part], Params(), world)
            if thing is not None:
                params.place[part] = thing.sid  # the path may have named it otherwise
            elif operations[method] not in kind.above_optional:
                raise asked.absent()
        return asked, operations[method]

    # -- operations ----------------------------------------------------------------------------

    def _operate(self, asked: _Asked, operation: str) -> Reply:
        if operation == "list":
            return self._list(asked)
        if operation == "fetch":
            return self._fetch(asked)
        if operation == "create":
            asked.thing = self._create(asked)
            return self._one(asked, operation, asked.kind.create_status)
        thing = self._find_thing(asked)
        if operation == "delete":
            thing.delete(asked.world)
            return Reply(204)
        self._update(asked, thing)
        return self._one(asked, operation, asked.kind.update_status)

    def _fetch(self, asked: _Asked) -> Reply:
        """The reply that shows a thing; if the thing has not changed since, as it was last time."""
        store, key = self.engine.store, (asked.world.account.sid, asked.path)
        made = store.made_of(asked.kind, asked.name, key)
        if made is not None and not asked.params.pairs:
            body, asked.about = made
            return _written(asked.form, body, 200)
        thing = self._find_thing(asked)
        reply = self._one(asked, "fetch", 200)
        if asked.kind.changes_by_writing_only() and not asked.params.pairs:
            store.keep_made(thing, key, (reply.body, _about(thing)))
        return reply

    def _find_thing(self, asked: _Asked) -> Resource:
        thing = self._get(asked.kind, asked.name, asked.params, asked.world)
        if thing is None:
            raise asked.absent()
        asked.thing = thing
        return thing

    def _get(
        self, kind: type[Resource], name: str, params: Params, world: AccountWorld
    ) -> Resource | None:
        """What is called *name* in the place that *params* tell, if the account may see it."""
        if not kind.kept:
            return next((row for row in kind.made_up(params, world) or () if row.sid == name), None)
        sid, store = kind.resolve(name, params, world), self.engine.store
        if kind is Account:
            account = store.get(Account, None, sid)
            mine = account and world.account.sid in (account.sid, account.owner_account_sid)
            return account if mine else None
        thing = store.get(kind, world.account.sid, sid)
        place = params.place.items()
        if thing is None or any(getattr(thing, field, value) != value for field, value in place):
            return None
        return thing

    def _create(self, asked: _Asked) -> Resource:
        kind, world = asked.kind, asked.world
        if world.account.status != "active":
            raise Refusal(400, 10001, f"Account {world.account.sid} is not active.")
        if isinstance(world, dry_run.DryWorld):
            return dry_run.create(kind, asked.params, world)
        with self.engine.store.transaction():
            made = kind.create(asked.params, world)
            if made.sid:
                return made  # what was there already, and goes on
            made.account_sid = world.account.sid
            made.date_created = made.date_updated = world.now()
            if kind.kept:
                made.sid = world.sid(made.sid_prefix)
                world.save(made)
            made.created(world)
        return made

    def _update(self, asked: _Asked, thing: Resource) -> None:
        before = {name: getattr(thing, name) for name in asked.kind.declared()}
        thing.change(asked.params, asked.world)
        thing.date_updated = asked.world.now()
        changed = [name for name, was in before.items() if getattr(thing, name) != was]
        asked.world.update(thing, *changed)
        live = self.engine.calls.get(thing.sid)
        if live is not None and asked.kind is Call:  # a running call reads its own copy
            for name in changed:
                setattr(live.call, name, getattr(thing, name))
        thing.changed(asked.world)

    def _one(self, asked: _Asked, operation: str, status: int) -> Reply:
        assert asked.thing is not None
        asked.thing.seen(asked.world)
        value = asked.thing.as_json(asked.view, operation, self.engine.base_url)
        return _written(asked.form, replies.write(asked.form, asked.view.singular, value), status)

    def _list(self, asked: _Asked) -> Reply:
        kind, view, server = asked.kind, asked.view, self.engine.base_url
        if kind.kept:
            envelope = paging.page(
                self.engine.store,
                kind,
                view,
                asked.params,
                asked.world,
                path=asked.path,
                server=server,
            )
        else:
            rows = kind.made_up(asked.params, asked.world)
            if rows is None:
                raise asked.absent()
            if kind.alone:
                asked.thing = rows[0]
                return self._one(asked, "fetch", 200)
            if kind.paged:
                envelope = paging.page_of(
                    rows, kind, view, asked.params, path=asked.path, server=server
                )
            else:
                listed = [row.as_json(view, "list", server) for row in rows]
                envelope = {view.plural: listed, "uri": asked.path}
        body = replies.write(asked.form, view.plural, envelope, row=view.singular)
        return _written(asked.form, body, 200)

    async def _sound(self, asked: _Asked, operation: str, suffix: str) -> Reply:
        if suffix == "csv" or not _is_sound(asked, operation):
            raise asked.absent()
        asked.thing = self._get(asked.kind, asked.name, asked.params, asked.world)
        if isinstance(asked.thing, Media) and suffix == "":
            kept = self.engine.store.blob(asked.thing.sid)
            if kept is not None:
                return Reply(200, kept[1], kept[0])
        if not isinstance(asked.thing, Recording) or asked.thing.status == DELETED:
            raise asked.absent()
        channels = asked.thing.channels_for(asked.params)
        if suffix != "mp3":
            wav = await self.engine.recording_audio(asked.thing, channels)
            return Reply(200, wav, "audio/x-wav")
        mp3 = await self.engine.recording_mp3(asked.thing, channels)
        if mp3 is None:
            raise Refusal(
                404, 20404, "There is no MP3 encoder here: ask for the recording as .wav."
            )
        return Reply(200, mp3, "audio/mpeg")

    # -- what every reply has --------------------------------------------------------------------

    def _headed(self, reply: Reply) -> Reply:
        number = self.engine.store.next("", "request")
        reply.common = _HEADERS
        reply.headers.append((b"twilio-request-id", b"RQ%032x" % number))
        reply.headers.append((b"twilio-concurrent-requests", b"%d" % max(1, self.running)))
        return reply

    def _log(self, request: Request, asked: _Asked, reply: Reply) -> None:
        call_sid, message_sid = asked.about or _about(asked.thing)
        self.engine.event(
            asked.world.account.sid,
            "request",
            {
                "method": request.method,
                "path": asked.path,
                "parameters": {name: _without_password(value) for name, value in asked.params},
                "status": reply.status,
            },
            call_sid=call_sid,
            message_sid=message_sid,
        )

    # -- refusals --------------------------------------------------------------------------------

    def _refused(self, path: str, refusal: Refusal) -> Reply:
        """A refusal in the form that was asked for."""
        if path == CONTROL or path.startswith(f"{CONTROL}/"):
            body = {"status": refusal.status, "message": refusal.message}
            return _written(replies.JSON, replies.write(replies.JSON, "", body), refusal.status)
        _, suffix = paths.split(path)
        return self._headed(self._refusal(refusal, _form(path, suffix)))

    def _refusal(self, refusal: Refusal, form: str) -> Reply:
        body: dict[str, Any] = {
            "code": refusal.code,
            "message": refusal.message,
            "more_info": f"{MORE_INFO}{refusal.code}",
            "status": refusal.status,
        }
        if refusal.detail:
            body = dict(sorted((body | {"detail": refusal.detail}).items()))
        reply = _written(form, replies.write(form, "RestException", body), refusal.status)
        if refusal.status == 401:
            reply.headers.append((b"www-authenticate", b'Basic realm="Twilio API"'))
        return reply

    def mistake(self, path: str, problem: BaseException) -> Reply:
        """A mistake of ours: no traceback for the client, a trace for whoever runs it.

        A disk that is full is nobody's mistake, but leaves as little to be done.
        """
        self.engine.failure(problem)
        said = "The sandbox itself went wrong. Please report this."
        if isinstance(problem, sqlite3.OperationalError):
            said = f"The data file cannot be used ({problem}); nothing was done. Is the disk full?"
        return self._refused(path, Refusal(500, 20500, said))

    # -- the same outside the API: control, and paths that are nobody's --------------------------

    async def refused_outside(
        self, request: starlette.requests.Request, refusal: Exception
    ) -> Response:
        """A refusal of control, or a path that does not exist."""
        assert isinstance(refusal, Refusal)
        return _response(self._refused(_path(request), refusal))

    async def no_route(self, request: starlette.requests.Request, problem: Exception) -> Response:
        """No such path, or a control path asked with another method."""
        assert isinstance(problem, HTTPException)
        refusal = not_found(_path(request))
        if problem.status_code == 405:
            refusal = Refusal(405, 20004, "Method not allowed")
        return _response(self._refused(_path(request), refusal))

    async def mistake_outside(
        self, request: starlette.requests.Request, problem: Exception
    ) -> Response:
        """A mistake of ours in control."""
        return _response(self.mistake(_path(request), problem))


def _path(request: starlette.requests.Request) -> str:
    return Request(request.scope, request.receive).path


def _response(reply: Reply) -> Response:
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers, reply.kind)


def _form(path: str, suffix: str) -> str:
    """The form of a reply: JSON by its suffix, and always in the newer APIs; else XML."""
    return replies.JSON if suffix not in ("", "xml") or paths.is_newer(path) else replies.XML


def _table_form(path: str) -> str:
    """The form of a list that is asked for as ``.csv``; what is refused there is so in JSON."""
    return replies.JSON if paths.is_newer(path) else replies.CSV


def _is_sound(asked: _Asked, operation: str) -> bool:
    return asked.kind in (Recording, Media) and operation == "fetch"


def _written(form: str, body: bytes, status: int) -> Reply:
    return Reply(status, body, replies.CONTENT_TYPES[form])


def _about(thing: Resource | None) -> tuple[str | None, str | None]:
    """The call and the message that a thing belongs to, or is."""
    call_sid = thing.sid if isinstance(thing, Call) else getattr(thing, "call_sid", None)
    return call_sid, thing.sid if isinstance(thing, Message) else None


def _without_password(value: str) -> str:
    return shown_url(value) if "@" in value and is_web_address(value) else value
