"""Secrets: nothing in a notebook has the shape of a credential, and none is shown."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from helpers.sandbox.options import AUTH_TOKEN
from tests.lessons.contract.book import Book, Faults, all_shown, rule
from tests.lessons.contract.cells import tree

#: What credentials look like, by what they are.
SHAPES = {
    "an auth token": r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])",
    "an API key with its secret": r"\bSK[0-9a-f]{32}\W+[0-9A-Za-z]{32}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a basic authorization": r"(?i)\bbasic [a-z0-9+/]{20,}={0,2}",
    "a bearer token": r"(?i)\bbearer [a-z0-9._~+/-]{16,}",
    "a JSON web token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "a password in an address": r"\bhttps?://[^/\s:@$]+:[^/\s:@$]+@",
    "a key of Amazon's": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a key of Google's": r"\bAIza[\w-]{35}",
    "a key of GitHub's": r"\b(?:gh[pousr]_\w{36}|github_pat_\w{22,})",
    "a key of Slack's": r"\bxox[abprs]-[\w-]{10,}",
    "a key of a storage account": r"AccountKey=[A-Za-z0-9+/]{40,}",
    "a secret that was given a name": r"(?i)(?:token|secret|password|passwd|api_?key)\w*"
    r"[\"']?\s*[:=]\s*[\"']?(?=[^\s\"']*\d)(?=[^\s\"']*[A-Za-z])[A-Za-z0-9+/_-]{16,}",
}

_SECRET_NAME = re.compile(r"(?i)token|secret|passw|api_?key$|^auth$")


def leaks(text: str) -> Iterator[tuple[str, str]]:
    """What in *text* has the shape of a credential: what it would be, and how it begins."""
    for what, shape in SHAPES.items():
        for found in re.finditer(shape, text):
            # Nobody's secret has two different characters only, such as 32 zeros.
            if len(set(re.sub(r"\W", "", found[0])[-16:])) > 2:
                yield what, found[0][:6]


@rule
def nothing_looks_like_a_credential(book: Book) -> Faults:
    """Not in what is written, shown, kept beside a cell or attached to it."""
    for cell in book.lesson.cells:
        for where, text in (
            ("its source", cell.source),
            ("its output", all_shown(cell)),
            ("its metadata or attachments", json.dumps(cell.rest)),
        ):
            for what, begins in leaks(text):
                yield (
                    cell.id,
                    f"{where} has what looks like {what} ({begins}…); take it out, revoke it",
                )
    for what, begins in leaks(json.dumps(book.raw.get("metadata", {}))):
        yield "", f"the notebook's metadata has what looks like {what} ({begins}…); take it out"


@rule
def no_credential_is_shown(book: Book) -> Faults:
    """No cell prints a token, or ends with one; not even the sandbox's."""
    for cell in book.code:
        module = tree(cell)
        for node in _seen(module) if module else ():
            name = getattr(node, "attr", getattr(node, "id", ""))
            if _SECRET_NAME.search(name):
                yield cell.id, f"it shows {name}; show whether it is set, not what it is"
        if AUTH_TOKEN in all_shown(cell):
            yield cell.id, "it shows the sandbox's auth token; readers would do so with their own"


def _seen(module: ast.Module) -> Iterator[ast.AST]:
    """The names whose values a cell shows: printed as they are, or in its last line."""
    shown: list[ast.expr] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            shown += node.args
    if module.body and isinstance(module.body[-1], ast.Expr):
        shown.append(module.body[-1].value)
    while shown:
        node = shown.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            yield node
        elif isinstance(node, ast.Tuple | ast.List):
            shown += node.elts
        elif isinstance(node, ast.Subscript):
            shown.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            shown += [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
