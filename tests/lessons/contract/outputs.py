"""Outputs: all run, all meant, and the same on every machine."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from helpers.advice import ADVICE
from helpers.alerts import titled
from helpers.sandbox.options import ACCOUNT_SID
from tests.lessons.contract.book import Book, Faults, all_shown, rule, shown

LARGEST = 4096  # bytes of one kind of one output
#: How far the sandbox's counters of SIDs may have come in one lesson.
MOST_SIDS = 400

#: What differs from machine to machine, or from run to run.
OF_A_MACHINE = {
    "an address of this machine": r"(?:127\.0\.0\.1|\blocalhost|0\.0\.0\.0|\[::1\]):\d",
    "an address of a network": r"(?<![\d.])(?!127\.|0\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)"
    r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",
    "a port": r"(?<=[a-z]):\d{4,5}\b(?!\d)",
    "an address in memory": r"\b0x[0-9a-fA-F]{6,}",
    "a path": r"/(?:home|Users|root|tmp|var|usr|opt|private)/\w|\b[A-Z]:\\\w|site-packages",
    "a version": r"(?i)\bpython[ /-]?3\.\d+|(?<![\w.])v?\d+\.\d+\.\d+(?:[ab]\d+|rc\d+)?\b(?!\.)",
    "a time that it took": r"\b\d+(?:\.\d+)? ?(?:ms|µs|us|milliseconds)\b",
    "a date that is not the sandbox's": r"\b(?!2026-01-0[5-9])20[23]\d-[01]\d-[0-3]\d\b",
    "a time of day that is not the sandbox's": r"\b(?!09:|1[0-3]:)[0-2]\d:[0-5]\d:[0-5]\d\b",
    "a day that is not the sandbox's": r"\b[0-3]?\d (?!Jan 2026)[A-Z][a-z]{2} 20[23]\d\b",
}

_SID = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")


@rule
def cells_were_run(book: Book) -> Faults:
    """Each once, from top to bottom."""
    if book.code and all(cell.count is None for cell in book.code):
        yield "", "it was never run; `make notebooks` runs it and stores what it shows"
        return
    for number, cell in enumerate(book.code, start=1):
        if cell.count != number:
            yield cell.id, f"stored as run {cell.count}, it is code cell {number}; `make notebooks`"


@rule
def outputs_are_of_no_machine(book: Book) -> Faults:
    """No address, port, path, version, duration or date of here and now."""
    for cell in book.code:
        text = all_shown(cell)
        for what, shape in OF_A_MACHINE.items():
            found = re.search(shape, text)
            if found:
                yield cell.id, f"it shows {what}, {found[0]!r}; show something that stays the same"


_EXAMPLES = re.compile(r"\+1500555\d{4}|\+1415555\d{4}|\+1555\d{7}|\+1\d{3}55501\d\d")
_NUMBER = re.compile(r"(?<![\w+])\+[1-9](?:[ ().-]{0,2}\d){9,14}(?!\d)")
_NATIONAL = re.compile(r"\(\d{3}\) \d{3}-\d{4}")


@rule
def numbers_are_examples(book: Book) -> Faults:
    """Numbers that ring nowhere, in what is written and in what is shown."""
    for cell in book.lesson.cells:
        text = f"{cell.source}\n{all_shown(cell)}"
        for number in sorted({*_NUMBER.findall(text), *_NATIONAL.findall(text)}):
            whole = ("" if number.startswith("+") else "+1") + re.sub(r"[^\d+]", "", number)
            if not _EXAMPLES.fullmatch(whole):
                yield (
                    cell.id,
                    f"{number} may be somebody's; use +1500555xxxx, +1415555xxxx or +1555...",
                )


@lru_cache(maxsize=64)
def _derived(seed: str, account: str, prefix: str) -> frozenset[str]:
    """The SIDs that a sandbox gives, as `Store.next_sid` does."""
    texts = (f"{seed}/{account}/{prefix}/{n}".encode() for n in range(1, MOST_SIDS + 1))
    return frozenset(prefix + hashlib.sha256(text).hexdigest()[:32] for text in texts)


def _made_up(sid: str) -> bool:
    """Whether anybody sees that nobody has it: all one digit, or a run of them."""
    digits = sid[2:]
    return len(set(digits)) <= 2 or digits in "0123456789abcdef" * 3


@rule
def ids_are_the_sandbox_s(book: Book) -> Faults:
    """A SID comes from the lesson's sandbox, or is plainly made up."""
    number = book.lesson.number
    seeds = (f"lesson {number}", "sandbox", "rehearsal")
    for cell in book.lesson.cells:
        for sid in sorted(set(_SID.findall(f"{cell.source}\n{all_shown(cell)}"))):
            derived = any(sid in _derived(seed, ACCOUNT_SID, sid[:2]) for seed in seeds)
            if not derived and not _made_up(sid) and sid not in _signed_up(book):
                yield (
                    cell.id,
                    f"{sid} is not from this lesson's sandbox; show its kind only: {sid[:2]}…",
                )


