"""What forms say and ask before something really happens: in live mode a press is not enough."""

from __future__ import annotations

from typing import Any

from helpers import prices
from helpers.widgets.blocks import words
from helpers.widgets.forms import Answer, Form


def target(session: Any) -> str:
    """One sentence: whether this goes to the sandbox or to real telephones."""
    if session.settings.live:
        return "Live: this goes to real telephones and costs money. You are asked once more."
    return "In the sandbox: nothing leaves this machine, and it costs nothing."


def agreed(form: Form, session: Any, what: str, button: str) -> Answer | None:
    """In live mode, the question to show before *what* ("Calls", "Messages") is created.

    None if there is nothing to ask: in the sandbox, or when the very same was asked a moment ago
    and the button *button* was pressed once more.
    """
    if not session.settings.live:
        return None
    asked, form.asked = form.asked, dict(form.values)
    if asked == form.asked:
        form.asked = None
        return None
    to = form.asked.get("to") or form.asked.get("number") or session.phone.number
    question = f"Live: this goes to {to or 'nobody yet'}; {prices.creating(what)}."
    return Answer([words(f"{question} Press {button} once more to do it.")], done=False)
