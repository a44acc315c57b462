"""Accounts of one sandbox, and the border between them: ten thousand requests, none crosses.

One family of accounts owns something of every kind there is. Another asks, with its token, its API
key, its sub-account: for those things by their owner's path and by its own, with their SIDs in
paths, parameters, filters and page tokens, in control's paths too. Nothing that it is answered
names what it may not know, and when all is said the owners have what they had, to the last row.

Requests go to the app without a socket. What was asked is drawn with a seed: the same every time.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from helpers.resources.account import Account, ApiKey
from helpers.resources.base import VERSION, Resource, View, kinds
from helpers.resources.number import IncomingPhoneNumber
from helpers.sandbox import Sandbox
from helpers.sandbox.options import ACCOUNT_SID, AUTH_TOKEN
from helpers.sandbox.web import inside

MANY = 10_000
OTHER = ("AC" + "b" * 32, "token-of-the-other")
SITE = "http://site.test"
SECRET = "bravissimo"  # what every text of the owners has in it
MEMBER, FAMILIAR = "+14155550142", "+14155550143"  # handsets that the owners know
SIDS = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")
SUFFIXES = [".json"] * 6 + ["", ".xml", ".csv", ".wav", ".mp3"]
METHODS = ["GET"] * 4 + ["POST"] * 4 + ["DELETE"] * 2 + ["HEAD", "PUT", "PATCH"]
Login = tuple[str, str]


@dataclasses.dataclass
class Asked:
    """One request; *text* is all that it says."""

    login: Login
    method: str
    path: str
    form: dict[str, str]

    @property
    def text(self) -> str:
        return f"{self.path} {self.form}"


class Land:
    """A sandbox with an account of a family that owns much, and one that asks."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(
            clock="manual",
            type="full",
            accounts=((*OTHER, "full"),),
            numbers=("+15005550006", "+15005550016"),
            verified=("+14155550100",),
            sites={SITE: _site},
        )
        self.store, self.engine = self.sandbox.store, self.sandbox.engine

    async def ask(self, login: Login, method: str, path: str, **form: str) -> tuple[int, bytes]:
        """One request as it stands."""
        return await self.send(Asked(login, method, path, form))

    async def send(self, asked: Asked) -> tuple[int, bytes]:
        coded = base64.b64encode(":".join(asked.login).encode()).decode()
        headers = {"authorization": f"Basic {coded}"}
        if asked.form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        url, data = "http://sandbox.test" + asked.path, urlencode(asked.form).encode()
        status, _, body = await inside.ask(
            self.sandbox.app, asked.method, url, data, headers, 10_000_000
        )
        return status, body

    async def made(self, login: Login, path: str, **form: str) -> dict[str, Any]:
        """What a request makes; a path without a slash is below the account."""
        path = path if path.startswith("/") else f"/{VERSION}/Accounts/{login[0]}/{path}.json"
        status, body = await self.ask(login, "POST", path, **form)
        assert status in (200, 201), (path, body)
        return json.loads(body)

    async def live(self, login: Login, number: str) -> None:
        """Let an account own something of every kind; *number* is one it owns."""
        make = self.made
        call = {"From": number, "To": FAMILIAR}
        app = await make(login, "Applications", FriendlyName=SECRET, VoiceUrl=SITE + "/voice")
        await make(login, "Keys", FriendlyName=SECRET)
        await make(login, "Messages", **call, Body=SECRET, MediaUrl=SITE + "/picture")
        await make(login, "Queues", FriendlyName=SECRET)
        await make(login, "Calls", **call, Url=SITE + "/record", StatusCallback=SITE + "/gone")
        await self.sandbox.clock.turn(60)
        await make(login, "Calls", From=number, To=MEMBER, Url=SITE + "/meet")
        await make(login, "Calls", **call, Url=SITE + "/wait")
        await make(login, f"/_sandbox/phones/{FAMILIAR}/call", To=app["sid"])
        await make(login, "OutgoingCallerIds", PhoneNumber="+14155550144")
        service = await make(login, "/v2/Services", FriendlyName=SECRET)
        path = f"/v2/Services/{service['sid']}/Verifications"
        await make(login, path, To=FAMILIAR, Channel="sms")
        trigger = {"UsageCategory": "calls", "TriggerValue": "1000", "CallbackUrl": SITE + "/gone"}
        await make(login, "Usage/Triggers", **trigger, FriendlyName=SECRET)
        await self.sandbox.clock.turn(30)

    def complete(self, account_sid: str) -> None:
        """Give an account one of each kind that its life has left out."""
        world = self.engine.world(self.engine.account(account_sid))
        for kind in kinds().values():
            if kind.kept and kind is not Account and not self.store.find(kind, account_sid):
                words = {
                    f.name: SECRET
                    for f in kind.declared().values()
                    if f.name in ("friendly_name", "label", "body") and f.metadata["shown"]
                }
                world.save(kind.new(world, **words))

    def rows(self, family: set[str]) -> Iterator[Resource]:
        """Everything that the accounts of a family own."""
        for kind in kinds().values():
            if kind.kept:
                yield from (row for sid in family for row in self.store.find(kind, sid))

    def state(self, family: set[str], without: set[str]) -> list[Any]:
        """All that is written down of a family, table by table, and what is under way for it.

        The accounts in *without* are its own, too, but look after themselves.
        """
        self.store.commit()
        db, found = self.store._db, []
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            names = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
            if "account_sid" in names:
                marks = ", ".join("?" * len(family))
                rows = db.execute(
                    f'SELECT * FROM "{table}" WHERE account_sid IN ({marks})', sorted(family)
                )
                kept = [row for row in rows.fetchall() if not without & set(row)]
                found.append((table, sorted(map(repr, kept))))
        under_way = [
            (actor.__class__.__name__, getattr(actor, "call", None) or actor.message)
            for sid in sorted(family)
            for actor in self.engine.actors(sid)
        ]
        return [found, [(name, dataclasses.asdict(row)) for name, row in under_way]]

    async def end(self) -> None:
        assert self.engine.failures == []
        await self.engine.close()
        self.store.close()


