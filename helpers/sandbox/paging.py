"""Lists, a page at a time.

A page token says where the next page begins, not how many rows to skip: rows that come or go
meanwhile neither hide a row nor show one twice. As in Twilio's samples it is ``PA`` and the SID of
the last row (go on after it), or ``PB`` and that of the first (go back before it).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from helpers.errors import Refusal
from helpers.resources.account import Account
from helpers.resources.base import MALFORMED_REQUEST, Params, Resource, View, World
from helpers.sandbox.store import Store, Where

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
    filters = [(name, value) for name, value in params if name in kind.filters]

    def uri(page_number: int, mark: str = "") -> str:
        query = [*filters, ("PageSize", str(size)), ("Page", str(page_number))]
        query += [("PageToken", mark)] if mark else []
        return f"{path}?{urlencode(query, quote_via=quote)}"

    following = previous = None
    if rows and rows_at(1, 0, rows[-1][0], None):
        following = uri(number + 1, "PA" + rows[-1][1].sid)
    if rows and rows_at(1, 0, None, rows[0][0]):
        previous = uri(max(0, number - 1), "PB" + rows[0][1].sid)
    start = number * size
    return {
        "end": start + len(rows) - 1 if rows else 0,
        "first_page_uri": uri(0),
        "next_page_uri": following,
        "page": number,
        "page_size": size,
        "previous_page_uri": previous,
        view.plural: [row.as_json(view, "list", server) for _, row in rows],
        "start": start,
        "uri": uri(number, token),
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
