"""A reader's own function, called by a check: what it does wrong becomes one plain sentence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from helpers.checks.verdict import Gap, short


def function(given: Any, head: str) -> Callable[..., Any]:
    """*given*, if it is a function that can be called as *head* says (``send(to, body)``).

    Gap if it is None (then nothing was tried), no function, or takes something else.
    """
    name, _, rest = head.partition("(")
    if given is None:
        raise Gap(f"write `{head}` in place of `{name} = None`.", tried=False)
    if not callable(given):
        raise Gap(
            f"`{name}` is a {type(given).__name__}, not a function.",
            f"Write it as def {head}: ...",
        )
    if inspect.iscoroutinefunction(given):
        raise Gap(f"`{name}` is async, but nobody awaits it here.", f"Write def {head}: ...")
    wanted = [part.strip() for part in rest.rstrip(")").split(",") if part.strip()]
    try:
        inspect.signature(given).bind(*wanted)
    except TypeError:
        count = f"{len(wanted)} values" if len(wanted) != 1 else "one value"
        raise Gap(f"`{name}` cannot be called with {count}.", f"Write def {head}: ...") from None
    except ValueError:
        pass  # a function of C, which does not tell what it takes
    return given


def pages(given: Any, name: str, *paths: str) -> dict[str, Callable[..., Any]]:
    """*given*, if it is a dict of pages (functions of a request) by their paths, with *paths*.

    Gap if it is None (then nothing was tried) or something else; *name* is the reader's for it.
    """
    shape = ", ".join(f'"{path}": ...' for path in paths)
    if given is None:
        raise Gap(f"put your pages into `{name}`: {{{shape}, ...}}.", tried=False)
    if not isinstance(given, dict):
        raise Gap(
            f"`{name}` is a {type(given).__name__}, not a dict of pages.",
            f"Write {name} = {{{shape}, ...}} with a function for each path.",
        )
    for path in paths:
        if path not in given:
            raise Gap(f"`{name}` has no page {path}.", f'Put it in: {name}["{path}"] = ...')
    for path, page in given.items():
        if not isinstance(path, str) or not path.startswith("/"):
            raise Gap(f"{path!r} is no path.", "A path begins with /, such as /choice.")
        try:
            function(page, "page(request)")
        except Gap:
            raise Gap(
                f"what stands at {path} in `{name}` is no page.",
                "A page is a function of the request: def page(request): ...",
            ) from None
    return given


def fetched(given: Any, what: str, sids: str, things: Callable[[str], Any]) -> Any:
    """The call or message that *given* names, by its SID or as itself, as Twilio has it now.

    *what* it is to be ("call"), how its SID may begin ("SM|MM"), and *things* of the client of the
    lesson's session (``session.client.calls``). Gap if it is something else, or nobody knows it.
    """
    sid = getattr(given, "sid", given)
    if not (isinstance(sid, str) and re.fullmatch(rf"({sids})[0-9a-f]{{32}}", sid)):
        first = sids.partition("|")[0]
        raise Gap(
            f"{short(sid)} is no SID of a {what}.",
            f"It begins with {first}: take the {what}'s .sid.",
        )
    try:
        return things(sid).fetch()
    except Exception as problem:  # of Twilio's package, where a lesson runs with it
        if getattr(problem, "code", None) != 20404:
            raise
        raise Gap(
            f"Twilio knows no {what} {sid}.", "Take the SID of one of this session."
        ) from None


def outcome(given: Callable[..., Any], head: str, *values: Any) -> Any:
    """What the reader's function returns for *values*; Gap, with its words, if it raises."""
    try:
        return given(*values)
    except Gap:
        raise
    except (Exception, SystemExit) as problem:
        first = next(iter(str(problem).splitlines()), "")
        said = f"{type(problem).__name__}: {first}"
        raise Gap(
            f"`{head.partition('(')[0]}` failed with {said.rstrip(': .')}.",
            "Call it yourself in a cell of your own to see where.",
        ) from problem
