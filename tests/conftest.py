"""What all tests share. The environment is cleaned by tests/nbval_companion.py before any runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.executed import watch_what_is_executed  # noqa: F401 - a fixture for every test

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the project."""
    return ROOT