PAGES = {
    "/record": "<Response><Record/></Response>",
    "/meet": f"<Response><Dial><Conference>{SECRET}</Conference></Dial></Response>",
    "/wait": f"<Response><Enqueue>{SECRET}</Enqueue></Response>",
    "/own": "<Response><Dial><Conference>own</Conference></Dial></Response>",
    "/voice": "<Response><Pause length='500'/></Response>",
}


async def _site(scope: Any, receive: Any, send: Any) -> None:
    page = PAGES.get(scope["path"], "")
    status = 200 if page else 404
    headers = [(b"content-type", b"text/xml")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": page.encode()})


class Draw:
    """Requests by chance, about things of *owners* for the most part, of *askers* else."""

    def __init__(self, land: Land, askers: list[Login], theirs: set[str], owners: set[str]) -> None:
        self.chance = random.Random("the border")
        self.askers = askers
        self.owners = sorted(owners)
        self.accounts = [*sorted(theirs) * 3, *self.owners * 2]
        self.things: dict[type[Resource], list[Resource]] = {}
        for row in land.rows(owners):
            if row.sid not in theirs:
                self.things.setdefault(type(row), []).append(row)
        self.own: dict[type[Resource], list[Resource]] = {}
        for row in land.rows(theirs):
            if not isinstance(row, Account | ApiKey):  # they are to keep their credentials
                self.own.setdefault(type(row), []).append(row)
        self.sids = sorted({row.sid for rows in self.things.values() for row in rows})
        self.places = [
            (kind, view)
            for kind in kinds().values()
            for view in kind.views()
            if view.path or kind is Account
        ]
        self.numbers = sorted(
            {row.phone_number for rows in self.things.values() for row in rows
             if getattr(row, "phone_number", "")}
        )  # fmt: skip

    def one(self) -> Asked:
        """The next request."""
        pick = self.chance.choice
        if self.chance.random() < 0.12:
            return self._control()
        if self.chance.random() < 0.02:
            return self._gift()
        if self.chance.random() < 0.01:
            return self._mask()
        kind, view = pick(self.places)
        method = pick(METHODS)
        path = self._path(kind, view)
        query: list[tuple[str, str]] = []
        form: dict[str, str] = {}
        if method == "POST":
            form = self._form(kind)
        elif self.chance.random() < 0.4:
            query = self._query(kind)
        return Asked(
            pick(self.askers), method, path + ("?" + urlencode(query) if query else ""), form
        )

    def _gift(self) -> Asked:
        """A number of one's own for somebody who has not asked for it."""
        number = self.chance.choice(self.own[IncomingPhoneNumber])
        form = {"AccountSid": self.chance.choice(self.owners)}
        return Asked(self.chance.choice(self.askers), "POST", number.uri, form)

    def _mask(self) -> Asked:
        """A request in the name of an owner, with a secret of one's own."""
        account, (_, secret) = self.chance.choice(self.owners), self.chance.choice(self.askers)
        key = self.chance.choice(self.things[ApiKey]).sid
        name = self.chance.choice([account, key])
        return Asked((name, secret), "GET", f"/{VERSION}/Accounts/{account}/Calls.json", {})

    def _path(self, kind: type[Resource], view: View) -> str:
        row = self._row(kind)
        inner = re.sub(r"{(\w+)}", lambda found: self._value(row, found[1]), view.path)
        if self.chance.random() < 0.7 or kind is Account:
            inner = f"{inner}/{quote(self._name(kind, row))}".strip("/")
        if kind.version != VERSION:
            return f"/{kind.version}/{inner}"
        home = f"/{VERSION}/Accounts"
        account = "" if kind is Account else f"/{self.chance.choice(self.accounts)}"
        return f"{home}{account}/{inner}" + self.chance.choice(SUFFIXES)

    def _row(self, kind: type[Resource]) -> Resource | None:
        among = self.own if self.chance.random() < 0.3 else self.things
        rows = among.get(kind) or self.things.get(kind)
        return self.chance.choice(rows) if rows else None

    def _value(self, row: Resource | None, field: str) -> str:
        own = str(getattr(row, field, "") or "") if row is not None else ""
        return own if own and self.chance.random() < 0.8 else self.chance.choice(self.sids)

    def _name(self, kind: type[Resource], row: Resource | None) -> str:
        if row is not None and self.chance.random() < 0.85:
            return str(getattr(row, kind.key))
        return self.chance.choice([*self.sids, "Twilio.CURRENT", "US", "Front", SECRET])

    def _form(self, kind: type[Resource]) -> dict[str, str]:
        operation = self.chance.choice(["create", "update"])
        names = sorted(kind.parameters(operation)) or ["FriendlyName"]
        if self.chance.random() < 0.5:  # those that name a thing, which may be somebody else's
            names = [name for name in names if "Sid" in name] or names
        asked = self.chance.sample(names, min(self.chance.choice([0, 1, 1, 1, 2, 4]), len(names)))
        return {name: self._given(name) for name in asked}

    def _given(self, name: str) -> str:
        pick = self.chance.choice
        if name in ("To", "PhoneNumber"):
            return pick([FAMILIAR, MEMBER])  # whose number it is may be called by anybody
        if name in ("From", "CallerId"):
            return pick(self.numbers)
        if name == "AccountSid":
            return pick(self.owners)
        if "Sid" in name:
            return pick(self.sids)
        if name == "Status":
            return pick(["completed", "closed", "canceled", "stopped", "active", "suspended"])
        if "Url" in name or name.endswith("Callback"):
            return SITE + "/voice"
        return pick(["true", "false", "1", "x", ""])  # no SID: it would come back as a name

    def _query(self, kind: type[Resource]) -> list[tuple[str, str]]:
        names = [*kind.filters, "PageToken", "PageToken", "PageSize", "Page", "AccountSid"]
        query = []
        for name in self.chance.sample(names, self.chance.randint(1, 2)):
            if name == "PageToken":
                query.append(
                    (name, self.chance.choice(["PA", "PB"]) + self.chance.choice(self.sids))
                )
            elif name in ("PageSize", "Page"):
                query.append((name, self.chance.choice(["1", "2", "1000"])))
            else:
                query.append((name, self._given(name)))
        return query

    def _control(self) -> Asked:
        pick = self.chance.choice
        login = pick(self.askers)
        number = pick([MEMBER, FAMILIAR, *self.numbers])
        act = pick(
            ["", "answer", "decline", "hangup", "press", "speak", "call", "text", "refer", ""]
        )
        if self.chance.random() < 0.3:
            name = pick(["call_sid", "message_sid"])
            return Asked(login, "GET", f"/_sandbox/events?{name}={pick(self.sids)}&since=0", {})
        if self.chance.random() < 0.2:
            return Asked(login, "GET", f"/_sandbox/phones/{number}", {})
        form = {
            "": {"Mode": pick(["auto", "busy", "off"])},
            "press": {"Digits": "1#"},
            "speak": {"Speech": "yes"},
            # A number that somebody owns may be called; an application is its account's alone.
            "call": {"To": pick([sid for sid in self.sids if sid.startswith("AP")] or ["AP1"])},
            "text": {"To": FAMILIAR, "Body": "x"},
            "refer": {"To": "sip:x@example.com"},
        }.get(act, {})
        path = f"/_sandbox/phones/{number}" + (f"/{act}" if act else "")
        return Asked(login, "POST", path, form)


def names_of(rows: list[Resource], accounts: list[Account]) -> tuple[set[str], set[str]]:
    """What an answer must not hold: SIDs, and other words."""
    sids = {row.sid for row in rows} | {account.sid for account in accounts}
    words = {SECRET} | {account.auth_token for account in accounts}
    words |= {str(getattr(row, "secret", "")) for row in rows} - {""}
    words |= {row.phone_number for row in rows if isinstance(row, IncomingPhoneNumber)}
    return sids, words


def _told(asked: Asked, body: bytes) -> str:
    """What an answer tells, less the askers' own words: the log repeats their requests."""
    if asked.path.startswith("/_sandbox/events"):
        events = json.loads(body).get("events", [])
        return json.dumps([event for event in events if event["type"] != "request"])
    return body.decode("utf-8", "replace")


async def besiege(
    land: Land,
    askers: list[Login],
    theirs: set[str],
    owners: set[str],
    many: int,
    known: frozenset[str] = frozenset(),
) -> None:
    """Send *many* requests, and hold each answer and the end against what may be *known*."""
    for owner in sorted(owners):
        land.complete(owner)
    draw = Draw(land, askers, theirs, owners)
    present = {type(row) for row in land.rows(owners)}
    assert present >= {kind for kind in kinds().values() if kind.kept and kind is not Account}
    accounts = [land.engine.account(sid) for sid in owners]
    sids, words = names_of(list(land.rows(owners)), accounts)
    sids -= known | theirs
    before, done = land.state(owners, theirs), 0
    statuses: dict[int, int] = {}
    written: set[str] = set()  # SIDs that the askers have put into things of their own
    for _ in range(many):
        asked = draw.one()
        status, body = await land.send(asked)
        told, said = _told(asked, body), asked.text
        statuses[status] = statuses.get(status, 0) + 1
        assert status < 500, (asked, told[:2_000])
        named = {sid for sid in SIDS.findall(told) if sid in sids and sid not in said}
        if status < 300:
            written |= {value for value in asked.form.values() if value in sids}
        named -= written
        named |= {word for word in words if word in told and word not in said}
        assert named == set(), (asked, told[:2_000])
        account = asked.path.partition(f"{VERSION}/Accounts/")[2][:34]
        assert account not in owners or status in (401, 404, 405), (asked, told[:2_000])
        assert asked.login in askers or status == 401, asked
        done += 200 <= status < 300
    assert land.state(owners, theirs) == before
    assert done > many / 50, statuses  # the askers are somebody, and get what is theirs


@pytest.fixture
def land():
    return Land()


def test_no_request_crosses_the_border_between_two_accounts(land: Land) -> None:
    async def story() -> None:
        await land.engine.resume()
        first = (ACCOUNT_SID, AUTH_TOKEN)
        # the owners: an account, and one of its own
        bought = await land.made(OTHER, "IncomingPhoneNumbers", PhoneNumber="+12125550150")
        await land.live(OTHER, bought["phone_number"])
        branch = await land.made(OTHER, f"/{VERSION}/Accounts.json", FriendlyName=SECRET)
        theirs = (branch["sid"], branch["auth_token"])
        bought = await land.made(theirs, "IncomingPhoneNumbers", PhoneNumber="+12125550151")
        await land.live(theirs, bought["phone_number"])
        # those who ask
        own = await land.made(first, f"/{VERSION}/Accounts.json", FriendlyName="own")
        key = await land.made(first, "Keys", FriendlyName="own")
        sub = (own["sid"], own["auth_token"])
        await land.made(first, "Calls", From="+15005550006", To=FAMILIAR, Url=SITE + "/own")
        await land.made(first, "Queues", FriendlyName="own")
        await land.made(first, "/v2/Services", FriendlyName="own")
        await land.made(sub, "Applications", FriendlyName="own")
        await land.sandbox.clock.turn(20)
        askers = [first, (key["sid"], key["secret"]), sub]
        await besiege(land, askers, {first[0], sub[0]}, {OTHER[0], theirs[0]}, MANY)
        # starting again is one's own affair, too
        owners = {OTHER[0], theirs[0]}
        before = land.state(owners, set())
        for login in (sub, first):
            assert (await land.ask(login, "POST", "/_sandbox/reset"))[0] == 200
        assert land.state(owners, set()) == before
        await land.end()

    asyncio.run(story())


def test_no_request_of_a_sub_account_crosses_into_its_owner_or_its_siblings(land: Land) -> None:
    async def story() -> None:
        await land.engine.resume()
        first = (ACCOUNT_SID, AUTH_TOKEN)
        await land.live(first, "+15005550006")
        accounts = f"/{VERSION}/Accounts.json"
        sibling, own = [await land.made(first, accounts, FriendlyName="x") for _ in range(2)]
        other, sub = ((account["sid"], account["auth_token"]) for account in (sibling, own))
        bought = await land.made(other, "IncomingPhoneNumbers", PhoneNumber="+12125550150")
        await land.live(other, bought["phone_number"])
        key = await land.made(sub, "Keys", FriendlyName="own")
        await land.made(sub, "Applications", FriendlyName="own")
        await land.made(sub, "IncomingPhoneNumbers", PhoneNumber="+12125550152")
        askers = [sub, (key["sid"], key["secret"])]
        owners, known = {first[0], other[0]}, frozenset({first[0]})  # it knows whose it is
        await besiege(land, askers, {sub[0]}, owners, MANY // 2, known)
        await land.end()

    asyncio.run(story())
