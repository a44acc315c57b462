"""In the place of Twilio's module of this name: the builder and every noun."""

from typing import Any

import helpers.twiml


def __getattr__(name: str) -> Any:
    return getattr(helpers.twiml, name)
