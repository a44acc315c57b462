"""Whatever is given to a check, it says one thing in plain words: no traceback, nothing endless."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from helpers.lessons import lessons
from tests.lessons.cells import opened


class Stubborn:
    """Breaks whoever looks at it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")

    def __str__(self) -> str:
        raise RuntimeError("no")


def boom(*given: Any, **named: Any) -> Any:
    raise ZeroDivisionError("on purpose")


def leave(*given: Any, **named: Any) -> Any:
    raise SystemExit(1)


ANYTHING: dict[str, Any] = {
    "a number": 42,
    "no number": float("nan"),
    "true": True,
    "an empty text": "",
    "blanks": "  ",
    "a text": "hello",
    "a long text": "x" * 200_000,
    "bytes": b"hello",
    "a list": [1, None],
    "an empty dict": {},
    "a dict of nothing": {"/": None},
    "a class": int,
    "a stubborn thing": Stubborn(),
    "a function that fails": boom,
    "a function that leaves": leave,
    "a function without arguments": lambda: "<Response/>",
    "a function that gives nothing": lambda *given, **named: None,
    "a function that gives a number": lambda *given, **named: 42,
    "a function without an end": lambda *given, **named: (
        f"<Response>{'<Say>a</Say>' * 50_000}</Response>"
    ),
    "a page that asks itself": lambda *given, **named: "<Response><Redirect/></Response>",
    "half a document": "<Response>",
    "an empty document": "<Response/>",
}


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.number)
def test_a_check_has_words_for_anything(lesson):
    faults = []
    with opened(lesson) as notebook:
        notebook.run(lesson.cell("set-up"))
        for exercise in lesson.exercises:
            cell = lesson.cell(f"{exercise.cell}-check")
            call = ast.parse(cell.source, mode="eval").body
            assert isinstance(call, ast.Call)
            names = [name.id for name in call.args[1:] if isinstance(name, ast.Name)]
            assert len(names) == len(call.args) - 1
            for what, thing in ANYTHING.items():
                notebook.names.update(dict.fromkeys(names, thing))
                shown = repr(notebook.run(cell))
                lines = shown.splitlines()
                if len(lines) > 3 or len(shown) > 700 or " at 0x" in shown:
                    faults.append(f"{exercise.name}, {what}: {shown[:300]}")
    assert not faults, "\n".join(faults)
