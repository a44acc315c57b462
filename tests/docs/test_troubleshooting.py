"""The page for the day things go wrong: each entry is proven by a test, and quotes what is said."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.pages import DOCS

ROOT = DOCS.parent
PAGE = "troubleshooting.md"
FEWEST = 35  # entries


class Entry(NamedTuple):
    """A symptom, the section that it stands in, and what is said about it."""

    section: str
    symptom: str
    text: str

    def __str__(self) -> str:
        return re.sub(r"\W+", "-", self.symptom).strip("-")[:50]


def page() -> str:
    return (DOCS / PAGE).read_text(encoding="utf-8")


def entries() -> list[Entry]:
    found = []
    for part in re.split(r"^## ", page(), flags=re.MULTILINE)[1:]:
        section = part.partition("\n")[0]
        for entry in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
            symptom, _, text = entry.partition("\n")
            found.append(Entry(section, symptom, text))
    return found


ENTRIES = entries()


@lru_cache
def said() -> str:
    """Every text in the project's programs, and the Makefile, with white space folded."""
    texts = [(ROOT / "Makefile").read_text(encoding="utf-8")]
    for folder in ("helpers", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.append(node.value)
    return "\n".join(" ".join(text.split()) for text in texts)


@lru_cache
def names_in(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_says_why_and_what_to_do(entry):
    cause, step = entry.text.find("**Cause.**"), entry.text.find("**What to do.**")
    assert 0 <= cause < step


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_names_the_tests_that_prove_it(entry):
    named = re.findall(r"<!-- tried: (.+?) -->", entry.text)
    assert len(named) == 1
    for one in named[0].split():
        file, _, test = one.partition("::")
        assert test.startswith("test_")
        assert test in names_in(ROOT / file), one


@pytest.mark.parametrize("entry", [one for one in ENTRIES if "\n> " in one.text], ids=str)
def test_what_is_quoted_is_what_is_said(entry):
    for quote in re.findall(r"^> (.+)$", entry.text, re.MULTILINE):
        for piece in quote.split("…"):
            assert piece.strip() in said(), quote


def test_the_sections_are_listed_and_full():
    listed = re.findall(r"^- \[(.+?)\]\(#(.+?)\)$", page(), re.MULTILINE)
    assert [name for name, _ in listed] == list(dict.fromkeys(one.section for one in ENTRIES))
    for name, anchor in listed:
        assert anchor == re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")
    assert len(ENTRIES) >= FEWEST


def test_what_it_tells_to_type_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    typed = re.findall(r"(?:`|^    )make ((?:[A-Z_]+=\S+ )?[a-z ]+)", page(), re.MULTILINE)
    assert typed
    assert {word for line in typed for word in line.split() if "=" not in word} <= targets


def test_its_links_lead_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", page())
    assert targets
    assert all((DOCS / target).exists() for target in targets)
