"""The telephone company on this machine: store, engine and app put together.

    with Sandbox(clock="manual") as sandbox:
        client = Client(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url)

A sandbox listens on loopback and asks loopback only, unless it is told otherwise.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any

from starlette.applications import Starlette

from helpers import phone_numbers
from helpers.clock import Clock
from helpers.errors import SandboxError
from helpers.resources.account import Account
from helpers.resources.number import IncomingPhoneNumber, OutgoingCallerId
from helpers.resources.short_code import ShortCode, is_short_code
from helpers.sandbox import twimlets
from helpers.sandbox.app import Api, authenticate, build_app, read_form
from helpers.sandbox.control import Control
from helpers.sandbox.direct import protocol
from helpers.sandbox.engine import Engine
from helpers.sandbox.exchange import Request
from helpers.sandbox.limits import Limits
from helpers.sandbox.options import TYPES, Options
from helpers.sandbox.pace import Pace
from helpers.sandbox.store import Store
from helpers.sandbox.web.inside import App
from helpers.sandbox.web.webhooks import Webhooks
from helpers.serving import Serving

__all__ = ["Options", "Sandbox"]

_WORLD = "world"  # a setting of the data file: what the first start put in


class Sandbox:
    """A sandbox with the options of ``python -m helpers.sandbox``, by keyword.

    As a context manager, or with :meth:`start` and :meth:`stop`, it serves from a thread.
    *sites* are web sites that live in this process, such as ``{"http://shop.test": app}``: they are
    asked without a socket (see ``helpers.sandbox.web.inside``).
    Raises SandboxError, in a sentence, when an option, the port or the data file will not do.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        sites: Mapping[str, App] | None = None,
        **given: Any,
    ) -> None:
        self.options = options or Options(**given)
        webhooks = Webhooks(
            timeout=self.options.webhook_timeout,
            allow_hosts=self.options.allow_hosts,
            sites={**twimlets.SITES, **(sites or {})},
        )
        self.store = Store(self.options.data)
        try:
            self.world = self._open_world()
        except SandboxError:
            self.store.close()
            raise
        self.clock = Clock(self.options.clock, datetime.fromisoformat(self.world["start"]))
        self.engine = Engine(
            store=self.store,
            clock=self.clock,
            webhooks=webhooks,
            seed=self.world["seed"],
            limits=Limits(
                rate=self.options.rate,
                concurrency=self.options.concurrency,
                daily_messages=self.options.daily_messages,
            ),
        )
        if (moment := self.engine.kept_moment()) is not None:
            self.clock.set(max(moment, self.clock.now()))
        if not self.store.find(Account, None):
            self._seed(self._accounts())
        control = Control(
            self.engine,
            lambda request: authenticate(self.store, Request(request.scope, request.receive)),
            lambda request: read_form(Request(request.scope, request.receive)),
            self.reset,
            self.account_sid,
        )
        self.api = Api(self.engine)
        self.app = self._build(control)
        self._serving: Serving | None = None

    def _build(self, control: Control) -> Any:
        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            self.store.gather(asyncio.get_running_loop())
            await self.engine.resume()
            yield
            await self.engine.close()
            self.engine.keep_moment()
            self.store.gather(None)

        app = build_app(self.api, control_routes=control.routes(), lifespan=lifespan)
        return Pace(app, self.engine)

    # -- the world it starts with --------------------------------------------------------------

    @property
    def account_sid(self) -> str:
        """The first account's SID."""
        return str(self.world["account_sid"])

    @property
    def auth_token(self) -> str:
        """The first account's auth token: made up, good for this sandbox only."""
        return str(self.world["auth_token"])

    def _open_world(self) -> dict[str, Any]:
        kept = self.store.setting(_WORLD)
        if kept is None:
            made = self.options.world()
            self.store.save_setting(_WORLD, json.dumps(made))
            return made
        try:
            world: dict[str, Any] = json.loads(kept)
        except ValueError:
            raise SandboxError(
                f"The data file {self.options.data} is damaged.", next_step="Name another file."
            ) from None
        wrong = self.options.contradictions(world)
        if wrong:
            names = ", ".join("--" + name.rstrip("s").replace("_", "-") for name in wrong)
            raise SandboxError(
                f"The data file {self.options.data} was made with another {names}.",
                next_step="Leave the option out, or name a new file.",
            )
        return world

    def _accounts(self) -> list[tuple[str, str, str, Sequence[str], Sequence[str]]]:
        w = self.world
        first = (w["account_sid"], w["auth_token"], w["type"], w["numbers"], w["verified"])
        return [first, *((sid, token, kind, (), ()) for sid, token, kind in w["accounts"])]

    def _seed(self, accounts: Sequence[tuple[str, str, str, Sequence[str], Sequence[str]]]) -> None:
        """Put accounts with their numbers into the store, as the options say."""
        now = self.clock.now()
        with self.store.transaction():
            for sid, token, kind, numbers, verified in accounts:
                account = Account(
                    sid=sid,
                    account_sid=sid,
                    owner_account_sid=sid,
                    auth_token=token,
                    friendly_name="My first account",
                    type=TYPES[kind],
                    date_created=now,
                    date_updated=now,
                )
                self.store.add(account)
                world = self.engine.world(account)
                for rows, number_kind in (
                    (numbers, IncomingPhoneNumber),
                    (verified, OutgoingCallerId),
                ):
                    for number in rows:
                        if is_short_code(number):
                            self.store.add(ShortCode.leased(world, number))
                            continue
                        self.store.add(
                            number_kind(
                                sid=world.sid("PN"),
                                account_sid=sid,
                                date_created=now,
                                date_updated=now,
                                phone_number=number,
                                friendly_name=phone_numbers.national(number),
                            )
                        )

    async def reset(self, account: Account) -> None:
        """Put one account (and its sub-accounts) back to how the options made it."""
        everybody = self.store.find(Account, None)
        for member in everybody:
            if account.sid in (member.sid, member.owner_account_sid):
                await self.engine.drop(member.sid)
                self.engine.limits.forget(member.sid)
        self.engine.keep_moment()  # the log that tells how late it is goes
        self.store.commit()
        with self.store.transaction():
            self.store.wipe(account.sid)
            self._seed([row for row in self._accounts() if row[0] == account.sid])
            if account.owner_account_sid != account.sid:
                # A sub-account is nobody's option: its start is itself with nothing in it.
                account.status = "active"
                self.store.add(account)

    # -- serving -------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return self.engine.base_url

    def start(self) -> Sandbox:
        """Serve from a thread; returns itself."""
        if self._serving is None:
            serving = Serving(
                self.app,
                port=self.options.port,
                host=self.options.host,
                lifespan="on",
                sockets=False,
                http=protocol(self.api),
            )
            try:
                serving.start()
            except SandboxError:
                self.store.close()
                raise
            self._serving = serving
            self.engine.base_url = serving.url
        return self

    def stop(self) -> None:
        """End it within seconds; what was acknowledged stays in the data file."""
        if self._serving is not None:
            self._end_engine()
            self._serving.stop()
            self._serving = None
        self.store.close()

    def _end_engine(self) -> None:
        """Let go of whoever waits for events, web sites or the clock: the end is to be soon."""
        loop = self.engine.loop
        if loop is not None and loop.is_running():
            closing = asyncio.run_coroutine_threadsafe(self.engine.close(), loop)
            with suppress(TimeoutError):
                closing.result(1)

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self._serving is not None else "stopped"
        return f"<Sandbox {state}, {self.clock.kind} clock>"


def wait_for_end(stop: threading.Event) -> None:
    """Block until *stop* is set, in a way that signals can interrupt on every system."""
    while not stop.wait(0.5):
        pass
