"""What no request makes, and the judges want to see: a short code."""

from __future__ import annotations

from helpers.resources.short_code import ShortCode
from helpers.sandbox import Sandbox

SHORT_CODE = "SC" + "5" * 32


def lease_a_short_code(sandbox: Sandbox) -> None:
    """Let the first account have one, before the sandbox starts."""
    now = sandbox.clock.now()
    with sandbox.store.transaction():
        sandbox.store.add(
            ShortCode(
                sid=SHORT_CODE,
                account_sid=sandbox.account_sid,
                date_created=now,
                date_updated=now,
                friendly_name="55555",
                short_code="55555",
            )
        )
