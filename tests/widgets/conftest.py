"""What the forms' tests share: a session with nobody watching, and one that seems to be live."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.session import Session, connect

MINE, OTHER = "+14155550100", "+14155550123"


@pytest.fixture
def session() -> Iterator[Session]:
    """A lesson's session, on a manual clock."""
    opened = connect(lesson="03")
    yield opened
    opened.close()


class Recorder:
    """Stands for a part of the client, and notes what it was asked to create."""

    def __init__(self, made: list[dict[str, Any]], answer: Any) -> None:
        self.made, self.answer = made, answer

    def create(self, **given: Any) -> Any:
        self.made.append(given)
        return self.answer

    def list(self, **_: Any) -> list[Any]:
        return []

    def __call__(self, sid: str) -> Any:
        return SimpleNamespace(fetch=lambda: self.answer)


@pytest.fixture
def live() -> Any:
    """A session that looks live and reaches nobody; what would be sent is in its `made`."""
    made: list[dict[str, Any]] = []
    call = SimpleNamespace(sid="CA1", status="queued", duration=None)
    text = SimpleNamespace(sid="SM1", status="queued", error_code=None, num_segments="1")
    asked = SimpleNamespace(phone_number=OTHER, call_sid="CA1", validation_code="123456")
    client = SimpleNamespace(
        calls=Recorder(made, call),
        messages=Recorder(made, text),
        validation_requests=Recorder(made, asked),
        outgoing_caller_ids=Recorder(made, None),
    )
    return SimpleNamespace(
        settings=SimpleNamespace(live=True),
        phone=SimpleNamespace(number=MINE),
        number="+15005550006",
        client=client,
        sites=[],
        shown=str,
        made=made,
    )
