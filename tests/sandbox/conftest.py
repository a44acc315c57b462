"""What tests of the sandbox share beside its `town`."""

import pytest

from helpers.sandbox.sound import voices


@pytest.fixture
def no_voice(monkeypatch):
    """Words are tones, whatever is installed on this machine."""
    monkeypatch.setattr(voices, "PROGRAM", "no-such-program")
    voices.speak.cache_clear()
    yield
    voices.speak.cache_clear()
