"""The `curl` line that repeats a request, for any POSIX shell.

No secret stands in it, and no address: a `blank` is filled in by the shell, from variables such as
``$SITE`` and ``$TOKEN``. Everything else is quoted, so that the shell takes it as text, also what
looks like a variable: whoever texts the word $TOKEN is not told the token.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from urllib.parse import quote

# A blank within a text stands between two of these. No argument of a program can hold one.
_FENCE = "\0"
_FILLED = re.compile(f"{_FENCE}([A-Z0-9_]+){_FENCE}")
_IN_QUOTES = re.compile(r'[\\"`$]')


def blank(name: str) -> str:
    """A place in a text that the shell fills in from the variable *name*."""
    return f"{_FENCE}{name}{_FENCE}"


def plain(text: str) -> str:
    """Somebody's text, in which there are no blanks."""
    return text.replace(_FENCE, "")


def blanks(text: str) -> set[str]:
    """The variables that the shell fills in."""
    return set(_FILLED.findall(text))


def curl(
    method: str,
    url: str,
    form: Iterable[tuple[str, str]] = (),
    headers: Iterable[tuple[str, str]] = (),
    *,
    login: str = "",
) -> str:
    """The command, a part a line. *url*, values and *login* (user and password) may hold blanks."""
    # --globoff: brackets in a URL are no pattern here.
    how = {"GET": "", "HEAD": " --head"}.get(method, f" -X {shlex.quote(method)}")
    globs = " --globoff" if re.search(r"[\[\]{}]", url) else ""
    parts = [f"curl{how}{globs} {quoted(url)}"]
    if login:
        parts.append(f"-u {quoted(login)}")
    parts += [f"-H {quoted(f'{name}: {value}')}" for name, value in headers]
    # curl encodes the value only, and reads a file where the name has an @ in it.
    pairs = [f"{quote(plain(name), safe='')}={value}" for name, value in form]
    parts += [f"--data-urlencode {quoted(pair)}" for pair in pairs]
    return " \\\n  ".join(parts)


def quoted(text: str) -> str:
    """*text* as one word of the shell, its blanks as variables."""
    if _FENCE not in text:
        return shlex.quote(text)
    pieces = _FILLED.split(text)
    for place, piece in enumerate(pieces):
        pieces[place] = "${" + piece + "}" if place % 2 else _IN_QUOTES.sub(r"\\\g<0>", piece)
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        if place % 2 and not re.match(r"\w", following):
            pieces[place] = f"${piece}"
    return '"' + "".join(pieces) + '"'