#: What the accounts of the rehearsed sign-up are derived from, besides the address.
SEEDS = ("sandbox", "lesson 01")


def _signed_up(book: Book) -> set[str]:
    """The accounts that the rehearsal of the sign-up makes, from the addresses in the lesson."""
    text = "\n".join(cell.source for cell in book.code)
    found = set(re.findall(r"[\w.+-]+@[\w.-]+\w", text))
    digests = (hashlib.sha256(f"account/{seed}/{one}".encode()) for one in found for seed in SEEDS)
    return {"AC" + digest.hexdigest()[:32] for digest in digests}


@rule
def nothing_warns(book: Book) -> Faults:
    """Nothing on stderr."""
    for cell in book.code:
        if any("stderr" in shown(output) for output in cell.outputs):
            yield cell.id, "it shows warnings; mute or mend them where they arise"


@rule
def errors_are_meant(book: Book) -> Faults:
    """A cell fails if, and only if, it is tagged."""
    for cell in book.code:
        failed = any(output["output_type"] == "error" for output in cell.outputs)
        tagged = "raises-exception" in cell.tags
        if failed and not tagged:
            yield cell.id, "it fails and is not tagged raises-exception; mend it, or tag it"
        if tagged and not failed:
            yield cell.id, "it is tagged raises-exception and does not fail; take the tag away"


_FETCHES = re.compile(
    r"<(?:script|iframe|object|embed|link)\b|\bsrc=[\"']?(?!data:)\w|@import\b|url\([\"']?(?!data:|#)\w",
    re.IGNORECASE,
)


@rule
def nothing_is_fetched(book: Book) -> Faults:
    """Who opens the notebook asks nobody for anything: no scripts, no pictures from elsewhere."""
    for cell in book.texts:
        if re.search(r"!\[[^\]]*\]\((?:https?:)?//|<(?:img|script|iframe)\b[^>]*//", cell.source):
            yield cell.id, "it has a picture or script from elsewhere; keep it beside the notebook"
    for cell in book.code:
        for output in cell.outputs:
            html = shown(output).get("text/html", "") + shown(output).get("image/svg+xml", "")
            found = _FETCHES.search(html)
            if found:
                yield (
                    cell.id,
                    f"its output fetches something ({found[0]}); draw it with what is there",
                )


@rule
def outputs_are_small(book: Book) -> Faults:
    """Each under 4 KB."""
    for cell in book.code:
        for output in cell.outputs:
            for kind, text in shown(output).items():
                size = len(text.encode())
                if size >= LARGEST:
                    yield cell.id, f"{size} bytes of {kind}; show less, {LARGEST} is too much"


#: Twilio's codes that are known here: those of requests, of the debugger, of TwiML's attributes.
KNOWN = {*ADVICE, *titled(), *range(13200, 14000)}


def codes_met(book: Book) -> set[int]:
    """Twilio's codes that cells of the lesson ran into, looked up ones not counted."""
    found: set[int] = set()
    for cell in book.code:
        looked_up = re.search(r"\bexplain\((?:\d|\))", cell.source)
        if not looked_up and not cell.id.startswith("quiz"):
            text = "\n".join(
                text
                for output in cell.outputs
                for kind, text in shown(output).items()
                if kind != "text/html"
            )
            found |= {int(code) for code in re.findall(r"(?<![\d+.])[1-9]\d{4}(?!\d)", text)}
    return found & KNOWN


@rule
def an_error_is_met(book: Book) -> Faults:
    """A planned error is run, not told of."""
    if not codes_met(book):
        yield "", "no cell runs into an error of Twilio's; plan one, read it, mend it"


@rule
def errors_are_read_aloud(book: Book) -> Faults:
    """After a cell that fails stands what it says, why, and how to mend it."""
    cells = book.lesson.cells
    for place, cell in enumerate(cells):
        if "raises-exception" in cell.tags:
            after = next((one.source for one in cells[place + 1 :] if one.kind == "markdown"), "")
            missing = [word for word in ("says", "why", "mend") if word not in after.lower()]
            if missing:
                yield cell.id, "after it goes what the error says, why, and how to mend it"
