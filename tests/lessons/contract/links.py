"""Links: those inside lead somewhere, those outside are https and are listed."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from tests.lessons.contract.book import Book, Faults, headings, links, rule


@lru_cache(maxsize=128)
def _anchors(path: Path, changed: int) -> frozenset[str]:
    """What can be linked to in a file: headings, as JupyterLab (notebooks) or GitHub name them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        sources = [cell["source"] for cell in json.loads(text)["cells"]]
        texts = [one if isinstance(one, str) else "".join(one) for one in sources]
        found = [words for one in texts for _, words in headings(one)]
        return frozenset(re.sub(r"[`*]", "", words).replace(" ", "-") for words in found)
    heads = [re.sub(r"[^\w\- ]", "", words.lower()) for _, words in headings(text)]
    return frozenset(words.replace(" ", "-") for words in heads)


@rule
def links_inside_resolve(book: Book) -> Faults:
    """Files and headings that are linked to are there."""
    folder = book.lesson.path.parent
    for cell in book.texts:
        for text, target in links(cell.source):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = unquote(target).partition("#")
            path = (folder / name).resolve() if name else book.lesson.path
            if not path.exists():
                yield cell.id, f"the link {text!r} leads to {name}, which is not there; correct it"
            elif anchor and anchor not in _anchors(path, path.stat().st_mtime_ns):
                yield cell.id, f"{path.name} has no heading #{anchor}; correct the link {text!r}"


@rule
def links_outside_are_https(book: Book) -> Faults:
    """Nobody on the way can change what readers get."""
    for cell in book.texts:
        for text, target in links(cell.source):
            if re.match(r"[a-z]+:", target) and not target.startswith("https://"):
                yield cell.id, f"the link {text!r} leads to {target}; use https"


def outside(book: Book) -> dict[str, list[str]]:
    """The addresses elsewhere that a lesson links to, each with the ids of the cells."""
    found: dict[str, list[str]] = {}
    for cell in book.texts:
        for _, target in links(cell.source):
            if target.startswith(("https:", "http:")):
                found.setdefault(target, []).append(cell.id)
    return found
