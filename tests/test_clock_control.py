"""A sandbox's clock in one's hand: it turns when it is told to, and says so when it cannot."""

import pytest

from helpers.clock_control import ClockControl
from helpers.errors import HandsetError
from helpers.sandbox import Sandbox
from helpers.wire import Wire


@pytest.fixture(params=["manual", "real"])
def clock(request):
    sandbox = Sandbox(clock=request.param).start()
    wire = Wire((sandbox.account_sid, sandbox.auth_token))
    yield ClockControl(sandbox.url, wire)
    wire.close()
    sandbox.stop()


@pytest.mark.parametrize("clock", ["manual"], indirect=True)
def test_time_passes_as_told_and_nothing_else_is_due(clock):
    before = clock.read()
    assert before["kind"] == "manual"
    clock.advance(90_000.5)  # more than one request may turn it
    after = clock.read()
    assert (after["now"], after["due"]) == ("2026-01-06T10:00:00.500000+00:00", None)
    assert clock.next() is None


@pytest.mark.parametrize("clock", ["real"], indirect=True)
def test_a_clock_of_its_own_does_not_turn(clock):
    with pytest.raises(HandsetError, match="it turns by itself"):
        clock.advance(1)
