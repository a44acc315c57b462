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
    real = interpreter._unused

    def watched(element: TwiML) -> tuple[str, ...]:
        """Called for each element of a document's root, and of every verb that is run."""
        name = type(element).__name__
        seen.update([name, *(f"{name}.{attribute}" for attribute in element.attrs)])
        return real(element)

    monkeypatch.setattr(interpreter, "_unused", watched)
    yield
    assert named <= seen, f"named in the mark, but not run: {sorted(named - seen)}"
