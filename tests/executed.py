"""Which elements and attributes a test has seen executed: the honest half of the coverage table.

A test that shows what an element or an attribute does in a call (or that the log says honestly
that it does nothing) says so:

    @pytest.mark.executes("Gather", "Gather.numDigits")

Names are class names and XML names. The fixture below watches the interpreter while the test runs
and fails it when a named element was not run, or ran without the named attribute: nothing can be
listed that was not run. `tests/twiml/test_coverage.py` holds the marks against the grammar, and
`python -m tests.twiml.table` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.twiml import interpreter
from helpers.twiml.element import TwiML


def names_of(verb: TwiML) -> Iterator[str]:
    """The class names of a verb and of all in it, and their attributes as ``Gather.numDigits``."""
    for element in verb.walk():
        yield type(element).__name__
        for name in element.attrs:
            yield f"{type(element).__name__}.{name}"


@pytest.fixture(autouse=True)
def watch_what_is_executed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Hold a test to its ``executes`` mark."""
    named = {name for mark in request.node.iter_markers("executes") for name in mark.args}
    if not named:
        yield
        return
    seen: set[str] = set()
    real = interpreter._idle

    def watched(verb: TwiML) -> tuple[str, ...]:
        seen.update(names_of(verb))
        return real(verb)

    monkeypatch.setattr(interpreter, "_idle", watched)
    yield
    assert named <= seen, f"named in the mark, but not run: {sorted(named - seen)}"
