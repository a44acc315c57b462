"""Lists, a page at a time.

A page token says where the next page begins, not how many rows to skip: rows that come or go
meanwhile neither hide a row nor show one twice. As in Twilio's samples it is ``PA`` and the SID of
the last row (go on after it), or ``PB`` and that of the first (go back before it).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from helpers.errors import Refusal
from helpers.resources.account import Account
from helpers.resources.base import MALFORMED_REQUEST, VERSION, Params, Resource, View, World
from helpers.sandbox.store import Store
from helpers.sandbox.tables import Where

USUAL, LARGEST = 50, 1_000  # rows on a page
FARTHEST = 999_999_999
INVALID_TOKEN = 21481


def page(
    store: Store,
    kind: type[Resource],
    view: View,
    params: Params,
    world: World,
    *,
    path: str,
    server: str,
) -> dict[str, Any]:
    """One page of an account's rows of a kind, with all that a list says of itself.

    *path* is the list's own, to which the links to other pages add their query; *server* is what
    absolute addresses begin with.
    """
    asked = params.integer("PageSize", USUAL, 1, FARTHEST, MALFORMED_REQUEST) or USUAL
    size = min(asked, LARGEST)  # more than that is cut down, not refused
    number = params.integer("Page", 0, 0, FARTHEST, MALFORMED_REQUEST) or 0
    account: Account = world.account
    kind.tidy(world)
    owner, where = _rows(kind, params, account)
    token = params.get("PageToken")
    after, before = _bounds(store, kind, account, token)

    def rows_at(limit: int, skip: int, after: int | None, before: int | None) -> list[Any]:
        newest = kind.newest_first
        return store.page(
            kind,
            owner,
            where,
            limit=limit,
            skip=skip,
            after=after,
            before=before,
            newest_first=newest,
        )

    rows = rows_at(size, 0 if token else number * size, after, before)
    for _, row in rows:
        row.seen(world)
    following = previous = ""
    if rows and rows_at(1, 0, rows[-1][0], None):
        following = "PA" + rows[-1][1].sid
    if rows and rows_at(1, 0, None, rows[0][0]):
        previous = "PB" + rows[0][1].sid
    shown = [row.as_json(view, "list", server) for _, row in rows]
    links = _Links(kind, params, path, size, number)
    return links.envelope(view, shown, token, following, previous, server)


def page_of(
    rows: Sequence[Resource],
    kind: type[Resource],
    view: View,
    params: Params,
    *,
    path: str,
    server: str,
) -> dict[str, Any]:
    """The same of rows that are nowhere kept; their page tokens only count pages.

    As in Twilio's sample of usage records: ``APMQ==`` is ``AP`` and a 1 in Base64.
    """
    asked = params.integer("PageSize", USUAL, 1, FARTHEST, MALFORMED_REQUEST) or USUAL
    size = min(asked, LARGEST)
    number = params.integer("Page", 0, 0, FARTHEST, MALFORMED_REQUEST) or 0
    token = params.get("PageToken")
    if token:
        number = _decoded(token)
    start = number * size
    shown = [row.as_json(view, "list", server) for row in rows[start : start + size]]
    following = "AP" + _coded(number + 1) if start + size < len(rows) else ""
    previous = "AB" + _coded(number - 1) if number else ""
    links = _Links(kind, params, path, size, number)
    return links.envelope(view, shown, token, following, previous, server)


def _coded(number: int) -> str:
    return base64.b64encode(str(number).encode()).decode()


def _decoded(token: str) -> int:
    """The page that such a token stands for."""
    try:
        number = int(base64.b64decode(token[2:], validate=True))
    except ValueError:
        number = -1
    if token[:2] not in ("AP", "AB") or not 0 <= number <= FARTHEST:
        raise Refusal(400, INVALID_TOKEN, f"Invalid PageToken: {token}")
    return number


@dataclass(frozen=True)
class _Links:
    """How a list names its pages: its path, its filters, how many rows, and which page it is."""

    kind: type[Resource]
    params: Params
    path: str
    size: int
    number: int

    def uri(self, number: int, token: str = "") -> str:
        query = [(name, value) for name, value in self.params if name in self.kind.filters]
        query += [("PageSize", str(self.size)), ("Page", str(number))]
        query += [("PageToken", token)] if token else []
        return f"{self.path}?{urlencode(query, quote_via=quote)}"

    def envelope(
        self,
        view: View,
        rows: list[Any],
        token: str,
        following: str,
        previous: str,
        server: str,
    ) -> dict[str, Any]:
        """A page as the list's version of the API writes it; a token of "" stands for none."""
        first = self.uri(0)
        here = self.uri(self.number, token)
        then = self.uri(self.number + 1, following) if following else None
        before = self.uri(max(0, self.number - 1), previous) if previous else None
        if self.kind.version != VERSION:
            meta = {
                "page": self.number,
                "page_size": self.size,
                "first_page_url": server + first,
                "previous_page_url": before and server + before,
                "url": server + here,
                "next_page_url": then and server + then,
                "key": view.plural,
            }
            return {view.plural: rows, "meta": meta}
        start = self.number * self.size
        return {
            "end": start + len(rows) - 1 if rows else 0,
            "first_page_uri": first,
            "next_page_uri": then,
            "page": self.number,
            "page_size": self.size,
            "previous_page_uri": before,
            view.plural: rows,
            "start": start,
            "uri": here,
        }


def _rows(kind: type[Resource], params: Params, account: Account) -> tuple[str | None, list[Where]]:
    """Whose rows (None: anybody's) under which conditions a list shows."""
    where = [Where(*condition) for condition in kind.conditions(params)]
    if kind is Account:
        # An account sees itself and what it owns; a sub-account owns nothing, not even itself.
        main = account.owner_account_sid == account.sid
        return None, [*where, Where("owner_account_sid" if main else "sid", "=", account.sid)]
    fields = kind.declared()
    where += [Where(name, "=", value) for name, value in params.place.items() if name in fields]
    return account.sid, where


def _bounds(
    store: Store, kind: type[Resource], account: Account, token: str
) -> tuple[int | None, int | None]:
    """The positions after and before which a token wants its page."""
    if not token:
        return None, None
    side, position = token[:2], store.place(kind, account.sid, token[2:])
    if position is None or side not in ("PA", "PB"):
        raise Refusal(400, INVALID_TOKEN, f"Invalid PageToken: {token}")
    return (position, None) if side == "PA" else (None, position)
