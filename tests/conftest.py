"""What all tests share. The environment is cleaned by tests/nbval_companion.py before any runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.executed import watch_what_is_executed  # noqa: F401 - a fixture for every test

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the project."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def no_progress_of_the_readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests do in the lessons is not noted in the record of whoever runs them."""
    os.environ["TWILIO_PROGRESS"] = str(tmp_path_factory.mktemp("progress") / "progress.jsonl")
    yield
    del os.environ["TWILIO_PROGRESS"]
